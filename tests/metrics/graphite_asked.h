/// One query put to a Graphite backend whose servers are fakes.
#pragma once

#include <fmt/format.h>

#include "checks/http/url.h"
#include "checks/metrics/graphite.h"
#include "tests/support/fakes.h"

namespace canarygate::test {

/// FakeWorld's clock shows this.
inline constexpr TimePoint kGraphiteNow{std::chrono::seconds(1'795'212'000)};
inline const std::string kGraphiteA = "http://graphite-a:8080";
inline const std::string kGraphiteB = "http://graphite-b:8080";

inline Config graphite_config(const std::vector<std::string>& urls) {
  Config config;
  config.set("urls", urls);
  return config;
}

inline std::unique_ptr<MetricsBackend> graphite_of(const Ports& ports, const Config& config) {
  auto made = graphite_backend().make(config, ports);
  REQUIRE(made.has_value());
  return std::move(*made);
}

inline std::int64_t unix_seconds(TimePoint time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

/// Where `text` is asked for on `grid`: from two steps before its start up to its end.
inline std::string render_url(const std::string& server, const std::string& text,
                              const Grid& grid) {
  return server + "/render?" +
         form_encode({{"target", text},
                      {"from", std::to_string(unix_seconds(grid.start - 2 * grid.step))},
                      {"until", std::to_string(unix_seconds(grid.end()))},
                      {"format", "json"},
                      {"noCache", "1"}});
}

/// A series as Graphite sends it: `values` (JSON) from `first` on, every `step` seconds.
inline std::string graphite_series(const std::string& name, std::int64_t first, std::int64_t step,
                                   const std::vector<std::string>& values,
                                   const std::string& tags = R"("name":"x")") {
  std::string points;
  for (std::size_t i = 0; i < values.size(); ++i) {
    points += fmt::format("{}[{},{}]", i == 0 ? "" : ",", values[i],
                          first + static_cast<std::int64_t>(i) * step);
  }
  return fmt::format(R"({{"target":"{}","tags":{{{}}},"datapoints":[{}]}})", name, tags, points);
}

/// What the gate gets, as one text: `a: 1 - 3` for a series, then `warning: …`; or `error: …`.
inline std::string shown(const Result<QueryAnswer>& answer) {
  if (!answer) return "error: " + answer.error().text;
  std::string text;
  for (const Series& one : answer->series) {
    text += (text.empty() ? "" : "\n") + one.host + ":";
    for (const double value : one.values) {
      text += std::isnan(value) ? " -" : fmt::format(" {}", value);
    }
  }
  for (const std::string& warning : answer->warnings) {
    text += (text.empty() ? "" : "\n") + ("warning: " + warning);
  }
  return text.empty() ? "nothing" : text;
}

}  // namespace canarygate::test
