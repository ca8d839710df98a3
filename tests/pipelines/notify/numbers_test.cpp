/// What goes to statsd, DogStatsD and Graphite's plaintext, to the last byte.
#include "pipelines/notify/numbers.h"

#include <doctest/doctest.h>

#include <limits>

#include "checks/text.h"
#include "tests/pipelines/notify/telling.h"

namespace canarygate::test {

namespace {

using Lines = std::vector<std::string>;

/// A soft check of one metric that failed: 50 % lower than the others.
Notice small() {
  Notice notice;
  notice.moment = Notice::Moment::verdict;
  notice.check = "web.bg";
  notice.environment = "prod";
  notice.verdict = Verdict::fail;
  notice.hard_exit_code = 1;
  notice.took = std::chrono::milliseconds(312'500);
  notice.now = TimePoint(std::chrono::milliseconds(1'795'183'777'900));
  Notice::Metric metric{"p99 latency", Verdict::fail, {}, 0.25, 0.5};
  metric.effect.estimate = -0.5;
  notice.metrics = {metric};
  return notice;
}

Lines lines_of(const SocketText& text) { return split(join(text.parts, "\n"), '\n'); }

}  // namespace

TEST_CASE("statsd gets counts, a time and gauges, and a negative gauge begins at 0") {
  const SocketText text = text_of({"statsd", {}}, small());
  CHECK(text.protocol == SocketText::Protocol::udp);
  CHECK(text.address == SocketAddress{"127.0.0.1", 8125});
  CHECK(lines_of(text) ==
        Lines{"canarygate.web_bg.verdict.pass:0|c", "canarygate.web_bg.verdict.fail:1|c",
              "canarygate.web_bg.verdict.no_data:0|c", "canarygate.web_bg.verdict.undecided:0|c",
              "canarygate.web_bg.verdict.trouble:0|c", "canarygate.web_bg.would_have_failed:1|c",
              "canarygate.web_bg.duration:312500|ms",
              "canarygate.web_bg.metric.p99_latency.failed:1|c",
              "canarygate.web_bg.metric.p99_latency.effect:0|g",
              "canarygate.web_bg.metric.p99_latency.effect:-0.5|g",
              "canarygate.web_bg.metric.p99_latency.canary:0.25|g",
              "canarygate.web_bg.metric.p99_latency.baseline:0.5|g"});
}

TEST_CASE("DogStatsD gets the same with tags") {
  const Told told{"dogstatsd",
                  {{"address", std::string("[::1]:9125")},
                   {"prefix", std::string("deploys.gate")},
                   {"tags", Lines{"team:web", "a|b,c"}}}};
  const SocketText text = text_of(told, small());
  CHECK(text.address == SocketAddress{"::1", 9125});
  const std::string tags = "|#check:web.bg,environment:prod,team:web,a_b_c";
  const std::string metric = tags + ",metric:p99_latency";
  CHECK(lines_of(text) == Lines{"deploys.gate.verdict:0|c" + tags + ",verdict:pass",
                                "deploys.gate.verdict:1|c" + tags + ",verdict:fail",
                                "deploys.gate.verdict:0|c" + tags + ",verdict:no_data",
                                "deploys.gate.verdict:0|c" + tags + ",verdict:undecided",
                                "deploys.gate.verdict:0|c" + tags + ",verdict:trouble",
                                "deploys.gate.would_have_failed:1|c" + tags,
                                "deploys.gate.duration:312500|ms" + tags,
                                "deploys.gate.metric.failed:1|c" + metric,
                                "deploys.gate.metric.effect:-0.5|g" + metric,
                                "deploys.gate.metric.canary:0.25|g" + metric,
                                "deploys.gate.metric.baseline:0.5|g" + metric});
}

TEST_CASE("carbon gets a line a number with the verdict's time") {
  const Told told{
      "graphite-plaintext",
      {{"address", std::string("carbon.example.com")}, {"prefix", std::string("a b.c")}}};
  const SocketText text = text_of(told, small());
  CHECK(text.protocol == SocketText::Protocol::tcp);
  CHECK(text.address == SocketAddress{"carbon.example.com", 2003});
  REQUIRE(text.parts.size() == 1);
  CHECK(text.parts[0].ends_with("\n"));
  const Lines lines = lines_of(text);
  CHECK(lines[1] == "a_b.c.web_bg.verdict.fail 1 1795183777");
  CHECK(lines[6] == "a_b.c.web_bg.duration 312500 1795183777");
  CHECK(lines[8] == "a_b.c.web_bg.metric.p99_latency.effect -0.5 1795183777");
  CHECK(lines.size() == 12);  // the last is empty
}

TEST_CASE("a start has no numbers") {
  for (const char* type : {"statsd", "dogstatsd", "graphite-plaintext"}) {
    FakeWorld world;
    FakeSockets sockets;
    const Told told{type, {{"address", std::string("a:1")}}};
    const auto made = notifier_types();
    const auto found = std::ranges::find(made, told.type, &NotifierType::name);
    REQUIRE(found != made.end());
    const auto notifier = found->make(spec_of(told).config, world.ports);
    const auto message = notifier->message(start_notice());
    REQUIRE(message);
    CHECK_FALSE(message->has_value());
  }
}

TEST_CASE("what is not known is left out, never 0") {
  Notice notice = small();
  notice.metrics[0].canary.reset();
  notice.metrics[0].effect.estimate = std::numeric_limits<double>::infinity();
  const std::string all = join(text_of({"statsd", {}}, notice).parts, "\n");
  CHECK(all.find(".canary") == std::string::npos);
  CHECK(all.find(".effect") == std::string::npos);
  CHECK(all.find(".baseline:0.5|g") != std::string::npos);
}

TEST_CASE("a hostile name is one word, and one line") {
  Notice notice = small();
  notice.check = "a:1|c\nfake:7|c";
  notice.metrics[0].name = "<script>|#x@0.1,y:z \x1b[31m\n::set-output ä";
  const std::string word = "_script___x_0_1_y_z___31m___set-output___";
  const Lines statsd = lines_of(text_of({"statsd", {}}, notice));
  CHECK(statsd[0] == "canarygate.a_1_c_fake_7_c.verdict.pass:0|c");
  CHECK(statsd[7] == "canarygate.a_1_c_fake_7_c.metric." + word + ".failed:1|c");
  for (const std::string& line : lines_of(text_of({"dogstatsd", {}}, notice))) {
    CHECK(std::ranges::count(line, '#') == 1);
    CHECK(std::ranges::count(line, '|') == 2);
    CHECK(std::ranges::count(line, '@') == 0);
    CHECK(printable(line) == line);
  }
  const Told carbon{"graphite-plaintext", {{"address", std::string("a:1")}}};
  for (const std::string& line : lines_of(text_of(carbon, notice))) {
    CHECK((line.empty() || split(line, ' ').size() == 3));
  }
}

TEST_CASE("no datagram is longer than a network takes whole") {
  Notice notice = small();
  for (int i = 0; i < 100; ++i) {
    notice.metrics.push_back(notice.metrics.front());
    notice.metrics.back().name = "metric " + std::to_string(i);
  }
  const SocketText text = text_of({"statsd", {}}, notice);
  CHECK(text.parts.size() > 10);
  for (const std::string& part : text.parts) CHECK(part.size() <= 1400);
  CHECK(lines_of(text).size() == 7 + 101 * 5);
}

TEST_CASE("an address is a host and perhaps a port, and nothing else") {
  using Address = SocketAddress;
  CHECK(parse_socket_address("localhost", 1) == Address{"localhost", 1});
  CHECK(parse_socket_address("10.0.0.1:8125", 1) == Address{"10.0.0.1", 8125});
  CHECK(parse_socket_address("[fe80::1]:80", 1) == Address{"fe80::1", 80});
  CHECK(parse_socket_address("[::1]", 1) == Address{"::1", 1});
  for (const char* bad : {"", ":80", "a:", "a:0", "a:65536", "a:b", "::1", "a b", "[::1", "[]:1",
                          "http://a:1", "a:1:2", "[::1]80", "a@b"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_socket_address(bad, 1));
  }
}

}  // namespace canarygate::test
