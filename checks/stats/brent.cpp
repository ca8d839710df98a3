// Brent's method (R. P. Brent, Algorithms for Minimization without Derivatives, 1973, chapter 4):
// inverse quadratic or linear interpolation where it promises a good step, bisection elsewhere.
#include "checks/stats/brent.h"

#include <cmath>
#include <limits>

namespace canarygate::stats {

namespace {

/// The step from `best` that interpolation proposes: through two points a line, through three a
/// parabola in y. As a fraction, so that it can be judged before dividing.
struct Proposal {
  double numerator = 0;
  double denominator = 1;
};

Proposal propose(const Point& previous, const Point& best, const Point& opposite) {
  const double across = opposite.x - best.x;
  Proposal step;
  if (previous.x == opposite.x) {
    const double s = best.y / previous.y;
    step = {across * s, 1.0 - s};
  } else {
    const double q = previous.y / opposite.y;
    const double r = best.y / opposite.y;
    const double s = best.y / previous.y;
    step = {s * (across * q * (q - r) - (best.x - previous.x) * (r - 1.0)),
            (q - 1.0) * (r - 1.0) * (s - 1.0)};
  }
  if (step.numerator > 0.0) {
    step.denominator = -step.denominator;
  } else {
    step.numerator = -step.numerator;
  }
  return step;
}

bool same_sign(double a, double b) { return (a > 0.0 && b > 0.0) || (a < 0.0 && b < 0.0); }

}  // namespace

double brent_root(const std::function<double(double)>& f, Point from, Point to, BrentRule rule) {
  if (from.y == 0.0) return from.x;
  if (to.y == 0.0) return to.x;
  Point previous = from;
  Point best = to;
  Point opposite = from;
  for (int step = 0; step <= rule.most_steps; ++step) {
    const double last_step = best.x - previous.x;
    if (std::abs(opposite.y) < std::abs(best.y)) {
      previous = best;
      best = opposite;
      opposite = previous;
    }
    const double near =
        2.0 * std::numeric_limits<double>::epsilon() * std::abs(best.x) + rule.tolerance / 2.0;
    double next_step = (opposite.x - best.x) / 2.0;
    if (std::abs(next_step) <= near || best.y == 0.0) return best.x;

    if (std::abs(last_step) >= near && std::abs(previous.y) > std::abs(best.y)) {
      const auto [p, q] = propose(previous, best, opposite);
      const bool inside = p < 0.75 * (opposite.x - best.x) * q - std::abs(near * q) / 2.0;
      const bool shrinking = p < std::abs(last_step * q / 2.0);
      if (inside && shrinking) next_step = p / q;
    }
    if (std::abs(next_step) < near) next_step = next_step > 0.0 ? near : -near;

    previous = best;
    best.x += next_step;
    best.y = f(best.x);
    if (same_sign(best.y, opposite.y)) opposite = previous;
  }
  return best.x;
}

}  // namespace canarygate::stats
