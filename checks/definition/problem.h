/// What is wrong with a file, where, and what to write instead.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace canarygate {

/// One thing wrong. `line` and `column` count characters from 1; 0 when it is about the file as a
/// whole.
struct Problem {
  std::string file;
  std::size_t line = 0;
  std::size_t column = 0;
  std::string text;

  /// `checks/web.yaml:12:5: unknown direction 'up'; expected higher, lower or either`
  [[nodiscard]] std::string str() const;
  bool operator==(const Problem&) const = default;
};

using Problems = std::vector<Problem>;

/// By file, line and column; what was found twice is kept once.
void sort_problems(Problems& problems);

}  // namespace canarygate
