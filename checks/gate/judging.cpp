#include <algorithm>
#include <utility>

#include "checks/gate/course.h"
#include "checks/gate/host_courses.h"
#include "checks/gate/run.h"
#include "checks/gate/traffic.h"

namespace canarygate::gate {

void Run::judge_window() {
  const Duration begun = ports_.clock.worked();
  describe_hosts();
  describe_metrics();
  const bool no_canary = groups_.canary.empty();
  const bool no_baseline = groups_.baseline.empty() && !groups_.before_after;
  if (no_canary || no_baseline) {  // by tags only: discovery refuses it otherwise
    if (last_look()) {
      stop({ErrorKind::discovery,
            std::string("no series of the window carries the ") +
                (no_canary ? "canary's" : "baseline's") +
                " tags; check the tags, and that the queries keep these labels (`by (…)`)"});
    }
    return;
  }
  const judge::JudgeInput input = judge_input();
  judge::Judgement judgement = judge::judge(input);
  // Looks that are past are judged in order, as they would have been live: what follows a failure
  // was not looked at.
  if (judgement.stopped_at_look) outcome_.window.looks_done = *judgement.stopped_at_look;
  const std::int64_t looks = outcome_.window.looks_done;
  const std::int64_t seen = looks < 1 ? 0 : timeline_.looks[static_cast<std::size_t>(looks) - 1];
  for (std::size_t i = 0; i < input.metrics.size(); ++i) {
    const auto metric = std::ranges::find_if(outcome_.metrics, [&](const MetricOutcome& candidate) {
      return candidate.spec.name == input.metrics[i].spec.name;
    });
    metric->finding = std::move(judgement.findings[i]);
    metric->courses = make_host_courses(input.metrics[i], groups_, timeline_, seen);
  }
  failed_ = judgement.stopped_at_look.has_value();
  early_pass_ = judgement.may_pass_early;
  outcome_.score = judgement.score;
  outcome_.evidence = judgement.evidence;
  outcome_.placebos = judgement.placebos;
  outcome_.history_windows = judgement.history_windows;
  judge_traffic();
  describe_matches();
  outcome_.timings.judge += ports_.clock.worked() - begun;
}

judge::JudgeInput Run::judge_input() {
  judge::JudgeInput input;
  input.timeline = timeline_;
  input.looks_done = looks_done_;
  input.canary = groups_.canary;
  input.baseline = groups_.baseline;
  input.before_after = groups_.before_after;
  input.score = check_.score;
  input.settings = check_.judge;
  input.seed = outcome_.seed;
  for (std::size_t m = 0; m < check_.metrics.size(); ++m) add_metric(input, m);
  return input;
}

Result<judge::Table> Run::table_of(std::size_t query, double factor) const {
  const Reply& reply = replies_[query];
  if (reply.error) return unexpected(*reply.error);
  return make_table(groups_, reply, timeline_, plan_.queries[query].host_label, factor);
}

/// A metric whose numbers could not be had is trouble, and the others are judged without it.
void Run::add_metric(judge::JudgeInput& input, std::size_t metric) {
  const MetricQueries& queries = plan_.metrics[metric];
  judge::Finding& finding = outcome_.metrics[metric].finding;
  const auto trouble = [&](const Error& error) {
    Reason reason = reason_of(error);
    reason.metric = finding.metric;
    finding.verdict = Verdict::trouble;
    finding.reasons = {std::move(reason)};
  };
  auto values = table_of(queries.values, queries.values_per_bucket);
  if (!values) return trouble(values.error());
  judge::MetricData data{check_.metrics[metric], std::move(*values), std::nullopt};
  if (queries.total) {
    auto total = table_of(*queries.total, queries.total_per_bucket);
    if (!total) return trouble(total.error());
    data.total = std::move(*total);
  }
  outcome_.metrics[metric].course = make_course(data, groups_, timeline_, points_done());
  input.metrics.push_back(std::move(data));
}

void Run::judge_traffic() {
  if (!plan_.traffic) return;
  const auto events = table_of(*plan_.traffic, plan_.traffic_per_bucket);
  if (!events) {
    causes_.trouble.push_back(reason_of(events.error()));
    return;
  }
  // Judged anew at each look: what was too little may have become enough.
  std::erase_if(causes_.undecided, [](const Reason& r) { return r.code == "low_traffic"; });
  outcome_.traffic = traffic_seen(*events, groups_, 1 - timeline_.first(), points_done());
  const auto reason = low_traffic(*check_.traffic, *outcome_.traffic);
  if (reason) causes_.undecided.push_back(*reason);
}

}  // namespace canarygate::gate
