/// Numbers and verdicts in words, for an engineer who never heard of this tool.
#pragma once

#include <optional>
#include <string>

#include "checks/judge/finding.h"

namespace canarygate::judge {

/// `2.9 1/s`, `310 ms`, `0.41`.
[[nodiscard]] std::string quantity(double value, const std::string& unit);

/// `+607 %`, or `+3.1 ms` for a difference.
[[nodiscard]] std::string change(double value, Effect::Kind kind, const std::string& unit);

/// How sure the effect's interval is meant to be, in per cent: 95, of Kayenta's judge 98.
[[nodiscard]] int interval_percent(const Finding& finding);

/// `+607 %, 95 % interval +410 to +880 %`.
[[nodiscard]] std::string effect_text(const Finding& finding, const std::string& unit);

/// Whether both sides were compared as they are, without regard to what each host did before.
[[nodiscard]] bool compared_as_they_are(const Finding& finding);

/// `less than 1 of 1,000`, `about 1 of 140`.
[[nodiscard]] std::string rarity(double p);

/// What the canary would show on average had it moved as the baseline did, each host given its own
/// past: the level that the effect is measured from. The baseline's mean where that cannot be said.
[[nodiscard]] std::optional<double> expected_mean(const Finding& finding);

/// Why a metric failed: which way, from what to what, and how rare that is.
[[nodiscard]] std::string regression_text(const Finding& finding, const std::string& unit);

}  // namespace canarygate::judge
