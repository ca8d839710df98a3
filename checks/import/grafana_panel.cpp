#include "checks/import/grafana_panel.h"

#include <algorithm>
#include <array>

#include "checks/text.h"

namespace canarygate {

namespace {

/// Grafana's names and codes of red.
bool is_red(const std::string& color) {
  const std::string lower = to_lower(color);
  constexpr std::array<std::string_view, 8> kReds = {"#f2495c", "#e02f44", "#c4162a", "#ff7383",
                                                     "#d44a3a", "#bf1b00", "#e24d42", "#f43b3b"};
  return lower.find("red") != std::string::npos || std::ranges::find(kReds, lower) != kReds.end();
}

std::string text_of(const JsonPlace& place) { return place.text().value_or(""); }

/// Of a panel's own alert, as Grafana had them until version 8.
std::optional<PanelLimit> alert_limit(const JsonPlace& panel) {
  const auto conditions = panel["alert"]["conditions"].elements();
  if (conditions.size() != 1) return std::nullopt;
  const JsonPlace evaluator = conditions.front()["evaluator"];
  const auto parameters = evaluator["params"].elements();
  const std::string type = text_of(evaluator["type"]);
  if (parameters.empty() || (type != "gt" && type != "lt")) return std::nullopt;
  const auto bound = parameters.front().number();
  if (!bound) return std::nullopt;
  return PanelLimit{type == "gt", *bound, "the panel's alert"};
}

/// Of the panel `graph`, which newer ones have replaced.
std::optional<PanelLimit> graph_limit(const JsonPlace& panel) {
  for (const JsonPlace& threshold : panel["thresholds"].elements()) {
    const auto bound = threshold["value"].number();
    const std::string sign = text_of(threshold["op"]);
    const bool critical = text_of(threshold["colorMode"]) == "critical";
    if (bound && critical && (sign == "gt" || sign == "lt")) {
      return PanelLimit{sign == "gt", *bound, "the panel's critical threshold"};
    }
  }
  return std::nullopt;
}

/// The steps begin with one that has no value: what is below all others.
std::optional<PanelLimit> step_limit(const JsonPlace& panel) {
  const JsonPlace defaults = panel["fieldConfig"]["defaults"];
  const std::string drawn = text_of(defaults["custom"]["thresholdsStyle"]["mode"]);
  if (drawn.empty() || drawn == "off") return std::nullopt;
  if (text_of(defaults["thresholds"]["mode"]) == "percentage") return std::nullopt;
  const auto steps = defaults["thresholds"]["steps"].elements();
  if (steps.size() < 2) return std::nullopt;
  const auto last = steps.back()["value"].number();
  const auto second = steps[1]["value"].number();
  const bool first_red = is_red(text_of(steps.front()["color"]));
  const bool last_red = is_red(text_of(steps.back()["color"]));
  const std::string source = "the panel's red threshold";
  if (last_red && !first_red && last) return PanelLimit{true, *last, source};
  if (first_red && !last_red && second) return PanelLimit{false, *second, source};
  return std::nullopt;
}

}  // namespace

bool shows_numbers(const std::string& type) {
  constexpr std::array<std::string_view, 14> kOthers = {
      "text", "news",      "dashlist", "alertlist", "annolist",   "logs",    "traces",
      "row",  "nodeGraph", "geomap",   "canvas",    "flamegraph", "heatmap", "welcome"};
  return std::ranges::find(kOthers, type) == kOthers.end();
}

std::string grafana_unit_of(const JsonPlace& panel) {
  const auto unit = panel["fieldConfig"]["defaults"]["unit"].text();
  if (unit) return *unit;
  const auto axes = panel["yaxes"].elements();
  const auto axis = axes.empty() ? std::nullopt : axes.front()["format"].text();
  return axis ? *axis : text_of(panel["format"]);
}

std::optional<PanelLimit> limit_of_panel(const JsonPlace& panel) {
  if (auto limit = alert_limit(panel)) return limit;
  if (auto limit = graph_limit(panel)) return limit;
  return step_limit(panel);
}

std::string worse_when_higher(std::string_view name, std::string_view query) {
  constexpr std::array<std::string_view, 8> kWords = {"error",   "fail",      "latency", "duration",
                                                      "timeout", "exception", "dropped", "panic"};
  for (const std::string_view text : {name, query}) {
    const std::string lower = to_lower(text);
    for (const std::string_view word : kWords) {
      if (lower.find(word) != std::string::npos) return std::string(word);
    }
  }
  return "";
}

}  // namespace canarygate
