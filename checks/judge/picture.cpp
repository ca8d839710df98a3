#include "checks/judge/picture.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace canarygate::judge {

namespace {

constexpr std::size_t kBins = 48;

/// Draws without any score of this metric hold minus infinity.
std::vector<double> present(const std::vector<double>& draws) {
  std::vector<double> scores;
  std::ranges::copy_if(draws, std::back_inserter(scores),
                       [](double s) { return std::isfinite(s); });
  return scores;
}

void count_bins(const std::vector<double>& scores, Placebos& picture) {
  if (scores.empty()) return;
  const auto [low, high] = std::ranges::minmax(scores);
  picture.lowest = low;
  picture.highest = high;
  picture.bins.assign(low < high ? kBins : 1, 0);
  for (const double score : scores) {
    const double share = low < high ? (score - low) / (high - low) : 0.0;
    const auto bin = static_cast<std::size_t>(share * static_cast<double>(picture.bins.size()));
    ++picture.bins[std::min(bin, picture.bins.size() - 1)];
  }
}

/// The metrics that `metric` is compared among: all but those that failed and surprise more.
std::vector<Tested> rivals(const PictureRequest& request, std::size_t metric) {
  std::vector<Tested> among;
  for (std::size_t i = 0; i < request.tested.size(); ++i) {
    const bool decided = i != metric && request.adjusted[i] <= request.alpha &&
                         request.tested[i].worst > request.tested[metric].worst;
    if (!decided) among.push_back(request.tested[i]);
  }
  return among;
}

double among_rivals(const PictureRequest& request, std::size_t metric) {
  const double tails = request.tested[metric].tails;
  const std::vector<Tested> among = rivals(request, metric);
  const std::size_t decided = request.tested.size() - among.size();
  if (decided == 0) return tails > 1 ? request.two_sided : request.one_sided;
  StepDown how = request.how;
  how.metrics -= decided;
  return critical_score(among, how, request.alpha, tails);
}

/// A metric's own p-value, which must be small as well, counts only the draws that say something of
/// it (own_p).
double alone(const PictureRequest& request, std::size_t metric, const std::vector<double>& scores) {
  const Tested& own = request.tested[metric];
  StepDown how = request.how;
  how.share = 1;
  how.floor = false;
  return critical_score({{own.worst, &scores, own.tails}}, how, request.alpha, own.tails);
}

}  // namespace

std::vector<Placebos> pictures(const PictureRequest& request) {
  std::vector<Placebos> all;
  for (std::size_t i = 0; i < request.tested.size(); ++i) {
    const std::vector<double> scores = present(*request.tested[i].placebos);
    Placebos picture;
    picture.draws = static_cast<std::int64_t>(scores.size());
    picture.observed = request.tested[i].worst;
    picture.beyond =
        std::ranges::count_if(scores, [&](double score) { return score >= picture.observed; });
    picture.critical = among_rivals(request, i);
    if (scores.size() < request.tested[i].placebos->size()) {
      picture.critical = std::max(picture.critical, alone(request, i, scores));
    }
    picture.earlier = request.earlier;
    count_bins(scores, picture);
    all.push_back(std::move(picture));
  }
  return all;
}

}  // namespace canarygate::judge
