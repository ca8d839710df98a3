#include "cli/compare/batch.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "checks/judge/kayenta.h"
#include "checks/result.h"
#include "checks/stats/mann_whitney.h"
#include "checks/stats/wilcoxon.h"
#include "checks/text.h"

namespace canarygate {

namespace {

constexpr int kDeepest = 32;

using Json = nlohmann::ordered_json;

std::string shown(const Json& value) {
  return printable(shorten(value.dump(-1, ' ', false, Json::error_handler_t::replace), 40));
}

Json number(std::optional<double> value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

/// One line's keys; remembers the first that is not what it has to be. A key that is null is as
/// good as absent.
class Question {
 public:
  explicit Question(const Json& line) : line_(line) {}

  [[nodiscard]] std::optional<bool> read_flag(const char* key) {
    const Json* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (value->is_boolean()) return value->get<bool>();
    refuse(key, *value, "true or false");
    return std::nullopt;
  }

  [[nodiscard]] std::optional<double> read_number(const char* key) {
    const Json* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (value->is_number()) return value->get<double>();
    refuse(key, *value, "a number");
    return std::nullopt;
  }

  template <typename T>
  [[nodiscard]] T read_word(const char* key, std::initializer_list<std::pair<const char*, T>> words,
                            T fallback) {
    const Json* value = find(key);
    if (value == nullptr) return fallback;
    std::string known;
    std::size_t left = words.size();
    for (const auto& [word, meaning] : words) {
      if (*value == word) return meaning;
      known += word;
      known += --left > 1 ? ", " : left == 1 ? " or " : "";
    }
    refuse(key, *value, known);
    return fallback;
  }

  /// null is a missing point: NaN.
  [[nodiscard]] std::vector<double> read_side(const char* key) {
    std::vector<double> numbers;
    const Json* value = find(key);
    if (value == nullptr || !value->is_array()) {
      refuse(key, value == nullptr ? Json(nullptr) : *value, "a list of numbers and nulls");
      return numbers;
    }
    for (const Json& item : *value) {
      if (!item.is_number() && !item.is_null()) refuse(key, item, "a list of numbers and nulls");
      numbers.push_back(item.is_number() ? item.get<double>()
                                         : std::numeric_limits<double>::quiet_NaN());
    }
    return numbers;
  }

  void refuse(const char* key, const Json& value, const std::string& expected) {
    if (error_.empty()) error_ = fmt::format("{} {}: expected {}", key, shown(value), expected);
  }

  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  [[nodiscard]] const Json* find(const char* key) const {
    const auto found = line_.find(key);
    return found == line_.end() || found->is_null() ? nullptr : &*found;
  }

  const Json& line_;
  std::string error_;
};

Json answer_kayenta(Question& question) {
  using Settings = KayentaSettings;
  Settings settings;
  settings.direction =
      question.read_word<Settings::Direction>("direction",
                                              {{"increase", Settings::Direction::increase},
                                               {"decrease", Settings::Direction::decrease},
                                               {"either", Settings::Direction::either}},
                                              Settings::Direction::either);
  settings.nan = question.read_word<Settings::Nan>(
      "nan", {{"remove", Settings::Nan::remove}, {"replace", Settings::Nan::replace}},
      settings.nan);
  settings.critical = question.read_flag("critical").value_or(false);
  settings.must_have_data = question.read_flag("must_have_data").value_or(false);
  settings.measure = question.read_word<Settings::Measure>(
      "effect_measure",
      {{"meanRatio", Settings::Measure::mean_ratio}, {"cles", Settings::Measure::cles}},
      settings.measure);
  settings.allowed_increase = question.read_number("allowed_increase");
  settings.allowed_decrease = question.read_number("allowed_decrease");
  settings.critical_increase = question.read_number("critical_increase");
  settings.critical_decrease = question.read_number("critical_decrease");
  const auto baseline = question.read_side("baseline");
  const auto canary = question.read_side("canary");
  if (!question.error().empty()) return {};
  const judge::KayentaResult result = judge::classify(canary, baseline, settings);
  return {{"classification", judge::to_string(result.classification)},
          {"critical", result.critical},
          {"ratio", number(result.ratio)},
          {"lower", number(result.lower)},
          {"upper", number(result.upper)},
          {"estimate", number(result.estimate)}};
}

stats::Alternative alternative_of(Worse worse) {
  return worse == Worse::higher  ? stats::Alternative::greater
         : worse == Worse::lower ? stats::Alternative::less
                                 : stats::Alternative::two_sided;
}

Json answer_mann_whitney(Question& question, const CompareOptions& options) {
  stats::MannWhitneyRule rule;
  rule.alternative =
      question.read_word<stats::Alternative>("alternative",
                                             {{"two.sided", stats::Alternative::two_sided},
                                              {"greater", stats::Alternative::greater},
                                              {"less", stats::Alternative::less}},
                                             alternative_of(options.worse));
  rule.confidence = question.read_number("conf_level").value_or(options.confidence);
  if (!(rule.confidence > 0.0 && rule.confidence < 1.0)) {
    question.refuse("conf_level", rule.confidence, "a number between 0 and 1");
  }
  rule.exact = question.read_flag("exact");
  const auto whole = [](std::vector<double> side) {
    std::erase_if(side, [](double value) { return std::isnan(value); });
    return side;
  };
  const auto baseline = whole(question.read_side("baseline"));
  const auto canary = whole(question.read_side("canary"));
  if (!question.error().empty()) return {};
  const auto result = stats::mann_whitney(canary, baseline, rule);
  if (!result && !canary.empty() && !baseline.empty()) {
    question.refuse("exact", true,
                    fmt::format("false: there are more than {} pairs", stats::kMostExactPairs));
    return {};
  }
  return {{"statistic", result ? number(result->statistic) : Json(nullptr)},
          {"p_value", result ? number(result->p_value) : Json(nullptr)},
          {"lower", result ? number(result->lower) : Json(nullptr)},
          {"upper", result ? number(result->upper) : Json(nullptr)},
          {"estimate", result ? number(result->estimate) : Json(nullptr)}};
}

Result<std::string> answer(const std::string& line, const CompareOptions& options) {
  // What nobody asks for may be nested deeper than a stack goes.
  const auto shallow = [](int depth, Json::parse_event_t, Json&) { return depth < kDeepest; };
  const Json question = Json::parse(line, shallow, false);
  if (question.is_discarded() || !question.is_object()) {
    return fail(ErrorKind::usage, "not a JSON object; its numbers are finite or null");
  }
  Question reader(question);
  Json given = options.judge == CompareOptions::Judge::kayenta
                   ? answer_kayenta(reader)
                   : answer_mann_whitney(reader, options);
  if (!reader.error().empty()) return fail(ErrorKind::usage, reader.error());
  Json whole = {{"id", question.contains("id") ? question["id"] : Json(nullptr)}};
  whole.update(given);
  return whole.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

int run_batch(std::istream& in, const std::string& name, const CompareOptions& options,
              std::ostream& out, std::ostream& err) {
  int code = 0;
  std::string line;
  for (std::size_t at = 1; std::getline(in, line); ++at) {
    if (trim(line).empty()) continue;
    const auto answered = answer(line, options);
    if (answered) {
      out << *answered << "\n";
    } else {
      err << fmt::format("canarygate: {}:{}: {}\n", printable(name), at, answered.error().text);
      code = 2;
    }
  }
  if (in.bad()) {
    err << fmt::format("canarygate: {}: cannot be read\n", printable(name));
    code = 2;
  }
  return code;
}

}  // namespace canarygate
