#include "checks/judge/choose_summary.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "checks/stats/summary.h"

namespace canarygate::judge {

namespace {

/// With fewer windows the summaries cannot be told apart.
constexpr std::size_t kWindowsToChoose = 8;
/// So many tell them apart as well as more do, and what they cost is a quarter of a large gate's
/// time.
constexpr std::size_t kMostToChoose = 64;
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

/// What the choice is made on: some windows of the history, numbered anew.
struct Sample {
  Timeline timeline;  ///< of them alone, at the last look
  std::vector<std::int64_t> level_groups;
  Draws draws;  ///< those in them
};

/// All windows, or kMostToChoose of those with hosts enough, spread evenly.
std::vector<std::size_t> windows_of_sample(const Subject& subject, const MeasureRequest& request) {
  std::vector<std::size_t> windows = windows_with_enough(subject, request);
  if (windows.size() <= kMostToChoose) {
    windows.resize(request.input.timeline.bases.size());
    std::iota(windows.begin(), windows.end(), std::size_t{1});
    return windows;
  }
  std::vector<std::size_t> some;
  for (std::size_t i = 0; i < kMostToChoose; ++i) {
    some.push_back(windows[i * windows.size() / kMostToChoose]);
  }
  return some;
}

Sample sample_of(const Subject& subject, const MeasureRequest& request) {
  const std::vector<std::size_t> windows = windows_of_sample(subject, request);
  const Timeline& all = request.input.timeline;
  Sample sample{all, {}, {}};
  sample.timeline.looks = {all.looks.back()};
  sample.timeline.bases.clear();
  std::vector<std::size_t> number(all.bases.size() + 1, 0);
  for (const std::size_t w : windows) {
    sample.timeline.bases.push_back(all.bases[w - 1]);
    number[w] = sample.timeline.bases.size();
  }
  if (!subject.level_groups.empty()) {
    sample.level_groups.push_back(subject.level_groups.front());
    for (const std::size_t w : windows) sample.level_groups.push_back(subject.level_groups[w]);
  }
  for (std::size_t i = 0; i < request.draws.size(); ++i) {
    const Draw draw = request.draws[i];
    if (number[draw.window] > 0) sample.draws.add(number[draw.window], draw.canary, draw.left_out);
  }
  return sample;
}

/// The smallest change that a summary would have shown.
double detectable(const Subject& subject, const MeasureRequest& request, const Sample& sample,
                  Summaries summaries) {
  const bool before_after = request.input.before_after;
  if (!telling(summaries.window)) return std::numeric_limits<double>::infinity();
  const AdjustRequest how{request.fleet, subject.use_reference, sample.level_groups, before_after,
                          sample.timeline.older_windows()};
  const Cube d = adjust(std::move(summaries), how);
  const HostNoise noise(d, before_after);
  const DrawScores drawn = score_draws({d, noise, sample.draws, before_after, {}, {}});
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
Measure choose_summary(const Subject& subject, const MeasureRequest& request,
                       std::span<const HostPoints> points) {
  const std::vector<Measure> measures = candidates(*subject.spec, subject.scale);
  if (measures.size() == 1 || subject.windows < kWindowsToChoose) return measures.front();
  const Sample sample = sample_of(subject, request);
  // Now is left out: whoever chooses must not have seen it.
  const SummaryRequest before{request.fleet, sample.timeline, subject.points,
                              subject.settings.min_coverage, 0};
  const auto change_of = [&](const Measure& measure) {
    return detectable(subject, request, sample, summarise(before, measure, points));
  };
  const auto windows = static_cast<double>(std::min(subject.windows, kMostToChoose));
  const double clearly = 1 - 2 / std::sqrt(windows);
  std::size_t best = 0;
  double least = clearly * change_of(measures.front());
  for (std::size_t i = 1; i < measures.size(); ++i) {
    const double change = change_of(measures[i]);
    if (change < least) {
      least = change;
      best = i;
    }
  }
  return measures[best];
}

}  // namespace canarygate::judge
