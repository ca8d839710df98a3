#include "checks/judge/warnings.h"

#include <fmt/format.h>

#include "checks/judge/explain.h"
#include "checks/text.h"

namespace canarygate::judge {

void add_warnings(const ConcludeRequest& request, Finding& finding) {
  const auto add = [&](const char* code, std::string text) {
    finding.warnings.push_back({code, finding.metric, std::nullopt, std::move(text)});
  };
  for (const SetAside& host : finding.set_aside) {
    finding.warnings.push_back(
        {"host_set_aside", finding.metric, host.host,
         fmt::format("{} was not judged: {}", printable(host.host), host.reason)});
  }
  if (compared_as_they_are(finding)) {
    add("independence_assumed",
        fmt::format(
            "{} takes every point of a host for independent of the one before and all "
            "hosts for alike; where they are not, as in most fleets, it stops good deploys "
            "far more often than it is meant to",
            finding.method == JudgeMethod::kayenta ? "Kayenta's judge" : "the Mann-Whitney test"));
    return;
  }
  if (request.test == nullptr) return;
  const bool history = request.test->evidence != Evidence::weak && request.subject.windows > 0;
  if (!history) {
    add("no_history",
        fmt::format("{} has no usable history; {}", finding.metric,
                    request.test->evidence == Evidence::weak
                        ? "the difference's own course over the window was tested instead"
                        : "the hosts of this window were compared with one another instead"));
    return;
  }
  if (request.subject.new_canary) {
    add("new_canary_hosts",
        "canary hosts have no history of their own; a cold start looks like a regression, so give "
        "them a warm-up, or start baseline hosts together with them");
  }
  if (!request.input.before_after && !request.subject.counts && finding.baseline.hosts < 5) {
    add("few_baseline_hosts",
        "with fewer than five baseline hosts it cannot be seen whether the whole fleet is more "
        "restless now than in its history");
  }
  if (request.subject.level_groups.empty() && !request.subject.counts) {
    add("no_time_of_day_control",
        "hosts were not compared with themselves at this time of day; that takes a history of five "
        "days");
  }
}

}  // namespace canarygate::judge
