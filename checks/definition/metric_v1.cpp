#include <fmt/format.h>

#include "checks/definition/parse.h"
#include "checks/definition/reader.h"
#include "checks/definition/shape.h"
#include "checks/definition/units.h"
#include "checks/text.h"

namespace canarygate {

namespace {

/// One metric of one check, while it is read.
class MetricReader {
 public:
  MetricReader(const YamlNode& node, const CheckDefinition& check, Problems& problems)
      : node_(node), reader_(&node), check_(check), problems_(problems) {}

  MetricSpec metric() {
    MetricSpec metric;
    read_plain(metric);
    read_allow(metric);
    read_limit(metric);
    if (const YamlNode* judge = reader_.node("judge")) {
      metric.judge = check_.judge;
      read_judge(judge, *metric.judge, problems_);
    }
    check_queries();
    check_counts(metric);
    check_method(metric);
    return metric;
  }

 private:
  void say(std::string_view key, std::string words) {
    const YamlNode* place = reader_.node(key);
    problems_.push_back((place != nullptr ? *place : node_).problem(std::move(words)));
  }

  void read_plain(MetricSpec& metric) const {
    reader_.read("name", metric.name);
    reader_.read("query", metric.query);
    reader_.read("errors", metric.errors);
    reader_.read("total", metric.total);
    reader_.read("backend", metric.backend);
    reader_.read("host_label", metric.host_label);
    reader_.read("worse", metric.worse,
                 {{"higher", Worse::higher}, {"lower", Worse::lower}, {"either", Worse::either}});
    reader_.read("unit", metric.unit);
    reader_.read("min_traffic", metric.min_traffic);
    reader_.read("pseudo_count", metric.pseudo_count);
    reader_.read(
        "scale", metric.scale,
        {{"auto", Scale::automatic}, {"ratio", Scale::ratio}, {"difference", Scale::difference}});
    reader_.read("summary", metric.summary);
    reader_.read("optional", metric.optional);
    reader_.read("critical", metric.critical);
    reader_.read("weight", metric.weight);
    reader_.read("groups", metric.groups);
    reader_.read("settle", metric.settle);
    reader_.read("links", metric.links);
  }

  void read_allow(MetricSpec& metric) {
    reader_.read("allow", metric.allow);
    const YamlNode* allow = reader_.node("allow");
    if (allow == nullptr || !reader_.sound({"scale", "worse"})) return;
    metric.allow_is_percent = !is_number(*allow);
    const bool difference = metric.scale == Scale::difference;
    if (difference && metric.allow_is_percent) {
      say("allow",
          fmt::format("on `scale: difference` a percentage means nothing; write 'allow' as "
                      "a number in the metric's unit, not '{}'",
                      allow->text));
    } else if (!difference && !metric.allow_is_percent) {
      say("allow", fmt::format("write 'allow' as a percentage such as 10%, or add `scale: "
                               "difference`; '{}' is a number",
                               allow->text));
    } else if (!difference && metric.worse != Worse::higher && metric.allow >= 1) {
      say("allow",
          fmt::format("{} less is nothing left; where lower is worse 'allow' must be below "
                      "100%",
                      allow->text));
    }
  }

  void read_limit(MetricSpec& metric) {
    const YamlNode* node = reader_.node("limit");
    if (node == nullptr) return;
    const Reader reader(node);
    Limit limit;
    limit.max = bound(reader.node("max"), metric.unit);
    limit.min = bound(reader.node("min"), metric.unit);
    reader.read("per", limit.per, {{"group", Limit::Per::group}, {"host", Limit::Per::host}});
    if (!reader.has("max") && !reader.has("min")) {
      problems_.push_back(node->problem("'limit' has no bound; add 'max' or 'min'"));
    }
    if (limit.max && limit.min && *limit.min >= *limit.max) {
      problems_.push_back(reader.node("min")->problem("'min' must be less than 'max'"));
    }
    if (const YamlNode* run = reader.node("for")) limit.run = read_run(*run);
    metric.limit = limit;
  }

  std::optional<double> bound(const YamlNode* node, const std::string& unit) {
    if (node == nullptr || !reader_.sound({"unit"})) return std::nullopt;
    const auto quantity = parse_quantity(node->text);
    if (!quantity || quantity->unit.empty()) return quantity ? quantity->number : 0;
    if (!reader_.has("unit")) {
      problems_.push_back(node->problem(fmt::format(
          "'{}' has a unit and the metric has none; add 'unit' to the metric", node->text)));
      return std::nullopt;
    }
    const auto factor = unit_factor(quantity->unit, unit);
    if (!factor) {
      problems_.push_back(node->problem(
          fmt::format("'{}' cannot be turned into the metric's unit '{}'", node->text, unit)));
      return std::nullopt;
    }
    return quantity->number * *factor;
  }

  /// `3 of 5`
  std::optional<Limit::Run> read_run(const YamlNode& node) {
    const std::size_t gap = node.text.find(' ');
    const Limit::Run run{std::stol(node.text.substr(0, gap)), std::stol(node.text.substr(gap + 4))};
    if (run.bad > run.of) {
      problems_.push_back(node.problem(
          fmt::format("'{}': the first number cannot be more than the second", node.text)));
    } else if (run.of > check_.window.duration / check_.window.step) {
      problems_.push_back(node.problem(fmt::format(
          "'{}': the window has only {} (duration / step)", node.text,
          count_of(static_cast<std::size_t>(check_.window.duration / check_.window.step),
                   "point"))));
    }
    return run;
  }

  void check_queries() {
    const bool query = reader_.has("query");
    const bool errors = reader_.has("errors");
    if (query && errors) {
      say("errors", "a metric has either 'query' or 'errors', not both");
    } else if (!query && !errors) {
      problems_.push_back(node_.problem("a metric needs 'query', or 'errors' and 'total'"));
    } else if (query && reader_.has("total")) {
      say("total", "'total' goes with 'errors', not with 'query'");
    }
  }

  void check_counts(const MetricSpec& metric) {
    if (reader_.has("min_traffic") && !reader_.has("total")) {
      say("min_traffic", "'min_traffic' needs 'total', the count it is about");
    }
    if (reader_.has("errors")) {
      if (metric.scale != Scale::automatic) say("scale", "'scale' has no meaning with 'errors'");
      if (metric.summary != "auto") say("summary", "'summary' has no meaning with 'errors'");
    } else if (reader_.has("pseudo_count")) {
      say("pseudo_count", "'pseudo_count' goes with 'errors', not with 'query'");
    }
  }

  void check_method(const MetricSpec& metric) {
    const JudgeSettings& judge = check_.judge_of(metric);
    if (!reader_.sound({"judge"})) return;
    switch (judge.method) {
      case JudgeMethod::placebo:
        return;
      case JudgeMethod::threshold:
        if (!reader_.has("limit")) {
          say("judge", "judge threshold looks at limits only; add 'limit' to this metric");
        }
        return;
      case JudgeMethod::kayenta:
        check_kayenta(judge.kayenta);
        break;
      case JudgeMethod::mann_whitney:
        break;
    }
    if (check_.baseline.kind == GroupSpec::Kind::none) {
      say("judge", fmt::format("judge {} compares the canary with a baseline, and this check has "
                               "`baseline: none`",
                               to_string(judge.method)));
    }
    if (reader_.has("pseudo_count")) {
      say("pseudo_count",
          fmt::format("'pseudo_count' has no meaning with judge {}", to_string(judge.method)));
    }
  }

  void check_kayenta(const KayentaSettings& kayenta) {
    if (reader_.has("scale")) {
      say("scale", "'scale' has no meaning with judge kayenta; 'effect_size' says how it measures");
    }
    const bool says_how_much = kayenta.measure == KayentaSettings::Measure::cles ||
                               kayenta.allowed_increase || kayenta.allowed_decrease;
    if (reader_.has("allow") && says_how_much) {
      say("allow", "'allow' and 'effect_size' both say how much is allowed; leave one of them out");
    }
  }

  const YamlNode& node_;
  Reader reader_;
  const CheckDefinition& check_;
  Problems& problems_;
};

}  // namespace

MetricSpec read_metric(const YamlNode& node, const CheckDefinition& check, Problems& problems) {
  return MetricReader(node, check, problems).metric();
}

}  // namespace canarygate
