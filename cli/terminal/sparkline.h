/// Two courses as two small charts of one line each, on one scale.
///
/// Pure. What is drawn is the mean of the points that share a column; where there is no number,
/// there is a gap, never a zero.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks/outcome.h"

namespace canarygate {

/// What lines are drawn with: Unicode blocks, or ASCII for terminals that have nothing else.
struct Glyphs {
  bool unicode = true;
  std::array<std::string_view, 8> levels;  ///< from the lowest up
  std::string_view window;                 ///< stands where the window begins
  std::string_view look_done;
  std::string_view look_to_come;
  std::string_view ellipsis;
  std::string_view between;  ///< two parts of a line
};
[[nodiscard]] const Glyphs& glyphs(bool unicode);

/// `values` in `width` columns at most, one a value where they fit; NaN where a column has no
/// number.
[[nodiscard]] std::vector<double> resampled(std::span<const double> values, std::size_t width);

struct SparkPair {
  std::string canary;
  std::string baseline;
};

/// Both sides in at most `width` columns: as much of the past as the window is long (less, where
/// there is less), a mark, the window; one column is the same time everywhere. What is still to
/// come of the window's `points` is left blank. The lowest and the highest number of both sides are
/// the ends of the scale.
[[nodiscard]] SparkPair spark_pair(const Course& course, std::int64_t points, std::size_t width,
                                   const Glyphs& glyphs);

}  // namespace canarygate
