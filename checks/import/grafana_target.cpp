#include "checks/import/grafana_target.h"

#include <fmt/format.h>

#include <utility>

#include "checks/definition/query_faults.h"
#include "checks/import/datadog_per_host.h"
#include "checks/import/grafana_graphite.h"
#include "checks/import/monitoring.h"
#include "checks/import/promql_alert.h"
#include "checks/import/promql_metric.h"
#include "checks/metrics/backend.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using Taken = Result<TargetMetric, std::string>;

std::string text_of(const JsonPlace& place) { return place.text().value_or(""); }

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// A type of backend of ours; "" for what there is none for.
std::string backend_of(const JsonPlace& target, const std::string& type) {
  if (contains(type, "prometheus") || contains(type, "victoriametrics")) return "prometheus";
  if (contains(type, "datadog")) return "datadog";
  if (type == "graphite" || type == "influxdb") return type;
  if (!type.empty()) return "";
  if (target["expr"].is_text()) return "prometheus";
  if (target["target"].is_text()) return "graphite";
  return target["rawQuery"].exists() && target["query"].is_text() ? "influxdb" : "";
}

void note_variables(const GrafanaVariables::Filled& filled, TargetMetric& taken) {
  taken.vars = filled.vars;
  if (filled.notes.empty()) return;
  taken.metric.comments.push_back(
      fmt::format("As in the dashboard: {}.", join(filled.notes, "; ")));
}

Taken from_promql(const std::string& query, const GrafanaVariables& variables) {
  const auto filled = variables.fill(query, {});
  if (!filled) return unexpected(filled.error());
  const std::string with_places = with_stand_ins(filled->text);
  const auto root = promql::outline(with_places);
  if (!root) {
    return unexpected(fmt::format("its query cannot be read: column {} of `{}`: {}",
                                  root.error().column, shown_query(filled->text),
                                  root.error().text));
  }
  // A panel that shows `x > 0` hides what is not.
  const PromqlAlerts filtered = alerts_of(*root, with_places);
  const bool filters = filtered.alerts.size() == 1 && filtered.reasons.empty() &&
                       filtered.alerts.front().guards.empty();
  const auto asked =
      per_host(filled->text, filters ? *filtered.alerts.front().measured : *root, Several::natural);
  if (!asked) return unexpected(asked.error());
  TargetMetric taken;
  taken.metric = promql_metric("", *asked);
  if (filters) {
    taken.metric.comments.emplace_back("Its comparison only hid series, and is left out.");
  }
  note_variables(*filled, taken);
  taken.other_scale = asked->other_scale;
  taken.tells_hosts_apart = asked->tells_hosts_apart;
  taken.longest_range = asked->longest_range;
  return taken;
}

Taken from_datadog(const std::string& query, const GrafanaVariables& variables) {
  GrafanaVariables::Style style;
  style.hosts = "*";  // the scope gets its hosts afterwards
  style.all = "*";
  style.is_promql = false;
  const auto filled = variables.fill(query, style);
  if (!filled) return unexpected(filled.error());
  const auto asked = datadog_per_host(filled->text);
  if (!asked) return unexpected(asked.error());
  TargetMetric taken;
  taken.metric.spec.query = asked->query;
  taken.metric.backend_type = "datadog";
  if (asked->host_label != "host") taken.metric.spec.host_label = asked->host_label;
  if (!asked->notes.empty()) {
    taken.metric.comments.push_back(
        fmt::format("Asked for each host: {}.", join(asked->notes, "; ")));
  }
  note_variables(*filled, taken);
  taken.other_scale = asked->counts && asked->other_scale.empty()
                          ? "it counts over buckets of another length"
                          : asked->other_scale;
  taken.tells_hosts_apart = asked->tells_hosts_apart;
  return taken;
}

Taken from_graphite(const std::string& query, const GrafanaVariables& variables) {
  GrafanaVariables::Style style;
  style.all = "*";
  style.is_promql = false;
  const auto filled = variables.fill(query, style);
  if (!filled) return unexpected(filled.error());
  auto target = graphite_per_host(filled->text);
  if (!target) return unexpected(target.error());
  TargetMetric taken;
  taken.metric.spec.query = std::move(*target);
  taken.metric.backend_type = "graphite";
  taken.metric.comments.push_back(fmt::format("It was {}", shown_query(query)));
  note_variables(*filled, taken);
  taken.other_scale = "it was made for the series of the panel, and this is one a host";
  return taken;
}

/// The tag that the hosts are compared with: what stands before the `=~` in front of them.
std::string tag_of_hosts(std::string_view query) {
  const std::size_t sign = query.rfind("=~", query.find("{{hosts}}"));
  if (sign == std::string_view::npos) return "";
  std::string_view before = trim(query.substr(0, sign));
  const bool quoted = before.ends_with('"');
  if (quoted) before.remove_suffix(1);
  const std::size_t begin = before.find_last_of(quoted ? "\"" : " (");
  return std::string(before.substr(begin + 1));
}

/// `GROUP BY time(…)` with the tag behind it, where it is not there.
std::string grouped_by_tag(const std::string& query, const std::string& tag) {
  const std::size_t group = to_lower(query).rfind("group by");
  if (group == std::string::npos || contains(query.substr(group), tag)) return query;
  const std::size_t close = query.find(')', group);
  if (close == std::string::npos || contains(query.substr(group), "*")) return query;
  return fmt::format("{}, \"{}\"{}", query.substr(0, close + 1), tag, query.substr(close + 1));
}

Taken from_influxql(const JsonPlace& target, const std::string& query,
                    const GrafanaVariables& variables) {
  if (target["rawQuery"].boolean() == false) {
    return unexpected(std::string(
        "it is made with the query editor; switch it to text in Grafana and export it again"));
  }
  if (contains(query, "|>")) return unexpected(std::string("Flux is not asked; only InfluxQL is"));
  GrafanaVariables::Style style;
  style.hosts = "({{hosts}})";
  style.is_promql = false;
  style.interval = "$__interval";
  style.left_alone = {"timeFilter", "__interval"};
  auto filled = variables.fill(query, style);
  if (!filled) return unexpected(filled.error());
  if (!contains(filled->text, "{{hosts}}")) {
    return unexpected(
        fmt::format("no condition of it has a variable for the host: {}", shown_query(query)));
  }
  const std::string tag = tag_of_hosts(filled->text);
  if (tag.empty()) {
    return unexpected(
        fmt::format("its host is compared by something else than `=~`: {}", shown_query(query)));
  }
  TargetMetric taken;
  taken.metric.spec.query = grouped_by_tag(filled->text, tag);
  taken.metric.backend_type = "influxdb";
  if (tag != "host") taken.metric.spec.host_label = tag;
  note_variables(*filled, taken);
  taken.other_scale = "it was made for the series of the panel, and this is one a host";
  return taken;
}

/// What the backend itself would say to the query.
Taken as_asked(Taken taken) {
  if (!taken) return taken;
  const BackendType* type = find_backend_type(taken->metric.backend_type);
  if (type == nullptr || type->fault_in == nullptr) return taken;
  const auto fault = type->fault_in(with_stand_ins(taken->metric.spec.query));
  if (!fault) return taken;
  return unexpected(fmt::format("its query cannot be asked: column {} of `{}`: {}", fault->column,
                                shown_query(taken->metric.spec.query), fault->text));
}

}  // namespace

std::string query_of_target(const JsonPlace& target) {
  for (const auto* key : {"expr", "targetFull", "target", "query"}) {
    std::string query = text_of(target[key]);
    if (!trim(query).empty()) return query;
  }
  return "";
}

Taken metric_of_target(const JsonPlace& target, const std::string& type,
                       const GrafanaVariables& variables) {
  const std::string backend = backend_of(target, type);
  const std::string query = query_of_target(target);
  if (backend.empty()) {
    return unexpected(type.empty() ? std::string("its data source is not told")
                                   : fmt::format("queries of data source `{}` are not carried over",
                                                 line_from(type)));
  }
  if (query.empty()) return unexpected(std::string("it has no query as text"));
  if (query.size() > kLongestImportedQuery) {
    return unexpected(fmt::format("its query is longer than {} bytes", kLongestImportedQuery));
  }
  if (backend == "prometheus") return as_asked(from_promql(query, variables));
  if (backend == "datadog") return as_asked(from_datadog(query, variables));
  if (backend == "graphite") return as_asked(from_graphite(query, variables));
  return as_asked(from_influxql(target, query, variables));
}

}  // namespace canarygate
