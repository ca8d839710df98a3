#include "checks/backtest/rate.h"

#include <algorithm>
#include <boost/math/distributions/beta.hpp>

namespace canarygate::backtest {

namespace {

constexpr double kTail = 0.025;

double beta_quantile(double a, double b, double p) {
  return boost::math::quantile(boost::math::beta_distribution<double>(a, b), p);
}

}  // namespace

Rate rate_of(std::int64_t count, std::int64_t of, std::int64_t independent) {
  Rate rate{count, of};
  if (of <= 0) return rate;
  const auto n = static_cast<double>(std::clamp<std::int64_t>(independent, 1, of));
  const double x = rate.share() * n;
  if (count > 0) rate.lower = beta_quantile(x, n - x + 1, kTail);
  if (count < of) rate.upper = beta_quantile(x + 1, n - x, 1 - kTail);
  return rate;
}

}  // namespace canarygate::backtest
