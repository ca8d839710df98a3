/// The root of a function that changes its sign between two points, to a tolerance.
///
/// Meant for functions that are steps, where "the" root is wherever the search happens to stop: it
/// visits the same points as R's `uniroot` does, so that it stops where R stops.
#pragma once

#include <functional>

namespace canarygate::stats {

/// A point and the function's value there.
struct Point {
  double x = 0;
  double y = 0;
};

struct BrentRule {
  double tolerance = 1e-4;
  int most_steps = 1000;
};

/// Without a change of sign between `from` and `to` it still ends, somewhere between them.
[[nodiscard]] double brent_root(const std::function<double(double)>& f, Point from, Point to,
                                BrentRule rule = {});

}  // namespace canarygate::stats
