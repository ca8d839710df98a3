#include "checks/metrics/elasticsearch_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "checks/metrics/lucene.h"
#include "checks/text.h"

namespace canarygate::elasticsearch {

namespace {

using Function = Query::Function;
using Json = nlohmann::ordered_json;

constexpr std::string_view kSpaces = " \t\r\n";
constexpr std::string_view kForms =
    "a query is `count(CONDITION) where FILTER`, or sum, avg, min, max, median or p99 of a field: "
    "`p99(FIELD) where FILTER`";

/// Reads one query. Functions are false when it cannot be asked, and `fault` says why.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Query query;
  QueryFault fault;

  bool read() {
    pass_spaces();
    return read_function() && read_argument() && read_filter();
  }

 private:
  bool read_function() {
    const std::size_t begin = at_;
    const std::size_t open = text_.find('(', at_);
    if (open == std::string_view::npos) return refuse(begin, std::string(kForms));
    const std::string name = to_lower(trim(text_.substr(at_, open - at_)));
    at_ = open;
    constexpr std::array<std::pair<std::string_view, Function>, 6> kNames = {{
        {"count", Function::count},
        {"sum", Function::sum},
        {"avg", Function::average},
        {"min", Function::minimum},
        {"max", Function::maximum},
        {"median", Function::percentile},
    }};
    query.percent = 50;
    for (const auto& [known, function] : kNames) {
      if (name != known) continue;
      query.function = function;
      return true;
    }
    if (!name.starts_with('p') || !read_percent(name.substr(1))) {
      return refuse(begin,
                    fmt::format("'{}' is not known; {}", printable(shorten(name, 60)), kForms));
    }
    query.function = Function::percentile;
    return true;
  }

  bool read_percent(const std::string& digits) {
    const char* end = digits.data() + digits.size();
    const auto [stop, error] =
        std::from_chars(digits.data(), end, query.percent, std::chars_format::fixed);
    return error == std::errc() && stop == end && query.percent > 0 && query.percent < 100;
  }

  bool read_argument() {
    const std::size_t open = at_;
    const auto close = closing_of(open);
    if (!close) return refuse(open, "this parenthesis is never closed");
    const std::string argument(trim(text_.substr(open + 1, *close - open - 1)));
    at_ = *close + 1;
    if (query.function == Function::count) {
      query.condition = argument;
      return true;
    }
    if (argument.empty())
      return refuse(open + 1, "which field? Its name stands in the parentheses");
    if (argument.find_first_of(" \t\r\n\"'():*,") != std::string::npos) {
      return refuse(open + 1, fmt::format("'{}' is no name of a field; conditions stand behind "
                                          "`where`",
                                          printable(shorten(argument, 60))));
    }
    query.field = argument;
    return true;
  }

  bool read_filter() {
    pass_spaces();
    if (at_ == text_.size()) return true;
    constexpr std::string_view kWhere = "where";
    const std::size_t after = at_ + kWhere.size();
    const bool is_where = to_lower(text_.substr(at_, kWhere.size())) == kWhere &&
                          (after == text_.size() || kSpaces.find(text_[after]) != kSpaces.npos ||
                           text_[after] == '(');
    if (!is_where) {
      return refuse(at_,
                    "only `where FILTER` can follow; per second, and by host, is canarygate's");
    }
    query.filter = trim(text_.substr(after));
    if (query.filter.empty()) return refuse(at_, "no filter follows `where`");
    for (at_ = after; at_ < text_.size(); ++at_) {
      if (!balanced_at()) return false;
    }
    return true;
  }

  /// Refuses a parenthesis or quote of the filter that has no other end, and passes what it holds.
  bool balanced_at() {
    const char c = text_[at_];
    if (c == ')') return refuse(at_, "nothing is open that this parenthesis could close");
    if (c == '\\') ++at_;
    if (c != '(' && c != '"') return true;
    const auto close = c == '(' ? closing_of(at_) : closing_quote(at_);
    if (!close) {
      return refuse(at_,
                    c == '(' ? "this parenthesis is never closed" : "this quote is never closed");
    }
    at_ = *close;
    return true;
  }

  [[nodiscard]] std::optional<std::size_t> closing_quote(std::size_t open) const {
    std::size_t at = open + 1;
    while (at < text_.size() && text_[at] != '"') at += text_[at] == '\\' ? 2U : 1U;
    return at < text_.size() ? std::optional(at) : std::nullopt;
  }

  [[nodiscard]] std::optional<std::size_t> closing_of(std::size_t open) const {
    std::size_t depth = 0;
    for (std::size_t at = open; at < text_.size(); ++at) {
      const char c = text_[at];
      if (c == '\\') ++at;
      if (c == '"') {
        const auto end = closing_quote(at);
        if (!end) return std::nullopt;
        at = *end;
      }
      if (c == '(') ++depth;
      if (c == ')' && --depth == 0) return at;
    }
    return std::nullopt;
  }

  void pass_spaces() { at_ = std::min(text_.find_first_not_of(kSpaces, at_), text_.size()); }

  bool refuse(std::size_t offset, std::string text) {
    fault = {characters_in(text_.substr(0, offset)) + 1, std::move(text)};
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

Json query_string(const std::string& text) {
  return {{"query_string", {{"query", text}, {"analyze_wildcard", true}}}};
}

/// The aggregation in each bucket of time; null where its count of documents is all.
Json number_of(const Query& query) {
  switch (query.function) {
    case Function::count:
      return query.condition.empty() ? Json() : Json{{"filter", query_string(query.condition)}};
    case Function::percentile:
      return {{"percentiles",
               {{"field", query.field}, {"percents", {query.percent}}, {"keyed", false}}}};
    case Function::sum:
    case Function::average:
    case Function::minimum:
    case Function::maximum:
      // All of them at once, for the count: a sum of nothing would be 0.
      return {{"stats", {{"field", query.field}}}};
  }
  return {};
}

}  // namespace

Result<Query, QueryFault> parse(const std::string& text) {
  Reader reader(text);
  if (!reader.read()) return unexpected(std::move(reader.fault));
  return std::move(reader.query);
}

std::vector<std::string> fields_of_conditions(const Query& query) {
  std::vector<std::string> fields = lucene::fields_in(query.condition);
  for (std::string& field : lucene::fields_in(query.filter)) {
    if (std::ranges::find(fields, field) == fields.end()) fields.push_back(std::move(field));
  }
  return fields;
}

TimePoint first_bucket(const Grid& grid) { return grid.start + Duration(1); }

std::string search_for(const Query& query, const Fields& fields, const Grid& grid) {
  const std::int64_t begin = first_bucket(grid).time_since_epoch().count();
  const std::int64_t step = grid.step.count();
  const std::int64_t end = begin + grid.points * step;
  Json conditions = {
      {{"range", {{fields.time, {{"gte", begin}, {"lt", end}, {"format", "epoch_millis"}}}}}}};
  if (!query.filter.empty()) conditions.push_back(query_string(query.filter));
  Json times = {{"date_histogram",
                 {{"field", fields.time},
                  {"fixed_interval", fmt::format("{}ms", step)},
                  {"offset", fmt::format("+{}ms", begin % step)},
                  {"min_doc_count", 0},
                  {"extended_bounds", {{"min", begin}, {"max", end - step}}}}}};
  if (const Json number = number_of(query); !number.is_null()) times["aggs"]["number"] = number;
  const Json hosts = {{"terms", {{"field", fields.host}, {"size", kMostHosts}}},
                      {"aggs", {{"times", times}}}};
  return Json{{"size", 0},
              {"track_total_hits", false},
              {"query", {{"bool", {{"filter", conditions}}}}},
              {"aggs", {{"hosts", hosts}}}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace canarygate::elasticsearch
