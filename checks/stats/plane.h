/// Least squares through the origin on two regressors: y ≈ a·x1 + b·x2.
#pragma once

namespace canarygate::stats {

/// The slopes a and b.
struct Slopes {
  double a = 0;
  double b = 0;
};

class Plane {
 public:
  void add(double x1, double x2, double y) {
    x11_ += x1 * x1;
    x22_ += x2 * x2;
    x12_ += x1 * x2;
    x1y_ += x1 * y;
    x2y_ += x2 * y;
  }
  void add(const Plane& other) { add_times(other, 1.0); }
  void remove(const Plane& other) { add_times(other, -1.0); }

  /// With both slopes at least 0 and their sum at most 1. Where x1 and x2 are the same, or x2 alone
  /// is of no use, all of it is a's; of nothing at all: 0 and 0.
  [[nodiscard]] Slopes shares() const;

 private:
  void add_times(const Plane& other, double times) {
    x11_ += times * other.x11_;
    x22_ += times * other.x22_;
    x12_ += times * other.x12_;
    x1y_ += times * other.x1y_;
    x2y_ += times * other.x2y_;
  }

  double x11_ = 0;
  double x22_ = 0;
  double x12_ = 0;
  double x1y_ = 0;
  double x2y_ = 0;
};

}  // namespace canarygate::stats
