#include "cli/terminal/live.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "checks/duration.h"
#include "checks/text.h"
#include "cli/terminal/columns.h"

namespace canarygate {

namespace {

constexpr std::string_view kEraseRestOfLine = "\x1B[K";
constexpr std::string_view kEraseBelow = "\x1B[J";

}  // namespace

LiveProgress::LiveProgress(std::ostream& err, Setting setting)
    : err_(err), setting_(std::move(setting)), state_(std::move(setting_.first)) {
  state_.doing = "looking for the hosts";
}

LiveProgress::~LiveProgress() {
  if (away_) {  // the command's last line may lack its end
    err_ << "\n" << std::flush;
    return;
  }
  state_.over = true;
  if (looked_) {
    draw();
    keep({""});
  } else if (!drawn_.empty()) {
    put_above({});
  }
}

void LiveProgress::hosts_found(const HostsOutcome& hosts) {
  state_.hosts = hosts;
  state_.until.reset();
  state_.doing = "fetching the history";
  draw();
}

void LiveProgress::history_fetched(std::int64_t /*windows*/, std::int64_t points) {
  state_.doing = fmt::format("{} numbers of the past fetched", points);
  draw();
}

void LiveProgress::waiting(const std::string& for_what, TimePoint until) {
  state_.waiting_for = for_what;
  state_.until = until;
  draw();
}

void LiveProgress::tick(TimePoint now) {
  state_.now = now;
  draw();
}

void LiveProgress::deploying(const std::string& command) {
  const bool shown = !drawn_.empty();
  state_.until.reset();
  state_.doing = "running the deploy command";
  if (shown) draw();
  keep({line_of("running the deploy command: " + command)});
  away_ = true;
}

void LiveProgress::deployed(TimePoint deployed_at) {
  away_ = false;
  state_.now = deployed_at;
  state_.until.reset();
  state_.doing = "looking for the hosts";
  state_.window_start = deployed_at + setting_.warmup;
  state_.window_end = *state_.window_start + setting_.duration;
  // The command's last line may lack its end.
  keep({"", line_of(fmt::format("the deploy ended; the window begins at {}",
                                format_time_of_day(*state_.window_start)))});
  draw();
}

void LiveProgress::looked(const Outcome& so_far) {
  looked_ = true;
  const WindowOutcome& window = so_far.window;
  state_.until.reset();
  state_.doing = "deciding";
  state_.looks = window.looks;
  state_.looks_done = window.looks_done;
  state_.window_start = window.start;
  state_.window_end = window.end;
  state_.hosts = so_far.hosts;
  state_.metrics.clear();
  for (const MetricOutcome& metric : so_far.metrics) {
    state_.metrics.push_back(metric_line(metric, window));
  }
  tell_new(so_far.warnings);
  draw();
}

void LiveProgress::tell_new(const std::vector<Reason>& warnings) {
  std::vector<std::string> lines;
  for (; warnings_told_ < warnings.size(); ++warnings_told_) {
    const Reason& warning = warnings[warnings_told_];
    // What is wrong with the files was so before; the explanation says it.
    if (warning.code != "definition") lines.push_back(line_of("warning: " + warning.text));
  }
  if (!lines.empty()) put_above(lines);
}

std::string LiveProgress::line_of(const std::string& text) const {
  return showable(fmt::format("canarygate: {}: {}", state_.check, text), setting_.unicode);
}

std::optional<Screen> LiveProgress::screen() {
  const Screen screen = setting_.screen();
  if (!screen.foreground || screen.continued != continued_) {
    drawn_.clear();  // others have written below it since
    continued_ = screen.continued;
  }
  return screen.foreground ? std::optional(screen) : std::nullopt;
}

void LiveProgress::draw() {
  const auto seen = screen();
  if (away_ || !seen) return;
  const std::vector<std::string> lines =
      frame(state_, {seen->columns, seen->rows, setting_.colour, setting_.unicode});
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

void LiveProgress::put_above(const std::vector<std::string>& lines) {
  const auto seen = screen();
  if (!seen) return;
  std::string text;
  if (!drawn_.empty()) text += back_to_top(*seen) + std::string(kEraseBelow);
  for (const std::string& line : lines) text += line + "\n";
  err_ << text << std::flush;
  drawn_.clear();
}

void LiveProgress::keep(const std::vector<std::string>& lines) {
  drawn_.clear();
  put_above(lines);
}

std::string LiveProgress::back_to_top(const Screen& screen) const {
  int rows = 0;
  for (const std::string& line : drawn_) {
    // A terminal that became narrower has wrapped what was longer.
    rows += std::max(1, (columns_of(line) + screen.columns - 1) / screen.columns);
  }
  return rows == 0 ? "" : fmt::format("\r\x1B[{}A", rows);
}

}  // namespace canarygate
