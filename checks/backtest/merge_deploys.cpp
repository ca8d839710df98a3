#include "checks/backtest/merge_deploys.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <tuple>

#include "checks/duration.h"

namespace canarygate::backtest {

namespace {

auto second_of(const PastDeploy& deploy) {
  return std::chrono::floor<std::chrono::seconds>(deploy.deployed_at);
}

bool may_be_of_same_hosts(const PastDeploy& one, const PastDeploy& other) {
  return one.canary.empty() || other.canary.empty() || one.canary == other.canary;
}

Status take_over(PastDeploy& kept, const PastDeploy& same) {
  if (kept.good && same.good && *kept.good != *same.good) {
    return fail(ErrorKind::usage,
                fmt::format("{} calls the deploy of {} {}, and {} calls it {}; correct one of them",
                            kept.source, format_time(kept.deployed_at), *kept.good ? "good" : "bad",
                            same.source, *same.good ? "good" : "bad"));
  }
  if (kept.label.empty()) kept.label = same.label;
  if (!kept.good) kept.good = same.good;
  if (kept.canary.empty()) kept.canary = same.canary;
  return Done{};
}

}  // namespace

Result<std::vector<PastDeploy>> merge_deploys(std::vector<PastDeploy> deploys) {
  // Those with hosts first, so that one without finds them all.
  std::ranges::stable_sort(deploys, {}, [](const PastDeploy& deploy) {
    return std::tuple(second_of(deploy), deploy.canary.empty(), deploy.canary);
  });
  std::vector<PastDeploy> merged;
  std::size_t second = 0;  // where the current second's begin
  for (PastDeploy& deploy : deploys) {
    if (merged.empty() || second_of(merged.back()) != second_of(deploy)) second = merged.size();
    const auto same =
        std::find_if(merged.begin() + static_cast<std::ptrdiff_t>(second), merged.end(),
                     [&](const PastDeploy& kept) { return may_be_of_same_hosts(kept, deploy); });
    if (same == merged.end()) {
      merged.push_back(std::move(deploy));
    } else if (const Status taken = take_over(*same, deploy); !taken) {
      return unexpected(taken.error());
    }
  }
  return merged;
}

Result<std::vector<PastDeploy>> merge_deploys(std::vector<PastDeploy> judged,
                                              std::vector<PastDeploy> others, Duration apart) {
  std::vector<PastDeploy> rest;
  for (PastDeploy& other : others) {
    const auto same = std::ranges::find_if(judged, [&](const PastDeploy& deploy) {
      return std::chrono::abs(deploy.deployed_at - other.deployed_at) < apart &&
             may_be_of_same_hosts(deploy, other);
    });
    if (same == judged.end()) {
      rest.push_back(std::move(other));
      continue;
    }
    if (const Status taken = take_over(*same, other); !taken) return unexpected(taken.error());
    if (!other.label.empty()) same->label = other.label;
  }
  rest.insert(rest.begin(), judged.begin(), judged.end());
  return merge_deploys(std::move(rest));
}

}  // namespace canarygate::backtest
