/// A check as an importer drafts it, and the YAML file that is made of it.
///
/// A draft is a definition plus what a person is to be told beside it: where it comes from, what is
/// to be filled in, what was not carried over. The file that is written reads back as the same
/// definition, whatever strings it was made of.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "checks/definition/model.h"

namespace canarygate {

/// Something of the imported file that the check does not have.
struct LeftOut {
  std::string where;  ///< `file:line:column`, or `file: path.to[2].it` in JSON
  std::string what;   ///< what it was, and what that means for the check; no full stop at the end
  bool operator==(const LeftOut&) const = default;
};

struct DraftMetric {
  MetricSpec spec;
  /// What `spec.backend` must be: a name of backend_types(). Of one type in all of the check they
  /// are all asked of `default`, else of a backend called as its type. Empty: `spec.backend` stays.
  std::string backend_type;
  std::vector<std::string> comments;  ///< above it
};

struct DraftCheck {
  CheckDefinition check;  ///< all but the metrics; any name will do
  std::vector<DraftMetric> metrics;
  std::vector<std::string> comments;  ///< at the top
  std::vector<std::string> fill_in;   ///< what the user has to do before it can run
  /// Above the key of the file they belong to: `canary`, `window`, `judge` …
  std::map<std::string, std::vector<std::string>> key_comments;
};

/// Makes names valid and unique, and names the backends. What write_draft() is to be given.
void tidy(DraftCheck& draft);

/// The file's text. Only keys whose values are not the default are written.
[[nodiscard]] std::string write_draft(const DraftCheck& draft, std::span<const LeftOut> left_out);

/// A group that is a list of names in the check itself.
[[nodiscard]] GroupSpec listed(std::vector<std::string> names);

/// `text` as the name of a check, an environment or a backend; `imported` when nothing is left.
[[nodiscard]] std::string check_name_of(std::string_view text);
/// `text` as the name of a variable, which `{{…}}` can hold: `service-name` is `service_name`, and
/// `step`, which is canarygate's own, `arg_step`.
[[nodiscard]] std::string variable_name_of(std::string_view text);
/// The first of `name`, `name 2` (with `separator` between), … that is not among `taken`; added.
[[nodiscard]] std::string unique_name(std::string name, std::string_view separator,
                                      std::vector<std::string>& taken);

}  // namespace canarygate
