#include "checks/definition/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "checks/text.h"

namespace canarygate {

std::string Problem::str() const {
  if (line == 0) return fmt::format("{}: {}", printable(file), printable(text));
  return fmt::format("{}:{}:{}: {}", printable(file), line, column, printable(text));
}

void sort_problems(Problems& problems) {
  const auto key = [](const Problem& p) { return std::tie(p.file, p.line, p.column, p.text); };
  std::ranges::sort(problems, {}, key);
  problems.erase(std::unique(problems.begin(), problems.end()), problems.end());
}

}  // namespace canarygate
