// Kayenta's canary configs: the metrics, how its judge was told to look at each, and the score.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "checks/import/documents.h"
#include "checks/import/importer.h"
#include "checks/import/kayenta_queries.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using Kayenta = KayentaSettings;

constexpr const char* kCanaryScope = "fill-in-canary-scope";
constexpr const char* kBaselineScope = "fill-in-baseline-scope";

/// Reads one canary config.
class ConfigReader {
 public:
  ConfigReader(const JsonPlace& document, const ImportOptions& options)
      : config_(document["canaryConfig"].is_object() ? document["canaryConfig"] : document),
        request_(document["executionRequest"]),
        placebo_(options.judge == ImportOptions::Judge::placebo) {}

  Result<ImportedCheck, Problems> read(const std::string& path) {
    if (!config_["metrics"].is_list()) {
      return unexpected(
          Problems{config_.problem("this is no Kayenta canary config: it has no list `metrics`")});
    }
    DraftCheck& draft = imported_.draft;
    draft.check.name = config_["name"].text().value_or("kayenta");
    draft.check.description = std::string(trim(config_["description"].text().value_or("")));
    draft.comments.push_back(fmt::format("Imported by `canarygate import kayenta` from {}.", path));
    read_judge();
    read_scopes();
    weigh_groups();
    for (const JsonPlace& metric : config_["metrics"].elements()) read_metric(metric);
    if (draft.metrics.empty() && problems_.empty()) {
      problems_.push_back(
          config_["metrics"].problem("none of its metrics can be imported" + why()));
    }
    read_score();
    list_other_keys();
    if (!problems_.empty()) return unexpected(std::move(problems_));
    return std::move(imported_);
  }

 private:
  void leave_out(const JsonPlace& place, std::string what) {
    imported_.left_out.push_back({place.where(), std::move(what)});
  }
  void refuse(const JsonPlace& place, const std::string& why) {
    problems_.push_back(place.problem(why));
  }

  /// `: metrics[0]: …` for the first that was left out.
  [[nodiscard]] std::string why() const {
    if (imported_.left_out.empty()) return ": there are none";
    const LeftOut& first = imported_.left_out.front();
    return fmt::format(": {}: {}", first.where, first.what);
  }

  void read_judge() {
    JudgeSettings& judge = imported_.draft.check.judge;
    if (placebo_) return;
    judge.method = JudgeMethod::kayenta;
    judge.looks = 1;
    const JsonPlace name = config_["judge"]["name"];
    if (name.exists() && !name.text().value_or("").starts_with("NetflixACAJudge")) {
      refuse(name, fmt::format("judge '{}' is none that canarygate has; with --judge placebo the "
                               "metrics are imported without it",
                               shorten(name.shown(), 60)));
    }
  }

  /// A config knows no scopes; a request that holds one does.
  void read_scopes() {
    DraftCheck& draft = imported_.draft;
    const std::vector<JsonPlace> pairs = request_["scopes"].elements();
    const JsonPlace pair = pairs.empty() ? request_["scopes"] : pairs.front();
    const auto canary = pair["experimentScope"]["scope"].text();
    const auto baseline = pair["controlScope"]["scope"].text();
    const bool given = canary && baseline && *canary != *baseline && !canary->empty() &&
                       !baseline->empty() && (*canary + *baseline).find("{{") == std::string::npos;
    draft.check.canary = listed({given ? *canary : kCanaryScope});
    draft.check.baseline = listed({given ? *baseline : kBaselineScope});
    for (std::size_t i = 1; i < pairs.size(); ++i) {
      leave_out(pairs[i], "a second pair of scopes: make a check of its own for it");
    }
    if (!given) {
      draft.fill_in.emplace_back(
          "canary and baseline: the two scopes; or give them to each run, as to Kayenta: "
          "`--canary SCOPE --baseline SCOPE`");
    }
    draft.key_comments["canary"] = {
        given ? "The two scopes are the two hosts."
              : "fill in: the scope of the canary, and that of the baseline, are the two hosts"};
    draft.fill_in.emplace_back(
        "window: how long to watch, and the distance of two points; Kayenta is told with each run");
    location_ = pair["experimentScope"]["location"].text().value_or("");
  }

  void read_metric(const JsonPlace& place) {
    DraftMetric metric;
    metric.spec.name = place["name"].text().value_or("");
    if (metric.spec.name.empty() || !place["query"].is_object()) {
      return refuse(place, "a metric needs `name` and `query`");
    }
    const JsonPlace analysis = place["analysisConfigurations"]["canary"];
    if (flag(analysis["muted"])) return leave_out(place, "it is muted");
    if (!read_groups(place, flag(analysis["critical"]), metric.spec)) return;
    auto query = kayenta_config::query_of(place["query"], config_["templates"]);
    if (!query) {
      return leave_out(place, fmt::format("metric '{}'{} is not in the check: {}", metric.spec.name,
                                          flag(analysis["critical"]) ? ", which is critical," : "",
                                          query.error().text));
    }
    metric.spec.query = std::move(query->text);
    if (!query->host_label.empty()) metric.spec.host_label = query->host_label;
    metric.backend_type = query->backend_type;
    for (LeftOut& one : query->left_out) imported_.left_out.push_back(std::move(one));
    add_fill_in(query->fill_in);
    for (const std::string& name : query->variables) add_variable(name);
    read_analysis(analysis, metric.spec);
    imported_.draft.metrics.push_back(std::move(metric));
  }

  void add_fill_in(const std::string& text) {
    auto& all = imported_.draft.fill_in;
    if (!text.empty() && std::ranges::find(all, text) == all.end()) all.push_back(text);
  }

  void add_variable(const std::string& name) {
    auto& vars = imported_.draft.check.vars;
    if (vars.contains(name)) return;
    const bool known = name == "location" && !location_.empty();
    vars[name] = known ? location_ : "fill-in-" + name;
    if (known) return;
    add_fill_in(fmt::format(
        "vars: {}, which Kayenta is told with each run (here: `--var {}=VALUE`)", name, name));
  }

  bool flag(const JsonPlace& place) {
    if (!place.exists()) return false;
    const auto value = place.boolean();
    if (!value) refuse(place, fmt::format("must be true or false, not '{}'", place.shown()));
    return value.value_or(false);
  }

  /// The place's text in lower case; nothing when it is none of `known`, which is listed.
  std::string word(const JsonPlace& place, const std::vector<std::string>& known,
                   const char* taken_for) {
    if (!place.exists()) return {};
    std::string text = to_lower(place.shown());
    if (std::ranges::find(known, text) != known.end()) return text;
    leave_out(place, fmt::format("unknown '{}', which Kayenta takes for {}", shorten(text, 40),
                                 taken_for));
    return {};
  }

  void read_analysis(const JsonPlace& analysis, MetricSpec& spec) {
    const std::string direction =
        word(analysis["direction"], {"increase", "decrease", "either"}, "either");
    spec.worse = direction == "increase"   ? Worse::higher
                 : direction == "decrease" ? Worse::lower
                                           : Worse::either;
    spec.critical = flag(analysis["critical"]);
    JudgeSettings own = imported_.draft.check.judge;
    own.method = JudgeMethod::kayenta;
    own.kayenta.must_have_data = flag(analysis["mustHaveData"]);
    if (word(analysis["nanStrategy"], {"remove", "replace"}, "remove") == "replace") {
      own.kayenta.nan = Kayenta::Nan::replace;
      own.min_coverage = 0;  // what is missing is a number there
    }
    const JsonPlace outliers = analysis["outliers"];
    if (word(outliers["strategy"], {"keep", "remove"}, "keep") == "remove") {
      own.kayenta.outliers = Kayenta::Outliers::remove;
      own.kayenta.outlier_factor = number(outliers["outlierFactor"]).value_or(3.0);
    }
    read_effect(analysis["effectSize"], own.kayenta);
    if (placebo_) {
      read_for_placebo(analysis, own.kayenta, spec);
    } else {
      spec.judge = own;
    }
  }

  std::optional<double> number(const JsonPlace& place) {
    if (!place.exists()) return std::nullopt;
    const auto value = place.number();
    if (!value || *value < 0) {
      refuse(place, fmt::format("must be a number of at least 0, not '{}'", place.shown()));
    }
    return value;
  }

  void read_effect(const JsonPlace& effect, Kayenta& kayenta) {
    const bool cles = word(effect["measure"], {"meanratio", "cles"}, "meanRatio") == "cles";
    if (cles) kayenta.measure = Kayenta::Measure::cles;
    const double neutral = cles ? 0.5 : 1.0;
    const auto bound = [&](const char* key, bool increase, std::optional<double>& into) {
      const auto value = number(effect[key]);
      if (!value) return;
      const bool fits = increase ? *value >= neutral && (!cles || *value <= 1) : *value <= neutral;
      if (fits) {
        into = value;
      } else {
        leave_out(effect[key],
                  fmt::format("{} is on the other side of no change, {}; that is taken "
                              "instead",
                              *value, neutral));
      }
    };
    bound("allowedIncrease", true, kayenta.allowed_increase);
    bound("allowedDecrease", false, kayenta.allowed_decrease);
    bound("criticalIncrease", true, kayenta.critical_increase);
    bound("criticalDecrease", false, kayenta.critical_decrease);
  }

  /// Of what only Kayenta's judge has, the placebo judge has how much is allowed.
  void read_for_placebo(const JsonPlace& analysis, const Kayenta& kayenta, MetricSpec& spec) {
    if (kayenta.measure == Kayenta::Measure::mean_ratio) {
      const double more = kayenta.allowed_increase.value_or(1) - 1;
      const double less = 1 - kayenta.allowed_decrease.value_or(1);
      spec.allow = spec.worse == Worse::higher  ? more
                   : spec.worse == Worse::lower ? less
                                                : std::min(more, less);
      if (spec.worse != Worse::higher) spec.allow = std::min(spec.allow, 0.99);
    }
    const auto drop = [&](const JsonPlace& place) {
      if (place.exists()) leave_out(place, "only judge kayenta has it");
    };
    if (kayenta.nan == Kayenta::Nan::replace) drop(analysis["nanStrategy"]);
    if (kayenta.outliers == Kayenta::Outliers::remove) drop(analysis["outliers"]);
    if (kayenta.must_have_data) drop(analysis["mustHaveData"]);
    if (kayenta.measure == Kayenta::Measure::cles) drop(analysis["effectSize"]);
    drop(analysis["effectSize"]["criticalIncrease"]);
    drop(analysis["effectSize"]["criticalDecrease"]);
  }

  /// What each group weighs in Kayenta: as configured, else its part of what is left of 100.
  void weigh_groups() {
    const JsonPlace weights = config_["classifier"]["groupWeights"];
    double sum = 0;
    for (const std::string& group : weights.keys()) {
      weights_[group] = number(weights[group]).value_or(0);
      sum += weights_[group];
    }
    if (sum > 100 + 1e-9) {
      refuse(weights, fmt::format("the weights add up to {:.6g}, and 100 is all there is", sum));
    }
    std::set<std::string> sharing;
    for (const JsonPlace& metric : config_["metrics"].elements()) {
      for (const JsonPlace& group : metric["groups"].elements()) {
        any_groups_ = true;
        if (!weights_.contains(group.shown())) sharing.insert(group.shown());
      }
    }
    for (const std::string& group : sharing) {
      weights_[group] = (100 - sum) / static_cast<double>(sharing.size());
    }
  }

  /// Whether the metric counts at all.
  bool read_groups(const JsonPlace& place, bool critical, MetricSpec& spec) {
    for (const JsonPlace& group : place["groups"].elements()) {
      const std::string name = group.shown();
      if (weights_[name] > 1e-9) spec.groups.push_back(name);
    }
    if (!spec.groups.empty() || !any_groups_) return true;
    const char* why =
        place["groups"].elements().empty() ? "it is in no group" : "its groups weigh 0";
    if (critical) {
      refuse(place, fmt::format("{}, and it is critical: give it a group with a weight", why));
    } else {
      leave_out(place, fmt::format("{}, so that Kayenta does not count it", why));
    }
    return false;
  }

  void read_score() {
    DraftCheck& draft = imported_.draft;
    ScoreRule score;
    double sum = 0;
    std::set<std::string> used;
    for (const DraftMetric& metric : draft.metrics) {
      used.insert(metric.spec.groups.begin(), metric.spec.groups.end());
    }
    const JsonPlace place = config_["classifier"]["groupWeights"];
    for (const auto& [group, weight] : weights_) {
      if (used.contains(group)) {
        score.weights[group] = weight;
        sum += weight;
      } else if (weight > 0) {
        leave_out(place[group],
                  "no metric of the check is in this group; the others' weights have "
                  "grown to 100");
      }
    }
    if (!used.empty() && sum < 100 - 1e-9) {
      if (used.size() == weights_.size()) {
        leave_out(place,
                  fmt::format("the weights add up to {:.6g}; here they have grown to 100", sum));
      }
      for (auto& [group, weight] : score.weights) weight *= 100 / sum;
    }
    const JsonPlace thresholds = request_["thresholds"].exists()
                                     ? request_["thresholds"]
                                     : config_["classifier"]["scoreThresholds"];
    if (thresholds.exists()) {
      score.pass = number(thresholds["pass"]).value_or(score.pass);
      score.marginal =
          number(thresholds["marginal"]).value_or(std::min(score.marginal, score.pass));
      if (score.pass <= 0 || score.pass > 100 || score.marginal > score.pass) {
        refuse(thresholds, "must have a `pass` above 0 and up to 100, and `marginal` not above it");
      }
    } else {
      add_fill_in("score: pass and marginal, which Kayenta is told with each run");
    }
    draft.check.score = score;
  }

  /// What says nothing of how to judge is not worth a line.
  void list_other_keys() {
    static const std::set<std::string> kKnown = {"applications",
                                                 "canaryConfig",
                                                 "classifier",
                                                 "configVersion",
                                                 "createdTimestamp",
                                                 "createdTimestampIso",
                                                 "description",
                                                 "executionRequest",
                                                 "id",
                                                 "isNew",
                                                 "judge",
                                                 "metrics",
                                                 "name",
                                                 "templates",
                                                 "updatedTimestamp",
                                                 "updatedTimestampIso"};
    for (const std::string& key : config_.keys()) {
      if (!kKnown.contains(key)) leave_out(config_[key], "an unknown key");
    }
  }

  JsonPlace config_;
  JsonPlace request_;
  bool placebo_;
  bool any_groups_ = false;
  std::map<std::string, double> weights_;
  std::string location_;
  ImportedCheck imported_;
  Problems problems_;
};

Result<Imported, Problems> read(std::span<const ImportFile> files, const ImportOptions& options) {
  Imported all;
  Problems problems;
  for (const ImportFile& file : files) {
    const auto document = parse_json(file);
    if (!document) {
      problems.push_back(document.error());
      continue;
    }
    auto check = ConfigReader(JsonPlace(&*document, file.path, ""), options).read(file.path);
    if (check) {
      all.checks.push_back(std::move(*check));
    } else {
      problems.insert(problems.end(), check.error().begin(), check.error().end());
    }
  }
  if (!problems.empty()) return unexpected(std::move(problems));
  return all;
}

}  // namespace

Importer kayenta_importer() {
  return {"kayenta", "canary configs, alone or in a request (JSON)", {".json"}, true, read};
}

}  // namespace canarygate
