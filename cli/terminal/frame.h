/// What the live view shows, as lines.
///
/// Pure: the same state gives the same lines, none wider than the screen and never more of them
/// than it is high. State words carry the meaning; colour only decorates.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checks/outcome.h"

namespace canarygate {

enum class MetricState {
  watching,  ///< not looked at yet
  worse,
  silent,  ///< a canary host sends nothing where the baseline does
  limit,   ///< a fixed limit was broken
  trouble,
  no_data,
  undecided,
  no_data_yet,
  ok_so_far,
  ok
};

struct MetricLine {
  std::string name;
  MetricState state = MetricState::watching;
  std::string change;             ///< `+38 %`, "" for unknown
  std::optional<double> p_value;  ///< tells who comes first where not all have room
  Course course;
  std::int64_t points = 0;  ///< of the whole window
};
/// What a look found out about one metric.
[[nodiscard]] MetricLine metric_line(const MetricOutcome& metric, const WindowOutcome& window);

struct FrameState {
  std::string check;
  std::string environment;
  std::string doing;  ///< shown where nothing is waited for
  std::string waiting_for;
  std::optional<TimePoint> until;  ///< of `waiting_for`
  TimePoint now;
  std::optional<TimePoint> window_start;
  std::optional<TimePoint> window_end;
  std::int64_t looks = 0;
  std::int64_t looks_done = 0;
  std::optional<HostsOutcome> hosts;
  std::vector<MetricLine> metrics;
  bool over = false;    ///< nothing is waited for any more
  std::string verdict;  ///< shown once it is over; "" leaves it out
};

struct FrameStyle {
  int columns = 80;
  int rows = 24;
  bool colour = false;
  bool unicode = true;
};

[[nodiscard]] std::vector<std::string> frame(const FrameState& state, const FrameStyle& style);

/// Those of several checks, one below the other: each has its share of the screen's height, and
/// what one does not need is the next ones'.
[[nodiscard]] std::vector<std::string> frames(std::span<const FrameState> states,
                                              const FrameStyle& style);

}  // namespace canarygate
