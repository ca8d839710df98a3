#include "checks/judge/scored.h"

#include <doctest/doctest.h>

#include "tests/judge/build.h"

namespace canarygate::test {

using namespace judge;

namespace {

struct Scene {
  std::vector<MetricSpec> specs;
  std::vector<Finding> findings;

  Scene& with(const std::vector<std::string>& groups, Verdict verdict, double weight = 1,
              bool critical = false) {
    MetricSpec spec;
    spec.name = "m" + std::to_string(specs.size());
    spec.groups = groups;
    spec.weight = weight;
    spec.critical = critical;
    Finding finding;
    finding.metric = spec.name;
    finding.verdict = verdict;
    finding.critical = critical && verdict == Verdict::fail;
    finding.reasons = {{"regression", spec.name, {}, "it moved"}};
    specs.push_back(spec);
    findings.push_back(finding);
    return *this;
  }

  [[nodiscard]] std::optional<Scored> scored(const ScoreRule& rule = {},
                                             bool last_look = true) const {
    std::vector<const MetricSpec*> all;
    for (const MetricSpec& spec : specs) all.push_back(&spec);
    return score_findings(all, findings, rule, last_look);
  }
};

constexpr Verdict kPass = Verdict::pass;
constexpr Verdict kFail = Verdict::fail;

}  // namespace

TEST_CASE("a group's score is its weighted share of passed metrics") {
  // (3 + 1) of (3 + 1 + 4): 50; equal weights are Kayenta's own.
  CHECK(Scene().with({"a"}, kPass, 3).with({"a"}, kPass).with({"a"}, kFail, 4).scored()->value ==
        50);
  CHECK(Scene().with({"a"}, kPass).with({"a"}, kPass).with({"a"}, kFail).scored()->value == 66.67);
}

TEST_CASE("groups weigh as they are told, the others share the rest, and metrics without one too") {
  const auto scene =
      Scene().with({"latency"}, kFail).with({"latency"}, kPass).with({}, kPass).with({"x"}, kFail);
  // 60 · 50 % + 20 · 100 % + 20 · 0 %
  const Scored scored = *scene.scored({{{"latency", 60}}, 95, 75});
  CHECK(scored.value == 50);
  REQUIRE(scored.groups.size() == 3);
  CHECK(scored.groups[1].group == "ungrouped");
  CHECK(scored.groups[1].weight == 20);
  CHECK(scored.reason->text ==
        "the canary scores 50 of 100, below the 95 it needs: latency 50 (weight 60), ungrouped 100 "
        "(weight 20), x 0 (weight 20)");
}

TEST_CASE("what could not be judged is left out, and its group's weight goes to the others") {
  const ScoreRule rule{{{"a", 80}, {"b", 20}}, 95, 75};
  const auto unknown = Scene().with({"a"}, Verdict::no_data).with({"b"}, kPass).with({"b"}, kFail);
  CHECK(unknown.scored(rule)->value == 50);
  CHECK(unknown.scored(rule)->groups.size() == 1);
  CHECK(unknown.scored(rule)->groups[0].weight == 100);
  CHECK(Scene().with({"a"}, Verdict::undecided).with({"a"}, kPass).scored()->value == 100);
  CHECK_FALSE(Scene().with({"a"}, Verdict::no_data).scored().has_value());
}

TEST_CASE("what must have data and has none counts as failed") {
  Scene scene = Scene().with({}, kPass).with({}, Verdict::no_data);
  CHECK(scene.scored()->value == 100);
  scene.findings[1].missed = true;
  CHECK(scene.scored()->value == 50);
  CHECK_FALSE(scene.scored({{}, 50, 50})->fails);
}

TEST_CASE("marginal is enough until the last look, and pass is needed there") {
  const auto one_of_five =
      Scene().with({}, kFail).with({}, kPass).with({}, kPass).with({}, kPass).with({}, kPass);
  CHECK(one_of_five.scored()->value == 80);
  CHECK(one_of_five.scored()->classification == Score::Class::marginal);
  CHECK(one_of_five.scored()->fails);
  CHECK(one_of_five.scored()->reason->text == "the canary scores 80 of 100, below the 95 it needs");
  CHECK_FALSE(one_of_five.scored({}, false)->fails);
  CHECK_FALSE(one_of_five.scored({{}, 80, 75})->fails);
  // 40 is below 75; what has not failed yet counts as passed.
  const auto early = Scene().with({}, kFail, 3).with({}, Verdict::undecided, 2);
  CHECK(early.scored({}, false)->value == 40);
  CHECK(early.scored({}, false)->reason->text ==
        "the canary scores 40 of 100 so far, below the 75 at which the gate waits no longer");
}

TEST_CASE("a critical metric's failure fails at once, and so does silence") {
  const auto fine = [] {
    Scene scene;
    for (int i = 0; i < 20; ++i) scene.with({}, kPass);
    return scene;
  };
  CHECK_FALSE(fine().with({}, kFail).scored()->fails);
  const auto critical = fine().with({}, kFail, 1, true).scored({}, false);
  CHECK(critical->fails);
  CHECK(critical->value == 0);
  CHECK(critical->reason->text ==
        "the canary scores 0 of 100, because 'm20' is critical and failed");
  Scene silent = fine().with({}, kFail);
  silent.findings.back().reasons = {{"canary_silent", "m20", {}, "nothing"}};
  CHECK(silent.scored({}, false)->fails);
  CHECK_FALSE(silent.scored({}, false)->reason.has_value());
}

TEST_CASE("with a score the judge goes on after a metric has failed") {
  JudgeInput input = input_of(line_of(20, 4), {"c1"}, {"b1"});
  input.settings.method = JudgeMethod::kayenta;
  const auto moved = [](const std::string& host, std::int64_t i) {
    return (host == "c1" ? 20.0 : 10.0) + 0.01 * static_cast<double>(i % 5);
  };
  const auto steady = [](const std::string&, std::int64_t i) {
    return 10.0 + 0.01 * static_cast<double>(i % 5);
  };
  add_metric(input, "a", moved);
  add_metric(input, "b", steady);
  CHECK(judge::judge(input).stopped_at_look == 1);
  input.score = ScoreRule{{}, 50, 50};
  const Judgement good_enough = judge::judge(input);
  CHECK_FALSE(good_enough.stopped_at_look.has_value());
  CHECK(good_enough.findings[0].verdict == Verdict::fail);
  CHECK(good_enough.findings[1].verdict == Verdict::pass);
  CHECK(good_enough.score->value == 50);
  input.score = ScoreRule{{}, 60, 50};
  CHECK(judge::judge(input).stopped_at_look == 4);
  input.score = ScoreRule{{}, 60, 55};
  CHECK(judge::judge(input).stopped_at_look == 1);
}

TEST_CASE("a critical metric within Kayenta's own bound is an ordinary failure") {
  JudgeInput input = input_of(line_of(20), {"c1"}, {"b1"});
  input.settings.method = JudgeMethod::kayenta;
  input.settings.kayenta.critical_increase = 2.5;
  add_metric(input, "a", [](const std::string& host, std::int64_t i) {
    return (host == "c1" ? 20.0 : 10.0) + 0.01 * static_cast<double>(i % 5);
  }).spec.critical = true;
  CHECK(only_finding(input).verdict == Verdict::fail);
  CHECK_FALSE(only_finding(input).critical);
  input.settings.kayenta.critical_increase = 1.5;
  CHECK(only_finding(input).critical);
}

}  // namespace canarygate::test
