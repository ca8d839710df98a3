/// What `explain` prints as JSON, version 1.
#pragma once

#include "cli/commands.h"
#include "cli/survey.h"

namespace canarygate {

/// `troubles`: what kept the survey from seeing hosts or numbers.
void print_plan_json(const Survey& survey, const std::vector<std::string>& troubles,
                     Console& console);

}  // namespace canarygate
