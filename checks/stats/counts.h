/// Are there too many events here, given how many were expected here and there?
#pragma once

namespace canarygate::stats {

/// Two groups' events and what was expected of them; events may be fractions (extrapolated rates).
struct TwoCounts {
  double events = 0;
  double expected = 0;
  double other_events = 0;
  double other_expected = 0;
};

/// P[X >= events] for X ~ Binomial(events + other_events, expected share): small when there are too
/// many. 1 when nothing happened at all.
[[nodiscard]] double too_many(const TwoCounts& counts);
/// P[X <= events]: small when there are too few.
[[nodiscard]] double too_few(const TwoCounts& counts);

}  // namespace canarygate::stats
