#include "pipelines/history/stats.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace canarygate::history {

namespace {

constexpr int kInterrupted = 128;

void count(Marks& marks, Mark mark) {
  if (mark == Mark::right) ++marks.right;
  if (mark == Mark::wrong) ++marks.wrong;
}

TimePoint monday_of(TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  return day - (std::chrono::weekday(day) - std::chrono::Monday);
}

/// One run a deploy, the oldest first. A mark of any of its runs that agree is its mark.
std::vector<Record> deploys_of(std::vector<Record> records) {
  std::ranges::sort(records, {}, &Record::number);
  std::map<std::tuple<std::string, std::string, TimePoint>, Record> first;
  for (Record& record : records) {
    if (!record.deployed_at || record.hard_exit_code >= kInterrupted) continue;
    const auto key = std::tuple(record.check, record.environment, *record.deployed_at);
    const auto [known, is_new] = first.try_emplace(key, record);
    if (is_new) continue;
    Record& kept = known->second;
    if (kept.verdict == Verdict::trouble && record.verdict != Verdict::trouble) {
      kept = std::move(record);
    } else if (kept.mark == Mark::none && kept.verdict == record.verdict) {
      kept.mark = record.mark;
    }
  }
  std::vector<Record> deploys;
  for (auto& [key, record] : first) deploys.push_back(std::move(record));
  std::ranges::sort(deploys, {}, [](const Record& one) { return *one.deployed_at; });
  return deploys;
}

void add_metrics(const Record& deploy, std::map<std::string, MetricStats>& metrics) {
  for (const RecordedMetric& metric : deploy.metrics) {
    MetricStats& stats = metrics[metric.name];
    stats.name = metric.name;
    ++stats.deploys;
    if (metric.verdict != Verdict::fail) continue;
    ++stats.failed;
    count(stats.marks, deploy.mark);
  }
}

void add_soft(const Record& deploy, bool stopped, CheckStats& stats) {
  ++stats.soft_deploys;
  ++stats.soft_since_wrong;
  if (!stopped) return;
  ++stats.soft_stopped;
  count(stats.soft_marks, deploy.mark);
  if (deploy.mark == Mark::wrong) stats.soft_since_wrong = 0;
  if (deploy.mark == Mark::none) stats.unmarked.insert(stats.unmarked.begin(), deploy.number);
}

void add_week(const Record& deploy, bool stopped, std::vector<Week>& weeks) {
  const TimePoint begin = monday_of(*deploy.deployed_at);
  if (weeks.empty()) weeks.push_back({begin});
  while (weeks.back().begin < begin) weeks.push_back({weeks.back().begin + std::chrono::weeks(1)});
  ++weeks.back().deploys;
  if (stopped) ++weeks.back().stopped;
}

void add(const Record& deploy, CheckStats& stats) {
  const bool stopped = deploy.hard_exit_code != 0;
  stats.check = deploy.check;
  stats.environment = deploy.environment;
  stats.soft = deploy.soft;
  ++stats.deploys;
  if (deploy.override_reason) ++stats.overridden;
  if (stopped) {
    ++stats.stopped;
    if (deploy.verdict == Verdict::trouble) ++stats.trouble;
    count(stats.marks, deploy.mark);
  } else if (deploy.verdict == Verdict::pass && deploy.mark == Mark::wrong) {
    ++stats.missed;
  }
  if (deploy.soft) add_soft(deploy, stopped, stats);
  add_week(deploy, stopped, stats.weeks);
}

}  // namespace

std::optional<double> Marks::precision() const {
  if (right + wrong == 0) return std::nullopt;
  return static_cast<double>(right) / static_cast<double>(right + wrong);
}

std::vector<CheckStats> stats_of(std::vector<Record> records) {
  using Key = std::pair<std::string, std::string>;
  std::map<Key, CheckStats> checks;
  std::map<Key, std::map<std::string, MetricStats>> metrics;
  for (const Record& deploy : deploys_of(std::move(records))) {
    const Key key(deploy.check, deploy.environment);
    add(deploy, checks[key]);
    add_metrics(deploy, metrics[key]);
  }
  std::vector<CheckStats> all;
  for (auto& [key, stats] : checks) {
    for (auto& [name, metric] : metrics[key]) stats.metrics.push_back(std::move(metric));
    all.push_back(std::move(stats));
  }
  return all;
}

}  // namespace canarygate::history
