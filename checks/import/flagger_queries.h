/// The metrics that Flagger has built in, for those of its providers whose metrics are known here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace canarygate::flagger {

/// PromQL for `request-success-rate` (in %) or `request-duration` (in ms), with Flagger's own
/// `{{ namespace }}`, `{{ target }}`, `{{ ingress }}` and `{{ interval }}`. Nothing for others.
[[nodiscard]] std::optional<std::string> built_in_query(std::string_view metric,
                                                        std::string_view provider);

}  // namespace canarygate::flagger
