#include "checks/import/value_set.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace canarygate {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double before(double value) { return std::nextafter(value, -kInfinity); }
double after(double value) { return std::nextafter(value, kInfinity); }

}  // namespace

ValueSet ValueSet::all() { return range(-kInfinity, kInfinity); }

ValueSet ValueSet::range(double low, double high) {
  ValueSet set;
  if (low <= high) set.ranges_.emplace_back(low, high);
  return set;
}

ValueSet ValueSet::below(double bound, bool inclusive) {
  return range(-kInfinity, inclusive ? bound : before(bound));
}

ValueSet ValueSet::above(double bound, bool inclusive) {
  return range(inclusive ? bound : after(bound), kInfinity);
}

ValueSet ValueSet::united(const ValueSet& other) const {
  std::vector<std::pair<double, double>> all = ranges_;
  all.insert(all.end(), other.ranges_.begin(), other.ranges_.end());
  std::ranges::sort(all);
  ValueSet set;
  for (const auto& [low, high] : all) {
    if (!set.ranges_.empty() && low <= after(set.ranges_.back().second)) {
      set.ranges_.back().second = std::max(set.ranges_.back().second, high);
    } else {
      set.ranges_.emplace_back(low, high);
    }
  }
  return set;
}

ValueSet ValueSet::complement() const {
  ValueSet set;
  double low = -kInfinity;
  for (const auto& [first, last] : ranges_) {
    if (first > low) set.ranges_.emplace_back(low, before(first));
    if (last == kInfinity) return set;
    low = after(last);
  }
  set.ranges_.emplace_back(low, kInfinity);
  return set;
}

ValueSet ValueSet::common(const ValueSet& other) const {
  return complement().united(other.complement()).complement();
}

bool ValueSet::contains(double value) const {
  return std::ranges::any_of(ranges_, [value](const auto& range) {
    return range.first <= value && value <= range.second;
  });
}

}  // namespace canarygate
