/// Two sets of numbers, judged: what each judge of `compare` says of them, in one shape.
#pragma once

#include <optional>
#include <string>

#include "checks/judge/finding.h"
#include "checks/judge/kayenta.h"
#include "checks/result.h"
#include "cli/compare/numbers.h"
#include "cli/options_compare.h"

namespace canarygate {

struct Comparison {
  Verdict verdict = Verdict::undecided;
  std::string text;                   ///< the verdict in a sentence, without its word
  std::string method;                 ///< which test it was
  judge::Effect effect;               ///< an end is absent where it is open or unknown
  double confidence = 0.98;           ///< of the effect's interval
  std::optional<double> p_value;      ///< with `allow`: of a change beyond it
  std::optional<double> sensitivity;  ///< placebo: smallest change it would catch 8 times in 10
  std::optional<judge::KayentaResult> kayenta;
};

/// Fails when --judge placebo is given sides of different lengths.
[[nodiscard]] Result<Comparison> compare(const Numbers& canary, const Numbers& baseline,
                                         const CompareOptions& options);

}  // namespace canarygate
