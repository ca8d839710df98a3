// The key `judge`, of a check or of one metric. What it says of Kayenta's own settings must be what
// its judge can make something of: Kayenta itself takes anything and then means something else.
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "checks/definition/parse.h"
#include "checks/definition/reader.h"

namespace canarygate {

namespace {

using Kayenta = KayentaSettings;

constexpr std::array<const char*, 5> kKayentaKeys = {"direction", "nan", "outliers", "effect_size",
                                                     "must_have_data"};

/// What an effect measured that way can be where more (less) of the metric is allowed.
struct EffectRange {
  const char* what;
  double neutral;
  double most;
};

EffectRange range_of(Kayenta::Measure measure) {
  if (measure == Kayenta::Measure::cles) {
    return {"how often a number of the canary is larger than one of the baseline", 0.5, 1.0};
  }
  return {"the canary's mean divided by the baseline's", 1.0,
          std::numeric_limits<double>::infinity()};
}

void check_bound(const YamlNode* node, const char* key, double value, bool increase,
                 const EffectRange& range, Problems& problems) {
  if (node == nullptr) return;
  if (increase ? value >= range.neutral && value <= range.most : value <= range.neutral) return;
  std::string wanted;
  if (!increase) {
    wanted = fmt::format("from 0 to {}", range.neutral);
  } else if (std::isinf(range.most)) {
    wanted = fmt::format("at least {}", range.neutral);
  } else {
    wanted = fmt::format("from {} to {}", range.neutral, range.most);
  }
  problems.push_back(node->problem(
      fmt::format("'{}' is {} and must be {}, not '{}'", key, range.what, wanted, node->text)));
}

/// Written anew, it replaces all of it: bounds of another measure mean nothing.
void read_effect_size(const YamlNode* node, Kayenta& kayenta, Problems& problems) {
  if (node == nullptr) return;
  const Reader reader(node);
  kayenta.measure = Kayenta::Measure::mean_ratio;
  reader.read("measure", kayenta.measure,
              {{"meanRatio", Kayenta::Measure::mean_ratio}, {"cles", Kayenta::Measure::cles}});
  const EffectRange range = range_of(kayenta.measure);
  const auto read = [&](const char* key, std::optional<double>& out, bool increase) {
    out.reset();
    reader.read(key, out);
    if (reader.sound({"measure"})) {
      check_bound(reader.node(key), key, out.value_or(range.neutral), increase, range, problems);
    }
  };
  read("allowed_increase", kayenta.allowed_increase, true);
  read("allowed_decrease", kayenta.allowed_decrease, false);
  read("critical_increase", kayenta.critical_increase, true);
  read("critical_decrease", kayenta.critical_decrease, false);
}

void read_outliers(const YamlNode* node, Kayenta& kayenta, Problems& problems) {
  if (node == nullptr) return;
  const Reader reader(node);
  const YamlNode* strategy = node->is_scalar() ? node : reader.node("strategy");
  if (strategy == nullptr) return;
  const bool remove = strategy->text == "remove";
  kayenta.outliers = remove ? Kayenta::Outliers::remove : Kayenta::Outliers::keep;
  reader.read("factor", kayenta.outlier_factor);
  if (const YamlNode* factor = reader.node("factor"); factor != nullptr && !remove) {
    problems.push_back(factor->problem("'factor' goes with `strategy: remove`"));
  }
}

void read_kayenta(const Reader& reader, Kayenta& kayenta, Problems& problems) {
  if (reader.has("direction")) kayenta.direction.emplace(Kayenta::Direction::either);
  if (kayenta.direction) {
    reader.read("direction", *kayenta.direction,
                {{"either", Kayenta::Direction::either},
                 {"increase", Kayenta::Direction::increase},
                 {"decrease", Kayenta::Direction::decrease}});
  }
  reader.read("nan", kayenta.nan,
              {{"remove", Kayenta::Nan::remove}, {"replace", Kayenta::Nan::replace}});
  read_outliers(reader.node("outliers"), kayenta, problems);
  read_effect_size(reader.node("effect_size"), kayenta, problems);
  reader.read("must_have_data", kayenta.must_have_data);
}

}  // namespace

void read_judge(const YamlNode* node, JudgeSettings& settings, Problems& problems) {
  if (node == nullptr) return;
  const Reader reader(node);
  const YamlNode* method = node->is_scalar() ? node : reader.node("method");
  for (const JudgeMethod known : {JudgeMethod::placebo, JudgeMethod::threshold,
                                  JudgeMethod::kayenta, JudgeMethod::mann_whitney}) {
    if (method != nullptr && method->text == to_string(known)) settings.method = known;
  }
  reader.read("false_alarms", settings.false_alarms);
  reader.read("history", settings.history);
  reader.read("reference", settings.reference);
  reader.read("looks", settings.looks);
  reader.read("placebos", settings.placebos);
  reader.read("detect", settings.detect);
  reader.read("early_pass", settings.early_pass);
  reader.read("min_coverage", settings.min_coverage);
  read_kayenta(reader, settings.kayenta, problems);
  if (settings.method == JudgeMethod::kayenta || !reader.sound({"method"})) return;
  for (const char* key : kKayentaKeys) {
    const YamlNode* place = reader.node(key);
    if (place == nullptr) continue;
    problems.push_back(
        place->problem(fmt::format("'{}' goes with judge kayenta, and this is judge "
                                   "{}",
                                   key, to_string(settings.method))));
  }
}

}  // namespace canarygate
