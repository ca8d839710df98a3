/// The explanation's headline in the parts that a page sets apart.
#pragma once

#include <string>

#include "checks/outcome.h"

namespace canarygate::html {

struct Headline {
  std::string opening;   ///< `STOPPED`
  std::string sentence;  ///< `The canary is worse than the rest of the fleet`
};

/// Without the check's name at its end: the page says that elsewhere.
[[nodiscard]] Headline split_headline(const std::string& headline, const Outcome& outcome);

}  // namespace canarygate::html
