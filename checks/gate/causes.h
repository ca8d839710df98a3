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
/// `whole_window`: all looks are done, or the judge may pass early.
[[nodiscard]] Verdict decide(const std::vector<MetricOutcome>& metrics, const Causes& causes,
                             bool whole_window);

/// All reasons, those of the decisive kind first, critical metrics before others, else as given.
[[nodiscard]] std::vector<Reason> order_reasons(const std::vector<MetricOutcome>& metrics,
                                                const Causes& causes, Verdict verdict);

/// The reason that an error makes.
[[nodiscard]] Reason reason_of(const Error& error);

}  // namespace canarygate::gate
