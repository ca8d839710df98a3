#include "checks/metrics/probe.h"

namespace canarygate {

Result<std::string> probe_by_query(MetricsBackend& backend, const std::string& query,
                                   const Probe& probe) {
  constexpr Duration kStep = std::chrono::minutes(1);
  constexpr std::int64_t kPoints = 2;
  RangeQuery range;
  range.text = query;
  range.host_label = probe.host_label;
  const auto end = std::chrono::floor<std::chrono::minutes>(probe.now - backend.settle());
  range.grid = {end - kPoints * kStep, kStep, kPoints};
  const auto answers = backend.fetch({&range, 1}, probe.patience);
  if (!answers.front()) return unexpected(answers.front().error());
  return std::string("answers queries");
}

}  // namespace canarygate
