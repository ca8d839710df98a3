/// The lines at the bottom of the terminal that are drawn anew in place: a frame for each check of
/// the run, one below the other.
///
/// Between two writes the cursor stands at the start of the line below the frames and nothing of
/// the terminal's state is changed: whatever ends the process leaves a clean screen. One write a
/// drawing.
#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "cli/terminal/frame.h"
#include "cli/terminal/screen.h"

namespace canarygate {

class LiveView {
 public:
  struct Setting {
    std::vector<FrameState> checks;  ///< what is known before the gate runs
    bool colour = false;
    bool unicode = true;
    std::function<Screen()> screen;  ///< asked before each drawing
  };
  LiveView(std::ostream& err, Setting setting);
  LiveView(const LiveView&) = delete;
  LiveView& operator=(const LiveView&) = delete;
  /// Leaves the last frames as plain text, or nothing where no look was taken.
  ~LiveView();

  [[nodiscard]] FrameState& check(std::size_t index) { return setting_.checks[index]; }
  [[nodiscard]] bool several() const { return setting_.checks.size() > 1; }
  void draw();
  /// There is something to keep at the end.
  void looked() { looked_ = true; }
  /// Above the frames, and to stay.
  void tell(const std::vector<std::string>& lines);

  /// The terminal is the deploy command's from here, below what is drawn and `line`; until back().
  /// Only the first call counts.
  void leave(const std::string& line);
  void back(const std::string& line);
  [[nodiscard]] bool away() const { return away_; }

  /// `canarygate: ` and `text`, as far as it can be shown.
  [[nodiscard]] std::string line_of(const std::string& text) const;

 private:
  /// In place of the frames; the next ones come below.
  void put_above(const std::vector<std::string>& lines);
  /// Below the frames, which stay as well.
  void keep(const std::vector<std::string>& lines);
  /// Nothing while the terminal is another job's.
  [[nodiscard]] std::optional<Screen> screen();
  /// To the first line of what is drawn.
  [[nodiscard]] std::string back_to_top(const Screen& screen) const;

  std::ostream& err_;
  Setting setting_;
  std::vector<std::string> drawn_;  ///< the lines that stand right above the cursor
  int columns_ = 0;                 ///< of the screen when they were drawn
  int continued_ = 0;
  bool looked_ = false;
  bool away_ = false;
};

}  // namespace canarygate
