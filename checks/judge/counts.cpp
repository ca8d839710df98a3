#include "checks/judge/counts.h"

#include <algorithm>

#include "checks/stats/distributions.h"
#include "checks/stats/summary.h"

namespace canarygate::judge {

namespace {

/// "Nothing happened" is unsurprising, but not infinitely so: a finite score keeps the draws' other
/// scores comparable.
constexpr double kLeast = -3.0;

struct Tally {
  double events = 0;
  double exposure = 0;
  std::int64_t points = 0;
};

/// Without `total` every bucket is as much exposure as the next.
void add_point(Tally& tally, const Points& points, std::size_t host, std::int64_t i) {
  if (!points.present(host, i)) return;
  tally.events += std::max(0.0, points.values.at(host, i));
  tally.exposure += points.has_total ? std::max(0.0, points.total.at(host, i)) : 1.0;
  ++tally.points;
}

Tally tally_of(const Points& points, std::size_t host, std::int64_t from, std::int64_t to) {
  Tally tally;
  for (std::int64_t i = from; i <= to; ++i) add_point(tally, points, host, i);
  return tally;
}

/// All that was seen of all hosts before the deploy; in the window, where there is no before.
Tally pooled(const SummaryRequest& request) {
  const Timeline& line = request.timeline;
  Tally all;
  const auto add = [&](std::int64_t from, std::int64_t to) {
    for (std::size_t host = 0; host < request.fleet.size(); ++host) {
      const Tally own = tally_of(request.points, host, from, to);
      all.events += own.events;
      all.exposure += own.exposure;
    }
  };
  for (const Stretch& stretch : stretches_before(line)) add(stretch.from, stretch.to);
  if (!(all.exposure > 0.0)) add(1, line.points);
  return all;
}

}  // namespace

CountCubes count_cubes(const SummaryRequest& request, bool use_reference, bool before_after) {
  const Timeline& line = request.timeline;
  const std::size_t windows = line.bases.size() + 1;
  const std::size_t hosts = request.fleet.size();
  const Cube empty(line, hosts);
  const Tally all = pooled(request);
  CountCubes out{empty, empty, {}, {}, all.events == 0.0, empty};
  if (before_after) {
    out.events_before.assign(windows * hosts, 0.0);
    out.expected_before.assign(windows * hosts, 0.0);
  }
  if (!(all.exposure > 0.0)) return out;
  // Half an event where there never was one.
  const double rate = std::max(all.events, 0.5) / all.exposure;
  for (std::size_t host = 0; host < hosts; ++host) {
    for (std::size_t w = 0; w < windows; ++w) {
      const std::int64_t base = w == 0 ? 0 : line.bases[w - 1];
      double expected_rate = rate;
      if (use_reference) {
        const Tally before =
            tally_of(request.points, host, base - line.gap - line.reference + 1, base - line.gap);
        if (before.points == 0) continue;
        if (before_after) {
          out.events_before[w * hosts + host] = before.events;
          out.expected_before[w * hosts + host] = before.exposure * rate;
        } else {
          expected_rate = (before.events + 2) / (before.exposure + 2 / rate);
        }
      }
      Tally tally;
      std::int64_t i = base + 1;
      const std::size_t looks =
          w == 0 ? static_cast<std::size_t>(request.looks_done) : line.looks.size();
      for (std::size_t look = 0; look < looks; ++look) {
        for (; i <= base + line.looks[look]; ++i) add_point(tally, request.points, host, i);
        const double least = request.min_coverage * static_cast<double>(line.looks[look]);
        if (tally.points == 0 || static_cast<double>(tally.points) < least) continue;
        const double expected = tally.exposure * expected_rate;
        out.events.row(w, look)[host] = tally.events;
        out.expected.row(w, look)[host] = expected;
        out.residual.row(w, look)[host] =
            expected > 0 ? (tally.events - expected) / std::sqrt(expected) : 0.0;
      }
    }
  }
  return out;
}

double typical_count(const Fleet& fleet, const Timeline& line, const Points& points) {
  std::vector<double> counts;
  const auto add = [&](std::int64_t base) {
    for (std::size_t host = 0; host < fleet.size(); ++host) {
      const Tally tally = tally_of(points, host, base + 1, base + line.points);
      if (tally.points > 0) counts.push_back(tally.events);
    }
  };
  for (const std::int64_t base : line.bases) add(base);
  if (counts.empty()) add(0);
  return stats::median(std::move(counts));
}

double count_score(const stats::TwoCounts& counts, Worse worse, double allow_more,
                   double allow_less) {
  const auto surprise = [&](bool more) {
    stats::TwoCounts allowed = counts;
    allowed.expected *= more ? 1 + allow_more : std::max(0.0, 1 - allow_less);
    const double p = more ? stats::too_many(allowed) : stats::too_few(allowed);
    return std::max(kLeast, stats::normal_upper_quantile(p));
  };
  if (worse == Worse::higher) return surprise(true);
  if (worse == Worse::lower) return -surprise(false);
  const double more = surprise(true);
  const double fewer = surprise(false);
  return more >= fewer ? std::max(0.0, more) : -std::max(0.0, fewer);
}

stats::TwoCounts two_counts(const CountCubes& cubes, std::size_t window, std::size_t look,
                            std::span<const std::uint32_t> canary,
                            std::span<const std::uint32_t> left_out) {
  const double* events = cubes.events.row(window, look);
  const double* expected = cubes.expected.row(window, look);
  stats::TwoCounts counts;
  std::vector<bool> other(cubes.events.hosts, true);
  for (const std::uint32_t host : left_out) other[host] = false;
  for (const std::uint32_t host : canary) {
    other[host] = false;
    if (std::isnan(events[host])) continue;
    counts.events += events[host];
    counts.expected += expected[host];
    if (cubes.events_before.empty()) continue;
    counts.other_events += cubes.events_before[window * other.size() + host];
    counts.other_expected += cubes.expected_before[window * other.size() + host];
  }
  if (!cubes.events_before.empty()) return counts;
  for (std::size_t host = 0; host < other.size(); ++host) {
    if (!other[host] || std::isnan(events[host])) continue;
    counts.other_events += events[host];
    counts.other_expected += expected[host];
  }
  return counts;
}

std::vector<double> score_count_draws(const CountCubes& cubes, const Draws& draws, Worse worse) {
  const std::size_t parts = cubes.events.parts;
  std::vector<double> scores(draws.size() * parts, kMissing);
  // Chance in the few late events hides more than the others would show: they are left out.
  const std::size_t looks = cubes.events.whole + 1;
  for (std::size_t i = 0; i < draws.size(); ++i) {
    const Draw draw = draws[i];
    for (std::size_t part = 0; part < looks; ++part) {
      const stats::TwoCounts counts =
          two_counts(cubes, draw.window, part, draw.canary, draw.left_out);
      if (!(counts.expected > 0.0) || !(counts.other_expected > 0.0)) continue;
      scores[i * parts + part] = count_score(counts, worse, 0, 0);
    }
  }
  return scores;
}

}  // namespace canarygate::judge
