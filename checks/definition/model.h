/// The newest shape of a check, an environment and the root file: values that cannot be half valid.
///
/// Parsers of older versions fill the same structs. Whatever needs no files or network to be
/// refused has been refused before one of these exists.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checks/clock.h"
#include "checks/config.h"

namespace canarygate {

enum class Mode { hard, soft };
enum class Policy { fail, pass, error };
enum class Worse { higher, lower, either };
enum class Scale { automatic, ratio, difference };
enum class JudgeMethod { placebo, threshold, kayenta, mann_whitney };
/// As a definition spells it: `mann-whitney`.
[[nodiscard]] const char* to_string(JudgeMethod method);

/// How Kayenta's judge is asked about one metric.
struct KayentaSettings {
  enum class Direction { either, increase, decrease };
  std::optional<Direction> direction;  ///< nothing: either
  enum class Nan { remove, replace } nan = Nan::remove;
  enum class Outliers { keep, remove } outliers = Outliers::keep;
  double outlier_factor = 3.0;
  bool critical = false;
  bool must_have_data = false;
  enum class Measure { mean_ratio, cles } measure = Measure::mean_ratio;
  /// Nothing: 1 for mean_ratio, 0.5 for cles.
  std::optional<double> allowed_increase;
  std::optional<double> allowed_decrease;
  std::optional<double> critical_increase;
  std::optional<double> critical_decrease;
};

/// Who belongs to a group.
struct GroupSpec {
  enum class Kind {
    source,  ///< ask discovery source `source` with `selection`
    tags,    ///< the series that carry all of `tags`; no host list
    rest,  ///< (baseline) everyone of the canary's source, less its narrowing keys, less the canary
    none   ///< (baseline) nobody: before against after
  } kind = Kind::none;
  std::string source;
  Config selection;
  std::map<std::string, std::string> tags;
};

/// `expect`: fewer canaries, or another version, is never a pass.
struct Expect {
  std::optional<std::int64_t> hosts;
  Duration wait{0};                          ///< how long discovery is asked again before giving up
  std::map<std::string, std::string> label;  ///< each value may hold variables
};

/// `window`. duration is a multiple of step, at least two steps and at most 10,000.
struct WindowSpec {
  Duration warmup = std::chrono::minutes(1);
  Duration duration = std::chrono::minutes(5);
  Duration step = std::chrono::seconds(15);
};

/// `judge` of a check, or of one metric where it differs.
struct JudgeSettings {
  JudgeMethod method = JudgeMethod::placebo;
  double false_alarms = 0.01;                 ///< α of the whole gate, in (0, 0.5]
  Duration history = std::chrono::hours(24);  ///< 0: none
  std::optional<Duration> reference;          ///< default: 4 durations
  std::int64_t looks = 5;                     ///< 1..100, at most as many as points
  std::int64_t placebos = 2000;               ///< 100..1,000,000
  double detect = 1.0;                        ///< a sensitivity worse than this is `undecided`
  bool early_pass = false;
  double min_coverage = 0.6;  ///< in [0, 1]
  /// For method kayenta. What is absent of direction and allowed changes a metric's `worse` and
  /// `allow` say, and its `critical` is the metric's.
  KayentaSettings kayenta;
};

/// A fixed bound, in the metric's unit.
struct Limit {
  std::optional<double> max;
  std::optional<double> min;
  enum class Per { group, host } per = Per::group;
  /// `for: 3 of 5`: at least `bad` of any `of` consecutive points. Nothing: the window's summary.
  struct Run {
    std::int64_t bad = 1;
    std::int64_t of = 1;
  };
  std::optional<Run> run;
};

/// `traffic`: how much the canary must have been given to be judged at all.
struct Traffic {
  std::string query;
  std::string backend = "default";
  std::optional<std::string> host_label;
  double min = 0;                   ///< events on the canary over the window
  std::optional<double> min_share;  ///< of what one baseline host got, per canary host; a fraction
};

struct MetricSpec {
  std::string name;
  std::string query;   ///< either this, or `errors` and (optionally) `total`
  std::string errors;  ///< a count a bucket
  std::string total;   ///< the exposure a bucket: requests, tasks, seconds
  std::string backend = "default";
  std::optional<std::string> host_label;
  Worse worse = Worse::either;
  double allow = 0;  ///< a fraction on the ratio scale, the metric's unit on the difference scale
  bool allow_is_percent = true;  ///< as it was written; false needs `scale: difference`
  std::string unit = "none";
  std::optional<Limit> limit;
  std::optional<double> min_traffic;  ///< canary `total` over the window; below: undecided
  double pseudo_count = 0.5;
  Scale scale = Scale::automatic;
  std::string summary = "auto";        ///< auto | mean | log-mean | median | pNN
  std::optional<JudgeSettings> judge;  ///< this metric's own; the check's where absent
  bool optional = false;
  bool critical = false;
  double weight = 1;                ///< with `score`: its share within each of its groups, above 0
  std::vector<std::string> groups;  ///< with `score`; none: the group `ungrouped`
  std::optional<Duration> settle;
  std::map<std::string, std::string> links;  ///< name to URL, may hold variables

  [[nodiscard]] bool counts() const { return !errors.empty(); }
};

/// The group of the metrics that are in none.
inline constexpr const char* kUngrouped = "ungrouped";

/// `score`: the gate fails by the weighted share of its metrics that pass, as Kayenta's does.
struct ScoreRule {
  std::map<std::string, double> weights;  ///< by group, out of 100; groups without share the rest
  double pass = 95;                       ///< fewer at the last look fails
  double marginal = 75;                   ///< fewer at an earlier look fails
};

struct CheckDefinition {
  std::string name;
  std::string file;  ///< where it was read, for messages
  std::string description;
  std::string owner;
  std::string runbook;
  std::vector<std::string> tags;
  std::map<std::string, std::string> vars;
  GroupSpec canary;
  GroupSpec baseline;
  Expect expect;
  WindowSpec window;
  JudgeSettings judge;
  Mode mode = Mode::hard;
  Policy on_no_data = Policy::fail;
  Policy on_undecided = Policy::fail;
  std::optional<Traffic> traffic;
  std::optional<ScoreRule> score;
  std::vector<MetricSpec> metrics;  ///< at least one, names unique

  [[nodiscard]] const JudgeSettings& judge_of(const MetricSpec& metric) const {
    return metric.judge ? *metric.judge : judge;
  }
  /// Whether any metric is judged by what is normal: only then the past is looked at.
  [[nodiscard]] bool needs_past() const;
};

struct BackendSpec {
  std::string type;  ///< a name of backend_types()
  Config config;
};

/// Somebody to be told of a run.
struct NotifierSpec {
  std::string type;  ///< a name of notifier_keys()
  Config config;
};

/// `history`: where the runs are recorded.
struct HistorySpec {
  std::string url;  ///< `sqlite:` and an absolute path, or `postgresql://…` without a password
  std::optional<SecretRef> password;
};

struct EnvironmentDefinition {
  std::string name;
  std::string file;
  std::map<std::string, BackendSpec> backends;  ///< by the name that metrics use
  std::map<std::string, Config> discovery;      ///< connection, by a name of source_types()
  std::vector<NotifierSpec> notify;             ///< in the file's order
  std::map<std::string, std::string> vars;
  std::optional<HistorySpec> history;
};

}  // namespace canarygate
