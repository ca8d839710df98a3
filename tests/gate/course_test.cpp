#include "checks/gate/course.h"

#include <doctest/doctest.h>

#include "tests/gate/small.h"

namespace canarygate::test {

namespace {

gate::Groups groups() {
  gate::Groups groups;
  groups.canary = {"a"};
  groups.baseline = {"b", "c"};
  return groups;
}

}  // namespace

TEST_CASE("a course is each group's mean, from a window's length before the deploy") {
  judge::MetricData data;
  data.values = {{"a", "b", "c"}, 7, {}};             // points -4 to 2
  data.values.values = {0, 1, 2, 3, kNone, 5,     6,  //
                        0, 1, 2, 3, kNone, 4,     6,  //
                        0, 3, 4, 3, kNone, kNone, 8};
  const Course course = gate::make_course(data, groups(), small_timeline(), 2);
  CHECK(course.start == TimePoint(seconds(1'000 - 3)));
  CHECK(course.step == seconds(1));
  CHECK(course.window == 3);
  check_same(course.canary, {2, 3, kNone, 5, 6});
  check_same(course.baseline, {3, 3, kNone, 4, 7});
}

TEST_CASE("of counts a course is all errors over all of the total, where both are known") {
  judge::MetricData data;
  data.values = {{"a", "b", "c"}, 7, {}};
  data.values.values = {0, 0, 0, 0, 0, 1, 2,  //
                        0, 0, 0, 0, 0, 1, 3,  //
                        0, 0, 0, 0, 0, 5, 9};
  data.total = judge::Table{{"a", "b", "c"}, 7, {}};
  data.total->values = {9, 9, 9, 9, 9, 10, 8,   //
                        9, 9, 9, 9, 9, 30, 10,  //
                        9, 9, 9, 9, 9, 30, kNone};
  const Course course = gate::make_course(data, groups(), small_timeline(), 2);
  check_same(course.canary, {0, 0, 0, 0.1, 0.25});
  check_same(course.baseline, {0, 0, 0, 0.1, 0.3});
}

TEST_CASE("without any past a course begins with the window, and ends where it was looked at") {
  judge::Timeline line = small_timeline();
  line.bases.clear();
  line.reference = 0;
  judge::MetricData data;
  data.values = {{"a", "b", "c"}, 2, {1, 2, 3, 4, 5, 6}};
  const Course course = gate::make_course(data, groups(), line, 1);
  CHECK(course.window == 0);
  check_same(course.canary, {1});
  check_same(course.baseline, {4});
}

}  // namespace canarygate::test
