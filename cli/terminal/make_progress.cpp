#include <unistd.h>

#include <algorithm>

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

}  // namespace

std::unique_ptr<GateObserver> make_progress(const GateRequest& request, const Options& options,
                                            const Ports& ports, std::ostream& err) {
  const CheckDefinition& check = request.loaded.check;
  // Some CI systems give their jobs a terminal, and keep what is written to it as a log.
  const bool log =
      !read_ci_environment(ports.variables).empty() || ports.variables.get("CI").has_value();
  if (log || options.verbosity != Options::Verbosity::normal ||
      !stderr_can_be_drawn_on(ports.variables)) {
    return std::make_unique<PlainProgress>(err, check.name, check.window.warmup, options.verbosity);
  }
  count_continuations();
  return std::make_unique<LiveProgress>(
      err, LiveProgress::Setting{first_state(request, request.now.value_or(ports.clock.now())),
                                 check.window.warmup, check.window.duration,
                                 wants_colour(options.colour, ports.variables, STDERR_FILENO),
                                 has_unicode(ports.variables), stderr_screen});
}

}  // namespace canarygate
