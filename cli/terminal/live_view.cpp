#include "cli/terminal/live_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/terminal/columns.h"

namespace canarygate {

namespace {

constexpr std::string_view kEraseRestOfLine = "\x1B[K";
constexpr std::string_view kEraseBelow = "\x1B[J";

}  // namespace

LiveView::LiveView(std::ostream& err, Setting setting) : err_(err), setting_(std::move(setting)) {}

LiveView::~LiveView() {
  if (away_) {  // the command's last line may lack its end
    err_ << "\n" << std::flush;
    return;
  }
  for (FrameState& check : setting_.checks) check.over = true;
  if (looked_) {
    draw();
    keep({""});
  } else if (!drawn_.empty()) {
    put_above({});
  }
}

void LiveView::tell(const std::vector<std::string>& lines) {
  if (!lines.empty()) put_above(lines);
}

void LiveView::leave(const std::string& line) {
  if (away_) return;
  if (!drawn_.empty()) draw();
  keep({line});
  away_ = true;
}

void LiveView::back(const std::string& line) {
  if (!away_) return;
  away_ = false;
  keep({"", line});  // the command's last line may lack its end
}

std::string LiveView::line_of(const std::string& text) const {
  return showable("canarygate: " + text, setting_.unicode);
}

std::optional<Screen> LiveView::screen() {
  const Screen screen = setting_.screen();
  if (!screen.foreground || screen.continued != continued_) {
    drawn_.clear();  // others have written below it since
    continued_ = screen.continued;
  }
  return screen.foreground ? std::optional(screen) : std::nullopt;
}

void LiveView::draw() {
  const auto seen = screen();
  if (away_ || !seen) return;
  const std::vector<std::string> lines =
      frames(setting_.checks, {seen->columns, seen->rows, setting_.colour, setting_.unicode});
  if (lines == drawn_ && seen->columns == columns_) return;
  std::string text = back_to_top(*seen);
  // A terminal that wraps anew keeps a memory of what it wrapped until the line is erased.
  if (seen->columns != columns_ && !drawn_.empty()) text += kEraseBelow;
  for (const std::string& line : lines) {
    text += line;
    text += kEraseRestOfLine;
    text += '\n';
  }
  if (!drawn_.empty()) text += kEraseBelow;  // a longer frame, and what was typed: ^C
  err_ << text << std::flush;
  drawn_ = lines;
  columns_ = seen->columns;
}

void LiveView::put_above(const std::vector<std::string>& lines) {
  const auto seen = screen();
  if (!seen) return;
  std::string text;
  if (!drawn_.empty()) text += back_to_top(*seen) + std::string(kEraseBelow);
  for (const std::string& line : lines) text += line + "\n";
  err_ << text << std::flush;
  drawn_.clear();
}

void LiveView::keep(const std::vector<std::string>& lines) {
  drawn_.clear();
  put_above(lines);
}

std::string LiveView::back_to_top(const Screen& screen) const {
  int rows = 0;
  for (const std::string& line : drawn_) {
    // A terminal that became narrower has wrapped what was longer.
    rows += std::max(1, (columns_of(line) + screen.columns - 1) / screen.columns);
  }
  return rows == 0 ? "" : fmt::format("\r\x1B[{}A", rows);
}

}  // namespace canarygate
