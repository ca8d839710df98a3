#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "checks/duration.h"
#include "checks/gate/recording.h"
#include "checks/gzip.h"
#include "checks/text.h"
#include "pipelines/evidence/consistent.h"
#include "pipelines/evidence/evidence.h"
#include "pipelines/evidence/names.h"
#include "pipelines/evidence/tree.h"

namespace canarygate {

namespace {

using Json = nlohmann::json;
using gate::Recording;

// What is absent or of another type throws the library's exception, which unpack_evidence catches.

/// What can be said of a value only once it is known: as a parse error of the library's.
[[noreturn]] void refuse(const std::string& what, const Json& json) {
  throw Json::other_error::create(501, what, &json);  // NOLINT: caught in this file
}

template <typename T>
std::optional<T> optional(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return json.get<T>();
}

TimePoint time(const Json& json) {
  const auto time = parse_time(json.get<std::string>());
  if (!time) refuse("no time", json);
  return *time;
}

Duration milliseconds(const Json& json) { return Duration(json.get<std::int64_t>()); }

ErrorKind kind(const Json& json) {
  const auto kind = evidence::error_kind(json.get<std::string>());
  if (!kind) refuse("no kind of error", json);
  return *kind;
}

std::vector<Reason> reasons(const Json& json) {
  std::vector<Reason> all;
  for (const Json& reason : json) {
    all.push_back({reason.at("code").get<std::string>(), optional<std::string>(reason.at("metric")),
                   optional<std::string>(reason.at("host")), reason.at("text").get<std::string>()});
  }
  return all;
}

gate::Causes causes(const Json& json) {
  return {reasons(json.at("fail")), reasons(json.at("trouble")), reasons(json.at("undecided"))};
}

WindowOutcome window(const Json& json) {
  return {time(json.at("start")), time(json.at("end")), milliseconds(json.at("step_ms")),
          json.at("looks").get<std::int64_t>(), json.at("looks_done").get<std::int64_t>()};
}

Outcome run(const Json& json) {
  Outcome outcome;
  if (!json.at("trouble_kind").is_null()) outcome.trouble_kind = kind(json.at("trouble_kind"));
  json.at("interrupted_by").get_to(outcome.interrupted_by);
  json.at("seed").get_to(outcome.seed);
  json.at("watched").get_to(outcome.watched);
  json.at("deployed").get_to(outcome.deployed);
  json.at("deploy_ran").get_to(outcome.deploy_ran);
  outcome.started_at = time(json.at("started_at"));
  outcome.finished_at = time(json.at("finished_at"));
  outcome.deployed_at = time(json.at("deployed_at"));
  outcome.window = window(json.at("window"));
  json.at("canary").get_to(outcome.hosts.canary);
  json.at("baseline").get_to(outcome.hosts.baseline);
  json.at("missing").get_to(outcome.hosts.missing);
  outcome.warnings = reasons(json.at("warnings"));
  json.at("points_fetched").get_to(outcome.points_fetched);
  const Json& timings = json.at("timings_ms");
  outcome.timings = {milliseconds(timings.at("discovery")), milliseconds(timings.at("query")),
                     milliseconds(timings.at("judge")), milliseconds(timings.at("total"))};
  return outcome;
}

gate::Groups groups(const Json& json) {
  gate::Groups groups;
  json.at("canary").get_to(groups.canary);
  json.at("baseline").get_to(groups.baseline);
  json.at("before_after").get_to(groups.before_after);
  const Json& tags = json.at("tags");
  groups.by_tags = !tags.is_null();
  if (groups.by_tags) {
    tags.at("canary").get_to(groups.tags.canary_tags);
    tags.at("baseline").get_to(groups.tags.baseline_tags);
    tags.at("baseline_is_rest").get_to(groups.tags.baseline_is_rest);
  }
  return groups;
}

judge::Timeline timeline(const Json& json) {
  judge::Timeline timeline;
  if (json.is_null()) return timeline;
  timeline.deployed_at = time(json.at("deployed_at"));
  timeline.start = time(json.at("start"));
  timeline.step = milliseconds(json.at("step_ms"));
  json.at("points").get_to(timeline.points);
  json.at("gap").get_to(timeline.gap);
  json.at("reference").get_to(timeline.reference);
  json.at("looks").get_to(timeline.looks);
  json.at("late").get_to(timeline.late);
  json.at("bases").get_to(timeline.bases);
  json.at("thinned").get_to(timeline.thinned);
  json.at("same_time_of_day").get_to(timeline.same_time_of_day);
  return timeline;
}

Series series(const Json& json) {
  Series series;
  json.at("host").get_to(series.host);
  json.at("labels").get_to(series.labels);
  series.values.reserve(json.at("values").size());
  for (const Json& value : json.at("values")) {
    series.values.push_back(value.is_null() ? kMissing : value.get<double>());
  }
  return series;
}

gate::Reply reply(const Json& json) {
  gate::Reply reply;
  const Json& error = json.at("error");
  if (!error.is_null()) {
    reply.error = Error{kind(error.at("kind")), error.at("text").get<std::string>()};
  }
  json.at("warnings").get_to(reply.warnings);
  for (const Json& piece : json.at("pieces")) {
    gate::Piece& one = reply.pieces.emplace_back();
    piece.at("from").get_to(one.from);
    for (const Json& each : piece.at("series")) one.series.push_back(series(each));
  }
  return reply;
}

void read_queries(const Json& json, Recording& recording) {
  for (const Json& query : json) {
    recording.plan.queries.push_back(
        {query.at("backend").get<std::string>(), query.at("query").get<std::string>(),
         query.at("host_label").get<std::string>(), query.at("counts").get<bool>()});
    if (query.contains("reply")) recording.replies.push_back(reply(query.at("reply")));
  }
}

gate::MetricQueries metric(const Json& json) {
  return {json.at("values").get<std::size_t>(), optional<std::size_t>(json.at("total")),
          json.at("values_per_bucket").get<double>(), json.at("total_per_bucket").get<double>()};
}

Recording saw(const Json& json) {
  Recording recording;
  json.at("file").get_to(recording.file);
  recording.definition = evidence::to_tree(json.at("definition"), recording.file);
  json.at("only").get_to(recording.only);
  json.at("backends").get_to(recording.backends);
  json.at("links").get_to(recording.links);
  recording.groups = groups(json.at("groups"));
  read_queries(json.at("queries"), recording);
  for (const Json& one : json.at("metrics")) recording.plan.metrics.push_back(metric(one));
  const Json& traffic = json.at("traffic");
  if (!traffic.is_null()) {
    recording.plan.traffic = traffic.at("values").get<std::size_t>();
    traffic.at("values_per_bucket").get_to(recording.plan.traffic_per_bucket);
  }
  recording.timeline = timeline(json.at("timeline"));
  recording.looks_judged = optional<std::int64_t>(json.at("looks_judged"));
  json.at("looks_done").get_to(recording.looks_done);
  json.at("confirmed").get_to(recording.confirmed);
  recording.before = causes(json.at("before"));
  recording.after = causes(json.at("after"));
  json.at("remarks").get_to(recording.remarks);
  recording.outcome = run(json.at("run"));
  return recording;
}

Report check(const Json& json) {
  Report report;
  json.at("run_id").get_to(report.run_id);
  json.at("soft_fail").get_to(report.soft_fail);
  json.at("ci").get_to(report.ci);
  const Json& overridden = json.at("override");
  if (!overridden.is_null()) {
    report.override_reason = overridden.at("reason").get<std::string>();
    overridden.at("user").get_to(report.override_user);
  }
  auto recording = std::make_shared<Recording>(saw(json.at("saw")));
  json.at("check").get_to(recording->outcome.check);
  json.at("environment").get_to(recording->outcome.environment);
  if (const auto wrong = evidence::inconsistency(*recording)) refuse(*wrong, json);
  report.outcome.check = recording->outcome.check;
  report.outcome.recording = std::move(recording);
  return report;
}

Evidence read(const Json& document) {
  Evidence evidence;
  document.at("canarygate").get_to(evidence.program_version);
  document.at("as_list").get_to(evidence.as_list);
  for (const Json& one : document.at("checks")) evidence.reports.push_back(check(one));
  const std::size_t count = evidence.reports.size();
  if (count == 0 || (count > 1 && !evidence.as_list)) refuse("no or too many checks", document);
  return evidence;
}

/// Nothing for what is no evidence at all.
std::optional<std::int64_t> version_of(const Json& document) {
  if (!document.is_object()) return std::nullopt;
  const auto version = document.find("evidence_version");
  if (version == document.end() || !version->is_number_integer()) return std::nullopt;
  return version->get<std::int64_t>();
}

}  // namespace

Result<Evidence> unpack_evidence(std::string_view packed) {
  const auto text = gunzip(packed, kMostEvidenceBytes);
  if (!text) return unexpected(text.error());
  const Json document = Json::parse(*text, nullptr, false);
  const auto version = version_of(document);
  if (!version || *version < 1) {
    return fail(ErrorKind::usage,
                "is no evidence of canarygate: it has no `evidence_version`; name a file that "
                "`check --evidence FILE` wrote");
  }
  if (*version > kEvidenceVersion) {
    return fail(ErrorKind::usage,
                fmt::format("has evidence version {}, and this canarygate reads version {} at "
                            "most; judge it with the canarygate that wrote it, or a newer one",
                            *version, kEvidenceVersion));
  }
  try {
    return read(document);
  } catch (const Json::exception& error) {
    return fail(ErrorKind::usage,
                fmt::format("is damaged, or was changed by hand: {}", printable(error.what())));
  }
}

}  // namespace canarygate
