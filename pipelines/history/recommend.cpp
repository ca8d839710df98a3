#include <fmt/format.h>

#include <span>

#include "checks/text.h"
#include "pipelines/history/stats.h"

namespace canarygate::history {

namespace {

std::string count_of_runs(std::int64_t count, const char* kind) {
  return fmt::format("{} {} run{}", count, kind, count == 1 ? "" : "s");
}

std::string none_or(std::int64_t count) { return count == 0 ? "none" : fmt::format("{}", count); }

/// `both marked right`, `1 marked right, 2 marked wrong, 1 not marked`; "" where there is none.
std::string marked(std::int64_t stopped, const Marks& marks) {
  const std::int64_t open = stopped - marks.right - marks.wrong;
  if (stopped == 0) return "";
  if (marks.right == stopped && stopped == 1) return ", marked right";
  if (marks.right == stopped && stopped == 2) return ", both marked right";
  if (marks.right == stopped) return ", all marked right";
  std::vector<std::string> parts;
  if (marks.right > 0) parts.push_back(fmt::format("{} marked right", marks.right));
  if (marks.wrong > 0) parts.push_back(fmt::format("{} marked wrong", marks.wrong));
  if (open > 0) parts.push_back(fmt::format("{} not marked", open));
  return ", " + join(parts, ", ");
}

Recommendation of_hard(const CheckStats& stats) {
  std::string text = fmt::format("{}, {} stopped{}: ", count_of_runs(stats.deploys, "recorded"),
                                 none_or(stats.stopped), marked(stats.stopped, stats.marks));
  const bool doubtful = stats.marks.wrong >= 2 && stats.marks.wrong >= stats.marks.right;
  text += doubtful ? "in hard mode, and wrong too often for it; soft mode until that is mended"
                   : "in hard mode already";
  return {false, std::move(text)};
}

std::int64_t weeks_back(const CheckStats& stats, std::size_t skip, std::int64_t Week::*what) {
  std::int64_t sum = 0;
  for (std::size_t i = skip; i < skip + 4 && i < stats.weeks.size(); ++i) {
    sum += stats.weeks[stats.weeks.size() - 1 - i].*what;
  }
  return sum;
}

}  // namespace

Recommendation recommend(const CheckStats& stats) {
  if (!stats.soft) return of_hard(stats);
  std::string text =
      fmt::format("{}, {} would have failed{}: ", count_of_runs(stats.soft_deploys, "soft"),
                  none_or(stats.soft_stopped), marked(stats.soft_stopped, stats.soft_marks));
  if (!stats.unmarked.empty()) {
    return {false,
            text + fmt::format("say of {} whether that was right, by `canarygate history "
                               "mark {} right|wrong`",
                               stats.unmarked.size() == 1 ? "it" : "each", stats.unmarked.front())};
  }
  const std::int64_t missing = kEnoughDeploys - stats.soft_since_wrong;
  if (missing > 0) {
    return {false, text + fmt::format("not ready for hard mode; it takes {} runs without a wrong "
                                      "stop, {} to go",
                                      kEnoughDeploys, missing)};
  }
  return {true, text + "ready for hard mode"};
}

std::string trend_text(const CheckStats& stats) {
  const std::int64_t newer = weeks_back(stats, 0, &Week::deploys);
  const std::int64_t older = weeks_back(stats, 4, &Week::deploys);
  std::string text =
      fmt::format("in its last 4 weeks {} of {}", weeks_back(stats, 0, &Week::stopped), newer);
  if (older > 0) {
    text += fmt::format(", in the 4 weeks before {} of {}", weeks_back(stats, 4, &Week::stopped),
                        older);
  }
  return text;
}

}  // namespace canarygate::history
