/// A Datadog that answers as a test says, and the query that most tests ask.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "checks/http/url.h"
#include "checks/metrics/datadog.h"
#include "tests/support/fakes.h"

namespace canarygate::test {

using namespace std::chrono_literals;

constexpr TimePoint kStart{1'795'212'000s};  // a whole multiple of every step here
constexpr Grid kGrid{kStart, 15s, 3};
inline const std::string kServer = "https://api.datadoghq.com";
inline const std::string kQuery = "avg:latency{service:web} by {host}";
inline const std::string kSent = "avg:latency{service:web} by {host}.rollup(avg, 15)";

inline Config config_with(const std::string& key = "scrape_interval",
                          ConfigValue value = Duration(15s)) {
  Config config;
  config.set("api_key", SecretRef{SecretRef::From::env, "DD_API_KEY"});
  config.set("app_key", SecretRef{SecretRef::From::env, "DD_APP_KEY"});
  config.set(key, std::move(value));
  return config;
}

/// A world in which both keys are known.
struct Datadog {
  FakeWorld world;
  Datadog() {
    world.variables.values = {{"DD_API_KEY", "api-s3cr3t"}, {"DD_APP_KEY", "app-s3cr3t"}};
  }
  std::unique_ptr<MetricsBackend> backend(const Config& config = config_with()) {
    auto made = datadog_backend().make(config, world.ports);
    REQUIRE_MESSAGE(made.has_value(), made.error().text);
    return std::move(*made);
  }
  Result<QueryAnswer> ask(const RangeQuery& query, const Config& config = config_with()) {
    return backend(config)->fetch({&query, 1}, 60s).front();
  }
};

inline std::string seconds(TimePoint time) {
  return std::to_string(time.time_since_epoch().count() / 1000);
}

inline std::string url_of(const std::string& sent, TimePoint from, TimePoint to) {
  return kServer + "/api/v1/query?" +
         form_encode({{"from", seconds(from)}, {"to", seconds(to)}, {"query", sent}});
}

/// A v1 body with one series a host; `points` are [bucket, value] pairs, buckets from 0.
inline std::string series(const std::string& points, const std::string& tags = R"("host:web-1")",
                          int interval = 15) {
  std::string list;
  std::istringstream all(points);
  for (std::string point; all >> point;) {
    const auto comma = point.find(',');
    list += fmt::format(
        "{}[{}000.0,{}]", list.empty() ? "" : ",",
        kStart.time_since_epoch().count() / 1000 + 15 * std::stoi(point.substr(0, comma)),
        point.substr(comma + 1));
  }
  return fmt::format(R"({{"interval":{},"tag_set":[{}],"scope":"","pointlist":[{}]}})", interval,
                     tags, list);
}
inline std::string ok(const std::string& all) {
  return R"({"status":"ok","res_type":"time_series","message":"","series":[)" + all + "]}";
}

/// What the usual query gives when it is answered with this.
inline Result<QueryAnswer> answered(int status, const std::string& body,
                                    std::map<std::string, std::string> headers = {}) {
  Datadog datadog;
  datadog.world.http.expect("GET", url_of(kSent, kStart, kStart + 45s), status, body,
                            std::move(headers));
  return datadog.ask({kQuery, kGrid, ""});
}
inline Result<QueryAnswer> answered(const HttpResponse& response) {
  return answered(response.status, response.body, response.headers);
}

inline std::string error(const Result<QueryAnswer>& answer) {
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().kind == ErrorKind::backend);
  CHECK(answer.error().text.find("s3cr3t") == std::string::npos);
  return answer.error().text;
}

inline std::string shown(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) text += std::isnan(value) ? "- " : fmt::format("{} ", value);
  return text;
}

}  // namespace canarygate::test
