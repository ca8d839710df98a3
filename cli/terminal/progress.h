/// What the gate does, told on stderr as it happens: a live view on a terminal, plain lines in a
/// log.
#pragma once

#include <memory>
#include <ostream>
#include <string>

#include "checks/gate.h"
#include "cli/options.h"

namespace canarygate {

/// Plain lines, without control characters. `warmup` lies between a deploy and the window.
class PlainProgress : public GateObserver {
 public:
  PlainProgress(std::ostream& err, std::string check, Duration warmup,
                Options::Verbosity verbosity);
  void hosts_found(const HostsOutcome& hosts) override;
  void history_fetched(std::int64_t windows, std::int64_t points) override;
  void waiting(const std::string& for_what, TimePoint until) override;
  void deploying(const std::string& command) override;
  void deployed(TimePoint deployed_at) override;
  void looked(const Outcome& so_far) override;
  void note(const std::string& line) override;

 private:
  void say(const std::string& line);

  std::ostream& err_;
  std::string check_;
  Duration warmup_;
  Options::Verbosity verbosity_;
};

/// The live view where a person looks on: stderr is a terminal and no CI system's, and the
/// verbosity is the usual one; `-v` and `--debug` write lines of their own. Plain lines elsewhere.
[[nodiscard]] std::unique_ptr<GateObserver> make_progress(const GateRequest& request,
                                                          const Options& options,
                                                          const Ports& ports, std::ostream& err);

}  // namespace canarygate
