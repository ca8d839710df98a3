#include "checks/definition/overrides.h"

#include <fmt/format.h>

#include <algorithm>

#include "checks/definition/reader.h"
#include "checks/text.h"

namespace canarygate {

namespace {

void merge(YamlNode& base, const YamlNode& over);

void put(YamlNode& map, const YamlNode& key, const YamlNode& value) {
  if (YamlNode* old = map.find(key.text)) {
    *old = value;
  } else {
    map.keys.push_back(key);
    map.children.push_back(value);
  }
}

/// `judge: NAME` is short for `judge: {method: NAME}`, and a map can be merged.
YamlNode written_out(const YamlNode& judge) {
  if (!judge.is_scalar()) return judge;
  YamlNode map = judge;
  map.kind = YamlNode::Kind::map;
  YamlNode key = judge;
  key.text = "method";
  map.keys.push_back(std::move(key));
  map.children.push_back(judge);
  return map;
}

/// Another source replaces the whole group; the same source is changed key by key.
void merge_group(YamlNode& base, const YamlNode& over) {
  const bool same_source = base.is_map() && over.is_map() && base.keys.size() == 1 &&
                           over.keys.size() == 1 &&
                           base.keys.front().text == over.keys.front().text;
  if (same_source) {
    merge(base, over);
  } else {
    base = over;
  }
}

void merge_entry(YamlNode& base, const YamlNode& key, const YamlNode& value) {
  YamlNode* old = base.find(key.text);
  if (old == nullptr) {
    put(base, key, value);
  } else if (key.text == "canary" || key.text == "baseline") {
    merge_group(*old, value);
  } else if (key.text == "judge") {
    *old = written_out(*old);
    merge(*old, written_out(value));
  } else {
    merge(*old, value);
  }
}

void merge(YamlNode& base, const YamlNode& over) {
  if (!base.is_map() || !over.is_map()) {
    base = over;
    return;
  }
  for (std::size_t i = 0; i < over.keys.size(); ++i) {
    merge_entry(base, over.keys[i], over.children[i]);
  }
}

std::vector<std::string> metric_names(const YamlNode& metrics) {
  std::vector<std::string> names;
  for (const YamlNode& metric : metrics.children) {
    std::string name;
    Reader(&metric).read("name", name);
    names.push_back(std::move(name));
  }
  return names;
}

void merge_metrics(YamlNode& metrics, const YamlNode& over, Problems& problems) {
  const std::vector<std::string> names = metric_names(metrics);
  for (std::size_t i = 0; i < over.keys.size(); ++i) {
    const YamlNode& key = over.keys[i];
    const auto found = std::ranges::find(names, key.text);
    if (found == names.end()) {
      const std::string meant = nearest(key.text, names);
      problems.push_back(
          key.problem(fmt::format("unknown metric '{}'; {}", shorten(key.text, 60),
                                  meant.empty() ? "the check has " + list_of(names, names.size())
                                                : fmt::format("did you mean '{}'?", meant))));
      continue;
    }
    merge(metrics.children[static_cast<std::size_t>(found - names.begin())], over.children[i]);
  }
}

}  // namespace

YamlNode with_override(const YamlNode& check, const YamlNode& override, Problems& problems) {
  YamlNode merged = check;
  if (!override.is_map()) return merged;
  for (std::size_t i = 0; i < override.keys.size(); ++i) {
    const YamlNode& key = override.keys[i];
    const YamlNode& value = override.children[i];
    if (value.kind == YamlNode::Kind::refused) continue;
    YamlNode* metrics = merged.find("metrics");
    if (key.text != "metrics") {
      merge_entry(merged, key, value);
    } else if (metrics != nullptr && metrics->is_list()) {
      merge_metrics(*metrics, value, problems);
    }
  }
  return merged;
}

}  // namespace canarygate
