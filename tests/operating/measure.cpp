#include "tests/operating/measure.h"

#include <atomic>
#include <cmath>
#include <thread>

#include "tests/operating/contestants.h"

namespace canarygate::operating {

double Score::error() const { return std::sqrt(share() * (1 - share()) / runs); }

bool Score::above(double bar) const {
  return share() > bar + 2 * std::sqrt(bar * (1 - bar) / runs);
}

std::vector<Score> measure(const Cell& cell, const MeasureRequest& request) {
  const std::vector<Contestant> judges = contestants(request.judges);
  const auto runs = static_cast<std::size_t>(request.runs);
  std::vector<std::optional<std::int64_t>> stopped(runs * judges.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t run = next++; run < runs; run = next++) {
      judge::JudgeInput input = cell.gate(request.seed + run);
      input.settings.placebos = request.placebos;
      for (std::size_t j = 0; j < judges.size(); ++j) {
        stopped[run * judges.size() + j] = judges[j].stopped(input);
      }
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (unsigned job = 1; job < request.jobs; ++job) helpers.emplace_back(work);
    work();
  }
  std::vector<Score> scores;
  for (std::size_t j = 0; j < judges.size(); ++j) {
    Score score{judges[j].name, request.runs, 0, 0};
    for (std::size_t run = 0; run < runs; ++run) {
      const auto& point = stopped[run * judges.size() + j];
      if (!point) continue;
      score.stopped += 1;
      score.points += static_cast<double>(*point);
    }
    if (score.stopped > 0) score.points /= score.stopped;
    scores.push_back(score);
  }
  return scores;
}

}  // namespace canarygate::operating
