/// Shares of gates stopped, over one or several cells.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/operating/results.h"

namespace canarygate::operating {

struct Rate {
  int runs = 0;
  int stopped = 0;
  double points = 0;  ///< of the window, seen until stopped; the mean of those that were

  [[nodiscard]] double share() const { return static_cast<double>(stopped) / runs; }
  /// The ends of Wilson's 95 % interval (J. Am. Stat. Assoc. 22, 1927).
  [[nodiscard]] double lower() const;
  [[nodiscard]] double upper() const;
};

using Chosen = std::function<bool(const MeasuredCell&)>;

/// Of all those cells together; nothing where this judge was measured in none.
[[nodiscard]] std::optional<Rate> rate(const Results& results, const std::string& judge,
                                       const Chosen& chosen);

/// `+50%` is 0.5, `x5` 4, `none` 0; nothing for what is no constant change.
[[nodiscard]] std::optional<double> change_of(const std::string& effect);

/// What a row of false alarms is called: the family, and what harmless change there was.
[[nodiscard]] std::string row_name(const MeasuredCell& cell);

/// The row names of the cells in which nothing is worse, in the cells' order.
[[nodiscard]] std::vector<std::string> rows_of_false_alarms(const Results& results);

struct Fleet {
  std::size_t hosts = 0;
  std::size_t canaries = 0;
  std::int64_t windows = 0;
  std::size_t metrics = 0;
  auto operator<=>(const Fleet&) const = default;
};
/// `12 hosts, 2 canaries`
[[nodiscard]] std::string sizes_of(const Fleet& fleet);
/// `48 windows of history, 10 metrics`
[[nodiscard]] std::string depth_of(const Fleet& fleet);
[[nodiscard]] Fleet fleet_of(const MeasuredCell& cell);

/// Of the recorded traces, or of the family `plain`: those in which changes of known size were
/// measured.
[[nodiscard]] std::vector<Fleet> fleets_with_changes(const Results& results, bool traces);

/// Is it a cell of those (all traces together)?
[[nodiscard]] bool of_fleet(const MeasuredCell& cell, const Fleet& fleet, bool traces);

}  // namespace canarygate::operating
