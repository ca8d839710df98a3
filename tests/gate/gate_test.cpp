/// The gate's story from end to end.
#include <csignal>

#include "tests/gate/story.h"

namespace canarygate::test {

TEST_CASE("a canary like the others passes, and only when its whole window has been seen") {
  Story story(kGood);
  const Outcome outcome = story.run();
  CHECK(outcome.verdict == Verdict::pass);
  CHECK(outcome.reasons.empty());
  CHECK(outcome.window.looks_done == 4);
  CHECK(story.world.clock.now() >= kDeploy + minutes(3));
  CHECK(outcome.finished_at < kDeploy + minutes(3) + seconds(30));
}

TEST_CASE("a canary three times as loaded is stopped before its window is over") {
  Story story(kBad);
  const Outcome outcome = story.run();
  CHECK(outcome.verdict == Verdict::fail);
  CHECK(codes(outcome.reasons) == Codes{"regression"});
  CHECK(outcome.window.looks_done < 4);
  CHECK(outcome.finished_at < kDeploy + minutes(3));
}

TEST_CASE("the same window judged afterwards gives the same verdict and numbers as live") {
  Story live(kBad);
  const Outcome then = live.run();
  Story late(kBad);
  late.world.clock.advance(minutes(10));
  late.request.deployed_at = kDeploy;
  const Outcome now = late.run();
  REQUIRE(now.metrics.size() == 1);
  CHECK(now.verdict == then.verdict);
  CHECK(now.seed == then.seed);
  CHECK(now.window.looks_done == then.window.looks_done);
  CHECK(now.metrics[0].finding.stopped_at_look == then.metrics[0].finding.stopped_at_look);
  CHECK(now.metrics[0].finding.p_value == then.metrics[0].finding.p_value);
  CHECK(now.metrics[0].finding.effect.estimate == then.metrics[0].finding.effect.estimate);
}

TEST_CASE("a canary that reports nothing where the others do fails") {
  Story story(kSilent);
  const Outcome outcome = story.run();
  CHECK(outcome.verdict == Verdict::fail);
  REQUIRE_FALSE(outcome.reasons.empty());
  CHECK(outcome.reasons.front().code == "canary_silent");
}

TEST_CASE("an unfinished window may fail but never pass") {
  Story good(kGood);
  good.request.no_wait = true;
  good.request.deployed_at = kDeploy;
  good.world.clock.advance(minutes(2) + seconds(1));
  const Outcome half = good.run();
  CHECK(half.verdict == Verdict::undecided);
  CHECK(codes(half.reasons) == Codes{"window_incomplete"});
  CHECK(half.window.looks_done == 2);

  Story bad(kBad);
  bad.request.no_wait = true;
  bad.request.deployed_at = kDeploy;
  bad.world.clock.advance(minutes(2) + seconds(1));
  CHECK(bad.run().verdict == Verdict::fail);
}

TEST_CASE("before the first look is over nothing is known") {
  Story story(kBad);
  story.request.no_wait = true;
  const Outcome outcome = story.run();
  CHECK(outcome.verdict == Verdict::undecided);
  CHECK(codes(outcome.reasons) == Codes{"window_incomplete"});
}

TEST_CASE("with --now nothing later is read") {
  // Fine until a minute after the deploy's window, then terrible.
  Story story(
      [](TimePoint t, double normal) { return t > kDeploy + minutes(3) ? normal * 100 : normal; });
  story.world.clock.advance(minutes(15));
  story.request.now = kDeploy + minutes(3);
  const Outcome outcome = story.run();
  CHECK(outcome.deployed_at == kDeploy);
  CHECK(outcome.verdict == Verdict::pass);
}

TEST_CASE("a signal ends the run with what was seen so far") {
  Story story(kGood);
  story.world.clock.on_sleep = [&](TimePoint now) {
    if (now > kDeploy + minutes(2)) story.world.interrupt.raise(SIGTERM);
  };
  const Outcome outcome = story.run();
  CHECK(outcome.interrupted_by == SIGTERM);
  CHECK(outcome.verdict == Verdict::undecided);
  REQUIRE_FALSE(outcome.reasons.empty());
  CHECK(outcome.reasons.front().code == "interrupted");
  CHECK(outcome.window.looks_done >= 1);
  CHECK(outcome.metrics[0].finding.canary.points > 0);
}

TEST_CASE("a run that outlives its timeout is trouble, not a pass") {
  Story story(kGood);
  story.request.timeout = minutes(4);
  story.world.clock.on_sleep = [&](TimePoint) { story.world.clock.lose(minutes(1)); };
  const Outcome outcome = story.run();
  CHECK(outcome.verdict == Verdict::trouble);
  REQUIRE_FALSE(outcome.reasons.empty());
  CHECK(outcome.reasons.front().code == "timeout");
  CHECK(outcome.reasons.front().text == "--timeout 4m passed before the window was complete");
}

TEST_CASE("a backend that fails before the window is told at once") {
  Story story(kGood);
  std::filesystem::remove(story.data());
  const Outcome outcome = story.run();
  CHECK(outcome.verdict == Verdict::trouble);
  CHECK(codes(outcome.reasons) == Codes{"backend_failed"});
  CHECK(outcome.finished_at == kDeploy);
}

TEST_CASE("a backend that fails at one look is asked again at the next") {
  Story story(kGood);
  const auto away = story.data().string() + ".away";
  story.world.clock.on_sleep = [&](TimePoint now) {
    const bool out = now > kDeploy + minutes(1) && now < kDeploy + minutes(2);
    if (out && std::filesystem::exists(story.data())) std::filesystem::rename(story.data(), away);
    if (!out && std::filesystem::exists(away)) std::filesystem::rename(away, story.data());
  };
  const Outcome outcome = story.run();
  CHECK(outcome.verdict == Verdict::pass);
  CHECK(codes(outcome.warnings).front() == "look_failed");
}

TEST_CASE("a backend that fails at the last look is trouble, whatever was seen before") {
  Story story(kGood);
  story.world.clock.on_sleep = [&](TimePoint now) {
    if (now > kDeploy + minutes(2) + seconds(40)) std::filesystem::remove(story.data());
  };
  const Outcome outcome = story.run();
  CHECK(outcome.verdict == Verdict::trouble);
  CHECK(outcome.reasons.front().code == "backend_failed");
  CHECK(outcome.reasons.front().metric == "load");
}

TEST_CASE("fewer canaries than expected is trouble before anything is judged") {
  Story story(kBad);
  story.request.loaded.check.expect.hosts = 3;
  const Outcome outcome = story.run();
  CHECK(outcome.verdict == Verdict::trouble);
  CHECK(codes(outcome.reasons) == Codes{"expected_hosts"});
}

TEST_CASE("the expected hosts are waited for") {
  Story story(kGood);
  story.discover_from_file();
  story.write_targets(R"(["h-1"])");
  story.request.loaded.check.expect.hosts = 2;
  story.request.loaded.check.expect.wait = seconds(30);
  story.world.clock.on_sleep = [&](TimePoint now) {
    if (now >= kDeploy + seconds(10)) story.write_targets(R"(["h-1", "h-2"])");
  };
  CHECK(story.run().verdict == Verdict::pass);
}

TEST_CASE("a canary that is rolled back while it is watched does not pass") {
  Story story(kGood);
  story.discover_from_file();
  story.world.clock.on_sleep = [&](TimePoint now) {
    if (now >= kDeploy + minutes(2)) story.write_targets(R"(["h-1"])");
  };
  const Outcome outcome = story.run();
  CHECK(outcome.verdict == Verdict::fail);
  CHECK(codes(outcome.reasons) == Codes{"canary_left"});
  CHECK(
      outcome.reasons.front().text ==
      "h-2 was a canary when the window began and is none now: it stopped, turned unhealthy or was "
      "rolled back");
  CHECK(outcome.hosts.missing == std::vector<std::string>{"h-2"});
}

TEST_CASE("discovery that fails at the window's end is trouble, not a pass") {
  Story story(kGood);
  story.discover_from_file();
  story.world.clock.on_sleep = [&](TimePoint now) {
    if (now >= kDeploy + minutes(2)) std::filesystem::remove(story.targets());
  };
  CHECK(story.run().verdict == Verdict::trouble);
}

TEST_CASE("too little traffic is undecided, never a pass") {
  Story story(kGood);
  Traffic traffic;
  traffic.query = "load";
  traffic.min = 1e6;
  story.request.loaded.check.traffic = traffic;
  const Outcome outcome = story.run();
  CHECK(outcome.verdict == Verdict::undecided);
  CHECK(codes(outcome.reasons) == Codes{"low_traffic"});
}

TEST_CASE("mistakes that need no server are told before any is asked") {
  Story story(kGood);
  story.request.only = {"laod"};
  Outcome outcome = story.run();
  CHECK(outcome.trouble_kind == ErrorKind::usage);
  CHECK(outcome.reasons.front().text ==
        "--only 'laod': check 'load' has no such metric; it has load");

  story.request.only.clear();
  story.request.loaded.check.metrics[0].backend = "other";
  outcome = story.run();
  CHECK(outcome.trouble_kind == ErrorKind::definition);
  CHECK(outcome.reasons.front().text == "canarygate.yaml has no backend 'other'; it has default");
}

TEST_CASE("a missing secret and a wrong variable are told before discovery is asked") {
  Story story(kGood);
  story.discover_from_file();
  std::filesystem::remove(story.targets());  // discovery would fail, and say so
  Config config;
  config.set("urls", std::vector<std::string>{"http://prometheus.test"});
  config.set("auth", Auth{Auth::Kind::bearer, "", {SecretRef::From::env, "PROM_TOKEN"}});
  story.request.loaded.environment.backends["default"] = {"prometheus", config};
  Outcome outcome = story.run();
  CHECK(outcome.trouble_kind == ErrorKind::secret);
  CHECK(outcome.reasons.front().text ==
        "the environment variable PROM_TOKEN, which should hold a secret, is not set");

  story.world.variables.values = {{"PROM_TOKEN", "t"}};
  story.request.loaded.check.metrics[0].query = "load{version=\"{{version}}\"}";
  outcome = story.run();
  CHECK(outcome.trouble_kind == ErrorKind::definition);
  CHECK(outcome.reasons.front().text.starts_with(
      "checks/load.yaml: metric 'load': unknown variable {{version}}"));
}

TEST_CASE("every metric asked for stands in the outcome, judged or not") {
  Story story(kGood);
  MetricSpec second = story.request.loaded.check.metrics[0];
  second.name = "second";
  story.request.loaded.check.metrics.push_back(second);
  std::filesystem::remove(story.data());
  const Outcome outcome = story.run();
  REQUIRE(outcome.metrics.size() == 2);
  CHECK(outcome.metrics[1].finding.metric == "second");
  CHECK(outcome.metrics[1].finding.verdict != Verdict::pass);
}

}  // namespace canarygate::test
