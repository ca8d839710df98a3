#include "checks/scrape/target.h"

#include <algorithm>
#include <string>

namespace canarygate::scrape {

promql::Labels target_labels(std::string_view host, const promql::Labels& configured) {
  promql::Labels labels = configured;
  labels["instance"] = host;
  return labels;
}

promql::Labels with_target_labels(const promql::Labels& exposed, const promql::Labels& target) {
  promql::Labels labels = exposed;
  for (const auto& [name, value] : target) labels[name] = value;
  // Shorter names come first in a map where one begins like the other, as Prometheus wants it.
  for (const auto& [name, value] : exposed) {
    if (!target.contains(name)) continue;
    std::string free = "exported_" + name;
    while (labels.contains(free)) free = "exported_" + free;
    labels.emplace(std::move(free), value);
  }
  return labels;
}

bool is_label_name(std::string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto is_part = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && is_letter(name.front()) && std::ranges::all_of(name, is_part);
}

}  // namespace canarygate::scrape
