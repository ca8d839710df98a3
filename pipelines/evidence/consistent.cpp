#include "pipelines/evidence/consistent.h"

#include <algorithm>
#include <cstdint>
#include <set>

#include "pipelines/evidence/definition.h"

namespace canarygate::evidence {

namespace {

using gate::Recording;

constexpr std::int64_t kMostPoints = 10'000;       // of a window
constexpr std::int64_t kFarthest = 1'000'000'000;  // points from the window
constexpr std::int64_t kMostCells = 250'000'000;   // of one query's table

bool within(std::int64_t value, std::int64_t low, std::int64_t high) {
  return low <= value && value <= high;
}

bool sound(const judge::Timeline& line) {
  if (line.step <= Duration(0) || !within(line.points, 1, kMostPoints)) return false;
  if (!within(line.gap, 0, kFarthest) || !within(line.reference, 0, kFarthest)) return false;
  if (!within(line.late, 0, line.points)) return false;
  std::int64_t last = 0;
  for (const std::int64_t look : line.looks) {
    if (look <= last) return false;
    last = look;
  }
  if (last != line.points) return false;
  std::int64_t youngest = 0;
  for (const std::int64_t base : line.bases) {
    if (base >= youngest || base < -kFarthest) return false;
    youngest = base;
  }
  return true;
}

bool sound(const gate::Groups& groups) {
  std::set<std::string> all;
  for (const auto* group : {&groups.canary, &groups.baseline}) {
    if (!std::ranges::is_sorted(*group)) return false;
    all.insert(group->begin(), group->end());
  }
  return all.size() == groups.canary.size() + groups.baseline.size();
}

bool sound(const Recording& recording, const CheckDefinition& check) {
  const gate::QueryPlan& plan = recording.plan;
  const std::size_t queries = plan.queries.size();
  for (std::size_t m = 0; m < plan.metrics.size(); ++m) {
    const gate::MetricQueries& metric = plan.metrics[m];
    if (metric.values >= queries) return false;
    if (metric.total.has_value() == check.metrics[m].total.empty()) return false;
    if (metric.total && *metric.total >= queries) return false;
  }
  return !plan.traffic || (*plan.traffic < queries && check.traffic.has_value());
}

bool sound_pieces(const Recording& recording) {
  for (const gate::Reply& reply : recording.replies) {
    for (const gate::Piece& piece : reply.pieces) {
      if (!within(piece.from, -kFarthest, kMostPoints)) return false;
    }
  }
  return true;
}

}  // namespace

std::optional<std::string> inconsistency(const Recording& recording) {
  if (recording.definition.kind == YamlNode::Kind::null) {
    if (recording.looks_judged) return "judged without a definition";
    return std::nullopt;
  }
  const auto check = recorded_check(recording, recording.definition);
  if (!check) return "the definition: " + check.error().text;
  const std::size_t metrics = check->metrics.size();
  if (recording.links.size() != metrics) return "the links are not one a metric";
  const gate::QueryPlan& plan = recording.plan;
  if (!plan.queries.empty() && plan.metrics.size() != metrics) {
    return "the queries are not those of the metrics";
  }
  if (plan.metrics.size() > metrics || !sound(recording, *check)) {
    return "the queries are not those of the metrics";
  }
  if (!recording.replies.empty() && recording.replies.size() != plan.queries.size()) {
    return "not every query has a reply";
  }
  if (!sound_pieces(recording)) return "a reply is from too far away";
  const judge::Timeline& line = recording.timeline;
  if (!line.looks.empty() && !sound(line)) return "the timeline";
  const auto looks = static_cast<std::int64_t>(line.looks.size());
  if (!within(recording.looks_done, 0, looks)) return "more looks than there are";
  if (!recording.looks_judged) return std::nullopt;
  if (!sound(recording.groups)) return "the hosts are not in order";
  const auto hosts =
      static_cast<std::int64_t>(recording.groups.canary.size() + recording.groups.baseline.size());
  if (line.columns() * std::max<std::int64_t>(hosts, 1) > kMostCells) return "too many points";
  if (!within(*recording.looks_judged, 1, recording.looks_done)) return "more looks than were done";
  if (plan.queries.empty() || recording.replies.empty()) return "judged without numbers";
  return std::nullopt;
}

}  // namespace canarygate::evidence
