// bucketQuantile of Prometheus 3 (promql/quantile.go): linear interpolation within the bucket that
// the rank falls into, the lowest bucket beginning at 0 when its upper bound is positive.
#include "checks/promql/histogram.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "checks/number.h"

namespace canarygate::promql {

namespace {

using Limits = std::numeric_limits<double>;

/// The value of `le`. No NaN: it has no place in an order.
std::optional<double> bound_of(const Labels& labels) {
  const auto label = labels.find("le");
  if (label == labels.end()) return std::nullopt;
  std::string_view text = label->second;
  if (text.starts_with("+-")) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto value = parse_number<double>(text);
  return value && !std::isnan(*value) ? value : std::nullopt;
}

/// Buckets that have the same bound (`1` and `1.0`) are one.
void put_equal_bounds_together(std::vector<Bucket>& buckets) {
  std::size_t last = 0;
  for (std::size_t i = 1; i < buckets.size(); ++i) {
    if (buckets[i].upper == buckets[last].upper) {
      buckets[last].count += buckets[i].count;
    } else {
      buckets[++last] = buckets[i];
    }
  }
  buckets.resize(last + 1);
}

bool differ_by_rounding_only(double a, double b) {
  constexpr double kTolerance = 1e-12;
  const double difference = std::abs(a - b);
  const double sum = std::abs(a) + std::abs(b);
  if (a == 0 || b == 0 || sum < Limits::min()) return difference < kTolerance * Limits::min();
  return difference / std::min(sum, Limits::max()) < kTolerance;
}

/// Counts of buckets that were not read at the same moment, or were summed, may fall: they are
/// raised to the one below.
void make_monotonic(std::vector<Bucket>& buckets) {
  double previous = buckets.front().count;
  for (Bucket& bucket : buckets) {
    if (bucket.count < previous || differ_by_rounding_only(previous, bucket.count)) {
      bucket.count = previous;
    } else {
      previous = bucket.count;
    }
  }
}

struct Histogram {
  double bound = 0;
  const Values* values = nullptr;
};

}  // namespace

double bucket_quantile(double quantile, std::vector<Bucket> buckets) {
  if (std::isnan(quantile)) return Limits::quiet_NaN();
  if (quantile < 0) return -Limits::infinity();
  if (quantile > 1) return Limits::infinity();
  if (buckets.back().upper != Limits::infinity()) return Limits::quiet_NaN();
  put_equal_bounds_together(buckets);
  make_monotonic(buckets);
  const double observations = buckets.back().count;
  if (buckets.size() < 2 || observations == 0) return Limits::quiet_NaN();

  double rank = quantile * observations;
  const auto last = buckets.end() - 1;
  const auto found =
      std::find_if(buckets.begin(), last, [&](const Bucket& b) { return b.count >= rank; });
  if (found == last) return (last - 1)->upper;
  if (found == buckets.begin()) {
    if (found->upper <= 0) return found->upper;
    return found->upper * (rank / found->count);
  }
  const Bucket& below = *(found - 1);
  rank -= below.count;
  return below.upper + (found->upper - below.upper) * (rank / (found->count - below.count));
}

Result<Columns, std::string> histogram_quantile(double quantile, const Columns& columns) {
  std::map<Labels, std::vector<Histogram>> histograms;
  for (const Column& column : columns) {
    const auto bound = bound_of(column.labels);
    if (!bound) continue;
    Labels labels = column.labels;
    labels.erase("le");
    histograms[std::move(labels)].push_back({*bound, &column.values});
  }
  Columns results;
  for (auto& [labels, members] : histograms) {
    std::ranges::stable_sort(members, {}, &Histogram::bound);
    Values values(members.front().values->size(), absent());
    std::vector<Bucket> buckets;
    for (std::size_t i = 0; i < values.size(); ++i) {
      buckets.clear();
      for (const Histogram& member : members) {
        const double count = (*member.values)[i];
        if (!is_absent(count)) buckets.push_back({member.bound, count});
      }
      if (!buckets.empty()) values[i] = bucket_quantile(quantile, buckets);
    }
    results.push_back({without_name(labels), std::move(values)});
  }
  return merge(std::move(results));
}

}  // namespace canarygate::promql
