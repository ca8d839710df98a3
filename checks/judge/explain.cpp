#include "checks/judge/explain.h"

#include <fmt/format.h>

#include <cmath>

namespace canarygate::judge {

namespace {

/// Two or three digits that count, and no exponent where a person would not use one.
std::string number(double value) {
  if (value == 0.0) return "0";
  const double size = std::abs(value);
  if (size >= 100 && size < 1e6) return fmt::format("{:.0f}", value);
  return fmt::format("{:.3g}", value);
}

std::string signed_number(double value) {
  return (value < 0 ? "-" : "+") + number(std::abs(value));
}

std::string suffix(const std::string& unit) {
  return unit.empty() || unit == "none" ? "" : " " + unit;
}

std::string bound(const std::optional<double>& value, Effect::Kind kind) {
  if (!value) return "unbounded";
  return signed_number(kind == Effect::Kind::ratio ? 100 * *value : *value);
}

std::string with_thousands(long long value) {
  std::string text = std::to_string(value);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

}  // namespace

std::string quantity(double value, const std::string& unit) { return number(value) + suffix(unit); }

std::string change(double value, Effect::Kind kind, const std::string& unit) {
  if (kind == Effect::Kind::ratio) return signed_number(100 * value) + " %";
  return signed_number(value) + suffix(unit);
}

int interval_percent(const Finding& finding) {
  return finding.method == JudgeMethod::kayenta ? 98 : 95;
}

bool compared_as_they_are(const Finding& finding) {
  return finding.method == JudgeMethod::kayenta || finding.method == JudgeMethod::mann_whitney;
}

std::string effect_text(const Finding& finding, const std::string& unit) {
  const Effect& effect = finding.effect;
  if (!effect.estimate) return "size unknown";
  std::string text = change(*effect.estimate, effect.kind, unit);
  if (!effect.lower && !effect.upper) return text;
  return text + fmt::format(", {} % interval {} to {}{}", interval_percent(finding),
                            bound(effect.lower, effect.kind), bound(effect.upper, effect.kind),
                            effect.kind == Effect::Kind::ratio ? " %" : suffix(unit));
}

std::string rarity(double p) {
  if (!(p > 0.001)) return "less than 1 of 1,000";
  return fmt::format("about 1 of {}", with_thousands(std::llround(1 / p)));
}

std::optional<double> expected_mean(const Finding& finding) {
  const auto& seen = finding.canary.mean;
  const auto& effect = finding.effect.estimate;
  if (!seen || !effect || compared_as_they_are(finding)) return finding.baseline.mean;
  if (finding.effect.kind == Effect::Kind::difference) return *seen - *effect;
  // Nothing seen, or all of it gone: no ratio leads back from there.
  if (*seen == 0 || *effect <= -1) return finding.baseline.mean;
  return *seen / (1 + *effect);
}

std::string regression_text(const Finding& finding, const std::string& unit) {
  const bool up = finding.effect.estimate.value_or(0) >= 0;
  std::string text = fmt::format("{} is {} on the canary", finding.metric, up ? "higher" : "lower");
  const auto expected = expected_mean(finding);
  if (finding.canary.mean && expected) {
    text += fmt::format(": {} where {} was to be expected", quantity(*finding.canary.mean, unit),
                        quantity(*expected, unit));
  } else if (finding.canary.mean) {
    text += fmt::format(" than before: {} now", quantity(*finding.canary.mean, unit));
  }
  text += fmt::format(" ({})", effect_text(finding, unit));
  if (finding.late_since) text += " in the window's last quarter";
  const double p = finding.adjusted_p_value.value_or(1.0);
  if (finding.method == JudgeMethod::mann_whitney) {
    return text + fmt::format(
                      "; the Mann-Whitney test expects such a difference by chance in {} "
                      "comparisons, if every point is independent and all hosts are alike",
                      rarity(p));
  }
  if (finding.evidence == Evidence::weak) {
    return text + fmt::format(
                      "; by chance such a difference shows up in {} comparisons, if the "
                      "hosts are alike otherwise (there is no history to measure that on)",
                      rarity(p));
  }
  return text +
         fmt::format("; such a difference shows up in {} comparisons when nothing was deployed",
                     rarity(p));
}

}  // namespace canarygate::judge
