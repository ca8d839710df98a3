/// How much would have been seen: intervals by inversion, and the smallest change that would have
/// been found 8 times in 10 (JUDGE.md 4).
#pragma once

#include <optional>

#include "checks/judge/conclude.h"

namespace canarygate::judge {

/// The effect's 95 % interval.
[[nodiscard]] EffectInterval interval_of(const Test& test);

/// On the effect's scale (a log ratio on the ratio scale), positive; nothing when no change would
/// have been found.
[[nodiscard]] std::optional<double> smallest_change(const Subject& subject, const Test& test);

/// Whether that is as small as `detect` asks for. A fall counts as large as the rise that makes it
/// good again: `detect: 100%` is twice, or half. Where `allow` is no smaller than `detect`, detect
/// counts from there on: nothing could pass otherwise.
[[nodiscard]] bool shows_enough(const Subject& subject, const Test& test);

}  // namespace canarygate::judge
