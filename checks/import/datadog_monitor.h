/// A metric monitor's query taken apart: `avg(last_5m):avg:system.load.1{*} by {host} > 4`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "checks/clock.h"
#include "checks/result.h"

namespace canarygate {

struct DatadogMonitorQuery {
  std::string over_time;   ///< `avg`, `sum`, `min`, `max`, `percentile` …
  Duration window{0};      ///< of `last_5m`; 0 where it is none, as `current_1d`
  std::string change;      ///< `change` or `pct_change`, whose number is no value; else empty
  std::string wrapper;     ///< `anomalies`, `outliers` or `forecast`, whose number is none either
  std::string expression;  ///< the query itself, without its wrapper
  std::string comparison;  ///< `>`, `>=`, `<` or `<=`
  double threshold = 0;
  std::string direction;  ///< of anomalies: `above`, `below` or `both`

  [[nodiscard]] bool above() const { return comparison.front() == '>'; }
};

/// The error is a clause.
[[nodiscard]] Result<DatadogMonitorQuery, std::string> take_monitor_apart(std::string_view query);

/// From the opening parenthesis or brace at `open` past its partner, quotes skipped; npos when
/// there is none.
[[nodiscard]] std::size_t past_brackets(std::string_view text, std::size_t open);

}  // namespace canarygate
