#include <fmt/format.h>

#include <algorithm>

#include "checks/definition/config_reader.h"
#include "checks/definition/parse.h"
#include "checks/definition/reader.h"
#include "checks/definition/shape.h"
#include "checks/discovery/source.h"

namespace canarygate {

namespace {

using Kind = GroupSpec::Kind;

/// Whether the canary's selection has anything that tells it from the rest.
void check_rest(const YamlNode& place, const GroupSpec& canary, Problems& problems) {
  const SourceType* type = find_source_type(canary.source);
  if (type == nullptr) return;
  const auto& narrowing = type->narrowing_keys;
  if (std::ranges::any_of(narrowing, [&](const auto& key) { return canary.selection.has(key); })) {
    return;
  }
  const std::string why =
      narrowing.empty()
          ? fmt::format("source '{}' cannot tell a canary from the rest; name the baseline",
                        canary.source)
          : fmt::format("the canary has nothing that tells it from the rest; give it {}",
                        alternatives(narrowing));
  problems.push_back(place.problem("`rest` would be nobody: " + why));
}

}  // namespace

GroupSpec read_group(const YamlNode* node) {
  GroupSpec group;
  if (node == nullptr || !node->is_map() || node->keys.size() != 1) return group;
  const std::string& name = node->keys.front().text;
  const YamlNode& selection = node->children.front();
  if (name == "rest") {
    group.kind = Kind::rest;
  } else if (name == "tags") {
    group.kind = Kind::tags;
    Reader(node).read("tags", group.tags);
  } else {
    group.kind = Kind::source;
    group.source = name;
    if (selection.is_list()) {
      std::vector<std::string> names;
      Reader(node).read(name, names);
      group.selection.set("names", std::move(names));
    } else if (const SourceType* type = find_source_type(name)) {
      group.selection = read_config(selection, type->selection_keys);
    }
  }
  return group;
}

void check_groups(const YamlNode& root, const CheckDefinition& check, Problems& problems) {
  const Reader reader(&root);
  const YamlNode* canary = reader.node("canary");
  const YamlNode* baseline = reader.node("baseline");
  if (canary == nullptr || baseline == nullptr) return;
  if (canary->has_refused() || baseline->has_refused()) return;
  const auto say = [&](std::string words) {
    problems.push_back(baseline->problem(std::move(words)));
  };

  const GroupSpec& a = check.canary;
  const GroupSpec& b = check.baseline;
  if (b.kind == Kind::rest && a.kind == Kind::source) {
    check_rest(*baseline, a, problems);
  } else if (a.kind == Kind::tags && b.kind == Kind::source) {
    say("the canary is given by tags, so the baseline must be tags, {rest: true} or none");
  } else if (a.kind == Kind::source && b.kind == Kind::tags) {
    say("the baseline is given by tags, so the canary must be, too");
  } else if (a.kind == b.kind && a.source == b.source && a.selection == b.selection &&
             a.tags == b.tags) {
    say("canary and baseline are the same hosts");
  }
}

}  // namespace canarygate
