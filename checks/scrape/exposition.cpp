// Formats: prometheus.io/docs/instrumenting/exposition_formats and the OpenMetrics specification.
// Where they leave something open, Prometheus' own lexers (model/textparse) decide.
#include "checks/scrape/exposition.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "checks/number.h"
#include "checks/text.h"

namespace canarygate::scrape {

namespace {

using MaybeFault = std::optional<std::string>;

// Beyond it seconds are no longer exact to the millisecond.
constexpr double kMostSeconds = 9e12;

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string shown(std::string_view text) { return printable(shorten(text, 60)); }

/// What is left of a line.
class Cursor {
 public:
  explicit Cursor(std::string_view line) : line_(line) {}

  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] bool done() const { return at_ == line_.size(); }
  [[nodiscard]] char peek() const { return done() ? '\0' : line_[at_]; }
  [[nodiscard]] std::string_view rest() const { return line_.substr(at_); }

  void skip_blanks() {
    while (at_ < line_.size() && is_blank(line_[at_])) ++at_;
  }
  bool take(char c) {
    if (done() || line_[at_] != c) return false;
    ++at_;
    return true;
  }
  /// A metric's or label's name; "" when there is none.
  std::string_view take_name(bool with_colons) {
    const std::size_t begin = at_;
    const auto is_part = [&](char c) { return is_letter(c) || (with_colons && c == ':'); };
    while (at_ < line_.size() && (is_part(line_[at_]) || (at_ > begin && is_digit(line_[at_])))) {
      ++at_;
    }
    return line_.substr(begin, at_ - begin);
  }
  /// Up to the next blank.
  std::string_view take_word() {
    const std::size_t begin = at_;
    while (at_ < line_.size() && !is_blank(line_[at_])) ++at_;
    return line_.substr(begin, at_ - begin);
  }
  /// What stands between quotes, escapes and all. Nothing when they are not both there.
  std::optional<std::string_view> take_quoted() {
    if (!take('"')) return std::nullopt;
    const std::size_t begin = at_;
    while (at_ < line_.size() && line_[at_] != '"') at_ += line_[at_] == '\\' ? 2U : 1U;
    if (at_ >= line_.size()) {
      at_ = line_.size();
      return std::nullopt;
    }
    return line_.substr(begin, at_++ - begin);
  }

 private:
  std::string_view line_;
  std::size_t at_ = 0;
};

/// From `{` to `}`, each label handed to `take(name, raw value)`, which returns a fault or nothing.
template <typename Take>
MaybeFault read_labels(Cursor& cursor, const Take& take) {
  cursor.take('{');
  while (true) {
    cursor.skip_blanks();
    if (cursor.take('}')) return std::nullopt;
    const std::string_view name = cursor.take_name(false);
    if (name.empty()) {
      return fmt::format("expected a label's name or `}}`, not '{}'", shown(cursor.rest()));
    }
    cursor.skip_blanks();
    if (!cursor.take('=')) return fmt::format("the label '{}' has no `=`", shown(name));
    cursor.skip_blanks();
    const auto value = cursor.take_quoted();
    if (!value) {
      return fmt::format("the value of the label '{}' is not between two quotes", shown(name));
    }
    if (auto fault = take(name, *value)) return fault;
    cursor.skip_blanks();
    if (!cursor.take(',') && cursor.peek() != '}') {
      return fmt::format("expected `,` or `}}` after the label '{}'", shown(name));
    }
  }
}

MaybeFault ignore_label(std::string_view, std::string_view) { return std::nullopt; }

/// As Go reads it: too large is no number, too small is 0.
std::optional<double> read_number(std::string_view text) {
  const bool has_plus = text.starts_with('+');
  if (has_plus) text.remove_prefix(1);
  const bool has_two_signs = has_plus && text.starts_with('-');
  if (has_two_signs || text.find('(') != std::string_view::npos) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    value = std::strtod(std::string(text).c_str(), nullptr);
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
  }
  return error == std::errc{} ? std::optional(value) : std::nullopt;
}

std::optional<std::int64_t> read_time(std::string_view text, Format format) {
  if (format == Format::openmetrics) {
    const auto seconds = read_number(text);
    if (!seconds || !(std::abs(*seconds) < kMostSeconds)) return std::nullopt;
    return std::llround(*seconds * 1000);
  }
  return parse_number<std::int64_t>(text);
}

MaybeFault not_a_time(std::string_view word, Format format) {
  return fmt::format("expected a time in {} or the line's end after the value, not '{}'",
                     format == Format::openmetrics ? "seconds" : "milliseconds", shown(word));
}

/// `# {trace_id="…"} 0.67 [time]` behind a sample: an example of what was counted, not needed here.
MaybeFault read_exemplar(Cursor& cursor) {
  cursor.take('#');
  cursor.skip_blanks();
  if (cursor.peek() != '{') return "expected `{` after the `#` of an exemplar";
  if (auto fault = read_labels(cursor, &ignore_label)) return fault;
  cursor.skip_blanks();
  const std::string_view value = cursor.take_word();
  if (!read_number(value)) {
    return fmt::format("the value of an exemplar, '{}', is not a number", shown(value));
  }
  cursor.skip_blanks();
  if (cursor.done()) return std::nullopt;
  const std::string_view time = cursor.take_word();
  if (!read_time(time, Format::openmetrics)) return not_a_time(time, Format::openmetrics);
  cursor.skip_blanks();
  if (!cursor.done()) return fmt::format("more than one sample: '{}'", shown(cursor.rest()));
  return std::nullopt;
}

std::string unescaped(std::string_view raw) {
  std::string text;
  text.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const char next = raw[i] == '\\' && i + 1 < raw.size() ? raw[i + 1] : '\0';
    if (next == '\\' || next == '"' || next == 'n') {
      text += next == 'n' ? '\n' : next;
      ++i;
    } else {
      text += raw[i];
    }
  }
  return text;
}

}  // namespace

Result<Format, std::string> format_of(std::string_view content_type) {
  const std::string type = to_lower(trim(content_type.substr(0, content_type.find(';'))));
  if (type == "application/openmetrics-text") return Format::openmetrics;
  if (type == "application/vnd.google.protobuf" || type == "application/json") {
    return unexpected("answered in " + type + ", which is no text of Prometheus or OpenMetrics");
  }
  return Format::text;
}

Result<bool, ExpositionFault> ExpositionReader::next(ExposedSample& sample) {
  while (!rest_.empty()) {
    const std::size_t length = std::min(rest_.find('\n'), rest_.size());
    const bool cut_off = length == rest_.size();
    const std::string_view line = rest_.substr(0, length);
    rest_.remove_prefix(std::min(length + 1, rest_.size()));
    ++line_;
    if (ended_) return unexpected(ExpositionFault{line_, "there is more after `# EOF`"});
    if (!simdjson::validate_utf8(line.data(), line.size())) {
      return unexpected(ExpositionFault{line_, "not UTF-8"});
    }
    Cursor cursor(line);
    cursor.skip_blanks();
    if (cursor.done()) continue;
    if (cursor.peek() == '#') {
      ended_ = format_ == Format::openmetrics && trim(line) == "# EOF";
      continue;
    }
    if (auto fault = read_sample(cursor.rest(), sample)) {
      return unexpected(ExpositionFault{line_, std::move(*fault)});
    }
    // The end may be missing in the middle of a number.
    if (cut_off) {
      return unexpected(ExpositionFault{line_, "no line feed ends the last line: it was cut off"});
    }
    return true;
  }
  if (format_ == Format::openmetrics && !ended_) {
    return unexpected(
        ExpositionFault{std::max<std::size_t>(1, line_), "no `# EOF` follows: it was cut off"});
  }
  return false;
}

MaybeFault ExpositionReader::read_sample(std::string_view line, ExposedSample& sample) const {
  Cursor cursor(line);
  sample.name = cursor.take_name(true);
  if (sample.name.empty()) {
    return fmt::format("expected a metric's name, not '{}'", shown(line));
  }
  sample.identity = sample.name;
  const bool ends_in_blank = is_blank(cursor.peek());
  cursor.skip_blanks();
  if (cursor.peek() == '{') {
    if (auto fault = read_labels(cursor, &ignore_label)) return fault;
    sample.identity = line.substr(0, cursor.at());
    cursor.skip_blanks();
  } else if (!ends_in_blank) {
    return fmt::format("expected `{{` or a blank after the name '{}', not '{}'", shown(sample.name),
                       shown(cursor.rest()));
  }
  const std::string_view value = cursor.take_word();
  const auto number = read_number(value);
  if (!number) {
    return fmt::format("the value of '{}', '{}', is not a number", shown(sample.name),
                       shown(value));
  }
  sample.value = *number;
  sample.time.reset();
  cursor.skip_blanks();
  if (cursor.done()) return std::nullopt;
  const bool may_have_exemplar = format_ == Format::openmetrics;
  if (may_have_exemplar && cursor.peek() == '#') return read_exemplar(cursor);
  const std::string_view time = cursor.take_word();
  sample.time = read_time(time, format_);
  if (!sample.time) return not_a_time(time, format_);
  cursor.skip_blanks();
  if (cursor.done()) return std::nullopt;
  if (may_have_exemplar && cursor.peek() == '#') return read_exemplar(cursor);
  return fmt::format("more than one sample: '{}'", shown(cursor.rest()));
}

Result<promql::Labels, std::string> labels_of(std::string_view identity) {
  Cursor cursor(identity);
  promql::Labels labels{{"__name__", std::string(cursor.take_name(true))}};
  cursor.skip_blanks();
  if (cursor.done()) return labels;
  const auto add = [&](std::string_view name, std::string_view raw) -> MaybeFault {
    if (labels.try_emplace(std::string(name), unescaped(raw)).second) return std::nullopt;
    return fmt::format("the label '{}' is there twice", shown(name));
  };
  if (auto fault = read_labels(cursor, add)) return unexpected(std::move(*fault));
  std::erase_if(labels, [](const auto& label) { return label.second.empty(); });
  return labels;
}

}  // namespace canarygate::scrape
