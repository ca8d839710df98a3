// Argo Rollouts' AnalysisTemplates: the limits as they are, by judge threshold.
#include <fmt/format.h>

#include <algorithm>

#include "checks/duration.h"
#include "checks/import/argo_metric.h"
#include "checks/import/documents.h"
#include "checks/import/importer.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using argo::Metric;
using argo::Schedule;

/// The metrics of a template that one check can hold.
struct Part {
  Schedule schedule;
  std::optional<std::string> host;
  std::vector<Metric> metrics;
};

bool is_template(const YamlNode& document) {
  const YamlNode* kind = document.find("kind");
  return kind != nullptr &&
         (kind->text == "AnalysisTemplate" || kind->text == "ClusterAnalysisTemplate");
}

class TemplateReader {
 public:
  TemplateReader(const YamlNode& document, Imported& all, Problems& problems)
      : document_(document), all_(all), problems_(problems) {}

  void read() {
    const YamlNode* metadata = document_.find("metadata");
    const YamlNode* name = metadata == nullptr ? nullptr : metadata->find("name");
    const YamlNode* generated = metadata == nullptr ? nullptr : metadata->find("generateName");
    if (name == nullptr) name = generated;
    name_ = name != nullptr && name->is_scalar() ? name->text : "analysis";
    const YamlNode* spec = document_.find("spec");
    const YamlNode* metrics = spec == nullptr ? nullptr : spec->find("metrics");
    if (metrics == nullptr || !metrics->is_list()) {
      problems_.push_back(document_.problem("this AnalysisTemplate has no list `spec.metrics`"));
      return;
    }
    read_arguments(spec->find("args"));
    for (const YamlNode& metric : metrics->children) {
      if (is_dry(spec->find("dryRun"), metric)) {
        leave_out(metric, "a dry run, which never fails");
      } else if (auto one = argo::read_metric(metric, arguments_, left_out_, problems_)) {
        place(std::move(*one));
      }
    }
    if (const YamlNode* templates = spec->find_key("templates")) {
      leave_out(*templates, "templates: import those that it names by themselves");
    }
    make_checks();
  }

 private:
  void leave_out(const YamlNode& place, std::string what) {
    left_out_.push_back({place_of(place), std::move(what)});
  }

  void read_arguments(const YamlNode* args) {
    for (std::size_t i = 0; args != nullptr && i < args->children.size(); ++i) {
      const YamlNode* name = args->children[i].find("name");
      const YamlNode* value = args->children[i].find("value");
      if (name == nullptr || !name->is_scalar()) continue;
      for (const auto& [other, known] : arguments_) {
        if (other == name->text || variable_name_of(other) != variable_name_of(name->text))
          continue;
        problems_.push_back(name->problem(fmt::format(
            "argument '{}' and '{}' would be one variable here; rename one", other, name->text)));
      }
      auto& argument = arguments_[name->text];
      if (value != nullptr && value->is_scalar()) argument = value->text;
    }
  }

  /// `dryRun` names metrics by regular expressions; those that are plain names are understood.
  bool is_dry(const YamlNode* rules, const YamlNode& metric) {
    const YamlNode* name = metric.find("name");
    for (std::size_t i = 0; rules != nullptr && name != nullptr && i < rules->children.size();
         ++i) {
      const YamlNode* rule = rules->children[i].find("metricName");
      if (rule == nullptr || !rule->is_scalar()) continue;
      if (rule->text == ".*" || name->text.find(rule->text) != std::string::npos) return true;
      const bool plain = rule->text.find_first_of("\\.+*?()|[]{}^$") == std::string::npos;
      const Problem problem = rule->problem(
          fmt::format("dryRun: the regular expression '{}' cannot be imported; name each metric",
                      shorten(rule->text, 60)));
      if (!plain && std::ranges::find(problems_, problem) == problems_.end()) {
        problems_.push_back(problem);
      }
    }
    return false;
  }

  void place(Metric metric) {
    for (Part& part : parts_) {
      const bool fits = !part.host || !metric.host || part.host == metric.host;
      if (part.schedule != metric.schedule || !fits) continue;
      if (metric.host) part.host = metric.host;
      part.metrics.push_back(std::move(metric));
      return;
    }
    parts_.push_back({metric.schedule, metric.host, {}});
    parts_.back().metrics.push_back(std::move(metric));
  }

  void make_checks() {
    if (parts_.empty()) {
      all_.left_out.insert(all_.left_out.end(), left_out_.begin(), left_out_.end());
      return;
    }
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      ImportedCheck check{draft_of(parts_[i]), {}};
      // What a whole template lacks is told with its first check.
      if (i == 0) check.left_out = left_out_;
      all_.checks.push_back(std::move(check));
    }
  }

  DraftCheck draft_of(Part& part) {
    DraftCheck draft;
    draft.check.name = name_;
    draft.comments = {fmt::format("Imported by `canarygate import argo-rollouts` from {} '{}', {}.",
                                  document_.find("kind")->text, name_, place_of(document_))};
    if (parts_.size() > 1) {
      draft.comments.push_back(
          fmt::format("It has metrics of several schedules or services; there are {} checks of it.",
                      parts_.size()));
    }
    draft.check.canary = listed({part.host.value_or(kOneHost)});
    draft.check.baseline.kind = GroupSpec::Kind::none;
    draft.key_comments["canary"] = {
        "One series is what each query returns; it has this name. Which version it is of, the "
        "query says."};
    draft.check.judge.method = JudgeMethod::threshold;
    draft.key_comments["judge"] = {
        "The limits alone decide, as in Argo Rollouts. To compare with the other hosts, too, see "
        "docs/import.md."};
    const std::int64_t points = set_window(part.schedule, part.metrics, draft);
    for (Metric& metric : part.metrics) {
      Limit& limit = *metric.draft.spec.limit;
      if (limit.run) limit.run->of = points;
      for (const std::string& name : metric.arguments) add_variable(name, draft);
      draft.metrics.push_back(std::move(metric.draft));
    }
    return draft;
  }

  /// How many points the window has.
  static std::int64_t set_window(const Schedule& schedule, const std::vector<Metric>& metrics,
                                 DraftCheck& draft) {
    WindowSpec& window = draft.check.window;
    if (schedule.delay > Duration(0)) window.warmup = schedule.delay;
    if (schedule.count == 1) {
      draft.key_comments["metrics"] = {
          "Argo Rollouts measures once; here each limit is for the mean over the window."};
      return 0;
    }
    std::int64_t points = schedule.count;
    if (points == 0) {
      constexpr Duration kUsual = std::chrono::minutes(5);
      points =
          std::max<std::int64_t>(2, (kUsual + schedule.interval - Duration(1)) / schedule.interval);
      for (const Metric& metric : metrics) points = std::max(points, metric.failure_limit + 1);
      draft.key_comments["window"] = {
          "fill in: Argo Rollouts measures as long as the rollout's steps last"};
      draft.fill_in.emplace_back(
          "window: `duration`, how long to watch; and with it the second "
          "number of each `for`");
    }
    window.step = schedule.interval;
    window.duration = points * schedule.interval;
    return points;
  }

  void add_variable(const std::string& name, DraftCheck& draft) {
    const std::string variable = variable_name_of(name);
    if (draft.check.vars.contains(variable)) return;
    const auto& value = arguments_.at(name);
    draft.check.vars[variable] = value.value_or("fill-in-" + name);
    if (!value) {
      draft.fill_in.push_back(
          fmt::format("vars: {}, which the rollout gives as argument '{}' (here: `--var {}=VALUE`)",
                      variable, name, variable));
    }
  }

  const YamlNode& document_;
  Imported& all_;
  Problems& problems_;
  std::string name_;
  argo::Arguments arguments_;
  std::vector<Part> parts_;
  std::vector<LeftOut> left_out_;
};

Result<Imported, Problems> read(std::span<const ImportFile> files, const ImportOptions&) {
  Imported all;
  Problems problems;
  bool any = false;
  for (const ImportFile& file : files) {
    const auto documents = yaml_documents(file);
    if (!documents) {
      problems.insert(problems.end(), documents.error().begin(), documents.error().end());
      continue;
    }
    for (const YamlNode& document : *documents) {
      if (!is_template(document)) continue;
      any = true;
      TemplateReader(document, all, problems).read();
    }
  }
  if (!any && problems.empty()) {
    problems.push_back({files.front().path, 0, 0,
                        "there is no AnalysisTemplate or ClusterAnalysisTemplate in it"});
  }
  if (problems.empty() && all.checks.empty()) {
    const LeftOut& first = all.left_out.front();
    problems.push_back({first.where, 0, 0, first.what});
  }
  if (!problems.empty()) return unexpected(std::move(problems));
  return all;
}

}  // namespace

Importer argo_rollouts_importer() {
  return {"argo-rollouts",
          "AnalysisTemplates and ClusterAnalysisTemplates (YAML)",
          {".yaml", ".yml"},
          false,
          read};
}

}  // namespace canarygate
