/// Runs many simulated or replayed gates and counts how often each judge stops them. The numbers
/// depend on the seed alone, not on the number of threads.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "checks/judge/judge.h"

namespace canarygate::operating {

/// One kind of gate, of which `gate` makes as many as one likes.
struct Cell {
  std::string family;
  std::string effect;
  std::size_t hosts = 0;
  std::size_t canaries = 0;
  std::int64_t windows = 0;  ///< of history that were asked for
  std::size_t metrics = 0;
  std::int64_t points = 0;  ///< of the window
  bool trace = false;       ///< recorded, not simulated
  bool harmless = true;     ///< what is stopped is a false alarm
  double bar = 0.01;        ///< and of those there should be no more
  std::function<judge::JudgeInput(std::uint64_t seed)> gate;
};

/// What one judge did.
struct Score {
  std::string judge;
  int runs = 0;
  int stopped = 0;
  double points = 0;  ///< of the window, seen until stopped; the mean of those that were

  [[nodiscard]] double share() const { return static_cast<double>(stopped) / runs; }
  [[nodiscard]] double error() const;
  /// More than `bar` and two of the standard errors that it would have at the bar.
  [[nodiscard]] bool above(double bar) const;
};

struct MeasureRequest {
  int runs = 0;
  std::uint64_t seed = 0;
  int placebos = 0;
  unsigned jobs = 1;
  std::vector<std::string> judges;  ///< of contestants(); empty: all
};
/// One score a judge, in the order of contestants().
[[nodiscard]] std::vector<Score> measure(const Cell& cell, const MeasureRequest& request);

}  // namespace canarygate::operating
