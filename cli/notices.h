/// Who is told of a run, and when: at its start, or when the command of --deploy begins, and at the
/// verdict.
///
/// Nothing here changes what the run does or returns: what goes wrong is a warning on stderr.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "checks/gate.h"
#include "cli/options.h"
#include "pipelines/notify/notifications.h"

namespace canarygate {

class Notices {
 public:
  /// `run_ids`: one a request. Tells nobody when the options say so.
  Notices(const Options& options, std::span<const GateRequest> requests,
          std::vector<std::string> run_ids, const Ports& ports, std::ostream& err);
  ~Notices();
  Notices(const Notices&) = delete;
  Notices& operator=(const Notices&) = delete;

  /// `shown`, but that the beginning of the deploy command is also the start that others are told
  /// of. Lives as long as this.
  [[nodiscard]] GateObserver& watch(GateObserver& shown);
  /// The start, where no deploy command makes one.
  void begin();
  /// One report a request, in their order, with what the process returns.
  void decided(std::span<const Report> reports);

 private:
  class Observer;
  void start();
  void tell(const std::function<std::vector<Notice>()>& notices);

  const Ports& ports_;
  std::ostream& err_;
  std::vector<GateRequest> requests_;
  std::vector<std::string> run_ids_;
  std::unique_ptr<Sockets> sockets_;
  std::unique_ptr<Notifications> notifications_;  ///< null: nobody is told
  std::vector<std::unique_ptr<Observer>> observers_;
  bool deploys_ = false;
  std::optional<std::string> override_reason_;
  std::optional<TimePoint> deploy_began_;
};

}  // namespace canarygate
