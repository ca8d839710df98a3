#include "checks/import/argo_metric.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "checks/braces.h"
#include "checks/duration.h"
#include "checks/import/argo_condition.h"
#include "checks/import/documents.h"
#include "checks/number.h"
#include "checks/text.h"

namespace canarygate::argo {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// `service-name` of `args.service-name`; nothing for other text between braces.
std::optional<std::string> argument_name(const std::string& inside) {
  constexpr std::string_view kArgs = "args.";
  if (!inside.starts_with(kArgs) || inside.size() == kArgs.size()) return std::nullopt;
  return inside.substr(kArgs.size());
}

class MetricReader {
 public:
  MetricReader(const YamlNode& node, const Arguments& arguments, std::vector<LeftOut>& left_out,
               Problems& problems)
      : node_(node), arguments_(arguments), left_out_(left_out), problems_(problems) {}

  std::optional<Metric> read() {
    const std::size_t before = problems_.size();
    const std::string name = text("name");
    if (name.empty()) problems_.push_back(node_.problem("a metric needs a name"));
    metric_.draft.spec.name = name;
    metric_.schedule.interval = duration("interval");
    metric_.schedule.delay = duration("initialDelay");
    const bool has_interval = node_.find("interval") != nullptr;
    metric_.schedule.count = integer("count", has_interval ? 0 : 1);
    metric_.failure_limit = integer("failureLimit", 0);
    if (problems_.size() > before) return std::nullopt;
    if (metric_.schedule.count != 1 && metric_.schedule.interval == Duration(0)) {
      refuse(has_interval ? "interval" : "count",
             "more than one measurement needs an interval of more than 0s");
    }
    if (metric_.schedule.count == 1) metric_.schedule.interval = Duration(0);
    if (metric_.schedule.count > 10'000) {
      refuse("count", "more than the 10,000 points that a window can have");
    }
    const bool fails = read_conditions();
    if (problems_.size() > before || !fails || !read_provider()) return std::nullopt;
    list_other_keys();
    return std::move(metric_);
  }

 private:
  void refuse(const char* key, const std::string& why) {
    const YamlNode* place = node_.find(key);
    problems_.push_back(
        (place == nullptr ? node_ : *place).problem(fmt::format("{}: {}", key, why)));
  }
  void leave_out(const YamlNode& place, std::string what) {
    left_out_.push_back({place_of(place), std::move(what)});
  }
  void leave_metric_out(const YamlNode& place, const std::string& why) {
    leave_out(place,
              fmt::format("metric '{}' is not in the check: {}", metric_.draft.spec.name, why));
  }

  /// A scalar with its arguments' values put in; empty when there is none.
  std::string text(const char* key) {
    const YamlNode* value = node_.find(key);
    if (value == nullptr || value->kind == YamlNode::Kind::null) return {};
    if (!value->is_scalar()) {
      refuse(key, "must be text or a number");
      return {};
    }
    std::string out;
    for (const Piece& piece : cut_at_braces(value->text).pieces) {
      if (!piece.is_variable) {
        out += piece.text;
        continue;
      }
      const auto name = argument_name(piece.text);
      const auto argument = name ? arguments_.find(*name) : arguments_.end();
      if (argument == arguments_.end()) {
        refuse(key, fmt::format("'{{{{{}}}}}' is no argument of this template", piece.text));
      } else if (!argument->second) {
        refuse(key, fmt::format("argument '{}' has no value here, and a check needs one; give it a "
                                "`value` in `args`",
                                *name));
      } else {
        out += *argument->second;
      }
    }
    return out;
  }

  Duration duration(const char* key) {
    const std::string written = text(key);
    if (written.empty()) return Duration(0);
    const auto length = parse_duration(written);
    if (!length) refuse(key, fmt::format("'{}' is no duration such as 30s or 5m", written));
    return length.value_or(Duration(0));
  }

  std::int64_t integer(const char* key, std::int64_t otherwise) {
    const std::string written = text(key);
    if (written.empty()) return otherwise;
    const auto number = parse_number<std::int64_t>(written);
    if (!number || *number < 0) {
      refuse(key, fmt::format("'{}' cannot be imported; it must be a whole number of at least 0",
                              written));
    }
    return number.value_or(otherwise);
  }

  std::optional<Condition> condition(const char* key) {
    const std::size_t before = problems_.size();
    const std::string written = text(key);
    if (trim(written).empty() || problems_.size() > before) return std::nullopt;
    metric_.draft.comments.push_back(fmt::format("{}: {}", key, trim(written)));
    auto parsed = parse_condition(written);
    if (parsed) return std::move(*parsed);
    refuse(key, fmt::format("column {} of it: {}", parsed.error().column, parsed.error().text));
    return std::nullopt;
  }

  /// Whether there is anything by which it can fail.
  bool read_conditions() {
    const std::size_t before = problems_.size();
    const auto success = condition("successCondition");
    const auto failure = condition("failureCondition");
    if (problems_.size() > before) return false;
    if (!success && !failure) {
      leave_metric_out(node_, "it has no condition, so that it never fails");
      return false;
    }
    Condition passes = success ? *success : negated(*failure);
    if (success && failure) {
      auto together = both(*success, negated(*failure));
      if (!together) {
        refuse("failureCondition", together.error().text);
        return false;
      }
      if (together->numbers != negated(*failure).numbers) {
        leave_out(
            *node_.find("failureCondition"),
            "what is neither success nor failure is inconclusive and pauses the rollout; here "
            "it fails");
      }
      passes = std::move(*together);
    }
    return read_limit(passes, success ? "successCondition" : "failureCondition");
  }

  bool read_limit(const Condition& passes, const char* key) {
    const YamlNode& place = *node_.find(key);
    pick_ = passes.of == Condition::Of::itself     ? Pick::scalar
            : passes.of == Condition::Of::largest  ? Pick::largest
            : passes.of == Condition::Of::smallest ? Pick::smallest
                                                   : Pick::only;
    const ValueSet finite = passes.numbers.common(
        ValueSet::range(std::numeric_limits<double>::lowest(), std::numeric_limits<double>::max()));
    if (finite.ranges().size() != 1) {
      refuse(key,
             finite.empty() ? "no number passes it" : "the numbers that pass it are not one range");
      return false;
    }
    Limit limit;
    const auto [low, high] = finite.ranges().front();
    if (low > std::numeric_limits<double>::lowest()) limit.min = low;
    if (high < std::numeric_limits<double>::max()) limit.max = high;
    if (!limit.min && !limit.max) {
      leave_metric_out(place, "every number passes its condition, so that it never fails");
      return false;
    }
    if (limit.min && limit.max && low == high) limit.min = just_below(low);
    const bool missing_passes = passes.missing == Condition::Missing::yes;
    metric_.draft.spec.optional = missing_passes && passes.names_missing;
    if (metric_.draft.spec.optional) {
      metric_.draft.comments.emplace_back(
          "no data passes, as its condition says: `optional: true`");
    } else if (passes.nan || missing_passes) {
      leave_out(place, fmt::format("{} passes it; here that is no data, which fails unless the "
                                   "metric says `optional: true`",
                                   missing_passes ? "an empty result" : "NaN"));
    }
    metric_.draft.spec.worse = limit.max && limit.min ? Worse::either
                               : limit.max            ? Worse::higher
                                                      : Worse::lower;
    return read_run(limit);
  }

  /// The limit has to have two different ends.
  static double just_below(double value) {
    return value == 0 ? -1e-300 : std::nextafter(value, -kInfinity);
  }

  bool read_run(Limit limit) {
    const Schedule& schedule = metric_.schedule;
    const std::int64_t bad = metric_.failure_limit + 1;
    if (schedule.count > 0 && bad > schedule.count) {
      leave_metric_out(
          node_,
          fmt::format("with a failureLimit of {} in {} it never fails", metric_.failure_limit,
                      count_of(static_cast<std::size_t>(schedule.count), "measurement")));
      return false;
    }
    if (schedule.count != 1) limit.run = Limit::Run{bad, 0};  // out of how many the window says
    metric_.draft.spec.limit = limit;
    return true;
  }

  bool read_provider() {
    const YamlNode* provider = node_.find("provider");
    if (provider == nullptr || !provider->is_map() || provider->keys.size() != 1) {
      problems_.push_back(node_.problem("a metric needs one provider"));
      return false;
    }
    const YamlNode& key = provider->keys.front();
    const YamlNode& settings = provider->children.front();
    if (settings.find("rangeQuery") != nullptr) {
      leave_metric_out(*settings.find_key("rangeQuery"), "it looks at a range of time at once");
      return false;
    }
    const YamlNode* query = settings.find("query");
    if (query == nullptr || !query->is_scalar()) {
      leave_metric_out(key, fmt::format("provider {} without a `query` cannot be carried over",
                                        printable(shorten(key.text, 40))));
      return false;
    }
    const auto written = with_variables(*query);
    if (!written) return false;
    auto asked = one_host_query(to_lower(key.text), *written, pick_);
    if (!asked) {
      leave_metric_out(key, asked.error().text);
      return false;
    }
    metric_.draft.spec.query = std::move(asked->text);
    if (!asked->host_label.empty()) metric_.draft.spec.host_label = asked->host_label;
    metric_.draft.backend_type = asked->backend_type;
    metric_.host = asked->host;
    return true;
  }

  /// `{{args.service-name}}` as `{{service_name}}`.
  std::optional<std::string> with_variables(const YamlNode& query) {
    const CutText cut = cut_at_braces(query.text);
    std::string out;
    for (const Piece& piece : cut.pieces) {
      if (!piece.is_variable) {
        out += piece.text;
        continue;
      }
      const auto name = argument_name(piece.text);
      if (!name || !arguments_.contains(*name)) {
        problems_.push_back(query.problem(
            fmt::format("query: '{{{{{}}}}}' is no argument of this template", piece.text)));
        return std::nullopt;
      }
      metric_.arguments.push_back(*name);
      out += "{{" + variable_name_of(*name) + "}}";
    }
    if (cut.closed) return out;
    problems_.push_back(query.problem("query: '{{' is never closed"));
    return std::nullopt;
  }

  void list_other_keys() {
    const auto list = [this](const char* key, const char* what) {
      if (const YamlNode* place = node_.find_key(key))
        leave_out(*place, fmt::format("{}: {}", key, what));
    };
    list("consecutiveErrorLimit", "a server that cannot be asked is trouble here, exit 2");
    list("consecutiveSuccessLimit", "here all points of the window are looked at");
    list("inconclusiveLimit", "nothing is inconclusive here");
  }

  const YamlNode& node_;
  const Arguments& arguments_;
  std::vector<LeftOut>& left_out_;
  Problems& problems_;
  Metric metric_;
  Pick pick_ = Pick::only;
};

}  // namespace

std::optional<Metric> read_metric(const YamlNode& node, const Arguments& arguments,
                                  std::vector<LeftOut>& left_out, Problems& problems) {
  return MetricReader(node, arguments, left_out, problems).read();
}

}  // namespace canarygate::argo
