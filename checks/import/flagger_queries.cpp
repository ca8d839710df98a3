#include "checks/import/flagger_queries.h"

#include <fmt/format.h>

#include <array>

namespace canarygate::flagger {

namespace {

/// What a provider calls its metrics.
struct Names {
  std::string_view provider;
  std::string_view requests;   ///< a counter
  std::string_view good;       ///< the matcher of those that did not fail
  std::string_view matchers;   ///< of the canary's series
  std::string_view durations;  ///< a histogram or summary, without `_bucket`
  std::string_view to_ms;      ///< what makes milliseconds of it; empty for none
  bool has_buckets;
};

constexpr std::array kProviders = std::to_array<Names>({
    {"istio", "istio_requests_total", R"(response_code!~"5.*")",
     R"(reporter="destination",destination_workload_namespace="{{ namespace }}",destination_workload=~"{{ target }}")",
     "istio_request_duration_milliseconds", "", true},
    {"linkerd", "response_total", R"(classification!="failure")",
     R"(namespace="{{ namespace }}",deployment=~"{{ target }}",direction="inbound")",
     "response_latency_ms", "", true},
    {"nginx", "nginx_ingress_controller_requests", R"(status!~"5.*")",
     R"(namespace="{{ namespace }}",ingress="{{ ingress }}")",
     "nginx_ingress_controller_ingress_upstream_latency_seconds", " * 1000", false},
});

std::string rate(std::string_view name, std::string_view matchers) {
  return fmt::format("sum{}(rate({}{{{}}}[{{{{ interval }}}}]))",
                     name.ends_with("_bucket") ? " by (le) " : "", name, matchers);
}

}  // namespace

std::optional<std::string> built_in_query(std::string_view metric, std::string_view provider) {
  for (const Names& names : kProviders) {
    if (names.provider != provider) continue;
    if (metric == "request-success-rate") {
      return fmt::format("{} / {} * 100",
                         rate(names.requests, fmt::format("{},{}", names.matchers, names.good)),
                         rate(names.requests, names.matchers));
    }
    if (metric != "request-duration") return std::nullopt;
    const auto part = [&](std::string_view suffix) {
      return rate(fmt::format("{}{}", names.durations, suffix), names.matchers);
    };
    return names.has_buckets ? fmt::format("histogram_quantile(0.99, {})", part("_bucket"))
                             : fmt::format("{} / {}{}", part("_sum"), part("_count"), names.to_ms);
  }
  return std::nullopt;
}

}  // namespace canarygate::flagger
