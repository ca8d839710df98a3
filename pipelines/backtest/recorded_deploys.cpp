#include "pipelines/backtest/recorded_deploys.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

namespace canarygate::backtest {

namespace {

using Json = nlohmann::ordered_json;

/// Reports are some ten kilobytes each, and read one by one; older deploys are not replayed.
constexpr std::int64_t kMostRead = 1000;

/// Of a JSON report; none where it does not say.
std::vector<std::string> canary_of(const std::string& report) {
  const Json document = Json::parse(report, nullptr, false);
  std::vector<std::string> canary;
  if (!document.is_object() || !document.contains("hosts")) return canary;
  const Json& hosts = document["hosts"];
  if (!hosts.is_object() || !hosts.contains("canary") || !hosts["canary"].is_array()) return canary;
  for (const Json& host : hosts["canary"]) {
    if (host.is_string()) canary.push_back(host.get<std::string>());
  }
  return canary;
}

}  // namespace

std::optional<bool> was_good(const history::Record& record) {
  if (record.mark == history::Mark::none || record.verdict == Verdict::trouble) return std::nullopt;
  const bool right = record.mark == history::Mark::right;
  return record.hard_exit_code == 0 ? right : !right;
}

Result<std::vector<PastDeploy>> recorded_deploys(history::Store& store, const std::string& check,
                                                 const std::string& environment, TimePoint since) {
  history::Filter filter;
  filter.check = check;
  filter.since = since;
  filter.limit = kMostRead;
  const auto records = store.list(filter);
  if (!records) return unexpected(records.error());
  std::map<TimePoint, PastDeploy> by_time;  // the youngest run first: a later word counts
  for (const history::Record& listed : *records) {
    if (listed.environment != environment || !listed.deployed_at) continue;
    const auto known = by_time.find(*listed.deployed_at);
    if (known != by_time.end()) {
      if (!known->second.good) known->second.good = was_good(listed);
      continue;
    }
    const auto whole = store.find(listed.run_id);
    if (!whole) return unexpected(whole.error());
    PastDeploy deploy;
    deploy.deployed_at = *listed.deployed_at;
    deploy.canary = canary_of(whole->report);
    deploy.label = listed.commit.substr(0, 12);
    deploy.good = was_good(listed);
    deploy.source = "history";
    by_time.emplace(deploy.deployed_at, std::move(deploy));
  }
  std::vector<PastDeploy> deploys;
  for (auto& [time, deploy] : by_time) deploys.push_back(std::move(deploy));
  return deploys;
}

}  // namespace canarygate::backtest
