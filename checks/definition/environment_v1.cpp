#include <fmt/format.h>

#include "checks/definition/config_reader.h"
#include "checks/definition/file_shapes.h"
#include "checks/definition/notifiers.h"
#include "checks/definition/parse.h"
#include "checks/definition/reader.h"
#include "checks/discovery/source.h"
#include "checks/metrics/backend.h"
#include "checks/text.h"

namespace canarygate {

namespace {

/// Where the key stands that `fault` begins with (BackendType::config_fault); else `backend`.
const YamlNode& place_of(const std::string& fault, const YamlNode& backend) {
  if (!fault.starts_with('`')) return backend;
  const YamlNode* place = &backend;
  for (const std::string& key : split(fault.substr(1, fault.find('`', 1) - 1), '.')) {
    place = place->find(key);
    if (place == nullptr) return backend;
  }
  return *place;
}

void check_config(const BackendType& type, const Config& config, const YamlNode& backend,
                  Problems& problems) {
  if (type.config_fault == nullptr || backend.has_refused()) return;
  const auto fault = type.config_fault(config);
  if (fault) problems.push_back(place_of(*fault, backend).problem(*fault));
}

std::map<std::string, BackendSpec> read_backends(const YamlNode* node, Problems& problems) {
  std::map<std::string, BackendSpec> backends;
  if (node == nullptr) return backends;
  for (std::size_t i = 0; i < node->keys.size(); ++i) {
    BackendSpec spec;
    Reader(&node->children[i]).read("type", spec.type);
    if (const BackendType* type = find_backend_type(spec.type)) {
      spec.config = read_config(node->children[i], type->keys);
      check_config(*type, spec.config, node->children[i], problems);
      backends[node->keys[i].text] = std::move(spec);
    }
  }
  return backends;
}

std::map<std::string, Config> read_discovery(const YamlNode* node) {
  std::map<std::string, Config> discovery;
  if (node == nullptr) return discovery;
  for (std::size_t i = 0; i < node->keys.size(); ++i) {
    if (const SourceType* type = find_source_type(node->keys[i].text)) {
      discovery[type->name] = read_config(node->children[i], type->connection_keys);
    }
  }
  return discovery;
}

std::vector<NotifierSpec> read_notify(const YamlNode* node, Problems& problems) {
  std::vector<NotifierSpec> notify;
  if (node == nullptr) return notify;
  for (const YamlNode& child : node->children) {
    NotifierSpec spec;
    Reader(&child).read("type", spec.type);
    const NotifierKeys* type = find_notifier_keys(spec.type);
    if (type == nullptr) continue;
    spec.config = read_config(child, type->keys);
    check_notifier(child, *type, problems);
    notify.push_back(std::move(spec));
  }
  return notify;
}

/// `sqlite:PATH` is relative to the file that names it.
std::optional<HistorySpec> read_history(const YamlNode* node, const std::string& file) {
  if (node == nullptr) return std::nullopt;
  HistorySpec history;
  if (node->is_map()) {
    const Reader reader(node);
    reader.read("url", history.url);
    if (const YamlNode* password = reader.node("password")) {
      history.password = read_secret(*password);
    }
  } else {
    history.url = node->text;
  }
  constexpr std::string_view kSqlite = "sqlite:";
  if (history.url.starts_with(kSqlite)) {
    history.url = std::string(kSqlite) + absolute_path(history.url.substr(kSqlite.size()), file);
  }
  return history;
}

/// `json=out/report.json` in the root file: relative to that file, like every path.
std::string absolute_report(const std::string& report, const std::string& file) {
  const std::size_t equals = report.find('=');
  const std::string path = report.substr(equals + 1);
  if (path == "-") return report;
  return report.substr(0, equals + 1) + absolute_path(path, file);
}

}  // namespace

EnvironmentFile parse_environment(YamlNode& root, const std::string& name, Problems& problems) {
  EnvironmentFile environment;
  environment.definition.name = name;
  environment.definition.file = root.file;
  if (!readable(root, problems)) return environment;
  check_shape(root, environment_file_shape(), "an environment", problems);
  const Reader reader(&root);
  const YamlNode* own_name = reader.node("environment");
  if (own_name != nullptr && own_name->text != name) {
    problems.push_back(own_name->problem(fmt::format(
        "'environment' must be '{}' as the file is called, not '{}'", name, own_name->text)));
  }
  environment.definition.backends = read_backends(reader.node("backends"), problems);
  environment.definition.discovery = read_discovery(reader.node("discovery"));
  environment.definition.notify = read_notify(reader.node("notify"), problems);
  environment.definition.history = read_history(reader.node("history"), root.file);
  reader.read("checks", environment.checks);
  reader.read("vars", environment.definition.vars);
  check_variable_names(reader.node("vars"), problems);
  if (const YamlNode* overrides = reader.node("overrides")) {
    for (std::size_t i = 0; i < overrides->keys.size(); ++i) {
      environment.overrides[overrides->keys[i].text] = overrides->children[i];
    }
  }
  return environment;
}

ConfigRoot parse_root(YamlNode& root, Problems& problems) {
  ConfigRoot config;
  if (!readable(root, problems)) return config;
  check_shape(root, root_file_shape(), "the file", problems);
  const Reader reader(&root);
  reader.read("environment", config.environment);
  reader.read("reports", config.reports);
  for (std::string& report : config.reports) report = absolute_report(report, root.file);
  config.backends = read_backends(reader.node("backends"), problems);
  config.discovery = read_discovery(reader.node("discovery"));
  config.notify = read_notify(reader.node("notify"), problems);
  config.history = read_history(reader.node("history"), root.file);
  return config;
}

}  // namespace canarygate
