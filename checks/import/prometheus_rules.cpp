#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "checks/duration.h"
#include "checks/import/importer.h"
#include "checks/import/monitoring.h"
#include "checks/import/promql_alert.h"
#include "checks/import/promql_metric.h"
#include "checks/import/recorded.h"
#include "checks/promql/literals.h"
#include "checks/text.h"

namespace canarygate {

namespace {

std::string text_of(const YamlNode* node) {
  return node != nullptr && node->is_scalar() ? node->text : "";
}

/// One rule group's list of rules, or null.
const YamlNode* rules_of(const YamlNode& group) {
  const YamlNode* rules = group.find("rules");
  return rules != nullptr && rules->is_list() ? rules : nullptr;
}

/// Something with rule groups: a rule file, or a resource.
struct RuleSet {
  const YamlNode* groups = nullptr;
  std::string name;
};

/// The value that all of them have; nothing when they differ or there is none.
class Shared {
 public:
  void add(const std::string& value) {
    if (!value.empty()) values_.insert(value);
  }
  [[nodiscard]] std::string value() const {
    return values_.size() == 1 ? *values_.begin() : std::string();
  }

 private:
  std::set<std::string> values_;
};

/// One rule set's check.
class CheckMaker {
 public:
  CheckMaker(const RuleSet& rules, const std::map<std::string, std::string>& recorded)
      : rules_(rules), recorded_(recorded) {}

  DraftCheck draft;
  LeftOutList left_out;
  Problems problems;

  void run() {
    draft.check.name = rules_.name;
    std::vector<std::string> groups;
    for (const YamlNode& group : rules_.groups->children) {
      group_ = text_of(group.find("name"));
      if (!group_.empty()) groups.push_back(line_from(group_));
      read_group(group);
    }
    for (const YamlNode* record : recording_) {
      if (used_.contains(record->text)) continue;
      left_out.add(*record, fmt::format("recording rule `{}` is no alert, and none asks for it",
                                        line_from(record->text)));
    }
    if (draft.metrics.empty()) return;
    draft.check.description =
        groups.empty() ? "Alerts of Prometheus"
                       : fmt::format("Alerts of {} {}", groups.size() == 1 ? "group" : "groups",
                                     list_of(groups));
    draft.check.owner = owner_.value();
    draft.check.runbook = runbook_.value();
    ask_who_is_who(draft);
    warm_up_for(draft, longest_range_);
  }

 private:
  void read_group(const YamlNode& group) {
    const YamlNode* rules = group.find("rules");
    if (rules == nullptr || rules->kind == YamlNode::Kind::null) return;
    if (!rules->is_list()) {
      problems.push_back(rules->problem("`rules` must be a list of rules"));
      return;
    }
    for (const YamlNode& rule : rules->children) read_rule(rule);
  }

  void read_rule(const YamlNode& rule) {
    const YamlNode* record = rule.find("record");
    const YamlNode* alert = rule.find("alert");
    const YamlNode* expression = rule.find("expr");
    if (alert == nullptr && record == nullptr) {
      problems.push_back(rule.problem("a rule has either `alert` or `record`"));
    } else if (expression == nullptr || !expression->is_scalar()) {
      problems.push_back(rule.problem(
          fmt::format("rule '{}' has no `expr`", line_from(text_of(alert ? alert : record)))));
    } else if (alert == nullptr) {
      recording_.push_back(record);
    } else {
      read_alert(rule, line_from(text_of(alert)), *expression);
    }
  }

  void read_alert(const YamlNode& rule, const std::string& name, const YamlNode& expression) {
    const auto leave_out = [&](const std::string& why) {
      left_out.add(expression, fmt::format("alert `{}`: {}", name, why));
    };
    const WithRecorded query = put_in_recorded(expression.text, recorded_);
    if (const std::string why = why_no_query(query.query); !why.empty()) return leave_out(why);
    const auto root = promql::outline(query.query);
    if (!root) {
      return leave_out(fmt::format("its query cannot be read: column {}: {}", root.error().column,
                                   root.error().text));
    }
    const PromqlAlerts found = alerts_of(*root, query.query);
    for (const std::string& reason : found.reasons) leave_out(reason);
    for (const PromqlAlert& alert : found.alerts) {
      auto asked =
          per_host(query.query, *alert.measured, alert.above ? Several::max : Several::min);
      if (!asked) {
        leave_out(asked.error());
      } else if (draft.metrics.size() == kMostImportedMetrics) {
        leave_out(fmt::format("a check has at most {} imported metrics", kMostImportedMetrics));
      } else {
        add_metric(rule, name, expression, query, alert, *asked);
      }
    }
  }

  void add_metric(const YamlNode& rule, const std::string& name, const YamlNode& expression,
                  const WithRecorded& query, const PromqlAlert& alert, const PerHostQuery& asked) {
    DraftMetric metric = promql_metric(name, asked);
    metric.spec.worse = alert.above ? Worse::higher : Worse::lower;
    const YamlNode* labels = rule.find("labels");
    const YamlNode* annotations = rule.find("annotations");
    std::vector<std::string> comments;
    if (annotations != nullptr) {
      for (const auto* key : {"summary", "message", "description"}) {
        const std::string words = line_from(text_of(annotations->find(key)));
        if (words.empty()) continue;
        comments.push_back(words);
        break;
      }
    }
    const std::string severity =
        labels == nullptr ? "" : to_lower(line_from(text_of(labels->find("severity"))));
    comments.push_back(fmt::format(
        "Alert {}{}{}: {}", name, group_.empty() ? "" : " of group " + line_from(group_),
        severity.empty() ? "" : ", severity " + severity, shown_query(expression.text)));
    metric.spec.critical = severity == "critical" || severity == "page";
    for (const std::string& recorded : query.put_in) {
      used_.insert(recorded);
      comments.push_back(
          fmt::format("`{}` is written out as its recording rule has it.", shown_query(recorded)));
    }
    for (const std::string& recorded : query.kept) {
      comments.push_back(
          fmt::format("`{}` is recorded by a rule: see that its series still have "
                      "the label `{}`.",
                      shown_query(recorded), asked.host_label));
    }
    metric.comments.insert(metric.comments.begin(), comments.begin(), comments.end());
    for (const std::string& guard : alert.guards) {
      left_out.add(expression, fmt::format("alert `{}`: `{}`; the metric is judged whether it "
                                           "holds or not",
                                           name, guard));
    }
    add_limit(rule, name, expression, alert, asked, metric);
    add_links(labels, annotations, metric.spec);
    longest_range_ = std::max(longest_range_, asked.longest_range);
    draft.metrics.push_back(std::move(metric));
  }

  void add_limit(const YamlNode& rule, const std::string& name, const YamlNode& expression,
                 const PromqlAlert& alert, const PerHostQuery& asked, DraftMetric& metric) {
    const auto leave_out = [&](const std::string& why) {
      left_out.add(expression,
                   fmt::format("alert `{}`: no limit of {}: {}", name, alert.threshold, why));
    };
    if (!std::isfinite(alert.threshold)) return leave_out("it is no number to reach");
    // Of nothing at all every share is nothing.
    if (!asked.other_scale.empty() && alert.threshold != 0) return leave_out(asked.other_scale);
    set_limit(metric.spec, alert.above, alert.threshold, alert.includes_threshold);
    if (asked.tells_hosts_apart) metric.spec.limit->per = Limit::Per::host;
    add_run(rule, metric);
  }

  /// Firing `for: 1m` is exceeding the limit at each point of a minute.
  void add_run(const YamlNode& rule, DraftMetric& metric) {
    const YamlNode* node = rule.find("for");
    const std::string written = text_of(node);
    const auto length = promql::read_range(written);
    if (node != nullptr && !length && written != "0") {
      problems.push_back(node->problem(fmt::format(
          "`for: {}` is no duration; write one such as 30s, 5m or 1h", line_from(written))));
    }
    if (!length || *length <= Duration(0)) return;
    const WindowSpec& window = draft.check.window;
    const std::int64_t points = window.duration / window.step;
    const std::int64_t wanted = (*length + window.step - Duration(1)) / window.step;
    const std::int64_t run = std::min(points, wanted);
    metric.spec.limit->run = Limit::Run{run, run};
    if (wanted > points) {
      metric.comments.push_back(fmt::format(
          "It fired after {}; here each point of the window of {} must be beyond the limit.",
          format_duration(*length), format_duration(window.duration)));
    }
  }

  void add_links(const YamlNode* labels, const YamlNode* annotations, MetricSpec& spec) {
    std::string owner;
    std::string runbook;
    for (const auto* key : {"team", "owner"}) {
      if (labels != nullptr && owner.empty()) owner = line_from(text_of(labels->find(key)));
    }
    if (owner.find("{{") != std::string::npos) owner.clear();
    for (const auto* key : {"runbook_url", "runbook"}) {
      const std::string url = annotations == nullptr ? "" : text_of(annotations->find(key));
      if (runbook.empty() && is_plain_url(url)) runbook = url;
    }
    for (const auto* key : {"dashboard_url", "dashboard"}) {
      const std::string url = annotations == nullptr ? "" : text_of(annotations->find(key));
      if (is_plain_url(url)) spec.links["dashboard"] = url;
    }
    if (!runbook.empty()) spec.links["runbook"] = runbook;
    owner_.add(owner);
    runbook_.add(runbook);
  }

  const RuleSet& rules_;
  const std::map<std::string, std::string>& recorded_;
  std::string group_;
  Duration longest_range_{0};
  std::vector<const YamlNode*> recording_;  // the names of recording rules
  std::set<std::string> used_;              // those that a metric's query has in it
  Shared owner_;
  Shared runbook_;
};

class RuleFiles {
 public:
  Result<Imported, Problems> run(std::span<const ImportFile> files) {
    for (const ImportFile& file : files) {
      auto documents = yaml_documents(file);
      if (!documents) {
        problems_.insert(problems_.end(), documents.error().begin(), documents.error().end());
        continue;
      }
      documents_.push_back({stem_of(file.path), std::move(*documents)});
    }
    for (const auto& [name, documents] : documents_) {
      for (const YamlNode& document : documents) find_rules(document, name);
    }
    const std::map<std::string, std::string> recorded = recorded_rules();
    for (const RuleSet& rules : sets_) {
      CheckMaker maker(rules, recorded);
      maker.run();
      problems_.insert(problems_.end(), maker.problems.begin(), maker.problems.end());
      checks_.add(std::move(maker.draft), maker.left_out);
    }
    if (!problems_.empty()) return unexpected(std::move(problems_));
    return checks_.take();
  }

 private:
  /// In a rule file, a PrometheusRule, or a List of such resources.
  void find_rules(const YamlNode& document, const std::string& name) {
    const std::string kind = text_of(document.find("kind"));
    const YamlNode* items = document.find("items");
    if (kind.empty()) {
      add_groups(document.find("groups"), document, name);
    } else if (kind == "PrometheusRule") {
      const YamlNode* metadata = document.find("metadata");
      const YamlNode* spec = document.find("spec");
      const std::string own = metadata == nullptr ? "" : text_of(metadata->find("name"));
      add_groups(spec == nullptr ? nullptr : spec->find("groups"), document,
                 own.empty() ? name : own);
    } else if (kind.ends_with("List") && items != nullptr && items->is_list()) {
      for (const YamlNode& item : items->children) {
        if (!text_of(item.find("kind")).ends_with("List")) find_rules(item, name);
      }
    } else {
      checks_.left_out().add(document, fmt::format("a `{}` is no PrometheusRule", line_from(kind)));
    }
  }

  void add_groups(const YamlNode* groups, const YamlNode& document, const std::string& name) {
    if (groups == nullptr || !groups->is_list()) {
      problems_.push_back(document.problem(
          "no rules: there is no list `groups`; give a rule file of Prometheus or a "
          "PrometheusRule resource"));
      return;
    }
    sets_.push_back({groups, name});
  }

  [[nodiscard]] std::map<std::string, std::string> recorded_rules() const {
    std::map<std::string, std::string> recorded;
    for (const RuleSet& set : sets_) {
      for (const YamlNode& group : set.groups->children) {
        const YamlNode* rules = rules_of(group);
        if (rules == nullptr) continue;
        for (const YamlNode& rule : rules->children) {
          const std::string name = text_of(rule.find("record"));
          if (!name.empty()) recorded.emplace(name, text_of(rule.find("expr")));
        }
      }
    }
    return recorded;
  }

  struct Documents {
    std::string name;  ///< the file's, for checks
    std::vector<YamlNode> documents;
  };
  std::vector<Documents> documents_;
  std::vector<RuleSet> sets_;
  Problems problems_;
  ImportedChecks checks_;
};

Result<Imported, Problems> read(std::span<const ImportFile> files,
                                const ImportOptions& /*options*/) {
  return RuleFiles().run(files);
}

}  // namespace

Importer prometheus_rules_importer() {
  Importer importer;
  importer.name = "prometheus-rules";
  importer.help = "alerting rules, as files or PrometheusRules (YAML)";
  importer.extensions = {".yaml", ".yml", ".rules"};
  importer.read = read;
  return importer;
}

}  // namespace canarygate
