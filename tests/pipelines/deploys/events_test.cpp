#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "checks/duration.h"
#include "pipelines/deploys/find.h"
#include "tests/pipelines/notify/telling.h"

namespace canarygate::test {

namespace {

using Json = nlohmann::json;
using backtest::PastDeploy;

// What stands in every message of canarygate's own; the clock is at 2026-11-21T10:00:00Z.
const TimePoint kFrom = *parse_time("2026-11-20T12:00:00Z");
const TimePoint kTo = *parse_time("2026-11-20T15:00:00Z");
const Auth kBearer{Auth::Kind::bearer, "", {SecretRef::From::env, "TOKEN"}};

EnvironmentDefinition environment() {
  EnvironmentDefinition environment;
  environment.name = "production-us";
  environment.file = "environments/production-us.yaml";
  environment.notify = {
      spec_of({"graphite-events", {{"url", std::string("https://graphite.example.com/g")}}}),
      spec_of({"grafana-annotation",
               {{"url", std::string("https://grafana.example.com/sub/")}, {"auth", kBearer}}})};
  BackendSpec datadog{"datadog", {}};
  datadog.config.set("site", std::string("datadoghq.eu"));
  datadog.config.set("api_key", SecretRef{SecretRef::From::env, "DD_API_KEY"});
  datadog.config.set("app_key", SecretRef{SecretRef::From::env, "DD_APP_KEY"});
  environment.backends["default"] = datadog;
  return environment;
}

/// Strict: whatever was not expected fails the test.
struct Asking {
  FakeWorld world;
  deploys::Wanted wanted{"web-bg-tasks", kFrom, kTo, std::chrono::minutes(6)};
  EnvironmentDefinition where = environment();

  Asking() {
    world.variables.values = {
        {"TOKEN", "glsa_secret"}, {"DD_API_KEY", "api-secret"}, {"DD_APP_KEY", "app-secret"}};
    world.clock.set(*parse_time("2026-11-21T10:00:00Z"));
  }

  Result<std::vector<PastDeploy>> ask(const std::string& source) {
    return deploys::find_past_deploys(source, wanted, where, world.ports, std::chrono::minutes(1));
  }

  /// Each deploy on a line.
  std::vector<std::string> deploys_of(const std::string& source) {
    const auto deploys = ask(source);
    if (!deploys) FAIL(deploys.error().text);
    std::vector<std::string> lines;
    for (const PastDeploy& deploy : *deploys) {
      CHECK(deploy.canary.empty());
      CHECK_FALSE(deploy.good.has_value());
      lines.push_back(format_time(deploy.deployed_at) + " " + deploy.label + " " + deploy.source);
    }
    return lines;
  }

  std::string error_of(const std::string& source, ErrorKind kind = ErrorKind::backend) {
    const auto deploys = ask(source);
    REQUIRE_FALSE(deploys.has_value());
    CHECK(deploys.error().kind == kind);
    for (const auto& [name, secret] : world.variables.values) {
      CHECK(deploys.error().text.find(secret) == std::string::npos);
    }
    return deploys.error().text;
  }
};

using Lines = std::vector<std::string>;

const std::string kStarted =
    "STARTED: the canary of web-bg-tasks in production-us, deployed at 2026-11-20T14:03:20Z, is "
    "watched for 5m";
const std::string kBegun =
    "STARTED: the canary of web-bg-tasks in production-us is being deployed, and will be watched "
    "for 5m";
const std::string kVerdict =
    "STOPPED: the canary is worse than the rest of the fleet (web-bg-tasks in production-us)";
const std::string kDetails =
    "failed tasks: worse\ndeployed at 2026-11-20T13:10:00Z\ncommit: 7c1d0f2\ncanarygate 0.1.0, run "
    "01K";

// --- Graphite -------------------------------------------------------------------------------

const std::string kGraphite = "https://graphite.example.com/g/events/get_data?from=1795176000";
// Ours also a day after, until when a verdict may have come; never after now.
const std::string kGraphiteOwn =
    kGraphite +
    "&until=1795255201&tags=canarygate%20check%3Aweb-bg-tasks%20environment%3Aproduction-us&set="
    "intersection";
const std::string kGraphiteDeploys =
    kGraphite + "&until=1795186801&tags=deploy%20web&set=intersection";

/// As graphite-web 1.1.8 writes it.
Json graphite(std::int64_t when, const std::string& what, const std::string& data,
              const std::vector<std::string>& tags) {
  return {{"when", when}, {"what", what}, {"data", data}, {"tags", tags}, {"id", 1}};
}

const std::vector<std::string> kOwnTags{"canarygate", "check:web-bg-tasks",
                                        "environment:production-us", "start"};

}  // namespace

TEST_CASE("Graphite's events with all the tags are deploys") {
  Asking asking;
  asking.world.http.expect("GET", kGraphiteOwn, 200, "[]");
  asking.world.http.expect(
      "GET", kGraphiteDeploys, 200,
      Json{graphite(1795179600, "deploy 2\nby joe", "", {"deploy", "web"}),
           graphite(1795178000, "deploy 1", "build 42", {"web", "deploy", "more"}),
           graphite(1795178100, "not all of the tags", "", {"deploy", "webx"}),
           graphite(1795175999, "before", "", {"deploy", "web"}),
           graphite(1795186801, "after", "", {"deploy", "web"})}
          .dump());
  CHECK(asking.deploys_of("graphite-events:deploy, web") ==
        Lines{"2026-11-20T12:33:20Z deploy 1 graphite-events",
              "2026-11-20T13:00:00Z deploy 2 graphite-events"});
}

TEST_CASE("without a tag only the deploys that canarygate has reported count, each once") {
  Asking asking;
  asking.world.http.expect(
      "GET", kGraphiteOwn, 200,
      Json{graphite(1795183400, kStarted, "commit: 12ab\ncanarygate 0.1.0, run 01J", kOwnTags),
           graphite(
               1795183800, kVerdict, "deployed at 2026-11-20T14:03:20Z\ncanarygate 0.1.0, run 01J",
               {"canarygate", "check:web-bg-tasks", "environment:production-us", "verdict:fail"}),
           // The command of --deploy began then: when it had deployed, only the verdict knows.
           graphite(1795179900, kBegun, "canarygate 0.1.0, run 01K", kOwnTags),
           graphite(1795180900, kVerdict, kDetails, kOwnTags),
           // Deployed before the time that is asked for.
           graphite(1795176100, kVerdict, "deployed at 2026-11-20T11:59:59Z", kOwnTags)}
          .dump());
  CHECK(asking.deploys_of("graphite-events") ==
        Lines{"2026-11-20T13:10:00Z commit: 7c1d0f2 graphite-events",
              "2026-11-20T14:03:20Z commit: 12ab graphite-events"});
}

TEST_CASE("of two events of one deploy canarygate's own has the time, and the other the name") {
  Asking asking;
  asking.world.http.expect("GET", kGraphiteOwn, 200,
                           Json{graphite(1795183400, kStarted, "", kOwnTags)}.dump());
  std::vector<std::string> own_and_deploy = kOwnTags;
  own_and_deploy.insert(own_and_deploy.end(), {"deploy", "web"});
  asking.world.http.expect(
      "GET", kGraphiteDeploys, 200,
      Json{graphite(1795183400 - 359, "deploy 7", "", {"deploy", "web"}),
           graphite(1795183400 + 360, "deploy 8", "", {"deploy", "web"}),
           // Another check's, which bears the tags too: no deploy of this check.
           graphite(1795178000,
                    "STARTED: the canary of other, deployed at 2026-11-20T12:33:20Z, is "
                    "watched for 5m",
                    "", {"canarygate", "check:other", "deploy", "web"}),
           graphite(1795183400, kStarted, "", own_and_deploy)}
          .dump());
  CHECK(asking.deploys_of("graphite-events:deploy,web") ==
        Lines{"2026-11-20T14:03:20Z deploy 7 graphite-events",
              "2026-11-20T14:09:20Z deploy 8 graphite-events"});
}

TEST_CASE("where the environment has no name, its own events name none") {
  Asking asking;
  asking.where.name = "";
  asking.world.http.expect(
      "GET",
      kGraphite + "&until=1795255201&tags=canarygate%20check%3Aweb-bg-tasks&set=intersection", 200,
      Json{graphite(1795183400, kStarted, "", kOwnTags),
           graphite(1795180000,
                    "STARTED: the canary of web-bg-tasks, deployed at 2026-11-20T13:06:40Z, is "
                    "watched for 5m",
                    "", {"canarygate", "check:web-bg-tasks", "start"})}
          .dump());
  CHECK(asking.deploys_of("graphite-events") == Lines{"2026-11-20T13:06:40Z  graphite-events"});
}

TEST_CASE("what Graphite refuses, and what is no list of events, is said with the next step") {
  const auto error_of = [](int status, const std::string& body) {
    Asking asking;
    asking.world.http.expect("GET", kGraphiteOwn, status, body);
    return asking.error_of("graphite-events");
  };
  CHECK(error_of(401, "no") ==
        "graphite-events: graphite.example.com does not know who asks (401: no). Give the `notify` "
        "entry an `auth`");
  CHECK(error_of(404, "no such page") ==
        "graphite-events: graphite.example.com has no Graphite API at its `url` (404: no such "
        "page). Check the path there");
  CHECK(error_of(200, "<!DOCTYPE html><html>") ==
        "graphite-events: graphite.example.com answered with a web page instead of JSON (200): a "
        "login page or a proxy answered. Check `url` and `auth`");
  CHECK(error_of(500, "out of memory") ==
        "graphite-events: graphite.example.com failed (500: out of memory). Look at the server's "
        "log");
  CHECK(error_of(200, "{}") ==
        "graphite-events: graphite.example.com did not answer as Graphite does: the answer is no "
        "list. Check `url` and what stands in front of the server");
  for (const char* event : {"1", "{}", R"({"when": "1795183400"})", R"({"when": -1})",
                            R"({"when": 1795183400000})", R"({"when": 1, "what": 2})",
                            R"({"when": 1, "tags": "deploy"})", R"({"when": 1, "tags": [1]})"}) {
    CAPTURE(event);
    CHECK(error_of(200, std::string("[") + event + "]") ==
          "graphite-events: graphite.example.com did not answer as Graphite does: one of the list "
          "is no event with a time, a text and tags. Check `url` and what stands in front of the "
          "server");
  }
}

// --- Grafana --------------------------------------------------------------------------------

namespace {

std::string grafana_url(std::int64_t from, std::int64_t to, const std::string& tags) {
  return "https://grafana.example.com/sub/api/annotations?from=" + std::to_string(from) +
         "&to=" + std::to_string(to) + "&type=annotation&matchAny=false&limit=1000&tags=" + tags;
}

const std::string kGrafanaOwn =
    grafana_url(1795176000000, 1795255200000,
                "canarygate&tags=check%3Aweb-bg-tasks&tags=environment%3Aproduction-us");
const std::pair<std::string, std::string> kToken{"Authorization", "Bearer glsa_secret"};

/// As the documentation of Grafana's HTTP API shows it.
Json grafana(std::int64_t time, const std::string& text, const Json& tags) {
  return {{"id", time},
          {"alertId", 0},
          {"dashboardId", 0},
          {"dashboardUID", ""},
          {"panelId", 0},
          {"userId", 1},
          {"newState", ""},
          {"prevState", ""},
          {"time", time},
          {"timeEnd", time},
          {"text", text},
          {"tags", tags},
          {"data", Json::object()}};
}

}  // namespace

TEST_CASE("Grafana's annotations with all the tags are deploys, by their text without markup") {
  Asking asking;
  asking.world.http
      .expect("GET", kGrafanaOwn, 200,
              Json{grafana(1795180900000, kVerdict + "\n" + kDetails,
                           {"canarygate", "check:web-bg-tasks", "environment:production-us",
                            "verdict:fail"})}
                  .dump())
      .headers = {kToken, {"Accept", "application/json"}};
  asking.world.http
      .expect("GET", grafana_url(1795176000000, 1795186800000, "deploy"), 200,
              Json{grafana(1795176000500, "<b>deploy</b> v2\nby joe", {"deploy"}),
                   // A region that reaches into the time began before it.
                   grafana(1795175000000, "long", {"deploy"}),
                   grafana(1795176001000, "another's", nullptr)}
                  .dump())
      .headers = {kToken};
  CHECK(asking.deploys_of("grafana-annotations:deploy") ==
        Lines{"2026-11-20T12:00:00.500Z deploy v2 grafana-annotations",
              "2026-11-20T13:10:00Z commit: 7c1d0f2 grafana-annotations"});
}

TEST_CASE("where Grafana may have left annotations out, each half of the time is asked again") {
  Asking asking;
  asking.world.http.expect("GET", kGrafanaOwn, 200, "[]");
  Json all = Json::array();
  for (int i = 0; i < 1000; ++i) all.push_back(grafana(1795176000000 + i * 1000, "d", {"deploy"}));
  asking.world.http.expect("GET", grafana_url(1795176000000, 1795186800000, "deploy"), 200,
                           all.dump());
  asking.world.http.expect("GET", grafana_url(1795176000000, 1795181400000, "deploy"), 200,
                           all.dump());
  asking.world.http.expect("GET", grafana_url(1795181400001, 1795186800000, "deploy"), 200,
                           Json{grafana(1795186000000, "the last", {"deploy"})}.dump());
  asking.world.http.expect("GET", grafana_url(1795176000000, 1795178700000, "deploy"), 200, "[]");
  asking.world.http.expect("GET", grafana_url(1795178700001, 1795181400000, "deploy"), 200,
                           Json{grafana(1795180000000, "the first", {"deploy"})}.dump());
  const auto deploys = asking.deploys_of("grafana-annotations:deploy");
  REQUIRE(deploys.size() == 1002);
  CHECK(deploys.back() == "2026-11-20T14:46:40Z the last grafana-annotations");
}

TEST_CASE("more annotations at one moment than Grafana gives at once are an error") {
  Asking asking;
  asking.wanted.from = asking.wanted.to = kFrom;
  asking.world.http.expect("GET",
                           grafana_url(1795176000000, 1795255200000,
                                       "canarygate&tags=check%3Aweb-bg-tasks&tags=environment%"
                                       "3Aproduction-us"),
                           200, "[]");
  const Json all(std::vector<Json>(1000, grafana(1795176000000, "d", {"deploy"})));
  asking.world.http.expect("GET", grafana_url(1795176000000, 1795176000000, "deploy"), 200,
                           all.dump());
  CHECK(asking.error_of("grafana-annotations:deploy") ==
        "grafana-annotations: grafana.example.com has 1000 or more annotations with the tags "
        "deploy at 2026-11-20T12:00:00Z; name a tag that only deploys carry");
}

TEST_CASE("what Grafana refuses is said in its words, with the permission that it takes") {
  Asking asking;
  asking.world.http.expect("GET", kGrafanaOwn, 403,
                           R"({"accessErrorId":"ACE1","message":"You'll need additional )"
                           R"(permissions: glsa_secret","title":"Access denied"})");
  const auto deploys = asking.ask("grafana-annotations");
  REQUIRE_FALSE(deploys.has_value());
  CHECK(deploys.error().text ==
        "grafana-annotations: grafana.example.com does not allow this query (403: You'll need "
        "additional permissions: [hidden]). Sent was `auth.bearer` from the environment variable "
        "TOKEN, which must be allowed `annotations:read`; check that it is right and still valid");
}

// --- Datadog --------------------------------------------------------------------------------

namespace {

std::string datadog_url(std::int64_t start, std::int64_t end, const std::string& tags,
                        int page = 0) {
  return "https://api.datadoghq.eu/api/v1/events?start=" + std::to_string(start) +
         "&end=" + std::to_string(end) + "&tags=" + tags +
         "&unaggregated=true&exclude_aggregate=true&page=" + std::to_string(page);
}

const std::string kDatadogTags = "canarygate%2Ccheck%3Aweb-bg-tasks%2Cenvironment%3Aproduction-us";

/// As recorded from Datadog.
Json datadog(std::int64_t happened, const std::string& title, const std::string& text,
             const Json& tags) {
  return {{"date_happened", happened},
          {"alert_type", "info"},
          {"resource", "/api/v1/events/5309722144615820235"},
          {"title", title},
          {"url", "/event/event?id=5309722144615820235"},
          {"text", text},
          {"tags", tags},
          {"device_name", nullptr},
          {"priority", "normal"},
          {"host", "test.host.integration"},
          {"id", 5309722144615820235}};
}

std::string events(const std::vector<Json>& list) {
  Json answer = Json::object();
  answer["events"] = list;
  return answer.dump();
}

}  // namespace

TEST_CASE("Datadog's events with all the tags are deploys, whatever their letters' case") {
  Asking asking;
  asking.world.http
      .expect("GET", datadog_url(1795176000, 1795255201, kDatadogTags), 200,
              // One of long ago has the time at which it came, and its title may be cut.
              events({datadog(
                  1795190000, kStarted.substr(0, 99) + "…", kStarted + "\ncommit: 12ab",
                  {"canarygate", "check:web-bg-tasks", "environment:production-us", "start"})}))
      .headers = {{"DD-API-KEY", "api-secret"}, {"DD-APPLICATION-KEY", "app-secret"}};
  asking.world.http.expect("GET", datadog_url(1795176000, 1795186801, "deploy%2Cservice%3Aweb"),
                           200,
                           events({datadog(1795179600, "deploy 2", "", {"Deploy", "service:web"}),
                                   datadog(1795179700, "another", "", {"deploy"}),
                                   datadog(1795179800, "none", "", nullptr)}));
  CHECK(asking.deploys_of("datadog-events:deploy,service:Web") ==
        Lines{"2026-11-20T13:00:00Z deploy 2 datadog-events",
              "2026-11-20T14:03:20Z commit: 12ab datadog-events"});
}

TEST_CASE("a long time is asked of Datadog in pieces, and each of them page by page") {
  Asking asking;
  asking.wanted.from = kTo - std::chrono::hours(24 * 45);
  const std::int64_t from = 1795186800 - 45 * 86400;
  const std::int64_t middle = from + 30 * 86400;
  asking.world.http.expect("GET", datadog_url(from, middle + 1, kDatadogTags), 200, events({}));
  asking.world.http.expect("GET", datadog_url(middle, 1795255201, kDatadogTags), 200, events({}));
  std::vector<Json> full;
  for (int i = 0; i < 1000; ++i) full.push_back(datadog(from + i, "d", "", {"deploy"}));
  asking.world.http.expect("GET", datadog_url(from, middle + 1, "deploy"), 200, events(full));
  asking.world.http.expect("GET", datadog_url(from, middle + 1, "deploy", 1), 200,
                           events({datadog(from + 5000, "d", "", {"deploy"})}));
  asking.world.http.expect("GET", datadog_url(middle, 1795186801, "deploy"), 200,
                           events({datadog(middle + 5, "d", "", {"deploy"})}));
  CHECK(asking.deploys_of("datadog-events:deploy").size() == 1002);
}

TEST_CASE("what Datadog refuses is said with both keys' places and the permission") {
  Asking asking;
  asking.world.http.expect("GET", datadog_url(1795176000, 1795255201, kDatadogTags), 403,
                           R"({"errors":["Forbidden"]})");
  CHECK(asking.error_of("datadog-events") ==
        "datadog-events: api.datadoghq.eu does not accept the keys (403: Forbidden). Sent were "
        "`api_key` from the environment variable DD_API_KEY and `app_key` from the environment "
        "variable DD_APP_KEY: check that both are of this `site`, still valid, and that the "
        "application key may `events_read`");
}

TEST_CASE("what is no list of events from Datadog is an error") {
  Asking asking;
  asking.world.http.expect("GET", datadog_url(1795176000, 1795255201, kDatadogTags), 200,
                           R"({"status":"ok"})");
  CHECK(asking.error_of("datadog-events") ==
        "datadog-events: api.datadoghq.eu did not answer as Datadog does: the answer is no list. "
        "Check `site` or `url` and what stands in front of the server");
}

// --- all of them ----------------------------------------------------------------------------

TEST_CASE("several entries of a type are all asked, and a deploy that both know counts once") {
  Asking asking;
  asking.where.notify.push_back(
      spec_of({"graphite-events", {{"url", std::string("http://other.example.com")}}}));
  const std::string same = Json{graphite(1795183400, kStarted, "commit: 12ab", kOwnTags)}.dump();
  asking.world.http.expect("GET", kGraphiteOwn, 200, same);
  asking.world.http.expect(
      "GET", "http://other.example.com" + kGraphiteOwn.substr(kGraphiteOwn.find("/events/")), 200,
      same);
  CHECK(asking.deploys_of("graphite-events") ==
        Lines{"2026-11-20T14:03:20Z commit: 12ab graphite-events"});
}

TEST_CASE("an answer that does not come is an error, never no deploys") {
  Asking asking;
  asking.world.http.expect_error("GET", kGraphiteOwn, ErrorKind::timeout,
                                 "graphite.example.com did not answer");
  CHECK(asking.error_of("graphite-events", ErrorKind::timeout) ==
        "graphite-events: graphite.example.com did not answer");
}

TEST_CASE("a token that is missing is an error that names its place") {
  Asking asking;
  asking.world.variables.values.clear();
  CHECK(asking.error_of("grafana-annotations", ErrorKind::secret)
            .find("environment variable TOKEN") != std::string::npos);
}

TEST_CASE("an environment without an entry of the type is told which one to add") {
  Asking asking;
  asking.where.notify.clear();
  asking.where.backends.clear();
  CHECK(asking.error_of("graphite-events", ErrorKind::usage) ==
        "environments/production-us.yaml has no `notify` entry of type graphite-events, which "
        "would say where to ask; add one: {type: graphite-events, url: "
        "\"https://graphite.example.com\"}");
  asking.where.file = "";
  CHECK(asking.error_of("grafana-annotations:deploy", ErrorKind::usage)
            .starts_with("canarygate.yaml has no `notify` entry of type grafana-annotation, "));
  CHECK(asking.error_of("datadog-events", ErrorKind::usage) ==
        "canarygate.yaml has no backend of type datadog, whose keys would be sent: reading events "
        "takes an `app_key`, which a `notify` entry has not");
}

TEST_CASE("what is neither a file nor a source is an error that names the sources") {
  Asking asking;
  CHECK(asking.error_of("graphite-event:deploy", ErrorKind::usage) ==
        "there is no file 'graphite-event:deploy' (did you mean 'graphite-events'?); deploys come "
        "from a file, or from datadog-events, grafana-annotations or graphite-events");
  CHECK(asking.error_of("/nowhere/deploys.csv", ErrorKind::usage) ==
        "there is no file '/nowhere/deploys.csv'; deploys come from a file, or from "
        "datadog-events, grafana-annotations or graphite-events");
  CHECK(asking.error_of("graphite-events: ,", ErrorKind::usage) ==
        "'graphite-events: ,' names no tag after the colon; write graphite-events:deploy, or "
        "graphite-events alone for the deploys that canarygate has reported there");
}

}  // namespace canarygate::test
