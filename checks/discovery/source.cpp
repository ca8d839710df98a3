#include "checks/discovery/source.h"

#include <algorithm>

namespace canarygate {

SourceType consul_source();
SourceType datadog_tags_source();
SourceType file_sd_source();
SourceType hosts_source();
SourceType prometheus_targets_source();

std::span<const SourceType> source_types() {
  static const std::vector<SourceType> kTypes = {
      consul_source(), datadog_tags_source(),       file_sd_source(),
      hosts_source(),  prometheus_targets_source(),
  };
  return kTypes;
}

const SourceType* find_source_type(const std::string& name) {
  const auto types = source_types();
  const auto found = std::ranges::find(types, name, &SourceType::name);
  return found == types.end() ? nullptr : &*found;
}

}  // namespace canarygate
