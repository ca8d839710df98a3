/// What the gate does, as a few lines at the bottom of the terminal that are drawn anew in place.
///
/// Between two writes the cursor stands at the start of the line below the frame and nothing of the
/// terminal's state is changed: whatever ends the process leaves a clean screen. One write a frame.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "checks/gate.h"
#include "cli/terminal/frame.h"
#include "cli/terminal/screen.h"

namespace canarygate {

class LiveProgress : public GateObserver {
 public:
  /// `first` says what is known before the gate runs; `after_deploy` is how long after the deploy
  /// the window begins and ends. `screen` is asked before each frame.
  struct Setting {
    FrameState first;
    Duration warmup{0};
    Duration duration{0};
    bool colour = false;
    bool unicode = true;
    std::function<Screen()> screen;
  };
  LiveProgress(std::ostream& err, Setting setting);
  /// Leaves the last frame as plain text, or nothing where no look was taken.
  ~LiveProgress() override;

  void hosts_found(const HostsOutcome& hosts) override;
  void history_fetched(std::int64_t windows, std::int64_t points) override;
  void waiting(const std::string& for_what, TimePoint until) override;
  void tick(TimePoint now) override;
  void deploying(const std::string& command) override;
  void deployed(TimePoint deployed_at) override;
  void looked(const Outcome& so_far) override;

 private:
  void draw();
  /// Those that came since the last look, above the frame.
  void tell_new(const std::vector<Reason>& warnings);
  /// In place of the frame, and to stay; the next frame comes below.
  void put_above(const std::vector<std::string>& lines);
  /// Below the frame, which stays as well.
  void keep(const std::vector<std::string>& lines);
  /// Nothing while the terminal is another job's.
  [[nodiscard]] std::optional<Screen> screen();
  /// To the first line of what is drawn.
  [[nodiscard]] std::string back_to_top(const Screen& screen) const;
  [[nodiscard]] std::string line_of(const std::string& text) const;

  std::ostream& err_;
  Setting setting_;
  FrameState state_;
  std::vector<std::string> drawn_;  ///< the lines that stand right above the cursor
  int columns_ = 0;                 ///< of the screen when they were drawn
  int continued_ = 0;
  bool looked_ = false;
  bool away_ = false;  ///< the terminal is the deploy command's
  std::size_t warnings_told_ = 0;
};

}  // namespace canarygate
