#include "checks/import/datadog_monitor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "checks/duration.h"
#include "checks/import/promql_per_host.h"
#include "checks/number.h"
#include "checks/text.h"

namespace canarygate {

namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Moves `at` past a quoted text that begins there; past its first character when it is none.
std::size_t past_one(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c != '"' && c != '\'') return at + 1;
  const std::size_t close = text.find(c, at + 1);
  return close == kNone ? text.size() : close + 1;
}

/// `name(…)` at the start of `text`: name, and what is within the parentheses; the rest follows.
struct Call {
  std::string name;
  std::string_view inner;
  std::string_view rest;
};

std::optional<Call> call_at_start(std::string_view text) {
  std::size_t open = 0;
  while (open < text.size() && is_word(text[open])) ++open;
  if (open == 0 || open == text.size() || text[open] != '(') return std::nullopt;
  const std::size_t end = past_brackets(text, open);
  if (end == kNone) return std::nullopt;
  return Call{std::string(text.substr(0, open)), trim(text.substr(open + 1, end - open - 2)),
              text.substr(end)};
}

/// `last_5m` as five minutes.
Duration window_of(std::string_view text) {
  text = trim(text);
  constexpr std::string_view kLast = "last_";
  if (!text.starts_with(kLast)) return Duration(0);
  return parse_duration(text.substr(kLast.size())).value_or(Duration(0));
}

/// The first argument of what stands between parentheses.
std::string_view first_argument(std::string_view inner) {
  std::size_t at = 0;
  while (at < inner.size() && inner[at] != ',') {
    const bool opens = inner[at] == '(' || inner[at] == '{';
    at = opens ? std::min(past_brackets(inner, at), inner.size()) : past_one(inner, at);
  }
  return trim(inner.substr(0, at));
}

/// Where the comparison stands, outside of brackets and quotes.
std::size_t comparison_in(std::string_view text) {
  std::size_t found = kNone;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '(' || c == '{') {
      at = past_brackets(text, at);
      if (at == kNone) return kNone;
      continue;
    }
    if (c == '<' || c == '>' || c == '=' || c == '!') {
      if (found == kNone) found = at;
    }
    at = past_one(text, at);
  }
  return found;
}

void unwrap(DatadogMonitorQuery& monitor) {
  const auto call = call_at_start(monitor.expression);
  if (!call || !trim(call->rest).empty()) return;
  constexpr std::array<std::string_view, 3> kWrappers = {"anomalies", "outliers", "forecast"};
  if (std::ranges::find(kWrappers, call->name) == kWrappers.end()) return;
  monitor.wrapper = call->name;
  for (const std::string_view direction : {"above", "below"}) {
    for (const char* written : {"direction='{}'", "direction=\"{}\""}) {
      const std::string wanted = fmt::format(fmt::runtime(written), direction);
      if (call->inner.find(wanted) != kNone) monitor.direction = direction;
    }
  }
  monitor.expression = first_argument(call->inner);
}

}  // namespace

std::size_t past_brackets(std::string_view text, std::size_t open) {
  int depth = 0;
  for (std::size_t at = open; at < text.size(); at = past_one(text, at)) {
    if (text[at] == '(' || text[at] == '{') ++depth;
    if ((text[at] == ')' || text[at] == '}') && --depth == 0) return at + 1;
  }
  return kNone;
}

Result<DatadogMonitorQuery, std::string> take_monitor_apart(std::string_view query) {
  const auto refuse = [&] {
    return unexpected(fmt::format("its query is not `avg(last_5m):QUERY > NUMBER` or the like: {}",
                                  shown_query(query)));
  };
  DatadogMonitorQuery monitor;
  auto head = call_at_start(trim(query));
  if (!head) return refuse();
  if (head->name == "change" || head->name == "pct_change") {
    monitor.change = head->name;
    const std::string_view rest = head->rest;
    head = call_at_start(first_argument(head->inner));
    if (!head) return refuse();
    head->rest = rest;
  }
  head->rest = trim(head->rest);
  if (!head->rest.starts_with(':')) return refuse();
  monitor.over_time = head->name;
  monitor.window = window_of(head->inner);
  const std::string_view rest = head->rest.substr(1);
  const std::size_t at = comparison_in(rest);
  if (at == kNone) return refuse();
  const std::size_t end = std::min(rest.find_first_not_of("<>=!", at), rest.size());
  const auto threshold = parse_number<double>(trim(rest.substr(end)));
  monitor.comparison = rest.substr(at, end - at);
  monitor.expression = trim(rest.substr(0, at));
  if (!threshold || monitor.expression.empty()) return refuse();
  monitor.threshold = *threshold;
  constexpr std::array<std::string_view, 4> kComparisons = {">", ">=", "<", "<="};
  if (std::ranges::find(kComparisons, monitor.comparison) == kComparisons.end()) {
    return unexpected(fmt::format("`{} {}` asks for one exact value, which is no limit",
                                  monitor.comparison, *threshold));
  }
  unwrap(monitor);
  return monitor;
}

}  // namespace canarygate
