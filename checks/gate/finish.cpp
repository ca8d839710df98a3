#include <fmt/format.h>

#include <algorithm>

#include "checks/gate/run.h"
#include "checks/text.h"

namespace canarygate::gate {

void Run::describe_hosts() {
  outcome_.hosts.canary = groups_.canary;
  outcome_.hosts.baseline = groups_.baseline;
}

/// Every metric stands in the report, judged or not: nothing that was asked for goes unmentioned.
void Run::describe_metrics() {
  const VariableValues variables = run_variables(request_, hosts_);
  outcome_.metrics.clear();
  for (std::size_t m = 0; m < check_.metrics.size(); ++m) {
    MetricOutcome metric;
    metric.spec = check_.metrics[m];
    metric.finding.metric = metric.spec.name;
    metric.finding.method = check_.judge_of(metric.spec).method;
    metric.finding.reasons = {
        {"window_incomplete", metric.spec.name, {}, "nothing of the window had been seen yet"}};
    if (m < plan_.metrics.size()) {
      const MetricQueries& queries = plan_.metrics[m];
      const PlannedQuery& values = plan_.queries[queries.values];
      metric.queries.push_back({values.backend, values.text});
      if (queries.total) {
        const PlannedQuery& total = plan_.queries[*queries.total];
        metric.queries.push_back({total.backend, total.text});
      }
    }
    for (const auto& [name, link] : metric.spec.links) {
      const auto filled = render_link(link, variables);
      if (filled) metric.links[name] = *filled;
    }
    outcome_.metrics.push_back(std::move(metric));
  }
}

void Run::describe_matches() {
  Matching matching = match_hosts(groups_, replies_);
  outcome_.mapping = std::move(matching.mapping);
  outcome_.unmatched_series = std::move(matching.unmatched);
  outcome_.hosts.set_aside.clear();
  for (const MetricOutcome& metric : outcome_.metrics) {
    for (const judge::SetAside& host : metric.finding.set_aside) {
      // Once a host, with its first metric's reason; each metric's own stands in its warnings.
      auto& all = outcome_.hosts.set_aside;
      const bool listed = std::ranges::find(all, host.host, &judge::SetAside::host) != all.end();
      if (!listed) all.push_back(host);
    }
  }
}

void Run::warn_of_servers() {
  for (const Reply& reply : replies_) {
    for (const std::string& warning : reply.warnings) warn("server_warning", warning);
  }
  for (const auto& [name, backend] : backends_) {
    for (std::string& remark : backend->remarks()) remarks_.push_back(std::move(remark));
  }
  for (const std::string& remark : remarks_) warn("server_warning", remark);
  std::vector<std::string> unmatched;  // those that nothing more can be said of
  for (const HostMapping& mapping : outcome_.mapping) {
    if (!mapping.series.empty()) continue;
    outcome_.hosts.missing.push_back(mapping.host);
    if (mapping.nearest.empty()) {
      unmatched.push_back(mapping.host);
      continue;
    }
    warn("unmatched_host", fmt::format("no series belongs to {}; the nearest names there: {}",
                                       mapping.host, list_of(mapping.nearest)));
  }
  if (!unmatched.empty()) {
    warn("unmatched_host", fmt::format("no series belongs to {}", list_of(unmatched)));
  }
  if (!outcome_.unmatched_series.empty()) {
    warn("unmatched_series", fmt::format("series of hosts that are neither canary nor baseline: {}",
                                         list_of(outcome_.unmatched_series)));
  }
  sort_unique(outcome_.hosts.missing);
}

/// The score may wait for the window's end though no metric does: then nothing else says so far.
void Run::leave_open() {
  const auto unfinished = [](const MetricOutcome& metric) {
    return std::ranges::find(metric.finding.reasons, "window_incomplete", &Reason::code) !=
           metric.finding.reasons.end();
  };
  if (std::ranges::any_of(outcome_.metrics, unfinished)) return;
  causes_.undecided.push_back(
      {"window_incomplete",
       {},
       {},
       "every metric has failed so far, and the score decides when the window ends"});
}

Outcome Run::finish() {
  const auto recording = request_.record ? record() : nullptr;
  warn_of_servers();
  if (outcome_.metrics.empty()) describe_metrics();
  const bool whole_window = (looks() > 0 && last_look()) || early_pass_;
  if (!whole_window) leave_open();
  outcome_.verdict = decide(outcome_.metrics, causes_, whole_window, outcome_.score);
  outcome_.reasons = order_reasons(outcome_.metrics, causes_, outcome_.verdict, outcome_.score);
  for (MetricOutcome& metric : outcome_.metrics) {
    auto& warnings = metric.finding.warnings;
    // A past of minutes is of the window's own time of day.
    if (outcome_.watched) {
      std::erase_if(warnings, [](const Reason& w) { return w.code == "no_time_of_day_control"; });
    }
    outcome_.warnings.insert(outcome_.warnings.end(), warnings.begin(), warnings.end());
  }
  if (!outcome_.deployed) {
    outcome_.deployed_at = TimePoint{};
    outcome_.window.start = outcome_.window.end = TimePoint{};
  }
  outcome_.finished_at = now(request_, ports_.clock);
  outcome_.timings.total = ports_.clock.elapsed() - begun_;
  const bool stops = outcome_.verdict == Verdict::fail && !request_.deploy_anyway;
  companions_.over(outcome_.check, stops);
  if (recording) {
    keep_replies(*recording);
    outcome_.recording = recording;
  }
  observer_.decided(outcome_);
  return std::move(outcome_);
}

}  // namespace canarygate::gate
