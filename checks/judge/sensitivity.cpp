#include "checks/judge/sensitivity.h"

#include <algorithm>
#include <cmath>

#include "checks/stats/distributions.h"

namespace canarygate::judge {

namespace {

double margin_of(const Subject& subject, const Margin& margin) {
  switch (subject.spec->worse) {
    case Worse::higher:
      return margin.up;
    case Worse::lower:
      return margin.down;
    case Worse::either:
      break;
  }
  return std::max(margin.up, margin.down);
}

/// Would events at `log_ratio` times the expected be found, one time in five being unlucky?
bool count_found(const Subject& subject, const Test& test, double log_ratio, double needed) {
  stats::TwoCounts counts = test.seen.counts;
  counts.expected *= test.expected_at_end;
  counts.other_expected *= test.expected_at_end;
  counts.other_events *= test.expected_at_end;
  const bool falls = subject.spec->worse == Worse::lower;
  // Expected at the others' present rate, not at what history says of both.
  const double rate = counts.other_events > 0 ? counts.other_events / counts.other_expected : 1.0;
  const double mean = counts.expected * rate * std::exp(falls ? -log_ratio : log_ratio);
  const double luck = 0.84 * std::sqrt(mean) * test.overdispersion;
  counts.events = falls ? std::ceil(mean + luck) : std::max(0.0, std::floor(mean - luck));
  const double score = count_score(counts, subject.spec->worse, std::expm1(test.margin.up),
                                   -std::expm1(-test.margin.down));
  return oriented(score, subject.spec->worse) >= needed * test.overdispersion;
}

std::optional<double> smallest_count_change(const Subject& subject, const Test& test) {
  const double needed = stats::z_to_t(test.critical, test.degrees);
  double missed = 0;
  double found = std::log(1e6);
  if (!std::isfinite(needed) || !count_found(subject, test, found, needed)) return std::nullopt;
  for (int step = 0; step < 40; ++step) {
    const double middle = (missed + found) / 2;
    (count_found(subject, test, middle, needed) ? found : missed) = middle;
  }
  return found;
}

}  // namespace

EffectInterval interval_of(const Test& test) {
  if (test.interval) return *test.interval;
  const double half = stats::z_to_t(test.two_sided / test.weight, test.degrees) * test.seen.unit;
  if (!std::isfinite(half)) return {};
  return {test.seen.effect - half, test.seen.effect + half};
}

std::optional<double> smallest_change(const Subject& subject, const Test& test) {
  if (subject.counts) return smallest_count_change(subject, test);
  // What never moved shows every move: it fails, or at least it does not pass.
  if (test.seen.constant) return margin_of(subject, test.margin);
  const double z = stats::z_to_t(test.critical, test.degrees) - test.unlucky;
  const double change = margin_of(subject, test.margin) + z * test.unit_at_end;
  return std::isfinite(change) ? std::optional(change) : std::nullopt;
}

bool shows_enough(const Subject& subject, const Test& test) {
  const std::optional<double> change = smallest_change(subject, test);
  if (!change) return false;
  // Twice nothing is nothing: where there never was an event it is enough that some would be found.
  if (test.seen.constant || (subject.counts && subject.cubes.never)) return true;
  const bool ratio = subject.counts || subject.scale.ratio;
  const double detect =
      ratio ? std::log1p(subject.settings.detect) : subject.settings.detect * subject.level;
  const double margin = margin_of(subject, test.margin);
  return *change <= (margin < detect ? detect : margin + detect);
}

bool clearly_harmless(const Subject& subject, const Test& test) {
  if (!test.seen.seen || test.seen.constant) return false;
  if (test.too_few) return false;
  const EffectInterval ends = interval_of(test);
  const Worse worse = subject.spec->worse;
  const bool up_harmless = ends.upper && *ends.upper < test.margin.up;
  const bool down_harmless = ends.lower && *ends.lower > -test.margin.down;
  return (worse == Worse::lower || up_harmless) && (worse == Worse::higher || down_harmless);
}

}  // namespace canarygate::judge
