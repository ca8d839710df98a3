#include "cli/compare/print.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "checks/judge/explain.h"
#include "checks/stats/summary.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using Json = nlohmann::ordered_json;

struct Headline {
  const char* word;
  const char* colour;
};

Headline headline(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return {"PASSED", "32"};
    case Verdict::fail:
      return {"FAILED", "31"};
    case Verdict::no_data:
      return {"NO DATA", "31"};
    default:
      return {"UNDECIDED", "33"};
  }
}

/// n, missing, mean, sd, min, median, max.
struct Row {
  std::size_t count = 0;
  std::size_t missing = 0;
  std::array<double, 5> numbers{};
};

Row row_of(const Numbers& side) {
  const std::vector<double> there = side.present();
  Row row{there.size(), side.values.size() - there.size(), {}};
  row.numbers.fill(std::nan(""));
  if (there.empty()) return row;
  const auto [least, most] = std::ranges::minmax(there);
  row.numbers = {stats::mean(there), stats::standard_deviation(there), least, stats::median(there),
                 most};
  return row;
}

std::string table(const Compared& compared) {
  constexpr std::array<const char*, 5> kNames = {"mean", "sd", "min", "median", "max"};
  std::string text = fmt::format("  {:<9}{:>8}", "", "n");
  for (const char* name : kNames) text += fmt::format("{:>12}", name);
  for (const bool canary : {true, false}) {
    const Numbers& side = canary ? compared.canary : compared.baseline;
    const Row row = row_of(side);
    text += fmt::format("\n  {:<9}{:>8}", canary ? "canary" : "baseline", row.count);
    for (const double number : row.numbers) {
      text += fmt::format("{:>12}", std::isnan(number) ? "-" : fmt::format("{:.6g}", number));
    }
    text += "  " + printable(side.name);
    if (row.missing > 0) text += fmt::format(", {} missing", row.missing);
  }
  return text + "\n";
}

std::string sensitivity_text(const Comparison& comparison) {
  constexpr double kAnything = 1000.0;  // a change that nobody would call a sensitivity
  const auto& smallest = comparison.sensitivity;
  if (!smallest || *smallest > kAnything) return "so few moments show no change of any size surely";
  return fmt::format("a change of {} would have been caught 8 times in 10",
                     judge::change(*smallest, comparison.effect.kind, ""));
}

Json number(std::optional<double> value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

Json side_json(const Numbers& side) {
  const Row row = row_of(side);
  return {{"file", side.name},
          {"numbers", row.count},
          {"missing", row.missing},
          {"mean", number(row.numbers[0])},
          {"sd", number(row.numbers[1])},
          {"min", number(row.numbers[2])},
          {"median", number(row.numbers[3])},
          {"max", number(row.numbers[4])}};
}

Json kayenta_json(const std::optional<judge::KayentaResult>& result) {
  if (!result) return nullptr;
  return {{"classification", to_string(result->classification)}, {"ratio", number(result->ratio)}};
}

}  // namespace

std::string compared_text(const Compared& compared, const CompareOptions& options, bool colour) {
  const Comparison& comparison = compared.comparison;
  const Headline head = headline(comparison.verdict);
  const std::string word =
      colour ? fmt::format("\x1b[1;{}m{}\x1b[0m", head.colour, head.word) : head.word;
  std::string text =
      fmt::format("{}: {}.\n\n{}\n", word, printable(comparison.text), table(compared));
  if (options.judge == CompareOptions::Judge::placebo) {
    text += "  sensitivity: " + sensitivity_text(comparison) + "\n";
  }
  return text + fmt::format("  {}\n", comparison.method);
}

std::string compared_json(const Compared& compared, const CompareOptions& options) {
  const Comparison& comparison = compared.comparison;
  const bool ratio = comparison.effect.kind == judge::Effect::Kind::ratio;
  const Json document = {{"version", 1},
                         {"judge", to_string(options.judge)},
                         {"verdict", to_string(comparison.verdict)},
                         {"exit_code", compared.exit_code},
                         {"text", comparison.text},
                         {"method", comparison.method},
                         {"effect",
                          {{"kind", ratio ? "ratio" : "difference"},
                           {"estimate", number(comparison.effect.estimate)},
                           {"lower", number(comparison.effect.lower)},
                           {"upper", number(comparison.effect.upper)},
                           {"confidence", comparison.confidence}}},
                         {"p_value", number(comparison.p_value)},
                         {"sensitivity", number(comparison.sensitivity)},
                         {"kayenta", kayenta_json(comparison.kayenta)},
                         {"canary", side_json(compared.canary)},
                         {"baseline", side_json(compared.baseline)}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace canarygate
