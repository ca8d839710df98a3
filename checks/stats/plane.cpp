// The normal equations of two regressors (Legendre 1805). A slope below 0 is set to 0 and the other
// fitted alone, which is the constrained optimum; a sum above 1 is scaled down to it.
#include "checks/stats/plane.h"

#include <algorithm>

namespace canarygate::stats {

namespace {

/// Regressors that differ by less than so much of their squares are one.
constexpr double kApart = 1e-9;

double share(double xx, double xy) { return xx > 0.0 ? std::clamp(xy / xx, 0.0, 1.0) : 0.0; }

}  // namespace

Slopes Plane::shares() const {
  const double determinant = x11_ * x22_ - x12_ * x12_;
  if (!(determinant > kApart * x11_ * x22_)) return {share(x11_, x1y_), 0.0};
  const double a = (x1y_ * x22_ - x2y_ * x12_) / determinant;
  const double b = (x2y_ * x11_ - x1y_ * x12_) / determinant;
  if (b < 0.0) return {share(x11_, x1y_), 0.0};
  if (a < 0.0) return {0.0, share(x22_, x2y_)};
  const double whole = std::max(1.0, a + b);
  return {a / whole, b / whole};
}

}  // namespace canarygate::stats
