/// A judge's settings as the value of the key `judge`.
#pragma once

#include <string>

#include "checks/definition/model.h"

namespace canarygate {

/// Only what `base` does not say already; empty when that is nothing.
[[nodiscard]] std::string judge_text(const JudgeSettings& judge, const JudgeSettings& base);

}  // namespace canarygate
