#include "pipelines/backtest/json.h"

#include <nlohmann/json.hpp>

#include "checks/duration.h"

namespace canarygate::backtest {

namespace {

using Json = nlohmann::ordered_json;

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json seconds_or_null(const std::optional<Duration>& length) {
  return length ? Json(static_cast<double>(length->count()) / 1000.0) : Json(nullptr);
}

Json json_of(const Rate& rate) {
  return {{"count", rate.count},
          {"of", rate.of},
          {"share", rate.of == 0 ? Json(nullptr) : Json(rate.share())},
          {"lower", rate.lower},
          {"upper", rate.upper}};
}

Json json_of(const Tally& tally) {
  Json verdicts = Json::object();
  for (const Verdict verdict :
       {Verdict::pass, Verdict::fail, Verdict::undecided, Verdict::no_data, Verdict::trouble}) {
    const auto found = tally.verdicts.find(verdict);
    verdicts[to_string(verdict)] = found == tally.verdicts.end() ? 0 : found->second;
  }
  return {{"stopped", json_of(tally.stopped)},
          {"failed", json_of(tally.failed)},
          {"verdicts", verdicts}};
}

Json json_of(const Judged& judged, bool real) {
  Json json = {{"deployed_at", format_time(judged.deployed_at)},
               {"canary", judged.canary},
               {"verdict", to_string(judged.verdict)},
               {"stopped", judged.stopped},
               {"stopped_after_seconds", seconds_or_null(judged.after)},
               {"failed_metrics", judged.failed},
               {"open_metrics", judged.open},
               {"reason", judged.reason.empty() ? Json(nullptr) : Json(judged.reason)}};
  if (!real) return json;
  json["label"] = judged.label;
  json["good"] = or_null(judged.good);
  json["source"] = judged.source;
  return json;
}

Json json_of(const std::vector<Judged>& all, bool real) {
  Json list = Json::array();
  for (const Judged& judged : all) list.push_back(json_of(judged, real));
  return list;
}

Json json_of(const MetricPower& power) {
  Json changes = Json::array();
  for (const Found& found : power.found) {
    changes.push_back({{"change", found.change},
                       {"leak", found.leak},
                       {"found", json_of(found.found)},
                       {"median_seconds", seconds_or_null(found.median_time)}});
  }
  return {{"metric", power.metric},
          {"smallest_found_8_in_10", or_null(power.smallest)},
          {"largest_tried", power.largest_tried},
          {"changes", changes}};
}

Json metrics_json(const Findings& findings) {
  Json metrics = Json::array();
  for (const MetricCost& cost : findings.costs) {
    metrics.push_back({{"metric", cost.metric},
                       {"stopped_alone", cost.alone},
                       {"stopped_with_others", cost.with_others},
                       {"stopped_undecided", cost.undecided}});
  }
  return metrics;
}

Json alternatives_json(const Findings& findings) {
  Json list = Json::array();
  for (const Alternative& other : findings.alternatives) {
    list.push_back({{"setting", other.setting.empty() ? Json(nullptr) : Json(other.setting)},
                    {"stopped", json_of(other.stopped)},
                    {"failed", json_of(other.failed)},
                    {"found", json_of(other.found)}});
  }
  return list;
}

}  // namespace

std::string to_json(const Findings& findings) {
  Json hours = Json::array();
  for (const HourTally& hour : findings.by_hour) {
    hours.push_back({{"hour", hour.hour}, {"runs", hour.runs}, {"stopped", hour.stopped}});
  }
  Json power = Json::array();
  for (const MetricPower& metric : findings.power) power.push_back(json_of(metric));
  const Json document = {
      {"version", 1},
      {"check", findings.check},
      {"environment", findings.environment},
      {"seed", findings.seed},
      {"false_alarms", findings.false_alarms},
      {"since", format_time(findings.since)},
      {"until", format_time(findings.until)},
      {"hosts", {{"canary", findings.canary}, {"baseline", findings.baseline}}},
      {"numbers", findings.points},
      {"interrupted_by", findings.interrupted_by},
      {"made_up",
       {{"wanted", findings.runs_wanted},
        {"canaries", findings.canaries},
        {"independent", findings.independent},
        {"tally", json_of(findings.placebo)},
        {"metrics", metrics_json(findings)},
        {"hours_utc", hours},
        {"deploys", json_of(findings.placebos, false)}}},
      {"real",
       {{"tally", json_of(findings.deploys)},
        {"deploys", json_of(findings.real, true)},
        {"not_replayed", findings.not_replayed}}},
      {"injected", {{"deploys", findings.injected_runs}, {"metrics", power}}},
      {"settings",
       {{"injected_change", findings.tried_change}, {"tried", alternatives_json(findings)}}},
      {"notes", findings.notes}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace canarygate::backtest
