#include "checks/gate/causes.h"

#include <doctest/doctest.h>

namespace canarygate::gate {

namespace {

constexpr Verdict kAll[] = {Verdict::pass, Verdict::fail, Verdict::no_data, Verdict::undecided,
                            Verdict::trouble};

MetricOutcome metric(Verdict verdict, bool optional = false, bool critical = false,
                     const std::string& name = "m") {
  MetricOutcome outcome;
  outcome.spec.name = name;
  outcome.spec.optional = optional;
  outcome.spec.critical = critical;
  outcome.finding.verdict = verdict;
  outcome.finding.reasons = {{"regression", name, {}, name + " moved"}};
  return outcome;
}

const Reason kReason{"timeout", {}, {}, "too late"};

}  // namespace

TEST_CASE("a gate passes only when every metric that counts passed over the whole window") {
  // Every pair of verdicts, each optional or not, with and without each kind of cause.
  for (const Verdict a : kAll) {
    for (const Verdict b : kAll) {
      for (const bool optional : {false, true}) {
        for (const bool whole : {false, true}) {
          for (int cause = 0; cause < 4; ++cause) {
            Causes causes;
            if (cause == 1) causes.fail = {kReason};
            if (cause == 2) causes.trouble = {kReason};
            if (cause == 3) causes.undecided = {kReason};
            const Verdict verdict = decide({metric(a), metric(b, optional)}, causes, whole);
            const bool b_proven = b == Verdict::pass ||
                                  (optional && (b == Verdict::no_data || b == Verdict::undecided));
            const bool proven = a == Verdict::pass && b_proven && whole && cause == 0;
            CHECK((verdict == Verdict::pass) == proven);
          }
        }
      }
    }
  }
}

TEST_CASE("the worst verdict wins, in the order fail, trouble, no data, undecided") {
  const auto of = [](Verdict a, Verdict b) { return decide({metric(a), metric(b)}, {}, true); };
  CHECK(of(Verdict::fail, Verdict::trouble) == Verdict::fail);
  CHECK(of(Verdict::no_data, Verdict::trouble) == Verdict::trouble);
  CHECK(of(Verdict::undecided, Verdict::no_data) == Verdict::no_data);
  CHECK(of(Verdict::undecided, Verdict::pass) == Verdict::undecided);
}

TEST_CASE("an optional metric fails and troubles the gate, but lacks data freely") {
  CHECK(decide({metric(Verdict::pass), metric(Verdict::fail, true)}, {}, true) == Verdict::fail);
  CHECK(decide({metric(Verdict::pass), metric(Verdict::trouble, true)}, {}, true) ==
        Verdict::trouble);
  CHECK(decide({metric(Verdict::pass), metric(Verdict::no_data, true)}, {}, true) == Verdict::pass);
}

TEST_CASE("optional metrics without data, or no metric at all, prove nothing") {
  CHECK(decide({metric(Verdict::no_data, true)}, {}, true) == Verdict::no_data);
  CHECK(decide({metric(Verdict::undecided, true)}, {}, true) == Verdict::no_data);
  CHECK(decide({}, {}, true) == Verdict::no_data);
}

TEST_CASE("failures stand before troubles, and critical metrics before the others") {
  Causes causes;
  causes.trouble = {kReason};
  const auto reasons = order_reasons(
      {metric(Verdict::undecided, false, false, "u"), metric(Verdict::fail, false, false, "plain"),
       metric(Verdict::fail, false, true, "critical"), metric(Verdict::pass, false, false, "fine")},
      causes, Verdict::fail);
  std::vector<std::string> texts;
  for (const Reason& reason : reasons) texts.push_back(reason.text);
  CHECK(texts == std::vector<std::string>{"critical moved", "plain moved", "too late", "u moved"});
}

TEST_CASE("a score says whether failed metrics fail the gate, and nothing else") {
  const std::vector<MetricOutcome> one_failed{metric(Verdict::fail, false, false, "f"),
                                              metric(Verdict::pass)};
  judge::Scored good;
  judge::Scored low;
  low.fails = true;
  low.reason = Reason{"score", {}, {}, "too low"};
  CHECK(decide(one_failed, {}, true) == Verdict::fail);
  CHECK(decide(one_failed, {}, true, good) == Verdict::pass);
  CHECK(decide(one_failed, {}, false, good) == Verdict::undecided);
  CHECK(decide(one_failed, {}, true, low) == Verdict::fail);
  Causes rolled_back;
  rolled_back.fail = {kReason};
  CHECK(decide(one_failed, rolled_back, true, good) == Verdict::fail);
  for (const Verdict other : {Verdict::trouble, Verdict::no_data, Verdict::undecided}) {
    CHECK(decide({metric(Verdict::fail), metric(other)}, {}, true, good) == other);
  }
  CHECK(order_reasons(one_failed, {}, Verdict::pass, good).empty());
  const auto reasons = order_reasons(one_failed, {}, Verdict::fail, low);
  REQUIRE(reasons.size() == 2);
  CHECK(reasons[0].text == "too low");
  CHECK(reasons[1].text == "f moved");
}

}  // namespace canarygate::gate
