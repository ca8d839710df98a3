#include "checks/definition/query_faults.h"

#include <fmt/format.h>

#include <set>

#include "checks/definition/reader.h"
#include "checks/duration.h"
#include "checks/metrics/backend.h"

namespace canarygate {

namespace {

const BackendType* type_of(const EnvironmentDefinition& environment, const std::string& backend) {
  const auto spec = environment.backends.find(backend);
  return spec == environment.backends.end() ? nullptr : find_backend_type(spec->second.type);
}

/// `user`: a metric, or the traffic.
void check_user(const EnvironmentDefinition& environment, const YamlNode& user,
                const std::string& backend, Problems& problems) {
  const BackendType* type = type_of(environment, backend);
  if (type == nullptr || type->fault_in == nullptr) return;
  for (const auto* key : {"query", "errors", "total"}) {
    const YamlNode* query = Reader(&user).node(key);
    if (query == nullptr) continue;
    const auto fault = type->fault_in(with_stand_ins(query->text));
    if (!fault) continue;
    problems.push_back(query->problem(
        fmt::format("backend '{}' (type {}) cannot evaluate this query: column {} of it: {}",
                    backend, type->name, fault->column, fault->text)));
  }
}

void check_step(const BackendType& type, const std::string& backend, const YamlNode& tree,
                const CheckDefinition& check, Problems& problems) {
  if (type.step_fault == nullptr) return;
  const auto fault = type.step_fault(check.window.step);
  if (!fault) return;
  const YamlNode* window = Reader(&tree).node("window");
  problems.push_back(
      (window != nullptr ? *window : tree)
          .problem(fmt::format("backend '{}' (type {}): {}", backend, type.name, *fault)));
}

/// What a backend that reads the hosts itself must be able to rely on.
void check_watching(const BackendType& type, const std::string& backend, Duration interval,
                    const YamlNode& tree, const CheckDefinition& check, Problems& problems) {
  const Reader reader(&tree);
  if (interval > check.window.step) {
    const YamlNode* window = reader.node("window");
    problems.push_back((window != nullptr ? *window : tree)
                           .problem(fmt::format(
                               "backend '{}' (type {}) reads the hosts every {}, which is not once "
                               "in each step of {}; make 'scrape_interval' at most as long as "
                               "'step'",
                               backend, type.name, format_duration(interval),
                               format_duration(check.window.step))));
  }
  const YamlNode* canary = reader.node("canary");
  if (check.canary.kind == GroupSpec::Kind::tags && canary != nullptr) {
    problems.push_back(canary->problem(fmt::format(
        "backend '{}' (type {}) reads the hosts themselves, so it must be told who they are; name "
        "them by a list or a source instead of by 'tags'",
        backend, type.name)));
  }
}

}  // namespace

Duration scrape_interval_of(const EnvironmentDefinition& environment, const std::string& backend) {
  const BackendType* type = type_of(environment, backend);
  if (type == nullptr) return Duration(0);
  return environment.backends.at(backend).config.get("scrape_interval", type->scrape_interval);
}

std::string with_stand_ins(const std::string& query) {
  std::string text = query;
  for (std::size_t open = text.find("{{"); open != std::string::npos; open = text.find("{{")) {
    const std::size_t close = text.find("}}", open);
    if (close == std::string::npos) break;
    const std::size_t length = close + 2 - open;
    const bool range = open > 0 && text[open - 1] == '[';
    text.replace(open, length,
                 range ? std::string(length - 2, '0') + "1s" : std::string(length, 'v'));
  }
  return text;
}

void check_queries(const EnvironmentDefinition& environment, const YamlNode& tree,
                   const CheckDefinition& check, Problems& problems) {
  const Reader reader(&tree);
  std::set<std::string> backends;
  if (const YamlNode* traffic = reader.node("traffic"); traffic != nullptr && check.traffic) {
    check_user(environment, *traffic, check.traffic->backend, problems);
    backends.insert(check.traffic->backend);
  }
  const YamlNode* metrics = reader.node("metrics");
  for (std::size_t i = 0; metrics != nullptr && i < check.metrics.size(); ++i) {
    check_user(environment, metrics->children[i], check.metrics[i].backend, problems);
    backends.insert(check.metrics[i].backend);
  }
  for (const std::string& backend : backends) {
    const BackendType* type = type_of(environment, backend);
    if (type != nullptr) check_step(*type, backend, tree, check, problems);
    if (type != nullptr && type->reads_hosts) {
      check_watching(*type, backend, scrape_interval_of(environment, backend), tree, check,
                     problems);
    }
  }
}

}  // namespace canarygate
