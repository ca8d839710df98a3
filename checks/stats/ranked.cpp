// Prefix sums over the sorted sample. They are accumulated from the middle outwards, so that a
// wild value at either end never rounds away the others.
#include "checks/stats/ranked.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "checks/stats/select.h"
#include "checks/stats/summary.h"

namespace canarygate::stats {

namespace {

/// The rank of the i-th of those who stay: the first that has i before it that stay.
std::size_t rank_of_staying(std::size_t i, std::span<const std::int32_t> without) {
  for (std::size_t rank = i;;) {
    std::size_t gone = 0;
    for (const std::int32_t other : without) gone += static_cast<std::size_t>(other) <= rank;
    if (i + gone == rank) return rank;
    rank = i + gone;
  }
}

}  // namespace

void Ranked::assign(std::span<const double> values, std::size_t reach) {
  collect(values);
  sort_ends(reach, members_.size(), 0);
}

double Ranked::assign_centred(std::span<const double> values, std::size_t reach) {
  collect(values);
  const double median = select_median();
  // Either half is a sample of its own now.
  sort_ends(reach, members_.size() / 2, median);
  return median;
}

void Ranked::collect(std::span<const double> values) {
  rank_.assign(values.size(), -1);
  members_.resize(values.size());
  present_.resize(values.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    members_[count] = {values[i], i};
    present_[count] = values[i];
    count += std::isnan(values[i]) ? 0U : 1U;
  }
  members_.resize(count);
  present_.resize(count);
}

/// The `reach` smallest and largest in order at both ends, and the next one at its place. None of
/// the first `half` of present_ is larger than any of the others.
void Ranked::sort_ends(std::size_t reach, std::size_t half, double centre) {
  const std::size_t n = members_.size();
  const std::size_t end = reach < n ? reach + 1 : n;
  const bool all = 2 * end >= n;
  const auto [low, high] = all ? Ends{} : find_ends(end, half);
  for (Member& member : members_) member.value -= centre;
  if (low - centre < high - centre) {
    add_up(move_ends(low - centre, high - centre));
    return;
  }
  // That is all of them, or so many are equal that the ends meet.
  sort(std::span(members_));
  add_up(n);
}

/// The end-th smallest and the end-th largest; 2 · end < n.
Ranked::Ends Ranked::find_ends(std::size_t end, std::size_t half) {
  const std::span<double> present(present_);
  const std::span<double> lower = present.first(half);
  if (end < half) select(lower, end - 1);
  const double low = end < half ? lower[end - 1] : *std::max_element(lower.begin(), lower.end());
  const std::span<double> upper = present.subspan(half < present.size() ? half : end);
  select(upper, upper.size() - end);
  return {low, upper[upper.size() - end]};
}

/// Those up to `low` and those from `high` on sorted at either end, with the place they came from.
/// Returns how many are at the shorter one.
std::size_t Ranked::move_ends(double low, double high) {
  middle_.resize(members_.size());
  high_.resize(members_.size());
  std::size_t lows = 0;
  std::size_t middles = 0;
  std::size_t highs = 0;
  for (const Member member : members_) {
    const std::size_t is_low = member.value <= low ? 1U : 0U;
    const std::size_t is_high = member.value >= high ? 1U : 0U;
    members_[lows] = member;
    middle_[middles] = member;
    high_[highs] = member;
    lows += is_low;
    highs += is_high;
    middles += 1U - is_low - is_high;
  }
  sort(std::span(members_).first(lows));
  sort(std::span(high_).first(highs));
  std::copy_n(middle_.begin(), middles, members_.begin() + static_cast<std::ptrdiff_t>(lows));
  std::copy_n(high_.begin(), highs, members_.end() - static_cast<std::ptrdiff_t>(highs));
  return std::min(lows, highs);
}

double Ranked::select_median() {
  const std::size_t n = present_.size();
  if (n == 0) return 0.0;
  const std::size_t middle = n / 2;
  select(std::span(present_), middle);
  const double high = present_[middle];
  if (n % 2 == 1) return high;
  const auto lower = std::span(present_).first(middle);
  return *std::max_element(lower.begin(), lower.end()) / 2 + high / 2;
}

void Ranked::add_up(std::size_t ends) {
  const std::size_t n = members_.size();
  sorted_.resize(n);
  for (std::size_t r = 0; r < n; ++r) {
    rank_[members_[r].place] = static_cast<std::int32_t>(r);
    sorted_[r] = members_[r].value;
  }
  // From sums_[low] = 0 on. Nobody asks for a part of the middle: it is one step.
  const std::size_t low = ends < n - ends ? ends : n / 2;
  const std::size_t high = n - low;
  sums_.assign(n + 1, 0.0);
  squares_.assign(n + 1, 0.0);
  const std::span<const double> middle = std::span(sorted_).subspan(low, high - low);
  sums_[high] = plain_sum(middle);
  for (const double value : middle) squares_[high] += value * value;
  for (std::size_t r = high; r < n; ++r) {
    sums_[r + 1] = sums_[r] + sorted_[r];
    squares_[r + 1] = squares_[r] + sorted_[r] * sorted_[r];
  }
  for (std::size_t r = low; r-- > 0;) {
    sums_[r] = sums_[r + 1] - sorted_[r];
    squares_[r] = squares_[r + 1] - sorted_[r] * sorted_[r];
  }
}

Ranked::Inner Ranked::inner(std::span<const std::int32_t> without, std::size_t cut) const {
  Inner inner;
  if (sorted_.size() <= without.size() + 2 * cut) return inner;
  inner.count = sorted_.size() - without.size() - 2 * cut;
  const std::size_t first = rank_of_staying(cut, without);
  const std::size_t last = rank_of_staying(cut + inner.count - 1, without);
  inner.low = sorted_[first];
  inner.high = sorted_[last];
  inner.sum = sums_[last + 1] - sums_[first];
  inner.squares = squares_[last + 1] - squares_[first];
  for (const std::int32_t gone : without) {
    const auto rank = static_cast<std::size_t>(gone);
    if (rank < first || rank > last) continue;
    inner.sum -= sorted_[rank];
    inner.squares -= sorted_[rank] * sorted_[rank];
  }
  return inner;
}

double Ranked::trimmed_mean(std::span<const std::int32_t> without, std::size_t cut) const {
  const Inner kept = inner(without, cut);
  if (kept.count == 0) return std::numeric_limits<double>::quiet_NaN();
  return kept.sum / static_cast<double>(kept.count);
}

double Ranked::winsorised_sd(std::span<const std::int32_t> without, std::size_t cut) const {
  const Inner kept = inner(without, cut);
  if (kept.count == 0) return std::numeric_limits<double>::quiet_NaN();
  const auto edges = static_cast<double>(cut);
  const double n = static_cast<double>(kept.count) + 2 * edges;
  if (n < 2) return 0.0;
  if (kept.low == kept.high) return 0.0;
  const double sum = kept.sum + edges * (kept.low + kept.high);
  const double squares = kept.squares + edges * (kept.low * kept.low + kept.high * kept.high);
  return std::sqrt(std::max(0.0, (squares - sum * sum / n) / (n - 1)));
}

}  // namespace canarygate::stats
