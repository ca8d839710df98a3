// Prefix sums over the sorted sample. They are accumulated from the middle outwards, so that a
// wild value at either end never rounds away the others.
#include "checks/stats/ranked.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace canarygate::stats {

namespace {

/// The rank of the i-th of those who stay.
std::size_t rank_of_staying(std::size_t i, std::span<const std::int32_t> without) {
  std::size_t rank = i;
  for (const std::int32_t gone : without) {
    if (static_cast<std::size_t>(gone) > rank) break;
    ++rank;
  }
  return rank;
}

}  // namespace

Ranked::Ranked(std::span<const double> values) : rank_(values.size(), -1) {
  std::vector<std::size_t> order;
  order.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isnan(values[i])) order.push_back(i);
  }
  std::ranges::stable_sort(order, [&](auto a, auto b) { return values[a] < values[b]; });
  const std::size_t n = order.size();
  sorted_.resize(n);
  for (std::size_t r = 0; r < n; ++r) {
    rank_[order[r]] = static_cast<std::int32_t>(r);
    sorted_[r] = values[order[r]];
  }
  sums_.assign(n + 1, 0.0);
  squares_.assign(n + 1, 0.0);
  const std::size_t middle = n / 2;
  for (std::size_t r = middle; r < n; ++r) {
    sums_[r + 1] = sums_[r] + sorted_[r];
    squares_[r + 1] = squares_[r] + sorted_[r] * sorted_[r];
  }
  for (std::size_t r = middle; r-- > 0;) {
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
