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

namespace canarygate::judge {

struct KayentaSettings {
  enum class Direction { either, increase, decrease } direction = Direction::either;
  enum class Nan { remove, replace } nan = Nan::remove;
  enum class Outliers { keep, remove } outliers = Outliers::keep;
  double outlier_factor = 3.0;
  bool critical = false;
  bool must_have_data = false;
  enum class Measure { mean_ratio, cles } measure = Measure::mean_ratio;
  /// Nothing: 1 for mean_ratio, 0.5 for cles.
  std::optional<double> allowed_increase;
  std::optional<double> allowed_decrease;
  std::optional<double> critical_increase;
  std::optional<double> critical_decrease;
};

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
