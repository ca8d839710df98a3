#include "checks/judge/warnings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "checks/judge/explain.h"
#include "checks/judge/spread.h"
#include "checks/text.h"

namespace canarygate::judge {

namespace {

/// Below it the steps of Kayenta's search, 0.00005 long, are more than a twentieth of the level.
constexpr double kSmall = 1e-3;

/// The level of both sides, where it is too small for that search.
std::optional<double> too_small(const Finding& finding) {
  const double canary = std::abs(finding.canary.mean.value_or(0));
  const double baseline = std::abs(finding.baseline.mean.value_or(0));
  const double level = std::max(canary, baseline);
  return level > 0 && level < kSmall ? std::optional(level) : std::nullopt;
}

}  // namespace

void add_warnings(const ConcludeRequest& request, Finding& finding) {
  const auto add = [&](const char* code, std::string text) {
    finding.warnings.push_back({code, finding.metric, std::nullopt, std::move(text)});
  };
  for (const SetAside& host : finding.set_aside) {
    finding.warnings.push_back(
        {"host_set_aside", finding.metric, host.host,
         fmt::format("{} was not judged: {}", printable(host.host), host.reason)});
  }
  if (const auto level = too_small(finding); level && finding.method == JudgeMethod::kayenta) {
    add("coarse_search",
        fmt::format(
            "{} is around {:.2g}, and Kayenta's judge searches for a difference in steps of "
            "0.00005, so it may miss even a large one; let the query return a smaller unit "
            "(% instead of a share, ms instead of s), or take another judge",
            finding.metric, *level));
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
        request.subject.own_past
            ? "with fewer than five baseline hosts one that moves looks like a canary that moves "
              "the other way, so a change counts only where the canary also left its own past"
            : "with fewer than five baseline hosts one that moves looks like a canary that moves "
              "the other way");
  }
  if (request.subject.level_groups.empty() && !request.subject.counts) {
    add("no_time_of_day_control",
        "hosts were not compared with themselves at this time of day; that takes a history of five "
        "days");
  }
  if (!request.last_look || finding.verdict == Verdict::fail) return;
  if (auto warning = spread_not_tested(request.subject, request.test->seen)) {
    finding.warnings.push_back(*std::move(warning));
  }
}

}  // namespace canarygate::judge
