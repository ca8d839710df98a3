#include "pipelines/report.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace canarygate {

namespace {

constexpr std::array kVerdicts{Verdict::pass, Verdict::fail, Verdict::no_data, Verdict::undecided,
                               Verdict::trouble};
constexpr std::array kPolicies{Policy::fail, Policy::pass, Policy::error};

/// What each policy's word means, from INTERFACE.md 3, by the policy's position.
constexpr std::array<int, 3> kPolicyCodes{1, 0, 2};

struct Kind {
  std::optional<ErrorKind> kind;
  bool ours;  ///< soft mode and override do not hide it
};
const std::array<Kind, 9> kKinds{{{std::nullopt, false},
                                  {ErrorKind::usage, true},
                                  {ErrorKind::definition, true},
                                  {ErrorKind::secret, true},
                                  {ErrorKind::output, true},
                                  {ErrorKind::interrupted, true},
                                  {ErrorKind::discovery, false},
                                  {ErrorKind::backend, false},
                                  {ErrorKind::timeout, false}}};

Outcome outcome_of(Verdict verdict) {
  Outcome outcome;
  outcome.verdict = verdict;
  return outcome;
}

void add_reason(Outcome& outcome, const std::string& code) {
  outcome.reasons.push_back({code, std::nullopt, std::nullopt, "why"});
}

void add_metric(Outcome& outcome, Verdict verdict, bool optional) {
  MetricOutcome metric;
  metric.spec.optional = optional;
  metric.finding.verdict = verdict;
  outcome.metrics.push_back(metric);
}

}  // namespace

TEST_CASE("every verdict, policy, kind of trouble and signal ends in the exit code of the table") {
  for (const Verdict verdict : kVerdicts) {
    for (std::size_t no_data = 0; no_data < 3; ++no_data) {
      for (std::size_t undecided = 0; undecided < 3; ++undecided) {
        for (const Kind& kind : kKinds) {
          for (const int signal : {0, 2, 15}) {
            Outcome outcome = outcome_of(verdict);
            outcome.on_no_data = kPolicies[no_data];
            outcome.on_undecided = kPolicies[undecided];
            outcome.trouble_kind = kind.kind;
            outcome.interrupted_by = signal;

            int hard = 2;
            if (verdict == Verdict::pass) hard = 0;
            if (verdict == Verdict::fail) hard = 1;
            if (verdict == Verdict::no_data) hard = kPolicyCodes[no_data];
            if (verdict == Verdict::undecided) hard = kPolicyCodes[undecided];
            if (hard == 0 && kind.ours) hard = 2;
            int forgiven = kind.ours ? 2 : 0;
            if (signal == 2) hard = forgiven = 130;
            if (signal == 15) hard = forgiven = 143;

            CAPTURE(static_cast<int>(verdict));
            CAPTURE(signal);
            CHECK(hard_exit_code(outcome) == hard);
            CHECK(exit_code(outcome, false, false) == hard);
            CHECK(exit_code(outcome, true, false) == forgiven);
            CHECK(exit_code(outcome, false, true) == forgiven);
            CHECK(exit_code(outcome, true, true) == forgiven);
          }
        }
      }
    }
  }
}

TEST_CASE("a window that was cut short ends in 1 whatever the policies say") {
  for (const Policy policy : kPolicies) {
    for (const Verdict verdict : {Verdict::undecided, Verdict::no_data}) {
      Outcome outcome = outcome_of(verdict);
      outcome.on_undecided = policy;
      outcome.on_no_data = policy;
      add_reason(outcome, "low_traffic");
      add_reason(outcome, "window_incomplete");
      CHECK(hard_exit_code(outcome) == 1);
      CHECK(exit_code(outcome, false, false) == 1);
      CHECK(exit_code(outcome, true, false) == 0);
    }
  }
}

TEST_CASE("letting no data through does not let an undecided metric through with it") {
  Outcome outcome = outcome_of(Verdict::no_data);
  outcome.on_no_data = Policy::pass;
  outcome.on_undecided = Policy::fail;
  add_metric(outcome, Verdict::no_data, false);
  CHECK(hard_exit_code(outcome) == 0);
  add_metric(outcome, Verdict::undecided, true);
  CHECK(hard_exit_code(outcome) == 0);
  add_metric(outcome, Verdict::undecided, false);
  CHECK(hard_exit_code(outcome) == 1);
  outcome.on_undecided = Policy::error;
  CHECK(hard_exit_code(outcome) == 2);
  outcome.on_undecided = Policy::pass;
  CHECK(hard_exit_code(outcome) == 0);
}

TEST_CASE("several checks end in the exit code and the verdict that weigh most") {
  const auto of = [](std::vector<int> codes) {
    std::vector<Report> reports(codes.size());
    for (std::size_t i = 0; i < codes.size(); ++i) reports[i].exit_code = codes[i];
    return exit_code(reports);
  };
  CHECK(of({0, 0}) == 0);
  CHECK(of({0, 1, 0}) == 1);
  CHECK(of({0, 2, 0}) == 2);
  CHECK(of({2, 1}) == 1);
  CHECK(of({1, 2}) == 1);
  CHECK(of({1, 143}) == 143);
  CHECK(of({130, 0}) == 130);
  CHECK(of({}) == 2);

  const auto verdict_of = [](std::vector<Verdict> verdicts) {
    std::vector<Report> reports(verdicts.size());
    for (std::size_t i = 0; i < verdicts.size(); ++i) reports[i].outcome.verdict = verdicts[i];
    return verdict(reports);
  };
  const std::vector<Verdict> weightiest_first{Verdict::fail, Verdict::trouble, Verdict::no_data,
                                              Verdict::undecided, Verdict::pass};
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::size_t j = 0; j < 5; ++j) {
      CHECK(verdict_of({weightiest_first[i], weightiest_first[j]}) ==
            weightiest_first[std::min(i, j)]);
    }
  }
  CHECK(verdict_of({}) == Verdict::trouble);
}

TEST_CASE("an outcome that nobody filled in is trouble") { CHECK(hard_exit_code({}) == 2); }

}  // namespace canarygate
