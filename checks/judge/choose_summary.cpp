#include "checks/judge/choose_summary.h"

#include <algorithm>
#include <cmath>

#include "checks/stats/summary.h"

namespace canarygate::judge {

namespace {

/// With fewer windows the summaries cannot be told apart.
constexpr std::size_t kWindowsToChoose = 8;
constexpr std::size_t kDistinctToChoose = 10;

/// Ten different values at least, none of them in over half of the places: else its spread says
/// more about rounding than about the metric.
bool telling(const Cube& d) {
  std::vector<double> values;
  for (std::size_t w = 1; w < d.windows; ++w) {
    for (const double value : d.span(w, d.looks - 1)) {
      if (!std::isnan(value)) values.push_back(value);
    }
  }
  std::ranges::sort(values);
  std::size_t different = 0;
  std::size_t most = 0;
  for (std::size_t i = 0; i < values.size();) {
    std::size_t j = i;
    while (j < values.size() && values[j] == values[i]) ++j;
    ++different;
    most = std::max(most, j - i);
    i = j;
  }
  return different >= kDistinctToChoose && 2 * most <= values.size();
}

/// The smallest change this summary would have shown, by the history alone.
double detectable(const Subject& subject, const MeasureRequest& request, const Measure& measure) {
  const SummaryRequest all{
      request.fleet, request.input.timeline, subject.points, subject.settings.min_coverage, 0,
      true};
  const Summaries summaries = summarise(all, measure);
  const bool before_after = request.input.before_after;
  if (!telling(summaries.window)) return std::numeric_limits<double>::infinity();
  const Cube d =
      adjust(summaries, {request.fleet, subject.use_reference, subject.level_groups, before_after})
          .d;
  const HostNoise noise(d, before_after);
  const DrawScores drawn = score_draws({d, noise, request.draws, before_after, {}, {}});
  std::vector<double> scores;
  for (const double score : drawn.scores) {
    if (std::isnan(score)) continue;
    scores.push_back(subject.spec->worse == Worse::lower ? -score : score);
  }
  if (scores.empty()) return std::numeric_limits<double>::infinity();
  const double reach = stats::quantile(scores, 0.99) - stats::quantile(scores, 0.2);
  return reach * noise_of(noise.variances(0, 0), request.today) *
         divisor(drawn.typical_spread.front());
}

}  // namespace

double noise_of(const std::vector<double>& variances, const Sides& sides) {
  const auto part = [&](const std::vector<std::uint32_t>& hosts) {
    double sum = 0;
    for (const std::uint32_t host : hosts) sum += variances[host];
    const auto count = static_cast<double>(hosts.size());
    return hosts.empty() ? 0.0 : sum / (count * count);
  };
  return std::sqrt(part(sides.canary) + part(sides.baseline));
}

/// The first candidate, unless another shows clearly smaller changes. Clearly: by more than chance
/// makes one of them look better in so few windows; picking the luckiest of three on the very
/// history that is then the null triples the false alarms (4 hosts, 12 windows: 1.0 % to 3.2 %).
Measure choose_summary(const Subject& subject, const MeasureRequest& request) {
  const std::vector<Measure> all = candidates(*subject.spec, subject.scale);
  if (all.size() == 1 || subject.windows < kWindowsToChoose) return all.front();
  const double clearly = 1 - 2 / std::sqrt(static_cast<double>(subject.windows));
  Measure best = all.front();
  double least = clearly * detectable(subject, request, best);
  for (std::size_t i = 1; i < all.size(); ++i) {
    const double change = detectable(subject, request, all[i]);
    if (change < least) {
      least = change;
      best = all[i];
    }
  }
  return best;
}

}  // namespace canarygate::judge
