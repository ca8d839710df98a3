#include "cli/options_compare.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "cli/options.h"
#include "tests/support/command_line.h"

namespace canarygate::test {

namespace {

using Judge = CompareOptions::Judge;

Arguments of_compare(Arguments arguments) {
  arguments.insert(arguments.begin(), "compare");
  return arguments;
}

CompareOptions options(const Arguments& arguments, const Vars& variables = {}) {
  return accepted(of_compare(arguments), variables).compare;
}

CompareOptions of_files(Arguments more) {
  more.insert(more.end(), {"--canary", "c", "--baseline", "b"});
  return options(more);
}

std::string refusal(const Arguments& arguments, const Vars& variables = {}) {
  return refused_for(of_compare(arguments), variables);
}

std::string refusal_of_files(Arguments more) {
  more.insert(more.end(), {"--canary", "c", "--baseline", "b"});
  return refusal(more);
}

}  // namespace

TEST_CASE("two files alone are compared by mann-whitney at 1 % with a 98 % interval") {
  const CompareOptions o = options({"--canary", "c.txt", "--baseline", "-"});
  CHECK(o.judge == Judge::mann_whitney);
  CHECK(o.canary == "c.txt");
  CHECK(o.baseline == "-");
  CHECK(o.batch.empty());
  CHECK(o.worse == Worse::either);
  CHECK(o.allow == 0.0);
  CHECK(o.false_alarms == 0.01);
  CHECK(o.confidence == 0.98);
  CHECK(o.column == 0);
  CHECK_FALSE(o.open_interval);
}

TEST_CASE("each flag of compare reaches its option") {
  const CompareOptions o = of_files({"--judge", "placebo", "--worse", "lower", "--allow", "5%",
                                     "--false-alarms", "0.5%", "--column", "3"});
  CHECK(o.judge == Judge::placebo);
  CHECK(o.worse == Worse::lower);
  CHECK(o.allow == 0.05);
  CHECK(o.false_alarms == 0.005);
  CHECK(o.column == 3);
  CHECK(of_files({"--judge", "kayenta"}).judge == Judge::kayenta);
  CHECK(of_files({"--conf-level", ".9"}).confidence == 0.9);
  CHECK(of_files({"--conf-level", "95%"}).confidence == 0.95);
  CHECK(options({"--batch", "-"}).batch == "-");
}

TEST_CASE("R's alternative says which change is bad and opens the interval") {
  CHECK(of_files({"--alternative", "greater"}).worse == Worse::higher);
  CHECK(of_files({"--alternative", "less"}).worse == Worse::lower);
  CHECK(of_files({"--alternative", "two.sided"}).worse == Worse::either);
  CHECK(of_files({"--alternative", "less"}).open_interval);
}

TEST_CASE("the variables of compare's flags count, and are named when they are wrong") {
  const CompareOptions o = options(
      {"--canary", "c"},
      {{"CANARYGATE_BASELINE", "b"}, {"CANARYGATE_JUDGE", "kayenta"}, {"CANARYGATE_ALLOW", "2%"}});
  CHECK(o.baseline == "b");
  CHECK(o.judge == Judge::kayenta);
  CHECK(o.allow == 0.02);
  CHECK(refusal({"--canary", "c", "--baseline", "b"}, {{"CANARYGATE_JUDGE", "t-test"}}) ==
        "CANARYGATE_JUDGE 't-test': expected mann-whitney, kayenta or placebo");
}

TEST_CASE("a bad value of compare is refused with what was expected") {
  CHECK(refusal_of_files({"--judge", "threshold"}) ==
        "--judge 'threshold': expected mann-whitney, kayenta or placebo");
  CHECK(refusal_of_files({"--worse", "up"}) == "--worse 'up': expected higher, lower or either");
  CHECK(refusal_of_files({"--alternative", "two-sided"}) ==
        "--alternative 'two-sided': expected two.sided, greater or less");
  for (const char* bad : {"5", "-1%", "100%", "x"}) {
    CHECK(refusal_of_files({"--allow", bad}) ==
          fmt::format("--allow '{}': expected a percentage like 5%, below 100%", bad));
  }
  for (const char* bad : {"0%", "50%", "0.01"}) {
    CHECK(refusal_of_files({"--false-alarms", bad}) ==
          fmt::format("--false-alarms '{}': expected a percentage like 1%, below 50%", bad));
  }
  for (const char* bad : {"0", "1", "100%", "nan", ".98x"}) {
    CHECK(refusal_of_files({"--conf-level", bad}) ==
          fmt::format("--conf-level '{}': expected a level like 0.98 or 98%", bad));
  }
  for (const char* bad : {"0", "-1", "latency", "1.5"}) {
    CHECK(refusal_of_files({"--column", bad}) ==
          fmt::format("--column '{}': expected the number of a column, from 1", bad));
  }
}

TEST_CASE("a flag that would be without effect is refused") {
  CHECK(refusal({}) == "compare needs --canary FILE and --baseline FILE, or --batch FILE");
  CHECK(refusal({"--canary", "c"}) ==
        "compare needs --canary FILE and --baseline FILE, or --batch FILE");
  CHECK(refusal({"--canary", "-", "--baseline", "-"}) ==
        "only one of --canary and --baseline can be stdin");
  CHECK(refusal_of_files({"--judge", "kayenta", "--conf-level", ".9"}) ==
        "--conf-level: is for --judge mann-whitney");
  CHECK(refusal_of_files({"--judge", "placebo", "--alternative", "less"}) ==
        "--alternative: is for --judge mann-whitney");
  CHECK(refusal_of_files({"--judge", "kayenta", "--false-alarms", "2%"}) ==
        "--false-alarms: --judge kayenta has 2 % built in");
  CHECK(refusal_of_files({"--worse", "higher", "--alternative", "less"}) ==
        "give either --worse or --alternative: both say which change is looked for");
  CHECK(refusal_of_files({"--batch", "f"}) == "--canary: with --batch it stands in each line");
  CHECK(refusal({"--batch", "f", "--worse", "higher"}) ==
        "--worse: with --batch it stands in each line");
  CHECK(refusal({"--batch", "f", "--column", "2"}) ==
        "--column: --batch reads JSON lines, not columns");
  CHECK(refusal({"--batch", "f", "--false-alarms", "1%"}) ==
        "--false-alarms: --batch gives numbers, not verdicts");
  CHECK(refusal({"--batch", "f", "--judge", "placebo"}) ==
        "--batch takes --judge mann-whitney or kayenta");
  CHECK(refusal({"--batch", ""}) == "--batch: give a file, or - for stdin");
}

}  // namespace canarygate::test
