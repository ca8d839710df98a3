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
  std::vector<double> different;
  for (std::size_t i = 0; i < values.size() && different.size() < kDistinctToChoose; ++i) {
    if (std::ranges::find(different, values[i]) == different.end()) different.push_back(values[i]);
  }
  if (different.size() < kDistinctToChoose) return false;
  // Whoever has a majority is left when all others have been paired off against it (Boyer & Moore).
  double left = 0;
  std::size_t unpaired = 0;
  for (const double value : values) {
    if (unpaired == 0) left = value;
    unpaired = value == left ? unpaired + 1 : unpaired - 1;
  }
  return 2 * static_cast<std::size_t>(std::ranges::count(values, left)) <= values.size();
}

/// The last look at the history. Now is left out: whoever chooses must not have seen it.
Summaries last_of_history(const Summaries& all) {
  const Cube& from = all.window;
  Summaries last{Cube(from.windows, 1, from.hosts), all.reference};
  for (std::size_t w = 1; w < from.windows; ++w) {
    std::ranges::copy(from.span(w, from.looks - 1), last.window.row(w, 0));
  }
  return last;
}

/// The smallest change this summary would have shown, by the history alone.
double detectable(const Subject& subject, const MeasureRequest& request, const Summaries& all) {
  Summaries summaries = last_of_history(all);
  const bool before_after = request.input.before_after;
  if (!telling(summaries.window)) return std::numeric_limits<double>::infinity();
  const AdjustRequest how{request.fleet, subject.use_reference, subject.level_groups, before_after,
                          request.input.timeline.older_windows()};
  const Cube d = adjust(std::move(summaries), how);
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

std::vector<Measure> eligible(const Subject& subject) {
  std::vector<Measure> all = candidates(*subject.spec, subject.scale);
  if (subject.windows < kWindowsToChoose) all.resize(1);
  return all;
}

/// The first candidate, unless another shows clearly smaller changes. Clearly: by more than chance
/// makes one of them look better in so few windows; picking the luckiest of three on the very
/// history that is then the null triples the false alarms (4 hosts, 12 windows: 1.0 % to 3.2 %).
std::size_t choose_summary(const Subject& subject, const MeasureRequest& request,
                           std::span<const Summaries> summaries) {
  if (summaries.size() == 1) return 0;
  const double clearly = 1 - 2 / std::sqrt(static_cast<double>(subject.windows));
  std::size_t best = 0;
  double least = clearly * detectable(subject, request, summaries.front());
  for (std::size_t i = 1; i < summaries.size(); ++i) {
    const double change = detectable(subject, request, summaries[i]);
    if (change < least) {
      least = change;
      best = i;
    }
  }
  return best;
}

}  // namespace canarygate::judge
