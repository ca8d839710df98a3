// The conditional test of two Poisson rates (Przyborowski & Wilenski, Biometrika 31, 1940): given
// the sum of both counts one of them is binomial. Its tails are incomplete beta functions, which
// also take the fractional events of extrapolated rates.
#include "checks/stats/counts.h"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>

namespace canarygate::stats {

namespace {

namespace bm = boost::math;
using Quiet = bm::policies::policy<bm::policies::domain_error<bm::policies::ignore_error>,
                                   bm::policies::pole_error<bm::policies::ignore_error>,
                                   bm::policies::overflow_error<bm::policies::ignore_error>,
                                   bm::policies::underflow_error<bm::policies::ignore_error>,
                                   bm::policies::denorm_error<bm::policies::ignore_error>,
                                   bm::policies::evaluation_error<bm::policies::ignore_error>,
                                   bm::policies::promote_double<false>>;

/// Nothing expected anywhere tells nothing: 1.
bool tells_nothing(const TwoCounts& counts) {
  return !(counts.expected > 0.0) || !(counts.other_expected > 0.0);
}

double share(const TwoCounts& counts) {
  return counts.expected / (counts.expected + counts.other_expected);
}

}  // namespace

double too_many(const TwoCounts& counts) {
  if (tells_nothing(counts) || !(counts.events > 0.0)) return 1.0;
  const double others = std::max(0.0, counts.other_events);
  return bm::ibeta(counts.events, others + 1.0, share(counts), Quiet());
}

double too_few(const TwoCounts& counts) {
  if (tells_nothing(counts) || !(counts.other_events > 0.0)) return 1.0;
  const double events = std::max(0.0, counts.events);
  return bm::ibetac(events + 1.0, counts.other_events, share(counts), Quiet());
}

}  // namespace canarygate::stats
