#include "checks/metrics/zabbix.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/support/fakes.h"
#include "tests/support/fixture.h"

using namespace canarygate;
using namespace canarygate::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

constexpr TimePoint kStart{1'795'214'000s};
const std::string kUrl = "https://zabbix.example.com/zabbix/api_jsonrpc.php";
const std::string kServer = "zabbix.example.com";
const std::string kToken = "7996d416d4c3fac8c8474136d9e6c806";
const std::string kQuery = "avg(app.errors) on canary-1,web-1";

std::string result(const json& value) {
  return json{{"jsonrpc", "2.0"}, {"result", value}, {"id", 1}}.dump();
}

json item(const std::string& id, const std::string& host, const std::string& type = "0") {
  const json hosts = json::array({{{"hostid", "1"}, {"host", host}, {"name", "The " + host}}});
  return {{"itemid", id}, {"value_type", type}, {"hosts", hosts}};
}

json sample(const std::string& id, int after, const std::string& value, int ns = 0) {
  const auto clock = kStart.time_since_epoch().count() / 1000 + after;
  return {{"itemid", id},
          {"clock", std::to_string(clock)},
          {"value", value},
          {"ns", std::to_string(ns)}};
}

const json kHosts = json::array({{{"hostid", "10"}, {"host", "canary-1"}, {"name", "Canary 1"}},
                                 {{"hostid", "11"}, {"host", "web-1"}, {"name", "Web 1"}}});
const std::string kHostParams =
    R"({"filter":{"host":["canary-1","web-1"]},"monitored_hosts":true,"output":["hostid","host","name"]})";
const std::string kItemParams =
    R"({"filter":{"key_":["app.errors"]},"hostids":["10","11"],"limit":10001,"monitored":true,)"
    R"("output":["itemid","value_type"],"selectHosts":["host","name"],"webitems":true})";

std::string history_params(const std::string& ids, int type = 0, int from = 0) {
  return fmt::format(
      R"({{"history":{},"itemids":[{}],"limit":20000,"output":["itemid","clock","ns","value"],)"
      R"("sortfield":"clock","sortorder":"ASC","time_from":{},"time_till":1795214180}})",
      type, ids, 1795214000 + from);
}

struct World {
  FakeWorld others;
  FakeVariables variables{
      std::map<std::string, std::string>{{"ZABBIX", kToken}, {"ZABBIX_PASSWORD", "s3cret-pw"}}};
  Ports ports{others.http, others.clock, variables, others.processes, others.interrupt};
  Config config;
  std::string version = "6.0.14";
  std::unique_ptr<MetricsBackend> made;

  World() {
    config.set("url", std::string("https://zabbix.example.com/zabbix"));
    config.set("token", SecretRef{SecretRef::From::env, "ZABBIX"});
  }
  MetricsBackend& backend() {
    if (made == nullptr) {
      auto backend = zabbix_backend().make(config, ports);
      REQUIRE(backend.has_value());
      made = std::move(*backend);
    }
    return *made;
  }
  /// A call without credentials.
  void expect_plain(const std::string& method, const std::string& params, int status,
                    const std::string& body) {
    others.http.expect("POST", kUrl, status, body).body =
        fmt::format(R"({{"id":1,"jsonrpc":"2.0","method":"{}","params":{}}})", method, params);
  }
  void expect_version() { expect_plain("apiinfo.version", "[]", 200, result(version)); }
  /// A call with the token in its body, as before 6.4.
  void expect(const std::string& method, const std::string& params, const std::string& body,
              int status = 200, const std::string& token = kToken) {
    auto& expected = others.http.expect("POST", kUrl, status, body);
    expected.body =
        fmt::format(R"({{"auth":"{}","id":1,"jsonrpc":"2.0","method":"{}","params":{}}})", token,
                    method, params);
    expected.headers = {{"Content-Type", "application/json-rpc"}};
  }
  /// All but the history.
  void expect_items(const json& items) {
    expect_version();
    expect("host.get", kHostParams, result(kHosts));
    expect("item.get", kItemParams, result(items));
  }
  Result<QueryAnswer> ask(const std::string& query = kQuery, const std::string& label = "") {
    const RangeQuery asked{query, {kStart, 60s, 3}, label};
    return backend().fetch({&asked, 1}, 60s).front();
  }
  std::string error(const std::string& query = kQuery, ErrorKind kind = ErrorKind::backend,
                    const std::string& label = "") {
    const auto answer = ask(query, label);
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().kind == kind);
    return answer.error().text;
  }
};

bool missing(double value) { return std::isnan(value); }

}  // namespace

TEST_CASE("hosts are found, then their items, then the history by each type, token in the body") {
  World world;
  world.expect_items(json::array({item("44518", "canary-1", "0"), item("44519", "web-1", "3")}));
  world.expect("history.get", history_params("\"44518\""),
               result(json::array({sample("44518", 15, "1.5"), sample("44518", 45, "2.5", 2),
                                   sample("44518", 180, "-1e-3")})));
  world.expect("history.get", history_params("\"44519\"", 3),
               result(json::array({sample("44519", 61, "18446744073709551615")})));
  const auto answer = world.ask();
  REQUIRE(answer.has_value());
  CHECK(answer->warnings.empty());
  REQUIRE(answer->series.size() == 2);
  CHECK(answer->series[0].host == "canary-1");
  CHECK(answer->series[0].labels == std::map<std::string, std::string>{{"host", "canary-1"}});
  CHECK(answer->series[0].values.at(0) == 2);
  CHECK(missing(answer->series[0].values.at(1)));
  CHECK(answer->series[0].values.at(2) == -1e-3);
  CHECK(answer->series[1].host == "web-1");
  CHECK(answer->series[1].values.at(1) == 18446744073709551615.0);
  for (const HttpRequest& sent : world.others.http.sent) {
    for (const auto& [name, value] : sent.headers) CHECK(name != "Authorization");
  }
}

TEST_CASE("from 6.4 on the token is a bearer token, and the version is asked for once") {
  World world;
  world.version = "6.4.0";
  world.expect_version();
  for (int i = 0; i < 2; ++i) {
    auto& expected = world.others.http.expect("POST", kUrl, 200, result(json::array()));
    expected.body = R"({"id":1,"jsonrpc":"2.0","method":"host.get","params":)" + kHostParams + "}";
    expected.headers = {{"Authorization", "Bearer " + kToken}};
  }
  for (int i = 0; i < 2; ++i) {
    const auto answer = world.ask();
    REQUIRE(answer.has_value());
    CHECK(answer->series.empty());
    CHECK(answer->warnings ==
          std::vector<std::string>{"Zabbix monitors no host that is called canary-1 and web-1, or "
                                   "its user may not see it"});
  }
}

TEST_CASE("a user logs in under the name that the version knows") {
  for (const auto& [version, name] :
       {std::pair("5.2.7", "user"), std::pair("6.0.14", "username")}) {
    World world;
    world.version = version;
    world.config = {};
    world.config.set("url", kUrl);
    world.config.set("user", std::string("gate"));
    world.config.set("password", SecretRef{SecretRef::From::env, "ZABBIX_PASSWORD"});
    world.expect_version();
    const std::string params = json{{"password", "s3cret-pw"}, {name, "gate"}}.dump();
    world.expect_plain("user.login", params, 200, result("session-1"));
    world.expect("host.get", kHostParams, result(json::array()), 200, "session-1");
    CHECK(world.ask().has_value());

    world.expect_plain("user.login", params, 200, fixture("zabbix-6.0/error_login_bad.json").body);
    CHECK(world.error() ==
          kServer +
              " does not let canarygate in (-32500: Application error. Incorrect user name or "
              "password or account is temporarily blocked.); check `user` and `password` from the "
              "environment variable ZABBIX_PASSWORD");
  }
}

TEST_CASE("recorded replies of Zabbix 6.0 are understood") {
  World world;
  world.expect_version();
  world.expect("host.get", kHostParams, result(kHosts));
  world.expect("item.get", kItemParams, fixture("zabbix-6.0/item_get.json").body);
  json recorded = json::parse(fixture("zabbix-6.0/history_get_float.json").body);
  json inside = json::array();
  for (const json& entry : recorded["result"]) {
    if (std::stoll(entry["clock"].get<std::string>()) <= 1795214180) inside.push_back(entry);
  }
  world.expect("history.get", history_params(R"("44518","44519")"), result(inside));
  const auto answer = world.ask();
  REQUIRE(answer.has_value());
  REQUIRE(answer->series.size() == 1);
  // 15 s: 1.5, 45 s: 2.5; 75 s: 5.5, 105 s: 1.5; 135 s: 0.5, 165 s: 4.5
  CHECK(answer->series[0].values == std::vector<double>{2, 3.5, 2.5});
}

TEST_CASE("without hosts every host of the item is asked for, by the name that is wanted") {
  World world;
  world.expect_version();
  world.expect("item.get",
               R"({"filter":{"key_":["app.errors"]},"limit":10001,"monitored":true,)"
               R"("output":["itemid","value_type"],"selectHosts":["host","name"],"webitems":true})",
               result(json::array({item("1", "web-1")})));
  world.expect("history.get", history_params("\"1\""), result(json::array({sample("1", 1, "4")})));
  const auto answer = world.ask("max(app.errors)", "name");
  REQUIRE(answer.has_value());
  CHECK(answer->series.at(0).host == "The web-1");
  CHECK(answer->series.at(0).labels == std::map<std::string, std::string>{{"name", "The web-1"}});
}

TEST_CASE("an item that is not there is no error, but is said") {
  World world;
  world.expect_items(json::array());
  const auto answer = world.ask();
  REQUIRE(answer.has_value());
  CHECK(answer->series.empty());
  CHECK(answer->warnings ==
        std::vector<std::string>{"Zabbix has no enabled item 'app.errors' on these hosts, or its "
                                 "user may not see it"});
}

TEST_CASE("an item of text is refused") {
  World world;
  world.expect_items(json::array({item("1", "web-1", "4")}));
  CHECK(world.error() == "item 'app.errors' of web-1 holds text, no numbers");
}

TEST_CASE("a history longer than one answer is read on from its last second, counted once") {
  World world;
  world.expect_items(json::array({item("1", "web-1")}));
  json first = json::array();
  for (int i = 0; i < 20'000; ++i) first.push_back(sample("1", 1 + i / 500, "1", i));
  world.expect("history.get", history_params("\"1\""), result(first));
  // Second 40 was in the first answer too, with 500 samples of it.
  json second = json::array();
  for (int i = 0; i < 700; ++i) second.push_back(sample("1", 40, "1", i));
  world.expect("history.get", history_params("\"1\"", 0, 40), result(second));
  const RangeQuery asked{"count(app.errors) on canary-1,web-1", {kStart, 60s, 3}, ""};
  const auto answer = world.backend().fetch({&asked, 1}, 60s).front();
  REQUIRE(answer.has_value());
  CHECK(answer->series.at(0).values.at(0) == 39 * 500 + 700);

  World stuck;
  stuck.expect_items(json::array({item("1", "web-1")}));
  json same = json::array();
  for (int i = 0; i < 20'000; ++i) same.push_back(sample("1", 7, "1", i));
  stuck.expect("history.get", history_params("\"1\""), result(same));
  CHECK(stuck.error() == kServer +
                             " did not answer history.get as Zabbix does: it has 20000 samples of "
                             "one second");
}

TEST_CASE("a history that cannot be trusted is refused") {
  const std::string before = kServer + " did not answer history.get as Zabbix does: ";
  const std::string order = "its samples are not in order of time, or not of the time asked for";
  for (const auto& [samples, problem] : std::vector<std::pair<json, std::string>>{
           {json::array({sample("1", 9, "1"), sample("1", 8, "1")}), order},
           {json::array({sample("1", 181, "1")}), order},
           {json::array({sample("1", -1, "1")}), order},
           {json::array({sample("2", 9, "1")}), "it sent an item that was not asked for"},
           {json::array({sample("1", 9, "many")}),
            "a sample of item '1' cannot be read (its value is 'many')"},
           {json::object(), "its 'result' is no list"}}) {
    World world;
    world.expect_items(json::array({item("1", "web-1")}));
    world.expect("history.get", history_params("\"1\""), result(samples));
    CHECK(world.error() == before + problem);
  }
}

TEST_CASE("a refusal names the server, the call, the cause and the next step") {
  const std::string out = kServer + " does not let canarygate in ";
  const std::string check = "; check `token` from the environment variable ZABBIX";
  for (const auto& [status, body, text] : std::vector<std::tuple<int, std::string, std::string>>{
           {200, fixture("zabbix-6.0/error_bad_auth.json").body,
            out + "(-32602: Invalid params. Session terminated, re-login, please.)" + check},
           {200, fixture("zabbix-6.0/error_no_auth.json").body,
            out + "(-32602: Invalid params. Not authorized.)" + check},
           {200,
            R"({"jsonrpc":"2.0","error":{"code":-32500,"message":"Application error.",)"
            R"("data":"API token expired."},"id":1})",
            out + "(-32500: Application error. API token expired.)" + check},
           {200, fixture("zabbix-6.0/error_bad_method.json").body,
            kServer +
                " refuses host.get (-32601: Method not found. Incorrect method \"host.nope\".); "
                "check the query and what the user may read"},
           {412, "",
            kServer + " refuses the Content-Type (412); something in front of the server changes "
                      "it"},
           {403, "no", out + "(status 403)" + check + " and what stands in front of the server"},
           {500, "boom", kServer + " could not answer host.get (status 500): boom"},
           {200, R"({"jsonrpc":"2.0","id":1})",
            kServer + " answered host.get with neither result nor error; check `url`"}}) {
    World world;
    world.expect_version();
    world.expect("host.get", kHostParams, body, status);
    CHECK(world.error() == text);
  }
}

TEST_CASE("what is no Zabbix is said to be none") {
  const std::string next = "; `url` is the frontend's, such as https://example.com/zabbix";
  for (const auto& [status, body] :
       {std::pair(404, "<html>not here</html>"), std::pair(200, "<html>Please log in</html>")}) {
    World world;
    world.expect_plain("apiinfo.version", "[]", status, body);
    CHECK(world.error() ==
          fmt::format("{} has no Zabbix API at this url (status {}){}", kServer, status, next));
  }
  World world;
  world.version = "seven";
  world.expect_version();
  CHECK(world.error() == kServer +
                             " did not answer apiinfo.version as Zabbix does: 'seven' is no "
                             "version");
}

TEST_CASE("a token that is repeated in an answer is hidden") {
  World world;
  world.expect_version();
  world.expect("host.get", kHostParams, "bad request: {\"auth\":\"" + kToken + "\"}", 500);
  const std::string error = world.error();
  CHECK(error.find(kToken) == std::string::npos);
  CHECK(error.ends_with(R"({"auth":"[hidden]"})"));
}

TEST_CASE("what cannot be asked is refused before anything is sent") {
  World world;
  CHECK(world.error("mean(x)", ErrorKind::definition) ==
        "Zabbix cannot be asked this query: column 1: unknown function 'mean'; there are avg, sum, "
        "min, max, last and count of an item's key: mean(x)");
  CHECK(world.error("x", ErrorKind::definition, "instance") ==
        "Zabbix cannot be asked this query: `host_label` is 'instance', but a host has only "
        "`host`, its technical name, and `name`, its visible one: x");
  CHECK(world.others.http.sent.empty());
}

TEST_CASE("a backend without url or credentials is refused") {
  const FakeWorld world;
  const SecretRef secret{SecretRef::From::env, "X"};
  const auto refusal = [&](const Config& config) {
    const auto made = zabbix_backend().make(config, world.ports);
    return made ? std::string() : made.error().text;
  };
  const std::string needs =
      "a backend of type zabbix needs either `token`, or `user` and `password`";
  Config config;
  CHECK(refusal(config) == "a backend of type zabbix needs `url`");
  config.set("url", std::string("http://z"));
  CHECK(refusal(config) == needs);
  config.set("user", std::string("gate"));
  CHECK(refusal(config) == needs);
  config.set("password", secret);
  CHECK(refusal(config).empty());
  config.set("token", secret);
  CHECK(refusal(config) == needs);
  Config proxied;
  proxied.set("url", std::string("http://z"));
  proxied.set("token", secret);
  CHECK(refusal(proxied).empty());
  proxied.set("headers", std::map<std::string, TextOrSecret>{{"authorization", "x"}});
  CHECK(refusal(proxied) == "`headers` may not have Authorization, which Zabbix takes for its own");
}
