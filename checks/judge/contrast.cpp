#include "checks/judge/contrast.h"

#include <algorithm>

#include "checks/stats/summary.h"

namespace canarygate::judge {

namespace {

/// With fewer hosts their spread says nothing.
constexpr std::size_t kHostsForSpread = 5;
/// A spread that is by less than this above the typical is chance, and costs power if divided by.
constexpr double kClearly = 1.3;
/// So many steps of an ordinary host are mixed with those seen: three steps say little.
constexpr double kPriorSteps = 6;
/// What is seen beyond the usual counts this much more where the others are too few for their
/// spread to be seen: sizes are capped, mixed with usual ones, and never below the usual, which
/// makes the scores of a calm past a little too small. Noise that doubles for all of 4 hosts: 4.5 %
/// false alarms with 1, 1.2 % with 2. With more hosts it would cost a third of what is found on
/// real ones.
constexpr double kBeyond = 2;
/// Degrees of freedom of a step.
constexpr double kWorth = 0.5;

/// The median of those of `hosts` that have a number.
double median_of(std::span<const double> d, std::span<const std::uint32_t> hosts) {
  std::vector<double> values;
  for (const std::uint32_t host : hosts) {
    if (!std::isnan(d[host])) values.push_back(d[host]);
  }
  return values.empty() ? 0.0 : stats::median(std::move(values));
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

/// How much noisier than usual the hosts of a group are, never less than 1.
double restless(const WindowContrast::Group& group, double steps, double others) {
  if (!(steps > 0.0)) return 1.0;
  const double seen =
      (kPriorSteps + steps * group.restlessness) / (kPriorSteps + steps * group.hosts);
  const double times = others < kHostsForSpread ? kBeyond : 1;
  return 1 + times * std::max(0.0, seen - 1);
}

}  // namespace

double Contrast::score(double typical_spread) const {
  if (!(typical_spread > 0.0)) return difference / noise;
  const double seen = std::isnan(spread) ? 0.0 : spread / kClearly;
  return difference / (noise * std::max(seen, typical_spread));
}

WindowContrast::WindowContrast(std::span<const double> d, WindowNoise noise, bool before_after,
                               std::span<const std::uint32_t> centre_on, std::size_t most_members)
    : before_after_(before_after), most_members_(most_members), noise_(std::move(noise)) {
  prepare(d, centre_on);
}

void WindowContrast::assign(const Cube& d, const HostNoise& noise, std::size_t window,
                            std::size_t part, std::span<const std::uint32_t> centre_on) {
  noise.fill(window, part, noise_);
  prepare(d.span(window, part), centre_on);
}

void WindowContrast::prepare(std::span<const double> d, std::span<const std::uint32_t> centre_on) {
  d_.assign(d.begin(), d.end());
  const std::size_t reach = reach_of(d_.size(), most_members_);
  const auto centre_at = [&](double centre) {
    for (double& value : d_) value -= centre;
  };
  if (before_after_ || !centre_on.empty()) {
    if (!before_after_) centre_at(median_of(d, centre_on));
    levels_.assign(d_, reach);
  } else {
    centre_at(levels_.assign_centred(d_, reach));
  }
  by_noise_.resize(d_.size());
  all_ = {};
  for (std::size_t h = 0; h < d_.size(); ++h) {
    by_noise_[h] = d_[h] / std::sqrt(noise_.variances[h]);
    if (!std::isnan(d_[h])) all_ += group_of(h);
  }
  relative_.assign(by_noise_, reach);
}

WindowContrast::Group WindowContrast::group_of(std::size_t host) const {
  return {1, noise_.variances[host], noise_.restlessness.empty() ? 0 : noise_.restlessness[host]};
}

WindowContrast::Group WindowContrast::group_of(std::span<const std::uint32_t> hosts) const {
  Group group;
  for (const std::uint32_t host : hosts) {
    if (!std::isnan(d_[host])) group += group_of(host);
  }
  return group;
}

void WindowContrast::set_noise(Contrast& contrast, const Group& canary, const Group& others) const {
  double variance = 0;
  double doubt = 0;
  for (const Group& group : {canary, others}) {
    if (group.hosts == 0) continue;
    const double usual = std::max(0.0, group.variances) / (group.hosts * group.hosts);
    const bool by_others = noise_.spread_is_tested && others.hosts > 0;
    const double times = restless(by_others ? others : group, noise_.steps, others.hosts);
    variance += times * times * usual;
    const double beyond = (times * times - 1) * usual;
    if (beyond > 0) doubt += beyond * beyond / (kWorth * group.hosts * noise_.steps);
  }
  contrast.noise = std::sqrt(variance);
  if (noise_.steps > 0) {
    contrast.restless = canary.restlessness / canary.hosts;
    if (others.hosts > 0) contrast.others_restless = others.restlessness / others.hosts;
    contrast.steps = canary.hosts * noise_.steps;
  }
  if (doubt > 0) {
    // The common steps were taken off, so the hosts' are of one host fewer.
    const double apart = before_after_ ? 1 : (all_.hosts - 1) / all_.hosts;
    contrast.degrees = variance * variance / doubt * apart;
  }
}

Contrast WindowContrast::of(std::span<const std::uint32_t> canary,
                            std::span<const std::uint32_t> left_out) const {
  Contrast out;
  double sum = 0;
  for (const std::uint32_t host : canary) {
    if (!std::isnan(d_[host])) sum += d_[host];
  }
  const Group ours = group_of(canary);
  if (ours.hosts == 0) return out;
  if (before_after_) {
    out.difference = sum / ours.hosts;
    set_noise(out, ours, {});
    return out;
  }
  thread_local Ranks ranks;
  ranks.collect(levels_, canary, left_out);
  if (ranks.get().size() >= levels_.size()) return out;
  const std::size_t others = levels_.size() - ranks.get().size();
  out.difference = sum / ours.hosts - levels_.trimmed_mean(ranks.get(), stats::tenth(others));
  Group theirs = all_;
  theirs -= ours;
  theirs -= group_of(left_out);
  set_noise(out, ours, theirs);
  if (others >= kHostsForSpread) {
    ranks.collect(relative_, canary, left_out);
    // One host a side at least: a single sick baseline host is no restless fleet.
    out.spread = relative_.winsorised_sd(ranks.get(), std::max<std::size_t>(1, others / 10));
  }
  return out;
}

DrawScores score_draws(const ScoreRequest& request) {
  const std::size_t count = request.draws.size();
  const std::size_t parts = request.d.parts;
  DrawScores out;
  out.scores.assign(count * parts, kMissing);
  std::vector<Contrast> contrasts(count);
  std::size_t most_members = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Draw draw = request.draws[i];
    most_members = std::max(most_members, draw.canary.size() + draw.left_out.size());
  }
  WindowContrast window(request.before_after, most_members);
  for (std::size_t part = 0; part < parts; ++part) {
    std::size_t at = SIZE_MAX;
    std::vector<double> spreads;
    for (std::size_t i = 0; i < count; ++i) {
      const Draw draw = request.draws[i];
      if (draw.window != at) {
        at = draw.window;
        const std::span<const std::uint32_t> centre_on =
            at == 0 ? request.centre_on : std::span<const std::uint32_t>{};
        window.assign(request.d, request.noise, at, part, centre_on);
      }
      contrasts[i] = window.of(draw.canary, draw.left_out);
      if (!std::isnan(contrasts[i].spread)) spreads.push_back(contrasts[i].spread);
    }
    const double measured = spreads.empty() ? 0.0 : stats::median(std::move(spreads));
    out.typical_spread.push_back(request.typical_spread ? (*request.typical_spread)[part]
                                                        : measured);
    for (std::size_t i = 0; i < count; ++i) {
      out.scores[i * parts + part] = contrasts[i].score(out.typical_spread.back());
    }
  }
  return out;
}

}  // namespace canarygate::judge
