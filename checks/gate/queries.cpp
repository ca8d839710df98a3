#include "checks/gate/queries.h"

#include <fmt/format.h>

#include <algorithm>

#include "checks/duration.h"

namespace canarygate::gate {

namespace {

/// Renders queries for the backends they go to and remembers each only once.
class Planner {
 public:
  Planner(const GateRequest& request, const Hosts& hosts, const Backends& backends)
      : step_(request.loaded.check.window.step),
        variables_(run_variables(request, hosts)),
        backends_(backends) {}

  Result<std::size_t> add(const std::string& text, const std::string& backend_name,
                          const std::optional<std::string>& host_label, bool counts) {
    const MetricsBackend& backend = *backends_.at(backend_name);
    variables_["rate_window"] = format_duration(std::max(step_, 4 * backend.scrape_interval()));
    auto rendered = render_query(text, variables_, backend.dialect());
    if (!rendered) return unexpected(rendered.error());
    PlannedQuery query{backend_name, std::move(*rendered),
                       host_label.value_or(backend.default_host_label()), counts};
    const auto known = std::ranges::find(plan_.queries, query);
    if (known != plan_.queries.end()) {
      return static_cast<std::size_t>(known - plan_.queries.begin());
    }
    plan_.queries.push_back(std::move(query));
    return plan_.queries.size() - 1;
  }

  [[nodiscard]] double per_bucket(std::size_t query) const {
    const PlannedQuery& planned = plan_.queries[query];
    const bool promql = backends_.at(planned.backend)->dialect() == QueryDialect::promql;
    return promql ? events_per_bucket(planned.text, step_) : 1.0;
  }

  Result<MetricQueries> add_metric(const MetricSpec& metric) {
    MetricQueries queries;
    const auto values = add(metric.counts() ? metric.errors : metric.query, metric.backend,
                            metric.host_label, metric.counts());
    if (!values) return unexpected(values.error());
    queries.values = *values;
    if (metric.counts()) queries.values_per_bucket = per_bucket(*values);
    if (metric.total.empty()) return queries;
    const auto total = add(metric.total, metric.backend, metric.host_label, true);
    if (!total) return unexpected(total.error());
    queries.total = *total;
    queries.total_per_bucket = per_bucket(*total);
    return queries;
  }

  QueryPlan& plan() { return plan_; }

 private:
  Duration step_;
  VariableValues variables_;
  const Backends& backends_;
  QueryPlan plan_;
};

}  // namespace

VariableValues run_variables(const GateRequest& request, const Hosts& hosts) {
  const CheckDefinition& check = request.loaded.check;
  VariableValues variables;
  for (const auto* source : {&check.vars, &request.loaded.environment.vars, &request.vars}) {
    for (const auto& [name, value] : *source) variables[name] = value;
  }
  variables["check"] = check.name;
  variables["environment"] = request.loaded.environment.name;
  variables["step"] = format_duration(check.window.step);
  variables["window"] = format_duration(check.window.duration);
  if (!hosts.canary.empty()) {
    const std::vector<std::string> canary = names_of(hosts.canary);
    const std::vector<std::string> baseline = names_of(hosts.baseline);
    std::vector<std::string> all = canary;
    all.insert(all.end(), baseline.begin(), baseline.end());
    variables["hosts"] = all;
    variables["canary_hosts"] = canary;
    variables["baseline_hosts"] = baseline;
  }
  return variables;
}

Result<QueryPlan> plan_queries(const GateRequest& request, const Hosts& hosts,
                               const Backends& backends) {
  const CheckDefinition& check = request.loaded.check;
  Planner planner(request, hosts, backends);
  for (const MetricSpec& metric : check.metrics) {
    const auto queries = planner.add_metric(metric);
    if (!queries) {
      return fail(queries.error().kind, fmt::format("{}: metric '{}': {}", check.file, metric.name,
                                                    queries.error().text));
    }
    planner.plan().metrics.push_back(*queries);
  }
  if (check.traffic) {
    const auto query =
        planner.add(check.traffic->query, check.traffic->backend, check.traffic->host_label, true);
    if (!query) {
      return fail(query.error().kind,
                  fmt::format("{}: traffic: {}", check.file, query.error().text));
    }
    planner.plan().traffic = *query;
    planner.plan().traffic_per_bucket = planner.per_bucket(*query);
  }
  return std::move(planner.plan());
}

double events_per_bucket(const std::string& promql, Duration step) {
  if (promql.find("increase(") == std::string::npos) return 1.0;
  std::optional<Duration> common;
  char quote = 0;
  for (std::size_t at = 0; at < promql.size(); ++at) {
    const char c = promql[at];
    if (quote != 0) {  // a `[` in a literal is a character class
      if (c == '\\' && quote != '`') ++at;
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'' || c == '`') {
      quote = c;
    } else if (c == '[') {
      const auto range = parse_duration(promql.substr(at + 1, promql.find(']', at) - at - 1));
      if (!range || (common && *common != *range)) return 1.0;
      common = range;
    }
  }
  if (!common || *common <= step) return 1.0;
  return static_cast<double>(step.count()) / static_cast<double>(common->count());
}

}  // namespace canarygate::gate
