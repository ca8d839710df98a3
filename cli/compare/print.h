/// A comparison as text for a person, like ministat's, and as JSON.
#pragma once

#include <string>

#include "cli/compare/comparison.h"

namespace canarygate {

struct Compared {
  const Numbers& canary;
  const Numbers& baseline;
  const Comparison& comparison;
  int exit_code = 0;
};

/// The verdict in a sentence, both sides, and how it was come to.
[[nodiscard]] std::string compared_text(const Compared& compared, const CompareOptions& options,
                                        bool colour);

/// `version` 1; numbers are finite or null.
[[nodiscard]] std::string compared_json(const Compared& compared, const CompareOptions& options);

}  // namespace canarygate
