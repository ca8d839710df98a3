#include "checks/import/draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "checks/definition/variables.h"
#include "checks/text.h"

namespace canarygate {

namespace {

constexpr std::size_t kLongestName = 80;  // room for what makes it unique

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// `text` with what is neither a letter, a digit nor among `also` as `filler`, one for a run of it
/// and none at the ends.
std::string narrowed(std::string_view text, std::string_view also, char filler) {
  std::string name;
  for (const char c : text) {
    const bool fits = is_alphanumeric(c) || also.find(c) != std::string_view::npos;
    if (fits) {
      name += c;
    } else if (!name.empty() && name.back() != filler) {
      name += filler;
    }
    if (name.size() == kLongestName) break;
  }
  while (!name.empty() && name.back() == filler) name.pop_back();
  return name;
}

/// A metric's name is a line.
std::string line_of(std::string_view text) {
  const std::string line(trim(printable(text)));
  return line.empty() ? "metric" : line;
}

void name_backends(std::vector<DraftMetric>& metrics) {
  std::set<std::string> types;
  for (const DraftMetric& metric : metrics) types.insert(metric.backend_type);
  types.erase("");
  for (DraftMetric& metric : metrics) {
    if (!metric.backend_type.empty() && types.size() > 1) metric.spec.backend = metric.backend_type;
  }
}

}  // namespace

std::string check_name_of(std::string_view text) {
  std::string name = narrowed(text, "._-", '-');
  const auto first =
      std::ranges::find_if(name, [](char c) { return is_alphanumeric(c) || c == '_'; });
  name.erase(name.begin(), first);
  return name.empty() ? "imported" : name;
}

std::string variable_name_of(std::string_view text) {
  const std::string name = narrowed(text, "_", '_');
  const bool is_name = !name.empty() && (name.front() < '0' || name.front() > '9');
  const auto& own = builtin_variables();
  return is_name && std::ranges::find(own, name) == own.end() ? name : "arg_" + name;
}

std::string unique_name(std::string name, std::string_view separator,
                        std::vector<std::string>& taken) {
  const std::string wish = name;
  for (std::size_t n = 2; std::ranges::find(taken, name) != taken.end(); ++n) {
    name = fmt::format("{}{}{}", wish, separator, n);
  }
  taken.push_back(name);
  return name;
}

void tidy(DraftCheck& draft) {
  draft.check.name = check_name_of(draft.check.name);
  std::vector<std::string> taken;
  for (DraftMetric& metric : draft.metrics) {
    metric.spec.name = unique_name(line_of(metric.spec.name), " ", taken);
  }
  name_backends(draft.metrics);
}

GroupSpec listed(std::vector<std::string> names) {
  GroupSpec group;
  group.kind = GroupSpec::Kind::source;
  group.source = "hosts";
  group.selection.set("names", std::move(names));
  return group;
}

}  // namespace canarygate
