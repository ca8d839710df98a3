/// A sample sorted once, asked again and again for its trimmed mean or winsorised spread without a
/// few of its members, in time proportional to the few. A placebo draw asks just that: "all hosts
/// of this window but these".
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace canarygate::stats {

class Ranked {
 public:
  /// NaN is absent. Sorted only as far in from both ends as `cut` and `without` of the questions
  /// below reach together: `reach`, at most.
  explicit Ranked(std::span<const double> values, std::size_t reach = SIZE_MAX) {
    assign(values, reach);
  }
  Ranked() = default;

  /// As if made anew, in the memory that is there already.
  void assign(std::span<const double> values, std::size_t reach);
  /// The same of the values less their median, which is returned; 0 where there is no value.
  double assign_centred(std::span<const double> values, std::size_t reach);

  [[nodiscard]] std::size_t size() const { return sorted_.size(); }
  /// Where values[i] stands in the sorted sample, -1 when it is absent. Beyond the reach: a place
  /// of its own somewhere in the middle.
  [[nodiscard]] std::int32_t rank(std::size_t i) const { return rank_[i]; }

  /// Of the sample without the members at the ranks `without`, the `cut` smallest and
  /// the `cut` largest of the others trimmed, or winsorised. NaN when nobody is left.
  [[nodiscard]] double trimmed_mean(std::span<const std::int32_t> without, std::size_t cut) const;
  [[nodiscard]] double winsorised_sd(std::span<const std::int32_t> without, std::size_t cut) const;

 private:
  struct Inner {
    std::size_t count = 0;  ///< members that are neither without nor cut
    double low = 0;
    double high = 0;
    double sum = 0;
    double squares = 0;
  };
  struct Member {
    double value = 0;
    std::size_t place = 0;

    bool operator<(const Member& other) const { return value < other.value; }
  };
  struct Ends {
    double low = 0;
    double high = 0;
  };
  void collect(std::span<const double> values);
  void sort_ends(std::size_t reach, std::size_t half, double centre);
  Ends find_ends(std::size_t end, std::size_t half);
  std::size_t move_ends(double low, double high);
  double select_median();
  void add_up(std::size_t ends);
  [[nodiscard]] Inner inner(std::span<const std::int32_t> without, std::size_t cut) const;

  std::vector<double> present_;  ///< reordered while looking for what the ends begin with
  std::vector<Member> members_;  ///< in the end sorted, the middle excepted
  std::vector<Member> middle_;
  std::vector<Member> high_;
  std::vector<std::int32_t> rank_;
  std::vector<double> sorted_;
  std::vector<double> sums_;     ///< sums_[j] - sums_[i] is the sum of sorted_[i..j)
  std::vector<double> squares_;  ///< the same of squares
};

}  // namespace canarygate::stats
