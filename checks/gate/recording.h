/// All that a run judged from, so that it can be judged again by itself: no server, no clock, no
/// environment, no secret. Backends and sources are known by name and type only.
///
/// It keeps the numbers, and not what was made of them: findings, verdict and most reasons come
/// from judging again. What only the run could see (that it was interrupted, that a host left, that
/// a server could not be asked) is kept in words.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checks/definition/yaml.h"
#include "checks/gate/causes.h"
#include "checks/gate/fetch.h"
#include "checks/gate/queries.h"
#include "checks/gate/tables.h"
#include "checks/judge/timeline.h"
#include "checks/outcome.h"

namespace canarygate::gate {

struct Recording {
  /// The check with its environment's overrides in it. Kind::null: it could not be read, and
  /// nothing was asked; `outcome` and `after` are all there is.
  YamlNode definition;
  std::string file;                             ///< where that was read
  std::vector<std::string> only;                ///< metric names; empty for all
  std::map<std::string, std::string> backends;  ///< the type of each that the check asks, by name
  std::vector<std::map<std::string, std::string>> links;  ///< of each metric, filled in

  Groups groups;
  QueryPlan plan;              ///< no queries: the run did not come so far
  judge::Timeline timeline;    ///< no looks: the run did not come so far
  std::vector<Reply> replies;  ///< one a query; the window's points as at the last look judged

  std::optional<std::int64_t> looks_judged;  ///< the last look that was judged; nothing: none
  std::int64_t looks_done = 0;               ///< as many were begun; later ones failed
  bool confirmed = false;                    ///< it was looked at whether enough hosts were judged
  Causes before;                             ///< what spoke against a pass before that judgement
  Causes after;                              ///< and since
  std::vector<std::string> remarks;          ///< of the backends

  /// What a run knows beside its judgement: check, environment, trouble_kind, interrupted_by, seed,
  /// watched, deployed, deploy_ran, the times, window, hosts, warnings, points_fetched, timings.
  Outcome outcome;
};

}  // namespace canarygate::gate
