#include "cli/terminal/live.h"

#include <fmt/format.h>

#include <utility>

#include "checks/duration.h"

namespace canarygate {

LiveProgress::LiveProgress(std::shared_ptr<LiveView> view, Setting setting)
    : view_(std::move(view)), setting_(setting) {
  state().doing = "looking for the hosts";
}

void LiveProgress::hosts_found(const HostsOutcome& hosts) {
  state().hosts = hosts;
  state().until.reset();
  state().doing = "fetching the history";
  view_->draw();
}

void LiveProgress::history_fetched(std::int64_t /*windows*/, std::int64_t points) {
  state().doing = fmt::format("{} numbers of the past fetched", points);
  view_->draw();
}

void LiveProgress::waiting(const std::string& for_what, TimePoint until) {
  state().waiting_for = for_what;
  state().until = until;
  view_->draw();
}

void LiveProgress::tick(TimePoint now) {
  state().now = now;
  view_->draw();
}

void LiveProgress::deploying(const std::string& command) {
  state().until.reset();
  state().doing = "running the deploy command";
  view_->leave(common_line("running the deploy command: " + command));
}

void LiveProgress::deployed(TimePoint deployed_at) {
  state().now = deployed_at;
  state().until.reset();
  state().doing = "looking for the hosts";
  state().window_start = deployed_at + setting_.warmup;
  state().window_end = *state().window_start + setting_.duration;
  view_->back(view_->several() ? view_->line_of("the deploy ended")
                               : own_line(fmt::format("the deploy ended; the window begins at {}",
                                                      format_time_of_day(*state().window_start))));
  view_->draw();
}

void LiveProgress::looked(const Outcome& so_far) {
  view_->looked();
  const WindowOutcome& window = so_far.window;
  state().until.reset();
  state().doing = "deciding";
  state().looks = window.looks;
  state().looks_done = window.looks_done;
  state().window_start = window.start;
  state().window_end = window.end;
  state().hosts = so_far.hosts;
  state().metrics.clear();
  for (const MetricOutcome& metric : so_far.metrics) {
    state().metrics.push_back(metric_line(metric, window));
  }
  tell_new(so_far.warnings);
  view_->draw();
}

void LiveProgress::decided(const Outcome& outcome) {
  if (!view_->several()) return;  // what follows at once says it
  state().over = true;
  state().verdict = to_string(outcome.verdict);
  view_->draw();
}

void LiveProgress::tell_new(const std::vector<Reason>& warnings) {
  std::vector<std::string> lines;
  for (; warnings_told_ < warnings.size(); ++warnings_told_) {
    const Reason& warning = warnings[warnings_told_];
    // What is wrong with the files was so before; the explanation says it.
    if (warning.code != "definition") lines.push_back(own_line("warning: " + warning.text));
  }
  view_->tell(lines);
}

std::string LiveProgress::own_line(const std::string& text) {
  return view_->line_of(state().check + ": " + text);
}

std::string LiveProgress::common_line(const std::string& text) {
  return view_->several() ? view_->line_of(text) : own_line(text);
}

}  // namespace canarygate
