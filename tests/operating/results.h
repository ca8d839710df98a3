/// What was measured, kept in a file: long measurements run in pieces, and the page is made from
/// what they saved.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "checks/result.h"
#include "tests/operating/measure.h"

namespace canarygate::operating {

/// What one judge did in a cell, and how that was measured.
struct Measured {
  Score score;
  std::uint64_t seed = 0;
  int placebos = 0;
};

struct MeasuredCell {
  std::string family;
  std::string effect;
  std::size_t hosts = 0;
  std::size_t canaries = 0;
  std::int64_t windows = 0;
  std::size_t metrics = 0;
  std::int64_t points = 0;  ///< of the window
  bool trace = false;       ///< recorded, not simulated
  std::optional<double>
      bar;  ///< what is stopped is a false alarm, of which there should be no more
  std::vector<Measured> judges;

  /// Nothing where this judge was not measured.
  [[nodiscard]] const Measured* judge(const std::string& name) const;
};

/// One a cell, in the order of the families' and effects' tables, then of the fleets; traces last.
using Results = std::vector<MeasuredCell>;

[[nodiscard]] MeasuredCell measured(const Cell& cell, const MeasureRequest& request);

/// Were all judges of the request measured in this cell in just that way?
[[nodiscard]] bool has(const Results& results, const Cell& cell, const MeasureRequest& request);

/// A judge that was measured before in the same cell is replaced.
void add(Results& results, MeasuredCell cell);

[[nodiscard]] Result<Results> read_results(const std::filesystem::path& path);
[[nodiscard]] std::string to_json(const Results& results);

/// To a temporary file that is renamed; the folder is made.
[[nodiscard]] Status write_file(const std::filesystem::path& path, const std::string& text);

}  // namespace canarygate::operating
