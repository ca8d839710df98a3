/// Which summary of a metric shows the smallest change (JUDGE.md 2.2): by its history alone.
#pragma once

#include "checks/judge/host_points.h"
#include "checks/judge/subject.h"

namespace canarygate::judge {

/// One of candidates(), on a sample of the history: of a long one 64 windows.
class SummaryChoice {
 public:
  SummaryChoice(const Subject& subject, const MeasureRequest& request);
  SummaryChoice(const SummaryChoice&) = delete;  // the summarisers refer to its timeline
  SummaryChoice& operator=(const SummaryChoice&) = delete;

  /// 0 is the one that is taken unless another is clearly better; with too few windows to tell it
  /// is the only one.
  [[nodiscard]] const Measure& operator[](std::size_t i) const { return measures_[i]; }
  /// Each host once.
  void add(std::size_t host, const HostPoints& points);
  /// Once all hosts were added.
  [[nodiscard]] std::size_t best();

 private:
  [[nodiscard]] double detectable(Summaries summaries) const;

  const Subject& subject_;
  const MeasureRequest& request_;
  std::vector<Measure> measures_;
  std::size_t usual_;  // of them: what serves where nothing can be told of the others
  Timeline timeline_;  // the sample's windows alone, numbered anew, at the last look
  std::vector<std::int64_t> level_groups_;
  Draws draws_;  // those in them
  std::vector<Summariser> summarisers_;
};

/// What a contrast of these hosts varies by, from their variances.
[[nodiscard]] double noise_of(const std::vector<double>& variances, const Sides& sides);

/// What to divide by: nothing where no spread was measured.
[[nodiscard]] inline double divisor(double typical_spread) {
  return typical_spread > 0 ? typical_spread : 1.0;
}

}  // namespace canarygate::judge
