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
    for (const double value : d.span(w, d.whole)) {
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
    const std::vector<double> e = centred(d.span(w, d.whole));
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

HostNoise::HostNoise(const Cube& d, bool before_after, const std::vector<std::size_t>& older)
    : squares_(d.windows, d.parts, d.hosts),
      since_(d.windows, 0),
      sum_(d.parts * d.hosts, 0.0),
      count_(d.parts * d.hosts, 0.0),
      mean_(d.parts, 0.0) {
  for (std::size_t w = 1; w < d.windows; ++w) {
    since_[w] = std::max<std::size_t>(1, since_[w - 1]);
    while (since_[w] < w && (older.empty() || older[since_[w]] <= w)) ++since_[w];
  }
  for (std::size_t part = 0; part < d.parts; ++part) {
    for (std::size_t w = 1; w < d.windows; ++w) {
      const std::span<const double> row = d.span(w, part);
      const std::vector<double> e =
          before_after ? std::vector<double>(row.begin(), row.end()) : centred(row);
      for (std::size_t h = 0; h < d.hosts; ++h) squares_.row(w, part)[h] = e[h] * e[h];
    }
    std::vector<double> own;
    double all = 0;
    double all_count = 0;
    for (std::size_t h = 0; h < d.hosts; ++h) {
      own.clear();
      for (std::size_t w = 1; w < d.windows; ++w) {
        const double square = squares_.row(w, part)[h];
        if (!std::isnan(square)) own.push_back(square);
      }
      if (own.empty()) continue;
      const double cap = stats::quantile(own, kKept);
      for (std::size_t w = 1; w < d.windows; ++w) {
        double& square = squares_.row(w, part)[h];
        if (square > cap) square = cap;
      }
      for (double& square : own) square = std::min(square, cap);
      sum_[part * d.hosts + h] = stats::sum(own);
      count_[part * d.hosts + h] = static_cast<double>(own.size());
      all += sum_[part * d.hosts + h];
      all_count += count_[part * d.hosts + h];
    }
    mean_[part] = all_count > 0 ? all / all_count : 0.0;
  }
}

void HostNoise::set_restlessness(Cube restlessness, std::vector<std::int64_t> points,
                                 bool spread_is_tested) {
  restlessness_ = std::move(restlessness);
  points_ = std::move(points);
  spread_is_tested_ = spread_is_tested;
}

WindowNoise HostNoise::of(std::size_t window, std::size_t part) const {
  WindowNoise noise;
  fill(window, part, noise);
  return noise;
}

void HostNoise::fill(std::size_t window, std::size_t part, WindowNoise& noise) const {
  fill_variances(window, part, noise.variances);
  noise.spread_is_tested = spread_is_tested_;
  noise.restlessness.clear();
  noise.steps = 0;
  if (restlessness_.windows == 0) return;
  // The late points are too few to tell: the whole window's restlessness is theirs, too.
  const std::size_t look = std::min(part, restlessness_.whole);
  const std::span<const double> row = restlessness_.span(window, look);
  noise.restlessness.assign(row.begin(), row.end());
  for (double& host : noise.restlessness) host = std::isnan(host) ? 1 : host;
  noise.steps = static_cast<double>(points_[look]) - 1;
}

std::vector<double> HostNoise::variances(std::size_t window, std::size_t part) const {
  std::vector<double> out;
  fill_variances(window, part, out);
  return out;
}

void HostNoise::fill_variances(std::size_t window, std::size_t part,
                               std::vector<double>& out) const {
  out.assign(squares_.hosts, 1.0);
  if (!(mean_[part] > 0.0)) return;
  const double* const sums = sum_.data() + part * squares_.hosts;
  const double* const counts = count_.data() + part * squares_.hosts;
  const double prior = kPrior * mean_[part];
  if (window == 0) {
    for (std::size_t h = 0; h < out.size(); ++h) {
      out[h] = (prior + std::max(0.0, sums[h])) / (kPrior + counts[h]);
    }
    return;
  }
  for (std::size_t h = 0; h < out.size(); ++h) {
    double sum = sums[h];
    double count = counts[h];
    for (std::size_t w = since_[window]; w <= window; ++w) {
      const double square = squares_.row(w, part)[h];
      if (std::isnan(square)) continue;
      sum -= square;
      count -= 1;
    }
    out[h] = (prior + std::max(0.0, sum)) / (kPrior + count);
  }
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
