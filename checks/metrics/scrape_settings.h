/// What `type: scrape` can be told.
#pragma once

#include <chrono>
#include <vector>

#include "checks/clock.h"
#include "checks/config.h"
#include "checks/metrics/scrape_targets.h"
#include "checks/promql/samples.h"
#include "checks/result.h"

namespace canarygate::scrape {

constexpr Duration kDefaultInterval = std::chrono::seconds(1);

struct Settings {
  Endpoint endpoint;
  Duration interval = kDefaultInterval;
  Duration timeout = kDefaultInterval;  ///< of one scrape; never longer than the interval
  promql::Labels labels;                ///< that every series gets
};

[[nodiscard]] std::vector<Key> setting_keys();

/// ErrorKind::definition for what is impossible.
[[nodiscard]] Result<Settings> read_settings(const Config& config);

}  // namespace canarygate::scrape
