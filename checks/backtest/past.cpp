#include "checks/backtest/past.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace canarygate::backtest {

bool PastSeries::any(std::int64_t first, std::int64_t last) const {
  const auto size = static_cast<std::int64_t>(values.size());
  const std::int64_t begin = std::clamp<std::int64_t>(first - from, 0, size);
  const std::int64_t end = std::clamp<std::int64_t>(last - from + 1, begin, size);
  return std::any_of(values.begin() + begin, values.begin() + end,
                     [](double value) { return !std::isnan(value); });
}

void PastQuery::append(std::int64_t from, const std::vector<Series>& series) {
  std::map<std::pair<std::string, std::map<std::string, std::string>>, std::size_t> seen;
  for (const Series& piece : series) {
    const std::size_t twin = seen[{piece.host, piece.labels}]++;
    // What is missing at the ends takes no memory: hosts come and go.
    const auto present = [](double value) { return !std::isnan(value); };
    const auto begin = std::ranges::find_if(piece.values, present);
    if (begin == piece.values.end()) continue;
    const auto end = std::find_if(piece.values.rbegin(), piece.values.rend(), present).base();
    const std::int64_t first = from + (begin - piece.values.begin());

    const auto [place, is_new] =
        places_.try_emplace({piece.host, piece.labels, twin}, series_.size());
    if (is_new) series_.push_back({piece.host, piece.labels, first, {}});
    PastSeries& all = series_[place->second];
    all.values.resize(static_cast<std::size_t>(first - all.from), kMissing);
    all.values.insert(all.values.end(), begin, end);
  }
}

std::vector<Series> PastQuery::slice(std::int64_t from, std::int64_t to) const {
  std::vector<Series> slices;
  for (const PastSeries& series : series_) {
    if (!series.any(from, to)) continue;
    Series& slice = slices.emplace_back(Series{series.host, series.labels, {}});
    slice.values.reserve(static_cast<std::size_t>(to - from + 1));
    for (std::int64_t i = from; i <= to; ++i) slice.values.push_back(series.at(i));
  }
  return slices;
}

std::int64_t PastQuery::points() const {
  std::int64_t points = 0;
  for (const PastSeries& series : series_) {
    points += std::ranges::count_if(series.values, [](double v) { return !std::isnan(v); });
  }
  return points;
}

std::int64_t Past::from(TimePoint time) const {
  const std::int64_t i = until(time);
  return at(i) < time ? i + 1 : i;
}

std::int64_t Past::until(TimePoint time) const {
  const std::int64_t i = time.time_since_epoch() / step;
  return at(i) > time ? i - 1 : i;
}

std::vector<gate::Reply> replies_of(const Past& past, std::int64_t base,
                                    const judge::Timeline& timeline) {
  std::vector<judge::Stretch> stretches = judge::stretches_before(timeline);
  stretches.push_back({1, timeline.points});
  std::vector<gate::Reply> replies(past.queries.size());
  for (std::size_t q = 0; q < past.queries.size(); ++q) {
    for (const judge::Stretch& stretch : stretches) {
      replies[q].pieces.push_back(
          {stretch.from, past.queries[q].slice(base + stretch.from, base + stretch.to)});
    }
  }
  return replies;
}

}  // namespace canarygate::backtest
