#include "checks/judge/judge.h"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/judge/build.h"
#include "tests/support/simulated_fleet.h"

using namespace canarygate;
using namespace canarygate::judge;
using namespace canarygate::test;

namespace {

bool is_canary(const std::string& host) { return host.starts_with("c"); }

}  // namespace

TEST_CASE("7 of 10 points at 100 against all 1 on one host a side, without history, do not pass") {
  JudgeInput input = input_of(line_of(10), {"c1"}, {"b1"});
  add_metric(input, "latency", [](const std::string& host, std::int64_t i) {
    return is_canary(host) && i <= 7 ? 100.0 : 1.0;
  });
  const Finding finding = only_finding(input);
  CHECK(finding.verdict == Verdict::undecided);
  CHECK(code_of(finding) == "insensitive");
  CHECK(finding.evidence == Evidence::weak);
}

TEST_CASE("40 such moments in any order fail") {
  JudgeInput input = input_of(line_of(40), {"c1"}, {"b1"});
  add_metric(input, "latency", [](const std::string& host, std::int64_t i) {
    return is_canary(host) && (i * 7) % 10 < 7 ? 100.0 : 1.0;
  });
  CHECK(only_finding(input).verdict == Verdict::fail);
}

TEST_CASE("hosts that are said to be alike are told apart by less, and shown to be the same") {
  const auto judged = [](double shift, bool alike) {
    JudgeInput input = input_of(line_of(40), {"c1"}, {"b1"});
    input.alike = alike;
    add_metric(input, "latency", [&](const std::string& host, std::int64_t i) {
      return 100.0 + std::sin(static_cast<double>(i) * (is_canary(host) ? 2.1 : 1.7)) +
             (is_canary(host) ? shift : 0.0);
    });
    return only_finding(input).verdict;
  };
  CHECK(judged(0.0, true) == Verdict::pass);
  CHECK(judged(10.0, true) == Verdict::fail);
  CHECK(judged(0.0, false) == Verdict::undecided);
  CHECK(judged(10.0, false) == Verdict::undecided);
}

TEST_CASE("no numbers at all are no_data, not pass") {
  JudgeInput input = input_of(line_of(10, 2, 20, 6), {"c1"}, {"b1", "b2"});
  add_metric(input, "latency", [](const std::string&, std::int64_t) { return kNothing; });
  const Finding finding = only_finding(input);
  CHECK(finding.verdict == Verdict::no_data);
  CHECK(text_of(finding) ==
        "'latency' has no numbers of any host in the window; see whether its query returns a "
        "series a host, and whether the hosts' names are those of the series");
}

TEST_CASE("infinities are no numbers either") {
  JudgeInput input = input_of(line_of(10), {"c1"}, {"b1"});
  add_metric(input, "latency", [](const std::string&, std::int64_t) { return INFINITY; });
  CHECK(only_finding(input).verdict == Verdict::no_data);
}

TEST_CASE("a canary without numbers where the baseline has some fails") {
  JudgeInput input = input_of(line_of(10), {"c1", "c2"}, {"b1", "b2"});
  add_metric(input, "latency", [](const std::string& host, std::int64_t i) {
    return is_canary(host) && i >= 1 ? kNothing : 1.0;
  });
  const Finding finding = only_finding(input);
  CHECK(finding.verdict == Verdict::fail);
  CHECK(code_of(finding) == "canary_silent");
  CHECK(finding.reasons.size() == 2);
}

TEST_CASE("a canary host that stops is named, with the time of its last point") {
  JudgeInput input = input_of(line_of(20), {"c1", "c2"}, {"b1", "b2"});
  add_metric(input, "latency", [](const std::string& host, std::int64_t i) {
    return host == "c2" && i > 12 ? kNothing : 1.0;
  });
  const Finding finding = only_finding(input);
  CHECK(finding.verdict == Verdict::fail);
  CHECK(finding.reasons.front().host == "c2");
  CHECK(text_of(finding) ==
        "c2 stopped reporting 'latency' at 14:02:00 UTC, while the baseline went on");
}

TEST_CASE("two missing points at the end are lateness, and so is a gap as long as ever before") {
  JudgeInput input = input_of(line_of(20, 1, 40), {"c1"}, {"b1"});
  add_metric(input, "late by two", [](const std::string& host, std::int64_t i) {
    return is_canary(host) && i > 18 ? kNothing : 1.0;
  });
  add_metric(input, "slow reporter", [](const std::string& host, std::int64_t i) {
    const bool quiet_before = i > -20 && i <= -14;  // six points
    return is_canary(host) && (i > 14 || quiet_before) ? kNothing : 1.0;
  });
  const Judgement judgement = judge::judge(input);
  CHECK(judgement.findings[0].verdict != Verdict::fail);
  CHECK(judgement.findings[1].verdict != Verdict::fail);
}

TEST_CASE("when the whole backend stops, no host is blamed") {
  JudgeInput input = input_of(line_of(20), {"c1"}, {"b1"});
  add_metric(input, "latency",
             [](const std::string&, std::int64_t i) { return i > 12 ? kNothing : 1.0; });
  CHECK(code_of(only_finding(input)) != "canary_silent");
}

TEST_CASE("at an early look silence is called only after three points") {
  JudgeInput input = input_of(line_of(10, 5), {"c1"}, {"b1"});
  add_metric(input, "latency", [](const std::string& host, std::int64_t) {
    return is_canary(host) ? kNothing : 1.0;
  });
  input.looks_done = 1;  // two points
  CHECK(code_of(only_finding(input)) == "window_incomplete");
  input.looks_done = 2;  // four points
  CHECK(code_of(only_finding(input)) == "canary_silent");
}

TEST_CASE("an empty baseline is no_data, and hosts with too few points are undecided") {
  JudgeInput input = input_of(line_of(10), {"c1"}, {"b1"});
  add_metric(input, "latency", [](const std::string& host, std::int64_t) {
    return is_canary(host) ? 1.0 : kNothing;
  });
  add_metric(input, "patchy",
             [](const std::string&, std::int64_t i) { return i % 2 == 0 ? 1.0 : kNothing; });
  const Judgement judgement = judge::judge(input);
  CHECK(judgement.findings[0].verdict == Verdict::no_data);
  CHECK(judgement.findings[1].verdict == Verdict::undecided);
  CHECK(code_of(judgement.findings[1]) == "low_coverage");
}

TEST_CASE("an absent error count is not read as zero, nor as silence") {
  JudgeInput input = input_of(line_of(10), {"c1"}, {"b1"});
  add_counts(
      input, "errors",
      [](const std::string& host, std::int64_t) { return is_canary(host) ? kNothing : 1.0; },
      [](const std::string&, std::int64_t) { return 100.0; });
  const Finding finding = only_finding(input);
  CHECK(finding.verdict == Verdict::no_data);
}

TEST_CASE("before its last look a metric that did not fail is undecided") {
  FleetPlan plan;
  plan.metrics = 1;
  JudgeInput input = simulate(plan, 5);
  input.looks_done = 3;
  const Finding finding = only_finding(input);
  CHECK(finding.verdict == Verdict::undecided);
  CHECK(text_of(finding) ==
        "metric 0 has not failed in the first 12 of 20 points; the window ends "
        "at 22:06:00 UTC");
  input.looks_done = 0;
  CHECK(code_of(only_finding(input)) == "window_incomplete");
}

TEST_CASE("a throughput that drops to nothing fails") {
  FleetPlan plan;
  plan.metrics = 1;
  JudgeInput input = simulate(plan, 8);
  MetricData& data = input.metrics[0];
  data.spec.worse = Worse::lower;
  for (std::size_t host = 0; host < 2; ++host) {
    const auto end = static_cast<std::int64_t>(host + 1) * data.values.columns;
    for (std::int64_t i = end - 20; i < end; ++i) {
      data.values.values[static_cast<std::size_t>(i)] = 0;
    }
  }
  const Judgement judgement = judge::judge(input);
  CHECK(judgement.findings[0].verdict == Verdict::fail);
  CHECK(judgement.stopped_at_look == 1);
  CHECK(*judgement.findings[0].effect.estimate < -0.5);
  CHECK(*judgement.findings[0].since == input.timeline.start);
}

TEST_CASE("errors where there never were any fail, and none anywhere pass") {
  const Timeline line = line_of(20, 5, 80, 120);
  const auto traffic = [](const std::string&, std::int64_t) { return 50.0; };
  for (const bool broken : {true, false}) {
    JudgeInput input = input_of(line, {"c1", "c2"}, {"b1", "b2", "b3", "b4", "b5", "b6"});
    add_counts(
        input, "errors",
        [&](const std::string& host, std::int64_t i) {
          return broken && is_canary(host) && i >= 1 ? 1.0 : 0.0;
        },
        traffic);
    const Finding finding = only_finding(input);
    CHECK(finding.verdict == (broken ? Verdict::fail : Verdict::pass));
  }
}

TEST_CASE("no errors of 50 requests against none of 50,000 is no difference") {
  JudgeInput input = input_of(line_of(10, 1, 40, 30), {"c1"}, {"b1", "b2", "b3"});
  add_counts(
      input, "errors", [](const std::string&, std::int64_t) { return 0.0; },
      [](const std::string& host, std::int64_t) { return is_canary(host) ? 5.0 : 5000.0; });
  const Finding finding = only_finding(input);
  CHECK(finding.verdict != Verdict::fail);
  CHECK(std::abs(*finding.effect.estimate) < 1.0);
}

TEST_CASE("too little traffic is undecided, whatever the errors") {
  JudgeInput input = input_of(line_of(10), {"c1"}, {"b1"});
  MetricData& data = add_counts(
      input, "errors",
      [](const std::string& host, std::int64_t) { return is_canary(host) ? 9.0 : 0.0; },
      [](const std::string&, std::int64_t) { return 9.0; });
  data.spec.min_traffic = 200;
  const Finding finding = only_finding(input);
  CHECK(finding.verdict == Verdict::undecided);
  CHECK(text_of(finding) == "the canary had 90 of the 200 events that errors needs to be judged");
  input.metrics[0].spec.min_traffic = 90;
  CHECK(only_finding(input).verdict == Verdict::fail);
}

TEST_CASE("a metric that never moved passes while it does not move, and fails when it does") {
  const Timeline line = line_of(20, 5, 80, 120);
  for (const double now : {5.0, 6.0}) {
    JudgeInput input = input_of(line, {"c1"}, {"b1", "b2", "b3", "b4", "b5"});
    add_metric(input, "replicas", [&](const std::string& host, std::int64_t i) {
      return is_canary(host) && i >= 1 ? now : 5.0;
    });
    CHECK(only_finding(input).verdict == (now == 5.0 ? Verdict::pass : Verdict::fail));
  }
}

TEST_CASE("before and after: without baseline the canary is compared with its own past") {
  for (const double factor : {1.0, 2.0}) {
    FleetPlan plan;
    plan.hosts = 2;
    plan.canaries = 2;
    plan.windows = 120;
    plan.metrics = 1;
    plan.common_sd = 0.02;
    plan.effect = [&](std::int64_t) { return std::log(factor); };
    JudgeInput input = simulate(plan, 21);
    input.before_after = true;
    CHECK(only_finding(input).verdict == (factor == 1.0 ? Verdict::pass : Verdict::fail));
  }
}

TEST_CASE("before and after, canaries that are all gone are silent, though nobody else speaks") {
  JudgeInput input = input_of(line_of(20, 5, 80, 60), {"c1", "c2"}, {});
  add_metric(input, "load",
             [](const std::string&, std::int64_t i) { return i >= 1 ? kNothing : 1.0; });
  const Finding finding = only_finding(input);
  CHECK(finding.verdict == Verdict::fail);
  REQUIRE(finding.reasons.size() == 2);
  for (const std::size_t i : {0U, 1U}) {
    CHECK(finding.reasons[i].code == "canary_silent");
    CHECK(finding.reasons[i].host == input.canary[i]);
    CHECK(finding.reasons[i].text ==
          input.canary[i] +
              " has sent no 'load' since the window opened at 14:00:00 UTC, but did before");
  }
}

TEST_CASE("before and after, errors are compared with the same hosts' errors before") {
  for (const double now : {1.0, 6.0}) {
    JudgeInput input = input_of(line_of(20, 5, 80, 60), {"c1", "c2"}, {});
    add_counts(
        input, "errors",
        [&](const std::string& host, std::int64_t i) {
          const bool hit = (i * (host == "c1" ? 31 : 17) % 7 + 7) % 7 < 3;
          return hit ? (i >= 1 ? now : 1.0) : 0.0;
        },
        [](const std::string&, std::int64_t) { return 100.0; });
    const Finding finding = only_finding(input);
    CHECK((finding.verdict == Verdict::fail) == (now > 1));
    CHECK(std::abs(*finding.effect.estimate - (now - 1)) < 0.3 * now);
  }
}

TEST_CASE("a change in the middle of the window is dated there") {
  FleetPlan plan;
  plan.metrics = 1;
  plan.effect = [](std::int64_t i) { return i > 9 ? 2.0 : 0.0; };
  const JudgeInput input = simulate(plan, 71);
  const Finding finding = only_finding(input);
  REQUIRE(finding.since);
  CHECK(std::chrono::abs(*finding.since - input.timeline.at(9)) <= input.timeline.step);
}

TEST_CASE("before and after without a before is undecided") {
  JudgeInput input = input_of(line_of(10), {"c1"}, {});
  add_metric(input, "latency",
             [](const std::string&, std::int64_t i) { return 1.0 + 0.1 * double(i % 3); });
  const Finding finding = only_finding(input);
  CHECK(finding.verdict == Verdict::undecided);
  CHECK(code_of(finding) == "no_history");
}

TEST_CASE("without history twelve hosts are compared with one another") {
  FleetPlan plan;
  plan.hosts = 12;
  plan.canaries = 4;
  plan.windows = 0;
  plan.metrics = 1;
  plan.effect = [](std::int64_t) { return 1.5; };
  const Finding finding = only_finding(simulate(plan, 31));
  CHECK(finding.verdict == Verdict::fail);
  CHECK(finding.evidence == Evidence::moderate);
  REQUIRE(finding.warnings.size() == 1);
  CHECK(finding.warnings[0].code == "no_history");
}

TEST_CASE("canary hosts without a past never give strong evidence") {
  FleetPlan plan;
  plan.metrics = 1;
  plan.windows = 60;
  plan.canaries_have_past = false;
  const Finding finding = only_finding(simulate(plan, 41));
  CHECK(finding.evidence == Evidence::moderate);
  CHECK(finding.warnings.front().code == "new_canary_hosts");
}

TEST_CASE("an early pass needs every metric's bound under its margin") {
  FleetPlan plan;
  plan.metrics = 2;
  plan.host_sd = 0.01;
  plan.level_sd = 0.01;
  plan.spikes = 0;
  JudgeInput input = simulate(plan, 51);
  input.settings.early_pass = true;
  for (MetricData& data : input.metrics) data.spec.allow = 0.5;
  input.looks_done = 2;
  CHECK(judge::judge(input).may_pass_early);
  CHECK(judge::judge(input).findings[1].verdict == Verdict::pass);
  input.metrics[1].spec.allow = 0;
  CHECK_FALSE(judge::judge(input).may_pass_early);
  input.settings.early_pass = false;
  input.metrics[1].spec.allow = 0.5;
  CHECK_FALSE(judge::judge(input).may_pass_early);
}

TEST_CASE("a metric too noisy to show `detect` is undecided and says what it would have shown") {
  FleetPlan plan;
  plan.metrics = 1;
  plan.host_sd = 2.0;
  const Finding finding = only_finding(simulate(plan, 61));
  CHECK(finding.verdict == Verdict::undecided);
  CHECK(code_of(finding) == "insensitive");
  REQUIRE(finding.sensitivity);
  CHECK(*finding.sensitivity > 1.0);
  CHECK(text_of(finding).starts_with("metric 0 is too noisy here to tell: only a change of +"));
}

TEST_CASE("every code that the judge gives is in the table, which is sorted") {
  const std::vector<ReasonCode>& codes = reason_codes();
  CHECK(std::ranges::is_sorted(codes, {}, [](const ReasonCode& c) { return std::string(c.code); }));
  for (const char* code :
       {"regression", "limit_exceeded", "canary_silent", "no_data", "low_coverage", "low_traffic",
        "insensitive", "window_incomplete", "no_history", "constant_history", "few_baseline_hosts",
        "no_limit", "no_time_of_day_control", "host_set_aside", "new_canary_hosts"}) {
    CHECK(std::ranges::any_of(codes,
                              [&](const ReasonCode& c) { return std::string(c.code) == code; }));
  }
}
