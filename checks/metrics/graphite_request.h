/// How a target is put to Graphite's Render API.
///
/// A datapoint at time t of an archive with steps of S holds what was written in [t, t + S). It
/// counts for the point of our grid in whose bucket t + S lies: nothing is used before it is
/// complete. So the numbers of a grid have times in (start - S, end - S].
#pragma once

#include <string>
#include <vector>

#include "checks/http/client.h"
#include "checks/series.h"

namespace canarygate::graphite {

/// One request's share of a grid: `grid.points` points from `first` (0-based) on.
struct Piece {
  std::int64_t first = 0;
  Grid grid;
};

/// `grid` in pieces such that each is answered from one archive. Which archive answers is decided
/// by the age of a request's beginning alone, so pieces begin where archives commonly end: a day
/// ago, a week ago, and so on. No piece has more than 11,000 times of `interval`.
[[nodiscard]] std::vector<Piece> split_grid(const Grid& grid, TimePoint now, Duration interval);

/// What is asked for to have all numbers of `grid`, in whole seconds. Two steps before its start:
/// S is not known yet, and a derivative's first number needs one more before it.
struct Asked {
  std::int64_t from = 0;   ///< Unix seconds; itself left out by graphite-web
  std::int64_t until = 0;  ///< Unix seconds, included
};
[[nodiscard]] Asked asked_for(const Grid& grid);

/// The request for all numbers of `grid`; `url` is what follows the server's address. A target too
/// long for a URL is POSTed as a form. Never asks for maxDataPoints: Graphite would average.
[[nodiscard]] HttpRequest render_request(const std::string& target, const Grid& grid);

}  // namespace canarygate::graphite
