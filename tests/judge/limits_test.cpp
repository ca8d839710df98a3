#include <doctest/doctest.h>

#include "tests/judge/build.h"

using namespace canarygate;
using namespace canarygate::judge;
using namespace canarygate::test;

namespace {

/// c1 at 1, c2 at 3 but for one point of 9; judged by limits only.
JudgeInput limited(const Limit& limit) {
  JudgeInput input = input_of(line_of(10), {"c1", "c2"}, {"b1"});
  MetricData& data = add_metric(input, "p99", [](const std::string& host, std::int64_t i) {
    if (host == "c2") return i == 4 ? 9.0 : 3.0;
    return 1.0;
  });
  data.spec.unit = "s";
  data.spec.limit = limit;
  data.spec.judge = input.settings;
  data.spec.judge->method = JudgeMethod::threshold;
  return input;
}

}  // namespace

TEST_CASE("a limit is held against the mean over the window and the canary's hosts") {
  Limit limit;
  limit.max = 2.2;  // (1 + 3.6) / 2 = 2.3
  const Finding finding = only_finding(limited(limit));
  CHECK(finding.verdict == Verdict::fail);
  CHECK(finding.method == JudgeMethod::threshold);
  CHECK(text_of(finding) == "p99 on the canary is 2.3 s, above the limit of 2.2 s");
  limit.max = 2.4;
  CHECK(only_finding(limited(limit)).verdict == Verdict::pass);
}

TEST_CASE("per host each canary host is held against it and named") {
  Limit limit;
  limit.max = 3.5;
  limit.per = Limit::Per::host;
  const Finding finding = only_finding(limited(limit));
  REQUIRE(finding.reasons.size() == 1);
  CHECK(finding.reasons[0].host == "c2");
  CHECK(text_of(finding) == "p99 on c2 is 3.6 s, above the limit of 3.5 s");
}

TEST_CASE("a minimum is broken from below") {
  Limit limit;
  limit.min = 1.5;
  limit.per = Limit::Per::host;
  CHECK(text_of(only_finding(limited(limit))) == "p99 on c1 is 1 s, below the limit of 1.5 s");
}

TEST_CASE("bad points count only where enough of them are close together") {
  JudgeInput input = input_of(line_of(12), {"c1"}, {"b1"});
  const auto bad_at = [](std::initializer_list<std::int64_t> points) {
    const std::vector<std::int64_t> bad(points);
    return [bad](const std::string& host, std::int64_t i) {
      return host == "c1" && std::ranges::count(bad, i) > 0 ? 5.0 : 1.0;
    };
  };
  add_metric(input, "close", bad_at({4, 6, 8}));
  add_metric(input, "far", bad_at({1, 5, 9, 12}));
  for (MetricData& data : input.metrics) {
    data.spec.limit = Limit{2.0, std::nullopt, Limit::Per::group, Limit::Run{3, 5}};
    data.spec.judge = input.settings;
    data.spec.judge->method = JudgeMethod::threshold;
  }
  const Judgement judgement = judge::judge(input);
  CHECK(text_of(judgement.findings[0]) ==
        "close on the canary was above the limit of 2 at 3 of 5 points up to 14:01:20 UTC");
  CHECK(judgement.findings[1].verdict == Verdict::pass);
}

TEST_CASE("a share is held against its limit as all errors by all of the total") {
  JudgeInput input = input_of(line_of(10), {"c1", "c2"}, {"b1"});
  MetricData& data = add_counts(
      input, "error ratio",
      [](const std::string& host, std::int64_t) { return host == "c1" ? 1.0 : 0.0; },
      [](const std::string& host, std::int64_t) { return host == "c1" ? 1.0 : 99.0; });
  data.spec.limit = Limit{0.02, std::nullopt, Limit::Per::group, std::nullopt};
  data.spec.judge = input.settings;
  data.spec.judge->method = JudgeMethod::threshold;
  CHECK(only_finding(input).verdict == Verdict::pass);  // 10 of 1000, not the mean of 100 % and 0
}

TEST_CASE("limits only, and none given, decide nothing") {
  JudgeInput input = limited({});
  input.metrics[0].spec.limit.reset();
  CHECK(code_of(only_finding(input)) == "no_limit");
}

TEST_CASE("a silent canary fails a metric with limits only, too") {
  JudgeInput input = limited(Limit{1000.0, std::nullopt, Limit::Per::group, std::nullopt});
  for (double& value : input.metrics[0].values.values) value = kNothing;
  CHECK(only_finding(input).verdict == Verdict::no_data);
}
