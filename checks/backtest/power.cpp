#include "checks/backtest/power.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace canarygate::backtest {

namespace {

constexpr std::array kSizes = {0.1, 0.25, 0.5, 1.0};
constexpr std::array kLarger = {3.0, 9.0};  // tried where not even a doubling is found
constexpr double kLeak = 0.5;
constexpr double kWanted = 0.8;
constexpr int kHalvings = 2;

/// How often each size that was tried was found, by size.
class Search {
 public:
  void add(double size, double share) {
    tried_.emplace_back(size, share);
    std::ranges::sort(tried_);
  }

  /// The size to try next; nothing when it is known well enough, or too large to look for.
  [[nodiscard]] std::optional<double> next() {
    const auto [below, above] = bracket();
    if (above == tried_.size()) {
      for (const double larger : kLarger) {
        if (larger > tried_.back().first) return larger;
      }
      return std::nullopt;
    }
    if (halvings_ >= kHalvings) return std::nullopt;
    ++halvings_;
    const double low = above == 0 ? 0 : tried_[below].first;
    return std::sqrt((1 + low) * (1 + tried_[above].first)) - 1;
  }

  /// Between the largest that was found too rarely and the next, as if the share grew evenly there.
  [[nodiscard]] std::optional<double> smallest() const {
    const auto [below, above] = bracket();
    if (above == tried_.size()) return std::nullopt;
    if (above == 0) return tried_[0].first;
    const auto [low, rarely] = tried_[below];
    const auto [high, often] = tried_[above];
    const double way = (kWanted - rarely) / (often - rarely);
    return std::exp(std::log1p(low) + way * (std::log1p(high) - std::log1p(low))) - 1;
  }

  [[nodiscard]] double largest() const { return tried_.back().first; }

 private:
  /// The last that was found too rarely, and the one after it; places in tried_.
  [[nodiscard]] std::pair<std::size_t, std::size_t> bracket() const {
    std::size_t above = tried_.size();
    while (above > 0 && tried_[above - 1].second >= kWanted) --above;
    return {above == 0 ? 0 : above - 1, above};
  }

  std::vector<std::pair<double, double>> tried_;
  int halvings_ = 0;
};

class Power {
 public:
  Power(const std::vector<Trial>& trials, const Scene& scene, const Replayer& replayer)
      : trials_(trials), scene_(scene), replayer_(replayer) {}

  /// One result an injection, in their order.
  std::vector<Found> try_all(const std::vector<Injection>& injections) const {
    std::vector<Task> tasks;
    for (const Injection& injection : injections) {
      for (const Trial& trial : trials_) tasks.push_back({&trial, &scene_.check(), injection});
    }
    const auto judged = replayer_.judge(tasks);
    std::vector<Found> results;
    for (std::size_t i = 0; i < injections.size(); ++i) {
      const auto begin = judged.begin() + static_cast<std::ptrdiff_t>(i * trials_.size());
      const auto end = begin + static_cast<std::ptrdiff_t>(trials_.size());
      results.push_back(count(injections[i], {begin, end}));
    }
    return results;
  }

 private:
  [[nodiscard]] Found count(const Injection& injection,
                            const std::vector<std::optional<Judged>>& judged) const {
    Found result;
    result.change = change_of(injection.size, scene_.check().metrics[injection.metric].worse);
    result.leak = injection.leak;
    std::int64_t found = 0;
    std::int64_t all = 0;
    std::vector<Duration> times;
    for (const auto& one : judged) {
      if (!one) continue;
      ++all;
      if (one->verdict != Verdict::fail) continue;
      ++found;
      if (one->after) times.push_back(*one->after);
    }
    result.found = rate_of(found, all);
    std::ranges::sort(times);
    if (!times.empty()) result.median_time = times[(times.size() - 1) / 2];
    return result;
  }

  const std::vector<Trial>& trials_;
  const Scene& scene_;
  const Replayer& replayer_;
};

/// Narrows all searches down, a size of each at a time. What was found when it was interrupted
/// stands.
void narrow(std::vector<Search>& searches, const Power& power, const Interrupt& interrupt) {
  while (true) {
    std::vector<Injection> injections;
    for (std::size_t m = 0; m < searches.size(); ++m) {
      if (const auto size = searches[m].next()) injections.push_back({m, *size, false});
    }
    if (injections.empty()) return;
    const std::vector<Found> more = power.try_all(injections);
    if (interrupt.raised()) return;
    for (std::size_t i = 0; i < injections.size(); ++i) {
      searches[injections[i].metric].add(injections[i].size, more[i].found.share());
    }
  }
}

}  // namespace

std::int64_t judgements_of_power(std::size_t trials, std::size_t metrics) {
  return static_cast<std::int64_t>(trials * metrics * (kSizes.size() + 1 + kHalvings));
}

std::vector<MetricPower> measure_power(const std::vector<Trial>& trials, const Scene& scene,
                                       const Replayer& replayer, const Interrupt& interrupt) {
  const std::vector<MetricSpec>& metrics = scene.check().metrics;
  std::vector<Injection> injections;
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    for (const double size : kSizes) injections.push_back({m, size, false});
    injections.push_back({m, kLeak, true});
  }
  const Power power(trials, scene, replayer);
  const std::vector<Found> results = power.try_all(injections);
  if (interrupt.raised()) return {};

  std::vector<MetricPower> all(metrics.size());
  std::vector<Search> searches(metrics.size());
  for (std::size_t i = 0; i < injections.size(); ++i) {
    const std::size_t m = injections[i].metric;
    all[m].metric = metrics[m].name;
    all[m].found.push_back(results[i]);
    if (!injections[i].leak) searches[m].add(injections[i].size, results[i].found.share());
  }
  narrow(searches, power, interrupt);
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    all[m].smallest = searches[m].smallest();
    all[m].largest_tried = searches[m].largest();
    const Worse worse = metrics[m].worse;
    all[m].largest_tried = change_of(all[m].largest_tried, worse);
    if (all[m].smallest) all[m].smallest = change_of(*all[m].smallest, worse);
  }
  return all;
}

}  // namespace canarygate::backtest
