#include "checks/judge/noise.h"

#include <algorithm>

#include "checks/stats/effective_size.h"
#include "checks/stats/summary.h"

namespace canarygate::judge {

namespace {

/// How many windows' worth of the fleet's variance each host's own is mixed with.
constexpr double kPrior = 4.0;
/// Each host's largest tenth of squares is cut to the next: one spike is no noisy host. By host,
/// because a common cap would call a truly noisy host quiet.
constexpr double kKept = 0.9;

/// Without a baseline: the windows' means, one after the other, are all there is.
double degrees_of_one_series(const Cube& d) {
  std::vector<double> means;
  for (std::size_t w = d.windows; w-- > 1;) {
    std::vector<double> present;
    for (const double value : d.span(w, d.looks - 1)) {
      if (!std::isnan(value)) present.push_back(value);
    }
    if (!present.empty()) means.push_back(stats::mean(present));
  }
  const double effective = stats::ar1_effective_size(means.size(), stats::ar1_coefficient(means));
  return std::max(1.0, effective - 1.0);
}

/// d at the last look, centred by window.
struct Residuals {
  std::vector<std::vector<double>> by_host;
  std::size_t windows = 0;  // that anybody was in
};

Residuals residuals_at_end(const Cube& d) {
  Residuals out{std::vector<std::vector<double>>(d.hosts), 0};
  for (std::size_t w = 1; w < d.windows; ++w) {
    const std::vector<double> e = centred(d.span(w, d.looks - 1));
    bool anybody = false;
    for (std::size_t h = 0; h < d.hosts; ++h) {
      if (std::isnan(e[h])) continue;
      out.by_host[h].push_back(e[h]);
      anybody = true;
    }
    out.windows += anybody ? 1U : 0U;
  }
  return out;
}

}  // namespace

HostNoise::HostNoise(const Cube& d, bool before_after)
    : squares_(d.windows, d.looks, d.hosts),
      sum_(d.looks * d.hosts, 0.0),
      count_(d.looks * d.hosts, 0.0),
      mean_(d.looks, 0.0) {
  for (std::size_t look = 0; look < d.looks; ++look) {
    for (std::size_t w = 1; w < d.windows; ++w) {
      const std::span<const double> row = d.span(w, look);
      const std::vector<double> e =
          before_after ? std::vector<double>(row.begin(), row.end()) : centred(row);
      for (std::size_t h = 0; h < d.hosts; ++h) squares_.row(w, look)[h] = e[h] * e[h];
    }
    std::vector<double> own;
    double all = 0;
    double all_count = 0;
    for (std::size_t h = 0; h < d.hosts; ++h) {
      own.clear();
      for (std::size_t w = 1; w < d.windows; ++w) {
        const double square = squares_.row(w, look)[h];
        if (!std::isnan(square)) own.push_back(square);
      }
      if (own.empty()) continue;
      const double cap = stats::quantile(own, kKept);
      for (std::size_t w = 1; w < d.windows; ++w) {
        double& square = squares_.row(w, look)[h];
        if (square > cap) square = cap;
      }
      for (double& square : own) square = std::min(square, cap);
      sum_[look * d.hosts + h] = stats::sum(own);
      count_[look * d.hosts + h] = static_cast<double>(own.size());
      all += sum_[look * d.hosts + h];
      all_count += count_[look * d.hosts + h];
    }
    mean_[look] = all_count > 0 ? all / all_count : 0.0;
  }
}

void HostNoise::set_restlessness(Cube restlessness, std::vector<std::int64_t> points,
                                 bool spread_is_tested) {
  restlessness_ = std::move(restlessness);
  points_ = std::move(points);
  spread_is_tested_ = spread_is_tested;
}

WindowNoise HostNoise::of(std::size_t window, std::size_t look) const {
  WindowNoise noise{variances(window, look), {}, 0, spread_is_tested_};
  if (restlessness_.windows == 0) return noise;
  const std::span<const double> row = restlessness_.span(window, look);
  noise.restlessness.assign(row.begin(), row.end());
  for (double& host : noise.restlessness) {
    if (std::isnan(host)) host = 1;
  }
  noise.steps = static_cast<double>(points_[look]) - 1;
  return noise;
}

std::vector<double> HostNoise::variances(std::size_t window, std::size_t look) const {
  std::vector<double> out(squares_.hosts, 1.0);
  if (!(mean_[look] > 0.0)) return out;
  for (std::size_t h = 0; h < squares_.hosts; ++h) {
    double sum = sum_[look * squares_.hosts + h];
    double count = count_[look * squares_.hosts + h];
    const double own = window > 0 ? squares_.row(window, look)[h] : kMissing;
    if (!std::isnan(own)) {
      sum -= own;
      count -= 1;
    }
    out[h] = (kPrior * mean_[look] + std::max(0.0, sum)) / (kPrior + count);
  }
  return out;
}

double degrees_of_freedom(const Cube& d, bool before_after) {
  if (before_after) return degrees_of_one_series(d);
  const Residuals residuals = residuals_at_end(d);
  // Hosts that were there in half of the windows that anybody was in (the history asked for may
  // begin before the data do); with gaps the harmonic mean of their windows stands for J.
  double hosts = 0;
  double inverse_windows = 0;
  double within = 0;
  std::vector<double> means;
  for (const auto& own : residuals.by_host) {
    if (own.empty() || 2 * own.size() < residuals.windows) continue;
    const double mean = stats::mean(own);
    means.push_back(mean);
    for (const double value : own) within += (value - mean) * (value - mean);
    hosts += 1;
    inverse_windows += 1 / static_cast<double>(own.size());
  }
  if (hosts < 2) return 1.0;
  const double windows = hosts / inverse_windows;
  const double spread = stats::standard_deviation(means);
  const double mean_square_within = windows > 1 ? within / ((hosts - 1) * (windows - 1)) : 0.0;
  const stats::Variance variance =
      stats::between_hosts(windows * spread * spread, mean_square_within, hosts, windows);
  return std::max(1.0, variance.degrees);
}

}  // namespace canarygate::judge
