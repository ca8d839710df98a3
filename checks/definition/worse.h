/// A metric's direction as definitions and reports spell it.
#pragma once

#include "checks/definition/model.h"

namespace canarygate {

[[nodiscard]] inline const char* to_string(Worse worse) {
  switch (worse) {
    case Worse::higher:
      return "higher";
    case Worse::lower:
      return "lower";
    case Worse::either:
      break;
  }
  return "either";
}

}  // namespace canarygate
