/// How a range query is put to a Prometheus-compatible server.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "checks/http/client.h"
#include "checks/series.h"

namespace canarygate::prometheus {

/// Prometheus refuses more points a series in one answer.
constexpr std::int64_t kMostPoints = 11'000;

/// Whether every query has a parameter of this name, so that a configuration cannot give another.
[[nodiscard]] bool is_own_parameter(const std::string& name);

/// The request for the points of `grid`, with `more` parameters; `url` is what follows the server's
/// address. A query too long for a URL is POSTed as a form.
[[nodiscard]] HttpRequest range_request(const std::string& query, const Grid& grid,
                                        const std::map<std::string, std::string>& more = {});

}  // namespace canarygate::prometheus
