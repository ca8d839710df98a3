/// Sets of numbers as conditions select them: exact, down to the last bit of a double.
#pragma once

#include <utility>
#include <vector>

namespace canarygate {

/// A union of closed ranges of doubles. `x < 5` is the range that ends with the double before 5, so
/// that strict bounds, and what is not in a set, are ranges too.
class ValueSet {
 public:
  [[nodiscard]] static ValueSet none() { return {}; }
  [[nodiscard]] static ValueSet all();
  /// `low` and `high` themselves are in it.
  [[nodiscard]] static ValueSet range(double low, double high);
  [[nodiscard]] static ValueSet below(double bound, bool inclusive);
  [[nodiscard]] static ValueSet above(double bound, bool inclusive);

  [[nodiscard]] ValueSet united(const ValueSet& other) const;
  [[nodiscard]] ValueSet common(const ValueSet& other) const;
  [[nodiscard]] ValueSet complement() const;

  [[nodiscard]] bool contains(double value) const;
  [[nodiscard]] bool empty() const { return ranges_.empty(); }
  /// Ascending; none of them touches the next.
  [[nodiscard]] const std::vector<std::pair<double, double>>& ranges() const { return ranges_; }

  bool operator==(const ValueSet&) const = default;

 private:
  std::vector<std::pair<double, double>> ranges_;
};

}  // namespace canarygate
