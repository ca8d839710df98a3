// Flagger's Canaries with the MetricTemplates that they name: the limits as they are, by judge
// threshold.
#include <fmt/format.h>

#include <algorithm>

#include "checks/braces.h"
#include "checks/duration.h"
#include "checks/import/documents.h"
#include "checks/import/flagger_queries.h"
#include "checks/import/importer.h"
#include "checks/import/one_host.h"
#include "checks/number.h"
#include "checks/text.h"

namespace canarygate {

namespace {

/// The text at `keys`, one inside the other; nothing where there is none.
std::optional<std::string> text_at(const YamlNode& node, std::initializer_list<const char*> keys) {
  const YamlNode* place = &node;
  for (const char* key : keys) {
    place = place->find(key);
    if (place == nullptr) return std::nullopt;
  }
  if (!place->is_scalar()) return std::nullopt;
  return place->text;
}

/// By namespace and name.
using Templates = std::map<std::pair<std::string, std::string>, const YamlNode*>;

std::string namespace_of(const YamlNode& document) {
  return text_at(document, {"metadata", "namespace"}).value_or("default");
}

struct Query {
  std::string type;
  std::string text;
  const YamlNode* place = nullptr;
};

class CanaryReader {
 public:
  CanaryReader(const YamlNode& document, const Templates& templates, Problems& problems)
      : document_(document), templates_(templates), problems_(problems) {}

  std::optional<ImportedCheck> read() {
    DraftCheck& draft = imported_.draft;
    const std::string name = text_at(document_, {"metadata", "name"}).value_or("canary");
    const YamlNode* spec = document_.find("spec");
    analysis_ = spec == nullptr ? nullptr : spec->find("analysis");
    if (analysis_ == nullptr && spec != nullptr) analysis_ = spec->find("canaryAnalysis");
    const YamlNode* metrics = analysis_ == nullptr ? nullptr : analysis_->find("metrics");
    if (metrics == nullptr || !metrics->is_list()) {
      problems_.push_back(document_.problem("this Canary has no list `spec.analysis.metrics`"));
      return std::nullopt;
    }
    const auto target = text_at(*spec, {"targetRef", "name"});
    if (!target) {
      problems_.push_back(document_.problem("this Canary has no `spec.targetRef.name`"));
      return std::nullopt;
    }
    values_ = {{"name", name},
               {"namespace", namespace_of(document_)},
               {"target", *target},
               {"service", text_at(*spec, {"service", "name"}).value_or(*target)},
               {"ingress", text_at(*spec, {"ingressRef", "name"}).value_or(*target)}};
    draft.check.name = name;
    draft.comments = {fmt::format("Imported by `canarygate import flagger` from Canary '{}', {}.",
                                  name, place_of(document_))};
    draft.check.baseline.kind = GroupSpec::Kind::none;
    draft.check.judge.method = JudgeMethod::threshold;
    draft.key_comments["canary"] = {
        "One series is what each query returns; it has this name. Which version it is of, the "
        "query says."};
    draft.key_comments["judge"] = {
        "The limits alone decide, as in Flagger. To compare with the other hosts, too, see "
        "docs/import.md."};
    const std::size_t before = problems_.size();
    read_window();
    for (const YamlNode& metric : metrics->children) read_metric(metric);
    draft.check.canary = listed({host_.value_or(kOneHost)});
    list_other_keys();
    if (problems_.size() > before) return std::nullopt;
    return std::move(imported_);
  }

 private:
  void leave_out(const YamlNode& place, std::string what) {
    imported_.left_out.push_back({place_of(place), std::move(what)});
  }

  /// A whole number of the analysis; 0 when it is not there.
  std::int64_t integer(const char* key) {
    const YamlNode* value = analysis_->find(key);
    if (value == nullptr) return 0;
    const auto number = parse_number<std::int64_t>(value->text);
    if (!number || *number < 0 || *number > 10'000) {
      problems_.push_back(value->problem(
          fmt::format("{}: must be a whole number from 0 to 10000, not '{}'", key, value->text)));
    }
    return number.value_or(0);
  }

  std::optional<Duration> duration(const YamlNode& map, const char* key) {
    const YamlNode* value = map.find(key);
    if (value == nullptr) return std::nullopt;
    const auto length = parse_duration(value->text);
    if (!length || *length == Duration(0)) {
      problems_.push_back(value->problem(
          fmt::format("{}: '{}' is no duration such as 30s or 5m", key, value->text)));
      return std::nullopt;
    }
    return length;
  }

  /// Flagger checks until so many checks were good, or `threshold` were not: that is at most one
  /// less than both together.
  void read_window() {
    constexpr Duration kShortest = std::chrono::seconds(10);
    WindowSpec& window = imported_.draft.check.window;
    window.step =
        std::max(kShortest, duration(*analysis_, "interval").value_or(std::chrono::minutes(1)));
    threshold_ = std::max<std::int64_t>(1, integer("threshold"));
    const std::int64_t step_weight = integer("stepWeight");
    const std::int64_t max_weight = integer("maxWeight");
    std::int64_t good = integer("iterations");
    std::string why = "iterations";
    if (good == 0) {
      const YamlNode* weights = analysis_->find("stepWeights");
      why = weights != nullptr ? "stepWeights" : "maxWeight / stepWeight";
      if (weights != nullptr) {
        good = static_cast<std::int64_t>(weights->children.size());
      } else if (step_weight > 0) {
        good = ((max_weight > 0 ? max_weight : 100) + step_weight - 1) / step_weight;
      }
    }
    if (good == 0) {
      constexpr Duration kUsual = std::chrono::minutes(5);
      good = std::max<std::int64_t>(2, kUsual / window.step);
      why = "fill in: how many; the Canary says neither iterations nor weights";
    }
    points_ = std::max<std::int64_t>(2, good + threshold_ - 1);
    window.duration = points_ * window.step;
    if (points_ > 10'000) {
      problems_.push_back(analysis_->problem("more than the 10,000 points that a window can have"));
    }
    imported_.draft.key_comments["window"] = {
        fmt::format("Flagger goes on after {} ({}), and back after {}: at most {} in all.",
                    count_of(static_cast<std::size_t>(good), "good check"), why,
                    count_of(static_cast<std::size_t>(threshold_), "bad one"), points_)};
  }

  void read_metric(const YamlNode& node) {
    DraftMetric metric;
    metric.spec.name = text_at(node, {"name"}).value_or("metric");
    const auto leave_metric_out = [&](const YamlNode& place, const std::string& why) {
      leave_out(place, fmt::format("metric '{}' is not in the check: {}", metric.spec.name, why));
    };
    const bool read = read_limit(node, metric.spec);
    const auto query = query_of(node, metric.spec.name, leave_metric_out);
    if (!read || !query) return;
    const auto text = filled(*query, node);
    if (!text) return;
    auto asked = one_host_query(query->type, *text);
    if (!asked) return leave_metric_out(node, asked.error().text);
    if (asked->host && host_ && asked->host != host_) {
      return leave_metric_out(node, "its query fixes another tag than those before it");
    }
    if (asked->host) host_ = asked->host;
    metric.spec.query = std::move(asked->text);
    if (!asked->host_label.empty()) metric.spec.host_label = asked->host_label;
    metric.backend_type = asked->backend_type;
    imported_.draft.metrics.push_back(std::move(metric));
  }

  std::optional<double> number(const YamlNode& map, const char* key) {
    const YamlNode* value = map.find(key);
    if (value == nullptr) return std::nullopt;
    const auto number = parse_number<double>(value->text);
    if (!number) {
      problems_.push_back(
          value->problem(fmt::format("{}: must be a number, not '{}'", key, value->text)));
    }
    return number;
  }

  bool read_limit(const YamlNode& node, MetricSpec& spec) {
    const std::size_t before = problems_.size();
    Limit limit;
    if (const YamlNode* range = node.find("thresholdRange")) {
      limit.min = number(*range, "min");
      limit.max = number(*range, "max");
    } else if (spec.name == "request-success-rate") {
      limit.min = number(node, "threshold");
    } else {
      limit.max = number(node, "threshold");
    }
    if (problems_.size() > before) return false;
    if (!limit.min && !limit.max) {
      problems_.push_back(node.problem("a metric needs a thresholdRange with min, max or both"));
      return false;
    }
    if (limit.min && limit.max && *limit.min >= *limit.max) {
      problems_.push_back(
          node.find("thresholdRange")->problem("thresholdRange: min must be less than max"));
      return false;
    }
    limit.run = Limit::Run{threshold_, points_};
    spec.limit = limit;
    spec.worse = limit.min && limit.max ? Worse::either : limit.max ? Worse::higher : Worse::lower;
    return true;
  }

  template <typename LeaveOut>
  std::optional<Query> query_of(const YamlNode& node, const std::string& name,
                                const LeaveOut& leave_metric_out) {
    if (name == "request-success-rate" || name == "request-duration") {
      const std::string provider = text_at(document_, {"spec", "provider"}).value_or("istio");
      const auto text = flagger::built_in_query(name, provider);
      const bool of_service = text_at(document_, {"spec", "targetRef", "kind"}) == "Service";
      if (text && !of_service) return Query{"prometheus", *text, &node};
      leave_metric_out(node, of_service ? "it is built in, and not known here for a Service"
                                        : fmt::format("it is built in, and not known here for "
                                                      "provider {}",
                                                      printable(shorten(provider, 40))));
      return std::nullopt;
    }
    if (const YamlNode* query = node.find("query")) return Query{"prometheus", query->text, query};
    const YamlNode* reference = node.find("templateRef");
    const auto wanted = text_at(node, {"templateRef", "name"});
    if (!wanted) {
      problems_.push_back(node.problem("a metric needs a templateRef, unless it is built in"));
      return std::nullopt;
    }
    const std::string where = text_at(*reference, {"namespace"}).value_or(values_.at("namespace"));
    const auto found = templates_.find({where, *wanted});
    if (found == templates_.end()) {
      leave_metric_out(*reference, fmt::format("MetricTemplate '{}' of namespace '{}' is not among "
                                               "the files",
                                               *wanted, where));
      return std::nullopt;
    }
    const YamlNode* spec = found->second->find("spec");
    const YamlNode* query = spec == nullptr ? nullptr : spec->find("query");
    if (query == nullptr || !query->is_scalar()) {
      problems_.push_back(found->second->problem("this MetricTemplate has no `spec.query`"));
      return std::nullopt;
    }
    return Query{text_at(*spec, {"provider", "type"}).value_or("prometheus"), query->text, query};
  }

  /// The query with Flagger's variables as ours; what one metric alone is told is written out.
  std::optional<std::string> filled(const Query& query, const YamlNode& metric) {
    const YamlNode* own = metric.find("templateVariables");
    const Duration interval = duration(metric, "interval").value_or(std::chrono::minutes(1));
    const CutText cut = cut_at_braces(query.text);
    std::string out;
    for (const Piece& piece : cut.pieces) {
      constexpr std::string_view kOwn = "variables.";
      const YamlNode* value = own == nullptr || !piece.text.starts_with(kOwn)
                                  ? nullptr
                                  : own->find(piece.text.substr(kOwn.size()));
      if (!piece.is_variable) {
        out += piece.text;
      } else if (piece.text == "interval") {
        out += format_duration(interval);
      } else if (values_.contains(piece.text)) {
        imported_.draft.check.vars[piece.text] = values_.at(piece.text);
        out += "{{" + piece.text + "}}";
      } else if (value != nullptr && value->text.find("{{") != std::string::npos) {
        problems_.push_back(value->problem("templateVariables: '{{' begins a variable here"));
        return std::nullopt;
      } else if (value != nullptr && value->is_scalar()) {
        out += value->text;
      } else {
        problems_.push_back(query.place->problem(fmt::format(
            "query: '{{{{ {} }}}}' cannot be imported; possible are name, namespace, target, "
            "service, ingress, interval, and variables.NAME with a value in templateVariables",
            shorten(piece.text, 60))));
        return std::nullopt;
      }
    }
    if (cut.closed) return out;
    problems_.push_back(query.place->problem("query: '{{' is never closed"));
    return std::nullopt;
  }

  void list_other_keys() {
    for (const auto& [key, what] :
         {std::pair{"webhooks", "they are not called, and cannot stop a deploy"},
          std::pair{"alerts", "tell people by `notify` in the environment"},
          std::pair{"match", "canarygate routes no traffic"},
          std::pair{"mirror", "canarygate sends no traffic"}}) {
      if (const YamlNode* place = analysis_->find_key(key)) {
        leave_out(*place, fmt::format("{}: {}", key, what));
      }
    }
  }

  const YamlNode& document_;
  const Templates& templates_;
  Problems& problems_;
  const YamlNode* analysis_ = nullptr;
  std::map<std::string, std::string> values_;
  std::int64_t threshold_ = 1;
  std::int64_t points_ = 2;
  std::optional<std::string> host_;
  ImportedCheck imported_;
};

bool is_kind(const YamlNode& document, const char* kind) {
  const YamlNode* written = document.find("kind");
  return written != nullptr && written->text == kind;
}

Result<Imported, Problems> read(std::span<const ImportFile> files, const ImportOptions&) {
  Problems problems;
  std::vector<YamlNode> documents;
  for (const ImportFile& file : files) {
    auto some = yaml_documents(file);
    if (some) {
      std::ranges::move(*some, std::back_inserter(documents));
    } else {
      problems.insert(problems.end(), some.error().begin(), some.error().end());
    }
  }
  Templates templates;
  for (const YamlNode& document : documents) {
    if (!is_kind(document, "MetricTemplate")) continue;
    const std::string name = text_at(document, {"metadata", "name"}).value_or("");
    const auto [known, added] = templates.try_emplace({namespace_of(document), name}, &document);
    if (added) continue;
    problems.push_back(document.problem(fmt::format(
        "MetricTemplate '{}' is there twice; the first is at {}", name, place_of(*known->second))));
  }
  Imported all;
  bool any = false;
  for (const YamlNode& document : documents) {
    if (!is_kind(document, "Canary")) continue;
    any = true;
    CanaryReader reader(document, templates, problems);
    auto check = reader.read();
    if (check && check->draft.metrics.empty()) {
      problems.push_back(document.problem(
          "none of this Canary's metrics can be imported" +
          (check->left_out.empty()
               ? std::string(": it has none")
               : ": " + check->left_out.front().where + ": " + check->left_out.front().what)));
    } else if (check) {
      all.checks.push_back(std::move(*check));
    }
  }
  if (!any && problems.empty()) {
    problems.push_back(
        {files.front().path, 0, 0,
         "there is no Canary in it; a MetricTemplate alone has no limits, so give the "
         "Canary that names it, too"});
  }
  if (!problems.empty()) return unexpected(std::move(problems));
  return all;
}

}  // namespace

Importer flagger_importer() {
  return {"flagger",
          "Canaries, with the MetricTemplates that they name (YAML)",
          {".yaml", ".yml"},
          false,
          read};
}

}  // namespace canarygate
