/// A gate over hosts that it reads itself: what their silence comes to.
#include <doctest/doctest.h>

#include <algorithm>

#include "checks/gate.h"
#include "tests/support/fakes.h"

namespace canarygate::test {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// One canary and three baseline hosts, asked once a second at 0 s..11 s; the window is 1 s..11 s.
class Watched {
 public:
  Watched() {
    CheckDefinition& check = request.loaded.check;
    check.name = "load";
    check.file = "checks/load.yaml";
    check.window = {seconds(1), seconds(10), seconds(1)};
    check.judge.looks = 1;
    check.canary = hosts({"c"});
    check.baseline = hosts({"a", "b", "d"});
    MetricSpec metric;
    metric.name = "load";
    metric.query = "x";
    metric.worse = Worse::higher;
    check.metrics = {metric};
    Config config;
    config.set("port", std::int64_t{9100});
    request.loaded.environment.backends["default"] = {"scrape", config};
  }

  /// Answers so many scrapes, and then none.
  void answers(const std::string& host, int scrapes) {
    for (int i = 0; i < scrapes; ++i) world.http.expect("GET", url(host), 200, "x 1\n");
    dies(host);
  }
  void answers(const std::string& host) {
    world.http.expect("GET", url(host), 200, "x 1\n").forever = true;
  }
  void dies(const std::string& host) {
    world.http
        .expect_error("GET", url(host), ErrorKind::backend,
                      host + ":9100: cannot connect (connection refused); check host and port")
        .forever = true;
  }
  Outcome run() { return run_gate(request, world.ports, observer); }

  FakeWorld world;
  GateRequest request;
  GateObserver observer;

 private:
  static std::string url(const std::string& host) { return "http://" + host + ":9100/metrics"; }
  static GroupSpec hosts(const std::vector<std::string>& names) {
    Config selection;
    selection.set("names", names);
    return {GroupSpec::Kind::source, "hosts", selection, {}};
  }
};

std::vector<Reason> with_code(const Outcome& outcome, const std::string& code) {
  std::vector<Reason> found;
  std::ranges::copy_if(outcome.reasons, std::back_inserter(found),
                       [&](const Reason& reason) { return reason.code == code; });
  return found;
}

}  // namespace

TEST_CASE(
    "a canary that dies in the window's last two seconds is silent, whatever its points say") {
  Watched watched;
  watched.answers("c", 10);
  for (const char* host : {"a", "b", "d"}) watched.answers(host);
  const Outcome outcome = watched.run();
  CHECK(outcome.verdict == Verdict::fail);
  const auto silent = with_code(outcome, "canary_silent");
  REQUIRE(silent.size() == 1);
  CHECK(silent[0].host == "c");
  CHECK(silent[0].text ==
        "c stopped answering at 22:00:09 UTC, its last 2 scrapes failed: c:9100: cannot connect "
        "(connection refused)");
}

TEST_CASE("a canary that was away for one scrape is not silent") {
  Watched watched;
  watched.answers("c", 11);
  for (const char* host : {"a", "b", "d"}) watched.answers(host);
  CHECK(with_code(watched.run(), "canary_silent").empty());
}

TEST_CASE("when the baseline is as quiet nobody is blamed, and nobody has seen the window's end") {
  Watched watched;
  watched.answers("c", 10);
  watched.answers("a", 10);
  watched.answers("b", 10);
  watched.answers("d");
  const Outcome outcome = watched.run();
  CHECK(with_code(outcome, "canary_silent").empty());
  CHECK(outcome.verdict == Verdict::undecided);
  const auto unseen = with_code(outcome, "window_incomplete");
  REQUIRE(unseen.size() == 1);
  CHECK(unseen[0].text ==
        "c stopped answering at 22:00:09 UTC, its last 2 scrapes failed: c:9100: cannot connect "
        "(connection refused); so did much of the baseline");
}

TEST_CASE("a deploy at any fraction of a second needs no warm-up to be seen") {
  Watched watched;
  watched.world.clock.advance(milliseconds(700));
  watched.request.loaded.check.window.warmup = seconds(0);
  watched.request.deploy = "./canary.sh";
  for (const char* host : {"a", "b", "c", "d"}) watched.dies(host);
  const Outcome outcome = watched.run();  // the strict fake fails when the command is started
  CHECK(outcome.trouble_kind == ErrorKind::backend);  // and not usage
}

}  // namespace canarygate::test
