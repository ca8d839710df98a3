/// The whole request of each notifier that speaks HTTP.
#include <doctest/doctest.h>

#include "checks/definition/notifiers.h"
#include "checks/http/auth.h"
#include "tests/pipelines/notify/telling.h"

namespace canarygate::test {

namespace {

using Json = nlohmann::json;
using From = SecretRef::From;

const std::string kStarted =
    "STARTED: the canary of web-bg-tasks in production-us, deployed at 2026-11-20T14:03:20Z, is "
    "watched for 5m";
const std::string kStopped =
    "STOPPED: the canary is worse than the rest of the fleet (web-bg-tasks in production-us)";
constexpr std::int64_t kDeployed = 1795183400;  // 2026-11-20T14:03:20Z

/// As sent, sorted.
Headers headers_of(HttpRequest request) {
  std::ranges::sort(request.headers);
  return request.headers;
}

Json tags(const std::string& last) {
  return {"canarygate", "check:web-bg-tasks", "environment:production-us", last};
}

std::int64_t verdict_second(const Notice& notice) {
  return std::chrono::floor<std::chrono::seconds>(notice.now).time_since_epoch().count();
}

}  // namespace

TEST_CASE("Graphite gets an event at the start and one at the verdict") {
  FakeWorld world;
  set_secrets(world);
  const Told told{"graphite-events",
                  {{"url", std::string("http://graphite.example.com/")},
                   {"auth", Auth{Auth::Kind::bearer, "", {From::env, "TOKEN"}}},
                   {"tags", std::vector<std::string>{"team web, \"a\""}}}};
  const HttpRequest request = request_of(told, start_notice(), world);
  CHECK(request.method == "POST");
  CHECK(request.url == "http://graphite.example.com/events/");
  CHECK(headers_of(request) ==
        Headers{{"Authorization", "Bearer glsa_secret"}, {"Content-Type", "application/json"}});
  CHECK(request.only_once);
  const Json event = Json::parse(request.body);
  CHECK(event["what"] == kStarted);
  CHECK(event["when"] == kDeployed);
  Json expected = tags("start");
  expected.push_back("team_web___a_");
  CHECK(event["tags"] == expected);
  CHECK(event["data"].get<std::string>().starts_with(
      "commit: 7c1d0f2b6f5c4c0e9a35c7a3c5f0b1d2e3f4a5b6\nbranch: main\nauthor: jane@example.com\n"
      "started by: joe\nowner: "));
  CHECK(event.size() == 4);

  const Notice notice = verdict_notice("fail");
  const Json verdict = body_of(told, notice, world);
  CHECK(verdict["what"] == kStopped);
  CHECK(verdict["when"] == verdict_second(notice));
  CHECK(verdict["tags"][3] == "verdict:fail");
}

TEST_CASE("Datadog gets an event with its key, type and time") {
  FakeWorld world;
  set_secrets(world);
  const Notice start = start_notice();
  world.clock.set(start.now);
  const Told told{
      "datadog-event",
      {{"api_key", SecretRef{From::env, "DD_API_KEY"}}, {"site", std::string("datadoghq.eu")}}};
  const HttpRequest request = request_of(told, start, world);
  CHECK(request.method == "POST");
  CHECK(request.url == "https://api.datadoghq.eu/api/v1/events");
  CHECK(headers_of(request) == Headers{{"Accept", "application/json"},
                                       {"Content-Type", "application/json"},
                                       {"DD-API-KEY", "0123456789abcdef"}});
  const Json event = Json::parse(request.body);
  CHECK(event["title"] == kStarted.substr(0, 99) + "…");
  CHECK(event["text"].get<std::string>().starts_with(kStarted + "\ncommit: 7c1d"));
  CHECK(event["tags"] == tags("start"));
  CHECK(event["alert_type"] == "info");
  CHECK(event["date_happened"] == kDeployed);
  CHECK(event["aggregation_key"] == "canarygate " + start.run_id);
  CHECK(event.size() == 6);

  const auto type_of = [&](const char* report) {
    return body_of(told, verdict_notice(report), world)["alert_type"].get<std::string>();
  };
  CHECK(type_of("pass") == "success");
  CHECK(type_of("fail") == "error");
  CHECK(type_of("soft_fail") == "warning");
  CHECK(type_of("trouble") == "error");
}

TEST_CASE("Datadog refuses old times, so an event of yesterday has none") {
  FakeWorld world;
  set_secrets(world);
  const Notice start = start_notice();
  const Told told{"datadog-event", {{"api_key", SecretRef{From::env, "DD_API_KEY"}}}};
  world.clock.set(start.now + std::chrono::hours(16));
  CHECK(body_of(told, start, world).contains("date_happened"));
  world.clock.set(start.now + std::chrono::hours(18));
  CHECK_FALSE(body_of(told, start, world).contains("date_happened"));
}

TEST_CASE("PagerDuty gets a change event of v2") {
  FakeWorld world;
  set_secrets(world);
  const Told told{"pagerduty-change", {{"routing_key", SecretRef{From::env, "PD_KEY"}}}};
  const Notice notice = verdict_notice("override");
  const HttpRequest request = request_of(told, notice, world);
  CHECK(request.method == "POST");
  CHECK(request.url == "https://events.pagerduty.com/v2/change/enqueue");
  CHECK(headers_of(request) == Headers{{"Content-Type", "application/json"}});
  const Json event = Json::parse(request.body);
  CHECK(event["routing_key"] == "a0000000aa0000a0a000aa0a0a0aa000");
  CHECK(event["payload"]["summary"] == notice.headline);
  CHECK(event["payload"]["source"] == "canarygate");
  CHECK(event["payload"]["timestamp"].get<std::string>().starts_with("2026-11-20T14:"));
  const Json& details = event["payload"]["custom_details"];
  CHECK(details["check"] == "web-bg-tasks");
  CHECK(details["environment"] == "production-us");
  CHECK(details["verdict"] == "fail");
  CHECK(details["exit_code"] == 0);
  CHECK(details["author"] == "jane@example.com");
  CHECK(details["remarks"][0].get<std::string>().starts_with("Overridden by "));
  CHECK(event["links"][0] ==
        Json{{"href", "https://ci.example.com/job/web/4711/"}, {"text", "build"}});
  CHECK(event.size() == 3);
  CHECK_FALSE(
      body_of(told, start_notice(), world)["payload"]["custom_details"].contains("verdict"));
}

TEST_CASE("Slack gets plain texts, and links of its own form") {
  FakeWorld world;
  set_secrets(world);
  const Told told{"slack", {{"webhook", SecretRef{From::env, "SLACK_WEBHOOK"}}}};
  const HttpRequest request = request_of(told, verdict_notice("fail"), world);
  CHECK(request.method == "POST");
  CHECK(request.url == world.variables.values["SLACK_WEBHOOK"]);
  CHECK(request.secret_url);
  CHECK(headers_of(request) == Headers{{"Content-Type", "application/json"}});
  const Json message = Json::parse(request.body);
  CHECK(message["text"] == "❌ " + kStopped);
  CHECK(message["mrkdwn"] == false);
  const Json& blocks = message["blocks"];
  CHECK(blocks[0] ==
        Json{{"type", "section"},
             {"text", {{"type", "plain_text"}, {"emoji", false}, {"text", "❌ " + kStopped}}}});
  CHECK(blocks[1]["text"]["text"].get<std::string>().starts_with(
      "failed tasks: the canary is worse than chance explains: 0.41 against 2.9"));
  CHECK(blocks[2]["text"]["text"].get<std::string>().starts_with(
      "What to do now: canarygate only reports"));
  CHECK(blocks[3]["elements"][0]["type"] == "mrkdwn");
  CHECK(blocks[3]["elements"][0]["text"].get<std::string>().starts_with(
      "<https://ci.example.com/job/web/4711/|build> · "
      "<https://git.example.com/web/pull/17|pull request> · "));
  CHECK(blocks[4]["elements"][0]["text"].get<std::string>().starts_with(
      "commit 7c1d0f2b6f5c4c0e9a35c7a3c5f0b1d2e3f4a5b6 · branch main · author jane@example.com"));
  CHECK(blocks.size() == 5);
  CHECK(body_of(told, verdict_notice("soft_fail"), world)["text"].get<std::string>().starts_with(
      "⚠️ WARNING, NOT STOPPED"));
}

TEST_CASE("Slack never gets a text that is too long for it") {
  FakeWorld world;
  set_secrets(world);
  const Told told{"slack", {{"webhook", SecretRef{From::env, "SLACK_WEBHOOK"}}}};
  Notice notice = verdict_notice("fail");
  notice.reasons.assign(5, std::string(1000, '<') + "ä");
  const std::string text = body_of(told, notice, world)["blocks"][1]["text"]["text"];
  CHECK(text.size() <= 2903);
  CHECK(text.ends_with("&lt;…"));
}

TEST_CASE("a webhook gets one document for each event") {
  FakeWorld world;
  set_secrets(world);
  const Told told{"webhook",
                  {{"url", std::string("https://hook.example.com/in?a=b")},
                   {"headers", std::map<std::string, TextOrSecret>{
                                   {"X-Token", SecretRef{From::env, "TOKEN"}}}}}};
  const HttpRequest request = request_of(told, verdict_notice("soft_fail"), world);
  CHECK(request.method == "POST");
  CHECK(request.url == "https://hook.example.com/in?a=b");
  CHECK(headers_of(request) ==
        Headers{{"Content-Type", "application/json"}, {"X-Token", "glsa_secret"}});
  const Json document = Json::parse(request.body);
  CHECK(document["version"] == 1);
  CHECK(document["event"] == "verdict");
  CHECK(document["verdict"] == "fail");
  CHECK(document["exit_code"] == 0);
  CHECK(document["hard_exit_code"] == 1);
  CHECK(document["soft_fail"] == true);
  CHECK(document["override"].is_null());
  CHECK(document["deployed_at"] == "2026-11-20T14:03:20Z");
  CHECK(document["ci"]["commit"] == "7c1d0f2b6f5c4c0e9a35c7a3c5f0b1d2e3f4a5b6");
  CHECK(document["links"]["build"] == "https://ci.example.com/job/web/4711/");
  const Json start = body_of(told, start_notice(), world);
  CHECK(start["event"] == "start");
  CHECK_FALSE(start.contains("verdict"));
}

TEST_CASE("a webhook's own body is filled in as its Content-Type wants it") {
  FakeWorld world;
  Notice notice = verdict_notice("fail");
  notice.headline = "a \"b\" & c=d\\";
  const auto sent = [&](const std::string& type, const std::string& body) {
    const Told told{"webhook",
                    {{"url", std::string("https://hook.example.com")},
                     {"body", body},
                     {"headers", std::map<std::string, TextOrSecret>{{"Content-Type", type}}}}};
    return request_of(told, notice, world).body;
  };
  CHECK(sent("application/json; charset=utf-8", R"({"t": "{{ headline }}", "c": {{exit_code}}})") ==
        R"({"t": "a \"b\" & c=d\\", "c": 1})");
  CHECK(sent("application/x-www-form-urlencoded", "t={{headline}}&v={{verdict}}") ==
        "t=a%20%22b%22%20%26%20c%3Dd%5C&v=fail");
  CHECK(sent("text/plain", "{{check}}: {{headline}}") == "web-bg-tasks: a \"b\" & c=d\\");
}

TEST_CASE("a webhook's address may be the secret") {
  FakeWorld world;
  set_secrets(world);
  const HttpRequest request = request_of(
      {"webhook", {{"secret_url", SecretRef{From::env, "SLACK_WEBHOOK"}}}}, start_notice(), world);
  CHECK(request.url == world.variables.values["SLACK_WEBHOOK"]);
  CHECK(request.secret_url);
}

TEST_CASE("a Pushgateway gets the numbers of the verdict, one group a check and environment") {
  FakeWorld world;
  const Told told{"pushgateway", {{"url", std::string("http://push.example.com:9091")}}};
  Notice notice = verdict_notice("soft_fail");
  notice.took = std::chrono::milliseconds(312'500);
  const HttpRequest request = request_of(told, notice, world);
  CHECK(request.method == "PUT");
  CHECK(request.url ==
        "http://push.example.com:9091/metrics/job/canarygate/check/web-bg-tasks/environment/"
        "production-us");
  CHECK(headers_of(request) == Headers{{"Content-Type", "text/plain; version=0.0.4"}});
  const auto has = [&](const std::string& line) {
    return ("\n" + request.body).find("\n" + line + "\n") != std::string::npos;
  };
  CHECK(has("# TYPE canarygate_would_have_failed gauge"));
  CHECK(has("canarygate_exit_code 0"));
  CHECK(has("canarygate_would_have_failed 1"));
  CHECK(has("canarygate_verdict{verdict=\"fail\"} 1"));
  CHECK(has("canarygate_verdict{verdict=\"pass\"} 0"));
  CHECK(has("canarygate_duration_seconds 312.5"));
  CHECK(has("canarygate_metric_failed{metric=\"failed tasks\"} 1"));
  CHECK(has("canarygate_metric_effect_ratio{metric=\"failed tasks\"} 6.0993"));
  CHECK(has("canarygate_metric_canary_mean{metric=\"failed tasks\"} 2.937"));
  CHECK(has("canarygate_metric_baseline_mean{metric=\"failed tasks\"} 0.4137"));
  CHECK(request.body.ends_with("\n"));
}

TEST_CASE("what is missing is missing at the Pushgateway too, never 0") {
  FakeWorld world;
  const Told told{"pushgateway", {{"url", std::string("http://push.example.com:9091")}}};
  Notice notice = verdict_notice("fail");
  for (Notice::Metric& metric : notice.metrics) {
    metric.canary.reset();
    metric.effect.estimate = std::numeric_limits<double>::quiet_NaN();
  }
  const std::string body = request_of(told, notice, world).body;
  CHECK(body.find("canary_mean") == std::string::npos);
  CHECK(body.find("effect_ratio") == std::string::npos);
}

}  // namespace canarygate::test
