#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "checks/definition/overrides.h"
#include "checks/text.h"
#include "pipelines/evidence/definition.h"

namespace canarygate::evidence {

namespace {

/// Of a metric: what is made of its numbers.
constexpr std::array<std::string_view, 23> kMetricKeys = {"allow",
                                                          "critical",
                                                          "groups",
                                                          "judge",
                                                          "judge.detect",
                                                          "judge.direction",
                                                          "judge.effect_size",
                                                          "judge.method",
                                                          "judge.min_coverage",
                                                          "judge.must_have_data",
                                                          "judge.nan",
                                                          "judge.outliers",
                                                          "limit",
                                                          "limit.for",
                                                          "limit.max",
                                                          "limit.min",
                                                          "limit.per",
                                                          "min_traffic",
                                                          "optional",
                                                          "pseudo_count",
                                                          "scale",
                                                          "summary",
                                                          "weight"};
constexpr std::string_view kWorse = "worse";

/// Of the check. Those of `judge` may also be written without it.
constexpr std::array<std::string_view, 17> kCheckKeys = {"judge",
                                                         "judge.detect",
                                                         "judge.direction",
                                                         "judge.effect_size",
                                                         "judge.false_alarms",
                                                         "judge.method",
                                                         "judge.min_coverage",
                                                         "judge.must_have_data",
                                                         "judge.nan",
                                                         "judge.outliers",
                                                         "judge.placebos",
                                                         "on_no_data",
                                                         "on_undecided",
                                                         "score.marginal",
                                                         "score.pass",
                                                         "traffic.min",
                                                         "traffic.min_share"};

/// Keys of a definition that evidence cannot answer for.
struct Fixed {
  std::string_view why;
  std::vector<std::string_view> keys;
};

const std::vector<Fixed>& fixed_keys() {
  static const std::vector<Fixed> fixed = {
      {"it says which numbers are fetched, and the evidence holds only those that were",
       {"window", "duration", "step", "warmup", "history", "reference", "query", "errors", "total",
        "backend", "host_label", "vars"}},
      {"it says when the run looks, and this one looked when it did",
       {"looks", "early_pass", "settle"}},
      {"it says who is judged, and the evidence holds only the numbers of those who were",
       {"canary", "baseline", "expect"}},
      {"it says what the numbers are, and changes none of them", {"unit", "name"}},
      {"it changes what a verdict does, not the verdict",
       {"mode", "links", "owner", "runbook", "description", "tags", "check", "version"}},
  };
  return fixed;
}

template <std::size_t N>
bool has(const std::array<std::string_view, N>& keys, std::string_view key) {
  return std::ranges::find(keys, key) != keys.end();
}

bool is_metric_key(std::string_view key) { return key == kWorse || has(kMetricKeys, key); }

/// As it stands in the check; nothing for a key that is no check's.
std::optional<std::string> check_key(std::string_view key) {
  if (has(kCheckKeys, key)) return std::string(key);
  const std::string within = "judge." + std::string(key);
  if (has(kCheckKeys, within)) return within;
  return std::nullopt;
}

std::optional<std::string_view> why_fixed(std::string_view key) {
  std::vector<std::string> words = split(std::string(key), '.');
  if (words.size() > 1 && words.front() == "judge") words.erase(words.begin());
  for (const Fixed& fixed : fixed_keys()) {
    if (std::ranges::find(fixed.keys, words.front()) != fixed.keys.end()) return fixed.why;
  }
  return std::nullopt;
}

std::string all_keys() {
  std::vector<std::string> keys;
  for (const std::string_view key : kMetricKeys) keys.emplace_back(key);
  for (const std::string_view key : kCheckKeys) keys.emplace_back(key);
  keys.emplace_back(kWorse);
  sort_unique(keys);
  return list_of(keys, keys.size());
}

/// `key`, with what it stands under around `value`.
YamlNode under(std::string_view key, YamlNode value) {
  YamlNode map;
  map.kind = YamlNode::Kind::map;
  map.file = value.file;
  YamlNode name;
  name.kind = YamlNode::Kind::scalar;
  name.text = key;
  name.file = value.file;
  map.keys.push_back(std::move(name));
  map.children.push_back(std::move(value));
  return map;
}

YamlNode along(std::string_view path, YamlNode value) {
  const std::size_t dot = path.find('.');
  if (dot == std::string_view::npos) return under(path, std::move(value));
  return under(path.substr(0, dot), under(path.substr(dot + 1), std::move(value)));
}

/// The metric that `text` begins with the name of, and a dot; the longest, where several fit.
const MetricSpec* metric_named(const CheckDefinition& check, std::string_view text) {
  const MetricSpec* named = nullptr;
  for (const MetricSpec& metric : check.metrics) {
    const bool fits = text.starts_with(metric.name + ".");
    if (fits && (named == nullptr || metric.name.size() > named->name.size())) named = &metric;
  }
  return named;
}

class Setter {
 public:
  Setter(const gate::Recording& recording, const CheckDefinition& check)
      : check_(check), tree_(recording.definition) {}

  Status set(const std::string& setting) {
    const MetricSpec* metric = metric_named(check_, setting);
    const std::size_t begin = metric == nullptr ? 0 : metric->name.size() + 1;
    const std::size_t equals = setting.find('=', begin);
    if (equals == std::string::npos || equals == begin || equals + 1 == setting.size()) {
      return refuse(setting, "expected KEY=VALUE or METRIC.KEY=VALUE");
    }
    const std::string key = setting.substr(begin, equals - begin);
    auto value = parse_yaml(setting.substr(equals + 1), "--set");
    if (!value) return refuse(setting, value.error().text);
    if (!value->problems.empty()) return refuse(setting, value->problems.front().text);
    if (metric != nullptr && is_metric_key(key)) return put(metric->name, key, value->root);
    if (metric == nullptr) {
      if (const auto own = check_key(key)) {
        if (own->starts_with("traffic.") && !check_.traffic) {
          return refuse(setting, "the check has no `traffic`, so its numbers were not fetched");
        }
        return put(along(*own, std::move(value->root)));
      }
      if (is_metric_key(key)) {
        for (const MetricSpec& each : check_.metrics) {
          if (auto done = put(each.name, key, value->root); !done) return done;
        }
        return Done{};
      }
    }
    return unknown(setting, key);
  }

  [[nodiscard]] const YamlNode& tree() const { return tree_; }

 private:
  static Unexpected<Error> refuse(const std::string& setting, std::string_view why) {
    return fail(ErrorKind::usage, fmt::format("--set '{}': {}", printable(setting), why));
  }

  Unexpected<Error> unknown(const std::string& setting, const std::string& key) const {
    if (const auto why = why_fixed(key)) return refuse(setting, *why);
    const std::string last = key.substr(key.find_last_of('.') + 1);
    if (key != last && (is_metric_key(last) || why_fixed(last))) {
      std::vector<std::string> names;
      for (const MetricSpec& metric : check_.metrics) names.push_back(metric.name);
      return refuse(setting, fmt::format("no metric of check '{}' that was judged is called so; "
                                         "there is {}",
                                         check_.name, list_of(names, 20)));
    }
    return refuse(setting, "no such key; what can be set is " + all_keys());
  }

  Status put(const std::string& metric, const std::string& key, const YamlNode& value) {
    return put(under("metrics", under(metric, along(key, value))));
  }

  Status put(const YamlNode& override) {
    Problems problems;
    tree_ = with_override(tree_, override, problems);
    if (!problems.empty()) return fail(ErrorKind::usage, "--set: " + problems.front().text);
    return Done{};
  }

  const CheckDefinition& check_;
  YamlNode tree_;
};

}  // namespace

Result<CheckDefinition> what_if(const gate::Recording& recording,
                                const std::vector<std::string>& settings) {
  const auto original = recorded_check(recording, recording.definition);
  if (!original) return unexpected(original.error());
  Setter setter(recording, *original);
  CheckDefinition changed = *original;
  for (const std::string& setting : settings) {
    if (const auto done = setter.set(setting); !done) return unexpected(done.error());
    // Each by itself, so that the one that is wrong is named.
    auto check = recorded_check(recording, setter.tree());
    const auto refuse = [&](std::string_view why) {
      return fail(ErrorKind::usage, fmt::format("--set '{}': {}", printable(setting), why));
    };
    if (!check) return refuse(check.error().text);
    if (check->needs_past() && !original->needs_past()) {
      return refuse(
          "the evidence holds no numbers from before the deploy, because its judges needed none");
    }
    changed = std::move(*check);
  }
  return changed;
}

}  // namespace canarygate::evidence
