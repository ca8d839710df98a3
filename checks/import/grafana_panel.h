/// What a panel of a dashboard says beside its queries.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "checks/import/documents.h"

namespace canarygate {

/// Whether its type shows numbers over time that can be compared: not texts, logs or maps.
[[nodiscard]] bool shows_numbers(const std::string& type);

/// Grafana's name of the unit; "" when none is set.
[[nodiscard]] std::string grafana_unit_of(const JsonPlace& panel);

/// `> bound` is bad, or `< bound`.
struct PanelLimit {
  bool above = true;
  double bound = 0;
  std::string source;  ///< in words: `the panel's alert`
};

/// An alert of the panel itself, or a red threshold that is drawn; nothing where Grafana's own
/// default (80) stands, or none is shown.
[[nodiscard]] std::optional<PanelLimit> limit_of_panel(const JsonPlace& panel);

/// The word for which a metric of this name and query is taken to be worse when higher; "" for
/// none.
[[nodiscard]] std::string worse_when_higher(std::string_view name, std::string_view query);

}  // namespace canarygate
