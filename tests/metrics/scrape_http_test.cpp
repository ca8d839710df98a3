// The scrape backend over the real HTTP client and clock, against servers on loopback.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <atomic>
#include <cmath>

#include "checks/http/curl.h"
#include "checks/http/retry.h"
#include "checks/metrics/scrape.h"
#include "checks/system_ports.h"
#include "tests/support/fakes.h"
#include "tests/support/loopback_server.h"

using namespace canarygate;
using namespace canarygate::test;
using namespace std::chrono_literals;

namespace {

struct Live {
  Interrupt interrupt;
  FakeVariables variables;
  FakeClock nothing_runs{TimePoint()};
  FakeProcesses processes{nothing_runs};
  std::unique_ptr<Clock> clock = make_system_clock();
  std::unique_ptr<HttpClient> curl = make_curl_client("canarygate-test", interrupt);
  RetryingClient http{*curl, *clock, interrupt};
  Ports ports{http, *clock, variables, processes, interrupt};
  std::unique_ptr<MetricsBackend> backend;

  Live(Duration interval, const std::vector<int>& server_ports, const std::string& query) {
    Config config;
    config.set("scrape_interval", interval);
    auto made = scrape_backend().make(config, ports);
    REQUIRE(made.has_value());
    backend = std::move(*made);
    Hosts hosts;
    for (const int port : server_ports) hosts.canary.push_back({name_of(port), {}});
    REQUIRE(backend->watch(hosts, {&query, 1}).has_value());
  }
  static std::string name_of(int port) { return fmt::format("127.0.0.1:{}", port); }

  void collect() { next = backend->collect(30s); }
  void wait() { clock->sleep(*next - clock->now(), interrupt); }
  /// One point that reaches back over all that this test saw.
  Result<QueryAnswer> ask(const std::string& query) {
    const RangeQuery asked{query, {clock->now() - 60s, 60s, 1}, ""};
    return backend->fetch({&asked, 1}, 1s).front();
  }

  std::optional<TimePoint> next;
};

LoopbackServer::Serve exposing(const std::string& body, const std::string& headers = "") {
  return [=](const Connection& connection, const std::string&) {
    return connection.write(response(200, body, headers));
  };
}

}  // namespace

TEST_CASE("a gzipped OpenMetrics reply arrives as what it was") {
  const LoopbackServer server(
      exposing(gzip("x_total 7\n# EOF\n"),
               "Content-Type: application/openmetrics-text; version=1.0.0\r\n"
               "Content-Encoding: gzip\r\n"));
  Live live(30s, {server.port()}, "x_total");
  live.collect();
  const auto answered = live.ask("x_total");
  REQUIRE_MESSAGE(answered.has_value(), answered.error().text);
  REQUIRE(answered->series.size() == 1);
  CHECK(answered->series[0].values == std::vector<double>{7});
  const std::string sent = server.requests().at(0);
  CHECK(sent.starts_with("GET /metrics HTTP/1.1\r\n"));
  CHECK(sent.find("Accept-Encoding: gzip") != std::string::npos);
  CHECK(sent.find("Accept: application/openmetrics-text;version=1.0.0") != std::string::npos);
}

TEST_CASE("a host that hangs costs its own scrape and nobody else's") {
  const LoopbackServer good(exposing("x 1\n"));
  const LoopbackServer* ends = nullptr;
  LoopbackServer hangs([&](const Connection& connection, const std::string&) {
    connection.wait_for_close([&] { return ends->ends(); });
    return false;
  });
  ends = &hangs;
  Live live(300ms, {good.port(), hangs.port()}, "x");
  live.collect();
  const auto answered = live.ask("x");
  REQUIRE_MESSAGE(answered.has_value(), answered.error().text);
  REQUIRE(answered->series.size() == 1);
  CHECK(answered->series[0].host == Live::name_of(good.port()));
  const std::string name = Live::name_of(hangs.port());
  CHECK(
      live.backend->remarks().at(0) ==
      fmt::format("1 of 1 scrape of {0} failed, the last: {0} did not answer within 300ms", name));
}

TEST_CASE("what failed at its moment is not asked again, and what it was is told") {
  const int nobody = closed_port();
  std::atomic<int> asked = 0;
  const LoopbackServer overloaded([&](const Connection& connection, const std::string&) {
    ++asked;
    return connection.write(response(503, ""));
  });
  Live live(30s, {nobody, overloaded.port()}, "x");
  live.collect();
  CHECK(asked == 1);
  const auto answered = live.ask("x");
  REQUIRE_FALSE(answered.has_value());
  CHECK(
      answered.error().text ==
      fmt::format("no host could be scraped: {}: cannot connect (connection refused); {} answered "
                  "503 for /metrics. Check `port` and `path`",
                  Live::name_of(nobody), Live::name_of(overloaded.port())));
}

TEST_CASE("scrapes a fraction of a second apart keep one connection and see each change") {
  std::atomic<int> count = 0;
  const LoopbackServer server([&](const Connection& connection, const std::string&) {
    return connection.write(response(200, fmt::format("x_total {}\n", 10 * ++count)));
  });
  Live live(50ms, {server.port()}, "increase(x_total[1m])");
  for (int i = 0; i < 6; ++i) {
    live.collect();
    live.wait();
  }
  CHECK(count > 1);
  CHECK(server.connections() == 1);
  const auto answered = live.ask("increase(x_total[1m])");
  REQUIRE_MESSAGE(answered.has_value(), answered.error().text);
  REQUIRE(answered->series.size() == 1);
  // Extrapolated by at most half a gap at either end, as the series covers little of the minute.
  const double seen = 10.0 * (count - 1);
  CHECK(answered->series[0].values.at(0) >= seen);
}
