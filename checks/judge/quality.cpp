#include "checks/judge/quality.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "checks/duration.h"
#include "checks/text.h"

namespace canarygate::judge {

namespace {

/// Before so many points of the window a host may still be about to send its first.
constexpr std::int64_t kPatience = 3;
/// A host may always be late by so many points.
constexpr std::int64_t kLate = 2;
/// A host is called silent when points that are missing here and there anyway would leave such a
/// gap more rarely than this: it is asked of every host, metric and look, and always fails.
constexpr double kChanceOfSilence = 1e-6;

/// The two longest runs of missing points between present ones.
struct Gaps {
  std::int64_t longest = 0;
  std::int64_t second = 0;

  void add(std::int64_t gap) {
    second = std::max(second, std::min(longest, gap));
    longest = std::max(longest, gap);
  }
};

void add_gaps(const QualityRequest& request, std::size_t host, Stretch stretch, Gaps& gaps) {
  std::int64_t last = stretch.from - 1;
  bool seen = false;
  for (std::int64_t i = stretch.from; i <= stretch.to; ++i) {
    if (!request.points.reports(host, i)) continue;
    if (seen) gaps.add(i - last - 1);
    seen = true;
    last = i;
  }
}

/// How long this host has been quiet before without being dead.
Gaps usual_gaps(const QualityRequest& request, std::size_t host) {
  Gaps before;
  for (const Stretch& stretch : stretches_before(request.timeline)) {
    add_gaps(request, host, stretch, before);
  }
  Gaps now;
  add_gaps(request, host, {1, request.elapsed}, now);
  return {std::max({before.longest, now.longest, kLate}),
          std::max({before.second, now.longest, kLate})};
}

/// How often points are missing, here and there, while their host is alive: of this host, or of all
/// hosts, whichever is more often. Before the first and after the last report it may not be alive.
double missing_share(const QualityRequest& request, std::size_t host) {
  std::vector<Stretch> stretches = stretches_before(request.timeline);
  stretches.push_back({1, request.elapsed});
  // A tenth of a missing point is granted to all: no fleet was ever watched for long enough.
  struct Share {
    double missing = 0.1;
    double points = 1;
    [[nodiscard]] double value() const { return missing / points; }
  };
  Share own;
  Share all;
  for (std::size_t other = 0; other < request.fleet.size(); ++other) {
    for (const Stretch& stretch : stretches) {
      double missing = 0;  // since the last report
      bool seen = false;
      for (std::int64_t i = stretch.from; i <= stretch.to; ++i) {
        if (!request.points.reports(other, i)) {
          missing += 1;
          continue;
        }
        const double lost = seen ? missing : 0;
        for (Share* share : {&all, &own}) {
          if (share == &own && other != host) continue;
          share->missing += lost;
          share->points += lost + 1;
        }
        missing = 0;
        seen = true;
      }
    }
  }
  return std::max(own.points > 1 ? own.value() : 0.0, all.value());
}

/// Would so many points in a row hardly ever be missing by chance?
bool beyond_chance(const QualityRequest& request, std::size_t host, std::int64_t missing) {
  return static_cast<double>(missing) * std::log(missing_share(request, host)) <
         std::log(kChanceOfSilence);
}

/// The last point at which the host reports within the look, 0 for none.
std::int64_t last_report(const QualityRequest& request, std::size_t host) {
  for (std::int64_t i = request.elapsed; i >= 1; --i) {
    if (request.points.reports(host, i)) return i;
  }
  return 0;
}

/// Whether others go on: at least half of the comparison's hosts that report in this look do so
/// after point `since`. With nobody to compare to, the other canary hosts are asked.
bool others_report_after(const QualityRequest& request, std::size_t host, std::int64_t since) {
  std::size_t alive = 0;
  std::size_t after = 0;
  for (std::size_t other = 0; other < request.fleet.size(); ++other) {
    if (other == host || (request.fleet.canary[other] && !request.before_after)) continue;
    const std::int64_t last = last_report(request, other);
    alive += last > 0 ? 1U : 0U;
    after += last > since ? 1U : 0U;
  }
  return alive > 0 && 2 * after >= alive;
}

/// With nobody to compare to: whether all canary hosts are gone that were there before the deploy.
bool all_are_gone(const QualityRequest& request, std::size_t host) {
  if (!request.before_after || !request.last_look) return false;
  for (std::size_t other = 0; other < request.fleet.size(); ++other) {
    if (last_report(request, other) > 0) return false;
  }
  return std::ranges::any_of(stretches_before(request.timeline), [&](const Stretch& stretch) {
    for (std::int64_t i = stretch.from; i <= stretch.to; ++i) {
      if (request.points.reports(host, i)) return true;
    }
    return false;
  });
}

Reason silent(const QualityRequest& request, const std::string& host, std::string text) {
  return {"canary_silent", request.metric, host, std::move(text)};
}

void find_silence(const QualityRequest& request, Quality& quality) {
  if (request.elapsed < kPatience && !request.last_look) return;
  for (std::size_t host = 0; host < request.fleet.size(); ++host) {
    if (!request.fleet.canary[host]) continue;
    const std::string& name = request.fleet.hosts[host];
    const std::int64_t last = last_report(request, host);
    if (all_are_gone(request, host)) {
      quality.silent.push_back(
          silent(request, name,
                 fmt::format("{} has sent no '{}' since the window opened at {}, but did before",
                             printable(name), request.metric,
                             format_time_of_day(request.timeline.start))));
      continue;
    }
    if (!others_report_after(request, host, last)) continue;
    const char* others = request.before_after ? "other hosts" : "the baseline";
    const std::int64_t quiet = request.elapsed - last;
    const bool never = last == 0 && request.last_look;
    if (quiet <= kLate && !never) continue;
    if (!never && !beyond_chance(request, host, quiet)) continue;
    if (last == 0) {
      quality.silent.push_back(
          silent(request, name,
                 fmt::format("{} has sent no '{}' since the window opened at {}, while {} did",
                             printable(name), request.metric,
                             format_time_of_day(request.timeline.start), others)));
    } else if (quiet > usual_gaps(request, host).longest) {
      quality.silent.push_back(silent(
          request, name,
          fmt::format("{} stopped reporting '{}' at {}, while {} went on", printable(name),
                      request.metric, format_time_of_day(request.timeline.at(last)), others)));
    }
  }
}

/// A canary host whose last points are missing, though it cannot be said that it stopped: nobody
/// else reported then, or it was that quiet once before. What happened once was an outage and is
/// not usual. Either way the end of the window has not been seen.
void find_unseen_end(const QualityRequest& request, Quality& quality) {
  if (!request.last_look || !quality.silent.empty()) return;
  for (std::size_t host = 0; host < request.fleet.size(); ++host) {
    if (!request.fleet.canary[host] || !quality.judged[host]) continue;
    const std::int64_t last = last_report(request, host);
    if (request.elapsed - last <= usual_gaps(request, host).second) continue;
    const std::string& name = request.fleet.hosts[host];
    quality.unseen_end = Reason{
        "window_incomplete", request.metric, name,
        fmt::format("the last '{}' of {} is from {}, but the window ends at {}; see whether "
                    "the host is down or the backend late",
                    request.metric, printable(name), format_time_of_day(request.timeline.at(last)),
                    format_time_of_day(request.timeline.at(request.elapsed)))};
    return;
  }
}

void count_points(const QualityRequest& request, Quality& quality) {
  const Fleet& fleet = request.fleet;
  quality.judged.assign(fleet.size(), false);
  quality.points.assign(fleet.size(), 0);
  const auto expected = static_cast<double>(request.elapsed);
  for (std::size_t host = 0; host < fleet.size(); ++host) {
    for (std::int64_t i = 1; i <= request.elapsed; ++i) {
      if (request.points.present(host, i)) ++quality.points[host];
    }
    const std::int64_t points = quality.points[host];
    if (points > 0 && static_cast<double>(points) >= request.min_coverage * expected) {
      quality.judged[host] = true;
      ++(fleet.canary[host] ? quality.canaries : quality.baselines);
    } else {
      quality.set_aside.push_back(
          {fleet.hosts[host],
           fmt::format("{} of {} points, fewer than the {:.4g} % that min_coverage asks for",
                       points, request.elapsed, 100 * request.min_coverage)});
    }
  }
}

void find_lack(const QualityRequest& request, Quality& quality) {
  const bool baseline_wanted = !request.before_after;
  if (quality.canaries > 0 && (quality.baselines > 0 || !baseline_wanted)) return;
  const bool canary_lacks = quality.canaries == 0;
  std::int64_t points = 0;  // of the side that lacks them
  for (std::size_t host = 0; host < request.fleet.size(); ++host) {
    if (request.fleet.canary[host] == canary_lacks) points += quality.points[host];
  }
  const char* side = canary_lacks ? "canary" : "baseline";
  if (points > 0) {
    quality.lacking_verdict = Verdict::undecided;
    quality.lacking.push_back(
        {"low_coverage", request.metric, std::nullopt,
         fmt::format("'{}' has numbers of the {}, but no host of it has the {:.4g} % of its points "
                     "that min_coverage asks for",
                     request.metric, side, 100 * request.min_coverage)});
    return;
  }
  const bool both = canary_lacks && quality.baselines == 0;
  quality.lacking.push_back(
      {"no_data", request.metric, std::nullopt,
       fmt::format("'{}' has no numbers of {} in the window; see whether its query returns a "
                   "series a host, and whether the hosts' names are those of the series",
                   request.metric, both ? "any host" : fmt::format("the {}", side))});
}

}  // namespace

Quality assess(const QualityRequest& request) {
  Quality quality;
  count_points(request, quality);
  find_silence(request, quality);
  find_unseen_end(request, quality);
  find_lack(request, quality);
  return quality;
}

}  // namespace canarygate::judge
