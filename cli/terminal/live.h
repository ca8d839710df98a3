/// What the gate does with one check, shown in its frame of the live view.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "checks/gate.h"
#include "cli/terminal/frame.h"
#include "cli/terminal/live_view.h"

namespace canarygate {

class LiveProgress : public GateObserver {
 public:
  /// The check's place in the view, and how its window lies after the deploy.
  struct Setting {
    std::size_t check = 0;
    Duration warmup{0};
    Duration duration{0};
  };
  LiveProgress(std::shared_ptr<LiveView> view, Setting setting);

  void hosts_found(const HostsOutcome& hosts) override;
  void history_fetched(std::int64_t windows, std::int64_t points) override;
  void waiting(const std::string& for_what, TimePoint until) override;
  void tick(TimePoint now) override;
  void deploying(const std::string& command) override;
  void deployed(TimePoint deployed_at) override;
  void looked(const Outcome& so_far) override;
  void decided(const Outcome& outcome) override;

 private:
  [[nodiscard]] FrameState& state() { return view_->check(setting_.check); }
  /// Those that came since the last look, above the frames.
  void tell_new(const std::vector<Reason>& warnings);
  /// With the check's name before it.
  [[nodiscard]] std::string own_line(const std::string& text);
  /// Without it, where it is said for all checks.
  [[nodiscard]] std::string common_line(const std::string& text);

  std::shared_ptr<LiveView> view_;
  Setting setting_;
  std::size_t warnings_told_ = 0;
};

}  // namespace canarygate
