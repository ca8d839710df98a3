#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "checks/duration.h"
#include "checks/gate/recording.h"
#include "checks/gzip.h"
#include "pipelines/evidence/evidence.h"
#include "pipelines/evidence/names.h"
#include "pipelines/evidence/tree.h"

namespace canarygate {

namespace {

using Json = nlohmann::json;
using gate::Recording;

constexpr std::size_t kMegabyte = std::size_t{1024} * 1024;

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json reasons(const std::vector<Reason>& reasons) {
  Json array = Json::array();
  for (const Reason& reason : reasons) {
    array.push_back({{"code", reason.code},
                     {"metric", or_null(reason.metric)},
                     {"host", or_null(reason.host)},
                     {"text", reason.text}});
  }
  return array;
}

Json causes(const gate::Causes& causes) {
  return {{"fail", reasons(causes.fail)},
          {"trouble", reasons(causes.trouble)},
          {"undecided", reasons(causes.undecided)}};
}

Json window(const WindowOutcome& window) {
  return {{"start", format_time(window.start)},
          {"end", format_time(window.end)},
          {"step_ms", window.step.count()},
          {"looks", window.looks},
          {"looks_done", window.looks_done}};
}

/// What the run knows beside its judgement.
Json run(const Outcome& outcome) {
  Json kind = nullptr;
  if (outcome.trouble_kind) kind = evidence::name_of(*outcome.trouble_kind);
  const Timings& timings = outcome.timings;
  return {{"trouble_kind", std::move(kind)},
          {"interrupted_by", outcome.interrupted_by},
          {"seed", outcome.seed},
          {"watched", outcome.watched},
          {"deployed", outcome.deployed},
          {"deploy_ran", outcome.deploy_ran},
          {"started_at", format_time(outcome.started_at)},
          {"finished_at", format_time(outcome.finished_at)},
          {"deployed_at", format_time(outcome.deployed_at)},
          {"window", window(outcome.window)},
          {"canary", outcome.hosts.canary},
          {"baseline", outcome.hosts.baseline},
          {"missing", outcome.hosts.missing},
          {"warnings", reasons(outcome.warnings)},
          {"points_fetched", outcome.points_fetched},
          {"timings_ms",
           {{"discovery", timings.discovery.count()},
            {"query", timings.query.count()},
            {"judge", timings.judge.count()},
            {"total", timings.total.count()}}}};
}

Json groups(const gate::Groups& groups) {
  Json tags = nullptr;
  if (groups.by_tags) {
    tags = {{"canary", groups.tags.canary_tags},
            {"baseline", groups.tags.baseline_tags},
            {"baseline_is_rest", groups.tags.baseline_is_rest}};
  }
  return {{"canary", groups.canary},
          {"baseline", groups.baseline},
          {"before_after", groups.before_after},
          {"tags", std::move(tags)}};
}

Json timeline(const judge::Timeline& timeline) {
  if (timeline.looks.empty()) return nullptr;
  return {{"deployed_at", format_time(timeline.deployed_at)},
          {"start", format_time(timeline.start)},
          {"step_ms", timeline.step.count()},
          {"points", timeline.points},
          {"gap", timeline.gap},
          {"reference", timeline.reference},
          {"looks", timeline.looks},
          {"late", timeline.late},
          {"bases", timeline.bases},
          {"thinned", timeline.thinned},
          {"same_time_of_day", timeline.same_time_of_day}};
}

Json numbers(const std::vector<double>& values) {
  Json array = Json::array();
  for (const double value : values) {
    array.push_back(std::isfinite(value) ? Json(value) : Json(nullptr));
  }
  return array;
}

Json pieces(const gate::Reply& reply) {
  Json array = Json::array();
  for (const gate::Piece& piece : reply.pieces) {
    Json series = Json::array();
    for (const Series& one : piece.series) {
      series.push_back(
          {{"host", one.host}, {"labels", one.labels}, {"values", numbers(one.values)}});
    }
    array.push_back({{"from", piece.from}, {"series", std::move(series)}});
  }
  return array;
}

Json queries(const Recording& recording) {
  Json array = Json::array();
  for (std::size_t q = 0; q < recording.plan.queries.size(); ++q) {
    const gate::PlannedQuery& planned = recording.plan.queries[q];
    Json query = {{"backend", planned.backend},
                  {"query", planned.text},
                  {"host_label", planned.host_label},
                  {"counts", planned.counts}};
    if (q < recording.replies.size()) {
      const gate::Reply& reply = recording.replies[q];
      Json error = nullptr;
      if (reply.error) {
        error = {{"kind", evidence::name_of(reply.error->kind)}, {"text", reply.error->text}};
      }
      query["reply"] = {
          {"error", std::move(error)}, {"warnings", reply.warnings}, {"pieces", pieces(reply)}};
    }
    array.push_back(std::move(query));
  }
  return array;
}

Json metrics(const gate::QueryPlan& plan) {
  Json array = Json::array();
  for (const gate::MetricQueries& metric : plan.metrics) {
    array.push_back({{"values", metric.values},
                     {"total", or_null(metric.total)},
                     {"values_per_bucket", metric.values_per_bucket},
                     {"total_per_bucket", metric.total_per_bucket}});
  }
  return array;
}

Json traffic(const gate::QueryPlan& plan) {
  if (!plan.traffic) return nullptr;
  return {{"values", *plan.traffic}, {"values_per_bucket", plan.traffic_per_bucket}};
}

Json saw(const Recording& recording) {
  return {{"definition", evidence::to_json(recording.definition)},
          {"file", recording.file},
          {"only", recording.only},
          {"backends", recording.backends},
          {"links", recording.links},
          {"groups", groups(recording.groups)},
          {"queries", queries(recording)},
          {"metrics", metrics(recording.plan)},
          {"traffic", traffic(recording.plan)},
          {"timeline", timeline(recording.timeline)},
          {"looks_judged", or_null(recording.looks_judged)},
          {"looks_done", recording.looks_done},
          {"confirmed", recording.confirmed},
          {"before", causes(recording.before)},
          {"after", causes(recording.after)},
          {"remarks", recording.remarks},
          {"run", run(recording.outcome)}};
}

/// Of a check that could not even be read: what is wrong with it is all there is.
Recording recording_of_refusal(const Outcome& outcome) {
  Recording recording;
  recording.after.trouble = outcome.reasons;
  recording.outcome = outcome;
  return recording;
}

Json check(const Report& report) {
  const Outcome& outcome = report.outcome;
  Json overridden = nullptr;
  if (report.override_reason) {
    overridden = {{"reason", *report.override_reason}, {"user", report.override_user}};
  }
  return {
      {"run_id", report.run_id},
      {"check", outcome.check},
      {"environment", outcome.environment},
      {"soft_fail", report.soft_fail},
      {"override", std::move(overridden)},
      {"ci", report.ci},
      {"saw", outcome.recording ? saw(*outcome.recording) : saw(recording_of_refusal(outcome))}};
}

}  // namespace

Result<std::string> pack_evidence(std::span<const Report> reports, bool as_list) {
  Json checks = Json::array();
  for (const Report& report : reports) checks.push_back(check(report));
  const Json document = {
      {"evidence_version", kEvidenceVersion},
      {"canarygate", reports.empty() ? std::string() : reports.front().program_version},
      {"as_list", as_list},
      {"checks", std::move(checks)}};
  // Invalid UTF-8 from outside becomes U+FFFD; anything else would throw here.
  const std::string text = document.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > kMostEvidenceBytes) {
    return fail(ErrorKind::output,
                fmt::format("it would be {} MiB, and {} MiB is the most; make `judge.history` "
                            "shorter, or run fewer checks at once",
                            text.size() / kMegabyte, kMostEvidenceBytes / kMegabyte));
  }
  return gzip(text);
}

}  // namespace canarygate
