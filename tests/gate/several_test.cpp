/// Several checks in one run: their windows fill together, and what they share is asked once.
#include <csignal>
#include <deque>
#include <map>

#include "tests/gate/story.h"

namespace canarygate::test {

namespace {

/// A Consul and a Prometheus that know hosts h-1..h-8 (h-1 and h-2 tagged canary), and count what
/// they are asked.
class Servers : public HttpClient {
 public:
  explicit Servers(FakeClock& clock) : clock_(clock) {}
  [[nodiscard]] std::vector<Result<HttpResponse>> send_all(std::span<const HttpRequest> requests,
                                                           Duration) override {
    std::vector<Result<HttpResponse>> answers;
    ++batches;
    for (const HttpRequest& request : requests) {
      ++asked[request.url];
      HttpResponse response;
      response.status = 200;
      response.body = body_of(request.url);
      answers.emplace_back(std::move(response));
    }
    clock_.advance(std::chrono::milliseconds(70));  // the time it takes
    return answers;
  }
  [[nodiscard]] int most_often() const {
    int most = 0;
    for (const auto& [url, times] : asked) most = std::max(most, times);
    return most;
  }
  std::map<std::string, int> asked;
  int batches = 0;

 private:
  static std::int64_t number_after(const std::string& url, const std::string& key) {
    return std::stoll(url.substr(url.find(key) + key.size()));
  }
  static std::string body_of(const std::string& url) {
    if (url.find("/v1/health/service/web") != std::string::npos) return services();
    if (url.find("/api/v1/query_range?") == std::string::npos) FAIL("unexpected: " << url);
    const std::int64_t start = number_after(url, "&start=");
    const std::int64_t end = number_after(url, "&end=");
    const std::int64_t step = number_after(url, "&step=");
    std::string series;
    for (int h = 1; h <= kHosts; ++h) {
      std::string values;
      for (std::int64_t t = start; t <= end; t += step) {
        std::mt19937_64 random(static_cast<std::uint64_t>(t * 10 + h));
        const double noise = static_cast<double>(random() >> 11U) / 9007199254740992.0;
        values += fmt::format("{}[{},\"{:.4f}\"]", values.empty() ? "" : ",", t, 10 + noise);
      }
      series += fmt::format(R"({}{{"metric":{{"instance":"h-{}:80"}},"values":[{}]}})",
                            series.empty() ? "" : ",", h, values);
    }
    return R"({"status":"success","data":{"resultType":"matrix","result":[)" + series + "]}}";
  }
  static std::string services() {
    std::string list;
    for (int h = 1; h <= kHosts; ++h) {
      list +=
          fmt::format(R"({}{{"Node":{{"Node":"n{}","Address":"h-{}"}},"Service":{{"Service":"web",)"
                      R"("Address":"h-{}","Port":80,"Tags":[{}]}},"Checks":[]}})",
                      list.empty() ? "" : ",", h, h, h, h <= 2 ? R"("canary")" : "");
    }
    return "[" + list + "]";
  }
  FakeClock& clock_;
};

/// Checks that share a Prometheus and a Consul.
struct Fleet {
  FakeWorld world;
  Servers servers{world.clock};
  Ports ports{servers, world.clock, world.variables, world.processes, world.interrupt};
  GateObserver observer;

  Fleet() { world.clock.set(kDeploy); }

  static GateRequest check(const std::string& name, const std::string& query = "rate(load[1m])") {
    GateRequest request;
    CheckDefinition& check = request.loaded.check;
    check.name = name;
    check.file = "checks/" + name + ".yaml";
    check.window = {minutes(1), minutes(5), seconds(15)};
    check.judge.history = minutes(40);
    Config canary;
    canary.set("service", std::string("web"));
    canary.set("tags", std::vector<std::string>{"canary"});
    check.canary = {GroupSpec::Kind::source, "consul", canary, {}};
    check.baseline.kind = GroupSpec::Kind::rest;
    MetricSpec metric;
    metric.name = "load";
    metric.query = query;
    metric.worse = Worse::higher;
    check.metrics = {metric};
    Config prometheus;
    prometheus.set("urls", std::vector<std::string>{"http://prom:9090"});
    request.loaded.environment.backends["default"] = {"prometheus", prometheus};
    Config consul;
    consul.set("url", std::string("http://consul:8500"));
    request.loaded.environment.discovery["consul"] = consul;
    return request;
  }
  std::vector<Outcome> run(const std::vector<GateRequest>& requests, bool fail_fast = false) {
    std::vector<WatchedRequest> watched;
    for (const GateRequest& request : requests) watched.push_back({request, observer});
    return run_gates(watched, ports, fail_fast);
  }
};

/// Checks with data of their own, from files: `run()` takes them all.
class SeveralStories : public Story {
 public:
  SeveralStories() : Story(kGood) {}
  GateRequest& add(const std::string& name, const Effect& effect) {
    const std::filesystem::path file = data().parent_path() / (name + ".csv");
    write_data(file, effect);
    GateRequest one = request;
    one.loaded.check.name = name;
    Config config;
    config.set("path", file.string());
    one.loaded.environment.backends["default"] = {"file", config};
    requests.push_back(std::move(one));
    return requests.back();
  }
  std::vector<Outcome> run(bool fail_fast = false) {
    std::vector<WatchedRequest> watched;
    for (const GateRequest& one : requests) watched.push_back({one, observer});
    return run_gates(watched, world.ports, fail_fast);
  }
  std::deque<GateRequest> requests;
};

std::vector<Verdict> verdicts(const std::vector<Outcome>& outcomes) {
  std::vector<Verdict> all;
  for (const Outcome& outcome : outcomes) all.push_back(outcome.verdict);
  return all;
}

using Verdicts = std::vector<Verdict>;

constexpr auto kCommand = "./canary.sh";

}  // namespace

TEST_CASE("three checks of five minutes take five minutes") {
  Fleet fleet;
  const auto outcomes =
      fleet.run({Fleet::check("a"), Fleet::check("b"), Fleet::check("c", "rate(other[1m])")});
  CHECK(verdicts(outcomes) == Verdicts{Verdict::pass, Verdict::pass, Verdict::pass});
  for (const Outcome& outcome : outcomes) {
    CHECK(outcome.window.looks_done == 5);
    CHECK(outcome.deployed_at == kDeploy);
    CHECK(outcome.finished_at < kDeploy + minutes(6) + seconds(30));
  }
}

TEST_CASE("what three checks ask alike is asked once: as often as one of them asks it") {
  Fleet alone;
  const auto one = alone.run({Fleet::check("a")});
  REQUIRE(one.front().verdict == Verdict::pass);
  Fleet together;
  const auto all = together.run({Fleet::check("a"), Fleet::check("b"), Fleet::check("c")});
  CHECK(verdicts(all) == Verdicts{Verdict::pass, Verdict::pass, Verdict::pass});
  CHECK(together.servers.asked == alone.servers.asked);
  CHECK(together.servers.batches == alone.servers.batches);
  for (const auto& [url, times] : together.servers.asked) {
    // Consul is asked when the hosts are wanted, and whether they are still there at the end.
    CHECK_MESSAGE(times == (url.find("consul") == std::string::npos ? 1 : 2), url);
  }
}

TEST_CASE("a check is judged among others as it is alone") {
  Fleet alone;
  const Outcome one = alone.run({Fleet::check("a")}).front();
  Fleet together;
  const Outcome same = together.run({Fleet::check("b", "rate(x[1m])"), Fleet::check("a")}).back();
  REQUIRE(same.metrics.size() == 1);
  CHECK(same.seed == one.seed);
  CHECK(same.verdict == one.verdict);
  CHECK(same.metrics[0].finding.p_value == one.metrics[0].finding.p_value);
  CHECK(same.metrics[0].finding.effect.estimate == one.metrics[0].finding.effect.estimate);
}

TEST_CASE("a failure ends its own check while the others run on") {
  SeveralStories stories;
  stories.add("bad", kBad);
  stories.add("good", kGood);
  const auto outcomes = stories.run();
  CHECK(verdicts(outcomes) == Verdicts{Verdict::fail, Verdict::pass});
  CHECK(outcomes[0].finished_at < kDeploy + minutes(3));
  CHECK(outcomes[1].finished_at >= kDeploy + minutes(3));
}

TEST_CASE("with --fail-fast the first failure ends those that still wait, and they did not pass") {
  SeveralStories stories;
  stories.add("good", kGood);
  stories.add("bad", kBad);
  const auto outcomes = stories.run(true);
  CHECK(verdicts(outcomes) == Verdicts{Verdict::undecided, Verdict::fail});
  CHECK(codes(outcomes[0].reasons) == Codes{"fail_fast", "window_incomplete"});
  CHECK(outcomes[0].reasons.front().text ==
        "check 'bad' failed, and --fail-fast ended this one before its window was complete");
  CHECK(outcomes[0].window.looks_done > 0);
  CHECK(outcomes[0].finished_at < outcomes[1].finished_at + seconds(1));
}

TEST_CASE("a soft check that fails ends nobody, --fail-fast or not") {
  SeveralStories stories;
  stories.add("good", kGood);
  stories.add("bad", kBad).deploy_anyway = true;
  CHECK(verdicts(stories.run(true)) == Verdicts{Verdict::pass, Verdict::fail});
}

TEST_CASE("where one check cannot be run nobody is asked anything") {
  Fleet fleet;
  GateRequest wrong = Fleet::check("wrong");
  wrong.only = {"laod"};
  const auto outcomes = fleet.run({Fleet::check("a"), wrong, Fleet::check("b")});
  CHECK(verdicts(outcomes) == Verdicts{Verdict::trouble, Verdict::trouble, Verdict::trouble});
  CHECK(fleet.servers.asked.empty());
  CHECK(outcomes[0].trouble_kind == ErrorKind::usage);
  CHECK(outcomes[0].reasons.front().text ==
        "nothing was asked, because check 'wrong' cannot be run; its reasons say why");
  CHECK(outcomes[1].reasons.front().text ==
        "--only 'laod': check 'wrong' has no such metric; it has load");
}

TEST_CASE("one deploy is run for all, when the last of them has observed enough") {
  SeveralStories stories;
  stories.world.clock.set(kDeploy - seconds(30) - minutes(2));
  auto& script = stories.world.processes.expect_start(kCommand, seconds(30));
  stories.add("short", kGood).observe = seconds(10);
  stories.add("long", kBad).observe = minutes(2);
  for (GateRequest& request : stories.requests) request.deploy = kCommand;
  const auto outcomes = stories.run();
  CHECK(script.starts == 1);
  CHECK(script.started_at == kDeploy - seconds(30));
  CHECK(outcomes[0].deployed_at == outcomes[1].deployed_at);
  CHECK(outcomes[0].deployed_at == kDeploy);
  CHECK(verdicts(outcomes) == Verdicts{Verdict::pass, Verdict::fail});
}

TEST_CASE("a check that cannot see what it needs keeps the deploy from all") {
  SeveralStories stories;
  stories.add("good", kGood);
  stories.add("blind", kGood);
  for (GateRequest& request : stories.requests) request.deploy = kCommand;
  std::filesystem::remove(stories.data().parent_path() / "blind.csv");
  const auto outcomes = stories.run();
  CHECK(verdicts(outcomes) == Verdicts{Verdict::trouble, Verdict::trouble});
  CHECK(outcomes[0].trouble_kind == ErrorKind::deploy);
  CHECK(outcomes[0].reasons.front().text ==
        "the deploy command was not run, because of check 'blind'; its reasons say why");
  CHECK_FALSE(outcomes[0].deployed);
  CHECK(outcomes[1].trouble_kind == ErrorKind::backend);
}

TEST_CASE("a deploy that fails is every check's trouble, and a signal reaches it once") {
  SeveralStories stories;
  auto& script = stories.world.processes.expect_start(kCommand, minutes(1));
  stories.add("a", kGood);
  stories.add("b", kGood);
  for (GateRequest& request : stories.requests) request.deploy = kCommand;
  stories.world.clock.on_sleep = [&](TimePoint now) {
    if (now > kDeploy + seconds(5)) stories.world.interrupt.raise(SIGINT);
  };
  const auto outcomes = stories.run();
  CHECK(script.signals == std::vector<int>{SIGINT});
  for (const Outcome& outcome : outcomes) {
    CHECK(outcome.interrupted_by == SIGINT);
    CHECK_FALSE(outcome.deployed);
  }

  SeveralStories failing;
  failing.world.processes.expect_start(kCommand, seconds(1), "exit status 3");
  failing.add("a", kGood);
  failing.add("b", kGood);
  for (GateRequest& request : failing.requests) request.deploy = kCommand;
  for (const Outcome& outcome : failing.run()) {
    CHECK(outcome.trouble_kind == ErrorKind::deploy);
    CHECK(codes(outcome.reasons) == Codes{"deploy_failed"});
  }
}

TEST_CASE("a signal ends all of them with what each has seen") {
  SeveralStories stories;
  stories.add("a", kGood);
  stories.add("b", kGood);
  stories.world.clock.on_sleep = [&](TimePoint now) {
    if (now > kDeploy + minutes(2)) stories.world.interrupt.raise(SIGTERM);
  };
  for (const Outcome& outcome : stories.run()) {
    CHECK(outcome.interrupted_by == SIGTERM);
    CHECK(outcome.window.looks_done >= 1);
    CHECK(outcome.verdict == Verdict::undecided);
  }
}

TEST_CASE("checks of different windows each end with their own") {
  SeveralStories stories;
  stories.add("long", kGood).loaded.check.window = {minutes(1), minutes(6), seconds(15)};
  stories.add("short", kGood);
  const auto outcomes = stories.run();
  CHECK(verdicts(outcomes) == Verdicts{Verdict::pass, Verdict::pass});
  CHECK(outcomes[1].finished_at < kDeploy + minutes(3) + seconds(30));
  CHECK(outcomes[0].finished_at >= kDeploy + minutes(7));
}

}  // namespace canarygate::test
