/// Whether everything that a run relies on is there: each backend, discovery source and notifier
/// reached, let in by, and asked one cheap question; and the hosts of each check.
///
/// Changes nothing anywhere and tells nobody anything. What only a real message or a check's own
/// query would prove is said to be unproven.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "checks/gate.h"
#include "checks/ports.h"
#include "pipelines/doctor/examination.h"
#include "pipelines/notify/sockets.h"

namespace canarygate::doctor {

/// A check as it would be run here, or why it cannot be.
struct PatientCheck {
  std::string name;
  Result<GateRequest, Problems> request;
};

/// One environment and the checks that it pulls in.
struct Patient {
  EnvironmentDefinition environment;
  std::vector<PatientCheck> checks;
  std::optional<HistorySpec> history;
};

/// One thing to look at. Several servers of one backend are an Examination each.
struct Item {
  std::string what;
  std::string name;
  std::function<std::vector<Examination>()> examine;
};

/// In the order in which they are to be looked at: what a later one needs comes before it. Each
/// takes some seconds at most. `patient`, `ports` and `sockets` must outlive the items.
[[nodiscard]] std::vector<Item> items_of(const Patient& patient, const Ports& ports,
                                         Sockets& sockets);

}  // namespace canarygate::doctor
