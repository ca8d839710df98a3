#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "checks/backtest.h"
#include "checks/backtest/cache.h"
#include "checks/backtest/gather.h"
#include "checks/backtest/period.h"
#include "checks/backtest/power.h"
#include "checks/backtest/replay.h"
#include "checks/backtest/sample.h"
#include "checks/backtest/scene.h"
#include "checks/backtest/settings.h"
#include "checks/backtest/tally.h"
#include "checks/duration.h"
#include "checks/gate/schedule.h"
#include "checks/text.h"

namespace canarygate::backtest {

namespace {

using std::chrono::hours;

/// Every change is put into so many of the made-up deploys; other settings judge twice as many.
constexpr std::int64_t kShareInjected = 5;
constexpr std::int64_t kFewestInjected = 20;

class Backtest {
 public:
  Backtest(const Request& request, const Ports& ports, Observer& observer)
      : request_(request), ports_(ports), observer_(observer) {}

  Result<Findings> run() {
    // Who is there, and what is asked of whom?
    auto scene = set_scene(request_, ports_);
    if (!scene) return unexpected(scene.error());
    scene_ = std::move(*scene);
    tell_hosts();

    // What is needed of the past, within what fits into memory? Each stretch is fetched once.
    auto period = choose_period(request_, scene_, ports_.clock.now());
    if (!period) return unexpected(period.error());
    add_notes(period->notes);
    if (auto fetched = fetch(*period); !fetched) return unexpected(fetched.error());

    // Which deploys are replayed? What is not replayed is told.
    if (auto chosen = choose_trials(*period); !chosen) return unexpected(chosen.error());

    // All are judged as the gate would have judged them; then again with changes put into them, and
    // by other settings.
    judge();
    return std::move(result_);
  }

 private:
  void add_notes(const std::vector<std::string>& notes) {
    result_.notes.insert(result_.notes.end(), notes.begin(), notes.end());
  }

  void tell_hosts() {
    HostsOutcome hosts;
    hosts.canary = result_.canary = scene_.groups.canary;
    hosts.baseline = result_.baseline = scene_.groups.baseline;
    add_notes(scene_.hosts.warnings);
    observer_.hosts_found(hosts);
    const CheckDefinition& check = scene_.check();
    result_.check = check.name;
    result_.environment = scene_.request.loaded.environment.name;
    result_.false_alarms = check.judge.false_alarms;
    result_.step = check.window.step;
    result_.runs_wanted = request_.runs;
  }

  Status fetch(const Period& period) {
    std::optional<Cache> cache;
    if (request_.cache) cache.emplace(*request_.cache);
    const GatherRequest wanted{scene_.plan,
                               scene_.backends,
                               scene_.request.loaded.environment,
                               scene_.check().window.step,
                               period.fetch_first,
                               period.fetch_last,
                               cache ? &*cache : nullptr};
    auto gathered = gather(wanted, ports_, [&](std::int64_t done, std::int64_t all) {
      observer_.progress("asking for the past", done, all);
    });
    if (cache) cache->shrink(kMostCacheBytes);
    if (!gathered) return unexpected(gathered.error());
    past_ = std::move(gathered->past);
    result_.requested = gathered->asked;
    for (const PastQuery& query : past_.queries) result_.points += query.points();
    add_notes(gathered->warnings);
    return Done{};
  }

  Status choose_trials(Period& period) {
    if (auto known = fit_to_numbers(period, past_, scene_); !known) return known;
    add_notes(period.notes_after);
    const Presence presence(scene_, past_);
    const CheckDefinition& check = scene_.check();
    Sampling& sampling = sampling_;
    sampling.first = period.first;
    sampling.last = period.last;
    sampling.points = check.window.duration / check.window.step;
    sampling.runs = request_.runs;
    sampling.warmup = check.window.warmup;
    sampling.seed = result_.seed =
        request_.gate.seed.value_or(gate::seed_of(check.name, TimePoint{}));
    sampling.canaries = count_canaries(presence);
    result_.canaries = sampling.canaries;
    result_.since = past_.at(sampling.first) - sampling.warmup;
    result_.until = past_.at(sampling.last) - sampling.warmup;

    std::vector<judge::Interval> events = request_.gate.past_events;
    for (const PastDeploy& deploy : request_.deploys) {
      events.push_back(
          {deploy.deployed_at, deploy.deployed_at + check.window.warmup + check.window.duration});
    }
    trials_ = made_up(sampling, scene_, past_, presence, events);
    real_ = real_ones(sampling, request_.deploys, scene_, past_, presence, events,
                      result_.not_replayed);
    if (trials_.empty() && real_.empty()) {
      return fail(ErrorKind::backend,
                  fmt::format("no deploy could be replayed from {} to {}: a made-up deploy on {} "
                              "needs numbers of one host more at its time, and time without real "
                              "deploys",
                              format_time(result_.since), format_time(result_.until),
                              count_of(sampling.canaries, "host")));
    }
    const auto missing = request_.runs - static_cast<std::int64_t>(trials_.size());
    if (missing > 0) {
      result_.notes.push_back(
          fmt::format("{} of {} made-up deploys were left out: at their time there were too few "
                      "hosts with numbers, or real deploys all the time",
                      missing, request_.runs));
    }
    return Done{};
  }

  /// So many hosts a made-up deploy changes: as many as a real one.
  std::size_t count_canaries(const Presence& presence) {
    std::size_t count = scene_.groups.canary.size();
    if (scene_.groups.by_tags) {
      count =
          presence.tagged_canaries(sampling_.last + 1, sampling_.last + sampling_.points).size();
    }
    const auto& expected = scene_.check().expect.hosts;
    if (count == 0) count = expected ? static_cast<std::size_t>(*expected) : 1;
    return count;
  }

  void judge() {
    const CheckDefinition& check = scene_.check();
    const auto few = std::max(kFewestInjected, request_.runs / kShareInjected);
    const auto count = std::min(trials_.size(), static_cast<std::size_t>(few));
    const std::vector<Trial> some(trials_.begin(),
                                  trials_.begin() + static_cast<std::ptrdiff_t>(count));
    const std::vector<Setting> settings =
        request_.quick ? std::vector<Setting>{} : other_settings(check);
    const auto many = std::min(trials_.size(), 2 * count);
    all_ = static_cast<std::int64_t>(trials_.size() + real_.size() +
                                     settings.size() * (many + count)) +
           (request_.quick ? 0 : judgements_of_power(count, check.metrics.size()));
    const Replayer replayer(scene_, past_, request_, ports_, [&] {
      observer_.progress("replaying", std::min(++done_, all_), all_);
    });

    judge_real(replayer);
    judge_made_up(replayer);
    result_.interrupted_by = ports_.interrupt.signal();
    if (request_.quick) return;
    if (!ports_.interrupt.raised() && !some.empty()) {
      result_.injected_runs = static_cast<std::int64_t>(some.size());
      result_.power = measure_power(some, scene_, replayer, ports_.interrupt);
    }
    compare_settings(replayer, settings, some, many);
    result_.interrupted_by = ports_.interrupt.signal();
  }

  void judge_real(const Replayer& replayer) {
    std::vector<Task> tasks;
    for (const Trial& trial : real_) tasks.push_back({&trial, &scene_.check(), {}});
    const auto judged = replayer.judge(tasks);
    for (std::size_t i = 0; i < judged.size(); ++i) {
      if (!judged[i]) continue;
      const PastDeploy& deploy = request_.deploys[real_[i].real];
      Judged& one = result_.real.emplace_back(*judged[i]);
      one.deployed_at = deploy.deployed_at;
      one.label = deploy.label;
      one.good = deploy.good;
      one.source = deploy.source;
    }
    result_.deploys = tally_of(result_.real, static_cast<std::int64_t>(result_.real.size()));
  }

  void judge_made_up(const Replayer& replayer) {
    std::vector<Task> tasks;
    for (const Trial& trial : trials_) tasks.push_back({&trial, &scene_.check(), {}});
    for (auto& judged : replayer.judge(tasks)) {
      if (judged) result_.placebos.push_back(std::move(*judged));
    }
    std::ranges::stable_sort(result_.placebos, {}, &Judged::deployed_at);
    result_.independent = independent_runs();
    result_.placebo = tally_of(result_.placebos, result_.independent);
    result_.costs = costs_of(scene_.check(), result_.placebos);
    result_.by_hour = by_hour(result_.placebos);
  }

  [[nodiscard]] std::int64_t independent_runs() const {
    std::size_t hosts = scene_.groups.canary.size() + scene_.groups.baseline.size();
    for (const Trial& trial : trials_) {
      hosts = std::max(hosts, trial.groups.canary.size() + trial.groups.baseline.size());
    }
    const WindowSpec& window = scene_.check().window;
    return std::min({independent(sampling_, hosts),
                     effective_runs(result_.placebos, window.warmup + window.duration),
                     static_cast<std::int64_t>(result_.placebos.size())});
  }

  /// The check as it is first, over the same deploys.
  void compare_settings(const Replayer& replayer, const std::vector<Setting>& settings,
                        const std::vector<Trial>& some, std::size_t many) {
    std::vector<Setting> all = {{"", scene_.check()}};
    all.insert(all.end(), settings.begin(), settings.end());
    for (const Setting& setting : all) {
      if (ports_.interrupt.raised() || some.empty()) return;
      std::vector<Task> tasks;
      for (std::size_t i = 0; i < many; ++i) tasks.push_back({&trials_[i], &setting.check, {}});
      for (std::size_t i = 0; i < some.size(); ++i) {
        const std::size_t metric = i % setting.check.metrics.size();
        tasks.push_back({&some[i], &setting.check, Injection{metric, result_.tried_change, false}});
      }
      const auto judged = replayer.judge(tasks);
      if (ports_.interrupt.raised()) return;
      result_.alternatives.push_back(alternative_of(setting.name, judged, many));
    }
  }

  const Request& request_;
  const Ports& ports_;
  Observer& observer_;
  Scene scene_;
  Past past_;
  Sampling sampling_;
  std::vector<Trial> trials_;
  std::vector<Trial> real_;
  std::int64_t done_ = 0;
  std::int64_t all_ = 0;
  Findings result_;
};

}  // namespace

Result<Findings> run(const Request& request, const Ports& ports, Observer& observer) {
  return Backtest(request, ports, observer).run();
}

}  // namespace canarygate::backtest
