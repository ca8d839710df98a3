/// --deploy: what the gate does before its command, while it runs, and with how it ended.
#include <csignal>

#include "tests/gate/story.h"

namespace canarygate::test {

namespace {

constexpr auto kCommand = "./canary.sh";

/// Half a minute before kDeploy, which is when the command will have ended.
class DeployStory : public Story {
 public:
  explicit DeployStory(const Effect& effect, const std::string& end = "") : Story(effect) {
    world.clock.set(kDeploy - seconds(30));
    request.deploy = kCommand;
    script = &world.processes.expect_start(kCommand, seconds(30), end);
  }
  FakeProcesses::Script* script = nullptr;
};

std::string first_text(const Outcome& outcome) {
  REQUIRE_FALSE(outcome.reasons.empty());
  return outcome.reasons.front().text;
}

}  // namespace

TEST_CASE("the window is counted from the end of the deploy's command") {
  DeployStory story(kGood);
  const Outcome outcome = story.run();
  CHECK(outcome.verdict == Verdict::pass);
  CHECK(outcome.deployed);
  CHECK(story.script->started_at == kDeploy - seconds(30));
  CHECK(outcome.deployed_at == kDeploy);
  CHECK(outcome.window.start == kDeploy + minutes(1));
  CHECK(outcome.started_at == kDeploy - seconds(30));
}

TEST_CASE("a bad build that canarygate itself let out is stopped") {
  DeployStory story(kBad);
  CHECK(story.run().verdict == Verdict::fail);
}

TEST_CASE("the command waits for as long as is to be observed first") {
  DeployStory story(kGood);
  story.world.clock.set(kDeploy - seconds(30) - minutes(2));
  story.request.observe = minutes(2);
  const Outcome outcome = story.run();
  CHECK(story.script->started_at == kDeploy - seconds(30));
  CHECK(outcome.verdict == Verdict::pass);
}

TEST_CASE("a deploy that failed is trouble of its own, and nothing is judged") {
  DeployStory story(kGood, "exit status 3");
  const Outcome outcome = story.run();
  CHECK(outcome.verdict == Verdict::trouble);
  CHECK(outcome.trouble_kind == ErrorKind::deploy);
  CHECK_FALSE(outcome.deployed);
  CHECK(codes(outcome.reasons) == Codes{"deploy_failed"});
  CHECK(first_text(outcome) ==
        "the deploy command failed (exit status 3), so nothing was judged: ./canary.sh. What it "
        "printed says why");
  CHECK(story.world.clock.now() == kDeploy);
  CHECK(outcome.window.looks_done == 0);
}

TEST_CASE("a command that cannot be started is a deploy that failed") {
  DeployStory story(kGood);
  story.script->refusal = Error{ErrorKind::deploy, "cannot start /bin/sh: no such file", false};
  const Outcome outcome = story.run();
  CHECK(outcome.trouble_kind == ErrorKind::deploy);
  CHECK(first_text(outcome) == "cannot start /bin/sh: no such file");
}

TEST_CASE("what cannot be asked before the deploy keeps it from running") {
  Story story(kGood);
  story.request.deploy = kCommand;
  std::filesystem::remove(story.data());
  const Outcome outcome = story.run();  // the strict fake fails when the command is started
  CHECK(outcome.trouble_kind == ErrorKind::backend);
  CHECK_FALSE(outcome.deployed);
  CHECK(first_text(outcome).starts_with("the deploy command was not run: "));
}

TEST_CASE("in soft mode nothing of ours keeps a deploy from running") {
  DeployStory story(kGood);
  story.request.deploy_anyway = true;
  std::filesystem::remove(story.data());
  const Outcome outcome = story.run();
  CHECK(story.script->starts == 1);
  CHECK(outcome.deployed);
  CHECK(outcome.verdict == Verdict::trouble);
  REQUIRE_FALSE(outcome.warnings.empty());
  CHECK(outcome.warnings.front().code == "backend_failed");
  CHECK(outcome.warnings.front().text.starts_with("before the deploy: "));
}

TEST_CASE("a canary that does not come back from the deploy is a failure") {
  DeployStory story(kGood);
  story.discover_from_file();
  story.world.clock.on_sleep = [&](TimePoint now) {
    if (now == kDeploy) story.write_targets(R"(["h-1"])");
  };
  const Outcome outcome = story.run();
  CHECK(outcome.verdict == Verdict::fail);
  CHECK(codes(outcome.reasons) == Codes{"canary_left"});
  CHECK(first_text(outcome) ==
        "h-2 was a canary before the deploy and is none after it: it did not come back");
  CHECK(outcome.hosts.missing == std::vector<std::string>{"h-2"});
  CHECK(story.world.clock.now() >= kDeploy + minutes(1));  // the warm-up's time to be back
}

TEST_CASE("a canary that is back before the warm-up is over was only restarted") {
  DeployStory story(kGood);
  story.discover_from_file();
  story.world.clock.on_sleep = [&](TimePoint now) {
    const bool away = now >= kDeploy && now < kDeploy + seconds(20);
    story.write_targets(away ? R"(["h-1"])" : R"(["h-1", "h-2"])");
  };
  CHECK(story.run().verdict == Verdict::pass);
}

TEST_CASE("when the only canaries do not come back, that is the failure and not who to look for") {
  DeployStory story(kGood);
  story.discover_from_file();
  story.world.clock.on_sleep = [&](TimePoint now) {
    if (now == kDeploy) story.write_targets("[]");
  };
  const Outcome outcome = story.run();
  CHECK(outcome.verdict == Verdict::fail);
  CHECK(codes(outcome.reasons) == Codes{"canary_left", "canary_left"});
}

TEST_CASE("canaries that others took the place of are not missed") {
  DeployStory story(kGood);
  story.discover_from_file();
  story.write_targets(R"(["old-1", "old-2"])");
  story.world.clock.on_sleep = [&](TimePoint now) {
    if (now == kDeploy) story.write_targets(R"(["h-1", "h-2"])");
  };
  const Outcome outcome = story.run();
  CHECK(outcome.verdict == Verdict::pass);
  CHECK(outcome.hosts.canary == std::vector<std::string>{"h-1", "h-2"});
}

TEST_CASE("a canary that only the deploy makes is no reason not to deploy") {
  DeployStory story(kGood);
  story.discover_from_file();
  story.write_targets("[]");
  story.world.clock.on_sleep = [&](TimePoint now) {
    if (now == kDeploy) story.write_targets(R"(["h-1", "h-2"])");
  };
  CHECK(story.run().verdict == Verdict::pass);
}

TEST_CASE("a signal is passed on to the command, whose end is awaited") {
  DeployStory story(kGood);
  story.script->ignores_signals = true;
  story.world.clock.on_sleep = [&](TimePoint now) {
    if (now == kDeploy - seconds(20)) story.world.interrupt.raise(SIGTERM);
  };
  const Outcome outcome = story.run();
  CHECK(story.script->signals == std::vector<int>{SIGTERM});
  CHECK(story.world.clock.now() == kDeploy);
  CHECK(outcome.interrupted_by == SIGTERM);
  CHECK(outcome.verdict == Verdict::undecided);
  CHECK(outcome.window.looks_done == 0);
  CHECK(outcome.deploy_ran);
  CHECK(first_text(outcome) ==
        "signal 15 ended the run while the deploy command ran, and was passed on to it");
}

TEST_CASE("a signal before the command keeps it from running") {
  Story story(kGood);
  story.request.deploy = kCommand;
  story.request.observe = minutes(5);
  story.world.clock.on_sleep = [&](TimePoint) { story.world.interrupt.raise(SIGINT); };
  const Outcome outcome = story.run();
  CHECK(outcome.interrupted_by == SIGINT);
  CHECK_FALSE(outcome.deployed);
  CHECK_FALSE(outcome.deploy_ran);
  CHECK(first_text(outcome) == "signal 2 ended the run before the deploy command was run");
  CHECK(outcome.deployed_at == TimePoint{});
}

TEST_CASE("hosts that only watching shows anything of cannot be judged on what is past") {
  Story story(kGood);
  story.request.loaded.environment.backends["default"] = {"scrape", Config{}};
  story.request.now = kDeploy + minutes(10);
  const Outcome outcome = story.run();
  CHECK(outcome.trouble_kind == ErrorKind::usage);
  CHECK(first_text(outcome) ==
        "backend 'default' (type scrape) sees only what happens while canarygate runs, and this "
        "window is not ahead of it; let canarygate run the deploy (--deploy COMMAND), or start it "
        "right after the deploy without --deployed-at, --now and --no-wait");
}

}  // namespace canarygate::test
