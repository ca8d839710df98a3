#include <doctest/doctest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "pipelines/reporters/reporter.h"
#include "tests/support/reports.h"

namespace canarygate {

namespace {

nlohmann::json json(const Report& report) {
  return nlohmann::json::parse(find_reporter_type("json")->render(report));
}

}  // namespace

TEST_CASE("numbers that are not finite are null") {
  Report report = test::report_named("pass");
  judge::Finding& finding = report.outcome.metrics[0].finding;
  finding.effect.upper = std::numeric_limits<double>::infinity();
  finding.effect.lower = std::nullopt;
  finding.canary.mean = std::numeric_limits<double>::quiet_NaN();
  const auto metric = json(report)["metrics"][0];
  CHECK(metric["effect"]["upper"].is_null());
  CHECK(metric["effect"]["lower"].is_null());
  CHECK(metric["canary"]["mean"].is_null());
  CHECK(metric["effect"]["estimate"] == 0.0387);
}

TEST_CASE("numbers come back as they were, to the last bit") {
  Report report = test::report_named("pass");
  report.outcome.metrics[0].finding.canary.mean = 0.1 + 0.2;
  report.outcome.seed = std::numeric_limits<std::uint64_t>::max();
  const auto document = json(report);
  CHECK(document["metrics"][0]["canary"]["mean"].get<double>() == 0.1 + 0.2);
  CHECK(document["seed"].get<std::uint64_t>() == std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("times are RFC 3339 in UTC, durations seconds, and what was never reached is null") {
  const auto document = json(test::report_named("fail"));
  CHECK(document["deployed_at"] == "2026-11-20T14:03:20Z");
  CHECK(document["window"]["start"] == "2026-11-20T14:04:20Z");
  CHECK(document["window"]["step_seconds"] == 15.0);
  CHECK(document["timings"]["discovery"] == 0.18);
  const auto empty = json(Report{});
  for (const char* field :
       {"deployed_at", "started_at", "environment", "override", "evidence", "ci"}) {
    CAPTURE(field);
    REQUIRE(empty.contains(field));
    CHECK(empty[field].is_null());
  }
}

TEST_CASE("a warning of a metric is among the report's, once") {
  Report report = test::report_named("pass");
  const Reason warning{"few_baseline_hosts", "failed tasks", std::nullopt, "only two"};
  report.outcome.metrics[0].finding.warnings = {warning};
  CHECK(json(report)["warnings"].size() == 2);
  report.outcome.warnings.push_back(warning);
  CHECK(json(report)["warnings"].size() == 2);
}

TEST_CASE("why a host is missing comes from the reason that names it") {
  const auto missing = json(test::report_named("canary_silent"))["hosts"]["missing"];
  REQUIRE(missing.size() == 1);
  CHECK(missing[0]["host"] == "web-7:9100");
  CHECK(missing[0]["reason"] == "web-7:9100 stopped reporting at 14:05:20 UTC");
}

}  // namespace canarygate
