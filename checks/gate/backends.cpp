#include "checks/gate/backends.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "checks/text.h"

namespace canarygate::gate {

namespace {

std::set<std::string> backend_names(const CheckDefinition& check) {
  std::set<std::string> names;
  for (const MetricSpec& metric : check.metrics) names.insert(metric.backend);
  if (check.traffic) names.insert(check.traffic->backend);
  return names;
}

Error unknown_backend(const std::string& name, const EnvironmentDefinition& environment) {
  std::vector<std::string> known;
  for (const auto& [known_name, spec] : environment.backends) known.push_back(known_name);
  const std::string where = environment.name.empty()
                                ? std::string("canarygate.yaml")
                                : fmt::format("environment '{}'", environment.name);
  if (known.empty()) {
    return {ErrorKind::definition,
            fmt::format("{} has no backends, but the check asks backend '{}'; add `backends: {{{}: "
                        "{{type: …}}}}` there, or name an environment with --env",
                        where, name, name)};
  }
  return {ErrorKind::definition,
          fmt::format("{} has no backend '{}'; it has {}", where, name, list_of(known))};
}

void add_secrets(const Config& config, std::vector<SecretRef>& references) {
  for (const auto& [name, value] : config.values()) {
    if (const auto* secret = std::get_if<SecretRef>(&value)) references.push_back(*secret);
    const auto* auth = std::get_if<Auth>(&value);
    if (auth != nullptr && auth->kind != Auth::Kind::none) references.push_back(auth->secret);
    const auto* headers = std::get_if<std::map<std::string, TextOrSecret>>(&value);
    if (headers == nullptr) continue;
    for (const auto& [header, content] : *headers) {
      if (const auto* secret = std::get_if<SecretRef>(&content)) references.push_back(*secret);
    }
  }
}

}  // namespace

Result<Backends> make_backends(const CheckDefinition& check,
                               const EnvironmentDefinition& environment, const Ports& ports) {
  Backends backends;
  for (const std::string& name : backend_names(check)) {
    const auto spec = environment.backends.find(name);
    if (spec == environment.backends.end()) return unexpected(unknown_backend(name, environment));
    const BackendType* type = find_backend_type(spec->second.type);
    if (type == nullptr) {
      return fail(ErrorKind::definition,
                  fmt::format("backend '{}' has the unknown type '{}'", name, spec->second.type));
    }
    auto backend = type->make(spec->second.config, ports);
    if (!backend) return unexpected(backend.error());
    backends.emplace(name, std::move(*backend));
  }
  return backends;
}

Status secrets_exist(const CheckDefinition& check, const EnvironmentDefinition& environment,
                     const Ports& ports) {
  std::vector<SecretRef> references;
  for (const std::string& name : backend_names(check)) {
    add_secrets(environment.backends.at(name).config, references);
  }
  for (const GroupSpec* group : {&check.canary, &check.baseline}) {
    const auto connection = environment.discovery.find(group->source);
    if (connection != environment.discovery.end()) add_secrets(connection->second, references);
  }
  for (const SecretRef& reference : references) {
    if (reference.from == SecretRef::From::command) continue;
    if (const auto secret = resolve_secret(reference, ports); !secret) {
      return unexpected(secret.error());
    }
  }
  return Done{};
}

Duration settle_of(const MetricSpec& metric, const Backends& backends) {
  return metric.settle.value_or(backends.at(metric.backend)->settle());
}

Duration settle_of(const CheckDefinition& check, const Backends& backends) {
  Duration longest{0};
  for (const MetricSpec& metric : check.metrics) {
    longest = std::max(longest, settle_of(metric, backends));
  }
  if (check.traffic) longest = std::max(longest, backends.at(check.traffic->backend)->settle());
  return longest;
}

}  // namespace canarygate::gate
