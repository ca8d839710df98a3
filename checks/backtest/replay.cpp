#include "checks/backtest/replay.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "checks/gate/budget.h"
#include "checks/gate/schedule.h"
#include "checks/gate/wanted_timeline.h"
#include "checks/parallel.h"

namespace canarygate::backtest {

namespace {

bool fails(const MetricOutcome& metric) { return metric.finding.verdict == Verdict::fail; }

/// When the run would have stopped the deploy: at the end of the look that it failed at.
std::optional<Duration> time_to_stop(const Outcome& outcome, const judge::Timeline& timeline) {
  const std::int64_t look = outcome.window.looks_done;
  if (outcome.verdict != Verdict::fail || look < 1) return std::nullopt;
  return timeline.at(timeline.looks[static_cast<std::size_t>(look) - 1]) - timeline.deployed_at;
}

}  // namespace

judge::Timeline timeline_of(const CheckDefinition& check, TimePoint deployed_at,
                            const std::vector<judge::Interval>& events, std::int64_t max_points) {
  judge::TimelineRequest wanted = gate::wanted_timeline(check, deployed_at, events);
  wanted.max_points = max_points;
  return judge::make_timeline(wanted);
}

Result<gate::Recording> recording_of(const Scene& scene, const Past& past, const Task& task) {
  const Trial& trial = *task.trial;
  const CheckDefinition& check = *task.check;
  const std::size_t hosts = trial.groups.canary.size() + trial.groups.baseline.size();
  gate::Recording recording;
  recording.links.resize(check.metrics.size());
  recording.groups = trial.groups;
  recording.plan = scene.plan;
  recording.timeline = timeline_of(
      check, trial.deployed_at, *trial.events,
      gate::points_per_series(scene.plan.queries.size(), std::max<std::size_t>(1, hosts)));
  recording.replies = replies_of(past, trial.base, recording.timeline);
  if (auto learnt = gate::learn_tagged_hosts(recording.groups, recording.replies); !learnt) {
    return unexpected(learnt.error());
  }
  const std::uint64_t seed = gate::seed_of(check.name, trial.deployed_at);
  if (task.injection) {
    const std::size_t metric = task.injection->metric;
    inject(*task.injection, check.metrics[metric], recording.groups, seed + metric,
           recording.replies[recording.plan.metrics[metric].values]);
  }
  const auto looks = static_cast<std::int64_t>(recording.timeline.looks.size());
  recording.looks_judged = looks;
  recording.looks_done = looks;
  recording.confirmed = true;
  Outcome& outcome = recording.outcome;
  outcome.environment = scene.request.loaded.environment.name;
  outcome.seed = seed;
  outcome.deployed_at = trial.deployed_at;
  outcome.window = {recording.timeline.start, recording.timeline.at(recording.timeline.points),
                    recording.timeline.step, looks, looks};
  outcome.started_at = outcome.finished_at = outcome.window.end;
  outcome.hosts.canary = recording.groups.canary;
  outcome.hosts.baseline = recording.groups.baseline;
  return recording;
}

Judged Replayer::judge_one(const Task& task) const {
  Judged judged;
  judged.deployed_at = task.trial->deployed_at;
  judged.canary = task.trial->groups.canary;
  const auto recording = recording_of(scene_, past_, task);
  if (!recording) {
    judged.reason = recording.error().text;
    return judged;
  }
  judged.canary = recording->groups.canary;
  const Outcome outcome = judge_again(*recording, *task.check, ports_);
  judged.verdict = outcome.verdict;
  judged.stopped = request_.stops(outcome);
  judged.after = time_to_stop(outcome, recording->timeline);
  for (const MetricOutcome& metric : outcome.metrics) {
    if (fails(metric)) judged.failed.push_back(metric.spec.name);
    const bool open =
        metric.finding.verdict == Verdict::undecided || metric.finding.verdict == Verdict::no_data;
    if (open && !metric.spec.optional) judged.open.push_back(metric.spec.name);
  }
  if (!outcome.reasons.empty()) judged.reason = outcome.reasons.front().text;
  return judged;
}

std::vector<std::optional<Judged>> Replayer::judge(const std::vector<Task>& tasks) const {
  std::vector<std::optional<Judged>> all(tasks.size());
  std::mutex telling;
  for_each_index(tasks.size(), request_.jobs, [&](std::size_t i) {
    if (ports_.interrupt.raised()) return;
    all[i] = judge_one(tasks[i]);
    const std::lock_guard lock(telling);
    judged_();
  });
  return all;
}

}  // namespace canarygate::backtest
