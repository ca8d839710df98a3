#include "checks/discovery/targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "checks/address.h"
#include "checks/text.h"

namespace canarygate {

namespace {

std::string value_of(const std::map<std::string, std::string>& labels, const std::string& name) {
  const auto found = labels.find(name);
  return found == labels.end() ? std::string{} : found->second;
}

}  // namespace

Key target_as_key() {
  return {
      "as",
      KeyKind::choice,
      false,
      "what to call a host: as it is written, without its port, or by its label `node` (default "
      "address:port)",
      {"address:port", "address", "node"}};
}

std::string target_name(const std::string& address,
                        const std::map<std::string, std::string>& labels, const std::string& as) {
  if (as == "node") return value_of(labels, "node");
  return as == "address" ? without_port(address) : address;
}

bool has_labels(const std::map<std::string, std::string>& labels,
                const std::map<std::string, std::string>& wanted) {
  return std::ranges::all_of(
      wanted, [&](const auto& label) { return value_of(labels, label.first) == label.second; });
}

std::string describe_labels(const std::map<std::string, std::string>& wanted) {
  std::vector<std::string> conditions;
  for (const auto& [name, value] : wanted) {
    conditions.push_back(fmt::format("{}='{}'", printable(name), printable(value)));
  }
  return join(conditions, " and ");
}

std::string describe_values(const std::vector<std::map<std::string, std::string>>& targets,
                            const std::map<std::string, std::string>& wanted) {
  std::vector<std::string> sentences;
  for (const auto& [name, value] : wanted) {
    std::set<std::string> values;
    for (const auto& labels : targets) {
      const std::string own = value_of(labels, name);
      if (!own.empty()) values.insert(printable(own));
    }
    sentences.push_back(
        fmt::format("the values of '{}' there are: {}", printable(name),
                    list_of(std::vector<std::string>(values.begin(), values.end()), 10)));
  }
  return join(sentences, "; ");
}

}  // namespace canarygate
