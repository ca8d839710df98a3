/// The gate with the other judges and with a score.
#include "pipelines/report.h"
#include "tests/gate/story.h"

namespace canarygate::test {

namespace {

void judge_by(Story& story, JudgeMethod method) {
  story.request.loaded.check.judge.method = method;
}

/// The metric again under other names.
void metrics(Story& story, const std::vector<std::string>& names) {
  const MetricSpec one = story.request.loaded.check.metrics.front();
  story.request.loaded.check.metrics.assign(names.size(), one);
  for (std::size_t i = 0; i < names.size(); ++i) {
    story.request.loaded.check.metrics[i].name = names[i];
  }
}

}  // namespace

TEST_CASE("Kayenta's judge and Mann-Whitney decide a gate, and no past is fetched for them") {
  for (const JudgeMethod method : {JudgeMethod::kayenta, JudgeMethod::mann_whitney}) {
    Story good(kGood);
    judge_by(good, method);
    good.request.loaded.check.metrics[0].allow = 0.3;
    const Outcome passed = good.run();
    CHECK(passed.verdict == Verdict::pass);
    CHECK(passed.points_fetched == 0);
    CHECK(passed.evidence == judge::Evidence::weak);

    Story bad(kBad);
    judge_by(bad, method);
    const Outcome failed = bad.run();
    CHECK(failed.verdict == Verdict::fail);
    CHECK(codes(failed.reasons) == Codes{"regression"});
    CHECK(failed.window.looks_done < 4);

    Story silent(kSilent);
    judge_by(silent, method);
    CHECK(codes(silent.run().reasons).front() == "canary_silent");
  }
}

TEST_CASE("limits alone need no past either, and a placebo metric brings it back") {
  Story story(kGood);
  metrics(story, {"fixed", "measured"});
  judge_by(story, JudgeMethod::threshold);
  for (MetricSpec& metric : story.request.loaded.check.metrics) {
    metric.limit.emplace();
    metric.limit->max = 1000;
  }
  CHECK(story.run().points_fetched == 0);
  JudgeSettings placebo;
  story.request.loaded.check.metrics[1].judge = placebo;
  CHECK(story.run().points_fetched > 0);
}

TEST_CASE("a backend that fails is told before the window also where no past is fetched") {
  Story story(kGood);
  judge_by(story, JudgeMethod::kayenta);
  std::filesystem::remove(story.data());
  const Outcome outcome = story.run();
  CHECK(codes(outcome.reasons) == Codes{"backend_failed"});
  CHECK(outcome.finished_at == kDeploy);
}

TEST_CASE("a score that is good enough lets a failed metric through, and says so") {
  Story story(kBad);
  judge_by(story, JudgeMethod::kayenta);
  metrics(story, {"load", "again"});
  story.request.loaded.check.metrics[1].judge = story.request.loaded.check.judge;
  story.request.loaded.check.metrics[1].judge->kayenta.direction =
      KayentaSettings::Direction::decrease;
  story.request.loaded.check.score = ScoreRule{{}, 50, 50};
  const Outcome outcome = story.run();
  CHECK(outcome.verdict == Verdict::pass);
  CHECK(outcome.reasons.empty());
  CHECK(outcome.window.looks_done == 4);
  CHECK(outcome.metrics[0].finding.verdict == Verdict::fail);
  CHECK(outcome.metrics[1].finding.verdict == Verdict::pass);
  REQUIRE(outcome.score.has_value());
  CHECK(outcome.score->value == 50);

  story.request.loaded.check.score = ScoreRule{{}, 60, 50};
  Story stricter(kBad);
  stricter.request.loaded.check = story.request.loaded.check;
  const Outcome stopped = stricter.run();
  CHECK(stopped.verdict == Verdict::fail);
  CHECK(codes(stopped.reasons) == Codes{"score", "regression"});
  CHECK(stopped.window.looks_done == 4);
}

TEST_CASE("a score does not make up for a metric that nobody could judge") {
  Story story(kGood);
  metrics(story, {"load", "none"});
  story.request.loaded.check.metrics[1].judge.emplace().method = JudgeMethod::threshold;
  story.request.loaded.check.score = ScoreRule{};
  CHECK(codes(story.run().reasons) == Codes{"no_limit"});
  story.request.loaded.check.metrics[1].optional = true;
  Story optional(kGood);
  optional.request.loaded.check = story.request.loaded.check;
  const Outcome outcome = optional.run();
  CHECK(outcome.verdict == Verdict::pass);
  CHECK(outcome.score->value == 100);
}

TEST_CASE("half a window is no pass where every metric failed and the score has yet to decide") {
  Story story(kBad);
  judge_by(story, JudgeMethod::kayenta);
  story.request.loaded.check.score = ScoreRule{{}, 50, 0};
  story.request.loaded.check.on_undecided = Policy::pass;
  story.request.deployed_at = kDeploy;
  story.request.now = kDeploy + seconds(135);
  const Outcome outcome = story.run();
  CHECK(outcome.window.looks_done < 4);
  CHECK(outcome.metrics[0].finding.verdict == Verdict::fail);
  CHECK(outcome.verdict == Verdict::undecided);
  CHECK(codes(outcome.reasons) == Codes{"window_incomplete"});
  CHECK(hard_exit_code(outcome) == 1);
}

TEST_CASE("a score lets no metric through that must have data and has none") {
  const auto run = [](bool optional, bool critical) {
    Story story(kGood);
    metrics(story, {"load", "again", "none"});
    for (MetricSpec& metric : story.request.loaded.check.metrics) metric.allow = 0.3;
    MetricSpec& none = story.request.loaded.check.metrics[2];
    none.query = "none";
    std::ofstream(story.data(), std::ios::app)
        << fmt::format("{},h-1,none,1\n", to_unix_seconds(kDeploy - minutes(30)));
    none.optional = optional;
    none.critical = critical;
    judge_by(story, JudgeMethod::kayenta);
    story.request.loaded.check.judge.kayenta.must_have_data = true;
    story.request.loaded.check.score = ScoreRule{{}, 60, 10};
    return story.run();
  };
  const Outcome counted = run(false, false);
  CHECK(counted.verdict == Verdict::no_data);
  REQUIRE(counted.score.has_value());
  CHECK(counted.score->value == 66.67);
  CHECK(codes(counted.reasons) == Codes{"no_data"});
  CHECK(run(true, false).verdict == Verdict::pass);
  CHECK(run(true, false).score->value == 66.67);
  CHECK(run(false, true).verdict == Verdict::fail);
}

}  // namespace canarygate::test
