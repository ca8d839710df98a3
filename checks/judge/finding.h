/// What was found out about one metric, and why.
///
/// Closed sets of outcomes, each with its reasons; a score alone never leaves the judge.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checks/clock.h"
#include "checks/definition/model.h"
#include "checks/judge/placebos.h"

namespace canarygate {

enum class Verdict { pass, fail, no_data, undecided, trouble };
[[nodiscard]] const char* to_string(Verdict verdict);

/// Why, in a code for programs and a sentence for people. The codes are listed in `reason_codes()`.
struct Reason {
  std::string code;
  std::optional<std::string> metric;
  std::optional<std::string> host;
  std::string text;
  bool operator==(const Reason&) const = default;
};

struct ReasonCode {
  const char* code;
  const char* help;
};
/// Every code that a reason or a warning may carry, sorted; the JSON Schema lists them.
[[nodiscard]] const std::vector<ReasonCode>& reason_codes();

namespace judge {

enum class Evidence { strong, moderate, weak };
[[nodiscard]] const char* to_string(Evidence evidence);

/// How much the canary differs. ratio: relative change, 1.0 = +100 %. Signed, canary against
/// baseline.
struct Effect {
  enum class Kind { ratio, difference } kind = Kind::ratio;
  std::optional<double> estimate;
  std::optional<double> lower;  ///< nothing: unbounded
  std::optional<double> upper;
};

struct SideSummary {
  std::optional<double>
      mean;  ///< mean over the points judged and the side's hosts, in the metric's unit
  std::int64_t points = 0;  ///< numbers present
  std::int64_t hosts = 0;   ///< hosts judged
};

/// One host's share in it, for "on which hosts".
struct HostValue {
  std::string host;
  bool canary = false;
  std::optional<double> mean;
  std::int64_t points = 0;
};

struct SetAside {
  std::string host;
  std::string reason;
};

struct Finding {
  std::string metric;
  Verdict verdict = Verdict::undecided;
  JudgeMethod method = JudgeMethod::placebo;
  bool critical = false;  ///< it failed, the metric is critical, and no score makes up for that
  bool missed = false;    ///< it has no data and must have: a score counts it as failed
  Effect effect;
  std::optional<double> p_value;           ///< of this metric alone
  std::optional<double> adjusted_p_value;  ///< step-down, over metrics and looks
  std::optional<double>
      sensitivity;  ///< smallest change caught 8 times in 10, positive, effect's unit
  std::optional<Evidence> evidence;
  std::optional<Placebos> placebos;  ///< where it was compared with placebos
  SideSummary canary;
  SideSummary baseline;
  /// The canary's `total` over the points judged; nothing where the metric has none.
  std::optional<double> events;
  std::optional<std::int64_t> stopped_at_look;  ///< from 1
  /// Means and effect are of the window's end alone, from here on: that is what failed it.
  std::optional<TimePoint> late_since;
  std::optional<TimePoint> since;  ///< where the change seems to begin
  std::vector<HostValue> hosts;    ///< canary first, each side by name
  std::vector<SetAside> set_aside;
  std::vector<Reason> reasons;   ///< what led to the verdict, the weightiest first
  std::vector<Reason> warnings;  ///< e.g. no_time_of_day_control, few_baseline_hosts
};

}  // namespace judge
}  // namespace canarygate
