/// Who is judged and against whom: what discovery found.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace canarygate {

/// One host as a discovery source names it.
struct Host {
  std::string name;  ///< by the check's `as`: a node name, address or address:port
  std::map<std::string, std::string>
      labels;  ///< what the source knows of it (Consul: service meta), for `expect.label`
};

/// Canary and baseline, each sorted by name, no name twice, none in both.
struct Hosts {
  std::vector<Host> canary;
  std::vector<Host> baseline;
  std::vector<std::string> warnings;  ///< e.g. "skipped service instance without an address"
};

/// In the same order.
[[nodiscard]] std::vector<std::string> names_of(const std::vector<Host>& hosts);

}  // namespace canarygate
