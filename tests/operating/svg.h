/// A tiny SVG writer for the figures of docs/: lines, texts, and three kinds of marks, one a judge.
/// Colours are the document's own, by class, for light and for dark; shapes differ as colours do.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipelines/charts/axis.h"

namespace canarygate::operating {

using charts::Axis;
using charts::Point;

class Svg {
 public:
  /// `title` and `text` are for those who do not see the figure.
  Svg(double width, double height, std::string_view title, std::string_view text);

  void line(Point from, Point to, std::string_view classes);
  /// A shaded rectangle, to lead the eye along a row.
  void band(Point corner, double width, double height);
  void path(const std::vector<Point>& points, std::string_view classes);
  void text(Point at, std::string_view text, std::string_view classes);
  /// The shape named `shape` (circle, square, triangle), centred; `hint` is shown on pointing at
  /// it.
  void mark(Point at, std::string_view shape, std::string_view classes, std::string_view hint);
  /// The same in a legend.
  void key(Point at, std::string_view shape, std::string_view classes);
  /// A small mark.
  void dot(Point at, std::string_view classes);

  [[nodiscard]] std::string str() const { return text_ + "</svg>\n"; }

 private:
  std::string text_;
};

}  // namespace canarygate::operating
