#include "pipelines/report.h"

#include <algorithm>

namespace canarygate {

namespace {

constexpr int kOk = 0;
constexpr int kStop = 1;
constexpr int kTrouble = 2;

int by_policy(Policy policy) {
  switch (policy) {
    case Policy::pass:
      return kOk;
    case Policy::error:
      return kTrouble;
    case Policy::fail:
      break;
  }
  return kStop;
}

/// Trouble that no soft mode and no override may hide: what was asked for, not what was found.
bool is_own_trouble(const Outcome& outcome) {
  if (!outcome.trouble_kind) return false;
  switch (*outcome.trouble_kind) {
    case ErrorKind::discovery:
    case ErrorKind::no_hosts:
    case ErrorKind::backend:
    case ErrorKind::timeout:
      return false;
    case ErrorKind::usage:
    case ErrorKind::definition:
    case ErrorKind::secret:
    case ErrorKind::output:
    case ErrorKind::deploy:
    case ErrorKind::interrupted:
      break;
  }
  return true;
}

bool window_incomplete(const Outcome& outcome) {
  return std::ranges::any_of(outcome.reasons,
                             [](const Reason& r) { return r.code == "window_incomplete"; });
}

bool any_undecided(const Outcome& outcome) {
  const bool by_traffic = std::ranges::any_of(outcome.reasons, [](const Reason& r) {
    return r.code == "low_traffic" && !r.metric;  // of the check's `traffic`
  });
  return by_traffic || std::ranges::any_of(outcome.metrics, [](const MetricOutcome& m) {
           return !m.spec.optional && m.finding.verdict == Verdict::undecided;
         });
}

int by_verdict(const Outcome& outcome) {
  switch (outcome.verdict) {
    case Verdict::pass:
      return kOk;
    case Verdict::fail:
      return kStop;
    case Verdict::no_data: {
      if (window_incomplete(outcome)) return kStop;
      const int code = by_policy(outcome.on_no_data);
      // Each policy lets through its own kind only: behind a metric without data may stand another
      // that was not decided.
      return code == kOk && any_undecided(outcome) ? by_policy(outcome.on_undecided) : code;
    }
    case Verdict::undecided:
      // A window that was cut short may never pass, whatever the policy says of a full one.
      return window_incomplete(outcome) ? kStop : by_policy(outcome.on_undecided);
    case Verdict::trouble:
      break;
  }
  return kTrouble;
}

}  // namespace

int hard_exit_code(const Outcome& outcome) {
  if (outcome.interrupted_by != 0) return 128 + outcome.interrupted_by;
  const int code = by_verdict(outcome);
  return code == kOk && is_own_trouble(outcome) ? kTrouble : code;
}

int exit_code(const Outcome& outcome, bool soft_fail, bool overridden) {
  const int hard = hard_exit_code(outcome);
  if (outcome.interrupted_by != 0 || !(soft_fail || overridden)) return hard;
  return is_own_trouble(outcome) ? kTrouble : kOk;
}

int exit_code(std::span<const Report> reports) {
  int code = reports.empty() ? kTrouble : kOk;
  for (const Report& report : reports) {
    if (report.exit_code > kTrouble) return report.exit_code;
    if (report.exit_code == kStop || code == kOk) code = report.exit_code;
  }
  return code;
}

Verdict verdict(std::span<const Report> reports) {
  for (const Verdict first :
       {Verdict::fail, Verdict::trouble, Verdict::no_data, Verdict::undecided}) {
    if (std::ranges::any_of(reports, [&](const Report& r) { return r.outcome.verdict == first; })) {
      return first;
    }
  }
  return reports.empty() ? Verdict::trouble : Verdict::pass;
}

}  // namespace canarygate
