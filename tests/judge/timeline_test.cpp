#include "checks/judge/timeline.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace canarygate;
using namespace canarygate::judge;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

/// 20 points of 15 s, 4 points of warm-up, reference 80 points, an hour of history.
TimelineRequest plain() {
  TimelineRequest request;
  request.deployed_at = TimePoint(hours(24 * 1000) + hours(15));
  request.warmup = minutes(1);
  request.duration = minutes(5);
  request.step = seconds(15);
  request.reference = minutes(20);
  request.history = hours(1);
  request.looks = 5;
  return request;
}

}  // namespace

TEST_CASE("history windows lie before the first reference, one duration apart") {
  const Timeline line = make_timeline(plain());
  CHECK(line.points == 20);
  CHECK(line.gap == 4);
  CHECK(line.reference == 80);
  CHECK(line.start == plain().deployed_at + minutes(1));
  CHECK(line.looks == std::vector<std::int64_t>{4, 8, 12, 16, 20});
  REQUIRE(line.bases.size() == 12);
  CHECK(line.bases.front() == -4 - 80 - 20);
  CHECK(line.bases.back() == -4 - 80 - 240);
  CHECK(line.first() == -324 - 4 - 80 + 1);
  CHECK(line.columns() == 20 + 408);
  CHECK_FALSE(line.thinned);
}

TEST_CASE("the deploy's own length belongs to neither the reference nor the window") {
  TimelineRequest request = plain();
  request.deploy_began = request.deployed_at - seconds(40);
  const Timeline line = make_timeline(request);
  CHECK(line.gap == 7);  // 100 s of 15 s each
  CHECK(line.start == plain().deployed_at + minutes(1));
  CHECK(stretches_before(line) == std::vector<Stretch>{{-7 - 80 - 240 - 7 - 80 + 1, -7}});
  CHECK(line.at(-7) <= *request.deploy_began);
  CHECK(line.at(-6) > *request.deploy_began);
}

namespace {

/// 10 points of 1 s after a deploy of `deploy` s, warm-up 1 s, `past` s watched before it.
Timeline short_past(int past, int deploy = 0, Duration reference = seconds(40)) {
  TimelineRequest request;
  request.deployed_at = TimePoint(hours(24 * 1000));
  request.deploy_began = request.deployed_at - seconds(deploy);
  request.past_begins = *request.deploy_began - seconds(past);
  request.warmup = seconds(1);
  request.duration = seconds(10);
  request.step = seconds(1);
  request.reference = reference;
  request.history = hours(24);
  request.looks = 5;
  return make_timeline(request);
}

std::vector<std::int64_t> back_to_back(std::int64_t youngest, std::int64_t count) {
  std::vector<std::int64_t> bases;
  for (std::int64_t j = 0; j < count; ++j) bases.push_back(youngest - 10 * j);
  return bases;
}

}  // namespace

TEST_CASE("of a short past a tenth is the reference and the rest history, back to back") {
  const Timeline five = short_past(50);
  CHECK(five.reference == 5);
  CHECK(five.bases == back_to_back(-11, 4));
  CHECK(stretches_before(five) == std::vector<Stretch>{{-46, -42}, {-40, -1}});
  const Timeline ten = short_past(100);
  CHECK(ten.reference == 10);
  CHECK(ten.bases == back_to_back(-11, 8));
  const Timeline asked_for_less = short_past(100, 0, seconds(3));
  CHECK(asked_for_less.reference == 3);
  CHECK(asked_for_less.bases == back_to_back(-11, 9));
  CHECK(short_past(2000).reference == 40);
}

TEST_CASE("the deploy's length lies between history windows and their references, too") {
  const Timeline line = short_past(100, 20);
  CHECK(line.gap == 21);
  CHECK(line.reference == 10);
  CHECK(line.bases == back_to_back(-31, 6));
  CHECK(stretches_before(line) == std::vector<Stretch>{{-81 - 21 - 10 + 1, -21}});
}

TEST_CASE("the reference is shortened where only that leaves room for four windows") {
  const Timeline line = short_past(43);  // 40 of windows and 1 of gap before the oldest
  CHECK(line.reference == 2);
  CHECK(line.bases == back_to_back(-11, 4));
  CHECK(stretches_before(line).front().from == -43);
}

TEST_CASE("a past too short for four windows is reference only") {
  for (const int deploy : {0, 10}) {
    const Timeline line = short_past(deploy == 0 ? 41 : 50, deploy);
    CHECK(line.bases.empty());
    CHECK(line.reference == 40);
  }
  const Timeline line = short_past(25);
  CHECK(line.bases.empty());
  CHECK(line.reference == 25);
  CHECK(stretches_before(line) == std::vector<Stretch>{{-25, -1}});
  CHECK(short_past(0).columns() == 10);
}

TEST_CASE("nothing is asked for before the past begins, in whatever fraction of a step it does") {
  TimelineRequest request = plain();
  for (int past = 0; past < 4000; past += 7) {
    request.deploy_began = request.deployed_at - seconds(past % 100);
    request.past_begins = *request.deploy_began - seconds(past);
    const Timeline line = make_timeline(request);
    for (const Stretch& stretch : stretches_before(line)) {
      CHECK(line.at(stretch.from - 1) >= *request.past_begins);
      CHECK(line.at(stretch.to) <= *request.deploy_began);
    }
    CHECK((line.bases.empty() || line.bases.size() >= kFewestWindows));
  }
}

TEST_CASE("a deploy in a short past leaves no mixture in reference or history") {
  TimelineRequest request = plain();
  request.past_begins = request.deployed_at - minutes(60);
  request.past_events = {{request.deployed_at - minutes(3), request.deployed_at - minutes(3)}};
  const Timeline line = make_timeline(request);
  CHECK(line.reference == 11);
  CHECK(line.bases ==
        std::vector<std::int64_t>{-44, -64, -84, -104, -124, -144, -164, -184, -204, -224});
}

TEST_CASE("what is fetched covers every window and reference and nothing after the deploy") {
  const Timeline line = make_timeline(plain());
  CHECK(stretches_before(line) == std::vector<Stretch>{{-407, -4}});
}

TEST_CASE("without history and reference only the window itself is looked at") {
  TimelineRequest request = plain();
  request.history = Duration(0);
  request.reference = Duration(0);
  const Timeline line = make_timeline(request);
  CHECK(line.first() == 1);
  CHECK(line.columns() == 20);
  CHECK(stretches_before(line).empty());
}

TEST_CASE("a warm-up that is no multiple of the step is rounded up") {
  TimelineRequest request = plain();
  request.warmup = seconds(50);
  CHECK(make_timeline(request).gap == 4);
}

TEST_CASE("more looks than points are as many looks as points") {
  TimelineRequest request = plain();
  request.duration = seconds(45);
  request.looks = 10;
  CHECK(make_timeline(request).looks == std::vector<std::int64_t>{1, 2, 3});
}

TEST_CASE("windows are left out where they, or their references, overlap an earlier deploy") {
  TimelineRequest request = plain();
  // Window j is over (start - 21m - 5m·j, + 5m]; its reference ends a minute before it and is 20m.
  const TimePoint event = request.deployed_at + minutes(1) - minutes(60);
  request.past_events = {{event, event + minutes(2)}};
  const Timeline line = make_timeline(request);
  for (std::int64_t j = 1; j <= 12; ++j) {
    const std::int64_t base = -84 - 20 * j;
    const TimePoint window = line.at(base);
    const bool in_window = window <= event + minutes(2) && window + minutes(5) >= event;
    const bool in_reference =
        window - minutes(21) <= event + minutes(2) && window - minutes(1) >= event;
    const bool kept = std::ranges::count(line.bases, base) == 1;
    CHECK(kept == (!in_window && !in_reference));
  }
  CHECK(line.bases.size() < 12);
}

TEST_CASE("the window's own reference begins after the last deploy before it") {
  TimelineRequest request = plain();
  // 20 minutes of reference end at the deploy, 1 minute before the window: 9.75 are after this one.
  request.past_events = {{request.deployed_at - minutes(12), request.deployed_at - minutes(10)}};
  const Timeline line = make_timeline(request);
  CHECK(line.reference == 39);
  CHECK(line.at(-line.gap - line.reference) > request.deployed_at - minutes(10));
}

TEST_CASE("what is left of the reference after a deploy is used if it is half a window or more") {
  TimelineRequest request = plain();  // 20 points a window, 15 s each
  const auto reference_after = [&](Duration before) {
    request.past_events = {{request.deployed_at - before, request.deployed_at - before}};
    return make_timeline(request).reference;
  };
  CHECK(reference_after(seconds(15 * 10 + 1)) == 10);
  CHECK(reference_after(seconds(15 * 10)) == 0);
}

TEST_CASE("deploys as many as thirty a day leave a quarter of the history at every time of day") {
  TimelineRequest request = plain();
  request.history = hours(24);
  // Every 20 minutes from 4 to 14 hours before, 6 minutes each: no window and reference is clear.
  for (int i = 0; i < 30; ++i) {
    const TimePoint from = request.deployed_at - hours(4) - minutes(20 * i);
    request.past_events.push_back({from, from + minutes(6)});
  }
  const Timeline line = make_timeline(request);
  const std::int64_t points_an_hour = 240;
  std::set<std::int64_t> blocks;  // of twelve windows, an hour
  std::size_t busy = 0;
  for (const std::int64_t base : line.bases) {
    const std::int64_t block = (-84 - 20 - base) / points_an_hour;
    blocks.insert(block);
    busy += block >= 5 && block < 12 ? 1U : 0U;
  }
  CHECK(blocks.size() == 24);
  CHECK(busy == 7 * 3);
  CHECK(line.overlapping >= busy);
  CHECK(line.bases.size() >= 72 + 9 * 11);

  // One that lasts all day: of the first twelve windows the three youngest are clear.
  request.past_events.clear();
  const TimePoint all_day = request.deployed_at - hours(30);
  request.past_events.push_back({all_day, request.deployed_at - hours(1)});
  const Timeline covered = make_timeline(request);
  CHECK(covered.reference == 80);
  CHECK(covered.bases.size() == 3 * 24);
}

TEST_CASE("with five days of history all windows are of the same time of day") {
  TimelineRequest request = plain();
  request.history = hours(24 * 7);
  const Timeline line = make_timeline(request);
  CHECK(line.same_time_of_day);
  CHECK(line.bases.size() >= 14);
  std::set<std::int64_t> days;
  for (const std::int64_t base : line.bases) {
    const Duration offset = -base * line.step;
    const auto day = (offset + hours(12)) / hours(24);
    CHECK(std::chrono::abs(offset - day * hours(24)) <= minutes(5));
    days.insert(day);
  }
  CHECK(days.size() >= 6);
}

TEST_CASE("the fetch budget leaves windows out evenly over the time of day") {
  TimelineRequest request = plain();
  request.history = hours(24);
  request.max_points = 3000;  // of 5800 or so
  const Timeline line = make_timeline(request);
  CHECK(line.thinned);
  std::int64_t points = line.points;
  for (const Stretch& stretch : stretches_before(line)) points += stretch.to - stretch.from + 1;
  CHECK(points <= 3000);
  REQUIRE(line.bases.size() > 10);
  CHECK(std::ranges::is_sorted(line.bases, std::greater<>()));
  // Each quarter of the day keeps about its share.
  std::vector<std::size_t> quarters(4, 0);
  for (const std::int64_t base : line.bases) {
    ++quarters[static_cast<std::size_t>((-base * line.step / hours(6)) % 4)];
  }
  for (const std::size_t count : quarters) {
    CHECK(count * 4 + 8 >= line.bases.size());
    CHECK(count * 4 <= line.bases.size() + 8);
  }
}

TEST_CASE("a budget too small for any history still keeps the window and its reference") {
  TimelineRequest request = plain();
  request.max_points = 1;
  const Timeline line = make_timeline(request);
  CHECK(line.bases.empty());
  CHECK(stretches_before(line) == std::vector<Stretch>{{-83, -4}});
}
