#include "checks/gate/wanted_timeline.h"

#include <algorithm>
#include <iterator>

namespace canarygate::gate {

judge::TimelineRequest wanted_timeline(const CheckDefinition& check, TimePoint deployed_at,
                                       const std::vector<judge::Interval>& deploys) {
  judge::TimelineRequest wanted;
  wanted.deployed_at = deployed_at;
  wanted.warmup = check.window.warmup;
  wanted.duration = check.window.duration;
  wanted.step = check.window.step;
  if (check.needs_past()) {
    wanted.reference = check.judge.reference.value_or(4 * check.window.duration);
    wanted.history = check.judge.history;
  }
  wanted.looks = check.judge.looks;
  std::ranges::copy_if(deploys, std::back_inserter(wanted.past_events),
                       [&](const judge::Interval& deploy) { return deploy.from < deployed_at; });
  return wanted;
}

}  // namespace canarygate::gate
