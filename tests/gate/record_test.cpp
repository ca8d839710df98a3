#include <csignal>

#include "checks/gate/recording.h"
#include "tests/gate/story.h"

namespace canarygate::test {

namespace {

bool same(const std::optional<double>& a, const std::optional<double>& b) { return a == b; }

/// Judged again from its recording alone, it is the same.
void check_again(const Story& story, const Outcome& first) {
  REQUIRE(first.recording != nullptr);
  const FakeWorld elsewhere;
  const Outcome second = judge_again(*first.recording, story.request.loaded.check, elsewhere.ports);
  CHECK(second.verdict == first.verdict);
  CHECK(second.reasons == first.reasons);
  CHECK(second.warnings == first.warnings);
  CHECK(second.seed == first.seed);
  CHECK(second.interrupted_by == first.interrupted_by);
  CHECK(second.trouble_kind == first.trouble_kind);
  CHECK(second.started_at == first.started_at);
  CHECK(second.finished_at == first.finished_at);
  CHECK(second.deployed_at == first.deployed_at);
  CHECK(second.window.looks_done == first.window.looks_done);
  CHECK(second.window.looks == first.window.looks);
  CHECK(second.hosts.canary == first.hosts.canary);
  CHECK(second.hosts.missing == first.hosts.missing);
  CHECK(second.placebos == first.placebos);
  CHECK(second.points_fetched == first.points_fetched);
  REQUIRE(second.metrics.size() == first.metrics.size());
  for (std::size_t m = 0; m < first.metrics.size(); ++m) {
    const judge::Finding& was = first.metrics[m].finding;
    const judge::Finding& is = second.metrics[m].finding;
    CHECK(is.verdict == was.verdict);
    CHECK(same(is.p_value, was.p_value));
    CHECK(same(is.adjusted_p_value, was.adjusted_p_value));
    CHECK(same(is.canary.mean, was.canary.mean));
    CHECK(is.canary.points == was.canary.points);
    CHECK(is.stopped_at_look == was.stopped_at_look);
  }
}

}  // namespace

TEST_CASE("nothing is kept that nobody asked for") {
  CHECK(Story(kGood).run().recording == nullptr);
}

TEST_CASE("a recorded run is judged again as it was, however it ended") {
  for (const Effect& effect : {kGood, kBad, kSilent}) {
    Story story(effect);
    story.request.record = true;
    check_again(story, story.run());
  }
}

TEST_CASE("a run that a signal ended during a wait is judged by the look before it") {
  Story story(kGood);
  story.request.record = true;
  story.world.clock.on_sleep = [&](TimePoint now) {
    if (now > kDeploy + minutes(2)) story.world.interrupt.raise(SIGTERM);
  };
  const Outcome first = story.run();
  REQUIRE(first.interrupted_by == SIGTERM);
  REQUIRE(first.window.looks_done >= 1);
  check_again(story, first);
}

TEST_CASE("a run whose backend failed after a look is judged by that look") {
  Story story(kGood);
  story.request.record = true;
  story.world.clock.on_sleep = [&](TimePoint now) {
    if (now > kDeploy + minutes(2)) std::filesystem::remove(story.data());
  };
  const Outcome first = story.run();
  REQUIRE(first.verdict == Verdict::trouble);
  check_again(story, first);
}

TEST_CASE("a canary that left is not forgotten") {
  Story story(kGood);
  story.discover_from_file();
  story.request.record = true;
  story.world.clock.on_sleep = [&](TimePoint now) {
    if (now > kDeploy + minutes(2)) story.write_targets(R"(["h-1"])");
  };
  const Outcome first = story.run();
  REQUIRE(codes(first.reasons) == Codes{"canary_left"});
  check_again(story, first);
}

TEST_CASE("a run that found nobody is judged again as trouble") {
  Story story(kGood);
  story.discover_from_file();
  story.write_targets("[]");
  story.request.record = true;
  const Outcome first = story.run();
  REQUIRE(first.verdict == Verdict::trouble);
  check_again(story, first);
}

}  // namespace canarygate::test
