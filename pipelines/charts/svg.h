/// The pieces of an SVG drawing that charts are made of, written small: a report holds thousands.
///
/// Colours and widths are the style sheet's. Where it is not allowed (Jenkins serves what it has
/// archived without styles) kPlain makes outlines of what would be black areas.
///
/// Positions are rounded to tenths, those of paths to whole numbers where a chart is so small that
/// nobody sees the difference. Classes are the program's own words; texts come from outside
/// and are escaped here.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "pipelines/charts/axis.h"

namespace canarygate::charts {

/// Attributes of every svg element.
inline constexpr std::string_view kPlain = R"(fill="none" stroke="currentColor")";

/// `12.3`, `.5`, `-4`: no more than it takes.
[[nodiscard]] std::string coordinate(double value);

enum class Precision { tenths, whole };

/// The `d` of a line through the points, interrupted where a coordinate is not a number. A point
/// alone is drawn as a dot by a round line cap.
[[nodiscard]] std::string line_path(std::span<const Point> points,
                                    Precision precision = Precision::tenths);

/// The `d` of the areas between two lines over the same x, where both have numbers.
[[nodiscard]] std::string band_path(std::span<const Point> upper, std::span<const Point> lower,
                                    Precision precision = Precision::tenths);

[[nodiscard]] std::string line(Point from, Point to, std::string_view classes);
[[nodiscard]] std::string rect(Point corner, double width, double height, std::string_view classes);
/// `plain_width`: of the line where there is no style.
[[nodiscard]] std::string path(const std::string& d, std::string_view classes, int plain_width = 1);
enum class Anchor { start, middle, end };
[[nodiscard]] std::string text(Point at, Anchor anchor, std::string_view text,
                               std::string_view classes);

}  // namespace canarygate::charts
