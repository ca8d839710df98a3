#include "checks/definition/doubts.h"

#include <fmt/format.h>

#include <algorithm>

#include "checks/definition/query_faults.h"
#include "checks/definition/reader.h"
#include "checks/definition/variables.h"
#include "checks/discovery/source.h"
#include "checks/duration.h"
#include "checks/text.h"

namespace canarygate {

namespace {

std::string title(const EnvironmentDefinition& environment) {
  return environment.name.empty() ? "canarygate.yaml"
                                  : fmt::format("environment '{}'", environment.name);
}

void check_backend(const EnvironmentDefinition& environment, const YamlNode& user,
                   const std::string& backend, Problems& problems) {
  if (environment.backends.contains(backend)) return;
  std::vector<std::string> known;
  for (const auto& [name, spec] : environment.backends) known.push_back(name);
  const YamlNode* place = Reader(&user).node("backend");
  problems.push_back(
      (place != nullptr ? *place : user)
          .problem(fmt::format("{} has no backend '{}'; it has {}", title(environment), backend,
                               list_of(known, known.size()))));
}

void check_source(const EnvironmentDefinition& environment, const YamlNode* place,
                  const GroupSpec& group, Problems& problems) {
  const SourceType* type = find_source_type(group.source);
  if (place == nullptr || type == nullptr || environment.discovery.contains(type->name)) return;
  if (std::ranges::none_of(type->connection_keys, &Key::required)) return;
  problems.push_back(place->problem(
      fmt::format("{0} has no connection for source '{1}'; add `discovery: {{{1}: …}}` to it",
                  title(environment), type->name)));
}

/// What `{{rate_window}}` will be for a query of this backend.
Duration rate_window(const CheckDefinition& check, const EnvironmentDefinition& environment,
                     const std::string& backend) {
  return std::max(check.window.step, 4 * scrape_interval_of(environment, backend));
}

/// The range selectors of a query, `[5m]` and `[1h:1m]`, as durations.
std::vector<Duration> ranges_in(std::string_view query) {
  std::vector<Duration> ranges;
  for (std::size_t open = query.find('['); open != std::string_view::npos;
       open = query.find('[', open + 1)) {
    const std::size_t close = query.find_first_of("]:", open);
    if (close == std::string_view::npos) break;
    if (const auto range = parse_duration(trim(query.substr(open + 1, close - open - 1)))) {
      ranges.push_back(*range);
    }
  }
  return ranges;
}

/// What a user of queries (a metric or the traffic) asks over longer than the warm-up.
void doubt_ranges(const YamlNode& user, const std::string& backend, const CheckDefinition& check,
                  const EnvironmentDefinition& environment, Problems& warnings) {
  VariableValues values;
  for (const auto& vars : {check.vars, environment.vars}) {
    values.insert(vars.begin(), vars.end());
  }
  values["step"] = format_duration(check.window.step);
  values["window"] = format_duration(check.window.duration);
  values["rate_window"] = format_duration(rate_window(check, environment, backend));
  for (const std::string& name : builtin_variables()) values.emplace(name, name);

  for (const auto* key : {"query", "errors", "total"}) {
    const YamlNode* query = Reader(&user).node(key);
    if (query == nullptr) continue;
    const auto filled = render_text(query->text, values);
    if (!filled) continue;
    const auto ranges = ranges_in(*filled);
    const auto longest = std::ranges::max_element(ranges);
    if (longest == ranges.end() || *longest <= check.window.warmup) continue;
    warnings.push_back(query->problem(fmt::format(
        "the range [{}] is longer than the warm-up of {}: the first points look back to before the "
        "deploy; make it shorter, or 'warmup' longer",
        format_duration(*longest), format_duration(check.window.warmup))));
  }
}

}  // namespace

void check_against(const EnvironmentDefinition& environment, const YamlNode& tree,
                   const CheckDefinition& check, Problems& problems) {
  const Reader reader(&tree);
  check_source(environment, reader.node("canary"), check.canary, problems);
  if (check.baseline.source != check.canary.source) {
    check_source(environment, reader.node("baseline"), check.baseline, problems);
  }
  if (check.traffic && reader.node("traffic") != nullptr) {
    check_backend(environment, *reader.node("traffic"), check.traffic->backend, problems);
  }
  const YamlNode* metrics = reader.node("metrics");
  for (std::size_t i = 0; metrics != nullptr && i < check.metrics.size(); ++i) {
    check_backend(environment, metrics->children[i], check.metrics[i].backend, problems);
  }
  check_queries(environment, tree, check, problems);
}

Problems doubts_about(const YamlNode& tree, const CheckDefinition& check,
                      const EnvironmentDefinition& environment) {
  Problems warnings;
  const Reader reader(&tree);
  if (const YamlNode* traffic = reader.node("traffic"); traffic != nullptr && check.traffic) {
    doubt_ranges(*traffic, check.traffic->backend, check, environment, warnings);
  }
  const YamlNode* metrics = reader.node("metrics");
  for (std::size_t i = 0; metrics != nullptr && i < check.metrics.size(); ++i) {
    doubt_ranges(metrics->children[i], check.metrics[i].backend, check, environment, warnings);
  }
  const bool counts = std::ranges::any_of(
      check.metrics, [](const MetricSpec& metric) { return !metric.total.empty(); });
  if (!check.traffic && !counts && metrics != nullptr) {
    warnings.push_back(metrics->problem(
        "neither 'traffic' nor a metric's 'total' says how much the canary was given: a canary "
        "without any traffic could pass"));
  }
  return warnings;
}

}  // namespace canarygate
