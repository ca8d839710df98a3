/// Kayenta's judge NetflixACAJudge-v1.0 of one pair of series, value for value, for those who
/// migrate from it and want the same answers first.
///
/// Its Mann-Whitney test is at 98 % with a tolerance of a quarter of the shift; both are fixed in
/// Kayenta, too. One thing is not copied: where each side has a single value, Kayenta adds random
/// noise to them; here the noise is the same at every run.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "checks/definition/model.h"

namespace canarygate::judge {

struct KayentaResult {
  enum class Class {
    pass,
    high,
    low,
    nodata,
    nodata_fail_metric,
    error
  } classification = Class::error;
  bool critical = false;        ///< this alone fails the whole canary
  std::optional<double> ratio;  ///< canary's mean by the baseline's; nothing: one of them is 0
  std::optional<double> lower;  ///< of the shift; nothing: it cannot be computed
  std::optional<double> upper;
  std::optional<double> estimate;
};
/// As Kayenta spells it: `NodataFailMetric`.
[[nodiscard]] const char* to_string(KayentaResult::Class classification);

/// NaN is a missing point; what is there is finite.
[[nodiscard]] KayentaResult classify(std::span<const double> canary,
                                     std::span<const double> baseline,
                                     const KayentaSettings& settings);

}  // namespace canarygate::judge
