#include "checks/import/judge_text.h"

#include <fmt/format.h>

#include <vector>

#include "checks/duration.h"
#include "checks/import/yaml_text.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using Kayenta = KayentaSettings;

const char* to_text(Kayenta::Direction direction) {
  return direction == Kayenta::Direction::increase   ? "increase"
         : direction == Kayenta::Direction::decrease ? "decrease"
                                                     : "either";
}

bool same_effect_size(const Kayenta& a, const Kayenta& b) {
  return a.measure == b.measure && a.allowed_increase == b.allowed_increase &&
         a.allowed_decrease == b.allowed_decrease && a.critical_increase == b.critical_increase &&
         a.critical_decrease == b.critical_decrease;
}

/// All of it: written anew, it replaces what the check says.
std::string effect_size_text(const Kayenta& kayenta) {
  std::vector<std::string> keys;
  if (kayenta.measure == Kayenta::Measure::cles) keys.emplace_back("measure: cles");
  const auto add = [&](const char* key, const std::optional<double>& value) {
    if (value) keys.push_back(fmt::format("{}: {}", key, yaml_number(*value)));
  };
  add("allowed_increase", kayenta.allowed_increase);
  add("allowed_decrease", kayenta.allowed_decrease);
  add("critical_increase", kayenta.critical_increase);
  add("critical_decrease", kayenta.critical_decrease);
  return "{" + join(keys, ", ") + "}";
}

void add_kayenta(const Kayenta& own, const Kayenta& base, std::vector<std::string>& keys) {
  if (own.direction && own.direction != base.direction) {
    keys.push_back(fmt::format("direction: {}", to_text(*own.direction)));
  }
  if (own.nan != base.nan) {
    keys.emplace_back(own.nan == Kayenta::Nan::remove ? "nan: remove" : "nan: replace");
  }
  if (own.outliers != base.outliers || own.outlier_factor != base.outlier_factor) {
    keys.push_back(own.outliers == Kayenta::Outliers::keep
                       ? "outliers: keep"
                       : fmt::format("outliers: {{strategy: remove, factor: {}}}",
                                     yaml_number(own.outlier_factor)));
  }
  if (!same_effect_size(own, base)) keys.push_back("effect_size: " + effect_size_text(own));
  if (own.must_have_data != base.must_have_data) {
    keys.push_back(fmt::format("must_have_data: {}", own.must_have_data));
  }
}

}  // namespace

std::string judge_text(const JudgeSettings& judge, const JudgeSettings& base) {
  std::vector<std::string> keys;
  if (judge.method != base.method) {
    keys.push_back(fmt::format("method: {}", to_string(judge.method)));
  }
  if (judge.false_alarms != base.false_alarms) {
    keys.push_back("false_alarms: " + yaml_percentage(judge.false_alarms));
  }
  if (judge.history != base.history) {
    keys.push_back("history: " + format_duration(judge.history));
  }
  if (judge.reference && judge.reference != base.reference) {
    keys.push_back("reference: " + format_duration(*judge.reference));
  }
  if (judge.looks != base.looks) keys.push_back(fmt::format("looks: {}", judge.looks));
  if (judge.placebos != base.placebos) keys.push_back(fmt::format("placebos: {}", judge.placebos));
  if (judge.detect != base.detect) keys.push_back("detect: " + yaml_percentage(judge.detect));
  if (judge.early_pass != base.early_pass) {
    keys.push_back(fmt::format("early_pass: {}", judge.early_pass));
  }
  if (judge.min_coverage != base.min_coverage) {
    keys.push_back("min_coverage: " + yaml_percentage(judge.min_coverage));
  }
  if (judge.method == JudgeMethod::kayenta) add_kayenta(judge.kayenta, base.kayenta, keys);
  if (keys.size() == 1 && judge.method != base.method) return to_string(judge.method);
  return keys.empty() ? "" : "{" + join(keys, ", ") + "}";
}

}  // namespace canarygate
