#include "checks/judge/summarise.h"

#include <algorithm>
#include <charconv>

#include "checks/stats/summary.h"

namespace canarygate::judge {

namespace {

/// What choose_scale wants to know of some points.
struct Positives {
  std::int64_t all = 0;
  std::int64_t positive = 0;
  double smallest = std::numeric_limits<double>::infinity();

  void add(double value) {
    if (std::isnan(value)) return;
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
    for (std::int64_t i = from; i <= to; ++i) found.add(rows.at(host, i));
  }
  return found;
}

/// Summarises stretches of one host's points; NaN where too few of them are there.
class HostSummary {
 public:
  HostSummary(const SummaryRequest& request, const Measure& measure, std::size_t host)
      : measure_(measure), min_coverage_(request.min_coverage), first_(request.timeline.first()) {
    const bool scale_now = measure.kind != Measure::Kind::log_of_mean;
    for (std::int64_t i = first_; i <= request.timeline.points; ++i) {
      const double x = request.points.values.at(host, i);
      points_.push_back(scale_now && !std::isnan(x) ? measure.scaled(x) : x);
    }
  }

  /// Over the points base+1..base+ends[l], for each l: write(l, summary).
  template <typename Write>
  void run(std::int64_t base, std::span<const std::int64_t> ends, Write write) {
    values_.clear();
    double sum = 0;
    const auto* from = points_.data() + (base + 1 - first_);
    std::int64_t i = 0;
    for (std::size_t look = 0; look < ends.size(); ++look) {
      for (; i < ends[look]; ++i) {
        if (std::isnan(from[i])) continue;
        values_.push_back(from[i]);
        sum += from[i];
      }
      const auto present = static_cast<double>(values_.size());
      const bool enough =
          !values_.empty() && present >= min_coverage_ * static_cast<double>(ends[look]);
      if (enough) write(look, summary(sum / present));
    }
  }

 private:
  double summary(double mean) {
    switch (measure_.kind) {
      case Measure::Kind::mean:
        return mean;
      case Measure::Kind::log_of_mean:
        return measure_.scaled(mean);
      case Measure::Kind::quantile:
        break;
    }
    return stats::quantile(values_, measure_.quantile);
  }

  const Measure& measure_;
  double min_coverage_;
  std::int64_t first_;
  std::vector<double> points_;  // of the whole timeline
  std::vector<double> values_;  // of the stretch so far
};

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

Summaries summarise(const SummaryRequest& request, const Measure& measure) {
  const Timeline& line = request.timeline;
  const std::size_t windows = line.bases.size() + 1;
  const std::size_t hosts = request.fleet.size();
  std::vector<std::int64_t> ends = line.looks;
  if (request.only_last) ends = {line.points};
  std::span<const std::int64_t> now_ends(ends);
  now_ends = now_ends.first(request.only_last ? 0 : static_cast<std::size_t>(request.looks_done));
  const std::vector<std::int64_t> reference_end(line.reference > 0 ? 1 : 0, line.reference);
  Summaries out{Cube(windows, ends.size(), hosts), std::vector<double>(windows * hosts, kMissing)};
  for (std::size_t host = 0; host < hosts; ++host) {
    HostSummary summary(request, measure, host);
    for (std::size_t w = 0; w < windows; ++w) {
      const std::int64_t base = w == 0 ? 0 : line.bases[w - 1];
      summary.run(base, w == 0 ? now_ends : ends,
                  [&](std::size_t look, double y) { out.window.row(w, look)[host] = y; });
      summary.run(base - line.gap - line.reference, reference_end,
                  [&](std::size_t, double r) { out.reference[w * hosts + host] = r; });
    }
  }
  return out;
}

}  // namespace canarygate::judge
