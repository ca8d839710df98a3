/// From replies to what the judge takes: whose series is whose, one row a host, one column a point.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "checks/definition/model.h"
#include "checks/gate/fetch.h"
#include "checks/gate/queries.h"
#include "checks/hosts.h"
#include "checks/judge/judge.h"
#include "checks/outcome.h"
#include "checks/series_table.h"

namespace canarygate::gate {

/// The two groups by name. With `tags` they come from the replies and grow from look to look.
struct Groups {
  std::vector<std::string> canary;
  std::vector<std::string> baseline;
  bool before_after = false;  ///< `baseline: none`
  bool by_tags = false;
  TagGroups tags;  ///< when by_tags
};

[[nodiscard]] Groups groups_of(const CheckDefinition& check, const Hosts& hosts);

/// With `tags`: adds the hosts that the window's series name. Nobody yet is no error here; a host
/// on both sides is (ErrorKind::discovery).
[[nodiscard]] Status learn_tagged_hosts(Groups& groups, const std::vector<Reply>& replies);

/// With `tags`: what the window's series of the canary say otherwise than `wanted` (`expect.label`,
/// filled in), in words. A host is as expected when one of its series says so and none denies it.
[[nodiscard]] std::vector<std::string> unmet_labels(
    const Groups& groups, const std::vector<Reply>& replies,
    const std::map<std::string, std::string>& wanted);

/// How the groups' names were found in all replies together.
struct Matching {
  std::vector<HostMapping> mapping;
  std::vector<std::string> unmatched;
};
[[nodiscard]] Matching match_hosts(const Groups& groups, const std::vector<Reply>& replies);

/// The rows of some hosts, in their order; hosts without one have no numbers at all.
[[nodiscard]] std::vector<std::size_t> rows_of(const judge::Table& table,
                                               const std::vector<std::string>& hosts);

/// One query's numbers, each multiplied with `factor`. ErrorKind::backend: two series claim one
/// point of one host.
[[nodiscard]] Result<judge::Table> make_table(const Groups& groups, const Reply& reply,
                                              const judge::Timeline& timeline,
                                              const std::string& host_label, double factor);

}  // namespace canarygate::gate
