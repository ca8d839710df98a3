#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "checks/discovery/source.h"
#include "tests/discovery/recorded.h"

using namespace canarygate;
using namespace canarygate::test;

namespace {

using Texts = std::vector<std::string>;

const std::string kServer = "https://api.datadoghq.eu";

Config connection() {
  Config config;
  config.set("site", std::string("datadoghq.eu"));
  config.set("api_key", SecretRef{SecretRef::From::env, "DD_API_KEY"});
  config.set("app_key", SecretRef{SecretRef::From::env, "DD_APP_KEY"});
  return config;
}

/// `{tags: […], not_tags: […]}`
Config hosts_with(const Texts& tags, const Texts& not_tags = {}) {
  Config selection;
  selection.set("tags", tags);
  if (!not_tags.empty()) selection.set("not_tags", not_tags);
  return selection;
}

std::string page_at(const std::string& filter, int start) {
  return fmt::format("{}/api/v1/hosts?filter={}&start={}&count=1000", kServer, filter, start);
}

struct Datadog {
  FakeWorld world;
  Datadog() {
    world.variables.values = {{"DD_API_KEY", "api-s3cr3t"}, {"DD_APP_KEY", "app-s3cr3t"}};
  }
  std::unique_ptr<DiscoverySource> source(const Config& over = connection()) {
    auto made = find_source_type("datadog_tags")->make(over, world.ports);
    REQUIRE_MESSAGE(made.has_value(), made.error().text);
    return std::move(*made);
  }
  Result<Found> find(const Config& selection) {
    return source()->find(selection, std::chrono::seconds(60));
  }
};

std::string host(int id, const std::string& name, const std::string& tags,
                 const std::string& more = R"("up":true,"is_muted":false)") {
  return fmt::format(
      R"({{"id":{},"name":"{}","tags_by_source":{{"Datadog":[{}],"Users":["team:web"]}},{}}})", id,
      name, tags, more);
}
std::string page(const std::string& hosts, int matching, bool exact = true) {
  return fmt::format(R"({{"host_list":[{}],"total_matching":{},"exact_total_matching":{}}})", hosts,
                     matching, exact);
}

/// What a selection by `service:web` finds in one page.
Result<Found> found_in(const std::string& hosts, int matching, const Config& selection) {
  Datadog datadog;
  datadog.world.http.expect("GET", page_at("service%3Aweb", 0), 200, page(hosts, matching));
  return datadog.find(selection);
}

Texts names(const Found& found) {
  Texts names;
  for (const Host& host : found.hosts) names.push_back(host.name);
  std::ranges::sort(names);
  return names;
}

std::string refused(const HttpResponse& response) {
  Datadog datadog;
  datadog.world.http.expect("GET", page_at("service%3Aweb", 0), response.status, response.body,
                            response.headers);
  const auto found = datadog.find(hosts_with({"service:web"}));
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().kind == ErrorKind::discovery);
  CHECK(found.error().text.find("s3cr3t") == std::string::npos);
  return found.error().text;
}

std::string refused(int status, const std::string& body) {
  HttpResponse response;
  response.status = status;
  response.body = body;
  return refused(response);
}

}  // namespace

TEST_CASE("a recorded host list: the name in lower case, the tags as labels, the keys as headers") {
  Datadog datadog;
  datadog.world.http
      .expect("GET", page_at("host%3Avagrant", 0), 200, fixture("datadog/v1_hosts.json").body)
      .headers = {{"DD-API-KEY", "api-s3cr3t"}, {"DD-APPLICATION-KEY", "app-s3cr3t"}};
  const auto found = datadog.find(hosts_with({"host:vagrant"}));
  REQUIRE_MESSAGE(found.has_value(), found.error().text);
  REQUIRE(names(*found) == Texts{"vagrant"});
  CHECK(found->hosts[0].labels == std::map<std::string, std::string>{{"host", "vagrant"}});
  CHECK(found->warnings.empty());
}

TEST_CASE("a host has all of the tags and none of the others, from every source, in any case") {
  const std::string hosts = host(1, "Web-1", R"("service:web","track:Canary")") + "," +
                            host(2, "web-2", R"("service:web","track:stable")") + "," +
                            host(3, "webhooks-1", R"("service:webhooks","track:canary")");
  const auto canary = found_in(hosts, 3, hosts_with({"service:web", "track:canary", "TEAM:web"}));
  CHECK(names(*canary) == Texts{"web-1"});
  CHECK(canary->hosts[0].labels.at("track") == "canary");
  CHECK(names(*found_in(hosts, 3, hosts_with({"service:web"}, {"track:canary"}))) ==
        Texts{"web-2"});
}

TEST_CASE("canary and baseline are taken from one answer where their first tag is the same") {
  Datadog datadog;
  datadog.world.http.expect("GET", page_at("service%3Aweb", 0), 200,
                            page(host(1, "web-1", R"("service:web","track:canary")") + "," +
                                     host(2, "web-2", R"("service:web")"),
                                 2));
  const auto source = datadog.source();
  const auto patience = std::chrono::seconds(60);
  Config canary = hosts_with({"track:canary"});
  canary.set("scope", Texts{"service:web"});
  Config rest;
  rest.set("scope", Texts{"service:web"});
  CHECK(names(*source->find(canary, patience)) == Texts{"web-1"});
  CHECK(names(*source->find(rest, patience)) == Texts{"web-1", "web-2"});
  CHECK(names(*source->find(hosts_with({"service:web"}, {"track:canary"}), patience)) ==
        Texts{"web-2"});
}

TEST_CASE("all pages are asked for, each from where the one before ended, and no host is twice") {
  Datadog datadog;
  const std::string tags = R"("service:web")";
  auto& http = datadog.world.http;
  http.expect("GET", page_at("service%3Aweb", 0), 200,
              page(host(1, "web-1", tags) + "," + host(2, "web-2", tags), 3));
  http.expect("GET", page_at("service%3Aweb", 2), 200,
              page(host(2, "web-2", tags) + "," + host(3, "web-3", tags), 3));
  const auto found = datadog.find(hosts_with({"service:web"}));
  REQUIRE_MESSAGE(found.has_value(), found.error().text);
  CHECK(names(*found) == Texts{"web-1", "web-2", "web-3"});
}

TEST_CASE("an estimated total is not relied on: the list ends with an empty page") {
  Datadog datadog;
  const std::string tags = R"("service:web")";
  auto& http = datadog.world.http;
  http.expect("GET", page_at("service%3Aweb", 0), 200, page(host(1, "web-1", tags), 1, false));
  http.expect("GET", page_at("service%3Aweb", 1), 200, page(host(2, "web-2", tags), 1, false));
  http.expect("GET", page_at("service%3Aweb", 2), 200, page("", 1, false));
  CHECK(names(*datadog.find(hosts_with({"service:web"}))) == Texts{"web-1", "web-2"});
}

TEST_CASE("a list that ends before its own total is no list") {
  Datadog datadog;
  auto& http = datadog.world.http;
  http.expect("GET", page_at("cloudfoundry", 0), 200,
              fixture("datadog/v1_hosts_of_an_organization.json").body);
  http.expect("GET", page_at("cloudfoundry", 12), 200, page("", 41));
  const auto found = datadog.find(hosts_with({"cloudfoundry"}));
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().text ==
        "Datadog at api.datadoghq.eu says that 41 hosts match the filter 'cloudfoundry' and listed "
        "12 of them; the list changed meanwhile, or is cut short: try again");
}

TEST_CASE("hosts that are not up are left out and told; muted ones are judged and told") {
  const std::string tags = R"("service:web")";
  const auto found = found_in(host(1, "web-1", tags, R"("up":false)") + "," +
                                  host(2, "web-2", tags, R"("up":true,"is_muted":true)") + "," +
                                  host(3, "web-3", tags, R"("up":null)") + "," + host(4, "", tags),
                              4, hosts_with({"service:web"}));
  CHECK(names(*found) == Texts{"web-2", "web-3"});
  CHECK(found->warnings == Texts{"left out 1 host that Datadog gets no metrics from: web-1",
                                 "1 host is muted in Datadog and judged all the same: web-2",
                                 "left out 1 host without a name"});
}

TEST_CASE("when nobody is found it is said what was asked and what that can mean") {
  CHECK(found_in("", 0, hosts_with({"service:web"}))->why_nobody ==
        "Datadog at api.datadoghq.eu lists no host for the filter 'service:web': the tag is "
        "misspelt, or no host that carries it has reported in the last hours");
  const std::string stable = host(1, "web-1", R"("service:web","track:stable")", R"("up":false)");
  CHECK(found_in(stable, 1, hosts_with({"service:web", "track:canary"}, {"old"}))->why_nobody ==
        "Datadog at api.datadoghq.eu lists 1 host for the filter 'service:web', but none with tag "
        "'service:web' and tag 'track:canary' and without tag 'old'");
  CHECK(found_in(stable, 1, hosts_with({"service:web"}))->why_nobody ==
        "Datadog at api.datadoghq.eu gets no metrics from any host with tag 'service:web': web-1");
}

TEST_CASE("refusals and answers that are no host list say who and what to do") {
  const std::string keys =
      "Sent were `api_key` from the environment variable DD_API_KEY and `app_key` from the "
      "environment variable DD_APP_KEY: check that both are of this `site`, still valid, and that "
      "the application key may `hosts_read`";
  CHECK(refused(fixture("datadog/v1_hosts_403.json")) ==
        "Datadog at api.datadoghq.eu does not accept the keys (403: Forbidden). " + keys);
  CHECK(refused(fixture("datadog/v1_hosts_400.json")) ==
        "Datadog at api.datadoghq.eu refuses the filter 'service:web' (400: The value provided for "
        "parameter 'count' is invalid). Correct it");
  CHECK(refused(200, "<html>Log in</html>") ==
        "Datadog at api.datadoghq.eu answered with a web page instead of JSON (200): a login page "
        "or a proxy answered. Check `site` or `url`");
  const std::string did_not = "Datadog at api.datadoghq.eu did not answer with its hosts: ";
  const std::string check = ". Check `site` or `url` and what stands in between";
  CHECK(refused(200, R"({"host_list":[{"na)") == did_not + "it is not complete JSON" + check);
  CHECK(refused(200, "{}") == did_not + "it has no 'host_list' and 'total_matching'" + check);
  CHECK(refused(200, R"({"errors":["busy"]})") == did_not + "busy" + check);
  CHECK(refused(200, R"({"host_list":{},"total_matching":1})") ==
        did_not + "'host_list' of the reply is not a list" + check);
  CHECK(refused(200, page(host(1, "a", "7"), 1)) ==
        did_not + "'Datadog' of host 1 is not a list of strings" + check);
}

TEST_CASE("without tags nobody is asked, and neither without keys") {
  Datadog datadog;
  CHECK(datadog.find(hosts_with({}, {"track:canary"})).error().text ==
        "datadog_tags needs `tags` or `scope`: without them it would be every host that Datadog "
        "knows; put what canary and baseline share into `scope`");
  CHECK(find_source_type("datadog_tags")->make(Config(), datadog.world.ports).error().text ==
        "datadog_tags has no keys to ask with; give `api_key` and `app_key` under `discovery: "
        "{datadog_tags: …}` in the environment");
  Config nowhere = connection();
  nowhere.set("site", std::string("app.datadoghq.com"));
  CHECK_FALSE(find_source_type("datadog_tags")->make(nowhere, datadog.world.ports).has_value());
}
