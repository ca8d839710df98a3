#include "checks/metrics/json_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "checks/braces.h"
#include "checks/duration.h"
#include "checks/http/url.h"
#include "checks/text.h"

namespace canarygate {

namespace {

constexpr std::array<std::string_view, 13> kVariables = {
    "query",  "from_s",  "from_ms", "from_rfc3339", "to_s",         "to_ms",         "to_rfc3339",
    "step_s", "step_ms", "points",  "hosts",        "canary_hosts", "baseline_hosts"};

bool is_variable(std::string_view name) {
  return std::ranges::find(kVariables, name) != kVariables.end();
}

Unexpected<Error> unknown(const std::string& key, std::string_view name) {
  const std::vector<std::string> known(kVariables.begin(), kVariables.end());
  return fail(ErrorKind::definition,
              fmt::format("`{}`: unknown variable {{{{{}}}}}; there are {}", key,
                          printable(shorten(name, 60)), list_of(known, known.size())));
}

/// Whether a JSON document that goes on after `text` is inside a string.
bool ends_quoted(std::string_view text, bool quoted) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    }
  }
  return quoted;
}

std::string json_string(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// The text of a variable that is a number; nothing for the others.
std::optional<std::string> number_of(std::string_view name, const Grid& grid) {
  const auto milliseconds = [](TimePoint time) {
    return std::to_string(time.time_since_epoch().count());
  };
  if (name == "from_s") return seconds_text(grid.start.time_since_epoch());
  if (name == "from_ms") return milliseconds(grid.start);
  if (name == "to_s") return seconds_text(grid.end().time_since_epoch());
  if (name == "to_ms") return milliseconds(grid.end());
  if (name == "step_s") return seconds_text(grid.step);
  if (name == "step_ms") return std::to_string(grid.step.count());
  if (name == "points") return std::to_string(grid.points);
  return std::nullopt;
}

}  // namespace

Result<RequestTemplate> RequestTemplate::parse(std::string_view text, Place place,
                                               const std::string& key) {
  RequestTemplate made;
  made.place_ = place;
  made.key_ = key;
  bool quoted = false;
  const CutText cut = cut_at_braces(text);
  for (const canarygate::Piece& piece : cut.pieces) {
    if (!piece.is_variable) {
      quoted = ends_quoted(piece.text, quoted);
    } else if (!is_variable(piece.text)) {
      return unknown(key, piece.text);
    }
    made.pieces_.push_back({piece.text, piece.is_variable, quoted});
  }
  if (!cut.closed) {
    return fail(ErrorKind::definition,
                fmt::format("`{}`: a variable is opened by {{{{ and not closed by }}}}", key));
  }
  if (place != Place::json) return made;
  const auto sample = made.fill({"0", {TimePoint{}, Duration(1), 1}, {"a"}, {"b"}});
  if (sample && nlohmann::json::accept(*sample)) return made;
  return fail(ErrorKind::definition, fmt::format("`{}` is not JSON, its variables filled in", key));
}

bool RequestTemplate::uses(std::string_view variable) const {
  return std::ranges::any_of(
      pieces_, [&](const Piece& piece) { return piece.is_variable && piece.text == variable; });
}

Result<std::string> RequestTemplate::fill(const TemplateValues& values) const {
  std::string text;
  for (const Piece& piece : pieces_) {
    if (!piece.is_variable) {
      text += piece.text;
      continue;
    }
    auto value = value_of(piece, values);
    if (!value) return value;
    text += *value;
  }
  return text;
}

Result<std::string> RequestTemplate::value_of(const Piece& piece,
                                              const TemplateValues& values) const {
  if (piece.text == "canary_hosts") return listed(piece, values.canary);
  if (piece.text == "baseline_hosts") return listed(piece, values.baseline);
  if (piece.text == "hosts") {
    std::vector<std::string> all = values.canary;
    all.insert(all.end(), values.baseline.begin(), values.baseline.end());
    return listed(piece, all);
  }
  if (auto number = number_of(piece.text, values.grid)) return std::move(*number);
  if (piece.text == "from_rfc3339") return encoded(piece, format_time(values.grid.start));
  if (piece.text == "to_rfc3339") return encoded(piece, format_time(values.grid.end()));
  if (place_ != Place::json || piece.quoted) return encoded(piece, values.query);
  if (nlohmann::json::accept(values.query)) return values.query;
  return fail(ErrorKind::definition,
              fmt::format("`{}`: {{{{query}}}} stands outside quotes there, so each query must be "
                          "JSON itself; this one is not: {}",
                          key_, printable(shorten(values.query, 300))));
}

Result<std::string> RequestTemplate::listed(const Piece& piece,
                                            const std::vector<std::string>& hosts) const {
  if (hosts.empty()) {
    return fail(ErrorKind::definition,
                fmt::format("`{}`: {{{{{}}}}} has no hosts to list: the check names none there; "
                            "ask for all series",
                            key_, piece.text));
  }
  if (place_ != Place::json || piece.quoted) return encoded(piece, join(hosts, ","));
  return nlohmann::json(hosts).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<std::string> RequestTemplate::encoded(const Piece& piece, const std::string& value) const {
  if (place_ == Place::value) return value;
  if (place_ == Place::path) return percent_encode(value);
  const std::string text = json_string(value);
  return piece.quoted ? text.substr(1, text.size() - 2) : text;
}

std::string seconds_text(Duration length) {
  const auto milliseconds = length.count();
  if (milliseconds % 1000 == 0) return std::to_string(milliseconds / 1000);
  return fmt::format("{}.{:03}", milliseconds / 1000, milliseconds % 1000);
}

}  // namespace canarygate
