#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>

#include "checks/backtest.h"
#include "checks/backtest/gather.h"
#include "checks/backtest/replay.h"
#include "checks/duration.h"
#include "checks/stats/random.h"
#include "pipelines/backtest/json.h"
#include "pipelines/report.h"
#include "tests/support/fakes.h"
#include "tests/support/simulated_fleet.h"

namespace canarygate::backtest::test {

namespace {

namespace fs = std::filesystem;
using std::chrono::hours;
using std::chrono::minutes;

const TimePoint kNow = *parse_time("2026-11-27T14:00:00Z");
const TimePoint kBegin = kNow - hours(30);
constexpr int kHosts = 8;

std::string host(int h) { return fmt::format("h-{}", h); }

/// What a host reports where an unchanged one would report `normal`.
using Effect = std::function<double(int host, TimePoint time, double normal)>;

/// A metric `load` whose hosts differ in level and have a course of their own; `steady` is quieter.
void write_data(const fs::path& path, const Effect& effect) {
  stats::Random random(20261127);
  std::ofstream csv(path);
  csv << "time,host,metric,value\n";
  for (const auto& [metric, noise] : {std::pair("load", 0.1), std::pair("steady", 0.02)}) {
    for (int h = 1; h <= kHosts; ++h) {
      const double level = 10 * std::exp(0.15 * canarygate::test::normal(random));
      double course = 0;
      for (TimePoint t = kBegin; t <= kNow; t += minutes(1)) {
        course = 0.8 * course + 0.6 * canarygate::test::normal(random);
        const double value = effect(h, t, level * std::exp(noise * course));
        csv << fmt::format("{},{},{},{:.6f}\n", to_unix_seconds(t), host(h), metric, value);
      }
    }
  }
}

bool stops_deploy(const Outcome& outcome) { return hard_exit_code(outcome) == 1; }

class Fleet {
 public:
  explicit Fleet(const Effect& effect = [](int, TimePoint, double normal) { return normal; }) {
    fs::create_directories(folder_);
    write_data(folder_ / "data.csv", effect);
    world.clock.advance(kNow - world.clock.now());
    CheckDefinition& check = request.gate.loaded.check;
    check.name = "fleet";
    check.window = {minutes(1), minutes(10), minutes(1)};
    check.judge.history = hours(4);
    check.judge.placebos = 500;
    check.on_undecided = Policy::pass;
    check.canary = group({1, 2});
    check.baseline = group({3, 4, 5, 6, 7, 8});
    check.metrics = {metric("load")};
    Config config;
    config.set("path", (folder_ / "data.csv").string());
    request.gate.loaded.environment.backends["default"] = {"file", config};
    request.runs = 60;
    request.quick = true;
    request.jobs = 2;
    request.stops = stops_deploy;
  }
  ~Fleet() { fs::remove_all(folder_); }
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  static MetricSpec metric(const char* name) {
    MetricSpec spec;
    spec.name = name;
    spec.query = name;
    spec.worse = Worse::higher;
    return spec;
  }

  Findings run() {
    Observer nobody;
    auto findings = backtest::run(request, world.ports, nobody);
    REQUIRE_MESSAGE(findings, (findings ? "" : findings.error().text));
    return std::move(*findings);
  }
  std::string error() {
    Observer nobody;
    const auto findings = backtest::run(request, world.ports, nobody);
    REQUIRE_FALSE(findings);
    return findings.error().text;
  }
  [[nodiscard]] std::string data() const { return (folder_ / "data.csv").string(); }

  canarygate::test::FakeWorld world;
  Request request;

 private:
  static GroupSpec group(const std::vector<int>& hosts) {
    std::vector<std::string> names;
    for (const int h : hosts) names.push_back(host(h));
    Config selection;
    selection.set("names", names);
    return {GroupSpec::Kind::source, "hosts", selection, {}};
  }
  fs::path folder_ = fs::temp_directory_path() / fmt::format("canarygate-backtest-{}", ::getpid());
};

}  // namespace

TEST_CASE("where nothing is wrong it would have stopped about as many as false_alarms says") {
  Fleet fleet;
  fleet.request.gate.loaded.check.judge.false_alarms = 0.05;
  fleet.request.runs = 200;
  const Findings findings = fleet.run();
  CHECK(findings.placebos.size() == 200);
  // More than 20 of 200 where 10 are to be expected happen once in a thousand times.
  CHECK(findings.placebo.failed.count <= 20);
  CHECK(findings.placebo.failed.lower <= 0.05);
  CHECK(findings.canaries == 2);
  CHECK(findings.independent <= 200);
}

TEST_CASE("made-up deploys are of all times, and of all hosts") {
  Fleet fleet;
  const Findings findings = fleet.run();
  std::map<std::string, int> times;
  for (const Judged& judged : findings.placebos) {
    REQUIRE(judged.canary.size() == 2);
    for (const std::string& name : judged.canary) ++times[name];
  }
  CHECK(times.size() == kHosts);
  for (std::size_t i = 1; i < findings.placebos.size(); ++i) {
    const Duration apart = findings.placebos[i].deployed_at - findings.placebos[i - 1].deployed_at;
    CHECK(apart >= Duration(0));
    // One in each sixtieth of the time.
    CHECK(apart <= 2 * (findings.until - findings.since) / 60 + minutes(2));
  }
}

TEST_CASE("the metric that costs the false alarms is named") {
  Fleet fleet;
  MetricSpec noisy = Fleet::metric("load");
  noisy.name = "by another judge";
  noisy.judge = fleet.request.gate.loaded.check.judge;
  noisy.judge->method = JudgeMethod::kayenta;  // hosts differ, and it takes them to be alike
  fleet.request.gate.loaded.check.metrics.push_back(noisy);
  const Findings findings = fleet.run();
  REQUIRE(findings.costs.size() == 2);
  const auto all = [](const MetricCost& cost) { return cost.alone + cost.with_others; };
  CHECK(all(findings.costs[1]) >= 6);
  CHECK(all(findings.costs[1]) >= 3 * all(findings.costs[0]));
  CHECK(findings.placebo.failed.lower > 0.01);
}

TEST_CASE("larger changes are found more often, and the smallest that is found lies between") {
  Fleet fleet;
  fleet.request.quick = false;
  fleet.request.runs = 40;
  fleet.request.gate.loaded.check.metrics.push_back(Fleet::metric("steady"));
  const Findings findings = fleet.run();
  CHECK(findings.injected_runs == 20);
  REQUIRE(findings.power.size() == 2);
  for (const MetricPower& power : findings.power) {
    REQUIRE(power.found.size() == 5);
    for (std::size_t i = 1; i < 4; ++i) {
      CHECK(power.found[i].found.count >= power.found[i - 1].found.count);
    }
    CHECK(power.found[3].change == doctest::Approx(1.0));
    CHECK(power.found[3].found.share() == 1.0);
    CHECK(power.found[4].leak);
    REQUIRE(power.found[3].median_time);
    CHECK(*power.found[3].median_time >= minutes(3));  // the warm-up and the first look
    CHECK(*power.found[3].median_time <= minutes(11));
    REQUIRE(power.smallest);
    CHECK(*power.smallest > 0);
    CHECK(*power.smallest < 1);
  }
  // A fifth of the noise: much smaller changes are seen.
  CHECK(*findings.power[1].smallest < *findings.power[0].smallest / 2);

  std::vector<std::string> settings;
  for (const Alternative& other : findings.alternatives) settings.push_back(other.setting);
  CHECK(settings == std::vector<std::string>{"", "window 5m", "window 20m", "false_alarms 0.1%",
                                             "false_alarms 5%"});
  const Alternative& as_it_is = findings.alternatives[0];
  CHECK(findings.alternatives[3].found.count <= as_it_is.found.count);
  CHECK(findings.alternatives[4].found.count >= as_it_is.found.count);
  CHECK(findings.alternatives[4].failed.count >= findings.alternatives[3].failed.count);
}

TEST_CASE("what is allowed is not found, and what is more is looked for longer") {
  Fleet fleet;
  fleet.request.quick = false;
  fleet.request.runs = 10;
  MetricSpec lenient = Fleet::metric("steady");
  lenient.allow = 1.0;
  fleet.request.gate.loaded.check.metrics.push_back(lenient);
  const Findings findings = fleet.run();
  REQUIRE(findings.power.size() == 2);
  REQUIRE(findings.power[0].smallest);
  CHECK(*findings.power[0].smallest < 1);
  CHECK(findings.power[1].found[3].found.share() < 0.2);
  CHECK(findings.power[1].largest_tried == doctest::Approx(3));
  REQUIRE(findings.power[1].smallest);
  CHECK(*findings.power[1].smallest > 1);
  CHECK(*findings.power[1].smallest < 3);
}

TEST_CASE("a bad deploy of the past is stopped, a good one is not") {
  const TimePoint bad = kNow - hours(8);
  const TimePoint good = kNow - hours(4);
  Fleet fleet([&](int h, TimePoint time, double normal) {
    return h <= 2 && time > bad && time <= bad + minutes(30) ? 2 * normal : normal;
  });
  fleet.request.deploys = {
      {good, {}, "v2", true, "history"},
      {bad, {host(1), host(2)}, "v1", false, "history"},
      {kNow - hours(200), {}, "v0", std::nullopt, "history"},
      {kNow - hours(6), {"h-99"}, "v1.5", std::nullopt, "deploys.csv:4"},
  };
  const Findings findings = fleet.run();
  REQUIRE(findings.real.size() == 2);
  CHECK(findings.real[0].deployed_at == bad);
  CHECK(findings.real[0].label == "v1");
  CHECK(findings.real[0].verdict == Verdict::fail);
  CHECK(findings.real[0].stopped);
  CHECK(findings.real[0].failed == std::vector<std::string>{"load"});
  REQUIRE(findings.real[0].after);
  CHECK(*findings.real[0].after <= minutes(11));
  CHECK(findings.real[1].verdict == Verdict::pass);
  CHECK(findings.deploys.stopped.count == 1);
  REQUIRE(findings.not_replayed.size() == 2);
  CHECK(findings.not_replayed[0] ==
        "the deploy of 2026-11-19T06:00:00Z v0 (history): it is not within the time that is "
        "replayed");
  CHECK(findings.not_replayed[1] ==
        "the deploy of 2026-11-27T08:00:00Z v1.5 (deploys.csv:4): there are no numbers of h-99 "
        "from before it");
  for (const Judged& judged : findings.placebos) {
    const bool apart =
        judged.deployed_at > bad + minutes(11) || judged.deployed_at + minutes(11) < bad;
    CHECK(apart);
  }
}

TEST_CASE("the same request has the same result, whatever the threads") {
  Fleet fleet;
  fleet.request.quick = false;
  fleet.request.runs = 20;
  fleet.request.jobs = 1;
  const std::string one = to_json(fleet.run());
  fleet.request.jobs = 3;
  CHECK(to_json(fleet.run()) == one);
  fleet.request.gate.seed = 4711;
  CHECK(to_json(fleet.run()) != one);
}

TEST_CASE("a made-up deploy is judged as the gate would have judged it") {
  Fleet fleet;
  fleet.request.runs = 5;
  const Findings findings = fleet.run();
  for (const Judged& judged : findings.placebos) {
    GateRequest gate = fleet.request.gate;
    gate.deployed_at = judged.deployed_at;
    gate.canary_hosts = judged.canary;
    for (int h = 1; h <= kHosts; ++h) {
      if (std::ranges::find(judged.canary, host(h)) == judged.canary.end()) {
        gate.baseline_hosts.push_back(host(h));
      }
    }
    GateObserver nobody;
    const Outcome live = run_gate(gate, fleet.world.ports, nobody);
    CHECK(live.verdict == judged.verdict);

    // And number for number.
    Request request = fleet.request;
    auto scene = set_scene(request, fleet.world.ports);
    REQUIRE(scene);
    const GatherRequest all{
        scene->plan, scene->backends, request.gate.loaded.environment, minutes(1), 0, 0, nullptr};
    GatherRequest wanted = all;
    Past grid;
    grid.step = minutes(1);
    wanted.first = grid.from(kBegin);
    wanted.last = grid.until(kNow);
    const auto past = gather(wanted, fleet.world.ports, [](std::int64_t, std::int64_t) {});
    REQUIRE(past);
    Trial trial;
    trial.base = grid.from(judged.deployed_at + minutes(1));
    trial.deployed_at = judged.deployed_at;
    trial.groups = {gate.canary_hosts, gate.baseline_hosts, false, false, {}};
    const auto recording = recording_of(*scene, past->past, {&trial, &scene->check(), {}});
    REQUIRE(recording);
    const Outcome again = judge_again(*recording, scene->check(), fleet.world.ports);
    CHECK(again.seed == live.seed);
    CHECK(again.placebos == live.placebos);
    CHECK(again.metrics[0].finding.p_value == live.metrics[0].finding.p_value);
    CHECK(again.metrics[0].finding.sensitivity == live.metrics[0].finding.sensitivity);
    CHECK(again.metrics[0].finding.canary.mean == live.metrics[0].finding.canary.mean);
    CHECK(again.reasons == live.reasons);
    CHECK(again.warnings == live.warnings);
  }
}

TEST_CASE("what one day predicts is what another shows") {
  // A check that stops one unchanged deploy in a few, so that there is something to predict.
  Fleet fleet;
  MetricSpec& metric = fleet.request.gate.loaded.check.metrics[0];
  metric.judge = fleet.request.gate.loaded.check.judge;
  metric.judge->method = JudgeMethod::kayenta;
  fleet.request.runs = 150;
  fleet.request.gate.loaded.check.judge.history = hours(0);
  fleet.request.since = kNow - hours(29);
  fleet.request.until = kNow - hours(15);
  const Rate predicted = fleet.run().placebo.failed;
  fleet.request.since = kNow - hours(14);
  fleet.request.until = kNow;
  const Rate seen = fleet.run().placebo.failed;
  CHECK(predicted.of == 150);
  CHECK(seen.count >= 10);
  CHECK(seen.share() >= predicted.lower);
  CHECK(seen.share() <= predicted.upper);
}

TEST_CASE("an interrupted backtest says what it has seen by then") {
  class Stopper : public Observer {
   public:
    explicit Stopper(Interrupt& interrupt) : interrupt_(interrupt) {}
    void progress(const std::string& what, std::int64_t done, std::int64_t) override {
      if (what == "replaying" && done >= 10) interrupt_.raise(2);
    }

   private:
    Interrupt& interrupt_;
  };
  Fleet fleet;
  fleet.request.quick = false;
  Stopper stopper(fleet.world.interrupt);
  const auto findings = backtest::run(fleet.request, fleet.world.ports, stopper);
  REQUIRE(findings);
  CHECK(findings->interrupted_by == 2);
  CHECK(findings->runs_wanted == 60);
  CHECK(findings->placebos.size() >= 10);
  CHECK(findings->placebos.size() < 60);
  CHECK(findings->placebo.stopped.of == static_cast<std::int64_t>(findings->placebos.size()));
  CHECK(findings->power.empty());
  CHECK(findings->alternatives.empty());
}

TEST_CASE("a backtest without numbers is an error, and never a table of zeros") {
  Fleet fleet;
  fleet.request.until = kBegin - hours(24);
  CHECK(
      fleet.error() ==
      "no query has a number of any host from 2026-11-18T01:19:00Z to 2026-11-25T08:00:00Z: load; "
      "`canarygate hosts fleet` shows what they find now, --since and --until choose another time");
  fleet.request.until = kNow;
  fleet.request.since = kNow - minutes(5);
  CHECK(
      fleet.error() ==
      "there is no room for a deploy from 2026-11-27T13:55:00Z to 2026-11-27T14:00:00Z: its window "
      "ends 11m after it, and twice as long a one is tried, too");
}

TEST_CASE("numbers that end before the time that is replayed are an error") {
  Fleet fleet;
  fleet.world.clock.advance(hours(40));
  fleet.request.since = kNow + hours(20);
  // What is looked at before such a deploy is in the numbers; what comes after it is not.
  fleet.request.gate.loaded.check.judge.history = hours(30);
  CHECK(fleet.error() ==
        "the newest numbers are of 2026-11-27T14:00:00Z, and a deploy from 2026-11-28T10:00:00Z on "
        "would need 21m of them after it; --since takes in older ones");
}

TEST_CASE("a backend that has no past is refused") {
  Fleet fleet;
  fleet.request.gate.loaded.environment.backends["default"] = {"scrape", Config{}};
  CHECK(fleet.error() ==
        "backend 'default' (type scrape) reads the hosts themselves and keeps nothing, so there is "
        "no "
        "past to replay; a backtest needs a backend that stores what it was told");
}

TEST_CASE("what does not fit into memory is left out, and told") {
  Fleet fleet;
  // 26 hours of 8 hosts would be 12,480 numbers, and the history before them.
  fleet.request.most_points = 16'000;
  fleet.request.length = hours(48);
  fleet.request.runs = 10;
  const Findings findings = fleet.run();
  REQUIRE(!findings.notes.empty());
  CHECK(findings.notes[0].find("were not replayed: the numbers of so many hosts and queries would "
                               "not have fitted into memory") != std::string::npos);
  CHECK(findings.points <= 16'000);
}

}  // namespace canarygate::backtest::test
