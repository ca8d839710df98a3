#include "checks/gate/turns.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <csignal>
#include <stdexcept>

#include "tests/support/fakes.h"

namespace canarygate::test {

namespace {

using gate::Turns;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Stories = std::vector<std::function<void()>>;
using Lines = std::vector<std::string>;

HttpRequest get(const std::string& url) {
  HttpRequest request;
  request.url = url;
  return request;
}

std::string body_of(const Result<HttpResponse>& answer) {
  return answer ? answer->body : answer.error().text;
}

}  // namespace

TEST_CASE("those who wait do so at the same time, and whoever is due first goes on first") {
  FakeWorld world;
  Turns turns(world.ports);
  const TimePoint begin = world.clock.now();
  Lines lines;
  const auto story = [&](const std::string& name, seconds first, seconds second) {
    return [&, name, first, second] {
      const Clock& clock = turns.ports().clock;
      for (const seconds pause : {first, second}) {
        turns.ports().clock.sleep(pause, world.interrupt);
        lines.push_back(fmt::format("{} {}", name, (clock.now() - begin) / seconds(1)));
      }
    };
  };
  turns.run(Stories{story("a", seconds(10), seconds(10)), story("b", seconds(5), seconds(15))});
  CHECK(lines == Lines{"b 5", "a 10", "a 20", "b 20"});
  CHECK(world.clock.now() == begin + seconds(20));
}

TEST_CASE("time stands still while somebody has the turn, but for how long work takes") {
  FakeWorld world;
  Turns turns(world.ports);
  const Clock& clock = turns.ports().clock;
  turns.run(Stories{[&] {
    const TimePoint now = clock.now();
    const Duration elapsed = clock.elapsed();
    const Duration worked = clock.worked();
    world.clock.advance(seconds(3));
    CHECK(clock.now() == now);
    CHECK(clock.elapsed() == elapsed);
    CHECK(clock.worked() == worked + seconds(3));
  }});
}

TEST_CASE("what two ask at the same moment is asked once, and both are answered") {
  FakeWorld world;
  world.http.expect("GET", "http://s/same", 200, "same");
  world.http.expect("GET", "http://s/a", 200, "only a");
  world.http.expect("GET", "http://s/b", 200, "only b");
  Turns turns(world.ports);
  std::map<std::string, Lines> answers;
  const auto story = [&](const std::string& name) {
    return [&, name] {
      const std::vector<HttpRequest> requests = {get("http://s/" + name), get("http://s/same")};
      for (const auto& answer : turns.ports().http.send_all(requests, seconds(10))) {
        answers[name].push_back(body_of(answer));
      }
    };
  };
  turns.run(Stories{story("a"), story("b")});
  CHECK(answers["a"] == Lines{"only a", "same"});
  CHECK(answers["b"] == Lines{"only b", "same"});
  CHECK(world.http.sent.size() == 3);
}

TEST_CASE("questions that differ in anything are different questions") {
  FakeWorld world;
  for (int i = 0; i < 5; ++i) world.http.expect("GET", "http://s/q", 200, std::to_string(i));
  Turns turns(world.ports);
  HttpRequest with_token = get("http://s/q");
  with_token.headers = {{"Authorization", "Bearer t"}};
  HttpRequest direct = get("http://s/q");
  direct.direct = true;
  // Another account's numbers are another question, word for word the same.
  HttpRequest of_one_account = get("http://s/q");
  of_one_account.aws = AwsSignature{"eu-west-1", "monitoring", "AKIDONE", "secret", ""};
  HttpRequest of_another = of_one_account;
  of_another.aws->access_key_id = "AKIDTWO";
  Lines answers;
  const auto ask = [&](const HttpRequest& request) {
    return [&turns, &answers, request] {
      answers.push_back(body_of(turns.ports().http.send_all({&request, 1}, seconds(10)).front()));
    };
  };
  turns.run(Stories{ask(get("http://s/q")), ask(with_token), ask(direct), ask(of_one_account),
                    ask(of_another)});
  CHECK(answers == Lines{"0", "1", "2", "3", "4"});
}

TEST_CASE("a question is asked anew a moment later") {
  FakeWorld world;
  world.http.expect("GET", "http://s/q", 200, "then");
  world.http.expect("GET", "http://s/q", 200, "now");
  Turns turns(world.ports);
  Lines answers;
  const auto ask = [&](milliseconds later) {
    return [&, later] {
      if (later.count() > 0) turns.ports().clock.sleep(later, world.interrupt);
      const HttpRequest request = get("http://s/q");
      answers.push_back(body_of(turns.ports().http.send_all({&request, 1}, seconds(10)).front()));
    };
  };
  turns.run(Stories{ask(milliseconds(0)), ask(milliseconds(1))});
  CHECK(answers == Lines{"then", "now"});
}

TEST_CASE("who has little time left does not wait for an answer as long as the others") {
  FakeWorld world;
  world.http.expect("GET", "http://s/a", 200, "");
  world.http.expect("GET", "http://s/b", 200, "");
  Turns turns(world.ports);
  const auto ask = [&](const std::string& url, seconds patience) {
    return [&turns, url, patience] {
      const HttpRequest request = get(url);
      static_cast<void>(turns.ports().http.send_all({&request, 1}, patience));
    };
  };
  turns.run(Stories{ask("http://s/a", seconds(2)), ask("http://s/b", seconds(60))});
  REQUIRE(world.http.sent.size() == 2);
  CHECK(world.http.sent[0].timeout == seconds(2));
  CHECK(world.http.sent[1].timeout == seconds(15));
}

TEST_CASE("a signal wakes everybody who is to be woken by it") {
  FakeWorld world;
  world.clock.on_sleep = [&](TimePoint) { world.interrupt.raise(SIGTERM); };
  Turns turns(world.ports);
  const Interrupt never;
  Lines lines;
  const auto story = [&](const std::string& name, seconds pause, const Interrupt& interrupt) {
    return [&, name, pause] {
      turns.ports().clock.sleep(pause, interrupt);
      lines.push_back(fmt::format("{} {}", name, turns.ports().clock.elapsed() / seconds(1)));
    };
  };
  turns.run(Stories{story("patient", seconds(60), never),
                    story("first", seconds(5), world.interrupt),
                    story("second", seconds(30), world.interrupt)});
  CHECK(lines == Lines{"first 5", "second 5", "patient 60"});
}

TEST_CASE("what one throws ends the others where they wait, and is thrown on") {
  FakeWorld world;
  bool went_on = false;
  bool cleaned_up = false;
  const auto run = [&] {
    Turns turns(world.ports);
    turns.run(Stories{[&] {
                        const std::shared_ptr<void> guard(nullptr,
                                                          [&](void*) { cleaned_up = true; });
                        turns.ports().clock.sleep(seconds(60), world.interrupt);
                        went_on = true;
                      },
                      [] { throw std::runtime_error("out of memory"); }});
  };
  CHECK_THROWS_WITH(run(), "out of memory");
  CHECK(cleaned_up);
  CHECK_FALSE(went_on);
}

}  // namespace canarygate::test
