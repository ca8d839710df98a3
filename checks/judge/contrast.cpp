#include "checks/judge/contrast.h"

#include <algorithm>

#include "checks/stats/summary.h"

namespace canarygate::judge {

namespace {

/// With fewer hosts their spread says nothing.
constexpr std::size_t kHostsForSpread = 5;

double centre_of(std::span<const double> d, std::span<const std::uint32_t> hosts,
                 bool before_after) {
  if (before_after) return 0.0;
  std::vector<double> values;
  const auto take = [&](double value) {
    if (!std::isnan(value)) values.push_back(value);
  };
  if (hosts.empty()) std::ranges::for_each(d, take);
  for (const std::uint32_t host : hosts) take(d[host]);
  return values.empty() ? 0.0 : stats::median(std::move(values));
}

std::vector<double> shifted(std::span<const double> d, double centre) {
  std::vector<double> out(d.begin(), d.end());
  for (double& value : out) value -= centre;
  return out;
}

std::vector<double> divided(std::vector<double> d, const std::vector<double>& variances) {
  for (std::size_t h = 0; h < d.size(); ++h) d[h] /= std::sqrt(variances[h]);
  return d;
}

/// At least one and at most a tenth of the hosts are cut from either end of whoever stays.
std::size_t reach_of(std::size_t hosts, std::size_t most_members) {
  const std::size_t cut = std::max<std::size_t>(1, stats::tenth(hosts));
  return most_members < hosts ? most_members + cut : hosts;
}

/// The ranks of those of both groups that have a number.
class Ranks {
 public:
  void collect(const stats::Ranked& ranked, std::span<const std::uint32_t> a,
               std::span<const std::uint32_t> b) {
    ranks_.clear();
    for (const auto& group : {a, b}) {
      for (const std::uint32_t host : group) {
        if (ranked.rank(host) >= 0) ranks_.push_back(ranked.rank(host));
      }
    }
  }
  [[nodiscard]] std::span<const std::int32_t> get() const { return ranks_; }

 private:
  std::vector<std::int32_t> ranks_;
};

}  // namespace

double Contrast::score(double typical_spread) const {
  if (!(typical_spread > 0.0)) return difference / noise;
  const double spread_now = std::isnan(spread) ? typical_spread : std::max(spread, typical_spread);
  return difference / (noise * spread_now);
}

WindowContrast::WindowContrast(std::span<const double> d, std::vector<double> variances,
                               bool before_after, std::span<const std::uint32_t> centre_on,
                               std::size_t most_members)
    : d_(shifted(d, centre_of(d, centre_on, before_after))),
      variances_(std::move(variances)),
      before_after_(before_after),
      levels_(d_, reach_of(d_.size(), most_members)),
      relative_(divided(d_, variances_), reach_of(d_.size(), most_members)) {
  for (std::size_t h = 0; h < d_.size(); ++h) {
    if (!std::isnan(d_[h])) all_variances_ += variances_[h];
  }
}

Contrast WindowContrast::of(std::span<const std::uint32_t> canary,
                            std::span<const std::uint32_t> left_out) const {
  Contrast out;
  double sum = 0;
  double k = 0;
  double canary_variances = 0;
  double out_variances = 0;
  for (const std::uint32_t host : canary) {
    if (std::isnan(d_[host])) continue;
    sum += d_[host];
    canary_variances += variances_[host];
    k += 1;
  }
  for (const std::uint32_t host : left_out) {
    if (!std::isnan(d_[host])) out_variances += variances_[host];
  }
  if (k == 0) return out;
  if (before_after_) {
    out.difference = sum / k;
    out.noise = std::sqrt(canary_variances) / k;
    return out;
  }
  thread_local Ranks ranks;
  ranks.collect(levels_, canary, left_out);
  if (ranks.get().size() >= levels_.size()) return out;
  const std::size_t others = levels_.size() - ranks.get().size();
  const auto m = static_cast<double>(others);
  out.difference = sum / k - levels_.trimmed_mean(ranks.get(), stats::tenth(others));
  const double other_variances = std::max(0.0, all_variances_ - canary_variances - out_variances);
  out.noise = std::sqrt(canary_variances / (k * k) + other_variances / (m * m));
  if (others >= kHostsForSpread) {
    ranks.collect(relative_, canary, left_out);
    // One host a side at least: a single sick baseline host is no restless fleet.
    out.spread = relative_.winsorised_sd(ranks.get(), std::max<std::size_t>(1, others / 10));
  }
  return out;
}

DrawScores score_draws(const ScoreRequest& request) {
  const std::size_t count = request.draws.size();
  const std::size_t looks = request.d.looks;
  DrawScores out;
  out.scores.assign(count * looks, kMissing);
  std::vector<Contrast> contrasts(count);
  std::size_t most_members = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Draw draw = request.draws[i];
    most_members = std::max(most_members, draw.canary.size() + draw.left_out.size());
  }
  for (std::size_t look = 0; look < looks; ++look) {
    std::optional<WindowContrast> window;
    std::size_t at = SIZE_MAX;
    std::vector<double> spreads;
    for (std::size_t i = 0; i < count; ++i) {
      const Draw draw = request.draws[i];
      if (draw.window != at) {
        at = draw.window;
        const std::span<const std::uint32_t> centre_on =
            at == 0 ? request.centre_on : std::span<const std::uint32_t>{};
        window.emplace(request.d.span(at, look), request.noise.variances(at, look),
                       request.before_after, centre_on, most_members);
      }
      contrasts[i] = window->of(draw.canary, draw.left_out);
      if (!std::isnan(contrasts[i].spread)) spreads.push_back(contrasts[i].spread);
    }
    const double measured = spreads.empty() ? 0.0 : stats::median(std::move(spreads));
    out.typical_spread.push_back(request.typical_spread ? (*request.typical_spread)[look]
                                                        : measured);
    for (std::size_t i = 0; i < count; ++i) {
      out.scores[i * looks + look] = contrasts[i].score(out.typical_spread.back());
    }
  }
  return out;
}

}  // namespace canarygate::judge
