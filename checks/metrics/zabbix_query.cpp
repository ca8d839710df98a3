#include "checks/metrics/zabbix_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "checks/text.h"

namespace canarygate::zabbix {

namespace {

constexpr std::array<std::pair<std::string_view, Function>, 6> kFunctions = {{
    {"avg", Function::avg},
    {"sum", Function::sum},
    {"min", Function::min},
    {"max", Function::max},
    {"last", Function::last},
    {"count", Function::count},
}};
constexpr std::string_view kNameCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
constexpr std::int64_t kNanosecondsInMillisecond = 1'000'000;

Unexpected<QueryFault> refuse(std::string_view text, std::size_t at, std::string why) {
  return unexpected(QueryFault{characters_in(text.substr(0, at)) + 1, std::move(why)});
}

/// Where the key that begins at `at` ends; npos when a bracket or quote in it is not closed.
std::size_t end_of_key(std::string_view text, std::size_t at) {
  at = std::min(text.find_first_not_of(kNameCharacters, at), text.size());
  if (at == text.size() || text[at] != '[') return at;
  int depth = 0;
  for (bool quoted = false; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted) {
      if (c == '\\') ++at;
      if (c == '"') quoted = false;
      continue;
    }
    // A quote counts where a parameter begins; elsewhere it is a part of one.
    const char before = text[at == 0 ? 0 : text.find_last_not_of(' ', at - 1)];
    quoted = c == '"' && (before == '[' || before == ',');
    if (c == '[') ++depth;
    if (c == ']' && --depth == 0) return at + 1;
  }
  return std::string_view::npos;
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(" \t\r\n", at), text.size());
}

}  // namespace

Result<Query, QueryFault> parse_query(const std::string& text) {
  Query query;
  std::size_t at = skip_blanks(text, 0);
  const std::size_t word = std::min(text.find_first_not_of(kNameCharacters, at), text.size());
  const bool call = word < text.size() && text[word] == '(';
  if (call) {
    const std::string name = text.substr(at, word - at);
    const auto* known = std::ranges::find(kFunctions, name, [](const auto& f) { return f.first; });
    if (known == kFunctions.end()) {
      return refuse(text, at,
                    fmt::format("unknown function '{}'; there are avg, sum, min, max, "
                                "last and count of an item's key",
                                printable(shorten(name, 40))));
    }
    query.function = known->second;
    at = skip_blanks(text, word + 1);
  }
  const std::size_t end = end_of_key(text, at);
  if (end == std::string::npos) return refuse(text, at, "a [ or \" of this key is not closed");
  if (end == at)
    return refuse(text, at, "expected an item's key, such as system.cpu.load[all,avg1]");
  query.key = text.substr(at, end - at);
  at = skip_blanks(text, end);
  if (call) {
    if (at == text.size() || text[at] != ')') return refuse(text, at, "expected ) after the key");
    at = skip_blanks(text, at + 1);
  }
  if (at == text.size()) return query;
  if (text.compare(at, 3, "on ") != 0) {
    return refuse(text, at, "after the item only `on {{hosts}}` is possible");
  }
  at += 3;
  for (const std::string& host : split(std::string_view(text).substr(at), ',')) {
    if (trim(host).empty()) return refuse(text, at, "expected hosts after `on`, joined by commas");
    query.hosts.emplace_back(trim(host));
    at += host.size() + 1;
  }
  return query;
}

Buckets::Buckets(const Grid& grid) : grid_(grid), buckets_(static_cast<std::size_t>(grid.points)) {}

void Buckets::add(std::int64_t clock, std::int64_t nanoseconds, double value) {
  // Beyond this the sum of nanoseconds would overflow; no window is there.
  constexpr std::int64_t kLastClock = 9'000'000'000;
  if (!std::isfinite(value) || clock < 0 || clock > kLastClock) return;
  const std::int64_t time = clock * 1'000'000'000 + nanoseconds;
  const std::int64_t after =
      time - grid_.start.time_since_epoch().count() * kNanosecondsInMillisecond;
  if (after <= 0) return;
  const std::int64_t step = grid_.step.count() * kNanosecondsInMillisecond;
  const std::int64_t point = (after + step - 1) / step;
  if (point > grid_.points) return;
  Bucket& bucket = buckets_[static_cast<std::size_t>(point - 1)];
  const bool first = bucket.count == 0;
  bucket.sum += value;
  bucket.min = first ? value : std::min(bucket.min, value);
  bucket.max = first ? value : std::max(bucket.max, value);
  if (first || time >= bucket.last_at) {
    bucket.last = value;
    bucket.last_at = time;
  }
  ++bucket.count;
}

std::vector<double> Buckets::values(Function function) const {
  std::vector<double> values;
  for (const Bucket& bucket : buckets_) {
    double value = std::numeric_limits<double>::quiet_NaN();
    const auto count = static_cast<double>(bucket.count);
    if (bucket.count > 0) {
      switch (function) {
        case Function::avg:
          value = bucket.sum / count;
          break;
        case Function::sum:
          value = bucket.sum;
          break;
        case Function::min:
          value = bucket.min;
          break;
        case Function::max:
          value = bucket.max;
          break;
        case Function::last:
          value = bucket.last;
          break;
        case Function::count:
          value = count;
          break;
      }
    }
    values.push_back(std::isfinite(value) ? value : std::numeric_limits<double>::quiet_NaN());
  }
  return values;
}

}  // namespace canarygate::zabbix
