#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "checks/braces.h"
#include "checks/import/grafana_panel.h"
#include "checks/import/grafana_target.h"
#include "checks/import/grafana_units.h"
#include "checks/import/importer.h"
#include "checks/import/monitoring.h"
#include "checks/import/promql_metric.h"
#include "checks/text.h"

namespace canarygate {

namespace {

constexpr int kDeepestRow = 5;
constexpr std::size_t kMostTags = 20;

std::string text_of(const JsonPlace& place) { return place.text().value_or(""); }

/// One dashboard's check.
class CheckMaker {
 public:
  CheckMaker(const JsonPlace& dashboard, const std::string& file_name)
      : dashboard_(dashboard), variables_(dashboard["templating"]["list"]) {
    const std::string title = line_from(text_of(dashboard["title"]));
    draft.check.name = title.empty() ? file_name : to_lower(title);
    draft.check.description = title.empty() ? "" : fmt::format("Dashboard {}", title);
    for (const JsonPlace& input : dashboard["__inputs"].elements()) {
      inputs_[text_of(input["name"])] = text_of(input["pluginId"]);
    }
  }

  DraftCheck draft;
  LeftOutList left_out;

  void run() {
    read_panels(dashboard_["panels"], 0);
    for (const JsonPlace& row : dashboard_["rows"].elements()) read_panels(row["panels"], 0);
    if (draft.metrics.empty()) return;
    for (const JsonPlace& tag : dashboard_["tags"].elements()) {
      const std::string text = line_from(text_of(tag));
      if (!text.empty() && draft.check.tags.size() < kMostTags) draft.check.tags.push_back(text);
    }
    draft.key_comments["metrics"].emplace_back(
        "No dashboard says which way is worse. Without `worse` both are, so that more traffic is "
        "as bad as less: set it for each metric, and take out those that say nothing of a deploy.");
    ask_who_is_who(draft);
    warm_up_for(draft, longest_range_);
  }

 private:
  void read_panels(const JsonPlace& panels, int depth) {
    for (const JsonPlace& panel : panels.elements()) {
      if (depth < kDeepestRow) read_panels(panel["panels"], depth + 1);
      read_panel(panel);
    }
  }

  void read_panel(const JsonPlace& panel) {
    const std::string type = text_of(panel["type"]);
    const std::string title = line_from(text_of(panel["title"]));
    if (panel["libraryPanel"].exists() && panel["targets"].elements().empty()) {
      left_out.add(panel, fmt::format("panel `{}` is a library panel, whose queries are not in "
                                      "this file; export the dashboard for sharing externally",
                                      title));
      return;
    }
    const std::vector<JsonPlace> targets = shown_targets(panel, title);
    if (targets.empty()) return;
    if (!shows_numbers(type)) {
      left_out.add(panel, fmt::format("panel `{}` is a `{}`, which has no numbers to compare",
                                      title, line_from(type)));
      return;
    }
    for (const JsonPlace& target : targets) {
      read_target(panel, target, name_of(title, target, targets.size()), targets.size() == 1);
    }
  }

  std::vector<JsonPlace> shown_targets(const JsonPlace& panel, const std::string& title) {
    std::vector<JsonPlace> targets;
    for (const JsonPlace& target : panel["targets"].elements()) {
      if (target["hide"].boolean() == true) {
        left_out.add(target, fmt::format("panel `{}`: query {} is hidden there", title,
                                         line_from(text_of(target["refId"]))));
      } else {
        targets.push_back(target);
      }
    }
    return targets;
  }

  /// The panel's title, and of several queries what the legend calls this one.
  static std::string name_of(const std::string& title, const JsonPlace& target,
                             std::size_t targets) {
    std::string legend;
    for (const auto* key : {"legendFormat", "alias"}) {
      for (const Piece& piece : cut_at_braces(text_of(target[key])).pieces) {
        if (!piece.is_variable && legend.size() < 200) legend += piece.text;
      }
    }
    legend = line_from(legend);
    const bool says_something = std::ranges::any_of(legend, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & '\x80') != 0;
    });
    const bool automatic = legend == "__auto";
    if (!says_something || automatic) legend = line_from(text_of(target["refId"]));
    if (title.empty()) return legend.empty() ? "metric" : legend;
    return targets == 1 || legend.empty() ? title : fmt::format("{}: {}", title, legend);
  }

  /// As Grafana calls its plugin: of the query, else of the panel.
  [[nodiscard]] std::string datasource_of(const JsonPlace& panel, const JsonPlace& target) const {
    for (const JsonPlace& source : {target["datasource"], panel["datasource"]}) {
      const std::string type = text_of(source["type"]);
      if (!type.empty() && type != "datasource") return to_lower(type);
      std::string name = source.is_text() ? text_of(source) : text_of(source["uid"]);
      if (name == "__expr__" || name == "-- Dashboard --") return name;
      const std::string variable = only_variable(name);
      const auto input = inputs_.find(variable);
      if (input != inputs_.end()) return to_lower(input->second);
      const std::string chosen = variables_.datasource_of(variable);
      if (!chosen.empty()) return to_lower(chosen);
      for (const std::string_view known : {"prometheus", "graphite", "influxdb", "datadog"}) {
        if (to_lower(name) == known) return std::string(known);
      }
    }
    return "";
  }

  void read_target(const JsonPlace& panel, const JsonPlace& target, const std::string& name,
                   bool is_only) {
    const auto leave_out = [&](const std::string& why) {
      left_out.add(target, fmt::format("`{}`: {}", name, why));
    };
    auto taken = metric_of_target(target, datasource_of(panel, target), variables_);
    if (!taken) return leave_out(taken.error());
    MetricSpec& spec = taken->metric.spec;
    const auto [first, is_new] =
        known_.emplace(taken->metric.backend_type + " " + spec.query, name);
    if (!is_new) return leave_out(fmt::format("the same query as `{}`", first->second));
    if (draft.metrics.size() == kMostImportedMetrics) {
      return leave_out(
          fmt::format("a check has at most {} imported metrics", kMostImportedMetrics));
    }
    spec.name = name;
    describe(panel, *taken);
    if (is_only) add_limit(panel, name, *taken);
    for (const auto& [variable, value] : taken->vars) {
      const bool is_used = spec.query.find("{{" + variable + "}}") != std::string::npos;
      if (is_used) draft.check.vars[variable] = value;
    }
    longest_range_ = std::max(longest_range_, taken->longest_range);
    draft.metrics.push_back(std::move(taken->metric));
  }

  static void describe(const JsonPlace& panel, TargetMetric& taken) {
    DraftMetric& metric = taken.metric;
    const std::string description = line_from(text_of(panel["description"]));
    if (!description.empty()) metric.comments.insert(metric.comments.begin(), description);
    const std::string unit = grafana_unit_of(panel);
    if (const auto ours = unit_of_grafana(unit)) {
      metric.spec.unit = *ours;
    } else {
      metric.comments.push_back(
          fmt::format("Its unit `{}` has no name in a check.", line_from(unit)));
    }
    const std::string word = worse_when_higher(metric.spec.name, metric.spec.query);
    if (word.empty()) return;
    metric.spec.worse = Worse::higher;
    metric.comments.push_back(fmt::format("`worse: higher` is a guess, for the word `{}`.", word));
  }

  void add_limit(const JsonPlace& panel, const std::string& name, TargetMetric& taken) {
    const auto limit = limit_of_panel(panel);
    if (!limit) return;
    if (!taken.other_scale.empty() && limit->bound != 0) {
      left_out.add(panel,
                   fmt::format("`{}`: no limit of {}: {}", name, limit->bound, taken.other_scale));
      return;
    }
    MetricSpec& spec = taken.metric.spec;
    set_limit(spec, limit->above, limit->bound, false);
    if (taken.tells_hosts_apart) spec.limit->per = Limit::Per::host;
    spec.worse = limit->above ? Worse::higher : Worse::lower;
    std::erase_if(taken.metric.comments, [](const std::string& comment) {
      return comment.find("is a guess") != std::string::npos;
    });
    taken.metric.comments.push_back(fmt::format("The limit is {}.", limit->source));
  }

  const JsonPlace& dashboard_;
  GrafanaVariables variables_;
  std::map<std::string, std::string> inputs_;  // plugins of the data sources that it is given
  std::map<std::string, std::string> known_;   // names of metrics by their backend and query
  Duration longest_range_{0};
};

class DashboardFiles {
 public:
  Result<Imported, Problems> run(std::span<const ImportFile> files) {
    for (const ImportFile& file : files) {
      const auto document = parse_json(file);
      if (!document) {
        problems_.push_back(document.error());
        continue;
      }
      read(JsonPlace(&*document, file.path, ""), stem_of(file.path));
    }
    if (!problems_.empty()) return unexpected(std::move(problems_));
    return checks_.take();
  }

 private:
  /// As exported, as the API has it (`dashboard`), or as a resource (`spec`).
  void read(const JsonPlace& document, const std::string& file_name) {
    JsonPlace dashboard = document;
    for (const auto* key : {"dashboard", "spec"}) {
      if (document[key].is_object()) dashboard = document[key];
    }
    if (dashboard["elements"].is_object()) {
      problems_.push_back(dashboard.problem(
          "a dashboard of schema v2, which cannot be read; export it from Grafana as Classic"));
      return;
    }
    if (!dashboard["panels"].is_list() && !dashboard["rows"].is_list()) {
      problems_.push_back(dashboard.problem(
          "no dashboard: there is neither a list `panels` nor a list `rows`; export the dashboard "
          "as JSON from Grafana's menu Share or Export"));
      return;
    }
    CheckMaker maker(dashboard, file_name);
    maker.run();
    checks_.add(std::move(maker.draft), maker.left_out);
  }

  Problems problems_;
  ImportedChecks checks_;
};

Result<Imported, Problems> read(std::span<const ImportFile> files,
                                const ImportOptions& /*options*/) {
  return DashboardFiles().run(files);
}

}  // namespace

Importer grafana_dashboard_importer() {
  Importer importer;
  importer.name = "grafana-dashboard";
  importer.help = "the panels of a dashboard (JSON)";
  importer.extensions = {".json"};
  importer.read = read;
  return importer;
}

}  // namespace canarygate
