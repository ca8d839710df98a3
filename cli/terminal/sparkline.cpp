#include "cli/terminal/sparkline.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace canarygate {

namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

struct SparkScale {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void include(std::span<const double> values) {
    for (const double value : values) {
      if (!std::isfinite(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }

  /// Halved before they are subtracted: the ends may be as far apart as doubles go.
  [[nodiscard]] std::size_t level(double value) const {
    const double range = high / 2 - low / 2;
    if (!(range > 0)) return 0;
    const double share = (value / 2 - low / 2) / range;
    return std::min<std::size_t>(7, static_cast<std::size_t>(share * 8));
  }
};

/// One side in columns: the past and the window.
struct Columns {
  std::vector<double> past;
  std::vector<double> window;
};

/// How many points and columns each part has.
struct Layout {
  std::size_t begin = 0;  ///< index of the first point of the past that is drawn
  std::size_t window = 0;
  std::size_t points = 0;
  std::size_t past_columns = 0;
  std::size_t window_columns = 0;
};

Layout lay_out(const Course& course, std::int64_t points, std::size_t width) {
  Layout layout;
  layout.points = static_cast<std::size_t>(std::max<std::int64_t>(0, points));
  layout.window = static_cast<std::size_t>(std::max<std::int64_t>(0, course.window));
  const std::size_t past = std::min(layout.window, layout.points);
  layout.begin = layout.window - past;
  const std::size_t room = width > 1 ? width - 1 : 0;
  const std::size_t all = past + layout.points;
  if (all <= room) {
    layout.past_columns = past;
    layout.window_columns = layout.points;
  } else {
    layout.past_columns = room * past / all;
    layout.window_columns = room - layout.past_columns;
  }
  return layout;
}

Columns columns_of_side(const std::vector<double>& values, const Layout& layout) {
  // Points that were not fetched, or are yet to come, are gaps.
  std::vector<double> all(values.begin(), values.end());
  all.resize(layout.window + layout.points, kMissing);
  const std::span<const double> points(all);
  return {
      resampled(points.subspan(layout.begin, layout.window - layout.begin), layout.past_columns),
      resampled(points.subspan(layout.window), layout.window_columns)};
}

std::string drawn(const Columns& columns, const SparkScale& scale, const Glyphs& glyphs) {
  std::string line;
  const auto draw = [&](const std::vector<double>& part) {
    for (const double value : part) {
      line += std::isnan(value) ? " " : glyphs.levels[scale.level(value)];
    }
  };
  draw(columns.past);
  line += glyphs.window;
  draw(columns.window);
  return line;
}

}  // namespace

const Glyphs& glyphs(bool unicode) {
  static const Glyphs blocks{true, {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}, "│", "●", "○", "…",
                             " · "};
  static const Glyphs ascii{false, {"_", ".", ":", "-", "=", "+", "*", "#"}, "|", "*", "-", "...",
                            ", "};
  return unicode ? blocks : ascii;
}

std::vector<double> resampled(std::span<const double> values, std::size_t width) {
  const std::size_t columns = std::min(width, values.size());
  std::vector<double> means(columns, kMissing);
  for (std::size_t column = 0; column < columns; ++column) {
    const std::size_t from = column * values.size() / columns;
    const std::size_t to = (column + 1) * values.size() / columns;
    double mean = 0;
    double count = 0;
    for (const double value : values.subspan(from, to - from)) {
      if (!std::isfinite(value)) continue;
      ++count;
      mean += value / count - mean / count;  // the sum of large numbers would be none
    }
    if (count > 0) means[column] = mean;
  }
  return means;
}

SparkPair spark_pair(const Course& course, std::int64_t points, std::size_t width,
                     const Glyphs& glyphs) {
  const Layout layout = lay_out(course, points, width);
  const Columns canary = columns_of_side(course.canary, layout);
  const Columns baseline = columns_of_side(course.baseline, layout);
  SparkScale scale;
  for (const Columns* side : {&canary, &baseline}) {
    scale.include(side->past);
    scale.include(side->window);
  }
  return {drawn(canary, scale, glyphs), drawn(baseline, scale, glyphs)};
}

}  // namespace canarygate
