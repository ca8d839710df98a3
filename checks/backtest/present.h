/// Which hosts were there at a time of the past.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checks/backtest/past.h"
#include "checks/backtest/scene.h"

namespace canarygate::backtest {

class Presence {
 public:
  Presence(const Scene& scene, const Past& past);

  /// Those with a number in points from..to, in any query. Sorted, as names of the roster. With
  /// tags: those that any series of either group names.
  [[nodiscard]] std::vector<std::string> hosts(std::int64_t from, std::int64_t to) const;
  /// With tags: those of the canary's series.
  [[nodiscard]] std::vector<std::string> tagged_canaries(std::int64_t from, std::int64_t to) const;

 private:
  struct Row {
    const PastSeries* series = nullptr;
    std::string host;
    bool canary = false;  // by its tags
  };
  std::vector<Row> rows_;  // by host
};

}  // namespace canarygate::backtest
