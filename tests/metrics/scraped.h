/// A scrape backend on the strict fakes, for its tests.
#pragma once

#include <cmath>
#include <limits>

#include "checks/metrics/scrape.h"
#include "tests/support/fakes.h"

namespace canarygate::test {

using namespace std::chrono_literals;

inline constexpr TimePoint kStart{1'795'212'000s};
inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

inline Config config_of(std::map<std::string, ConfigValue> values) {
  Config config;
  config.set("port", std::int64_t{9100});
  for (auto& [name, value] : values) config.set(name, std::move(value));
  return config;
}

inline Hosts hosts_of(const std::vector<std::string>& canary,
                      const std::vector<std::string>& baseline) {
  Hosts hosts;
  for (const std::string& name : canary) hosts.canary.push_back({name, {}});
  for (const std::string& name : baseline) hosts.baseline.push_back({name, {}});
  return hosts;
}

/// A backend that watches hosts which answer what a test says, tick by tick.
struct Scraped {
  FakeWorld world;
  std::unique_ptr<MetricsBackend> backend;

  explicit Scraped(std::map<std::string, ConfigValue> values = {}) {
    auto made = scrape_backend().make(config_of(std::move(values)), world.ports);
    REQUIRE_MESSAGE(made.has_value(), made.error().text);
    backend = std::move(*made);
  }
  void watch(const Hosts& hosts, const std::vector<std::string>& queries) {
    const Status watched = backend->watch(hosts, queries);
    REQUIRE_MESSAGE(watched.has_value(), watched.error().text);
  }
  FakeHttp::Expectation& next(const std::string& host, const std::string& body) {
    return world.http.expect("GET", "http://" + host + ":9100/metrics", 200, body);
  }
  void next_error(const std::string& host, ErrorKind kind, const std::string& text) {
    world.http.expect_error("GET", "http://" + host + ":9100/metrics", kind, text);
  }
  /// Does what is due and goes to the time of the next.
  void tick() {
    const auto next = backend->collect(10s);
    REQUIRE(next.has_value());
    world.clock.advance(*next - world.clock.now());
  }
  Result<QueryAnswer> ask(const std::string& query, const Grid& grid,
                          const std::string& label = "") {
    const RangeQuery asked{query, grid, label};
    return backend->fetch({&asked, 1}, 10s).front();
  }
  QueryAnswer answer(const std::string& query, const Grid& grid) {
    auto answered = ask(query, grid);
    REQUIRE_MESSAGE(answered.has_value(), answered.error().text);
    return *answered;
  }
  /// The only series' values.
  std::vector<double> values(const std::string& query, const Grid& grid) {
    const QueryAnswer answered = answer(query, grid);
    REQUIRE(answered.series.size() == 1);
    return answered.series[0].values;
  }
  std::string error(const std::string& query = "x", ErrorKind kind = ErrorKind::backend) {
    const auto answered = ask(query, {kStart, 1s, 3});
    REQUIRE_FALSE(answered.has_value());
    CHECK(answered.error().kind == kind);
    return answered.error().text;
  }
};

inline bool same(const std::vector<double>& a, const std::vector<double>& b) {
  return std::ranges::equal(
      a, b, [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

}  // namespace canarygate::test
