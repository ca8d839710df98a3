/// Host names with and without ports, as discovery sources and metrics backends spell them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace canarygate {

/// `web-1:9100` is `web-1`, `[::1]:9100` and `[::1]` are `::1`. A bare IPv6 address, and whatever
/// else does not end in a colon and a port, stays as it is.
[[nodiscard]] std::string without_port(std::string_view name);

[[nodiscard]] bool names_port(std::string_view name);

/// The opposite of without_port: IPv6 addresses get their brackets. Port 0 means none.
[[nodiscard]] std::string with_port(std::string_view address, std::uint16_t port);

/// Equal, or equal without the port where one of them names no port.
[[nodiscard]] bool same_host(std::string_view a, std::string_view b);

}  // namespace canarygate
