#include "checks/gate/budget.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

namespace canarygate::gate {

namespace {

Hosts fleet(int baseline) {
  Hosts hosts;
  hosts.canary = {{"c-1", {}}, {"c-2", {}}};
  for (int i = 0; i < baseline; ++i) hosts.baseline.push_back({fmt::format("b-{:05}", i), {}});
  return hosts;
}

const WindowSpec kWindow{std::chrono::minutes(1), std::chrono::minutes(5),
                         std::chrono::seconds(15)};

}  // namespace

TEST_CASE("a fleet that fits the budget is kept whole") {
  Hosts hosts = fleet(100);
  CHECK(sample_baseline(hosts, kWindow, 10, 7) == 0);
  CHECK(hosts.baseline.size() == 100);
}

TEST_CASE("a fleet beyond it is sampled: sorted, by the seed, and within the budget") {
  Hosts hosts = fleet(5000);
  const std::size_t left_out = sample_baseline(hosts, kWindow, 10, 7);
  CHECK(left_out + hosts.baseline.size() == 5000);
  // 30 windows of 20 points, 10 queries
  CHECK((hosts.baseline.size() + 2) * 30 * 20 * 10 <= kFetchBudget);
  CHECK(std::ranges::is_sorted(hosts.baseline, {}, &Host::name));
  const auto names = [](const Hosts& h) {
    std::vector<std::string> all;
    for (const Host& host : h.baseline) all.push_back(host.name);
    return all;
  };
  Hosts again = fleet(5000);
  sample_baseline(again, kWindow, 10, 7);
  CHECK(names(again) == names(hosts));
  Hosts other = fleet(5000);
  sample_baseline(other, kWindow, 10, 8);
  CHECK(names(other) != names(hosts));
}

TEST_CASE("however many queries there are, twenty baseline hosts stay") {
  Hosts hosts = fleet(5000);
  sample_baseline(hosts, kWindow, 100'000, 7);
  CHECK(hosts.baseline.size() == 20);
  CHECK(points_per_series(100'000, 5000) == 1);
}

}  // namespace canarygate::gate
