/// The parts that an explanation is put together from, and the few questions about a Report that
/// several of them ask.
#pragma once

#include <string>
#include <vector>

#include "pipelines/explanation/explanation.h"

namespace canarygate::explanation {

/// What the process made of the verdict.
enum class Release {
  passed,      ///< a pass
  by_policy,   ///< no pass, let through by on_no_data or on_undecided
  soft,        ///< would have stopped, soft mode
  overridden,  ///< would have stopped, somebody took the responsibility
  stopped      ///< exit code other than 0
};
[[nodiscard]] Release release_of(const Report& report);

/// Why a metric failed.
enum class Failure { compared, limit, silent, missing };
[[nodiscard]] Failure failure_of(const judge::Finding& finding);
/// Why the gate failed: silence before a comparison before a limit before missing data.
[[nodiscard]] Failure failure_of(const Outcome& outcome);

/// The window was not seen to its end.
[[nodiscard]] bool window_incomplete(const std::vector<Reason>& reasons);

/// The metrics that made the verdict what it is; optional ones only for a fail.
[[nodiscard]] std::vector<const MetricOutcome*> decisive_metrics(const Outcome& outcome);

/// The metrics that failed without failing the gate (so far): by `score`.
[[nodiscard]] std::vector<const MetricOutcome*> let_through(const Outcome& outcome);

/// Whether the gate keeps to `false_alarms`: not when a metric is compared by a judge that takes
/// points for independent.
[[nodiscard]] bool false_alarms_hold(const Outcome& outcome);
/// Whether any metric is compared at all, by whatever test; else fixed limits decide.
[[nodiscard]] bool compares(const Outcome& outcome);

/// `text` with a full stop, unless it ends in a punctuation mark already.
[[nodiscard]] std::string sentence(std::string text);

/// `failed tasks: the limit …`; a text that names the metric itself stays as it is.
[[nodiscard]] std::string named(const std::string& metric, const std::string& text);

/// `+610 %` or `+2.5 1/s`; `unknown` without an estimate.
[[nodiscard]] std::string effect_words(const judge::Effect& effect, const std::string& unit);
/// `+310 % to +900 %`, `+310 % or more`; "" when both ends are open.
[[nodiscard]] std::string range_words(const judge::Effect& effect, const std::string& unit);

/// Every warning of the run and of its metrics once.
[[nodiscard]] std::vector<Reason> all_warnings(const Outcome& outcome);

/// What whoever reads this is to do now, in a sentence or two; "" where there is nothing to do.
[[nodiscard]] std::string advice(const Report& report);

/// Blocks in reading order. Each may add nothing.
void add_release(const Report& report, std::vector<Block>& blocks);
void add_what_happened(const Report& report, std::vector<Block>& blocks);
void add_how_sure(const Report& report, std::vector<Block>& blocks);
void add_worth_knowing(const Report& report, std::vector<Block>& blocks);
void add_next_steps(const Report& report, std::vector<Block>& blocks);
/// Which build of the CI system this was, and of what.
void add_build(const Report& report, std::vector<Block>& blocks);

}  // namespace canarygate::explanation
