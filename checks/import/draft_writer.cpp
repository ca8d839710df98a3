// The draft as a file: keys in the order in which a person reads them, defaults left out.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "checks/definition/worse.h"
#include "checks/duration.h"
#include "checks/import/draft.h"
#include "checks/import/judge_text.h"
#include "checks/import/yaml_text.h"
#include "checks/text.h"

namespace canarygate {

namespace {

const char* to_text(Policy policy) {
  return policy == Policy::fail ? "fail" : policy == Policy::pass ? "pass" : "error";
}

const char* to_text(Scale scale) {
  return scale == Scale::ratio ? "ratio" : scale == Scale::difference ? "difference" : "auto";
}

std::string flow_list(const std::vector<std::string>& texts) {
  std::vector<std::string> scalars;
  for (const std::string& text : texts) scalars.push_back(yaml_scalar(text));
  return "[" + join(scalars, ", ") + "]";
}

std::string flow_map(const std::map<std::string, std::string>& texts) {
  std::vector<std::string> entries;
  for (const auto& [key, value] : texts) {
    entries.push_back(fmt::format("{}: {}", yaml_scalar(key), yaml_scalar(value)));
  }
  return "{" + join(entries, ", ") + "}";
}

std::string flow_value(const ConfigValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return yaml_scalar(*text);
  if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) return flow_list(*texts);
  if (const auto* map = std::get_if<std::map<std::string, std::string>>(&value)) {
    return flow_map(*map);
  }
  if (const auto* length = std::get_if<Duration>(&value)) return format_duration(*length);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *number);
  return std::get<bool>(value) ? "true" : "false";
}

std::string group_text(const GroupSpec& group) {
  switch (group.kind) {
    case GroupSpec::Kind::none:
      return "none";
    case GroupSpec::Kind::rest:
      return "{rest: true}";
    case GroupSpec::Kind::tags:
      return fmt::format("{{tags: {}}}", flow_map(group.tags));
    case GroupSpec::Kind::source:
      break;
  }
  const auto& values = group.selection.values();
  if (group.source == "hosts" && values.size() == 1) {
    return fmt::format("{{hosts: {}}}", flow_value(values.at("names")));
  }
  std::vector<std::string> keys;
  for (const auto& [key, value] : values)
    keys.push_back(fmt::format("{}: {}", key, flow_value(value)));
  return fmt::format("{{{}: {{{}}}}}", group.source, join(keys, ", "));
}

std::string limit_text(const Limit& limit) {
  std::vector<std::string> keys;
  if (limit.min) keys.push_back("min: " + yaml_number(*limit.min));
  if (limit.max) keys.push_back("max: " + yaml_number(*limit.max));
  if (limit.run) keys.push_back(fmt::format("for: {} of {}", limit.run->bad, limit.run->of));
  if (limit.per == Limit::Per::host) keys.emplace_back("per: host");
  return "{" + join(keys, ", ") + "}";
}

class Writer {
 public:
  std::string write(const DraftCheck& draft, std::span<const LeftOut> left_out) {
    draft_ = &draft;
    head(left_out);
    const CheckDefinition& check = draft.check;
    put("version", "1");
    put("check", yaml_scalar(check.name));
    text("description", check.description);
    text("owner", check.owner);
    text("runbook", check.runbook);
    if (!check.tags.empty()) put("tags", flow_list(check.tags));
    map("vars", check.vars);
    put("canary", group_text(check.canary));
    put("baseline", group_text(check.baseline));
    expect(check.expect);
    window(check.window);
    if (const std::string judge = judge_text(check.judge, {}); !judge.empty()) put("judge", judge);
    if (check.mode == Mode::soft) put("mode", "soft");
    if (check.on_no_data != Policy::fail) put("on_no_data", to_text(check.on_no_data));
    if (check.on_undecided != Policy::fail) put("on_undecided", to_text(check.on_undecided));
    if (check.traffic) traffic(*check.traffic);
    if (check.score) score(*check.score);
    comments_of("metrics");
    out_ += "metrics:\n";
    for (const DraftMetric& one : draft.metrics) metric(one);
    return std::move(out_);
  }

 private:
  void head(std::span<const LeftOut> left_out) {
    out_ += "# yaml-language-server: $schema=check.schema.json\n";
    for (const std::string& comment : draft_->comments) out_ += yaml_comment(comment, 0);
    std::set<std::string> types;
    for (const DraftMetric& one : draft_->metrics) types.insert(one.backend_type);
    types.erase("");
    if (!types.empty()) {
      const std::vector<std::string> names(types.begin(), types.end());
      out_ += yaml_comment(
          names.size() == 1
              ? fmt::format("Backend `default` of the environment must be of type {}.",
                            names.front())
              : fmt::format("The environment needs backends of these types and names: {}.",
                            list_of(names, names.size())),
          0);
    }
    bullets("Fill in:", draft_->fill_in);
    std::vector<std::string> lines;
    for (const LeftOut& one : left_out) lines.push_back(fmt::format("{}: {}", one.where, one.what));
    bullets("Not carried over:", lines);
  }

  void bullets(const char* title, const std::vector<std::string>& lines) {
    if (lines.empty()) return;
    out_ += yaml_comment(title, 0);
    for (const std::string& line : lines) out_ += yaml_comment("  - " + line, 0);
  }

  void comments_of(const std::string& key) {
    const auto comments = draft_->key_comments.find(key);
    if (comments == draft_->key_comments.end()) return;
    for (const std::string& comment : comments->second) out_ += yaml_comment(comment, 0);
  }

  /// `value` as it is to stand there.
  void put(const std::string& key, const std::string& value) {
    comments_of(key);
    out_ += fmt::format("{}: {}\n", key, value);
  }

  void text(const std::string& key, const std::string& value) {
    if (value.empty()) return;
    comments_of(key);
    out_ += yaml_entry(key, value, 0);
  }

  void map(const std::string& key, const std::map<std::string, std::string>& values) {
    if (values.empty()) return;
    comments_of(key);
    out_ += key + ":\n";
    for (const auto& [name, value] : values) out_ += yaml_entry(yaml_scalar(name), value, 2);
  }

  void expect(const Expect& expect) {
    std::vector<std::string> keys;
    if (expect.hosts) keys.push_back(fmt::format("hosts: {}", *expect.hosts));
    if (expect.wait > Duration(0)) keys.push_back("wait: " + format_duration(expect.wait));
    if (!expect.label.empty()) keys.push_back("label: " + flow_map(expect.label));
    if (!keys.empty()) put("expect", "{" + join(keys, ", ") + "}");
  }

  void window(const WindowSpec& window) {
    const WindowSpec usual;
    std::vector<std::string> keys;
    const auto add = [&](const char* key, Duration value, Duration default_value) {
      if (value != default_value)
        keys.push_back(fmt::format("{}: {}", key, format_duration(value)));
    };
    add("warmup", window.warmup, usual.warmup);
    add("duration", window.duration, usual.duration);
    add("step", window.step, usual.step);
    // What is said of it needs something to stand above.
    if (keys.empty() && draft_->key_comments.contains("window")) {
      keys.push_back("duration: " + format_duration(window.duration));
    }
    if (!keys.empty()) put("window", "{" + join(keys, ", ") + "}");
  }

  void traffic(const Traffic& traffic) {
    comments_of("traffic");
    out_ += "traffic:\n" + yaml_entry("query", traffic.query, 2);
    if (traffic.backend != "default") out_ += yaml_entry("backend", traffic.backend, 2);
    if (traffic.host_label) out_ += yaml_entry("host_label", *traffic.host_label, 2);
    if (traffic.min != 0) out_ += "  min: " + yaml_number(traffic.min) + "\n";
    if (traffic.min_share) out_ += "  min_share: " + yaml_percentage(*traffic.min_share) + "\n";
  }

  void score(const ScoreRule& score) {
    std::vector<std::string> keys = {"pass: " + yaml_number(score.pass),
                                     "marginal: " + yaml_number(score.marginal)};
    std::vector<std::string> groups;
    for (const auto& [group, weight] : score.weights) {
      groups.push_back(fmt::format("{}: {}", yaml_scalar(group), yaml_number(weight)));
    }
    if (!groups.empty()) keys.push_back("groups: {" + join(groups, ", ") + "}");
    put("score", "{" + join(keys, ", ") + "}");
  }

  void entry(const char* key, const std::string& value) { out_ += yaml_entry(key, value, 4); }
  void line(const char* key, const std::string& value) {
    out_ += fmt::format("    {}: {}\n", key, value);
  }

  void metric(const DraftMetric& draft) {
    const MetricSpec& spec = draft.spec;
    for (const std::string& comment : draft.comments) out_ += yaml_comment(comment, 2);
    out_ += fmt::format("  - name: {}\n", yaml_scalar(spec.name));
    if (!spec.query.empty()) entry("query", spec.query);
    if (!spec.errors.empty()) entry("errors", spec.errors);
    if (!spec.total.empty()) entry("total", spec.total);
    if (spec.backend != "default") entry("backend", spec.backend);
    if (spec.host_label) entry("host_label", *spec.host_label);
    if (spec.unit != "none") entry("unit", spec.unit);
    how_to_judge(spec);
    how_to_count(spec);
    if (!spec.links.empty()) {
      out_ += "    links:\n";
      for (const auto& [name, url] : spec.links) out_ += yaml_entry(yaml_scalar(name), url, 6);
    }
  }

  void how_to_judge(const MetricSpec& spec) {
    if (spec.worse != Worse::either) line("worse", to_string(spec.worse));
    if (spec.allow != 0) {
      line("allow", spec.allow_is_percent ? yaml_percentage(spec.allow) : yaml_number(spec.allow));
    }
    if (spec.limit) line("limit", limit_text(*spec.limit));
    if (spec.min_traffic) line("min_traffic", yaml_number(*spec.min_traffic));
    if (spec.pseudo_count != 0.5) line("pseudo_count", yaml_number(spec.pseudo_count));
    if (spec.scale != Scale::automatic) line("scale", to_text(spec.scale));
    if (spec.summary != "auto") line("summary", spec.summary);
    if (spec.judge) {
      const std::string judge = judge_text(*spec.judge, draft_->check.judge);
      if (!judge.empty()) line("judge", judge);
    }
  }

  void how_to_count(const MetricSpec& spec) {
    if (spec.optional) line("optional", "true");
    if (spec.critical) line("critical", "true");
    if (spec.weight != 1) line("weight", yaml_number(spec.weight));
    if (!spec.groups.empty()) line("groups", flow_list(spec.groups));
    if (spec.settle) line("settle", format_duration(*spec.settle));
  }

  const DraftCheck* draft_ = nullptr;
  std::string out_;
};

}  // namespace

std::string write_draft(const DraftCheck& draft, std::span<const LeftOut> left_out) {
  return Writer().write(draft, left_out);
}

}  // namespace canarygate
