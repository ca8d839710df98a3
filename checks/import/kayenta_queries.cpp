#include "checks/import/kayenta_queries.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "checks/text.h"

namespace canarygate::kayenta_config {

namespace {

constexpr const char* kHosts = "{{hosts}}";
constexpr const char* kHostTag = "host";

Unexpected<Error> refuse(std::string text) { return fail(ErrorKind::definition, std::move(text)); }

bool is_name(std::string_view text) { return !text.empty() && variable_name_of(text) == text; }

/// A template with its `${…}` filled in by `value_of`; other FreeMarker is refused.
Result<std::string> expand(std::string_view text,
                           const std::function<std::string(const std::string&)>& value_of) {
  std::string out;
  for (const auto* directive : {"<#", "</#", "<@", "${{", "{{"}) {
    if (text.find(directive) != std::string_view::npos) {
      return refuse(
          fmt::format("its template uses '{}', and only ${{name}} can be carried over", directive));
    }
  }
  while (!text.empty()) {
    // Spinnaker escapes its own configs so: $\{scope}.
    const std::size_t open = std::min(text.find("${"), text.find("$\\{"));
    if (open == std::string_view::npos) break;
    const std::size_t begin = text.find('{', open) + 1;
    const std::size_t close = text.find('}', begin);
    if (close == std::string_view::npos) return refuse("its template has a ${ that never closes");
    const std::string name(trim(text.substr(begin, close - begin)));
    if (!is_name(name)) {
      return refuse(
          fmt::format("its template uses '${{{}}}', and only ${{name}} can be carried over",
                      printable(shorten(name, 60))));
    }
    out += text.substr(0, open);
    out += value_of(name);
    text.remove_prefix(close + 1);
  }
  return out + std::string(text);
}

/// The text of `customInlineTemplate`, or of the template that `customFilterTemplate` names; empty
/// when there is neither.
Result<std::string> template_of(const JsonPlace& query, const JsonPlace& templates) {
  if (const auto inline_text = query["customInlineTemplate"].text();
      inline_text && !inline_text->empty()) {
    return *inline_text;
  }
  const auto name = query["customFilterTemplate"].text();
  if (!name || name->empty()) return std::string();
  const auto text = templates[*name].text();
  if (!text)
    return refuse(fmt::format("it uses template '{}', which the file does not have", *name));
  return *text;
}

/// One side of a comparison: its scope as `{{canary_hosts}}` or `{{baseline_hosts}}`, every other
/// binding as a variable of the same name.
class Side {
 public:
  Side(std::string hosts, std::vector<std::string>& variables)
      : hosts_(std::move(hosts)), variables_(variables) {}

  std::string value(const std::string& name) {
    if (name == "scope") return hosts_;
    if (std::ranges::find(variables_, name) == variables_.end()) variables_.push_back(name);
    return "{{" + name + "}}";
  }
  Result<std::string> expanded(const std::string& text) {
    return expand(text, [this](const std::string& name) { return value(name); });
  }
  [[nodiscard]] const std::string& hosts() const { return hosts_; }

 private:
  std::string hosts_;
  std::vector<std::string>& variables_;
};

std::vector<std::string> texts_of(const JsonPlace& list) {
  std::vector<std::string> texts;
  for (const JsonPlace& element : list.elements()) texts.push_back(element.text().value_or(""));
  return texts;
}

// --- Prometheus

/// The label matchers that Kayenta adds for a type of machines.
Result<std::string> matchers_of(const std::string& resource_type, Side& side) {
  if (resource_type == "gce_instance") {
    return fmt::format(R"(instance=~"{}-.{{4}}",zone=~".+/zones/{}-.{{1}}")", side.value("scope"),
                       side.value("location"));
  }
  if (resource_type == "aws_ec2_instance") {
    return fmt::format(R"(asg_groupName="{}",zone=~"{}.{{1}}")", side.value("scope"),
                       side.value("location"));
  }
  return refuse(
      "it has neither a template nor a resourceType that says how a scope becomes labels; Kayenta "
      "refuses it, too");
}

Result<std::string> promql_of_side(const JsonPlace& query, const std::string& written, Side& side) {
  constexpr std::string_view kWhole = "PromQL:";
  if (written.starts_with(kWhole)) return side.expanded(written.substr(kWhole.size()));
  const auto name = query["metricName"].text();
  if (!name || name->empty()) return refuse("it has no metricName");
  auto matchers = written.empty() ? matchers_of(query["resourceType"].text().value_or(""), side)
                                  : side.expanded(written);
  if (!matchers) return matchers;
  std::vector<std::string> all = {*matchers};
  for (const std::string& binding : texts_of(query["labelBindings"])) all.push_back(binding);
  return fmt::format("avg({}{{{}}})", *name, join(all, ","));
}

Result<Query> prometheus(const JsonPlace& query, const JsonPlace& templates) {
  const auto written = template_of(query, templates);
  if (!written) return unexpected(written.error());
  Query result{"", "scope", "prometheus", {}, {}, ""};
  for (const auto* hosts : {"{{canary_hosts}}", "{{baseline_hosts}}"}) {
    Side side(hosts, result.variables);
    const auto text = promql_of_side(query, *written, side);
    if (!text) return unexpected(text.error());
    const std::string inner(trim(*text));
    if (inner.empty()) return refuse("its query is empty");
    // A comment at the end of a query would swallow what follows.
    const char* end = inner.find('#') == std::string::npos ? "" : "\n";
    if (!result.text.empty()) result.text += "\nor\n";
    result.text += fmt::format(R"(label_replace({}{}, "scope", "{}", "", ""))", inner, end, hosts);
  }
  if (const JsonPlace by = query["groupByFields"];
      !by.elements().empty() && !written->starts_with("PromQL:")) {
    result.left_out.push_back(
        {by.where(), fmt::format("Kayenta judges each {} apart; here they are averaged to one",
                                 list_of(texts_of(by)))});
  }
  return result;
}

// --- Datadog

/// `{…}` of a query with the scope in it: `tag:${scope}` is `tag IN ({{hosts}})`.
Result<Query> datadog_template(const std::string& written) {
  Query result{"", kHostTag, "datadog", {}, {}, ""};
  constexpr std::string_view kScope = "${scope}";
  constexpr std::string_view kTagCharacters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-/";
  std::string text = written;
  const std::size_t at = text.find(kScope);
  if (at == std::string::npos) return refuse("its template has no ${scope}");
  std::size_t begin = at;
  if (at > 0 && text[at - 1] == ':') {
    begin = at - 1;
    while (begin > 0 && kTagCharacters.find(text[begin - 1]) != std::string_view::npos) --begin;
    result.host_label = text.substr(begin, at - 1 - begin);
  } else {
    result.fill_in =
        "Datadog's queries: the tag that tells the scopes apart, here `host`, and "
        "`host_label` with it";
  }
  const std::string scope = text.substr(begin, at + kScope.size() - begin);
  const std::string hosts = fmt::format("{} IN ({})", result.host_label, kHosts);
  const std::string grouping = fmt::format(" by {{{}}}", result.host_label);
  for (std::size_t next = text.find(scope); next != std::string::npos;
       next = text.find(scope, next)) {
    text.replace(next, scope.size(), hosts);
    const std::size_t close = text.find('}', next + hosts.size());
    if (close == std::string::npos) return refuse("its ${scope} is not within {…}");
    if (text.substr(close + 1).starts_with(" by {")) {
      return refuse("it groups by tags of its own, and each group would be a host here");
    }
    text.insert(close + 1, grouping);
    next = close;
  }
  Side rest("", result.variables);
  if (text.find("${scope}") != std::string::npos) return refuse("it uses ${scope} in several ways");
  // What was filled in has braces of its own.
  std::string kept = text;
  for (std::size_t i = kept.find(kHosts); i != std::string::npos; i = kept.find(kHosts)) {
    kept.replace(i, std::string_view(kHosts).size(), "\x01");
  }
  auto expanded = rest.expanded(kept);
  if (!expanded) return unexpected(expanded.error());
  for (const char c : *expanded)
    result.text += c == '\x01' ? std::string(kHosts) : std::string(1, c);
  return result;
}

Result<Query> datadog(const JsonPlace& query, const JsonPlace& templates) {
  const auto written = template_of(query, templates);
  if (!written) return unexpected(written.error());
  if (!written->empty()) return datadog_template(*written);
  const auto name = query["metricName"].text();
  if (!name || name->empty()) return refuse("it has no metricName");
  std::vector<std::string> scope = {fmt::format("{} IN ({})", kHostTag, kHosts)};
  for (const std::string& tag : texts_of(query["tags"])) scope.push_back(tag);
  const bool counts = to_lower(query["metricType"].text().value_or("")) == "count";
  return Query{fmt::format("{}:{}{{{}}} by {{{}}}{}", counts ? "sum" : "avg", *name,
                           join(scope, " AND "), kHostTag, counts ? ".as_count()" : ""),
               kHostTag,
               "datadog",
               {},
               {},
               "Datadog's queries: the tag that tells the scopes apart, here `host`, and "
               "`host_label` with it"};
}

// --- Graphite

Result<Query> graphite(const JsonPlace& query, const JsonPlace& templates) {
  auto written = template_of(query, templates);
  if (!written) return unexpected(written.error());
  if (written->empty()) *written = query["metricName"].text().value_or("");
  if (written->empty()) return refuse("it has neither a template nor a metricName");
  Query result{"", "", "graphite", {}, {}, ""};
  std::vector<std::string> sides;
  for (const auto* hosts : {"{{canary_hosts}}", "{{baseline_hosts}}"}) {
    Side side(hosts, result.variables);
    std::string text = *written;
    for (const std::string name : {"scope", "location"}) {  // $scope as well as ${scope}
      const std::string bare = "$" + name;
      for (std::size_t at = text.find(bare); at != std::string::npos; at = text.find(bare, at)) {
        text.replace(at, bare.size(), "${" + name + "}");
      }
    }
    auto target = side.expanded(text);
    if (!target) return unexpected(target.error());
    sides.push_back(fmt::format("alias({}, '{}')", trim(*target), hosts));
  }
  result.text = "group(\n" + join(sides, ",\n") + ")";
  return result;
}

// --- New Relic and InfluxDB

Result<Query> newrelic(const JsonPlace& query, const JsonPlace& templates) {
  const auto written = template_of(query, templates);
  if (!written) return unexpected(written.error());
  if (!written->empty())
    return refuse("a whole NRQL template cannot be carried over, only select and q");
  const auto select = query["select"].text();
  if (!select || select->empty()) return refuse("it has no select");
  const auto condition = query["q"].text().value_or("");
  return Query{
      fmt::format("{} WHERE {}{} IN ({})", trim(*select),
                  condition.empty() ? "" : fmt::format("({}) AND ", condition), kHostTag, kHosts),
      kHostTag,
      "newrelic",
      {},
      {},
      "New Relic's queries: the attribute that tells the scopes apart, here `host`, and "
      "`host_label` with it"};
}

Result<Query> influxdb(const JsonPlace& query, const JsonPlace& templates) {
  const auto written = template_of(query, templates);
  if (!written) return unexpected(written.error());
  if (!written->empty()) return refuse("a whole InfluxQL template cannot be carried over");
  const auto name = query["metricName"].text();
  const auto fields = texts_of(query["fields"]);
  if (!name || name->empty() || fields.empty()) return refuse("it has no metricName, or no fields");
  Query result{fmt::format("SELECT mean(\"{}\") FROM \"{}\" WHERE \"{}\" =~ /^({})$/ AND "
                           "$timeFilter GROUP BY time($__interval), \"{}\"",
                           fields.front(), *name, kHostTag, kHosts, kHostTag),
               kHostTag,
               "influxdb",
               {},
               {},
               "InfluxDB's queries: the tag that tells the scopes apart, here `host`, and "
               "`host_label` with it"};
  if (fields.size() > 1) {
    result.left_out.push_back({query["fields"].where(), "all fields but the first"});
  }
  return result;
}

}  // namespace

Result<Query> query_of(const JsonPlace& query, const JsonPlace& templates) {
  const auto service = query["serviceType"].text();
  const std::string type = to_lower(service ? *service : query["type"].text().value_or(""));
  for (const JsonPlace& value : query.elements()) {
    const std::vector<std::string> all =
        value.is_list() ? texts_of(value) : std::vector{value.shown()};
    if (std::ranges::any_of(all, [](const auto& text) { return text.find("{{") != text.npos; })) {
      return refuse("it has '{{' in it, which begins a variable here");
    }
  }
  if (query["customFilter"].text())
    return refuse("it has a customFilter, which Kayenta has given up");
  if (type == "prometheus") return prometheus(query, templates);
  if (type == "datadog") return datadog(query, templates);
  if (type == "graphite") return graphite(query, templates);
  if (type == "newrelic") return newrelic(query, templates);
  if (type == "influxdb") return influxdb(query, templates);
  if (type.empty()) return refuse("its query says no type");
  return refuse(fmt::format("no query of {} can be carried over", printable(shorten(type, 40))));
}

}  // namespace canarygate::kayenta_config
