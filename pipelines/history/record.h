/// A run of a check as the history keeps it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checks/clock.h"
#include "pipelines/report.h"

namespace canarygate::history {

/// What somebody who knows says of a verdict.
enum class Mark { none, right, wrong };
[[nodiscard]] const char* to_string(Mark mark);  ///< "", "right" or "wrong"

struct RecordedMetric {
  std::string name;
  Verdict verdict = Verdict::trouble;
  bool optional = false;
  bool ratio = true;  ///< the effect's kind; else a difference
  std::optional<double> effect;
  std::optional<double> lower;
  std::optional<double> upper;
  std::string reason;  ///< the first, "" for none
};

struct Record {
  std::int64_t number = 0;  ///< counts up in its store; 0 before it is in one
  std::string run_id;
  std::string check;
  std::string environment;  ///< "" for none
  bool soft = false;        ///< it was to stop nothing
  Verdict verdict = Verdict::trouble;
  int exit_code = 2;
  int hard_exit_code = 2;  ///< without soft mode and override
  std::string reason;      ///< the first, "" for a pass
  std::optional<std::string> override_reason;
  std::string override_user;
  TimePoint started_at;
  TimePoint finished_at;
  TimePoint recorded_at;                 ///< when the store took it
  std::optional<TimePoint> deployed_at;  ///< nothing: the deploy did not happen
  /// From the deploy to when its canary may have been gone: what is no normal time. Nothing where
  /// nothing was deployed.
  std::optional<TimePoint> event_from;
  std::optional<TimePoint> event_to;
  std::string definition;  ///< a hash of the files that it came from
  std::string program;     ///< canarygate's version
  std::string build_url;
  std::string commit;
  std::string author;
  Mark mark = Mark::none;
  std::string note;
  std::string marked_by;
  std::optional<TimePoint> marked_at;
  std::vector<RecordedMetric> metrics;
  std::string report;  ///< the JSON report; "" where it was not asked for
};

/// `exit_code`: the process's own. Texts from outside are made printable.
[[nodiscard]] Record record_of(const Report& report, int exit_code, const std::string& definition,
                               Duration observed);

/// 16 hexadecimal digits that change with any byte of the files; one that cannot be read is empty.
[[nodiscard]] std::string hash_of(const std::vector<std::string>& files);

}  // namespace canarygate::history
