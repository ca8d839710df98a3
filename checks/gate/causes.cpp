#include "checks/gate/causes.h"

#include <algorithm>

namespace canarygate::gate {

namespace {

const char* code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return "usage";
    case ErrorKind::definition:
      return "definition";
    case ErrorKind::secret:
      return "secret";
    case ErrorKind::output:
      return "output";
    case ErrorKind::deploy:
      return "deploy_failed";
    case ErrorKind::discovery:
    case ErrorKind::no_hosts:
      return "discovery_failed";
    case ErrorKind::backend:
      return "backend_failed";
    case ErrorKind::timeout:
      return "timeout";
    case ErrorKind::interrupted:
      return "interrupted";
  }
  return "backend_failed";
}

bool any(const std::vector<MetricOutcome>& metrics, Verdict verdict, bool count_optional) {
  return std::ranges::any_of(metrics, [&](const MetricOutcome& metric) {
    return metric.finding.verdict == verdict && (count_optional || !metric.spec.optional);
  });
}

}  // namespace

Verdict decide(const std::vector<MetricOutcome>& metrics, const Causes& causes, bool whole_window,
               const std::optional<judge::Scored>& score) {
  const bool failed = score ? score->fails : any(metrics, Verdict::fail, true);
  if (!causes.fail.empty() || failed) return Verdict::fail;
  if (!causes.trouble.empty() || any(metrics, Verdict::trouble, true)) return Verdict::trouble;
  if (any(metrics, Verdict::no_data, false)) return Verdict::no_data;
  if (!causes.undecided.empty() || any(metrics, Verdict::undecided, false)) {
    return Verdict::undecided;
  }
  if (!whole_window) return Verdict::undecided;
  // Nothing but optional metrics without data proves nothing.
  return any(metrics, Verdict::pass, true) ? Verdict::pass : Verdict::no_data;
}

std::vector<Reason> order_reasons(const std::vector<MetricOutcome>& metrics, const Causes& causes,
                                  Verdict verdict, const std::optional<judge::Scored>& score) {
  std::vector<Reason> ordered;
  const auto add_causes = [&](const std::vector<Reason>& reasons) {
    ordered.insert(ordered.end(), reasons.begin(), reasons.end());
  };
  const auto add_metrics = [&](Verdict wanted) {
    for (const bool critical : {true, false}) {
      for (const MetricOutcome& metric : metrics) {
        if (metric.finding.verdict != wanted || metric.spec.critical != critical) continue;
        add_causes(metric.finding.reasons);
      }
    }
  };
  if (score && score->reason) ordered.push_back(*score->reason);
  if (!score || score->fails) add_metrics(Verdict::fail);
  add_causes(causes.fail);
  add_causes(causes.trouble);
  add_metrics(Verdict::trouble);
  add_metrics(Verdict::no_data);
  add_causes(causes.undecided);
  add_metrics(Verdict::undecided);
  // What ended the window early is the reason, not that it ended early.
  if (verdict == Verdict::fail || verdict == Verdict::trouble) {
    std::erase_if(ordered, [](const Reason& reason) { return reason.code == "window_incomplete"; });
  }
  return ordered;
}

Reason reason_of(const Error& error) { return {code_of(error.kind), {}, {}, error.text}; }

}  // namespace canarygate::gate
