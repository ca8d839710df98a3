#include "checks/backtest/merge_deploys.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <tuple>

#include "checks/duration.h"

namespace canarygate::backtest {

namespace {

auto identity_of(const PastDeploy& deploy) {
  return std::tuple(std::chrono::floor<std::chrono::seconds>(deploy.deployed_at), deploy.canary);
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
  return Done{};
}

}  // namespace

Result<std::vector<PastDeploy>> merge_deploys(std::vector<PastDeploy> deploys) {
  std::ranges::stable_sort(deploys, {}, identity_of);
  std::vector<PastDeploy> merged;
  for (PastDeploy& deploy : deploys) {
    if (merged.empty() || identity_of(merged.back()) != identity_of(deploy)) {
      merged.push_back(std::move(deploy));
    } else if (const Status taken = take_over(merged.back(), deploy); !taken) {
      return unexpected(taken.error());
    }
  }
  return merged;
}

}  // namespace canarygate::backtest
