#include "checks/metrics/exec_protocol.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "checks/duration.h"
#include "checks/metrics/buckets.h"
#include "checks/metrics/json_pointer.h"
#include "checks/text.h"

namespace canarygate::exec {

namespace {

using Json = nlohmann::ordered_json;

// What one answer may take in memory, whatever the program prints.
constexpr std::size_t kMostSeries = 100'000;
constexpr std::size_t kMostNumbers = 50'000'000;
constexpr std::size_t kMostWarnings = 20;
// Times beside these are no seconds.
constexpr double kEarliest = 946'684'800;  // 2000-01-01
constexpr double kLatest = 4'102'444'800;  // 2100-01-01

Json seconds(Duration length) {
  if (length.count() % 1000 == 0) return length.count() / 1000;
  return static_cast<double>(length.count()) / 1000;
}

std::optional<JsonElement> member(JsonElement of, const char* name) {
  JsonElement found;
  if (of.at_key(name).get(found) != simdjson::SUCCESS || found.is_null()) return std::nullopt;
  return found;
}

/// Reads the answer to one query. Functions are false when it is no good, and `complaint` says why.
class AnswerParser {
 public:
  AnswerParser(const RangeQuery& query, std::size_t& numbers) : query_(query), numbers_(numbers) {}

  QueryAnswer answer;
  std::string complaint;

  bool read(JsonElement result) {
    if (const auto error = member(result, "error")) {
      return complain(
          printable(shorten(json_text(*error).value_or(simdjson::minify(*error)), 600)));
    }
    if (!read_warnings(result)) return false;
    const auto series = member(result, "series");
    simdjson::dom::array list;
    if (!series || series->get(list) != simdjson::SUCCESS) {
      return complain("it has neither a list `series` nor an `error`");
    }
    std::size_t number = 0;
    for (const JsonElement one : list) {
      within_ = fmt::format("series {}: ", ++number);
      if (!read_series(one)) return false;
    }
    return true;
  }

 private:
  bool read_warnings(JsonElement result) {
    const auto warnings = member(result, "warnings");
    if (!warnings) return true;
    simdjson::dom::array list;
    if (warnings->get(list) != simdjson::SUCCESS) return complain("its `warnings` are no list");
    for (const JsonElement one : list) {
      const auto text = json_text(one);
      if (!text) return complain("one of its `warnings` is no text");
      if (answer.warnings.size() < kMostWarnings) {
        answer.warnings.push_back(printable(shorten(*text, 300)));
      }
    }
    return true;
  }

  bool read_series(JsonElement one) {
    numbers_ += static_cast<std::size_t>(query_.grid.points);
    if (answer.series.size() == kMostSeries || numbers_ > kMostNumbers) {
      return complain("it has more series than canarygate takes; print fewer");
    }
    Series& series = answer.series.emplace_back();
    if (!read_host(one, series)) return false;
    if (!known_.emplace(series.host, series.labels).second) {
      return complain(fmt::format("there is a second series of '{}' with the same labels",
                                  printable(shorten(series.host, 100))));
    }
    const auto values = member(one, "values");
    const auto points = member(one, "points");
    if (values.has_value() == points.has_value()) {
      return complain(values ? "it has both `values` and `points`"
                             : "it has neither `values` nor `points`");
    }
    return values ? read_values(*values, series) : read_points(*points, series);
  }

  bool read_host(JsonElement one, Series& series) {
    if (const auto labels = member(one, "labels")) {
      simdjson::dom::object names;
      if (labels->get(names) != simdjson::SUCCESS) return complain("its `labels` are no object");
      for (const auto field : names) {
        if (auto text = json_text(field.value)) series.labels[std::string(field.key)] = *text;
      }
    }
    if (const auto host = member(one, "host")) {
      series.host = json_text(*host).value_or("");
      if (series.host.empty()) return complain("its `host` is no name");
      series.labels[query_.host_label] = series.host;
      return true;
    }
    const auto label = series.labels.find(query_.host_label);
    if (label == series.labels.end()) {
      return complain(fmt::format("it has no `host`, and no label '{}' that would name it",
                                  printable(shorten(query_.host_label, 60))));
    }
    series.host = label->second;
    return true;
  }

  /// One for each point, in their order.
  bool read_values(JsonElement values, Series& series) {
    simdjson::dom::array list;
    if (values.get(list) != simdjson::SUCCESS) return complain("its `values` are no list");
    const auto points = static_cast<std::size_t>(query_.grid.points);
    std::size_t count = 0;
    for (const JsonElement element : list) {
      const auto value = json_number(element);
      if (!value) return complain(describe_json(element) + " is not a number");
      if (++count <= points) series.values.push_back(*value);
    }
    return count == points || complain(fmt::format("it has {}, and not {} as asked for",
                                                   count_of(count, "value"), points));
  }

  bool read_points(JsonElement points, Series& series) {
    simdjson::dom::array list;
    if (points.get(list) != simdjson::SUCCESS) return complain("its `points` are no list");
    std::vector<Sample> samples;
    for (const JsonElement point : list) {
      simdjson::dom::array pair;
      if (point.get(pair) != simdjson::SUCCESS || pair.size() != 2) {
        return complain(describe_json(point) + " is no point, which is [time, value]");
      }
      const double time = json_number(pair.at(0)).value_or(0);
      if (!(time >= kEarliest && time < kLatest)) {
        return complain(describe_json(pair.at(0)) + " is no time of this century in Unix seconds");
      }
      const auto value = json_number(pair.at(1));
      if (!value) return complain(describe_json(pair.at(1)) + " is not a number");
      samples.push_back({from_unix_seconds(time), *value});
    }
    auto values = into_buckets(std::move(samples), query_.grid, {});
    if (!values) return complain("it has two values at " + format_time(values.error()));
    series.values = std::move(*values);
    return true;
  }

  bool complain(const std::string& text) {
    complaint = within_ + text;
    return false;
  }

  const RangeQuery& query_;
  std::size_t& numbers_;
  std::set<std::pair<std::string, std::map<std::string, std::string>>> known_;
  std::string within_;
};

}  // namespace

std::string request_document(std::span<const RangeQuery> queries, const Groups& groups) {
  Json document = {{"version", 1}, {"queries", Json::array()}};
  for (const RangeQuery& query : queries) {
    document["queries"].push_back({{"query", query.text},
                                   {"host_label", query.host_label},
                                   {"start", seconds(query.grid.start.time_since_epoch())},
                                   {"end", seconds(query.grid.end().time_since_epoch())},
                                   {"step", seconds(query.grid.step)},
                                   {"points", query.grid.points}});
  }
  if (!groups.canary.empty()) {
    document["hosts"] = {{"canary", groups.canary}, {"baseline", groups.baseline}};
  }
  return document.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Answers, std::string> parse_answers(std::string output,
                                           std::span<const RangeQuery> queries) {
  if (trim(output).empty()) return unexpected(std::string("it printed nothing"));
  output.reserve(output.size() + simdjson::SIMDJSON_PADDING);
  simdjson::dom::parser json;
  JsonElement document;
  if (json.parse(output.data(), output.size(), false).get(document) != simdjson::SUCCESS) {
    return unexpected(
        fmt::format("what it printed is not one JSON document (NaN is none: print null): {}",
                    printable(shorten(trim(std::string_view(output).substr(0, 400)), 100))));
  }
  const auto results = member(document, "results");
  simdjson::dom::array list;
  if (!results || results->get(list) != simdjson::SUCCESS) {
    return unexpected("what it printed has no list `results`; it is " + describe_json(document));
  }
  Answers answers;
  std::size_t numbers = 0;
  for (const JsonElement result : list) {
    if (answers.size() == queries.size()) break;
    AnswerParser parser(queries[answers.size()], numbers);
    const bool good = parser.read(result);
    answers.push_back(good ? Result<QueryAnswer, std::string>(std::move(parser.answer))
                           : unexpected(std::move(parser.complaint)));
  }
  if (list.size() == queries.size()) return answers;
  return unexpected(
      fmt::format("it printed {} to {}", count_of(list.size(), "result"),
                  queries.size() == 1 ? "1 query" : fmt::format("{} queries", queries.size())));
}

}  // namespace canarygate::exec
