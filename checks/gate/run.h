/// One run of a check: what it was asked, what it knows so far, and the steps of its story
/// (gate.cpp).
///
/// Each step returns whether the story goes on; what it learnt stands in `outcome_` and `causes_`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checks/gate.h"
#include "checks/gate/backends.h"
#include "checks/gate/causes.h"
#include "checks/gate/companions.h"
#include "checks/gate/fetch.h"
#include "checks/gate/queries.h"
#include "checks/gate/recording.h"
#include "checks/gate/schedule.h"
#include "checks/gate/tables.h"
#include "checks/judge/judge.h"
#include "checks/judge/timeline.h"
#include "checks/roster.h"

namespace canarygate::gate {

class Run {
 public:
  Run(const GateRequest& request, const Ports& ports, GateObserver& observer,
      Companions& companions);

  [[nodiscard]] const std::string& check() const { return check_.name; }

  /// Everything that can be wrong without asking anyone: unknown metrics and backends, missing
  /// secrets, impossible times.
  bool prepare();

  /// Asks nobody, because another check of the run cannot be run.
  void stand_down(const std::string& because_of);

  /// With `--deploy`: looks around, observes, and runs the command. True at once without.
  bool deploy();

  /// Finds the hosts, asking again for as long as `expect.wait` allows.
  bool discover();

  /// Plans the queries and fetches reference and history.
  bool fetch_history();

  /// Waits until the next look's points are final. False when there is none left, or nothing may be
  /// waited for.
  bool await_next_look();

  /// Fetches the window's points up to the look and judges them.
  void look();

  /// A failure, or an early pass where the check allows one: no further look can change it.
  [[nodiscard]] bool settled() const;

  /// The hosts once more, at the window's end: a canary that is gone was rolled back, and must not
  /// pass.
  void confirm_hosts();

  /// The verdict, its reasons in order, and all that was seen.
  Outcome finish();

  /// Instead of all these steps: judges what another run saw, and finishes.
  Outcome replay(const Recording& recording);

 private:
  // hosts.cpp
  RosterRequest roster_request() const;
  Result<Roster> find_now();
  [[nodiscard]] bool asks_discovery() const;
  void confirm_tagged_hosts();
  void confirm_judged_hosts();
  void confirm_answering_hosts();

  // deploying.cpp
  bool go_on_after(const Error& error);
  bool look_around();
  bool observe();
  bool saw_enough(Duration length);
  bool await_companions();
  bool run_command();
  [[nodiscard]] std::vector<std::string> not_back(const Hosts& now) const;
  void blame_for_not_coming_back();

  // watching.cpp
  [[nodiscard]] const BackendSpec& spec_of(const std::string& backend) const;
  [[nodiscard]] std::optional<std::string> watcher() const;
  [[nodiscard]] Status can_be_seen() const;
  bool watch_hosts();
  bool glance();
  [[nodiscard]] std::optional<TimePoint> past_begins() const;
  std::optional<TimePoint> collect();
  bool wait_until(TimePoint when, const std::string& what);

  // looks.cpp
  [[nodiscard]] std::int64_t looks() const;
  [[nodiscard]] std::int64_t looks_ready() const;
  [[nodiscard]] bool last_look() const { return looks_done_ == looks(); }
  /// Points of the window up to the last look done.
  [[nodiscard]] std::int64_t points_done() const;

  // judging.cpp
  void judge_window();
  judge::JudgeInput judge_input();
  Result<judge::Table> table_of(std::size_t query, double factor) const;
  void add_metric(judge::JudgeInput& input, std::size_t metric);
  void judge_traffic();

  // finish.cpp
  void describe_hosts();
  void describe_metrics();
  void describe_matches();
  void leave_open();
  void warn_of_servers();

  // record.cpp
  struct KnownCauses {
    std::size_t fail = 0, trouble = 0, undecided = 0;
  };
  [[nodiscard]] KnownCauses known_causes() const;
  void note_judged(Causes before);
  std::shared_ptr<Recording> record();
  void keep_replies(Recording& recording);

  // history.cpp
  bool plan_for_hosts();
  void warn_of_history();
  [[nodiscard]] judge::TimelineRequest timeline_request() const;

  // run.cpp
  Status schedule_run();
  bool stop(const Error& error);
  void warn(std::string code, std::string text);
  bool interrupted();
  bool called_off();
  [[nodiscard]] Duration time_left() const;

  GateRequest request_;
  const Ports& ports_;
  GateObserver& observer_;
  Companions& companions_;
  CheckDefinition& check_;  // of request_: `only` narrows it

  Schedule schedule_;
  Duration begun_;  // by Clock::elapsed
  std::optional<TimePoint> deploy_began_;
  Hosts hosts_before_;  // the deploy
  Backends backends_;
  Hosts hosts_;
  TimePoint hosts_seen_at_;
  Groups groups_;
  QueryPlan plan_;
  judge::Timeline timeline_;
  std::vector<Reply> replies_;
  std::int64_t looks_done_ = 0;
  bool failed_ = false;  // by its metrics
  bool early_pass_ = false;
  bool stopped_ = false;  // by trouble, a signal or the timeout: nothing more is asked
  bool confirmed_ = false;
  std::vector<std::string> remarks_;  // of the backends

  /// What the last judgement was made from, where the run is recorded.
  struct Judged {
    std::int64_t looks_done = 0;
    Causes before;
    KnownCauses known;  // after it; later ones are no judgement's
    Groups groups;
    std::vector<Reply> windows;  // one a query: the window's points only
  };
  std::optional<Judged> judged_;

  Causes causes_;
  Outcome outcome_;
};

}  // namespace canarygate::gate
