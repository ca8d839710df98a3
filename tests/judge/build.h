/// Small judgements, written down number by number.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "checks/judge/judge.h"

namespace canarygate::test {

inline const double kNothing = std::nan("");

/// Without history or reference unless asked for; a look at every `per_look` points.
inline judge::Timeline line_of(std::int64_t points, std::int64_t looks = 1,
                               std::int64_t reference = 0, std::int64_t windows = 0) {
  judge::TimelineRequest request;
  request.deployed_at = TimePoint(std::chrono::hours(24 * 20000) + std::chrono::hours(14));
  request.step = std::chrono::seconds(10);
  request.duration = points * request.step;
  request.reference = reference * request.step;
  request.history = windows * request.duration;
  request.looks = looks;
  return judge::make_timeline(request);
}

using Value = std::function<double(const std::string& host, std::int64_t i)>;

inline judge::Table table_of(const judge::Timeline& line, std::vector<std::string> hosts,
                             const Value& value) {
  std::ranges::sort(hosts);
  judge::Table table{hosts, line.columns(), {}};
  for (const std::string& host : hosts) {
    for (std::int64_t i = line.first(); i <= line.points; ++i) {
      table.values.push_back(value(host, i));
    }
  }
  return table;
}

inline judge::JudgeInput input_of(const judge::Timeline& line, std::vector<std::string> canary,
                                  std::vector<std::string> baseline) {
  judge::JudgeInput input;
  input.timeline = line;
  input.looks_done = static_cast<std::int64_t>(line.looks.size());
  input.canary = std::move(canary);
  input.before_after = baseline.empty();
  input.baseline = std::move(baseline);
  input.seed = 7;
  return input;
}

inline judge::MetricData& add_metric(judge::JudgeInput& input, const std::string& name,
                                     const Value& value, Worse worse = Worse::higher) {
  judge::MetricData data;
  data.spec.name = name;
  data.spec.query = name;
  data.spec.worse = worse;
  std::vector<std::string> hosts = input.canary;
  hosts.insert(hosts.end(), input.baseline.begin(), input.baseline.end());
  data.values = table_of(input.timeline, hosts, value);
  input.metrics.push_back(std::move(data));
  return input.metrics.back();
}

inline judge::MetricData& add_counts(judge::JudgeInput& input, const std::string& name,
                                     const Value& errors, const Value& total,
                                     Worse worse = Worse::higher) {
  judge::MetricData& data = add_metric(input, name, errors, worse);
  data.spec.query.clear();
  data.spec.errors = "errors";
  data.spec.total = "total";
  data.total = table_of(input.timeline, data.values.hosts, total);
  return data;
}

inline judge::Finding only_finding(const judge::JudgeInput& input) {
  const judge::Judgement judgement = judge::judge(input);
  return judgement.findings.at(0);
}

inline std::string code_of(const judge::Finding& finding) {
  return finding.reasons.empty() ? "" : finding.reasons.front().code;
}

inline std::string text_of(const judge::Finding& finding) {
  return finding.reasons.empty() ? "" : finding.reasons.front().text;
}

}  // namespace canarygate::test
