/// Everything one run of a check found out. Knows nothing of CI, soft-fail or overrides: those
/// decide what the process returns, never what is true.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checks/clock.h"
#include "checks/definition/model.h"
#include "checks/judge/finding.h"
#include "checks/judge/scored.h"
#include "checks/result.h"

namespace canarygate {

namespace gate {
struct Recording;
}

struct SentQuery {
  std::string backend;  ///< the environment's name for it
  std::string query;    ///< as sent, variables filled in
};

/// What the two groups did before the deploy and in the window, for drawing. One number a point,
/// the mean of the group's hosts in the metric's unit (errors ÷ total where there is a total), NaN
/// where there is none.
struct Course {
  TimePoint start;  ///< values[0] stands for (start, start + step]
  Duration step{0};
  std::int64_t window = 0;  ///< index of the window's first point
  std::vector<double> canary;
  std::vector<double> baseline;
};

/// The same host by host, for reports that draw more than a line. Bounded: of many points their
/// means, of many hosts the canary's and the worst others.
struct HostCourses {
  TimePoint start;  ///< as Course's
  Duration step{0};
  std::int64_t window = 0;
  std::vector<double> canary;  ///< the group's mean
  std::vector<double> low;     ///< of the baseline's hosts 10 % are below it, at each point
  std::vector<double> middle;
  std::vector<double> high;        ///< 90 %
  std::vector<std::string> hosts;  ///< the canary's, then the baseline's; by name
  std::int64_t canaries = 0;       ///< of them
  std::vector<double> values;      ///< a row a host, as long as the other vectors
};

struct MetricOutcome {
  MetricSpec spec;
  judge::Finding finding;
  Course course;
  HostCourses courses;
  std::vector<SentQuery> queries;
  std::map<std::string, std::string> links;  ///< filled in
};

struct HostsOutcome {
  std::vector<std::string> canary;
  std::vector<std::string> baseline;
  std::vector<std::string>
      missing;  ///< expected or found at first, gone or never seen in any series
  std::vector<judge::SetAside> set_aside;
};

/// How a host's name was found in the replies (`canarygate hosts`).
struct HostMapping {
  std::string host;
  bool canary = false;
  std::string series;                ///< the reply's spelling, "" when no series matches
  std::vector<std::string> nearest;  ///< spellings that look alike, when none matches
};

/// What `traffic` counted over the window's points looked at.
struct TrafficSeen {
  double canary = 0;            ///< events of all canary hosts
  std::optional<double> share;  ///< a canary host's ÷ a baseline host's; nothing where that is none
};

struct WindowOutcome {
  TimePoint start;
  TimePoint end;
  Duration step{0};
  std::int64_t looks = 0;
  std::int64_t looks_done = 0;
  Duration settle{0};  ///< how long after a look's last point it is taken
};

struct Timings {
  Duration discovery{0};
  Duration query{0};
  Duration judge{0};
  Duration total{0};
};

struct Outcome {
  std::string check;
  std::string environment;  ///< "" for none
  std::string description;
  std::string owner;
  std::string runbook;
  Mode mode = Mode::hard;
  Policy on_no_data = Policy::fail;
  Policy on_undecided = Policy::fail;

  Verdict verdict = Verdict::trouble;
  std::vector<Reason> reasons;  ///< the weightiest first; empty only for a pass
  std::vector<Reason> warnings;
  /// Trouble of this kind stays exit 2 even in soft mode (usage, definition, secret, output).
  std::optional<ErrorKind> trouble_kind;
  int interrupted_by = 0;  ///< signal number, 0 for none

  JudgeSettings judge;
  std::optional<ScoreRule> score_rule;
  std::optional<judge::Scored> score;  ///< with a rule, once anything could be judged
  std::uint64_t seed = 0;
  std::optional<judge::Evidence> evidence;
  std::int64_t placebos = 0;
  std::int64_t history_windows = 0;

  /// Its numbers were read as they came and are kept nowhere: this window cannot be judged again.
  bool watched = false;
  /// False: the command of --deploy failed, or was not even run. There is no deployed_at then.
  bool deployed = true;
  bool deploy_ran = false;  ///< the command of --deploy, at least in part

  TimePoint started_at;
  TimePoint finished_at;
  TimePoint deployed_at;
  WindowOutcome window;
  HostsOutcome hosts;
  std::vector<HostMapping> mapping;
  std::vector<std::string>
      unmatched_series;  ///< spellings in replies that are nobody's, sorted, at most 50
  std::vector<MetricOutcome> metrics;
  std::optional<TrafficSeen> traffic;  ///< where the check has `traffic` and it could be asked for
  std::int64_t points_fetched = 0;     ///< of history and reference, numbers present
  Timings timings;
  std::shared_ptr<const gate::Recording> recording;  ///< where it was asked for
};

}  // namespace canarygate
