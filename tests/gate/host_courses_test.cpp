#include "checks/gate/host_courses.h"

#include <doctest/doctest.h>

#include "tests/gate/small.h"

namespace canarygate::test {

TEST_CASE("courses are the canary's mean, the baseline's spread, and every host by itself") {
  gate::Groups groups;
  groups.canary = {"a"};
  groups.baseline = {"b", "c", "d"};
  judge::MetricData data;
  data.values = {{"a", "b", "c", "d"}, 7, {}};         // points -4 to 2
  data.values.values = {0, 1, 2, 3, kNone, 5,     6,   //
                        0, 1, 2, 3, kNone, 4,     10,  //
                        0, 3, 4, 3, kNone, kNone, 20,  //
                        0, 3, 4, 3, kNone, kNone, 30};
  const HostCourses courses = gate::make_host_courses(data, groups, small_timeline(), 2);
  CHECK(courses.start == TimePoint(seconds(1'000 - 3)));
  CHECK(courses.step == seconds(1));
  CHECK(courses.window == 3);
  check_same(courses.canary, {2, 3, kNone, 5, 6});
  check_same(courses.low, {2.4, 3, kNone, 4, 12});
  check_same(courses.middle, {4, 3, kNone, 4, 20});
  check_same(courses.high, {4, 3, kNone, 4, 28});
  CHECK(courses.hosts == std::vector<std::string>{"a", "b", "c", "d"});
  CHECK(courses.canaries == 1);
  check_same(courses.values, {2, 3, kNone, 5,     6,  2, 3, kNone, 4,     10,  //
                              4, 3, kNone, kNone, 20, 4, 3, kNone, kNone, 30});
}

TEST_CASE("courses end where the window was looked at") {
  gate::Groups groups;
  groups.canary = {"a"};
  groups.baseline = {"b"};
  judge::MetricData data;
  data.values = {{"a", "b"}, 7, {0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6}};
  CHECK(gate::make_host_courses(data, groups, small_timeline(), 1).canary.size() == 4);
}

TEST_CASE("courses of counts are errors by total, of neighbours all errors by all of the total") {
  judge::Timeline line = small_timeline();
  line.points = 1000;
  line.gap = 0;
  line.reference = 0;
  line.bases.clear();
  line.looks = {1000};
  gate::Groups groups;
  groups.canary = {"a"};
  groups.baseline = {"b"};
  judge::MetricData data;
  data.values = {{"a", "b"}, 1000, std::vector<double>(2000, 1.0)};
  data.total = judge::Table{{"a", "b"}, 1000, std::vector<double>(2000, 4.0)};
  data.total->values[0] = 36;
  const HostCourses courses = gate::make_host_courses(data, groups, line, 1000);
  CHECK(courses.step == seconds(5));  // 1,000 points in 240 columns at most
  CHECK(courses.canary.size() == 200);
  CHECK(courses.window == 0);
  CHECK(courses.canary[0] == doctest::Approx(5.0 / 52.0));
  CHECK(courses.canary[1] == doctest::Approx(0.25));
}

TEST_CASE("neighbours are put together so that a point begins with the window") {
  judge::Timeline line = small_timeline();
  line.points = 300;
  line.gap = 7;
  line.reference = 300;
  line.looks = {300};
  line.bases.clear();  // first() is 1 - 7 - 300
  gate::Groups groups;
  groups.canary = {"a"};
  groups.baseline = {"b"};
  judge::MetricData data;
  data.values = {{"a", "b"}, 607, std::vector<double>(1214, 0.0)};
  for (std::size_t i = 307; i < 607; ++i) data.values.values[i] = 1;  // the canary's window
  const HostCourses courses = gate::make_host_courses(data, groups, line, 300);
  const auto window = static_cast<std::size_t>(courses.window);
  CHECK(courses.start + courses.window * courses.step == line.start);
  CHECK(courses.canary[window - 1] == 0);
  CHECK(courses.canary[window] == 1);
}

TEST_CASE("of a large fleet half at most is canary, and of the baseline the worst are kept") {
  judge::Timeline line = small_timeline();
  line.reference = 0;
  line.bases.clear();
  gate::Groups groups;
  judge::MetricData data;
  data.spec.worse = Worse::lower;
  data.values.columns = 2;
  for (int i = 100; i < 300; ++i) {
    const std::string host = "h" + std::to_string(i);
    (i < 140 ? groups.canary : groups.baseline).push_back(host);
    data.values.hosts.push_back(host);
    data.values.values.insert(data.values.values.end(), 2, i % 7 == 0 ? 1.0 : 50.0 + i % 3);
  }
  const HostCourses courses = gate::make_host_courses(data, groups, line, 2);
  CHECK(courses.hosts.size() == gate::kMostRows);
  CHECK(courses.canaries == 30);
  CHECK(courses.hosts[30] == "h140");
  std::size_t low = 0;
  for (std::size_t host = 30; host < courses.hosts.size(); ++host) {
    low += courses.values[host * 2] < 10 ? 1U : 0U;
  }
  CHECK(low == 23);  // all multiples of 7 from 140 to 299
  CHECK(courses.middle[0] == doctest::Approx(50.0).epsilon(0.05));
}

}  // namespace canarygate::test
