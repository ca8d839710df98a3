#include "checks/judge/fleet.h"

#include <algorithm>
#include <map>

namespace canarygate::judge {

Fleet make_fleet(const JudgeInput& input) {
  std::map<std::string, bool> sides;
  for (const std::string& host : input.baseline) sides[host] = false;
  for (const std::string& host : input.canary) sides[host] = true;
  Fleet fleet;
  for (const auto& [host, canary] : sides) {
    fleet.hosts.push_back(host);
    fleet.canary.push_back(canary);
  }
  return fleet;
}

Rows::Rows(const Fleet& fleet, const Table& table, std::int64_t first)
    : rows_(fleet.size(), nullptr), first_(first), columns_(table.columns) {
  for (std::size_t row = 0; row < table.hosts.size(); ++row) {
    const auto found = std::ranges::lower_bound(fleet.hosts, table.hosts[row]);
    if (found == fleet.hosts.end() || *found != table.hosts[row]) continue;
    rows_[static_cast<std::size_t>(found - fleet.hosts.begin())] = table.row(row);
  }
}

}  // namespace canarygate::judge
