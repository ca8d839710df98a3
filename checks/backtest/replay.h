/// Deploys of the past judged by the gate's judge, many at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "checks/backtest.h"
#include "checks/backtest/inject.h"
#include "checks/backtest/past.h"
#include "checks/backtest/sample.h"
#include "checks/backtest/scene.h"
#include "checks/gate/recording.h"

namespace canarygate::backtest {

/// One judgement to be made.
struct Task {
  const Trial* trial = nullptr;
  const CheckDefinition* check = nullptr;  ///< the scene's, or with other settings
  std::optional<Injection> injection;
};

/// As much of the past as `check` looks at when its window begins after point 0.
[[nodiscard]] judge::Timeline timeline_of(const CheckDefinition& check, TimePoint deployed_at,
                                          const std::vector<judge::Interval>& events,
                                          std::int64_t max_points);

/// What a run at the trial's time would have seen, up to the end of its window.
[[nodiscard]] Result<gate::Recording> recording_of(const Scene& scene, const Past& past,
                                                   const Task& task);

class Replayer {
 public:
  /// `judged` is called after each judgement, by one thread at a time.
  Replayer(const Scene& scene, const Past& past, const Request& request, const Ports& ports,
           std::function<void()> judged)
      : scene_(scene), past_(past), request_(request), ports_(ports), judged_(std::move(judged)) {}

  /// One a task, in their order; nothing for those that an interrupt left out.
  [[nodiscard]] std::vector<std::optional<Judged>> judge(const std::vector<Task>& tasks) const;

 private:
  [[nodiscard]] Judged judge_one(const Task& task) const;

  const Scene& scene_;
  const Past& past_;
  const Request& request_;
  const Ports& ports_;
  std::function<void()> judged_;
};

}  // namespace canarygate::backtest
