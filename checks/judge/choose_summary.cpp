#include "checks/judge/choose_summary.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "checks/stats/summary.h"

namespace canarygate::judge {

namespace {

/// With fewer windows the summaries cannot be told apart.
constexpr std::size_t kWindowsToChoose = 8;
/// Of more windows a sample is enough: all three summaries of all of them would take half of a
/// large gate's time, to keep one.
constexpr std::size_t kMostToChoose = 64;
constexpr std::size_t kDistinctToChoose = 10;

/// Ten different values at least, none of them in over half of the places: else its spread says
/// more about rounding than about the metric.
bool telling(const Cube& d) {
  std::vector<double> values;
  for (std::size_t w = 1; w < d.windows; ++w) {
    for (const double value : d.span(w, d.whole)) {
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

SummaryChoice::SummaryChoice(const Subject& subject, const MeasureRequest& request)
    : subject_(subject),
      request_(request),
      measures_(candidates(*subject.spec, subject.scale)),
      usual_(usual_of(measures_)),
      timeline_(request.input.timeline) {
  if (subject.windows < kWindowsToChoose) measures_ = {measures_[usual_]};
  if (measures_.size() == 1) return;
  timeline_.looks = {request.input.timeline.looks.back()};
  timeline_.late = 0;
  timeline_.bases.clear();
  if (!subject.level_groups.empty()) level_groups_.push_back(subject.level_groups.front());
  std::vector<std::size_t> number(subject.present.size(), 0);
  for (const std::size_t w : windows_of_sample(subject, request)) {
    timeline_.bases.push_back(request.input.timeline.bases[w - 1]);
    if (!subject.level_groups.empty()) level_groups_.push_back(subject.level_groups[w]);
    number[w] = timeline_.bases.size();
  }
  for (std::size_t i = 0; i < request.draws.size(); ++i) {
    const Draw draw = request.draws[i];
    if (number[draw.window] > 0) draws_.add(number[draw.window], draw.canary, draw.left_out);
  }
  // Now is left out: whoever chooses must not have seen it.
  const SummaryRequest past{request.fleet, timeline_, subject.points, subject.settings.min_coverage,
                            0};
  for (const Measure& measure : measures_) summarisers_.emplace_back(past, measure);
}

void SummaryChoice::add(std::size_t host, const HostPoints& points) {
  for (Summariser& summariser : summarisers_) summariser.add(host, points);
}

/// The smallest change that a summary would have shown.
double SummaryChoice::detectable(Summaries summaries) const {
  const bool before_after = request_.input.before_after;
  if (!telling(summaries.window)) return std::numeric_limits<double>::infinity();
  const AdjustRequest how{request_.fleet, subject_.use_reference, level_groups_, before_after,
                          timeline_.older_windows()};
  const Cube d = adjust(std::move(summaries), how);
  const HostNoise noise(d, before_after, how.older);
  const DrawScores drawn = score_draws({d, noise, draws_, before_after, {}, {}});
  std::vector<double> scores;
  for (const double score : drawn.scores) {
    if (std::isnan(score)) continue;
    scores.push_back(subject_.spec->worse == Worse::lower ? -score : score);
  }
  if (scores.empty()) return std::numeric_limits<double>::infinity();
  const double reach = stats::quantile(scores, 0.99) - stats::quantile(scores, 0.2);
  return reach * noise_of(noise.variances(0, 0), request_.today) *
         divisor(drawn.typical_spread.front());
}

/// The first candidate, unless another shows clearly smaller changes. Clearly: by more than chance
/// makes one of them look better in so few windows; picking the luckiest of three on the very
/// history that is then the null triples the false alarms (4 hosts, 12 windows: 1.0 % to 3.2 %).
std::size_t SummaryChoice::best() {
  if (summarisers_.empty()) return 0;
  const auto windows = static_cast<double>(std::min(subject_.windows, kMostToChoose));
  const double clearly = 1 - 2 / std::sqrt(windows);
  std::size_t best = 0;
  double least = clearly * detectable(summarisers_.front().take());
  for (std::size_t i = 1; i < summarisers_.size(); ++i) {
    const double change = detectable(summarisers_[i].take());
    if (change < least) {
      least = change;
      best = i;
    }
  }
  return std::isinf(least) ? usual_ : best;
}

}  // namespace canarygate::judge
