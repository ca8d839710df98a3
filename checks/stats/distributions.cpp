// Normal and Student's t distribution functions by Boost.Math (inverse error function and
// incomplete beta; Abramowitz & Stegun 26.2 and 26.7), with a policy that returns infinities and
// NaN instead of throwing and computes in double on every machine (long double differs by CPU).
#include "checks/stats/distributions.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

namespace canarygate::stats {

namespace {

namespace bm = boost::math;
using Quiet =
    bm::policies::policy<bm::policies::domain_error<bm::policies::ignore_error>,
                         bm::policies::pole_error<bm::policies::ignore_error>,
                         bm::policies::overflow_error<bm::policies::ignore_error>,
                         bm::policies::underflow_error<bm::policies::ignore_error>,
                         bm::policies::denorm_error<bm::policies::ignore_error>,
                         bm::policies::evaluation_error<bm::policies::ignore_error>,
                         bm::policies::rounding_error<bm::policies::ignore_error>,
                         bm::policies::indeterminate_result_error<bm::policies::ignore_error>,
                         bm::policies::promote_double<false>>;
using Normal = bm::normal_distribution<double, Quiet>;
using StudentsT = bm::students_t_distribution<double, Quiet>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// Above so many degrees of freedom t and normal agree to all that is ever printed.
constexpr double kNormalFrom = 1e7;

}  // namespace

double normal_cdf(double x) { return normal_upper(-x); }

double normal_upper(double x) { return 0.5 * std::erfc(x / std::sqrt(2.0)); }

double normal_upper_quantile(double p) {
  if (std::isnan(p)) return p;
  if (p <= 0.0) return kLargestScore;
  if (p >= 1.0) return -kLargestScore;
  return std::clamp(bm::quantile(bm::complement(Normal(), p)), -kLargestScore, kLargestScore);
}

double t_upper(double t, double degrees) {
  if (std::isnan(t) || !(degrees > 0.0)) return std::numeric_limits<double>::quiet_NaN();
  if (degrees > kNormalFrom) return normal_upper(t);
  if (std::isinf(t)) return t > 0 ? 0.0 : 1.0;
  return bm::cdf(bm::complement(StudentsT(degrees), t));
}

double t_upper_quantile(double p, double degrees) {
  if (std::isnan(p) || !(degrees > 0.0)) return std::numeric_limits<double>::quiet_NaN();
  if (p <= 0.0) return kInfinity;
  if (p >= 1.0) return -kInfinity;
  if (degrees > kNormalFrom) return normal_upper_quantile(p);
  return bm::quantile(bm::complement(StudentsT(degrees), p));
}

double t_to_z(double t, double degrees) {
  if (t < 0.0) return -t_to_z(-t, degrees);
  return normal_upper_quantile(t_upper(t, degrees));
}

double z_to_t(double z, double degrees) {
  if (z < 0.0) return -z_to_t(-z, degrees);
  return t_upper_quantile(normal_upper(z), degrees);
}

}  // namespace canarygate::stats
