/// What a check's past says of it: how often it stopped a deploy, or would have, how rightly, and
/// whether that is good enough for hard mode.
///
/// A deploy counts once, with the first run that came to a verdict: what is judged again later is
/// the same deploy. Runs that were interrupted, or whose deploy did not happen, do not count.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pipelines/history/record.h"

namespace canarygate::history {

/// How the marks divide what was stopped.
struct Marks {
  std::int64_t right = 0;
  std::int64_t wrong = 0;
  /// The share that was right; nothing where nothing is marked.
  [[nodiscard]] std::optional<double> precision() const;
};

struct MetricStats {
  std::string name;
  std::int64_t deploys = 0;
  std::int64_t failed = 0;  ///< its own verdict, whatever the gate's
  Marks marks;              ///< of the deploys in which it failed
};

struct Week {
  TimePoint begin;  ///< a Monday, UTC
  std::int64_t deploys = 0;
  std::int64_t stopped = 0;
};

struct CheckStats {
  std::string check;
  std::string environment;
  bool soft = false;         ///< as its youngest deploy was judged
  std::int64_t deploys = 0;  ///< the following are of these
  std::int64_t stopped = 0;  ///< or would have been, but for soft mode or an override
  std::int64_t trouble = 0;  ///< of the stopped: nothing could be judged
  Marks marks;               ///< of the stopped
  std::int64_t missed = 0;   ///< passed, and marked wrong
  std::int64_t overridden = 0;
  std::int64_t soft_deploys = 0;
  std::int64_t soft_stopped = 0;
  std::int64_t soft_since_wrong = 0;   ///< soft deploys since the last stop that was marked wrong
  Marks soft_marks;                    ///< of the soft stopped
  std::vector<std::int64_t> unmarked;  ///< runs of the soft stopped, the youngest first
  std::vector<Week> weeks;             ///< without a gap, the oldest first
  std::vector<MetricStats> metrics;    ///< by name
};

/// `records` in any order, of any checks; by check and environment.
[[nodiscard]] std::vector<CheckStats> stats_of(std::vector<Record> records);

/// So many soft deploys it takes, without a wrong stop among the last of them.
inline constexpr std::int64_t kEnoughDeploys = 20;

struct Recommendation {
  bool ready = false;  ///< for hard mode; only of a check that is soft
  std::string text;    ///< one sentence
};
[[nodiscard]] Recommendation recommend(const CheckStats& stats);

/// Of the deploys that were stopped: `in its last 4 weeks 3 of 25, in the 4 weeks before 1 of 20`.
[[nodiscard]] std::string trend_text(const CheckStats& stats);

/// One self-contained page, which asks the network for nothing.
[[nodiscard]] std::string stats_page(const std::vector<CheckStats>& checks, TimePoint now);

}  // namespace canarygate::history
