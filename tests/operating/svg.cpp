#include "tests/operating/svg.h"

#include <fmt/format.h>

#include "pipelines/reporters/xml.h"

namespace canarygate::operating {

namespace {

/// Okabe and Ito's colours, which colour-blind people tell apart; lighter ones on dark.
constexpr std::string_view kStyle = R"(<style>
svg { --paper: #ffffff; --ink: #1f2328; --soft: #59636e; --grid: #d9dee3; --band: #f4f6f8;
  --placebo: #0072b2; --mann-whitney: #d55e00; --kayenta: #00855f; --bar: #b3261e;
  font: 12px system-ui, "DejaVu Sans", sans-serif }
@media (prefers-color-scheme: dark) { svg { --paper: #0d1117; --ink: #e6edf3; --soft: #9aa4af;
  --grid: #2f363d; --band: #161b22; --placebo: #58b4f0; --mann-whitney: #ff8a3d;
  --kayenta: #2ec99a; --bar: #ff7b72 } }
text { fill: var(--ink) }
.soft { fill: var(--soft) } .small { font-size: 11px } .strong { font-weight: 600 }
.end { text-anchor: end } .middle { text-anchor: middle }
line, path { fill: none; stroke: var(--grid); stroke-width: 1 }
line.axis { stroke: var(--soft) } line.bar { stroke: var(--bar); stroke-width: 1.25 }
line.other { stroke-dasharray: 3 2 }
text.bar { fill: var(--bar) }
.band { fill: var(--band) }
.placebo { stroke: var(--placebo); fill: var(--placebo) }
.mann-whitney { stroke: var(--mann-whitney); fill: var(--mann-whitney) }
.kayenta { stroke: var(--kayenta); fill: var(--kayenta) }
line.interval { stroke-width: 1.5 } path.course { fill: none; stroke-width: 1.75 }
path.mann-whitney { stroke-dasharray: 6 3 } path.kayenta { stroke-dasharray: 2 3 }
.mark { stroke: var(--paper); stroke-width: 1 } .dot { stroke: none; opacity: .55 }
</style>
<defs><circle id="circle" r="4.2"/><rect id="square" x="-3.7" y="-3.7" width="7.4" height="7.4"/>
<polygon id="triangle" points="0,-4.9 4.6,3.5 -4.6,3.5"/><circle id="dot" r="2"/></defs>
)";

}  // namespace

Svg::Svg(double width, double height, std::string_view title, std::string_view text)
    : text_(fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:g} {1:g}\" "
                        "width=\"{0:g}\" height=\"{1:g}\" role=\"img\" "
                        "aria-labelledby=\"title text\">\n",
                        width, height)) {
  text_ += fmt::format("<title id=\"title\">{}</title>\n<desc id=\"text\">{}</desc>\n",
                       xml_escape(title), xml_escape(text));
  text_ += kStyle;
  text_ += fmt::format("<rect width=\"{:g}\" height=\"{:g}\" style=\"fill: var(--paper)\"/>\n",
                       width, height);
}

void Svg::line(Point from, Point to, std::string_view classes) {
  text_ += fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"", from.x,
                       from.y, to.x, to.y);
  text_ += fmt::format(" class=\"{}\"/>\n", xml_escape(classes));
}

void Svg::band(Point corner, double width, double height) {
  text_ += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"",
                       corner.x, corner.y, width, height);
  text_ += " class=\"band\"/>\n";
}

void Svg::path(const std::vector<Point>& points, std::string_view classes) {
  std::string course;
  for (const Point& point : points) {
    course += fmt::format("{}{:.1f} {:.1f}", course.empty() ? "M" : "L", point.x, point.y);
  }
  text_ += fmt::format("<path d=\"{}\" class=\"{}\"/>\n", course, xml_escape(classes));
}

void Svg::text(Point at, std::string_view text, std::string_view classes) {
  text_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\">{}</text>\n", at.x, at.y,
                       xml_escape(classes), xml_escape(text));
}

void Svg::mark(Point at, std::string_view shape, std::string_view classes, std::string_view hint) {
  text_ += fmt::format(
      "<use href=\"#{}\" x=\"{:.1f}\" y=\"{:.1f}\" class=\"mark {}\"><title>{}</title></use>\n",
      xml_escape(shape), at.x, at.y, xml_escape(classes), xml_escape(hint));
}

void Svg::key(Point at, std::string_view shape, std::string_view classes) {
  text_ += fmt::format("<use href=\"#{}\" x=\"{:.1f}\" y=\"{:.1f}\" class=\"key {}\"/>\n",
                       xml_escape(shape), at.x, at.y, xml_escape(classes));
}

void Svg::dot(Point at, std::string_view classes) {
  text_ += fmt::format("<use href=\"#dot\" x=\"{:.1f}\" y=\"{:.1f}\" class=\"dot {}\"/>\n", at.x,
                       at.y, xml_escape(classes));
}

}  // namespace canarygate::operating
