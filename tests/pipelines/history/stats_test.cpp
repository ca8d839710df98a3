#include "pipelines/history/stats.h"

#include <doctest/doctest.h>

#include "checks/duration.h"

namespace canarygate::test {

namespace {

using history::CheckStats;
using history::Mark;
using history::Record;

history::RecordedMetric metric(const std::string& name, Verdict verdict) {
  history::RecordedMetric metric;
  metric.name = name;
  metric.verdict = verdict;
  return metric;
}

/// Deploys of one check, a day apart, the oldest first.
class Past {
 public:
  Record& add(bool stopped, Mark mark = Mark::none) {
    Record record;
    record.number = static_cast<std::int64_t>(records.size()) + 1;
    record.check = "web";
    record.environment = "us";
    record.soft = true;
    record.verdict = stopped ? Verdict::fail : Verdict::pass;
    record.exit_code = 0;
    record.hard_exit_code = stopped ? 1 : 0;
    record.deployed_at = parse_time("2026-11-02T09:00:00Z").value() +
                         std::chrono::days(static_cast<int>(records.size()));
    record.mark = mark;
    records.push_back(record);
    return records.back();
  }

  void add_passed(int count) {
    for (int i = 0; i < count; ++i) add(false);
  }

  [[nodiscard]] CheckStats stats() const {
    const auto all = history::stats_of(records);
    REQUIRE(all.size() == 1);
    return all.front();
  }

  [[nodiscard]] std::string advice() const { return history::recommend(stats()).text; }
  [[nodiscard]] bool ready() const { return history::recommend(stats()).ready; }

  std::vector<Record> records;
};

}  // namespace

TEST_CASE("many soft runs whose stops were all right are ready for hard mode") {
  Past past;
  past.add(true, Mark::right);
  past.add_passed(81);
  past.add(true, Mark::right);
  CHECK(past.advice() ==
        "83 soft runs, 2 would have failed, both marked right: ready for hard mode");
  CHECK(past.ready());
  past.add(true, Mark::right);
  CHECK(past.advice() ==
        "84 soft runs, 3 would have failed, all marked right: ready for hard mode");
}

TEST_CASE("few runs are not ready, however right") {
  Past past;
  past.add_passed(19);
  CHECK(past.advice() ==
        "19 soft runs, none would have failed: not ready for hard mode; it takes 20 runs without a "
        "wrong stop, 1 to go");
  CHECK_FALSE(past.ready());
  past.add(true, Mark::right);
  CHECK(past.advice() == "20 soft runs, 1 would have failed, marked right: ready for hard mode");
}

TEST_CASE("a stop of which nobody said whether it was right is asked about first") {
  Past past;
  past.add(true);
  past.add_passed(30);
  CHECK(past.advice() ==
        "31 soft runs, 1 would have failed, 1 not marked: say of it whether that was right, by "
        "`canarygate history mark 1 right|wrong`");
  past.add(true);
  CHECK(past.advice() ==
        "32 soft runs, 2 would have failed, 2 not marked: say of each whether that was right, by "
        "`canarygate history mark 32 right|wrong`");
  CHECK_FALSE(past.ready());
}

TEST_CASE("after a wrong stop the counting begins again") {
  Past past;
  past.add_passed(30);
  past.add(true, Mark::wrong);
  past.add_passed(15);
  CHECK(past.advice() ==
        "46 soft runs, 1 would have failed, 1 marked wrong: not ready for hard mode; it takes 20 "
        "runs without a wrong stop, 5 to go");
  past.add_passed(5);
  CHECK(past.ready());
}

TEST_CASE("what is in hard mode is told to go back only when it is often wrong") {
  Past past;
  past.add(true, Mark::wrong).soft = false;
  past.add(false).soft = false;
  CHECK(past.advice() == "2 recorded runs, 1 stopped, 1 marked wrong: in hard mode already");
  past.add(true, Mark::right).soft = false;
  past.add(true, Mark::wrong).soft = false;
  CHECK(past.advice() ==
        "4 recorded runs, 3 stopped, 1 marked right, 2 marked wrong: in hard mode, and wrong too "
        "often for it; soft mode until that is mended");
  CHECK_FALSE(past.ready());
}

TEST_CASE("a deploy counts once, with the first run that came to a verdict") {
  Past past;
  past.add(true).verdict = Verdict::trouble;
  past.add(true).deployed_at = past.records[0].deployed_at;
  past.add(false).deployed_at = past.records[0].deployed_at;
  past.add(true, Mark::right).deployed_at = past.records[0].deployed_at;
  const CheckStats stats = past.stats();
  CHECK(stats.deploys == 1);
  CHECK(stats.stopped == 1);
  CHECK(stats.trouble == 0);
  CHECK(stats.marks.right == 1);
  CHECK(stats.unmarked.empty());
}

TEST_CASE("a deploy that did not happen and a run that was interrupted do not count") {
  Past past;
  past.add(false);
  past.add(true).deployed_at.reset();
  past.add(true).hard_exit_code = 130;
  CHECK(past.stats().deploys == 1);
  CHECK(past.stats().stopped == 0);
}

TEST_CASE("precision is of the marked, by metric too, and a missed deploy is counted by itself") {
  Past past;
  past.add(true, Mark::right).metrics = {metric("p99", Verdict::fail),
                                         metric("errors", Verdict::pass)};
  past.add(true, Mark::wrong).metrics = {metric("p99", Verdict::fail)};
  past.add(true, Mark::right).metrics = {metric("errors", Verdict::fail)};
  past.add(true);
  past.add(false, Mark::wrong);
  const CheckStats stats = past.stats();
  CHECK(stats.marks.precision() == doctest::Approx(2.0 / 3.0));
  CHECK(stats.missed == 1);
  REQUIRE(stats.metrics.size() == 2);
  CHECK(stats.metrics[0].name == "errors");
  CHECK(stats.metrics[0].deploys == 2);
  CHECK(stats.metrics[0].failed == 1);
  CHECK(stats.metrics[0].marks.precision() == 1.0);
  CHECK(stats.metrics[1].marks.precision() == 0.5);
  CHECK_FALSE(history::Marks{}.precision());
}

TEST_CASE("weeks begin on Mondays, and one without a deploy is there, empty") {
  Past past;
  past.add(true);                                                    // Monday
  past.add(false).deployed_at = parse_time("2026-11-08T23:59:59Z");  // Sunday of the same week
  past.add(false).deployed_at = parse_time("2026-11-16T00:00:00Z");
  const CheckStats stats = past.stats();
  REQUIRE(stats.weeks.size() == 3);
  CHECK(stats.weeks[0].begin == parse_time("2026-11-02T00:00:00Z").value());
  CHECK(stats.weeks[0].deploys == 2);
  CHECK(stats.weeks[0].stopped == 1);
  CHECK(stats.weeks[1].deploys == 0);
  CHECK(stats.weeks[2].begin == parse_time("2026-11-16T00:00:00Z").value());
  CHECK(history::trend_text(stats) == "in its last 4 weeks 1 of 3");
}

TEST_CASE("the trend sets the last four weeks against the four before") {
  Past past;
  past.add(true);
  past.add_passed(27);
  past.add(true);
  past.add_passed(3);
  CHECK(history::trend_text(past.stats()) ==
        "in its last 4 weeks 1 of 25, in the 4 weeks before 1 of 7");
}

TEST_CASE("the page escapes what came from outside and may load nothing") {
  Past past;
  past.add(true).metrics = {metric("<b>p99</b>", Verdict::fail)};
  const std::string page =
      history::stats_page(history::stats_of(past.records), parse_time("1795212778").value());
  CHECK(page.find("&lt;b&gt;p99&lt;/b&gt;") != std::string::npos);
  CHECK(page.find("<b>p99") == std::string::npos);
  CHECK(page.find("default-src 'none'") != std::string::npos);
  CHECK(page.find("1 soft run, 1 would have failed, 1 not marked") != std::string::npos);
}

}  // namespace canarygate::test
