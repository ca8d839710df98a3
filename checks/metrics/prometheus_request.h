/// How a range query is put to a Prometheus-compatible server.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "checks/http/client.h"
#include "checks/series.h"

namespace canarygate::prometheus {

/// One request's share of a grid: `grid.points` points from `first` (0-based) on.
struct Piece {
  std::int64_t first = 0;
  Grid grid;
};

/// `grid` in pieces that a server answers: Prometheus refuses more than 11,000 points a series.
[[nodiscard]] std::vector<Piece> split_grid(const Grid& grid);

/// Whether every query has a parameter of this name, so that a configuration cannot give another.
[[nodiscard]] bool is_own_parameter(const std::string& name);

/// The request for the points of `grid`, with `more` parameters; `url` is what follows the server's
/// address. A query too long for a URL is POSTed as a form.
[[nodiscard]] HttpRequest range_request(const std::string& query, const Grid& grid,
                                        const std::map<std::string, std::string>& more = {});

}  // namespace canarygate::prometheus
