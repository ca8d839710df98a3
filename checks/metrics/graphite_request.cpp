#include "checks/metrics/graphite_request.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "checks/http/form.h"

namespace canarygate::graphite {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// Ages at which archives commonly end, oldest first.
constexpr std::array<minutes, 16> kRetentions = {
    days(365), days(90), days(60),  days(30), days(14), days(8),  days(7),  days(3),
    days(2),   days(1),  hours(12), hours(6), hours(3), hours(2), hours(1), minutes(30)};
// Between our clock and the server's, and until the request is worked on.
constexpr Duration kSlack = minutes(1);
constexpr std::int64_t kMostTimes = 11'000;
// What one answer may have, in bytes.
constexpr std::size_t kLargestAnswer = 64U << 20U;

}  // namespace

std::vector<Piece> split_grid(const Grid& grid, TimePoint now, Duration interval) {
  std::vector<std::int64_t> firsts;
  for (const minutes retention : kRetentions) {
    const Duration before = now - retention + kSlack + 2 * grid.step - grid.start;
    const std::int64_t first = before / grid.step + 1;
    if (before > Duration(0) && first < grid.points) firsts.push_back(first);
  }
  firsts.push_back(grid.points);

  const std::int64_t most = std::max<std::int64_t>(1, kMostTimes * interval / grid.step);
  std::vector<Piece> pieces;
  std::int64_t first = 0;
  for (const std::int64_t next : firsts) {
    while (first < next) {
      const std::int64_t points = std::min(most, next - first);
      pieces.push_back({first, {grid.at(first), grid.step, points}});
      first += points;
    }
  }
  return pieces;
}

Asked asked_for(const Grid& grid) {
  const auto whole = [](TimePoint time) {
    return std::chrono::floor<seconds>(time).time_since_epoch().count();
  };
  return {whole(grid.start - 2 * grid.step), whole(grid.end())};
}

HttpRequest render_request(const std::string& target, const Grid& grid) {
  const Asked asked = asked_for(grid);
  HttpRequest request = form_request("/render", {{"target", target},
                                                 {"from", std::to_string(asked.from)},
                                                 {"until", std::to_string(asked.until)},
                                                 {"format", "json"},
                                                 // An earlier look's answer may be cached.
                                                 {"noCache", "1"}});
  request.max_body = kLargestAnswer;
  return request;
}

}  // namespace canarygate::graphite
