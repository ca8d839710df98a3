/// Consul's list of service instances, read and narrowed down. Pure: no network.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checks/config.h"
#include "checks/discovery/source.h"
#include "checks/result.h"

namespace canarygate {

/// One entry of `/v1/health/service/NAME`.
struct ConsulInstance {
  std::string id;
  std::string node;
  std::string address;  ///< the service's own, else its node's; may be empty
  std::uint16_t port = 0;
  std::string status = "passing";  ///< the worst of its own and its node's checks
  std::string partition;           ///< "" where the server knows no partitions
  std::vector<std::string> tags;
  std::map<std::string, std::string> meta;
  std::map<std::string, std::string> node_meta;
};

/// The error is what is wrong with the reply: `it is not complete JSON`, `'Port' of instance 3 is
/// not a port number`.
[[nodiscard]] Result<std::vector<ConsulInstance>, std::string> parse_consul_instances(
    std::string_view json);

/// The answer of `/v1/catalog/services`: each service's tags, those of all its instances.
[[nodiscard]] Result<std::map<std::string, std::vector<std::string>>, std::string>
parse_consul_services(std::string_view json);

/// The instances that meet `tags`, `any_tags`, `not_tags`, `node_meta` and `passing` of
/// `selection`, named by its `as`. Upper and lower case of tags are one, as for Consul itself. Does
/// not fill in `why_nobody`.
[[nodiscard]] Found select_consul_hosts(const std::vector<ConsulInstance>& instances,
                                        const Config& selection);

/// What `selection` asks of an instance, in words: `tag canary and not tag draining`; "" for none.
[[nodiscard]] std::string describe_consul_conditions(const Config& selection);

}  // namespace canarygate
