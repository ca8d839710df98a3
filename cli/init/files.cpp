#include "cli/init/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "checks/definition/schema.h"
#include "checks/duration.h"
#include "checks/text.h"

namespace canarygate::init {

namespace {

using namespace std::chrono_literals;

constexpr const char* kSchemas = ".canarygate/schema";

std::string schema_comment(const char* up, const char* which) {
  return fmt::format("# yaml-language-server: $schema={}{}/{}.json\n", up, kSchemas, which);
}

/// In double quotes, as JSON and YAML both have them.
std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string quoted(const std::vector<std::string>& texts) {
  std::vector<std::string> all;
  for (const std::string& text : texts) all.push_back(quoted(text));
  return "[" + join(all, ", ") + "]";
}

std::string root_file(const Plan& plan) {
  return schema_comment("", "root") +
         "# This folder is a configuration: canarygate is run anywhere inside it.\n"
         "version: 1\n"
         "# What `--env NAME` leaves out: environments/NAME.yaml\n"
         "environment: " +
         plan.environment + "\n";
}

std::string environment_file(const Plan& plan) {
  std::string text = schema_comment("../", "environment");
  text += "# Where things are. Another environment is one more file like this one.\nversion: 1\n";
  text += "environment: " + plan.environment + "\nbackends:\n";
  if (plan.url.empty()) {
    text +=
        "  # Put your Prometheus' address here; docs/backends.md has other kinds of servers.\n"
        "  default: {type: prometheus, urls: [\"http://127.0.0.1:9090\"]}\n";
  } else {
    text += fmt::format("  default: {{type: prometheus, urls: [{}]", quoted(plan.url));
    if (plan.scrape_interval > 15s) {
      text += ", scrape_interval: " + format_duration(plan.scrape_interval);
    }
    if (!plan.token_env.empty()) {
      text += fmt::format(", auth: {{bearer: {{env: {}}}}}", quoted(plan.token_env));
    }
    text += "}\n";
  }
  if (plan.consul.empty()) {
    text +=
        "# Where hosts are found by Consul:\n"
        "# discovery:\n"
        "#   consul: {url: \"http://127.0.0.1:8500\", token: {env: CONSUL_HTTP_TOKEN}}\n";
  } else {
    text += fmt::format("discovery:\n  consul: {{url: {}{}}}\n", quoted(plan.consul),
                        plan.consul_token_env.empty()
                            ? ""
                            : fmt::format(", token: {{env: {}}}", quoted(plan.consul_token_env)));
  }
  text +=
      "# Who is told of a deploy and its verdict (docs/notify.md):\n"
      "# notify: [{type: slack, webhook: {env: SLACK_WEBHOOK}}]\n";
  return text;
}

std::string groups(const Plan& plan) {
  if (!plan.service.empty()) {
    const std::string as = plan.as.empty() ? "" : ", as: " + quoted(plan.as);
    return fmt::format(
        "canary: {{consul: {{service: {0}, tags: [{1}]{2}}}}}\n"
        "baseline: {{consul: {{service: {0}, not_tags: [{1}]{2}}}}}\n",
        quoted(plan.service), quoted(plan.canary_tag), as);
  }
  if (!plan.canary.empty()) {
    return fmt::format("canary: {{hosts: {}}}\nbaseline: {{hosts: {}}}\n", quoted(plan.canary),
                       quoted(plan.baseline));
  }
  return "# Put your hosts here, as the metrics call them, or find them (docs/discovery.md):\n"
         "#   canary: {consul: {service: web, tags: [canary]}}\n"
         "#   baseline: {consul: {service: web, not_tags: [canary]}}\n"
         "canary: {hosts: [\"canary-1:8080\"]}\n"
         "baseline: {hosts: [\"web-1:8080\", \"web-2:8080\", \"web-3:8080\"]}\n";
}

/// A query under `key`, a line of it a line here.
std::string query_lines(const char* key, const std::string& query) {
  std::string text = fmt::format("    {}: >-\n", key);
  for (const std::string& line : split(query, '\n')) text += "      " + line + "\n";
  return text;
}

std::string metric_lines(const ProposedMetric& metric, const std::string& host_label) {
  std::string text = fmt::format("  - name: {}\n", quoted(metric.name));
  if (metric.query.empty()) {
    text += query_lines("errors", metric.errors) + query_lines("total", metric.total);
  } else {
    text += query_lines("query", metric.query);
  }
  if (!host_label.empty()) text += "    host_label: " + host_label + "\n";
  if (!metric.unit.empty()) text += "    unit: " + metric.unit + "\n";
  text += "    worse: " + metric.worse + "\n    allow: " + metric.allow + "\n";
  if (metric.query.empty()) {
    text += "    min_traffic: 100        # fewer on the canary in the window decide nothing\n";
  }
  if (metric.kind == "errors") {
    text +=
        "    optional: true          # after a restart it may not be there until the first error\n";
  }
  return text;
}

/// What most services have, under the names that most client libraries give.
std::vector<ProposedMetric> template_metrics() {
  const Exposed usual{{"http_requests_total", {{"code", {"200"}}}},
                      {"http_request_duration_seconds_bucket", {{"le", {"+Inf"}}}}};
  return propose(usual, {});
}

std::string check_file(const Plan& plan) {
  // What a rate looks back on must not reach behind the deploy.
  const Duration warmup = std::max(Duration(1min), 4 * plan.scrape_interval);
  const Duration step = std::max(Duration(15s), plan.scrape_interval);
  std::string text = schema_comment("../", "check");
  text += fmt::format(
      "# What is compared after a deploy. Every key: docs/definition.md\n"
      "version: 1\ncheck: {}\n"
      "# owner: team-web          # whom a developer whose deploy was stopped talks to\n"
      "# runbook: https://wiki.example.com/{}\n"
      "# Reports, and stops nothing. `canarygate promote` takes it out when the history says so.\n"
      "mode: soft\n{}"
      "# expect: {{hosts: 1, wait: 3m}}   # fewer canaries than this are never a pass\n"
      "window: {{warmup: {}, duration: 5m, step: {}}}\nmetrics:\n",
      plan.check, plan.check, groups(plan), format_duration(warmup), format_duration(step));
  if (plan.metrics.empty()) {
    text +=
        "  # These names are only the usual ones: no server was asked for them. Put yours in, and\n"
        "  # look with `canarygate explain " +
        plan.check + "` at what they find.\n";
  }
  const auto metrics = plan.metrics.empty() ? template_metrics() : plan.metrics;
  for (const ProposedMetric& metric : metrics) text += metric_lines(metric, plan.host_label);
  return text;
}

}  // namespace

std::vector<NewFile> files_of(const Plan& plan) {
  const auto schema = [](const char* which, SchemaOf of) {
    return NewFile{std::filesystem::path(kSchemas) / fmt::format("{}.json", which),
                   definition_schema(of)};
  };
  return {schema("check", SchemaOf::check),
          schema("environment", SchemaOf::environment),
          schema("root", SchemaOf::root),
          {fmt::format("checks/{}.yaml", plan.check), check_file(plan)},
          {fmt::format("environments/{}.yaml", plan.environment), environment_file(plan)},
          {"canarygate.yaml", root_file(plan)}};
}

}  // namespace canarygate::init
