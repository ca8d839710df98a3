#include "checks/judge/summarise.h"

#include <algorithm>
#include <charconv>

#include "checks/judge/host_points.h"
#include "checks/judge/restless.h"

namespace canarygate::judge {

namespace {

/// What choose_scale wants to know of some points.
struct Positives {
  std::int64_t all = 0;
  std::int64_t positive = 0;
  double smallest = std::numeric_limits<double>::infinity();

  void add(double value) {
    ++all;
    if (!(value > 0.0)) return;
    ++positive;
    smallest = std::min(smallest, value);
  }
};

Positives positives_between(const Fleet& fleet, const Rows& rows, std::int64_t from,
                            std::int64_t to) {
  Positives found;
  for (std::size_t host = 0; host < fleet.size(); ++host) {
    rows.for_each(host, from, to, [&](std::int64_t, double value) { found.add(value); });
  }
  return found;
}

}  // namespace

Measure choose_scale(const MetricSpec& spec, const Fleet& fleet, const Timeline& timeline,
                     const Points& points) {
  Positives seen = positives_between(fleet, points.values, timeline.first(), -timeline.gap);
  // Without any past both sides of the window decide together, so that none is favoured.
  if (seen.all == 0) seen = positives_between(fleet, points.values, 1, timeline.points);
  Measure measure;
  measure.ratio = spec.scale == Scale::ratio ||
                  (spec.scale == Scale::automatic && seen.all > 0 &&
                   static_cast<double>(seen.positive) >= 0.99 * static_cast<double>(seen.all));
  if (seen.positive == 0) {
    seen = positives_between(fleet, points.values, 1, timeline.points);
  }
  // Nothing positive anywhere: every value is at the floor, whatever it is.
  measure.floor = seen.positive > 0 ? seen.smallest / 2 : 1.0;
  return measure;
}

std::vector<Measure> candidates(const MetricSpec& spec, const Measure& scale) {
  Measure mean = scale;
  mean.kind = Measure::Kind::mean;
  Measure median = scale;
  median.kind = Measure::Kind::quantile;
  median.quantile = 0.5;
  Measure log_of_mean = mean;
  if (scale.ratio) log_of_mean.kind = Measure::Kind::log_of_mean;
  if (spec.summary == "mean") return {mean};
  if (spec.summary == "log-mean") return {log_of_mean};
  if (spec.summary == "median") return {median};
  if (spec.summary.size() > 1 && spec.summary.front() == 'p') {
    double percent = 50;
    std::from_chars(spec.summary.data() + 1, spec.summary.data() + spec.summary.size(), percent);
    median.quantile = percent / 100;
    return {median};
  }
  if (scale.ratio) return {mean, median, log_of_mean};
  return {mean, median};
}

std::vector<Summaries> summarise(const SummaryRequest& request, std::span<const Measure> measures,
                                 Steps* steps) {
  const Timeline& line = request.timeline;
  const std::size_t windows = line.bases.size() + 1;
  const std::size_t hosts = request.fleet.size();
  const std::span<const std::int64_t> ends(line.looks);
  const auto now_ends = ends.first(static_cast<std::size_t>(request.looks_done));
  const std::vector<std::int64_t> reference_end(line.reference > 0 ? 1 : 0, line.reference);
  std::vector<Summaries> out;
  for (std::size_t m = 0; m < measures.size(); ++m) {
    out.push_back(
        {Cube(windows, ends.size(), hosts), std::vector<double>(windows * hosts, kMissing)});
  }
  HostPoints points(measures.front(), line);
  for (std::size_t host = 0; host < hosts; ++host) {
    points.load(request.points.values, host);
    if (steps != nullptr) steps->add(host, points);
    for (std::size_t m = 0; m < measures.size(); ++m) {
      StretchSummary summary(points, measures[m], request.min_coverage);
      Summaries& to = out[m];
      for (std::size_t w = 0; w < windows; ++w) {
        const std::int64_t base = w == 0 ? 0 : line.bases[w - 1];
        summary.run(base, w == 0 ? now_ends : ends,
                    [&](std::size_t look, double y) { to.window.row(w, look)[host] = y; });
        summary.run(base - line.gap - line.reference, reference_end,
                    [&](std::size_t, double r) { to.reference[w * hosts + host] = r; });
      }
    }
  }
  return out;
}

}  // namespace canarygate::judge
