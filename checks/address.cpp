#include "checks/address.h"

#include <fmt/format.h>

#include <algorithm>

namespace canarygate {

namespace {

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Where the host's part ends: the colon before the port, or the whole length.
std::size_t host_length(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || !is_port(name.substr(colon + 1))) {
    return name.size();
  }
  const bool one_colon = name.find(':') == colon;
  const bool bracketed = name.front() == '[' && name[colon - 1] == ']';
  return one_colon || bracketed ? colon : name.size();
}

}  // namespace

std::string without_port(std::string_view name) {
  std::string_view host = name.substr(0, host_length(name));
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  return std::string(host);
}

bool names_port(std::string_view name) { return host_length(name) < name.size(); }

std::string with_port(std::string_view address, std::uint16_t port) {
  if (port == 0) return std::string(address);
  const bool bare_ipv6 = address.find(':') != std::string_view::npos && !address.starts_with('[');
  return bare_ipv6 ? fmt::format("[{}]:{}", address, port) : fmt::format("{}:{}", address, port);
}

bool same_host(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const bool both_name_ports = names_port(a) && names_port(b);
  return !both_name_ports && without_port(a) == without_port(b);
}

}  // namespace canarygate
