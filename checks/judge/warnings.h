/// What a metric's verdict should not be believed without.
#pragma once

#include "checks/judge/conclude.h"

namespace canarygate::judge {

/// Who was not judged, and what the judge that was asked had to assume. After the set-aside hosts
/// and the effect are in the finding.
void add_warnings(const ConcludeRequest& request, Finding& finding);

}  // namespace canarygate::judge
