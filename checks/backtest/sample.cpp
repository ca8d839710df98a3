#include "checks/backtest/sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "checks/duration.h"
#include "checks/stats/random.h"
#include "checks/text.h"

namespace canarygate::backtest {

namespace {

constexpr int kTries = 50;

using Names = std::vector<std::string>;

Names without(const Names& all, const Names& some) {
  Names rest;
  std::ranges::set_difference(all, some, std::back_inserter(rest));
  return rest;
}

bool touches(TimePoint from, TimePoint to, const std::vector<judge::Interval>& events) {
  return std::ranges::any_of(
      events, [&](const judge::Interval& event) { return event.from <= to && event.to >= from; });
}

/// Who could have been found when the window began.
Names there(const Presence& presence, const Scene& scene, std::int64_t base, std::int64_t points) {
  if (scene.groups.by_tags) return presence.hosts(base + 1, base + points);
  return presence.hosts(base - points + 1, base);
}

Names in_both(const Names& a, const Names& b) {
  Names both;
  std::ranges::set_intersection(a, b, std::back_inserter(both));
  return both;
}

class RealDeploys {
 public:
  RealDeploys(const Sampling& sampling, const Scene& scene, const Past& past,
              const Presence& presence, const std::vector<judge::Interval>& events)
      : sampling_(sampling), scene_(scene), past_(past), presence_(presence), events_(events) {}

  /// "" when it can be judged, else why not.
  std::string add(const PastDeploy& deploy, std::vector<Trial>& trials) const {
    Trial trial;
    trial.base = past_.from(deploy.deployed_at + sampling_.warmup);
    trial.deployed_at = past_.at(trial.base) - sampling_.warmup;
    if (trial.base < sampling_.first || trial.base > sampling_.last) {
      return "it is not within the time that is replayed";
    }
    if (std::string why = choose(deploy, trial); !why.empty()) return why;
    std::vector<judge::Interval> others;
    std::ranges::copy_if(events_, std::back_inserter(others), [&](const judge::Interval& event) {
      return event.from > deploy.deployed_at || event.to < deploy.deployed_at;
    });
    trial.events = std::make_shared<const std::vector<judge::Interval>>(std::move(others));
    trials.push_back(std::move(trial));
    return "";
  }

 private:
  std::string choose(const PastDeploy& deploy, Trial& trial) const {
    trial.groups = scene_.groups;
    if (deploy.canary.empty() && scene_.groups.by_tags) {
      const auto tagged = presence_.tagged_canaries(trial.base + 1, trial.base + sampling_.points);
      return tagged.empty() ? "no series carried the canary's tags then" : "";
    }
    const Names present = there(presence_, scene_, trial.base, sampling_.points);
    if (deploy.canary.empty()) {
      trial.groups.canary = in_both(scene_.groups.canary, present);
      trial.groups.baseline = in_both(scene_.groups.baseline, present);
    } else {
      Names canary = deploy.canary;
      sort_unique(canary);
      const Names unknown = without(canary, present);
      if (!unknown.empty()) {
        return fmt::format("there are no numbers of {} from before it",
                           printable(list_of(unknown)));
      }
      trial.groups.by_tags = false;
      trial.groups.canary = canary;
      trial.groups.baseline = trial.groups.before_after ? Names{} : without(present, canary);
    }
    if (trial.groups.canary.empty()) return "none of the canary's hosts had numbers then";
    if (trial.groups.baseline.empty() && !trial.groups.before_after) {
      return "none of the baseline's hosts had numbers then";
    }
    return "";
  }

  const Sampling& sampling_;
  const Scene& scene_;
  const Past& past_;
  const Presence& presence_;
  const std::vector<judge::Interval>& events_;
};

}  // namespace

std::vector<Trial> made_up(const Sampling& sampling, const Scene& scene, const Past& past,
                           const Presence& presence, const std::vector<judge::Interval>& events) {
  stats::Random random(sampling.seed);
  const auto shared = std::make_shared<const std::vector<judge::Interval>>(events);
  const std::int64_t bases = sampling.last - sampling.first + 1;
  std::vector<Trial> trials;
  for (std::int64_t run = 0; run < sampling.runs; ++run) {
    const std::int64_t begin = sampling.first + run * bases / sampling.runs;
    const std::int64_t end =
        std::max(begin + 1, sampling.first + (run + 1) * bases / sampling.runs);
    for (int tried = 0; tried < kTries; ++tried) {
      Trial trial;
      trial.base =
          begin + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(end - begin)));
      trial.deployed_at = past.at(trial.base) - sampling.warmup;
      if (touches(trial.deployed_at, past.at(trial.base + sampling.points), events)) continue;
      Names hosts = there(presence, scene, trial.base, sampling.points);
      trial.groups = scene.groups;
      trial.groups.by_tags = false;
      if (scene.groups.before_after) {
        if (hosts.empty()) continue;
        trial.groups.canary = hosts;
      } else {
        if (hosts.size() <= sampling.canaries) continue;
        random.choose(std::span(hosts), sampling.canaries);
        const auto middle = hosts.begin() + static_cast<std::ptrdiff_t>(sampling.canaries);
        trial.groups.canary.assign(hosts.begin(), middle);
        trial.groups.baseline.assign(middle, hosts.end());
        std::ranges::sort(trial.groups.canary);
        std::ranges::sort(trial.groups.baseline);
      }
      trial.events = shared;
      trials.push_back(std::move(trial));
      break;
    }
  }
  random.choose(std::span(trials), trials.size());
  return trials;
}

std::int64_t independent(const Sampling& sampling, std::size_t hosts) {
  const std::int64_t length = sampling.points;
  const std::int64_t windows =
      std::max<std::int64_t>(1, (sampling.last - sampling.first + length) / length);
  const std::size_t sets = sampling.canaries == 0 ? 1 : hosts / sampling.canaries;
  return windows * static_cast<std::int64_t>(std::max<std::size_t>(1, sets));
}

std::vector<Trial> real_ones(const Sampling& sampling, const std::vector<PastDeploy>& deploys,
                             const Scene& scene, const Past& past, const Presence& presence,
                             const std::vector<judge::Interval>& events,
                             std::vector<std::string>& left_out) {
  std::vector<std::size_t> order(deploys.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return deploys[i].deployed_at; });
  const RealDeploys real(sampling, scene, past, presence, events);
  std::vector<Trial> trials;
  for (const std::size_t i : order) {
    const PastDeploy& deploy = deploys[i];
    const std::string why = real.add(deploy, trials);
    if (why.empty()) {
      trials.back().real = i;
    } else {
      left_out.push_back(fmt::format("the deploy of {}{} ({}): {}", format_time(deploy.deployed_at),
                                     deploy.label.empty() ? "" : " " + printable(deploy.label),
                                     printable(deploy.source), why));
    }
  }
  return trials;
}

}  // namespace canarygate::backtest
