/// What `explain` prints in words.
#pragma once

#include "cli/commands.h"
#include "cli/survey.h"

namespace canarygate {

void print_plan_text(const Survey& survey, Console& console);

}  // namespace canarygate
