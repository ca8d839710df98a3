#include "checks/backtest/scene.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "checks/gate/only.h"
#include "checks/roster.h"
#include "checks/text.h"

namespace canarygate::backtest {

namespace {

constexpr Duration kPatience = std::chrono::minutes(1);
constexpr std::size_t kMostFormer = 50;

Status has_past(const Scene& scene) {
  for (const auto& [name, backend] : scene.backends) {
    const std::string& type = scene.request.loaded.environment.backends.at(name).type;
    if (!find_backend_type(type)->reads_hosts) continue;
    return fail(
        ErrorKind::usage,
        fmt::format("backend '{}' (type {}) reads the hosts themselves and keeps nothing, so "
                    "there is no past to replay; a backtest needs a backend that stores "
                    "what it was told",
                    printable(name), printable(type)));
  }
  return Done{};
}

/// Hosts that only a past deploy names are asked for, too: they may be gone by now.
void add_former(const std::vector<PastDeploy>& deploys, Scene& scene) {
  if (scene.groups.by_tags || scene.groups.before_after) return;
  std::set<std::string> known;
  for (const Host& host : scene.hosts.canary) known.insert(host.name);
  for (const Host& host : scene.hosts.baseline) known.insert(host.name);
  std::size_t added = 0;
  for (const PastDeploy& deploy : deploys) {
    for (const std::string& name : deploy.canary) {
      if (added == kMostFormer || !known.insert(name).second) continue;
      scene.hosts.baseline.push_back({name, {}});
      ++added;
    }
  }
  std::ranges::sort(scene.hosts.baseline, {}, &Host::name);
}

}  // namespace

Result<Scene> set_scene(const Request& request, const Ports& ports) {
  Scene scene;
  scene.request = request.gate;
  LoadedCheck& loaded = scene.request.loaded;
  if (auto narrowed = gate::narrow_metrics(loaded.check, request.gate.only); !narrowed) {
    return unexpected(narrowed.error());
  }
  auto backends = gate::make_backends(loaded.check, loaded.environment, ports);
  if (!backends) return unexpected(backends.error());
  scene.backends = std::move(*backends);
  if (auto past = has_past(scene); !past) return unexpected(past.error());
  if (auto secrets = gate::secrets_exist(loaded.check, loaded.environment, ports); !secrets) {
    return unexpected(secrets.error());
  }
  scene.settle = gate::settle_of(loaded.check, scene.backends);

  CheckDefinition anyone = loaded.check;
  anyone.expect = {};  // whoever is there now stands for who was there then
  const RosterRequest wanted{anyone, loaded.environment, request.gate.canary_hosts,
                             request.gate.baseline_hosts, gate::run_variables(scene.request, {})};
  auto roster = find_hosts(wanted, ports, kPatience);
  if (!roster) return unexpected(roster.error());
  scene.hosts = std::move(roster->hosts);
  scene.groups = gate::groups_of(loaded.check, scene.hosts);
  add_former(request.deploys, scene);
  if (auto planned = plan_again(scene); !planned) return unexpected(planned.error());
  return scene;
}

Status plan_again(Scene& scene) {
  scene.groups = gate::groups_of(scene.check(), scene.hosts);
  auto plan = gate::plan_queries(scene.request, scene.hosts, scene.backends);
  if (!plan) return unexpected(plan.error());
  scene.plan = std::move(*plan);
  return Done{};
}

}  // namespace canarygate::backtest
