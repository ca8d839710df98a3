/// What the gate does, told on stderr in plain lines as it happens.
#pragma once

#include <ostream>

#include "checks/gate.h"
#include "cli/options.h"

namespace canarygate {

class PlainProgress : public GateObserver {
 public:
  PlainProgress(std::ostream& err, std::string check, Options::Verbosity verbosity);
  void hosts_found(const HostsOutcome& hosts) override;
  void history_fetched(std::int64_t windows, std::int64_t points) override;
  void waiting(const std::string& for_what, TimePoint until) override;
  void looked(const Outcome& so_far) override;
  void note(const std::string& line) override;

 private:
  void say(const std::string& line);

  std::ostream& err_;
  std::string check_;
  Options::Verbosity verbosity_;
};

}  // namespace canarygate
