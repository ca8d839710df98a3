/// Grafana's names of units as a check's.
#pragma once

#include <optional>
#include <string>

namespace canarygate {

/// `reqps` is `1/s`, `decmbytes` is `MB`, `short` is `none`; nothing for what a check has no name
/// for.
[[nodiscard]] std::optional<std::string> unit_of_grafana(const std::string& unit);

}  // namespace canarygate
