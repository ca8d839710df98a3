#include "checks/metrics/prometheus_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "checks/http/form.h"

namespace canarygate::prometheus {

namespace {

/// `1795212778` or `1795212778.250`.
std::string seconds(std::int64_t milliseconds) {
  const auto [whole, rest] = std::div(milliseconds, std::int64_t{1000});
  return rest == 0 ? fmt::format("{}", whole) : fmt::format("{}.{:03}", whole, rest);
}

std::string seconds(TimePoint time) { return seconds(time.time_since_epoch().count()); }

}  // namespace

bool is_own_parameter(const std::string& name) {
  constexpr std::array<std::string_view, 5> kOwn = {"query", "start", "end", "step", "nocache"};
  return std::ranges::find(kOwn, name) != kOwn.end();
}

HttpRequest range_request(const std::string& query, const Grid& grid,
                          const std::map<std::string, std::string>& more) {
  Parameters parameters = {{"query", query},
                           {"start", seconds(grid.at(1))},
                           {"end", seconds(grid.end())},
                           {"step", seconds(grid.step.count())},
                           // VictoriaMetrics rounds times when it may use its cache.
                           {"nocache", "1"}};
  parameters.insert(parameters.end(), more.begin(), more.end());
  return form_request("/api/v1/query_range", parameters);
}

}  // namespace canarygate::prometheus
