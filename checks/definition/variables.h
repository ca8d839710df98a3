/// `{{name}}` in queries, links and labels, filled in and escaped for where it stands (INTERFACE.md
/// 1).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "checks/metrics/backend.h"
#include "checks/result.h"

namespace canarygate {

/// A list renders as alternatives (`a|b`, `{a,b}`, `a OR b`), a string as itself.
using VariableValue = std::variant<std::string, std::vector<std::string>>;
using VariableValues = std::map<std::string, VariableValue>;

/// The variables that canarygate itself defines: hosts canary_hosts baseline_hosts step window
/// rate_window environment check version. (`version` and the user's own come from --var and files.)
[[nodiscard]] const std::vector<std::string>& builtin_variables();

/// The names used in `text`, in order of appearance, each once. Error: an unclosed `{{`, an empty
/// or ill-formed name.
[[nodiscard]] Result<std::vector<std::string>> variables_in(std::string_view text);

/// `text` as a query of `dialect`. Inside a string literal values are escaped for it; outside one a
/// value must match [A-Za-z0-9_.:/-]+. Error (ErrorKind::definition): an unknown variable, listing
/// the known.
[[nodiscard]] Result<std::string> render_query(std::string_view text, const VariableValues& values,
                                               QueryDialect dialect);
/// `text` as a URL: values are percent-encoded, lists joined by `|`.
[[nodiscard]] Result<std::string> render_link(std::string_view text, const VariableValues& values);
/// `text` as plain text, lists joined by `,`.
[[nodiscard]] Result<std::string> render_text(std::string_view text, const VariableValues& values);

}  // namespace canarygate
