#include <fmt/format.h>

#include "tests/metrics/scraped.h"

using namespace canarygate;
using namespace canarygate::test;

TEST_CASE("hosts are asked once a second, all together, and answer as Prometheus would") {
  Scraped s;
  const std::string query = "sum by (instance) (rate(x_total[3s]))";
  s.watch(hosts_of({"web-1"}, {"web-2:8080"}), {query});
  for (int i = 0; i < 5; ++i) {
    s.next("web-1", fmt::format("x_total{{a=\"1\"}} {}\nx_total{{a=\"2\"}} {}\n", 2 * i, 3 * i));
    s.world.http.expect("GET", "http://web-2:8080/metrics", 200,
                        fmt::format("x_total {}\n# EOF\n", 7 * i),
                        {{"content-type", "application/openmetrics-text; version=1.0.0"}});
    s.tick();
    CHECK(s.world.http.sent.size() == 2 * static_cast<std::size_t>(i + 1));
  }
  const QueryAnswer answered = s.answer(query, {kStart + 2s, 1s, 2});
  REQUIRE(answered.series.size() == 2);
  CHECK(answered.series[0].host == "web-1");
  CHECK(same(answered.series[0].values, {5, 5}));
  CHECK(answered.series[1].host == "web-2:8080");
  CHECK(same(answered.series[1].values, {7, 7}));
  CHECK(answered.warnings.empty());
  const HttpRequest& sent = s.world.http.sent.at(0);
  CHECK(sent.only_once);
  CHECK(sent.timeout == 1s);
  CHECK(sent.max_body == 32U << 20U);
  CHECK(sent.headers ==
        std::vector<std::pair<std::string, std::string>>{
            {"Accept",
             "application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,"
             "*/*;q=0.1"}});
}

TEST_CASE("ticks lie on a raster from the first watch; what is not due asks nothing") {
  Scraped s({{"scrape_interval", Duration(15s)}});
  CHECK_FALSE(s.backend->collect(10s).has_value());
  CHECK(s.backend->past_begins() == kStart);
  s.watch(hosts_of({"web-1"}, {}), {"x"});
  s.world.clock.advance(2s);
  s.next("web-1", "x 1\n");
  CHECK(s.backend->collect(10s) == kStart + 15s);
  s.world.clock.advance(12s);
  CHECK(s.backend->collect(10s) == kStart + 15s);
  CHECK(s.world.http.sent.size() == 1);
  s.world.clock.advance(1s);
  s.next("web-1", "x 2\n");
  CHECK(s.backend->collect(10s) == kStart + 30s);
  CHECK(s.backend->past_begins() == kStart + 2s);
  CHECK(same(s.values("x", {kStart, 1s, 3}), {kNan, 1, 1}));
}

TEST_CASE("a tick that was slept through is left out and told, not made up for") {
  Scraped s;
  s.watch(hosts_of({"web-1"}, {}), {"x"});
  s.next("web-1", "x 1\n");
  s.tick();
  s.world.clock.advance(2700ms);
  s.next("web-1", "x 2\n");
  CHECK(s.backend->collect(10s) == kStart + 4s);
  CHECK(s.world.http.sent.back().timeout == 500ms);
  CHECK(s.backend->remarks() ==
        std::vector<std::string>{
            "2 of 4 rounds of scrapes were left out, because canarygate or this machine was busy; "
            "a longer `scrape_interval` costs less"});
}

TEST_CASE("the raster is the monotonic clock's; samples carry the wall clock's time") {
  Scraped s;
  s.watch(hosts_of({"web-1"}, {}), {"x"});
  s.next("web-1", "x 1\n");
  s.tick();
  s.next("web-1", "x 2\n");
  s.tick();
  s.world.clock.lose(1s);  // and the wall clock stays at +2s
  s.next("web-1", "x 3\n");
  CHECK(s.backend->collect(10s) == kStart + 3s);
  CHECK(same(s.values("x", {kStart, 1s, 2}), {2, 3}));
}

TEST_CASE("a counter's reset is no fall of its rate") {
  Scraped s;
  s.watch(hosts_of({"web-1"}, {}), {"rate(x_total[4s])"});
  for (const int value : {100, 110, 5, 15, 25}) {
    s.next("web-1", fmt::format("x_total {}\n", value));
    s.tick();
  }
  // (0s, 4s] has 110, 5, 15, 25: 5 + 10 + 10 in 3 s, extended over the second before them.
  const auto values = s.values("rate(x_total[4s])", {kStart + 3s, 1s, 1});
  REQUIRE(values.size() == 1);
  CHECK(values[0] == doctest::Approx(25.0 / 3));
}

TEST_CASE("a series that vanishes is gone at once, and back when it returns") {
  Scraped s;
  s.watch(hosts_of({"web-1"}, {}), {"x"});
  for (const char* body : {"x 1\n", "x 2\n", "y 1\n", "y 1\n", "x 5\n"}) {
    s.next("web-1", body);
    s.tick();
  }
  CHECK(same(s.values("x", {kStart, 1s, 4}), {2, kNan, kNan, 5}));
}

TEST_CASE("a host that dies is gone at once; what failed is told with the last cause") {
  Scraped s;
  s.watch(hosts_of({"web-1"}, {"web-2"}), {"x", "up"});
  for (int i = 0; i < 4; ++i) {
    s.next("web-2", "x 1\n");
    if (i < 2) {
      s.next("web-1", "x 1\n");
    } else {
      s.next_error("web-1", ErrorKind::backend,
                   "web-1:9100: cannot connect (connection refused); check host and port in `url`");
    }
    s.tick();
  }
  const QueryAnswer answered = s.answer("x", {kStart - 1s, 1s, 4});
  REQUIRE(answered.series.size() == 2);
  CHECK(same(answered.series[0].values, {1, 1, kNan, kNan}));
  CHECK(same(answered.series[1].values, {1, 1, 1, 1}));
  CHECK(answered.warnings.empty());
  CHECK(s.backend->remarks() ==
        std::vector<std::string>{"2 of 4 scrapes of web-1:9100 failed, the last: web-1:9100: "
                                 "cannot connect (connection refused)"});
  // `up` is 0 then, but nothing is a host's number while it does not answer.
  CHECK(same(s.answer("up", {kStart - 1s, 1s, 4}).series.at(0).values, {1, 1, kNan, kNan}));
}

TEST_CASE("a range reaches back to a host's last life, but not while it is dead") {
  Scraped s;
  s.watch(hosts_of({"web-1"}, {}), {"rate(x_total[4s])"});
  for (int i = 0; i < 6; ++i) {
    if (i < 3) {
      s.next("web-1", fmt::format("x_total {}\n", 10 * i));
    } else {
      s.next_error("web-1", ErrorKind::backend, "web-1:9100: cannot connect; check `url`");
    }
    s.tick();
  }
  const auto values = s.values("rate(x_total[4s])", {kStart - 1s, 1s, 6});
  CHECK(std::isfinite(values[2]));
  CHECK(same({values.begin() + 3, values.end()}, {kNan, kNan, kNan}));
}

TEST_CASE("a host has stopped when two scrapes and the given time went unanswered") {
  Scraped s;
  s.watch(hosts_of({"web-1", "web-2"}, {}), {"x"});
  for (int i = 0; i < 5; ++i) {
    s.next("web-2", "x 1\n");
    if (i < 2) {
      s.next("web-1", "x 1\n");
    } else {
      s.next_error("web-1", ErrorKind::backend, "web-1:9100: cannot connect; check `url`");
    }
    s.tick();
    CHECK(s.backend->stopped(3s).empty() == (i < 3));
  }
  const auto stopped = s.backend->stopped(3s);
  REQUIRE(stopped.size() == 1);
  CHECK(stopped[0].host == "web-1");
  CHECK(stopped[0].since == kStart + 1s);
  CHECK(stopped[0].failures == 3);
  CHECK(stopped[0].cause == "web-1:9100: cannot connect");
}

TEST_CASE("a second watch brings new hosts in and keeps the past of the others") {
  Scraped s;
  s.watch(hosts_of({}, {"web-1", "web-2"}), {R"(x{instance=~"web-1|web-2"})"});
  s.next("web-1", "x 1\n");
  s.next("web-2", "x 1\n");
  s.tick();
  s.watch(hosts_of({"web-3"}, {"web-1"}), {R"(x{instance=~"web-3|web-1"})"});
  s.next("web-1", "x 2\n");
  s.next("web-3", "x 2\n");
  s.tick();
  const QueryAnswer answered = s.answer(R"(x{instance=~"web-3|web-1"})", {kStart - 1s, 1s, 2});
  REQUIRE(answered.series.size() == 2);
  CHECK(same(answered.series[0].values, {1, 2}));
  CHECK(same(answered.series[1].values, {kNan, 2}));
  CHECK(s.error(R"(x{instance=~"web-1|web-2"})") ==
        "nothing was kept for this query, as it was not watched: x{instance=~\"web-1|web-2\"}");
}

TEST_CASE("an interval of a fraction of a second is kept to the millisecond") {
  Scraped s({{"scrape_interval", Duration(250ms)}});
  CHECK(s.backend->scrape_interval() == 250ms);
  s.watch(hosts_of({"web-1"}, {}), {"rate(x_total[1s])"});
  for (int i = 0; i <= 8; ++i) {
    s.next("web-1", fmt::format("x_total {}\n", i));
    s.tick();
  }
  CHECK(s.world.clock.now() == kStart + 2250ms);
  CHECK(same(s.values("rate(x_total[1s])", {kStart + 1s, 500ms, 2}), {4, 4}));
}

TEST_CASE("an instant value lasts two intervals, or a step of the grid when that is longer") {
  Scraped s;
  s.watch(hosts_of({"web-1"}, {}), {"x"});
  s.next("web-1", "x 1\n");
  s.tick();
  s.world.clock.advance(20s);
  CHECK(same(s.values("x", {kStart - 1s, 1s, 5}), {1, 1, kNan, kNan, kNan}));
  CHECK(same(s.values("x", {kStart - 1s, 5s, 2}), {1, kNan}));
}

TEST_CASE("no host answered: each one's reason, and what to look at") {
  Scraped s;
  CHECK(s.error() == "nothing was kept for this query, as it was not watched: x");
  s.watch(hosts_of({"a", "b", "c"}, {"d", "e", "f", "g"}), {"x"});
  CHECK(s.error() == "no host was scraped yet");
  s.next_error("a", ErrorKind::backend, "a:9100: cannot connect (connection refused); check `url`");
  s.next("b", "<!DOCTYPE html>");
  s.world.http.expect("GET", "http://c:9100/metrics", 404, "");
  s.world.http.expect("GET", "http://d:9100/metrics", 403, "");
  s.next("e", "x 1\n# half of it\nx");
  s.next_error("f", ErrorKind::backend, "f:9100 did not answer within 1s; check the load");
  s.world.http.expect("GET", "http://g:9100/metrics", 200, "{}",
                      {{"content-type", "application/json"}});
  s.tick();
  CHECK(s.error() ==
        "no host could be scraped: a:9100: cannot connect (connection refused); b:9100 answered "
        "with a web page for /metrics; c:9100 answered 404 for /metrics; d:9100 answered 403 for "
        "/metrics (check `auth`); e:9100/metrics: line 3: expected `{` or a blank after the name "
        "'x', not ''; and 2 more. Check `port` and `path`");
}

TEST_CASE("a host that was away for one scrape in twenty is not worth a word") {
  Scraped s;
  s.watch(hosts_of({"web-1"}, {}), {"x"});
  s.next_error("web-1", ErrorKind::backend, "web-1:9100: cannot connect; check `url`");
  s.tick();
  for (int i = 1; i < 20; ++i) {
    s.next("web-1", "x 1\n");
    s.tick();
    CHECK(s.backend->remarks().empty() == (i == 19));
  }
}

TEST_CASE("hosts that failed are told one by one, up to five") {
  Scraped s;
  s.watch(hosts_of({"a", "b", "c", "d", "e", "f", "g"}, {"z"}), {"x"});
  for (const char* host : {"a", "b", "c", "d", "e"}) s.next(host, "<html>");
  s.world.http.expect("GET", "http://f:9100/metrics", 200, "x 1\n",
                      {{"content-type", "application/openmetrics-text"}});
  s.world.http.expect("GET", "http://g:9100/metrics", 200, "{}",
                      {{"content-type", "application/json"}});
  s.next("z", "x 1\nx 2\n");
  s.tick();
  const auto warnings = s.backend->remarks();
  REQUIRE(warnings.size() == 7);
  CHECK(warnings[0] ==
        "1 of 1 scrape of a:9100 failed, the last: a:9100 answered with a web page "
        "for /metrics");
  CHECK(warnings[5] == "scrapes of f:9100 and g:9100 failed, too");
  CHECK(warnings[6] == "z:9100 exposes 1 sample twice, 'x' for one; the first value is taken");
}

TEST_CASE("a cut-off OpenMetrics reply is a failed scrape, not a small one") {
  Scraped s;
  s.watch(hosts_of({"a"}, {}), {"x"});
  s.world.http.expect("GET", "http://a:9100/metrics", 200, "x 1\n",
                      {{"content-type", "application/openmetrics-text"}});
  s.tick();
  CHECK(s.error() ==
        "no host could be scraped: a:9100/metrics: line 1: no `# EOF` follows: it was "
        "cut off. Check `port` and `path`");
}

TEST_CASE("a metric that no host exposes is an empty answer that tells what was meant") {
  Scraped s;
  const std::string typo = "rate(http_request_total[4s])";
  const std::string labels = R"(http_requests_total{code="500"})";
  s.watch(hosts_of({"a"}, {}), {typo, labels, "zzzz", "up"});
  s.next("a", "http_requests_total{code=\"200\"} 1\nother 2\n");
  s.tick();
  const auto told = [&](const std::string& query) {
    const QueryAnswer answered = s.answer(query, {kStart - 1s, 1s, 1});
    CHECK(answered.series.empty());
    return answered.warnings;
  };
  CHECK(told(typo) == std::vector<std::string>{"no host exposes a metric 'http_request_total'; did "
                                               "you mean 'http_requests_total'?"});
  CHECK(told("zzzz") == std::vector<std::string>{"no host exposes a metric 'zzzz'; they expose "
                                                 "http_requests_total and other"});
  CHECK(told(labels) ==
        std::vector<std::string>{"the metric 'http_requests_total' is exposed, but none of its "
                                 "series has the labels that the query wants"});
  const QueryAnswer later = s.answer("up", {kStart + 60s, 1s, 1});
  CHECK(later.series.empty());
  CHECK(later.warnings.empty());
}

TEST_CASE("series that name no host are an error that says what to do") {
  Scraped s;
  s.watch(hosts_of({"a"}, {}), {"sum(x)", "sum by (app) (x)"});
  s.next("a", "x{app=\"web\"} 1\n");
  s.tick();
  const auto answered = s.ask("sum(x)", {kStart - 1s, 1s, 1});
  REQUIRE_FALSE(answered.has_value());
  CHECK(answered.error().text ==
        "the only series from the hosts that are scraped has no label 'instance', which should "
        "name the host, nor any other. Aggregate `by (instance)`, or set `host_label` to the "
        "label that does");
  const auto by_app = s.ask("sum by (app) (x)", {kStart - 1s, 1s, 1}, "app");
  REQUIRE(by_app.has_value());
  CHECK(by_app->series.at(0).host == "web");
}

TEST_CASE("NaN and infinities are missing, never 0") {
  Scraped s;
  s.watch(hosts_of({"a"}, {}), {"x", "x / 0"});
  for (const char* value : {"NaN", "+Inf", "-Inf", "0"}) {
    s.next("a", fmt::format("x {}\n", value));
    s.tick();
  }
  CHECK(same(s.values("x", {kStart - 1s, 1s, 4}), {kNan, kNan, kNan, 0}));
  CHECK(same(s.values("x / 0", {kStart + 2s, 1s, 1}), {kNan}));
}

TEST_CASE("a round that our own deadline cut short says nothing about the hosts") {
  Scraped s;
  s.watch(hosts_of({"a"}, {}), {"x"});
  s.next("a", "x 1\n");
  s.tick();
  s.next_error("a", ErrorKind::timeout, "a:9100 had not answered when the time for it ran out; x");
  s.tick();
  const QueryAnswer answered = s.answer("x", {kStart, 1s, 1});
  CHECK(same(answered.series.at(0).values, {1}));
  CHECK(answered.warnings.empty());
}

TEST_CASE("an exposition with more series than are kept is an error of the query") {
  Scraped s;
  s.watch(hosts_of({"a"}, {"b"}), {"x"});
  std::string body;
  for (int i = 0; i <= 10'000; ++i) body += fmt::format("x{{i=\"{}\"}} 1\n", i);
  s.next("a", body);
  s.next("b", "x 1\n");
  s.tick();
  CHECK(s.error() ==
        "a exposed more than 10000 series that the queries read; narrow their "
        "selectors");
}
