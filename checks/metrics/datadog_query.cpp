#include "checks/metrics/datadog_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "checks/duration.h"
#include "checks/number.h"
#include "checks/text.h"

namespace canarygate::datadog {

namespace {

using std::chrono::seconds;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// `.rollup(sum, 60)`
struct Call {
  std::string name;
  std::size_t begin = 0;  ///< of the dot
  std::size_t end = 0;
  std::vector<std::string> arguments;
};

/// Whether `metric` asks for a percentile: those have no method of their own over time.
bool is_percentile(std::string_view metric) {
  const std::size_t colon = metric.find(':');
  if (colon == std::string_view::npos || colon < 2 || metric.front() != 'p') return false;
  const std::string_view number = metric.substr(1, colon - 1);
  return number.find_first_not_of("0123456789.") == std::string_view::npos;
}

/// `a OR b` as `a, b` between the parentheses of each `IN (…)`.
std::string with_commas_in_lists(std::string_view scope) {
  constexpr std::string_view kIn = " in (";
  std::string written;
  while (true) {
    const std::size_t in = to_lower(scope).find(kIn);
    const std::size_t close = in == std::string::npos ? in : scope.find(')', in);
    if (close == std::string::npos) return written.append(scope);
    const std::size_t list = in + kIn.size();
    written += scope.substr(0, list);
    std::string values(scope.substr(list, close - list));
    for (std::size_t at = 0; (at = to_lower(values).find(" or ")) != std::string::npos;) {
      values.replace(at, 4, ", ");
    }
    written += values;
    scope.remove_prefix(close);
  }
}

/// A scope as Datadog documents it: lists have commas, and conditions are joined by commas or by
/// words, never by both.
std::string as_documented(std::string_view scope) {
  std::string listed = with_commas_in_lists(scope);
  const std::string lower = to_lower(listed);
  constexpr std::array<std::string_view, 4> kWords = {" in (", " and ", " or ", " not "};
  const bool has_words = std::ranges::any_of(
      kWords, [&](std::string_view word) { return lower.find(word) != std::string::npos; });
  if (!has_words) return listed;
  std::string written;
  int depth = 0;
  for (std::size_t at = 0; at < listed.size(); ++at) {
    const char c = listed[at];
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c != ',' || depth > 0) {
      written += c;
      continue;
    }
    written += " AND ";
    while (at + 1 < listed.size() && listed[at + 1] == ' ') ++at;
  }
  return written;
}

/// Writes a query anew, metric by metric. Functions are false when there is a fault.
class Writer {
 public:
  Writer(const std::string& text, std::optional<Duration> step) : text_(text), step_(step) {}

  Query query;
  QueryFault fault;

  bool write() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"' || c == '\'') {
        if (!skip_quoted()) return false;
      } else if (c == '{') {
        if (!write_term()) return false;
      } else if (starts_here(".rollup(")) {
        return complain(at_,
                        "a `.rollup` belongs behind the metric itself; canarygate adds it "
                        "there, so leave this one out");
      } else {
        warn_of_made_up_numbers();
        ++at_;
      }
    }
    copy_to(text_.size());
    if (query.terms.empty()) {
      return complain(0, "it names no metric; write it as avg:METRIC{SCOPE} by {host}");
    }
    return grouped_ || complain(0, "it does not say `by {host}`, so no series would be one host's");
  }

 private:
  [[nodiscard]] bool starts_here(std::string_view word) const {
    return std::string_view(text_).substr(at_).starts_with(word);
  }

  bool skip_quoted() {
    const std::size_t close = text_.find(text_[at_], at_ + 1);
    if (close == std::string::npos) return complain(at_, "this quote is not closed");
    at_ = close + 1;
    return true;
  }

  void copy_to(std::size_t end) {
    query.text.append(text_, copied_, end - copied_);
    copied_ = end;
  }

  /// From the metric in front of the scope that begins here to its last `.function()`.
  bool write_term() {
    const std::size_t begin = metric_begin();
    const std::string metric(trim(std::string_view(text_).substr(begin, at_ - begin)));
    if (metric.empty() || metric.back() == ':') {
      return complain(at_, "there is no metric in front of this scope");
    }
    copy_to(begin);
    Query::Term term{query.text.size(), 0};
    const std::size_t open = at_;
    if (!skip_braces()) return false;
    write_scope(open);
    if (!skip_grouping()) return false;
    copy_to(at_);
    std::vector<Call> calls;
    if (!read_calls(calls) || !write_calls(calls, is_percentile(metric))) return false;
    term.end = query.text.size();
    query.terms.push_back(term);
    return true;
  }

  /// Where the metric ends that stands in front of the brace here. It begins with its aggregator:
  /// `avg:`, or `count(v: v<10):`.
  [[nodiscard]] std::size_t metric_begin() const {
    std::size_t begin = at_;
    const auto before = [&] { return begin > copied_ ? text_[begin - 1] : '\0'; };
    while (before() == ' ') --begin;
    while (is_word(before()) || before() == '.' || before() == ':') --begin;
    if (begin < at_ && text_[begin] == ':' && before() == ')') {
      const std::size_t open = text_.rfind('(', begin);
      if (open != std::string::npos && open >= copied_) {
        begin = open;
        while (is_word(before())) --begin;
      }
    }
    return begin;
  }

  bool skip_braces() {
    const std::size_t close = text_.find_first_of("{}", at_ + 1);
    if (close == std::string::npos || text_[close] == '{') {
      return complain(at_, "this brace is not closed");
    }
    at_ = close + 1;
    return true;
  }

  void write_scope(std::size_t open) {
    copy_to(open);
    query.text += as_documented(text_.substr(open, at_ - open));
    copied_ = at_;
  }

  bool skip_grouping() {
    const std::size_t begin = text_.find_first_not_of(' ', at_);
    if (begin == std::string::npos || to_lower(text_.substr(begin, 2)) != "by") return true;
    const std::size_t open = text_.find_first_not_of(' ', begin + 2);
    if (open == std::string::npos || text_[open] != '{') return true;
    at_ = open;
    grouped_ = true;
    return skip_braces();
  }

  bool read_calls(std::vector<Call>& calls) {
    while (at_ < text_.size() && text_[at_] == '.') {
      std::size_t open = at_ + 1;
      while (open < text_.size() && is_word(text_[open])) ++open;
      if (open == text_.size() || text_[open] != '(') return true;
      const std::size_t close = text_.find_first_of("()", open + 1);
      if (close == std::string::npos || text_[close] == '(') {
        return complain(open, "this parenthesis is not closed");
      }
      Call call{text_.substr(at_ + 1, open - at_ - 1), at_, close + 1, {}};
      for (const std::string& part : split(text_.substr(open + 1, close - open - 1), ',')) {
        if (!trim(part).empty()) call.arguments.emplace_back(trim(part));
      }
      calls.push_back(std::move(call));
      at_ = close + 1;
    }
    return true;
  }

  bool write_calls(const std::vector<Call>& calls, bool percentile) {
    const bool counts = std::ranges::any_of(
        calls, [](const Call& call) { return call.name == "as_count" || call.name == "as_rate"; });
    std::string method = percentile ? "" : counts ? "sum" : "avg";
    std::size_t place = copied_;  // behind the modifiers, in front of what fills gaps
    const Call* own = nullptr;
    for (const Call& call : calls) {
      if (call.name == "as_count" || call.name == "as_rate") place = call.end;
      if (call.name == "fill" && !call.arguments.empty() && call.arguments.front() != "null") {
        warn(text_.substr(call.begin, call.end - call.begin));
      }
      if (call.name != "rollup") continue;
      if (own != nullptr) return complain(call.begin, "a metric has one `.rollup` at most");
      own = &call;
      place = call.begin;
    }
    const bool as_count =
        std::ranges::any_of(calls, [](const Call& call) { return call.name == "as_count"; });
    if (own != nullptr && !take_method(*own, as_count, method)) return false;
    copy_to(place);
    if (own != nullptr) copied_ = own->end;
    if (step_) {
      query.text +=
          fmt::format(".rollup({}{}{})", method, method.empty() ? "" : ", ", step_->count() / 1000);
    }
    copy_to(at_);
    check_flushes(counts);
    return true;
  }

  /// The method of the query's own rollup.
  bool take_method(const Call& own, bool as_count, std::string& method) {
    constexpr std::array<std::string_view, 5> kMethods = {"avg", "sum", "min", "max", "count"};
    std::vector<std::string> arguments = own.arguments;
    const std::string written = text_.substr(own.begin, own.end - own.begin);
    const bool has_method =
        !arguments.empty() && std::ranges::find(kMethods, arguments.front()) != kMethods.end();
    if (has_method) {
      method = arguments.front();
      arguments.erase(arguments.begin());
    }
    const std::string instead =
        has_method ? fmt::format("write `.rollup({})`", method) : std::string("leave it out");
    if (as_count && method != "sum") {
      return complain(own.begin,
                      fmt::format("`.as_count()` is the number of events in a step, and `{}` would "
                                  "make something else of it; write `.rollup(sum)` or leave it out",
                                  written));
    }
    if (arguments.empty()) return true;
    const auto interval = parse_number<std::int64_t>(arguments.front());
    if (arguments.size() > 1 || !interval) {
      return complain(own.begin,
                      fmt::format("`{}` has no length that canarygate knows; {}, and the "
                                  "check's `step` is added",
                                  printable(shorten(written, 60)), instead));
    }
    if (!step_ || seconds(*interval) == *step_) return true;
    return complain(own.begin, fmt::format("`{}` contradicts the check's `step` of {}; {}, and the "
                                           "step is added",
                                           written, format_duration(*step_), instead));
  }

  /// DogStatsD sends counts every 10 s, stamped with that time: other steps hold now one of them,
  /// now two.
  void check_flushes(bool counts) {
    constexpr Duration kFlush = seconds(10);
    if (!counts || !step_ || *step_ % kFlush == Duration(0)) return;
    add_warning(fmt::format(
        "Datadog's agent sends counts every 10s, so steps of {} hold now more, now fewer of them; "
        "a `step` of 10s, 30s or 1m has as many each time",
        format_duration(*step_)));
  }

  void warn_of_made_up_numbers() {
    if (starts_here("default_zero(")) warn("default_zero()");
  }

  void warn(const std::string& function) {
    add_warning(
        fmt::format("`{}` puts numbers where there are none, so a host that stopped may "
                    "look alive; leave it out where a missing number is no zero",
                    printable(shorten(function, 60))));
  }

  void add_warning(std::string text) {
    if (std::ranges::find(query.warnings, text) == query.warnings.end()) {
      query.warnings.push_back(std::move(text));
    }
  }

  bool complain(std::size_t at, std::string text) {
    fault = {1 + characters_in(text_.substr(0, at)), std::move(text)};
    return false;
  }

  const std::string& text_;
  std::optional<Duration> step_;
  std::size_t at_ = 0;
  std::size_t copied_ = 0;
  bool grouped_ = false;
};

}  // namespace

Result<Query, QueryFault> roll_up(const std::string& query, Duration step) {
  Writer writer(query, step);
  if (!writer.write()) return unexpected(std::move(writer.fault));
  return std::move(writer.query);
}

std::optional<QueryFault> fault_in(const std::string& query) {
  Writer writer(query, std::nullopt);
  if (!writer.write()) return std::move(writer.fault);
  return std::nullopt;
}

}  // namespace canarygate::datadog
