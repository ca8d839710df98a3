#include "checks/judge/kayenta.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "checks/stats/brent.h"
#include "checks/stats/distributions.h"
#include "checks/stats/rank_sum.h"
#include "checks/stats/summary.h"

namespace canarygate::judge {

namespace {

using Settings = KayentaSettings;
using Class = KayentaResult::Class;
using Values = std::vector<double>;

constexpr double kConfidence = 0.98;
constexpr double kTolerance = 0.25;  // of the shift
constexpr double kNoise = 1e-5;      // of a constant side's value

Values without_gaps(std::span<const double> side, Settings::Nan strategy) {
  Values values;
  for (const double value : side) {
    if (!std::isnan(value)) {
      values.push_back(value);
    } else if (strategy == Settings::Nan::replace) {
      values.push_back(0.0);
    }
  }
  std::ranges::sort(values);
  return values;
}

/// Drops what lies beyond the fences, which are never within the inner 98 %.
void drop_outliers(Values& values, double factor) {
  if (values.empty()) return;
  const double first_quartile = stats::quantile(values, 0.25);
  const double third_quartile = stats::quantile(values, 0.75);
  const double fence = factor * (third_quartile - first_quartile);
  const double low = std::min(stats::quantile(values, 0.01), first_quartile - fence);
  const double high = std::max(stats::quantile(values, 0.99), third_quartile + fence);
  std::erase_if(values, [&](double value) { return value < low || value > high; });
}

bool constant(const Values& ascending) { return ascending.front() == ascending.back(); }

/// In Kayenta random numbers of that spread; here the normal distribution's own quantiles.
void add_noise(Values& values) {
  const auto count = static_cast<double>(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double share = (static_cast<double>(i) + 0.5) / count;
    values[i] *= 1.0 + kNoise * stats::normal_upper_quantile(share);
  }
  std::ranges::sort(values);
}

struct Shift {
  double lower = 0;
  double upper = 0;
  double estimate = 0;
};

/// The Mann-Whitney score as a function of the shift, searched for where it crosses a quantile.
class ShiftTest {
 public:
  ShiftTest(const Values& canary, const Values& baseline)
      : canary_(canary),
        baseline_(baseline),
        least_(canary.front() - baseline.back()),
        most_(canary.back() - baseline.front()) {}

  /// Nothing where Kayenta gives up: all numbers are tied at some shift. Nor where numbers are too
  /// large to compute with.
  [[nodiscard]] std::optional<Shift> run() {
    // A single difference ties every number with every other; rounding must not hide that.
    if (!(most_ > least_) || !std::isfinite(most_ - least_)) return std::nullopt;
    const double quantile = stats::normal_upper_quantile((1.0 - kConfidence) / 2.0);
    const Shift shift{guarded(quantile), guarded(-quantile), search(0.0)};
    const bool known = std::isfinite(shift.lower + shift.upper + shift.estimate);
    if (all_tied_ || !known) return std::nullopt;
    return shift;
  }

 private:
  double score(double shift) {
    const stats::RankSum sum = stats::rank_sum(canary_, shift, baseline_);
    if (!(sum.sigma > 0.0)) {
      all_tied_ = true;
      return 0.0;
    }
    const double half = sum.excess > 0.0 ? 0.5 : sum.excess < 0.0 ? -0.5 : 0.0;
    return (sum.excess - half) / sum.sigma;
  }

  double guarded(double quantile) {
    if (score(least_) <= quantile) return least_;
    if (score(most_) >= quantile) return most_;
    return search(quantile);
  }

  double search(double quantile) {
    const auto f = [&](double shift) { return score(shift) - quantile; };
    return stats::brent_root(f, {least_, f(least_)}, {most_, f(most_)});
  }

  const Values& canary_;
  const Values& baseline_;
  double least_;
  double most_;
  bool all_tied_ = false;
};

std::optional<double> mean_ratio(const Values& canary, const Values& baseline) {
  const double above = stats::mean(canary);
  const double below = stats::mean(baseline);
  const double ratio = above / below;
  if (above == 0.0 || below == 0.0 || !std::isfinite(ratio)) return std::nullopt;
  return ratio;
}

/// The common language effect size: how often a canary's number is the larger of a pair.
double common_language(const Values& canary, const Values& baseline) {
  const auto pairs = static_cast<double>(canary.size()) * static_cast<double>(baseline.size());
  return stats::rank_sum(canary, 0.0, baseline).u / pairs;
}

/// Is the effect at least (at most) the limit? One that cannot be computed does not hold anything
/// back.
bool reaches(std::optional<double> effect, double limit) { return !effect || *effect >= limit; }
bool falls_to(std::optional<double> effect, double limit) { return !effect || *effect <= limit; }

void apply_thresholds(const Shift& shift, std::optional<double> effect, const Settings& settings,
                      KayentaResult& result) {
  const double neutral = settings.measure == Settings::Measure::cles ? 0.5 : 1.0;
  const double bound = kTolerance * std::abs(shift.estimate);
  const bool increase = settings.direction != Settings::Direction::decrease;
  const bool decrease = settings.direction != Settings::Direction::increase;
  if (increase && shift.lower > bound &&
      reaches(effect, settings.allowed_increase.value_or(neutral))) {
    result.classification = Class::high;
    result.critical =
        settings.critical && reaches(effect, settings.critical_increase.value_or(neutral));
  } else if (decrease && shift.upper < -bound &&
             falls_to(effect, settings.allowed_decrease.value_or(neutral))) {
    result.classification = Class::low;
    result.critical =
        settings.critical && falls_to(effect, settings.critical_decrease.value_or(neutral));
  } else {
    result.classification = Class::pass;
  }
}

KayentaResult without_data(const Settings& settings) {
  KayentaResult result;
  result.ratio = 1.0;
  if (settings.nan == Settings::Nan::replace) {
    result.classification = Class::pass;
  } else if (settings.must_have_data && !settings.critical) {
    result.classification = Class::nodata_fail_metric;
  } else {
    result.classification = Class::nodata;
    result.critical = settings.critical;
  }
  return result;
}

}  // namespace

const char* to_string(KayentaResult::Class classification) {
  switch (classification) {
    case Class::pass:
      return "Pass";
    case Class::high:
      return "High";
    case Class::low:
      return "Low";
    case Class::nodata:
      return "Nodata";
    case Class::nodata_fail_metric:
      return "NodataFailMetric";
    case Class::error:
      break;
  }
  return "Error";
}

KayentaResult classify(std::span<const double> canary_side, std::span<const double> baseline_side,
                       const KayentaSettings& settings) {
  Values canary = without_gaps(canary_side, settings.nan);
  Values baseline = without_gaps(baseline_side, settings.nan);
  if (settings.outliers == Settings::Outliers::remove) {
    drop_outliers(canary, settings.outlier_factor);
    drop_outliers(baseline, settings.outlier_factor);
  }
  if (canary.empty() || baseline.empty()) return without_data(settings);

  KayentaResult result;
  result.ratio = mean_ratio(canary, baseline);
  const bool cles = settings.measure == Settings::Measure::cles;
  std::optional<double> effect =
      cles ? std::optional(common_language(canary, baseline)) : result.ratio;
  const bool both_constant = constant(canary) && constant(baseline);
  const bool no_difference =
      canary == baseline || (both_constant && canary.front() == baseline.front());
  if (both_constant) {
    add_noise(canary);
    add_noise(baseline);
  }
  const auto shift = ShiftTest(canary, baseline).run();
  if (shift) {
    result.lower = shift->lower;
    result.upper = shift->upper;
    result.estimate = shift->estimate;
  }
  if (no_difference) {
    result.classification = Class::pass;
    result.ratio = 1.0;
  } else if (shift) {
    apply_thresholds(*shift, effect, settings, result);
  } else {
    result.ratio.reset();  // classification stays Error
  }
  return result;
}

}  // namespace canarygate::judge
