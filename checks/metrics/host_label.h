/// Which host a series is of, by one of its labels: for backends whose series carry labels.
#pragma once

#include <string>

#include "checks/metrics/backend.h"
#include "checks/result.h"

namespace canarygate {

/// Fills in `Series::host` from `host_label`. Series without that label are taken out, with a
/// warning; when all are without it, that is an error. `from`: whose series they are, for the text.
[[nodiscard]] Status name_hosts(QueryAnswer& answer, const std::string& host_label,
                                const std::string& from);

}  // namespace canarygate
