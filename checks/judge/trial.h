/// All metrics of a gate under one false-alarm budget: who is judged today, the shared draws, the
/// nulls, and each look's tests (JUDGE.md 3 to 5).
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "checks/judge/conclude.h"

namespace canarygate::judge {

class Trial {
 public:
  explicit Trial(const JudgeInput& input);

  [[nodiscard]] const Fleet& fleet() const { return fleet_; }
  [[nodiscard]] const std::vector<Subject>& subjects() const { return subjects_; }

  /// Tests what can be tested at `look` (from 0), given the data quality of all metrics at the
  /// looks so far. One each, nothing for metrics that cannot be tested (yet).
  [[nodiscard]] std::vector<std::optional<Test>> run(
      std::size_t look, const std::vector<std::vector<Quality>>& qualities);

  [[nodiscard]] std::int64_t placebos() const { return placebos_; }
  [[nodiscard]] std::int64_t history_windows() const { return history_windows_; }

 private:
  enum class Method { none, placebo, permutation, serial, pooled };

  void for_each_metric(const std::function<void(std::size_t)>& work) const;
  [[nodiscard]] bool testable(std::size_t metric, std::size_t look, const Quality& quality) const;
  void measure_all(const Sides& today, std::size_t look);
  [[nodiscard]] bool can_permute() const;
  void choose_methods(const std::vector<Quality>& quality, std::size_t look);
  [[nodiscard]] DrawRequest draw_request(const Sides& today) const;
  [[nodiscard]] bool is_last(std::size_t look) const { return look == weights_.whole; }
  [[nodiscard]] Margin margin_of(const Subject& subject, const Sides& sides,
                                 std::int64_t elapsed) const;
  [[nodiscard]] double independent_sets() const;
  [[nodiscard]] double alike(double placebos) const;
  [[nodiscard]] Evidence placebo_evidence(const Subject& subject) const;
  /// Fills in margin and what is seen at `look`; returns the largest weighted z of all looks so
  /// far.
  [[nodiscard]] double observe_looks(std::size_t metric, std::size_t look,
                                     const std::vector<std::vector<Quality>>& qualities,
                                     Test& test) const;
  /// The window's late points, once it has ended; nothing where they say nothing.
  [[nodiscard]] std::optional<Observation> observe_late(const Subject& subject, std::size_t look,
                                                        const Sides& sides,
                                                        const Margin& margin) const;
  /// Makes them what is shown where they weigh more than the whole window.
  void show_late(const Observation& late, Test& test) const;
  void observe_constant(const Subject& subject, Observation& seen) const;
  [[nodiscard]] double share_of(Method method) const;
  [[nodiscard]] std::vector<std::size_t> members(Method method) const;
  /// What a p-value of a method that spends the budget look by look is multiplied by.
  [[nodiscard]] double look_share(Method method, std::size_t look) const;
  /// The p-value at which the first of that method's metrics would fail at the last look.
  [[nodiscard]] double level_at_end(Method method) const;
  static void adjust_by_holm(const std::vector<std::size_t>& group, double share,
                             std::vector<std::optional<Test>>& tests);

  void describe(const Subject& subject, std::size_t look, const Sides& sides, Test& test) const;
  void run_placebo(std::size_t look, const std::vector<std::vector<Quality>>& qualities,
                   std::vector<std::optional<Test>>& tests);
  void run_permutation(std::size_t look, const std::vector<Quality>& quality,
                       std::vector<std::optional<Test>>& tests);
  void run_serial(std::size_t look, const std::vector<Quality>& quality,
                  std::vector<std::optional<Test>>& tests);
  void run_pooled(std::size_t look, const std::vector<Quality>& quality,
                  std::vector<std::optional<Test>>& tests);

  const JudgeInput& input_;
  Fleet fleet_;
  std::vector<Subject> subjects_;
  PartWeights weights_;
  std::size_t statistical_ = 0;  ///< metrics among which the budget is shared
  std::optional<Sides> today_;   ///< whom the draws and nulls are for
  bool measured_now_ = false;
  Draws draws_;
  std::size_t distinct_ = 0;
  std::vector<Method> methods_;
  std::int64_t placebos_ = 0;
  std::int64_t history_windows_ = 0;
};

}  // namespace canarygate::judge
