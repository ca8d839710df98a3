#include "checks/metrics/cloudwatch_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "checks/number.h"
#include "checks/text.h"

namespace canarygate::cloudwatch {

namespace {

constexpr std::size_t kMostDimensions = 30;
constexpr const char* kForm = "NAMESPACE METRIC STATISTIC {DIMENSION=VALUE, …}";

struct Token {
  enum class Kind { word, punctuation, end } kind = Kind::end;
  std::string text;
  bool quoted = false;
  std::size_t column = 1;

  [[nodiscard]] bool is(char c) const { return kind == Kind::punctuation && text.front() == c; }
  [[nodiscard]] bool is_word(std::string_view word) const {
    return kind == Kind::word && !quoted && text == word;
  }
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// `p99`, `tm99.9` and their like.
bool is_percentile(std::string_view name) {
  for (const std::string_view kind : {"p", "tm", "tc", "ts", "wm"}) {
    if (!name.starts_with(kind)) continue;
    const auto per_cent = parse_number<double>(name.substr(kind.size()), std::chars_format::fixed);
    if (per_cent && *per_cent >= 0 && *per_cent <= 100) return true;
  }
  return false;
}

/// `TM(5%:95%)`, `PR(:300)` and their like.
bool is_range(std::string_view name) {
  constexpr std::array<std::string_view, 5> kKinds = {"TM(", "TC(", "TS(", "WM(", "PR("};
  return std::ranges::find(kKinds, name.substr(0, 3)) != kKinds.end() && name.ends_with(')') &&
         std::ranges::count(name, ':') == 1 &&
         name.substr(3).find_first_not_of("0123456789.%:)") == std::string_view::npos;
}

/// Reads one query and keeps the first fault.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) { advance(); }

  Result<Query, QueryFault> metric_query() {
    MetricQuery query;
    query.name_space = word("a namespace");
    query.metric = word("a metric");
    query.statistic = statistic(word("a statistic"));
    dimensions(query);
    if (token_.kind != Token::Kind::end) zero_where(query);
    if (fault_) return unexpected(*fault_);
    return Query(std::move(query));
  }

  Result<Query, QueryFault> search_query() {
    SearchQuery query;
    in_search_ = true;
    advance();  // SEARCH
    expect('(');
    query.search =
        quoted("the search, such as '{AWS/EC2,InstanceId} MetricName=\"CPUUtilization\"'");
    expect(',');
    query.statistic = statistic(quoted("a statistic, such as 'Average'"));
    if (token_.is(',')) {
      advance();
      period(query);
    }
    expect(')');
    if (token_.kind != Token::Kind::end) refuse("nothing may follow SEARCH(…)");
    if (fault_) return unexpected(*fault_);
    return Query(std::move(query));
  }

  [[nodiscard]] const Token& token() const { return token_; }

 private:
  void refuse(std::string text) { refuse_at(token_.column, std::move(text)); }
  void refuse_at(std::size_t column, std::string text) {
    if (!fault_) fault_ = QueryFault{column, std::move(text)};
  }

  void advance() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    token_ = {};
    token_.column = characters_in(text_.substr(0, at_)) + 1;
    if (at_ == text_.size()) return;
    const char c = text_[at_];
    if (std::string_view("{}=,()").find(c) != std::string_view::npos) {
      token_.kind = Token::Kind::punctuation;
      token_.text = c;
      ++at_;
    } else if (c == '"' || c == '\'') {
      read_quoted(c);
    } else {
      read_word();
    }
  }

  void read_quoted(char quote) {
    token_.kind = Token::Kind::word;
    token_.quoted = true;
    const std::size_t begin = at_ + 1;
    std::size_t end = begin;
    while (end < text_.size() && text_[end] != quote) {
      if (in_search_ && text_[end] == '\\') ++end;
      ++end;
    }
    if (end >= text_.size()) {
      refuse(fmt::format("this {} is not closed", quote));
      at_ = text_.size();
      return;
    }
    token_.text = text_.substr(begin, end - begin);
    at_ = end + 1;
  }

  /// Parentheses belong to a word, `TM(10%:90%)`, but not to those of SEARCH(…).
  void read_word() {
    token_.kind = Token::Kind::word;
    const std::size_t begin = at_;
    const bool search = text_.substr(at_).starts_with("SEARCH(");
    const std::string_view ends = search ? "(" : in_search_ ? "(),\"'" : "{}=,\"'";
    while (at_ < text_.size() && !is_blank(text_[at_]) &&
           ends.find(text_[at_]) == std::string_view::npos) {
      ++at_;
    }
    token_.text = text_.substr(begin, at_ - begin);
  }

  void expect(char c) {
    if (!token_.is(c)) refuse(fmt::format("expected {}", c));
    advance();
  }

  std::string word(const char* what) {
    if (token_.kind != Token::Kind::word || token_.text.empty()) {
      refuse(fmt::format("expected {}; a query is {}", what, kForm));
    }
    return take();
  }

  std::string quoted(const char* what) {
    if (!token_.quoted) refuse(fmt::format("expected {}, in quotes", what));
    return take();
  }

  std::string take() {
    last_column_ = token_.column;
    std::string text = token_.text;
    advance();
    return text;
  }

  /// Refuses what CloudWatch has no statistic for.
  std::string statistic(std::string name) {
    static const std::vector<std::string> kNames = {"Average", "Sum",         "Minimum",
                                                    "Maximum", "SampleCount", "IQM"};
    const bool known = std::ranges::find(kNames, name) != kNames.end();
    if (known || is_percentile(name) || is_range(name) || fault_) return name;
    std::string meant = nearest(name, kNames);
    for (const std::string& one : kNames) {
      if (to_lower(one) == to_lower(name)) meant = one;
    }
    refuse_at(last_column_,
              fmt::format("unknown statistic '{}'; {}there are {}, and p99, tm99, TM(5%:95%) and "
                          "their like",
                          shorten(name, 40), meant.empty() ? "" : "did you mean " + meant + "? ",
                          join(kNames, ", ")));
    return name;
  }

  void dimensions(MetricQuery& query) {
    if (!token_.is('{')) {
      refuse("expected the dimensions, such as {InstanceId={{hosts}}}");
      return;
    }
    do {
      advance();
      dimension(query);
    } while (token_.is(',') && !fault_);
    if (!token_.is('}')) refuse("expected , or } after a dimension");
    advance();
  }

  void dimension(MetricQuery& query) {
    const std::size_t column = token_.column;
    Dimension dimension{word("a dimension's name"), {}};
    expect('=');
    dimension.values.push_back(word("a dimension's value"));
    while (token_.is_word("OR") && !fault_) {
      advance();
      dimension.values.push_back(word("a dimension's value"));
    }
    for (const Dimension& other : query.dimensions) {
      if (other.name == dimension.name) {
        refuse_at(column, fmt::format("'{}' is there twice", shorten(other.name, 60)));
      }
      if (other.values.size() > 1 && dimension.values.size() > 1) {
        refuse_at(column, fmt::format("'{}' and '{}' have several values; only the host's may",
                                      shorten(other.name, 60), shorten(dimension.name, 60)));
      }
    }
    query.dimensions.push_back(std::move(dimension));
    if (query.dimensions.size() > kMostDimensions) {
      refuse_at(column, fmt::format("a metric has at most {} dimensions", kMostDimensions));
    }
  }

  void zero_where(MetricQuery& query) {
    for (const char* expected : {"or", "0", "where"}) {
      if (!token_.is_word(expected)) {
        refuse("after the dimensions only `or 0 where METRIC` is possible");
        return;
      }
      advance();
    }
    query.zero_where = word("a metric after `or 0 where`");
    if (token_.kind != Token::Kind::end) refuse("nothing may follow `or 0 where METRIC`");
  }

  void period(SearchQuery& query) {
    const auto seconds = parse_number<std::int64_t>(token_.text);
    if (token_.quoted || !seconds || *seconds < 1 || *seconds > 86'400) {
      refuse("expected the period in seconds, or nothing: it is the check's `step`");
    } else {
      query.period = std::chrono::seconds(*seconds);
    }
    advance();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Token token_;
  std::size_t last_column_ = 1;
  bool in_search_ = false;  // inside SEARCH(…), where a backslash keeps a quote from closing
  std::optional<QueryFault> fault_;
};

}  // namespace

Result<Query, QueryFault> parse_query(const std::string& text) {
  Reader reader(text);
  if (reader.token().is_word("SEARCH")) return reader.search_query();
  if (to_lower(reader.token().text) == "select") {
    return unexpected(QueryFault{
        reader.token().column,
        fmt::format("Metrics Insights (SELECT …) cannot be asked; a query is {}", kForm)});
  }
  return reader.metric_query();
}

}  // namespace canarygate::cloudwatch
