/// A label matcher of a selector: `name="…"`, `!=`, `=~`, `!~`.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "checks/promql/samples.h"
#include "checks/result.h"

namespace re2 {
class RE2;
}

namespace canarygate::promql {

struct Matcher {
  enum class Op { equal, not_equal, matches, matches_not };

  std::string label;  ///< `__name__` for the metric's name
  Op op = Op::equal;
  std::string value;
  std::shared_ptr<const re2::RE2> pattern;  ///< of `=~` and `!~`; RE2's syntax, the whole value

  /// A label that a series does not have counts as "", as in Prometheus.
  [[nodiscard]] bool accepts(std::string_view label_value) const;
};

/// The error is a clause that says what is wrong with the regular expression.
[[nodiscard]] Result<Matcher, std::string> make_matcher(std::string label, Matcher::Op op,
                                                        std::string value);

/// Whether all of `matchers` accept a series of these labels.
[[nodiscard]] bool accepts(std::span<const Matcher> matchers, const Labels& labels);

}  // namespace canarygate::promql
