/// The tables of docs/statistics.md, in Markdown.
#pragma once

#include <string>
#include <vector>

#include "tests/operating/rates.h"

namespace canarygate::operating {

struct Part {
  std::string name;  ///< of the page's markers
  std::string text;
};

/// How it was measured, what each judge stopped without reason, where that was too often, and what
/// the placebo judge found.
[[nodiscard]] std::vector<Part> tables(const Results& results);

}  // namespace canarygate::operating
