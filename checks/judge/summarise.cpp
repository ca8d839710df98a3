#include "checks/judge/summarise.h"

#include <algorithm>
#include <charconv>

#include "checks/judge/host_points.h"

namespace canarygate::judge {

Measure choose_scale(const MetricSpec& spec, NumbersSeen past,
                     const std::function<NumbersSeen()>& window) {
  // Without any past both sides of the window decide together, so that none is favoured.
  NumbersSeen seen = past.all > 0 ? past : window();
  Measure measure;
  measure.ratio = spec.scale == Scale::ratio ||
                  (spec.scale == Scale::automatic && seen.all > 0 &&
                   static_cast<double>(seen.positive) >= 0.99 * static_cast<double>(seen.all));
  if (seen.positive == 0) seen = window();
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
  if (std::isinf(scale.high)) return {mean, median};
  // Without logs one spike is all that a mean shows, and whole numbers are too coarse for a median.
  Measure capped = mean;
  capped.kind = Measure::Kind::capped_mean;
  return {capped, mean, median};
}

std::size_t usual_of(const std::vector<Measure>& candidates) {
  const auto first = std::ranges::find_if(candidates, [](const Measure& measure) {
    return measure.kind != Measure::Kind::capped_mean;
  });
  return static_cast<std::size_t>(first - candidates.begin());
}

Summariser::Summariser(const SummaryRequest& request, const Measure& measure)
    : request_(request), measure_(measure) {
  const std::size_t hosts = request.fleet.size();
  out_.window = Cube(request.timeline, hosts);
  out_.reference.assign(out_.window.windows * hosts, kMissing);
}

void Summariser::add(std::size_t host, const HostPoints& points) {
  const Timeline& line = request_.timeline;
  const std::span<const std::int64_t> ends(line.looks);
  const auto now_ends = ends.first(static_cast<std::size_t>(request_.looks_done));
  const auto reference_end = std::span(&line.reference, line.reference > 0 ? 1 : 0);
  Cube& window = out_.window;
  StretchSummary summary(points, measure_, request_.min_coverage);
  for (std::size_t w = 0; w < window.windows; ++w) {
    const std::int64_t base = w == 0 ? 0 : line.bases[w - 1];
    summary.run(base, w == 0 ? now_ends : ends,
                [&](std::size_t look, double y) { window.row(w, look)[host] = y; });
    if (line.late > 0 && (w > 0 || now_ends.size() == ends.size())) {
      summary.run(base + line.points - line.late, std::span(&line.late, 1),
                  [&](std::size_t, double y) { window.row(w, ends.size())[host] = y; });
    }
    summary.run(base - line.gap - line.reference, reference_end,
                [&](std::size_t, double r) { out_.reference[w * window.hosts + host] = r; });
  }
}

Summaries summarise(const SummaryRequest& request, const Measure& measure) {
  Summariser summariser(request, measure);
  HostPoints points(measure, request.timeline);
  for (std::size_t host = 0; host < request.fleet.size(); ++host) {
    points.load(request.points.values, host);
    summariser.add(host, points);
  }
  return summariser.take();
}

}  // namespace canarygate::judge
