/// From what was measured of one metric to its Finding: verdict, effect with interval, sensitivity,
/// and the reasons in words.
#pragma once

#include "checks/judge/quality.h"
#include "checks/judge/subject.h"

namespace canarygate::judge {

/// Ends on the effect's scale; nothing where one is open.
struct EffectInterval {
  std::optional<double> lower;
  std::optional<double> upper;
};

/// What a test said of one metric, whichever test it was.
struct Test {
  Evidence evidence = Evidence::weak;
  Observation seen;
  Margin margin;
  double unit_at_end = 0;  ///< one z at the last look, for the sensitivity
  double degrees = 1;      ///< of the Student's t behind z
  double weight = 1;       ///< of this look, or of the late points
  bool late = false;       ///< `seen` are the window's late points alone (Timeline::late)
  double critical = 0;     ///< weighted z that fails, at the last look
  double two_sided = 0;    ///< weighted |z| that 95 % of such metrics stay within
  double unlucky = 0;      ///< z of a canary that is as lucky as one in five
  double p_value = 1;
  double adjusted_p = 1;
  double expected_at_end = 1;  ///< for counts: the window's exposure by that of this look
  double overdispersion = 1;   ///< for counts
  std::optional<EffectInterval> interval;  ///< at 95 %, of a test that has one of its own
  std::optional<Placebos> placebos;        ///< of a test that has draws
  bool too_few = false;  ///< points: no numbers whatsoever could make this test fail
};

struct ConcludeRequest {
  const JudgeInput& input;
  const Fleet& fleet;
  const Subject& subject;
  const Quality& quality;
  std::int64_t look = 0;  ///< from 1
  bool last_look = false;
  double false_alarms = 0.01;
  const Test* test = nullptr;  ///< none: not tested
};

/// The verdict of this look. Before the last look whatever has not failed is `undecided`.
[[nodiscard]] Finding conclude(const ConcludeRequest& request);

/// Is the bad side of the effect's interval under the margin already?
[[nodiscard]] bool clearly_harmless(const Subject& subject, const Test& test);

/// The canary's share of `min_traffic` has not been reached.
[[nodiscard]] bool low_traffic(const ConcludeRequest& request);

}  // namespace canarygate::judge
