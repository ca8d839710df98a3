/// What a person reads when somebody could not be told.
#include <doctest/doctest.h>

#include "pipelines/notify/notifications.h"
#include "tests/pipelines/notify/telling.h"

namespace canarygate::test {

namespace {

using From = SecretRef::From;

/// What each type calls its server, what lets it in, and the key of its address, in messages.
struct Words {
  const char* type;
  std::string host = "there.example.com";
  std::string credentials = "no credentials";
  std::string where = "`url`";
};

const std::vector<Words> kWords{
    {"datadog-event", "there.example.com", "`api_key` from the environment variable DD_API_KEY"},
    {"grafana-annotation"},
    {"graphite-events"},
    {"pagerduty-change", "there.example.com", "`routing_key` from the environment variable PD_KEY"},
    {"pushgateway"},
    {"slack", "hooks.slack.example.com", "`webhook` from the environment variable SLACK_WEBHOOK",
     "`webhook` from the environment variable SLACK_WEBHOOK"},
    {"webhook"},
};

const Told kGrafana{"grafana-annotation",
                    {{"url", std::string("https://grafana.example.com")},
                     {"auth", Auth{Auth::Kind::bearer, "", {From::env, "TOKEN"}}}}};

}  // namespace

TEST_CASE("each notifier says in the same words what its server does not want") {
  FakeWorld world;
  set_secrets(world);
  const Notice notice = verdict_notice("fail");
  const std::vector<Told> all = one_of_each();
  REQUIRE(all.size() == kWords.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Words& w = kWords[i];
    REQUIRE(all[i].type == w.type);
    const std::string who = std::string("notify: ") + w.type + ": " + w.host;
    const auto warned = [&](const HttpResponse& response) {
      return warning_of(all[i], notice, world, response);
    };
    CHECK(warned(answer(200)).empty());
    CHECK(warned(answer(202, R"({"status":"ok"})")).empty());
    CHECK(warned(answer(401, R"({"message":"Invalid API key"})")) ==
          who + " lets nobody in with " + w.credentials +
              " (401: Invalid API key); check that it is right and still valid");
    CHECK(warned(answer(403, R"({"errors":["Forbidden"]})")) ==
          who + " lets nobody in with " + w.credentials +
              " (403: Forbidden); check that it is right and still valid");
    CHECK(warned(answer(404, "no_service\nmore")) ==
          who + " has nothing at that address (404: no_service); check " + w.where);
    CHECK(warned(answer(413)) == who + " finds the message too large (413: no text)");
    CHECK(warned(answer(429, "slow down")) ==
          who +
              " takes no more messages for now (429: slow down); send fewer, or have its limit "
              "raised");
    CHECK(warned(answer(500, "<!DOCTYPE html><html>")) ==
          who + " failed (500: a web page); look at that server's log");
    CHECK(warned(answer(400, R"({"status":"invalid event","message":"Event object is invalid",)"
                             R"("errors":["'payload.summary' is missing"]})")) ==
          who +
              " refuses the message (400: Event object is invalid: 'payload.summary' is missing); "
              "check " +
              w.where + " and what stands beside it");
    CHECK(warned(answer(302)) == who + " refuses the message (302: no text); check " + w.where +
                                     " and what stands beside it");
  }
}

TEST_CASE("a login page that says 200 has taken the message for itself") {
  FakeWorld world;
  set_secrets(world);
  const HttpResponse page = answer(200, "\n<html><title>Login</title>", "text/html");
  for (const Told& told : one_of_each()) {
    const std::string warning = warning_of(told, verdict_notice("fail"), world, page);
    if (told.type == "webhook") {  // any server may answer so
      CHECK(warning.empty());
    } else {
      CHECK(warning.find(" answered with a web page, so a login or a proxy took the message; "
                         "check `") != std::string::npos);
    }
  }
  // graphite-web answers with nothing, and calls it HTML.
  CHECK(warning_of(one_of_each()[2], verdict_notice("fail"), world, answer(200, "", "text/html"))
            .empty());
}

TEST_CASE("who does not answer is named with the time that was given") {
  FakeWorld world;
  CHECK(warning_of({"webhook", {{"url", std::string("https://slow.example.com/x")}}},
                   verdict_notice("fail"), world, fail(ErrorKind::timeout, "unused")) ==
        "notify: webhook: slow.example.com did not answer within 5s; see whether it is well and "
        "can be reached");
}

TEST_CASE("what the network says names the key that holds the address") {
  FakeWorld world;
  set_secrets(world);
  const auto refused =
      fail(ErrorKind::backend,
           "h.example.com: cannot connect (refused); check host and port, and that "
           "the server runs");
  CHECK(warning_of({"slack", {{"webhook", SecretRef{From::env, "SLACK_WEBHOOK"}}}},
                   verdict_notice("fail"), world, refused) ==
        "notify: slack: h.example.com: cannot connect (refused); check host and port, and that the "
        "server runs; its address is in `webhook` from the environment variable SLACK_WEBHOOK");
}

TEST_CASE("no warning repeats a secret that a server or the network repeats") {
  FakeWorld world;
  set_secrets(world);
  const std::string all = "Bearer glsa_secret 0123456789abcdef a0000000aa0000a0a000aa0a0a0aa000 " +
                          world.variables.values["SLACK_WEBHOOK"] +
                          " /services/T000/B000/Secret000";
  const std::vector<std::string> secrets = {"glsa_secret", "0123456789abcdef",
                                            "a0000000aa0000a0a000aa0a0a0aa000", "Secret000"};
  const std::vector<std::pair<Told, std::size_t>> cases = {
      {kGrafana, 0}, {one_of_each()[0], 1}, {one_of_each()[3], 2}, {one_of_each()[5], 3}};
  for (const auto& [told, secret] : cases) {
    const std::string said = warning_of(told, verdict_notice("fail"), world, answer(500, all));
    CHECK(said.find("[hidden]") != std::string::npos);
    CHECK(said.find(secrets[secret]) == std::string::npos);
  }
  const auto broken = fail(ErrorKind::backend, "sent on to " + all);
  CHECK(warning_of(one_of_each()[5], verdict_notice("fail"), world, broken).find("Secret000") ==
        std::string::npos);
}

TEST_CASE("a secret that is not there, or no address, is named by its reference") {
  FakeWorld world;
  const Told slack{"slack", {{"webhook", SecretRef{From::env, "SLACK_WEBHOOK"}}}};
  const std::string missing =
      warning_of(slack, verdict_notice("fail"), world, fail(ErrorKind::backend, "never sent"));
  CHECK(missing.starts_with("notify: slack: "));
  CHECK(missing.find("SLACK_WEBHOOK") != std::string::npos);
  for (const char* value :
       {"T000/B000/Secret000", "https://", "https://a b", "ftp://x/Secret000"}) {
    world.variables.values["SLACK_WEBHOOK"] = value;
    CHECK(warning_of(slack, verdict_notice("fail"), world, fail(ErrorKind::backend, "sent")) ==
          "notify: slack: `webhook` from the environment variable SLACK_WEBHOOK is not the address "
          "of an http or https server; it begins with https://");
  }
  world.variables.values["DD_API_KEY"] = "a\r\nX-Evil: 1";
  CHECK(warning_of(one_of_each()[0], verdict_notice("fail"), world,
                   fail(ErrorKind::backend, "sent")) ==
        "notify: datadog-event: the secret from the environment variable DD_API_KEY has more than "
        "one "
        "line");
}

TEST_CASE("`send` says which events are sent") {
  FakeWorld world;
  const auto sent = [&](const char* send, const Notice& notice) {
    const Told told{
        "webhook", {{"url", std::string("https://hook.example.com")}, {"send", std::string(send)}}};
    const auto failure = fail(ErrorKind::backend, "sent");
    return !warning_of(told, notice, world, failure).empty();
  };
  const Notice start = start_notice();
  const Notice pass = verdict_notice("pass");
  CHECK(sent("all", start));
  CHECK(sent("all", pass));
  CHECK_FALSE(sent("verdict", start));
  CHECK(sent("verdict", pass));
  CHECK_FALSE(sent("not_passed", start));
  CHECK_FALSE(sent("not_passed", pass));
  for (const char* report : {"fail", "soft_fail", "undecided_let_through", "override", "trouble"}) {
    CHECK(sent("not_passed", verdict_notice(report)));
  }
}

TEST_CASE("several checks are told at once, and the same failure only once") {
  FakeWorld world;
  set_secrets(world);
  const Notice notice = verdict_notice("fail");
  const std::vector<Notice> notices(3, notice);
  const HttpRequest request = request_of(one_of_each()[6], notice, world);
  for (int i = 0; i < 3; ++i) world.http.expect("POST", request.url, 500, "").body = request.body;
  FakeSockets sockets;
  Notifications notifications({spec_of(one_of_each()[6])}, 3, world.ports, sockets);
  CHECK(notifications.tell(notices) ==
        std::vector<std::string>{"notify: webhook: there.example.com failed (500: no text); look "
                                 "at that server's log"});
  CHECK(world.http.sent.size() == 3);
}

TEST_CASE("commands that print secrets share one short time") {
  FakeWorld world;
  struct Slow : Processes {
    FakeClock& clock;
    std::vector<Duration> limits;
    explicit Slow(FakeClock& by) : clock(by) {}
    Result<std::string> output_of(const std::string&, Duration limit) override {
      limits.push_back(limit);
      clock.advance(std::chrono::seconds(3));
      return fail(ErrorKind::timeout, "it took too long");
    }
    Result<std::unique_ptr<RunningProcess>> start(const std::string&, bool) override {
      return fail(ErrorKind::deploy, "never");
    }
    Result<ProgramEnd> run(const ProgramRun&) override { return fail(ErrorKind::backend, "never"); }
  } slow(world.clock);
  const Told told{"slack", {{"webhook", SecretRef{From::command, "vault read"}}}};
  FakeSockets sockets;
  Notifications notifications({spec_of(told)}, 3,
                              {world.http, world.clock, world.variables, slow, world.interrupt},
                              sockets);
  const std::vector<Notice> notices(3, verdict_notice("fail"));
  for (int moment = 0; moment < 2; ++moment) {
    slow.limits.clear();
    CHECK(notifications.tell(notices) ==
          std::vector<std::string>{
              "notify: slack: the command for a secret, `vault read`, failed: it took too long",
              "notify: slack: the command for a secret, `vault read`, failed: others took all the "
              "time there was"});
    CHECK(slow.limits == std::vector<Duration>{std::chrono::seconds(5), std::chrono::seconds(2)});
  }
}

TEST_CASE("nobody is told once the run was interrupted") {
  FakeWorld world;
  set_secrets(world);
  std::vector<NotifierSpec> specs;
  for (const Told& told : one_of_each()) specs.push_back(spec_of(told));
  FakeSockets sockets;
  Notifications notifications(specs, 1, world.ports, sockets);
  world.interrupt.raise(15);
  const Notice notice = verdict_notice("interrupted");
  CHECK(notifications.tell(std::span(&notice, 1)).empty());
}

}  // namespace canarygate::test
