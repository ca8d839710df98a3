#include "checks/metrics/graphite_frontends.h"
#include "checks/metrics/graphite_request.h"
#include "tests/metrics/graphite_asked.h"

using namespace canarygate;
using namespace canarygate::test;
using namespace std::chrono_literals;

namespace {

const std::string kTarget = "a.*";
const Grid kGrid{kGraphiteNow, 10s, 3};

std::string series(const std::string& name, const std::vector<std::string>& values) {
  return graphite_series(name, unix_seconds(kGraphiteNow), 10, values);
}

/// A pair, what each of it answers, and what the gate gets.
struct Pair {
  FakeWorld world;

  void answers(const std::string& server, int status, const std::string& body) {
    world.http.expect("GET", render_url(server, kTarget, kGrid), status, body);
  }
  void is_down(const std::string& server) {
    world.http.expect_error("GET", render_url(server, kTarget, kGrid), ErrorKind::backend,
                            host_of(server) + " is down");
  }
  Result<QueryAnswer> ask() {
    const RangeQuery query{kTarget, kGrid, ""};
    return graphite_of(world.ports, graphite_config({kGraphiteA, kGraphiteB}))
        ->fetch({&query, 1}, 60s)
        .front();
  }
};

const std::string kFull = "[" + series("x", {"1", "2", "3"}) + "]";

}  // namespace

TEST_CASE("of a pair both are asked at once, and of two that agree nothing is said") {
  Pair pair;
  pair.answers(kGraphiteA, 200, kFull);
  pair.answers(kGraphiteB, 200, kFull);
  CHECK(shown(pair.ask()) == "x: 1 2 3");
  REQUIRE(pair.world.http.sent.size() == 2);
  for (const HttpRequest& sent : pair.world.http.sent) CHECK(sent.only_once);
}

TEST_CASE("of a pair that disagrees the fuller answer is taken: more hosts, then more numbers") {
  struct Case {
    std::string poorer;
    std::string fuller;
  };
  const std::string minutes = graphite_series("x", unix_seconds(kGraphiteNow) - 60, 60, {"9", "9"});
  const std::vector<Case> cases = {
      {"[]", kFull},
      {"[" + series("x", {"1", "null", "3"}) + "]", kFull},
      {"[" + minutes + "]", kFull},
      {"[" + series("y", {"1", "2", "3"}) + "]",
       "[" + series("x", {"null", "null", "1"}) + "," + series("y", {"null", "null", "3"}) + "]"},
  };
  for (const Case& one : cases) {
    for (const bool first : {true, false}) {
      Pair pair;
      pair.answers(kGraphiteA, 200, first ? one.fuller : one.poorer);
      pair.answers(kGraphiteB, 200, first ? one.poorer : one.fuller);
      const std::string got = shown(pair.ask());
      CAPTURE(got);
      CHECK(got.starts_with("x: "));
      CHECK(got.ends_with(first ? "\nwarning: graphite-b:8080 lacks numbers that graphite-a:8080 "
                                  "has; the fuller answer was taken: a.*"
                                : "\nwarning: graphite-a:8080 lacks numbers that graphite-b:8080 "
                                  "has; the fuller answer was taken: a.*"));
    }
  }
}

TEST_CASE("two equally full answers with other numbers: the first is taken, and that is said") {
  Pair pair;
  pair.answers(kGraphiteA, 200, kFull);
  pair.answers(kGraphiteB, 200, "[" + series("x", {"1", "2", "4"}) + "]");
  CHECK(shown(pair.ask()) ==
        "x: 1 2 3\nwarning: graphite-a:8080 and graphite-b:8080 give different numbers; those of "
        "graphite-a:8080 were taken: a.*");
}

TEST_CASE("a frontend that is down or refuses is said, and the other's answer counts") {
  Pair down;
  down.is_down(kGraphiteA);
  down.answers(kGraphiteB, 200, kFull);
  CHECK(shown(down.ask()) ==
        "x: 1 2 3\nwarning: only graphite-b:8080 answered, the other of the pair did not: "
        "graphite-a:8080 is down");

  Pair malformed;
  malformed.answers(kGraphiteA, 200, kFull);
  malformed.answers(kGraphiteB, 200, "[");
  CHECK(shown(malformed.ask()) ==
        "x: 1 2 3\nwarning: only graphite-a:8080 answered, the other of the pair did not: "
        "graphite-b:8080 sent an answer that is not valid JSON, or was cut off. Check `urls`, and "
        "what stands in front of the server: a.*");
}

TEST_CASE("when neither answers both are asked again, this time with patience") {
  Pair pair;
  pair.is_down(kGraphiteA);
  pair.answers(kGraphiteB, 503, "starting");
  pair.is_down(kGraphiteA);
  pair.answers(kGraphiteB, 200, kFull);
  CHECK(shown(pair.ask()).starts_with("x: 1 2 3\nwarning: only graphite-b:8080 answered"));
  REQUIRE(pair.world.http.sent.size() == 4);
  CHECK_FALSE(pair.world.http.sent.back().only_once);
}

TEST_CASE("when nobody can answer each one's reason is given") {
  Pair pair;
  for (int i = 0; i < 2; ++i) {
    pair.is_down(kGraphiteA);
    pair.answers(kGraphiteB, 503, "starting");
  }
  CHECK(shown(pair.ask()) ==
        "error: none of the 2 servers could answer: graphite-a:8080 is down; graphite-b:8080 "
        "failed: starting (503). Look at the server's log");

  Pair refused;  // what is wrong with the query is wrong everywhere: nobody is asked again
  refused.answers(kGraphiteA, 400, "unknown function");
  refused.answers(kGraphiteB, 400, "unknown function");
  CHECK(shown(refused.ask()) ==
        "error: graphite-a:8080 refuses the query: unknown function (400). Correct the query: a.*");
}

TEST_CASE("a range is split where archives end, by the age of what is asked for") {
  const auto firsts = [](const Grid& grid, Duration interval) {
    std::vector<std::int64_t> all;
    std::int64_t points = 0;
    for (const auto& piece : graphite::split_grid(grid, kGraphiteNow, interval)) {
      CHECK(piece.grid.start == grid.at(piece.first));
      CHECK(piece.first == points);
      points += piece.grid.points;
      all.push_back(piece.first);
    }
    CHECK(points == grid.points);
    return all;
  };
  using Firsts = std::vector<std::int64_t>;
  CHECK(firsts({kGraphiteNow - 10min, 10s, 60}, 10s) == Firsts{0});
  // Of a three-hour archive: what begins, two steps early, at most 2 h 59 min ago.
  CHECK(firsts({kGraphiteNow - 190min, 60s, 190}, 10s) == Firsts{0, 14, 74, 134, 164});
  // At most 11,000 times a request.
  CHECK(firsts({kGraphiteNow, 1s, 25'000}, 1s) == Firsts{0, 11'000, 22'000});
}

namespace {

/// Answers each piece of `grid` from an archive of `fine` seconds as long as it reaches `kept`
/// back, else from one of a minute; every number is its archive's step.
void expect_archives(FakeHttp& http, const Grid& grid, std::int64_t fine, Duration kept) {
  for (const auto& piece : graphite::split_grid(grid, kGraphiteNow, 10s)) {
    const auto asked = graphite::asked_for(piece.grid);
    const bool is_fine = TimePoint(std::chrono::seconds(asked.from)) >= kGraphiteNow - kept;
    const std::int64_t step = is_fine ? fine : 60;
    std::vector<std::string> values;
    const std::int64_t first = asked.from / step * step + step;
    for (std::int64_t t = first; t <= asked.until; t += step)
      values.push_back(std::to_string(step));
    http.expect("GET", render_url(kGraphiteA, kTarget, piece.grid), 200,
                "[" + graphite_series("x", first, step, values) + "]");
  }
}

}  // namespace

TEST_CASE("history beyond the finest archive is left out and said, never mixed in") {
  FakeWorld world;
  const Grid grid{kGraphiteNow - 150min, 60s, 149};
  expect_archives(world.http, grid, 10, 2h);
  const RangeQuery query{kTarget, grid, ""};
  const auto answer =
      graphite_of(world.ports, graphite_config({kGraphiteA}))->fetch({&query, 1}, 60s).front();
  REQUIRE(answer.has_value());
  const auto& values = answer->series.at(0).values;
  CHECK(std::ranges::count(values, 10.0) == 149 - 34);
  CHECK(std::ranges::count_if(values, [](double v) { return std::isnan(v); }) == 34);
  CHECK(answer->warnings ==
        std::vector<std::string>{
            "graphite-a:8080 has the numbers from before " + std::string("2026-11-20T20:04:00Z") +
            " in steps of 1m, and later ones in steps of 10s; the earlier ones were left out, for "
            "the two cannot be compared. A shorter `judge.history` does not ask for them: a.*"});
}

TEST_CASE("a window in other steps than its history is refused") {
  FakeWorld world;
  const Grid history{kGraphiteNow - 3h, 60s, 5};
  const Grid window{kGraphiteNow - 10min, 60s, 5};
  expect_archives(world.http, history, 10, 2h);
  expect_archives(world.http, window, 10, 2h);
  const auto backend = graphite_of(world.ports, graphite_config({kGraphiteA}));
  const RangeQuery before{kTarget, history, ""};
  const RangeQuery now{kTarget, window, ""};
  CHECK(shown(backend->fetch({&before, 1}, 60s).front()) == "x: 60 60 60 60 60");
  CHECK(shown(backend->fetch({&now, 1}, 60s).front()) ==
        "error: graphite-a:8080 answered in steps of 1m before and of 10s now, and the two cannot "
        "be compared. Judge sooner after the deploy, or choose a shorter `judge.history`: a.*");
}

TEST_CASE("a target that cannot be read is refused before it is sent, with its column") {
  FakeWorld world;
  const RangeQuery query{"sum(a.*", kGrid, ""};
  const auto answer =
      graphite_of(world.ports, graphite_config({kGraphiteA}))->fetch({&query, 1}, 60s).front();
  CHECK(shown(answer) == "error: column 4 of the query: this '(' is never closed: sum(a.*");
  CHECK(answer.error().kind == ErrorKind::definition);
}
