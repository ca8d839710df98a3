#include "checks/judge/draws.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "checks/stats/combinations.h"
#include "checks/stats/random.h"

namespace canarygate::judge {

namespace {

using Hosts = std::vector<std::uint32_t>;

/// A random set of today's size: first who takes part at all, then who of them plays the canary.
void add_random(Draws& draws, std::size_t window, const Hosts& present, std::size_t canaries,
                std::size_t baselines, stats::Random& random) {
  Hosts order = present;
  const std::size_t taking_part = std::min(order.size(), canaries + baselines);
  random.choose(std::span(order), taking_part);
  const std::span<std::uint32_t> all(order);
  std::ranges::sort(all.first(canaries));
  std::ranges::sort(all.subspan(taking_part));
  draws.add(window, all.first(canaries), all.subspan(taking_part));
}

/// With more hosts there than today a time placebo, too, has only today's number of baselines.
void add_time_placebo(Draws& draws, std::size_t window, const DrawRequest& request,
                      stats::Random& random) {
  Hosts others;
  std::ranges::set_difference(request.present[window], request.canary, std::back_inserter(others));
  const std::size_t kept = std::min(others.size(), request.baselines);
  if (kept < others.size()) random.choose(std::span(others), kept);
  const std::span<std::uint32_t> left_out = std::span(others).subspan(kept);
  std::ranges::sort(left_out);
  draws.add(window, request.canary, left_out);
}

}  // namespace

void Draws::add(std::size_t window, std::span<const std::uint32_t> canary,
                std::span<const std::uint32_t> left_out) {
  window_.push_back(window);
  members_.insert(members_.end(), canary.begin(), canary.end());
  begin_.push_back(members_.size());
  members_.insert(members_.end(), left_out.begin(), left_out.end());
  begin_.push_back(members_.size());
}

Draw Draws::operator[](std::size_t i) const {
  const std::span<const std::uint32_t> members(members_);
  const std::size_t begin = begin_[2 * i];
  const std::size_t middle = begin_[2 * i + 1];
  const std::size_t end = begin_[2 * i + 2];
  return {window_[i], members.subspan(begin, middle - begin),
          members.subspan(middle, end - middle)};
}

Draws draw_history(const DrawRequest& request) {
  const std::size_t k = request.canary.size();
  const bool before_after = request.baselines == 0;
  std::vector<std::size_t> usable;
  std::vector<bool> has_canary(request.present.size(), false);
  std::size_t time_placebos = 0;
  for (std::size_t w = 1; w < request.present.size(); ++w) {
    const Hosts& present = request.present[w];
    if (present.size() < k + (before_after ? 0U : 1U)) continue;
    usable.push_back(w);
    has_canary[w] = std::ranges::includes(present, request.canary);
    time_placebos += has_canary[w] ? 1U : 0U;
  }
  Draws draws;
  if (usable.empty()) return draws;
  const std::size_t random_ones =
      before_after || request.count < time_placebos ? 0 : request.count - time_placebos;
  stats::Random random(request.seed);
  for (std::size_t u = 0; u < usable.size(); ++u) {
    const std::size_t w = usable[u];
    if (has_canary[w]) add_time_placebo(draws, w, request, random);
    const std::size_t share =
        random_ones * (u + 1) / usable.size() - random_ones * u / usable.size();
    for (std::size_t i = 0; i < share; ++i) {
      add_random(draws, w, request.present[w], k, request.baselines, random);
    }
  }
  return draws;
}

Draws draw_now(const DrawRequest& request) {
  Draws draws;
  const std::size_t k = request.canary.size();
  if (request.baselines <= k || request.present[0].size() <= k) return draws;
  stats::Random random(request.seed ^ 0x9E3779B97F4A7C15ULL);
  for (std::size_t i = 0; i < request.count / request.present.size(); ++i) {
    add_random(draws, 0, request.present[0], k, request.baselines, random);
  }
  return draws;
}

Draws permutations(const Hosts& hosts, const Hosts& canary, std::size_t count, std::int64_t most,
                   std::uint64_t seed) {
  Draws draws;
  const std::size_t k = canary.size();
  if (stats::choose(hosts.size(), k) > most) {
    stats::Random random(seed);
    for (std::size_t i = 0; i < count; ++i) {
      add_random(draws, 0, hosts, k, hosts.size() - k, random);
    }
    return draws;
  }
  std::vector<std::size_t> chosen(k);
  for (std::size_t i = 0; i < k; ++i) chosen[i] = i;
  Hosts members(k);
  do {
    for (std::size_t i = 0; i < k; ++i) members[i] = hosts[chosen[i]];
    if (members != canary) draws.add(0, members, {});
  } while (stats::next_combination(chosen, hosts.size()));
  return draws;
}

std::size_t distinct(const Draws& draws) {
  std::set<std::vector<std::size_t>> seen;
  for (std::size_t i = 0; i < draws.size(); ++i) {
    const Draw draw = draws[i];
    std::vector<std::size_t> key{draw.window, draw.canary.size()};
    key.insert(key.end(), draw.canary.begin(), draw.canary.end());
    key.insert(key.end(), draw.left_out.begin(), draw.left_out.end());
    seen.insert(std::move(key));
  }
  return seen.size();
}

}  // namespace canarygate::judge
