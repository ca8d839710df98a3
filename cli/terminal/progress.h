/// What the gate does, told on stderr as it happens: a live view on a terminal, plain lines in a
/// log.
#pragma once

#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <utility>

#include "checks/gate.h"
#include "cli/options.h"

namespace canarygate {

/// Who looks on at each check of a run.
class Progress {
 public:
  Progress() = default;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  virtual ~Progress() = default;
  [[nodiscard]] virtual GateObserver& of(std::size_t check) = 0;
};

/// Plain lines, without control characters, each with its check's name.
class PlainProgress : public GateObserver {
 public:
  struct Setting {
    std::string check;
    Duration warmup{0};  ///< between a deploy and the window
    Options::Verbosity verbosity = Options::Verbosity::normal;
    bool several = false;  ///< others speak as well
    bool first = true;     ///< of them: tells what is all of theirs
  };
  PlainProgress(std::ostream& err, Setting setting) : err_(err), setting_(std::move(setting)) {}
  void hosts_found(const HostsOutcome& hosts) override;
  void history_fetched(std::int64_t windows, std::int64_t points) override;
  void waiting(const std::string& for_what, TimePoint until) override;
  void deploying(const std::string& command) override;
  void deployed(TimePoint deployed_at) override;
  void looked(const Outcome& so_far) override;
  void decided(const Outcome& outcome) override;
  void note(const std::string& line) override;

 private:
  void say(const std::string& line);
  void say_to_all(const std::string& line);

  std::ostream& err_;
  Setting setting_;
};

/// The live view where a person looks on: stderr is a terminal and no CI system's, and the
/// verbosity is the usual one; `-v` and `--debug` write lines of their own. Plain lines elsewhere.
[[nodiscard]] std::unique_ptr<Progress> make_progress(std::span<const GateRequest> requests,
                                                      const Options& options, const Ports& ports,
                                                      std::ostream& err);

}  // namespace canarygate
