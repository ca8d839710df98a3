#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "checks/definition/file_shapes.h"
#include "checks/definition/parse.h"
#include "checks/definition/reader.h"
#include "checks/definition/templates.h"
#include "checks/definition/variables.h"
#include "checks/duration.h"
#include "checks/text.h"

namespace canarygate {

namespace {

constexpr std::int64_t kMostPoints = 10'000;

Policy read_policy(const Reader& reader, std::string_view key) {
  Policy policy = Policy::fail;
  reader.read(key, policy,
              {{"fail", Policy::fail}, {"pass", Policy::pass}, {"error", Policy::error}});
  return policy;
}

Expect read_expect(const Reader& reader) {
  Expect expect;
  reader.read("hosts", expect.hosts);
  reader.read("wait", expect.wait);
  reader.read("label", expect.label);
  return expect;
}

/// The one of the window's values that a rule between them is reported at: what an environment
/// overrides rather than what stands in the check.
const YamlNode& place_in_window(const YamlNode& root) {
  const Reader window = Reader(&root).map("window");
  const YamlNode* place = &root;
  for (const auto* key : {"duration", "step"}) {
    const YamlNode* node = window.node(key);
    if (node == nullptr) continue;
    if (place == &root || (place->file == root.file && node->file != root.file)) place = node;
  }
  return *place;
}

WindowSpec read_window(const YamlNode& root, Problems& problems) {
  WindowSpec window;
  const Reader reader = Reader(&root).map("window");
  reader.read("warmup", window.warmup);
  reader.read("duration", window.duration);
  reader.read("step", window.step);
  if (!Reader(&root).sound({"window"}) || !reader.sound({"duration", "step"})) return window;

  const auto say = [&](std::string words) {
    problems.push_back(place_in_window(root).problem(std::move(words)));
  };
  const std::int64_t points = window.duration / window.step;
  const std::string both = fmt::format("duration {} and step {}", format_duration(window.duration),
                                       format_duration(window.step));
  if (window.duration % window.step != Duration(0)) {
    say(both + ": the duration must be a multiple of the step");
  } else if (points < 2) {
    say(both + ": the duration must be at least two steps");
  } else if (points > kMostPoints) {
    say(fmt::format("{}: that is {} points, and {} is the most; make the step longer", both, points,
                    kMostPoints));
  }
  return window;
}

/// At most a look a point. A default that is too many is made fewer, a written number refused.
void fit_looks(const YamlNode& node, const WindowSpec& window, JudgeSettings& settings,
               Problems& problems) {
  const std::int64_t points = std::max<std::int64_t>(1, window.duration / window.step);
  if (settings.looks <= points) return;
  if (const YamlNode* looks = Reader(&node).map("judge").node("looks")) {
    problems.push_back(looks->problem(
        fmt::format("{} looks are more than the window's {} (duration / step)", settings.looks,
                    count_of(static_cast<std::size_t>(points), "point"))));
  }
  settings.looks = points;
}

std::optional<Traffic> read_traffic(const YamlNode* node, Problems& problems) {
  if (node == nullptr) return std::nullopt;
  Traffic traffic;
  const Reader reader(node);
  reader.read("query", traffic.query);
  reader.read("backend", traffic.backend);
  reader.read("host_label", traffic.host_label);
  reader.read("min", traffic.min);
  reader.read("min_share", traffic.min_share);
  if (!reader.has("min") && !reader.has("min_share")) {
    problems.push_back(node->problem("'traffic' asks for nothing; add 'min' or 'min_share'"));
  }
  return traffic;
}

void read_metrics(const YamlNode* list, CheckDefinition& check, Problems& problems) {
  if (list == nullptr || !list->is_list()) return;
  std::map<std::string, std::size_t> lines;
  for (const YamlNode& node : list->children) {
    if (!node.is_map()) continue;
    MetricSpec metric = read_metric(node, check, problems);
    if (metric.judge) fit_looks(node, check.window, *metric.judge, problems);
    const YamlNode* name = Reader(&node).node("name");
    if (name != nullptr) {
      const auto [first, is_new] = lines.emplace(metric.name, name->line);
      if (!is_new) {
        problems.push_back(name->problem(fmt::format(
            "two metrics are called '{}'; the first is in line {}", metric.name, first->second)));
      }
    }
    check.metrics.push_back(std::move(metric));
  }
}

void check_name(const YamlNode* node, const std::string& name, const char* key,
                Problems& problems) {
  if (node == nullptr || node->text == name) return;
  problems.push_back(node->problem(
      fmt::format("'{}' must be '{}' as the file is called, not '{}'", key, name, node->text)));
}

}  // namespace

bool readable(const YamlNode& root, Problems& problems) {
  if (root.kind == YamlNode::Kind::null) {
    problems.push_back(root.problem("the file is empty; it must begin with `version: 1`"));
    return false;
  }
  const YamlNode* version = root.find("version");
  if (version == nullptr || !is_integer(*version)) return true;
  const bool newer = version->text.front() != '-' && version->text.size() < 10 &&
                     std::stoi(version->text) > kDefinitionVersion;
  if (!newer) return true;
  // Whatever else we would say of a format that we do not know would be noise.
  problems.push_back(version->problem(
      fmt::format("this file has version {}, and this canarygate reads version {} at most; upgrade "
                  "canarygate",
                  version->text, kDefinitionVersion)));
  return false;
}

void check_variable_names(const YamlNode* vars, Problems& problems) {
  if (vars == nullptr) return;
  const std::vector<std::string>& reserved = builtin_variables();
  for (const YamlNode& key : vars->keys) {
    // `version` is what the user says it is.
    if (key.text == "version" || std::ranges::find(reserved, key.text) == reserved.end()) continue;
    problems.push_back(key.problem(fmt::format("'{}' is built in; choose another name", key.text)));
  }
}

CheckDefinition parse_check(YamlNode& root, const std::string& name, Problems& problems) {
  CheckDefinition check;
  check.name = name;
  check.file = root.file;
  if (!readable(root, problems)) return check;
  check_shape(root, check_file_shape(), "a check", problems);
  const Reader reader(&root);
  check_name(reader.node("check"), name, "check", problems);
  reader.read("description", check.description);
  reader.read("owner", check.owner);
  reader.read("runbook", check.runbook);
  reader.read("tags", check.tags);
  reader.read("vars", check.vars);
  check_variable_names(reader.node("vars"), problems);
  check.canary = read_group(reader.node("canary"));
  check.baseline = read_group(reader.node("baseline"));
  check_groups(root, check, problems);
  check.expect = read_expect(reader.map("expect"));
  check.window = read_window(root, problems);
  read_judge(reader.node("judge"), check.judge, problems);
  fit_looks(root, check.window, check.judge, problems);
  reader.read("mode", check.mode, {{"hard", Mode::hard}, {"soft", Mode::soft}});
  check.on_no_data = read_policy(reader, "on_no_data");
  check.on_undecided = read_policy(reader, "on_undecided");
  check.traffic = read_traffic(reader.node("traffic"), problems);
  check.score = read_score(reader.node("score"), problems);
  read_metrics(reader.node("metrics"), check, problems);
  check_score(root, check, problems);
  check_templates(root, problems);
  return check;
}

}  // namespace canarygate
