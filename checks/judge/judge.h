/// Series to findings: data quality, limits, counts and the placebo test (JUDGE.md). Pure: no
/// clock, no network, no randomness but the seed; the order of metrics, hosts and series changes
/// nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checks/definition/model.h"
#include "checks/judge/finding.h"
#include "checks/judge/scored.h"
#include "checks/judge/timeline.h"

namespace canarygate::judge {

/// Hosts × points, one row a host, columns Timeline::first()..n; NaN is missing (also: not fetched,
/// or not there yet).
struct Table {
  std::vector<std::string> hosts;  ///< sorted, unique
  std::int64_t columns = 0;
  std::vector<double> values;  ///< row after row

  [[nodiscard]] const double* row(std::size_t host) const {
    return values.data() + static_cast<std::int64_t>(host) * columns;
  }
};

/// One metric's numbers. Hosts of the tables beyond canary and baseline are ignored, hosts of
/// canary and baseline without a row have no data.
struct MetricData {
  MetricSpec spec;
  Table values;                ///< of `query`, or of `errors`
  std::optional<Table> total;  ///< of `total`
};

struct JudgeInput {
  Timeline timeline;
  std::int64_t looks_done = 0;        ///< the window's points up to looks[looks_done - 1] are final
  std::vector<std::string> canary;    ///< sorted, at least one
  std::vector<std::string> baseline;  ///< sorted; empty only when before_after
  bool before_after = false;          ///< `baseline: none`
  /// The sides differ in nothing but what is judged, says whoever chose them: without a reference
  /// hosts count as equal then, instead of as different as hosts are.
  bool alike = false;
  std::optional<ScoreRule> score;  ///< then a metric's failure alone does not fail the gate
  JudgeSettings settings;  ///< of the check; a metric's own may differ in method, detect and
                           ///< min_coverage: false_alarms is one budget for the whole gate
  std::vector<MetricData> metrics;
  std::uint64_t seed = 0;
};

/// Everything but traffic, which the gate adds. One finding a metric, in their order.
struct Judgement {
  std::vector<Finding> findings;
  std::optional<Evidence> evidence;  ///< the worst metric's
  std::int64_t placebos = 0;         ///< draws made
  std::int64_t history_windows = 0;  ///< J used
  /// The first look at which the gate failed (then judging stopped there), or nothing.
  std::optional<std::int64_t> stopped_at_look;
  std::optional<Scored> score;  ///< of the last look judged; nothing: no rule, or nothing judged
  /// With `early_pass`: every metric's bound is under its margin at the last look done.
  bool may_pass_early = false;
};

/// Judges all looks up to looks_done in order and stops at the first at which the gate fails: by a
/// metric, or with `score` by the score. Each look judges all points so far anew. A metric passes
/// only when looks_done is the last look (or may_pass_early); before that one that has not failed
/// is `undecided` with reason `window_incomplete`.
[[nodiscard]] Judgement judge(const JudgeInput& input);

}  // namespace canarygate::judge
