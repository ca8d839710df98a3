/// One metric on its way through the placebo test: how it is measured, its numbers by window, and
/// its null.
#pragma once

#include <optional>
#include <vector>

#include "checks/judge/contrast.h"
#include "checks/judge/counts.h"
#include "checks/judge/null.h"
#include "checks/judge/own_past.h"

namespace canarygate::judge {

/// Today's hosts on both sides, ascending.
struct Sides {
  std::vector<std::uint32_t> canary;
  std::vector<std::uint32_t> baseline;
  bool operator==(const Sides&) const = default;
};

/// The judged hosts of both sides.
[[nodiscard]] Sides sides_of(const Fleet& fleet, const std::vector<bool>& judged);

/// How much worse is no regression yet, on the scale of the effect, both positive; infinite where
/// that direction cannot be worse.
struct Margin {
  double up = 0;
  double down = 0;

  /// How far beyond it a difference is, larger is worse.
  [[nodiscard]] double beyond(double difference, Worse worse) const;
};

struct Subject {
  const MetricSpec* spec = nullptr;
  Points points;
  JudgeSettings settings;
  bool statistics = true;  ///< false: limits only
  bool counts = false;     ///< judged as rare events
  Measure scale;           ///< ratio or difference; after measure() the summary, too
  double level = 0;        ///< typical size of the numbers, to say when a change is big
  bool use_reference = false;
  std::vector<std::vector<bool>> present;  ///< by window (0 is now: unset) and host

  // Of the placebo test with today's hosts:
  std::vector<std::int64_t> level_groups;  ///< of adjust(), empty when not done
  bool new_canary = false;                 ///< a canary host has no past
  Cube d;                                  ///< of window 0 alone, as all that follows
  CountCubes cubes;
  std::optional<HostNoise> noise;
  std::vector<double> typical_spread;
  std::optional<OwnPast> own_past;  ///< where the baseline has few hosts
  Null null;
  double degrees = 1;
  std::size_t windows = 0;  ///< history windows with enough hosts
};

[[nodiscard]] Subject make_subject(const JudgeInput& input, const Fleet& fleet,
                                   const MetricData& data);

struct MeasureRequest {
  const JudgeInput& input;
  const Fleet& fleet;
  const Sides& today;
  const Draws& draws;
  std::int64_t looks_done = 0;
};
/// The history windows with hosts enough for both of today's sides.
[[nodiscard]] std::vector<std::size_t> windows_with_enough(const Subject& subject,
                                                           const MeasureRequest& request);

/// Chooses the summary, adjusts, and measures the null with the draws.
void measure(Subject& subject, const MeasureRequest& request);

/// Adds draws inside the window itself, once it has ended.
void measure_now(Subject& subject, const MeasureRequest& request);

/// What is seen now.
struct Observation {
  bool seen = false;      ///< both sides have somebody
  double effect = 0;      ///< difference of both sides, or log ratio of rates
  double beyond = 0;      ///< effect beyond the margin, larger is worse
  double unit = 0;        ///< one z on the scale of the effect
  double degrees = 1;     ///< of that t: as trusted as the unit is
  double z = 0;           ///< beyond in units, by Student's t: larger is worse
  bool constant = false;  ///< the history never moved: there is no unit
  stats::TwoCounts counts;
  double restless = 1;         ///< how much more the canary's points move than they usually do
  double others_restless = 1;  ///< and the baseline's
  double steps = 0;            ///< of the canary, from which that is known
};
/// In a part of the window (Timeline::parts).
[[nodiscard]] Observation observe(const Subject& subject, std::size_t part, const Sides& sides,
                                  const Margin& margin);

/// One z at the last look on the scale of the effect, as far as it can be known before.
[[nodiscard]] double last_unit(const Subject& subject, const Sides& sides);

}  // namespace canarygate::judge
