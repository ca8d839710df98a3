#include "pipelines/charts/svg.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>

#include "checks/text.h"
#include "pipelines/reporters/xml.h"

namespace canarygate::charts {

namespace {

std::int64_t tenths(double value, Precision precision = Precision::tenths) {
  return precision == Precision::whole ? 10 * std::llround(value) : std::llround(value * 10);
}

std::string from_tenths(std::int64_t value) {
  std::string text = value < 0 ? "-" : "";
  const std::int64_t size = value < 0 ? -value : value;
  if (size >= 10 || size == 0) text += std::to_string(size / 10);
  if (size % 10 != 0) text += "." + std::to_string(size % 10);
  return text;
}

bool drawable(Point point) { return std::isfinite(point.x) && std::isfinite(point.y); }

/// Appends numbers to a path so that each differs from the one before by a sign or a space only.
void append_pair(std::string& d, std::int64_t x, std::int64_t y, bool first) {
  const std::string a = from_tenths(x);
  const std::string b = from_tenths(y);
  if (!first && a.front() != '-') d += ' ';
  d += a;
  if (b.front() != '-') d += ' ';
  d += b;
}

/// One stretch of points that are all drawable, from where the pen is or as a new line.
void append_stretch(std::string& d, std::span<const Point> points, Precision precision) {
  std::int64_t x = tenths(points.front().x, precision);
  std::int64_t y = tenths(points.front().y, precision);
  d += 'M';
  append_pair(d, x, y, true);
  d += points.size() == 1 ? "h0" : "l";
  for (std::size_t i = 1; i < points.size(); ++i) {
    // Steps between rounded positions: rounding errors do not add up.
    const std::int64_t next_x = tenths(points[i].x, precision);
    const std::int64_t next_y = tenths(points[i].y, precision);
    append_pair(d, next_x - x, next_y - y, i == 1);
    x = next_x;
    y = next_y;
  }
}

/// visit(begin, end) for each longest run of points for which `good` is true.
template <typename Good, typename Visit>
void for_each_run(std::size_t size, Good good, Visit visit) {
  std::size_t begin = 0;
  while (begin < size) {
    if (!good(begin)) {
      ++begin;
      continue;
    }
    std::size_t end = begin + 1;
    while (end < size && good(end)) ++end;
    visit(begin, end);
    begin = end;
  }
}

}  // namespace

std::string coordinate(double value) { return from_tenths(tenths(value)); }

std::string line_path(std::span<const Point> points, Precision precision) {
  std::string d;
  for_each_run(
      points.size(), [&](std::size_t i) { return drawable(points[i]); },
      [&](std::size_t begin, std::size_t end) {
        append_stretch(d, points.subspan(begin, end - begin), precision);
      });
  return d;
}

std::string band_path(std::span<const Point> upper, std::span<const Point> lower,
                      Precision precision) {
  std::string d;
  for_each_run(
      upper.size(), [&](std::size_t i) { return drawable(upper[i]) && drawable(lower[i]); },
      [&](std::size_t begin, std::size_t end) {
        std::vector<Point> around(upper.begin() + static_cast<std::ptrdiff_t>(begin),
                                  upper.begin() + static_cast<std::ptrdiff_t>(end));
        for (std::size_t i = end; i-- > begin;) around.push_back(lower[i]);
        append_stretch(d, around, precision);
        d += 'z';
      });
  return d;
}

std::string line(Point from, Point to, std::string_view classes) {
  return fmt::format(R"(<path class="{}" d="M{} {}L{} {}"/>)", classes, coordinate(from.x),
                     coordinate(from.y), coordinate(to.x), coordinate(to.y));
}

std::string rect(Point corner, double width, double height, std::string_view classes) {
  return fmt::format(R"(<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>)", classes,
                     coordinate(corner.x), coordinate(corner.y), coordinate(width),
                     coordinate(height));
}

std::string path(const std::string& d, std::string_view classes, int plain_width) {
  const std::string width =
      plain_width == 1 ? "" : fmt::format(R"( stroke-width="{}")", plain_width);
  return fmt::format(R"(<path class="{}"{} d="{}"/>)", classes, width, d);
}

std::string text(Point at, Anchor anchor, std::string_view text, std::string_view classes) {
  const char* where = anchor == Anchor::start    ? ""
                      : anchor == Anchor::middle ? R"( text-anchor="middle")"
                                                 : R"( text-anchor="end")";
  // Where the page's style is not allowed, what is inherited from kPlain would outline letters.
  return fmt::format(
      R"(<text class="{}" x="{}" y="{}"{} fill="currentColor" stroke="none">{}</text>)", classes,
      coordinate(at.x), coordinate(at.y), where, xml_escape(printable(text)));
}

}  // namespace canarygate::charts
