/// Reading one side's numbers: one a line, or a column of a CSV file.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "checks/result.h"

namespace canarygate {

struct Numbers {
  std::string name;            ///< of the file, as it was given; `stdin`
  std::vector<double> values;  ///< in the file's order; NaN is a missing point

  /// Those that are there.
  [[nodiscard]] std::vector<double> present() const;
};

/// `path` may be `-`. `column` from 1; 0 wants a file of one column. A heading in the first line,
/// blank lines and lines that begin with # are passed over. An empty field, `null`, `nan`, `na` and
/// `inf` are missing points. A file without a single line of numbers is an error.
[[nodiscard]] Result<Numbers> read_numbers(const std::string& path, std::size_t column);

}  // namespace canarygate
