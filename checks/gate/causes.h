/// What speaks against a pass beside the metrics, and the one place that turns causes into a
/// verdict.
///
/// It fails closed: `pass` is what is left when nothing else applies and every metric that counts
/// was proven good over the whole window.
#pragma once

#include <vector>

#include "checks/outcome.h"

namespace canarygate::gate {

struct Causes {
  std::vector<Reason> fail;
  std::vector<Reason> trouble;
  std::vector<Reason> undecided;
};

/// The first of fail, trouble, no_data, undecided, pass that applies (INTERFACE.md 3).
/// `whole_window`: all looks are done, or the judge may pass early. Where there is a `score`, it
/// says whether the metrics fail the gate, not each of them alone.
[[nodiscard]] Verdict decide(const std::vector<MetricOutcome>& metrics, const Causes& causes,
                             bool whole_window, const std::optional<judge::Scored>& score = {});

/// All reasons, those of the decisive kind first, critical metrics before others, else as given.
/// Failures that the score let through are none.
[[nodiscard]] std::vector<Reason> order_reasons(const std::vector<MetricOutcome>& metrics,
                                                const Causes& causes, Verdict verdict,
                                                const std::optional<judge::Scored>& score = {});

/// The reason that an error makes.
[[nodiscard]] Reason reason_of(const Error& error);

}  // namespace canarygate::gate
