#include "checks/scrape/store.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "checks/promql/parse.h"
#include "checks/scrape/target.h"

using namespace canarygate;
using namespace canarygate::scrape;
using namespace std::chrono_literals;
using promql::Labels;

namespace {

constexpr TimePoint kStart{1'795'212'000s};
constexpr std::int64_t kStartMs = kStart.time_since_epoch().count();

std::vector<Selector> selectors_of(const std::string& query) {
  const auto parsed = promql::parse(query);
  REQUIRE(parsed.has_value());
  return parsed->selectors();
}

/// Samples as `SECONDS:VALUE`, a stale marker as `SECONDS:stale`.
std::string samples_of(const Store& store, const std::string& selector) {
  std::string text;
  for (const promql::StoredSeries& series : store.select(selectors_of(selector).at(0))) {
    for (const promql::Sample& sample : series.samples) {
      const double seconds = static_cast<double>(sample.time - kStartMs) / 1000;
      text += (text.empty() ? "" : " ") + fmt::format("{}:", seconds);
      text += promql::is_stale(sample.value) ? "stale" : fmt::format("{}", sample.value);
    }
  }
  return text;
}

std::vector<Labels> labels_in(const Store& store, const std::string& selector) {
  std::vector<Labels> all;
  for (const auto& series : store.select(selectors_of(selector).at(0))) {
    all.push_back(*series.labels);
  }
  return all;
}

/// A store that one or two hosts' scrapes go into, a second apart.
struct Watched {
  Store store;
  explicit Watched(const std::string& query, Labels labels = {}, Bounds bounds = {})
      : store(std::move(labels), bounds) {
    store.watch({"a", "b"}, selectors_of(query));
  }
  Result<Taken, std::string> add(int second, std::string_view body, const std::string& host = "a",
                                 Format format = Format::text) {
    return store.add(host, {kStart + std::chrono::seconds(second), 20ms, body, format});
  }
  void good(int second, std::string_view body, const std::string& host = "a") {
    const auto taken = add(second, body, host);
    REQUIRE_MESSAGE(taken.has_value(), taken.error());
  }
  std::string error(int second, std::string_view body) {
    const auto taken = add(second, body);
    REQUIRE_FALSE(taken.has_value());
    return taken.error();
  }
};

}  // namespace

TEST_CASE("only what a watched query's selectors accept is kept, with its host as instance") {
  Watched w(R"(rate(x{code=~"5.."}[1m]) / {__name__=~"y_.*",instance="b"})");
  for (const char* host : {"b", "a"}) {
    w.good(0, "x{code=\"500\"} 1\nx{code=\"200\"} 2\nz 3\ny_1 4\n", host);
  }
  CHECK(labels_in(w.store, R"({__name__=~".+"})") ==
        std::vector<Labels>{{{"__name__", "x"}, {"code", "500"}, {"instance", "a"}},
                            {{"__name__", "x"}, {"code", "500"}, {"instance", "b"}},
                            {{"__name__", "y_1"}, {"instance", "b"}}});
  CHECK(samples_of(w.store, R"(x{instance="a"})") == "0:1");
  CHECK(w.store.names() == std::vector<std::string>{"x", "y_1", "z"});
}

TEST_CASE("a target's labels win over exposed ones, which become exported_") {
  // Prometheus, scrape/scrape_test.go: TestScrapeLoopAppend and TestScrapeLoopAppendForConflicting…
  const Labels target = target_labels("web-1", {{"foo", "2"}});
  CHECK(target == Labels{{"foo", "2"}, {"instance", "web-1"}});
  CHECK(with_target_labels({{"foo", "1"}, {"instance", "me"}, {"x", "y"}}, target) ==
        Labels{{"exported_foo", "1"},
               {"exported_instance", "me"},
               {"foo", "2"},
               {"instance", "web-1"},
               {"x", "y"}});
  CHECK(with_target_labels({{"foo", "1"}, {"exported_foo", "3"}}, {{"foo", "2"}}) ==
        Labels{{"exported_exported_foo", "1"}, {"exported_foo", "3"}, {"foo", "2"}});
  CHECK(with_target_labels({{"foo", "1"}}, {{"foo", "2"}, {"exported_foo", "3"}}) ==
        Labels{{"exported_exported_foo", "1"}, {"exported_foo", "3"}, {"foo", "2"}});

  Watched w("x", {{"job", "web"}});
  w.good(0, "x{instance=\"other\",job=\"\"} 1\n");
  CHECK(
      labels_in(w.store, "x") ==
      std::vector<Labels>{
          {{"__name__", "x"}, {"exported_instance", "other"}, {"instance", "a"}, {"job", "web"}}});
}

TEST_CASE("labels in another order are the same series") {
  Watched w("x");
  w.good(0, "x{a=\"1\",b=\"2\"} 1\n");
  w.good(1, "x { b=\"2\", a=\"1\", } 2\n");
  CHECK(samples_of(w.store, "x") == "0:1 1:2");
}

TEST_CASE("a series that vanishes gets a stale marker at that scrape, once, and may return") {
  Watched w("{__name__=~\"x|y\"}");
  w.good(0, "x 1\ny 1\n");
  w.good(1, "y 2\n");
  w.good(2, "y 3\n");
  w.good(3, "x 4\ny 4\n");
  CHECK(samples_of(w.store, "x") == "0:1 1:stale 3:4");
  CHECK(samples_of(w.store, "y") == "0:1 1:2 2:3 3:4");
}

TEST_CASE("a failed scrape ends all series of its host and none of another") {
  Watched w(R"({__name__=~"x|up"})");
  w.good(0, "x 1\n");
  w.good(0, "x 5\n", "b");
  w.store.add_failure("a", kStart + 1s);
  CHECK(w.error(2, "x 3\ny 1 2 3\n") == "line 2: more than one sample: '3'");
  CHECK(samples_of(w.store, R"(x{instance="a"})") == "0:1 1:stale");
  CHECK(samples_of(w.store, R"(x{instance="b"})") == "0:5");
  CHECK(samples_of(w.store, R"(up{instance="a"})") == "0:1 1:0 2:0");
  w.good(3, "x 4\n");
  CHECK(samples_of(w.store, R"(x{instance="a"})") == "0:1 1:stale 3:4");
}

TEST_CASE("samples with a time of their own keep it, in order, and get no stale marker") {
  Watched w("x");
  w.good(10, fmt::format("x 1 {}\n", kStartMs + 2000));
  w.good(11, fmt::format("x 1 {}\n", kStartMs + 2000));
  w.good(12, fmt::format("x 9 {}\n", kStartMs + 1000));
  w.good(13, fmt::format("x 2 {}\nx 3 {}\n", kStartMs + 3000, kStartMs + 4000));
  w.good(14, "");
  w.store.add_failure("a", kStart + 15s);
  CHECK(samples_of(w.store, "x") == "2:1 3:2 4:3");
  w.good(16, fmt::format("x 5 {}\n", kStartMs + 16'000 + 1'001));
  w.good(17, fmt::format("x 6 {}\n", kStartMs + 17'000 + 1'000));
  CHECK(samples_of(w.store, "x") == "2:1 3:2 4:3 18:6");
}

TEST_CASE("a series twice in one scrape: the first value is kept, and it is told") {
  Watched w("x");
  const auto taken = w.add(0, "x{a=\"1\"} 1\nx{a=\"1\"} 2\nx{a=\"1\",} 3\ny 1\ny 1\n");
  REQUIRE(taken.has_value());
  CHECK(taken->repeated == 2);
  CHECK(taken->repeated_name == "x");
  CHECK(taken->samples == 5);
  CHECK(samples_of(w.store, "x") == "0:1");
  CHECK(w.add(1, "x{a=\"1\"} 2\n")->repeated == 0);
}

TEST_CASE("a clock that was set back loses samples, never their order") {
  Watched w("x");
  w.good(5, "x 1\n");
  w.good(4, "x 2\n");
  w.good(6, "x 3\n");
  CHECK(samples_of(w.store, "x") == "5:1 6:3");
}

TEST_CASE("up, duration and number of samples are there when a query reads them") {
  Watched w(R"({__name__=~"up|scrape_.*"})", {{"job", "web"}});
  w.good(0, "x 1\ny 2\n");
  w.store.add_failure("a", kStart + 1s);
  CHECK(samples_of(w.store, "up") == "0:1 1:0");
  CHECK(samples_of(w.store, "scrape_samples_scraped") == "0:2");
  CHECK(samples_of(w.store, "scrape_duration_seconds") == "0:0.02");
  CHECK(labels_in(w.store, "up") ==
        std::vector<Labels>{{{"__name__", "up"}, {"instance", "a"}, {"job", "web"}}});
  Watched other("x");
  other.good(0, "x 1\n");
  CHECK(labels_in(other.store, R"({__name__=~".+"})").size() == 1);
}

TEST_CASE("labels that cannot be are the whole scrape's failure, if somebody reads them") {
  Watched w("x");
  CHECK(w.error(0, "x{b=\"2\"} 1\nx{a=\"1\",a=\"2\"} 1\n") ==
        "the label 'a' is there twice in 'x{a=\"1\",a=\"2\"}'");
  CHECK(samples_of(w.store, "x").empty());
  w.good(1, "y{a=\"1\",a=\"2\"} 1\n");
}

TEST_CASE("a second watch keeps what is still wanted and forgets the rest") {
  Watched w("{__name__=~\"x|y\"}");
  for (const char* host : {"a", "b"}) w.good(0, "x 1\ny 1\nz 1\n", host);
  w.store.watch({"a", "c"}, selectors_of(R"({__name__=~"x|z"})"));
  for (const char* host : {"a", "c"}) w.good(1, "x 2\ny 2\nz 2\n", host);
  CHECK(samples_of(w.store, R"(x{instance="a"})") == "0:1 1:2");
  CHECK(samples_of(w.store, R"(x{instance="b"})").empty());
  CHECK(samples_of(w.store, R"(x{instance="c"})") == "1:2");
  CHECK(samples_of(w.store, R"(z{instance="a"})") == "1:2");
  CHECK(samples_of(w.store, "y").empty());
}

TEST_CASE("a series keeps its newest samples, and the store says since when") {
  Bounds bounds;
  bounds.samples_of_series = 50;
  Watched w("x", {}, bounds);
  for (int second = 0; second < 50; ++second) w.good(second, fmt::format("x {}\n", second));
  CHECK_FALSE(w.store.cut().has_value());
  for (int second = 50; second < 1000; ++second) w.good(second, fmt::format("x {}\n", second));
  const auto series = w.store.select(selectors_of("x").at(0));
  REQUIRE(series.size() == 1);
  REQUIRE(series[0].samples.size() == 50);
  CHECK(series[0].samples.front().value == 950);
  CHECK(series[0].samples.back().value == 999);
  CHECK(w.store.cut() == kStart + 949s);
}

TEST_CASE("when the memory for all samples is used up, every series loses its oldest ones") {
  Bounds bounds;
  bounds.samples = 8000;
  bounds.samples_of_series = 1000;
  Watched w("x", {}, bounds);
  for (int second = 0; second < 2000; ++second) {
    std::string body;
    for (int i = 0; i < 20; ++i) body += fmt::format("x{{i=\"{}\"}} {}\n", i, second);
    w.good(second, body);
  }
  const auto all = w.store.select(selectors_of("x").at(0));
  CHECK(all.size() == 20);
  for (const promql::StoredSeries& series : all) {
    // 400 places for each of 20, of which a fifth is room to move in.
    CHECK(series.samples.size() <= 320);
    CHECK(series.samples.size() > 310);
    CHECK(series.samples.back().value == 1999);
  }
  CHECK(w.store.cut() == kStart + 1s * (1999 - all.at(0).samples.size()));
}

TEST_CASE("the places that the rings hold never exceed the bound by more than one ring's growth") {
  Ring ring;
  std::size_t most = 0;
  for (std::int64_t time = 0; time < 10'000; ++time) {
    REQUIRE(ring.append({time, 0}, 100));
    most = std::max(most, ring.allocated());
    REQUIRE(ring.samples().front().time == std::max<std::int64_t>(0, time - 99));
    REQUIRE(ring.samples().back().time == time);
  }
  CHECK(most == 126);
  CHECK_FALSE(ring.append({9'999, 0}, 100));
  ring.shorten(10);
  CHECK(ring.allocated() == 10);
  CHECK(ring.samples().front().time == 9'990);
  CHECK(ring.cut() == 9'989);
}

TEST_CASE("more series than the bounds allow are an error, never a part of them") {
  Bounds bounds;
  bounds.series_of_host = 3;
  Watched w("x", {}, bounds);
  CHECK(w.error(0, "x{i=\"1\"} 1\nx{i=\"2\"} 1\nx{i=\"3\"} 1\nx{i=\"4\"} 1\n") ==
        "a exposed more than 3 series that the queries read; narrow their selectors");
  CHECK(samples_of(w.store, "x").empty());
  REQUIRE(w.store.overflow().has_value());
  w.store.watch({"a"}, selectors_of("y"));
  CHECK_FALSE(w.store.overflow().has_value());

  Bounds all;
  all.series = 3;
  Watched together("x", {}, all);
  together.good(0, "x{i=\"1\"} 1\nx{i=\"2\"} 1\n", "b");
  CHECK(together.error(0, "x{i=\"1\"} 1\nx{i=\"2\"} 1\n") ==
        "the hosts together exposed more than 3 series that the queries read; narrow their "
        "selectors");

  Bounds bytes;
  bytes.label_bytes = 100;
  Watched wide("x", {}, bytes);
  CHECK(wide.error(0, "x{i=\"" + std::string(100, 'y') + "\"} 1\n") ==
        "the hosts together exposed more than 100 bytes of labels of series that the queries "
        "read; narrow their selectors");
}

TEST_CASE("labels that change with every scrape do not fill the memory of what is known") {
  Bounds bounds;
  bounds.known_bytes = 1;  // the least that a host gets: 64 KiB
  Watched w(R"(x{keep="1"})", {}, bounds);
  for (int second = 0; second < 500; ++second) {
    std::string body = "x{keep=\"1\"} 1\n";
    for (int i = 0; i < 20; ++i) {
      body += fmt::format("x{{id=\"{}-{}{}\"}} 1\n", second, i, std::string(30, 'z'));
    }
    w.good(second, body);
  }
  CHECK(w.store.select(selectors_of("x").at(0)).size() == 1);
  CHECK(w.store.select(selectors_of("x").at(0)).at(0).samples.size() == 500);
}
