#include "checks/backtest/deploys_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "checks/backtest/merge_deploys.h"
#include "checks/csv.h"
#include "checks/duration.h"
#include "checks/text.h"

namespace canarygate::backtest {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostDeploys = 100'000;
constexpr std::size_t kMostHosts = 10'000;
constexpr std::size_t kLongestLabel = 100;  ///< characters

/// What a line says, by key: CSV and JSON meet here. No key is empty, and no text either.
using Fields = std::map<std::string, std::string>;

const std::vector<std::string> kKeys{"time", "canary", "label", "version", "good"};

std::string shown(std::string_view text) {
  return fmt::format("'{}'", printable(shorten(text, 60)));
}

std::string unknown(const std::string& kind, const std::string& name) {
  const std::string meant = nearest(name, kKeys);
  return fmt::format("unknown {} {}{}; there are time, canary, label or version, and good", kind,
                     shown(name), meant.empty() ? "" : fmt::format(" (did you mean '{}'?)", meant));
}

/// What a person or a script calls it.
std::optional<bool> parse_good(const std::string& text) {
  static const std::map<std::string, bool> kWords{{"true", true}, {"yes", true},    {"good", true},
                                                  {"1", true},    {"false", false}, {"no", false},
                                                  {"bad", false}, {"0", false}};
  const auto found = kWords.find(to_lower(text));
  return found == kWords.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> hosts_of(std::string text) {
  std::ranges::replace(text, ';', ' ');
  std::vector<std::string> hosts;
  for (const std::string& host : split(text, ' ')) {
    if (!trim(host).empty()) hosts.emplace_back(trim(host));
  }
  sort_unique(hosts);
  return hosts;
}

/// The error is what is wrong with the line.
Result<PastDeploy> deploy_of(const Fields& fields) {
  const auto bad = [](std::string text) { return fail(ErrorKind::usage, std::move(text)); };
  const auto field = [&](const char* key) {
    const auto found = fields.find(key);
    return found == fields.end() ? std::string() : found->second;
  };
  PastDeploy deploy;
  if (!fields.contains("time"))
    return bad("no time; it says when the deploy had reached its canary");
  const auto time = parse_time(field("time"));
  if (!time) {
    return bad(
        fmt::format("{} is no time; expected Unix seconds or RFC 3339, as in 2026-11-20T14:03:20Z",
                    shown(field("time"))));
  }
  deploy.deployed_at = *time;
  deploy.canary = hosts_of(field("canary"));
  if (deploy.canary.size() > kMostHosts) {
    return bad(
        fmt::format("{} canary hosts; a deploy has at most {}", deploy.canary.size(), kMostHosts));
  }
  const std::string label = fields.contains("label") ? field("label") : field("version");
  deploy.label = printable(shorten(label, kLongestLabel));
  if (fields.contains("good")) {
    deploy.good = parse_good(field("good"));
    if (!deploy.good) {
      return bad(fmt::format("`good` is {}; expected true or false, or nothing where nobody knows",
                             shown(field("good"))));
    }
  }
  return deploy;
}

void set(Fields& fields, const std::string& key, std::string_view text) {
  if (!trim(text).empty()) fields[key] = trim(text);
}

class CsvLines {
 public:
  static Result<CsvLines> open(CsvReader& reader) {
    CsvLines lines(reader);
    const auto header = reader.next(lines.names_);
    if (!header) return unexpected(header.error());
    for (std::string& name : lines.names_) {
      name = trim(name);
      if (std::ranges::find(kKeys, name) == kKeys.end()) {
        return fail(ErrorKind::usage, unknown("column", name));
      }
      if (std::ranges::count(lines.names_, name) > 1) {
        return fail(ErrorKind::usage, fmt::format("two columns are called '{}'", name));
      }
    }
    if (std::ranges::find(lines.names_, "time") == lines.names_.end()) {
      return fail(ErrorKind::usage,
                  "no column 'time'; the first line names the columns: time, and "
                  "canary, label or version, and good where they are known");
    }
    return lines;
  }

  [[nodiscard]] Result<bool> next(Fields& fields) {
    const auto more = reader_.next(values_);
    if (!more) return unexpected(more.error());
    if (!*more) return false;
    if (values_.size() != names_.size()) {
      return fail(ErrorKind::usage, fmt::format("{}, but the first line has {}",
                                                count_of(values_.size(), "field"), names_.size()));
    }
    for (std::size_t i = 0; i < names_.size(); ++i) set(fields, names_[i], values_[i]);
    return true;
  }

 private:
  explicit CsvLines(CsvReader& reader) : reader_(reader) {}

  CsvReader& reader_;
  std::vector<std::string> names_;
  std::vector<std::string> values_;
};

class JsonLines {
 public:
  explicit JsonLines(CsvReader& reader) : reader_(reader) {}

  [[nodiscard]] Result<bool> next(Fields& fields) {
    const auto more = reader_.next_line(line_);
    if (!more) return unexpected(more.error());
    if (!*more) return false;
    const Json object = Json::parse(line_, nullptr, false);
    if (!object.is_object()) {
      return fail(ErrorKind::usage,
                  "no JSON object; each line is one, such as "
                  "{\"time\": 1795212778, \"label\": \"v42\"}");
    }
    for (const auto& [key, value] : object.items()) {
      if (std::ranges::find(kKeys, key) == kKeys.end()) {
        return fail(ErrorKind::usage, unknown("key", key));
      }
      if (const Status taken = take(fields, key, value); !taken) return unexpected(taken.error());
    }
    return true;
  }

 private:
  static Status take(Fields& fields, const std::string& key, const Json& value) {
    if (value.is_null()) return Done{};
    const bool list = key == "canary" && value.is_array();
    if (value.is_string()) {
      set(fields, key, value.get<std::string>());
    } else if (list && std::ranges::all_of(value, &Json::is_string)) {
      set(fields, key, join(value.get<std::vector<std::string>>(), " "));
    } else if (key != "canary" && (value.is_number() || value.is_boolean())) {
      set(fields, key, value.dump());
    } else {
      return fail(ErrorKind::usage,
                  fmt::format("`{}` is {}; expected {}", key, shown(value.dump()),
                              key == "canary" ? "host names: a list of texts, or one text with "
                                                "spaces in between"
                                              : "a text"));
    }
    return Done{};
  }

  CsvReader& reader_;
  std::string line_;
};

template <typename Lines>
Result<std::vector<PastDeploy>> read(Lines& lines, const CsvReader& reader) {
  std::vector<PastDeploy> deploys;
  while (true) {
    Fields fields;
    const auto more = lines.next(fields);
    if (!more) return unexpected(more.error());
    if (!*more) break;
    auto deploy = deploy_of(fields);
    if (!deploy) return unexpected(deploy.error());
    if (deploys.size() == kMostDeploys) {
      return fail(ErrorKind::usage,
                  fmt::format("more than {} deploys; leave out the oldest", kMostDeploys));
    }
    deploy->source = reader.place();
    deploys.push_back(std::move(*deploy));
  }
  return deploys;
}

Result<std::vector<PastDeploy>> read_lines(CsvReader& reader) {
  const auto is_json = reader.next_is('{');
  if (!is_json) return unexpected(is_json.error());
  if (*is_json) {
    JsonLines lines(reader);
    return read(lines, reader);
  }
  auto lines = CsvLines::open(reader);
  if (!lines) return unexpected(lines.error());
  return read(*lines, reader);
}

}  // namespace

Result<std::vector<PastDeploy>> read_deploys_file(const std::string& path) {
  auto reader = CsvReader::open(path);
  if (!reader) return fail(ErrorKind::usage, reader.error().text);
  auto deploys = read_lines(*reader);
  if (!deploys) {
    // The reader's own errors have their place already.
    const Error& error = deploys.error();
    return fail(ErrorKind::usage, error.kind == ErrorKind::usage
                                      ? fmt::format("{}: {}", reader->place(), error.text)
                                      : error.text);
  }
  if (deploys->empty()) {
    return fail(ErrorKind::usage,
                fmt::format("{}: there is no deploy in it; after a first line such as "
                            "time,canary,label,good each line is one",
                            printable(path)));
  }
  return merge_deploys(std::move(*deploys));
}

}  // namespace canarygate::backtest
