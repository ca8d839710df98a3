#include <unistd.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "cli/terminal/live.h"
#include "cli/terminal/progress.h"
#include "cli/terminal/screen.h"
#include "pipelines/ci_environment.h"

namespace canarygate {

namespace {

/// What is known before anybody was asked.
FrameState first_state(const GateRequest& request, TimePoint now) {
  const CheckDefinition& check = request.loaded.check;
  FrameState state;
  state.check = check.name;
  state.environment = request.loaded.environment.name;
  state.now = now;
  state.looks = check.judge.looks;
  if (!request.deploy) {
    state.window_start = request.deployed_at.value_or(now) + check.window.warmup;
    state.window_end = *state.window_start + check.window.duration;
  }
  for (const MetricSpec& metric : check.metrics) {
    const bool wanted =
        request.only.empty() || std::ranges::find(request.only, metric.name) != request.only.end();
    if (!wanted) continue;
    MetricLine line;
    line.name = metric.name;
    state.metrics.push_back(std::move(line));
  }
  return state;
}

class PlainLog : public Progress {
 public:
  PlainLog(std::span<const GateRequest> requests, Options::Verbosity verbosity, std::ostream& err) {
    for (const GateRequest& request : requests) {
      const CheckDefinition& check = request.loaded.check;
      const bool first = checks_.empty();
      checks_.emplace_back(err, PlainProgress::Setting{check.name, check.window.warmup, verbosity,
                                                       requests.size() > 1, first});
    }
  }
  [[nodiscard]] GateObserver& of(std::size_t check) override { return checks_[check]; }

 private:
  std::deque<PlainProgress> checks_;
};

class LiveScreen : public Progress {
 public:
  LiveScreen(std::span<const GateRequest> requests, const std::shared_ptr<LiveView>& view) {
    for (const GateRequest& request : requests) {
      const WindowSpec& window = request.loaded.check.window;
      checks_.emplace_back(view,
                           LiveProgress::Setting{checks_.size(), window.warmup, window.duration});
    }
  }
  [[nodiscard]] GateObserver& of(std::size_t check) override { return checks_[check]; }

 private:
  std::deque<LiveProgress> checks_;
};

}  // namespace

std::unique_ptr<Progress> make_progress(std::span<const GateRequest> requests,
                                        const Options& options, const Ports& ports,
                                        std::ostream& err) {
  // Some CI systems give their jobs a terminal, and keep what is written to it as a log.
  const bool log =
      !read_ci_environment(ports.variables).empty() || ports.variables.get("CI").has_value();
  if (log || options.verbosity != Options::Verbosity::normal ||
      !stderr_can_be_drawn_on(ports.variables)) {
    return std::make_unique<PlainLog>(requests, options.verbosity, err);
  }
  count_continuations();
  LiveView::Setting setting{{},
                            wants_colour(options.colour, ports.variables, STDERR_FILENO),
                            has_unicode(ports.variables),
                            stderr_screen};
  for (const GateRequest& request : requests) {
    setting.checks.push_back(first_state(request, request.now.value_or(ports.clock.now())));
  }
  return std::make_unique<LiveScreen>(requests,
                                      std::make_shared<LiveView>(err, std::move(setting)));
}

}  // namespace canarygate
