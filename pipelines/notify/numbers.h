/// The numbers of a verdict, for who charts them: how often a soft check would have stopped a
/// deploy, how long it takes, how much the canary differs.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pipelines/notify/notice.h"

namespace canarygate::notify {

struct Number {
  enum class Kind { count, gauge, time } kind = Kind::gauge;
  std::string name;  ///< `verdict`, `metric.effect`
  /// `verdict` fail, `metric` p99 latency: as they came.
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;  ///< finite; a time in milliseconds

  /// For who knows no labels: `verdict.fail`, `metric.p99_latency.effect`.
  [[nodiscard]] std::string path() const;
};

/// What is not known is not among them.
[[nodiscard]] std::vector<Number> numbers_of(const Notice& notice);

/// One word of a dotted name: letters, digits, `_` and `-`, anything else as `_`.
[[nodiscard]] std::string word_of(const std::string& text);

/// `prefix` and the check's name, each with a dot behind.
[[nodiscard]] std::string stem_of(const std::string& prefix, const Notice& notice);

/// The shortest text that gives the same number back.
[[nodiscard]] std::string digits_of(double value);

}  // namespace canarygate::notify
