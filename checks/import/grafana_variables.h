/// What a dashboard's variables stand for in a check's queries.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checks/import/documents.h"
#include "checks/result.h"

namespace canarygate {

/// Whether `name` is what a dashboard calls the variable with which one chooses hosts.
[[nodiscard]] bool names_hosts(std::string_view name);

class GrafanaVariables {
 public:
  /// Of `templating.list`.
  explicit GrafanaVariables(const JsonPlace& list);

  /// What is written for the variable of the hosts, for all values of one, and for intervals.
  struct Style {
    std::string hosts = "{{hosts}}";
    std::string all = ".*";
    std::string interval;                 ///< for variables of type interval; empty: their value
    bool is_promql = true;                ///< ranges `[…]` and strings are PromQL's
    std::vector<std::string> left_alone;  ///< variables that the backend knows itself
  };

  struct Filled {
    std::string text;
    std::map<std::string, std::string> vars;  ///< of the check, for what `text` has of `{{name}}`
    std::vector<std::string> notes;           ///< a clause each
  };

  /// `query` with `$x`, `${x}`, `${x:regex}` and `[[x]]` filled in. The error is a clause.
  [[nodiscard]] Result<Filled, std::string> fill(std::string_view query, const Style& style) const;

  /// The type of data source that a variable of that kind chooses from; "" when it is none.
  [[nodiscard]] std::string datasource_of(std::string_view name) const;

 private:
  struct Variable {
    std::string type;
    std::string query;                ///< of a datasource variable: the source's type
    std::vector<std::string> values;  ///< the current ones; empty when nothing is chosen
    bool is_all = false;
    std::string all_value;
  };
  friend class VariableFiller;

  std::map<std::string, Variable, std::less<>> variables_;
};

/// The variable's name when `text` is nothing but one: `$ds`, `${ds}`; "" otherwise.
[[nodiscard]] std::string only_variable(std::string_view text);

}  // namespace canarygate
