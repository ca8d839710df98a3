/// Which metrics a check of these hosts might watch, by the names that client libraries and
/// exporters commonly give. Pure: whether a query finds numbers is for the server to say.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace canarygate::init {

/// What the hosts expose: by the metric's name, the values of its labels.
using Exposed = std::map<std::string, std::map<std::string, std::set<std::string>>>;

/// How a query chooses the hosts: `instance=~"{{hosts}}"`.
struct HostMatch {
  std::string label = "instance";
  std::string pattern = "{{hosts}}";  ///< a regular expression with the variable in it
};

struct ProposedMetric {
  std::string kind;    ///< what it is one of; a check needs a few of each at most
  std::string source;  ///< the metric's name in Prometheus
  std::string name;    ///< in the check
  std::string query;   ///< either this
  std::string errors;  ///< or these two
  std::string total;
  std::string unit{};
  std::string worse = "higher";
  std::string allow = "20%";
};

/// How many of a kind are worth watching.
[[nodiscard]] std::size_t most_of(const std::string& kind);

/// In the order in which they are worth watching; names are unique.
[[nodiscard]] std::vector<ProposedMetric> propose(const Exposed& exposed, const HostMatch& hosts);

}  // namespace canarygate::init
