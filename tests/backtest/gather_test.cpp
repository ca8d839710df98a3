#include "checks/backtest/gather.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <fstream>

#include "tests/support/fakes.h"

namespace canarygate::backtest::test {

using std::chrono::minutes;

namespace {

namespace fs = std::filesystem;

constexpr Duration kStep = minutes(30);  // a block of the cache is twelve points

/// Point i of host h is 1000 h + i.
class Counting : public MetricsBackend {
 public:
  std::vector<Result<QueryAnswer>> fetch(std::span<const RangeQuery> queries, Duration) override {
    std::vector<Result<QueryAnswer>> answers;
    for (const RangeQuery& query : queries) {
      const std::int64_t begin = query.grid.start.time_since_epoch() / query.grid.step;
      asked.emplace_back(begin + 1, begin + query.grid.points);
      if (failure) {
        answers.emplace_back(unexpected(*failure));
        continue;
      }
      QueryAnswer answer;
      for (int host = 1; host <= 2; ++host) {
        Series series{fmt::format("h-{}", host), {{"host", fmt::format("h-{}", host)}}, {}};
        for (std::int64_t i = 1; i <= query.grid.points; ++i) {
          series.values.push_back(1000.0 * host + static_cast<double>(begin + i));
        }
        answer.series.push_back(std::move(series));
      }
      if (warning) answer.warnings = {"not all of it is sure"};
      answers.emplace_back(std::move(answer));
    }
    return answers;
  }
  [[nodiscard]] QueryDialect dialect() const override { return QueryDialect::none; }
  [[nodiscard]] std::string default_host_label() const override { return "host"; }
  [[nodiscard]] Duration settle() const override { return Duration(0); }
  [[nodiscard]] Duration scrape_interval() const override { return kStep; }

  using Asked = std::vector<std::pair<std::int64_t, std::int64_t>>;
  Asked asked;
  std::optional<Error> failure;
  bool warning = false;
};

class Fixture {
 public:
  Fixture() {
    auto backend = std::make_unique<Counting>();
    counting = backend.get();
    backends["default"] = std::move(backend);
    environment.name = "test";
    Config config;
    config.set("url", std::string("http://metrics.example.com"));
    config.set("token", SecretRef{SecretRef::From::env, "TOKEN"});
    environment.backends["default"] = {"prometheus", config};
    plan.queries = {{"default", "load", "host", false}};
    world.variables.values["TOKEN"] = "s3cr3t-value";
  }
  ~Fixture() { fs::remove_all(folder); }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;

  Result<Gathered> gather_all(std::int64_t first, std::int64_t last, bool with_cache = true) {
    counting->asked.clear();
    const GatherRequest request{
        plan, backends, environment, kStep, first, last, with_cache ? &cache : nullptr};
    return gather(request, world.ports, [](std::int64_t, std::int64_t) {});
  }

  /// All files of the cache.
  [[nodiscard]] std::vector<fs::path> files() const {
    std::vector<fs::path> all;
    for (const auto& entry : fs::directory_iterator(folder)) all.push_back(entry.path());
    return all;
  }

  canarygate::test::FakeWorld world;
  gate::QueryPlan plan;
  gate::Backends backends;
  EnvironmentDefinition environment;
  fs::path folder = fs::temp_directory_path() / fmt::format("canarygate-gather-{}", ::getpid());
  Cache cache{folder};
  Counting* counting = nullptr;
};

void check_numbers(const Past& past, std::int64_t first, std::int64_t last) {
  REQUIRE(past.queries.size() == 1);
  REQUIRE(past.queries[0].series().size() == 2);
  for (const PastSeries& series : past.queries[0].series()) {
    const double host = series.host == "h-1" ? 1000 : 2000;
    for (std::int64_t i = first; i <= last; ++i) {
      REQUIRE(series.at(i) == host + static_cast<double>(i));
    }
  }
}

using Asked = Counting::Asked;

}  // namespace

TEST_CASE_FIXTURE(Fixture,
                  "the past is asked for a day at a time, from the block that it begins in") {
  const auto gathered = gather_all(15, 60, false);
  REQUIRE(gathered);
  CHECK(counting->asked == Asked{{13, 48}, {49, 60}});
  check_numbers(gathered->past, 15, 60);
  CHECK(gathered->asked == 2 * 48);
}

TEST_CASE_FIXTURE(Fixture, "a second time only what is new is asked for") {
  REQUIRE(gather_all(15, 60));
  const auto again = gather_all(15, 60);
  REQUIRE(again);
  CHECK(counting->asked.empty());
  CHECK(again->asked == 0);
  check_numbers(again->past, 15, 60);
  const auto later = gather_all(20, 65);
  REQUIRE(later);
  CHECK(counting->asked == Asked{{61, 65}});
  check_numbers(later->past, 20, 65);
  REQUIRE(gather_all(20, 65));
  CHECK(counting->asked.empty());
}

TEST_CASE_FIXTURE(Fixture, "without a cache everything is asked for again, and nothing is kept") {
  REQUIRE(gather_all(15, 60, false));
  REQUIRE(gather_all(15, 60, false));
  CHECK(counting->asked.size() == 2);
  CHECK_FALSE(fs::exists(folder));
}

TEST_CASE_FIXTURE(Fixture, "a block that cannot be read is asked for again, and only that one") {
  REQUIRE(gather_all(1, 48));
  const std::string origin =
      origin_of(plan.queries[0], environment.backends["default"], "test", kStep);
  const fs::path second = cache.file_of(origin, 1);
  SUBCASE("cut off") { fs::resize_file(second, fs::file_size(second) / 2); }
  SUBCASE("emptied") { fs::resize_file(second, 0); }
  SUBCASE("of something else") { std::ofstream(second) << "hello"; }
  SUBCASE("another block under its name") {
    fs::copy_file(cache.file_of(origin, 2), second, fs::copy_options::overwrite_existing);
  }
  const auto again = gather_all(1, 48);
  REQUIRE(again);
  CHECK(counting->asked == Asked{{13, 24}});
  check_numbers(again->past, 1, 48);
}

TEST_CASE_FIXTURE(Fixture, "numbers are those of one backend, query, label and environment") {
  REQUIRE(gather_all(1, 12));
  SUBCASE("another query") { plan.queries[0].text = "load5"; }
  SUBCASE("another label") { plan.queries[0].host_label = "instance"; }
  SUBCASE("events") { plan.queries[0].counts = true; }
  SUBCASE("another environment") { environment.name = "staging"; }
  SUBCASE("another server") {
    environment.backends["default"].config.set("url", std::string("http://other.example.com"));
  }
  SUBCASE("another tenant") {
    environment.backends["default"].config.set(
        "headers", std::map<std::string, TextOrSecret>{{"X-Scope-OrgID", std::string("web")}});
  }
  REQUIRE(gather_all(1, 12));
  CHECK(counting->asked == Asked{{1, 12}});
}

TEST_CASE_FIXTURE(Fixture, "what the server had reservations about is not kept") {
  counting->warning = true;
  const auto doubtful = gather_all(1, 12);
  REQUIRE(doubtful);
  CHECK(doubtful->warnings == std::vector<std::string>{"not all of it is sure"});
  REQUIRE(gather_all(1, 12));
  CHECK(counting->asked == Asked{{1, 12}});
}

TEST_CASE_FIXTURE(Fixture, "a file of numbers is read anew each time") {
  environment.backends["default"].type = "file";
  REQUIRE(gather_all(1, 12));
  REQUIRE(gather_all(1, 12));
  CHECK(counting->asked == Asked{{1, 12}});
}

TEST_CASE_FIXTURE(Fixture, "an error is the backend's, with the time that was asked for") {
  counting->failure = Error{ErrorKind::backend, "metrics.example.com answered 503"};
  const auto gathered = gather_all(1, 12);
  REQUIRE_FALSE(gathered);
  CHECK(gathered.error().kind == ErrorKind::backend);
  CHECK(gathered.error().text ==
        "metrics.example.com answered 503 (asked for the numbers from 1970-01-01T00:00:00Z to "
        "1970-01-01T06:00:00Z)");
}

TEST_CASE_FIXTURE(Fixture, "what was asked for before an interrupt is not asked for again") {
  int answered = 0;
  const GatherRequest request{plan, backends, environment, kStep, 1, 96, &cache};
  const auto stopped = gather(request, world.ports, [&](std::int64_t done, std::int64_t) {
    if (done == 1 && answered++ == 0) world.interrupt.raise(2);
  });
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().kind == ErrorKind::interrupted);
  CHECK(counting->asked == Asked{{1, 48}});
  counting->asked.clear();
  canarygate::test::FakeWorld anew;
  REQUIRE(gather(request, anew.ports, [](std::int64_t, std::int64_t) {}));
  CHECK(counting->asked == Asked{{49, 96}});
}

TEST_CASE_FIXTURE(Fixture, "the cache holds no secret, and is its owner's alone") {
  REQUIRE(gather_all(1, 12));
  const std::string origin =
      origin_of(plan.queries[0], environment.backends["default"], "test", kStep);
  CHECK(origin.find("s3cr3t-value") == std::string::npos);
  REQUIRE(files().size() == 1);
  CHECK((fs::status(files()[0]).permissions() & fs::perms(0077)) == fs::perms::none);
  CHECK((fs::status(folder).permissions() & fs::perms(0077)) == fs::perms::none);
}

TEST_CASE_FIXTURE(Fixture, "a cache that is too large loses what was not used for longest") {
  REQUIRE(gather_all(1, 36));
  const std::string origin =
      origin_of(plan.queries[0], environment.backends["default"], "test", kStep);
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(48);
  for (std::int64_t block = 0; block < 3; ++block) {
    fs::last_write_time(cache.file_of(origin, block), long_ago + std::chrono::hours(block));
  }
  REQUIRE(cache.load(origin, 0));  // now it is the one used last
  const std::uintmax_t two =
      fs::file_size(cache.file_of(origin, 0)) + fs::file_size(cache.file_of(origin, 2));
  std::ofstream(folder / "notes.txt") << "not ours";
  cache.shrink(two);
  CHECK(cache.load(origin, 0));
  CHECK_FALSE(cache.load(origin, 1));
  CHECK(cache.load(origin, 2));
  CHECK(fs::exists(folder / "notes.txt"));
}

TEST_CASE("missing numbers survive the cache, and series that are alike stay two") {
  const fs::path folder =
      fs::temp_directory_path() / fmt::format("canarygate-block-{}", ::getpid());
  const Cache cache(folder);
  Block block{3, {{"h-1", {{"zone", "é\n"}}, {1.5, kMissing, -0.0}}, {"h-1", {}, {1, 2, 3}}}};
  REQUIRE(cache.keep("origin", 7, block));
  const auto read = cache.load("origin", 7);
  fs::remove_all(folder);
  REQUIRE(read);
  CHECK(read->points == 3);
  REQUIRE(read->series.size() == 2);
  CHECK(read->series[0].labels == block.series[0].labels);
  CHECK(read->series[0].values[0] == 1.5);
  CHECK(std::isnan(read->series[0].values[1]));
  CHECK(std::signbit(read->series[0].values[2]));
  CHECK(read->series[1].values == block.series[1].values);
}

TEST_CASE("the cache is where the user keeps caches") {
  using canarygate::test::FakeVariables;
  CHECK(cache_folder(FakeVariables({{"XDG_CACHE_HOME", "/x"}, {"HOME", "/h"}})) ==
        "/x/canarygate/backtest");
  CHECK(cache_folder(FakeVariables({{"XDG_CACHE_HOME", "relative"}, {"HOME", "/h"}})) ==
        "/h/.cache/canarygate/backtest");
  CHECK_FALSE(cache_folder(FakeVariables()));
}

}  // namespace canarygate::backtest::test
