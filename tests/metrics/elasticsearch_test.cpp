// The shapes of the replies are those of the reference documentation of Elasticsearch 7 and 8; that
// of buckets with numbers in them is also that of an exchange recorded from OpenSearch.
#include "checks/metrics/elasticsearch.h"

#include <fmt/format.h>

#include <cmath>

#include "checks/metrics/elasticsearch_query.h"
#include "tests/metrics/answered.h"
#include "tests/support/fakes.h"

using namespace canarygate;
using namespace canarygate::test;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint kStart{1'795'212'000s};
constexpr std::int64_t kFirst = 1'795'212'000'001;
const Grid kGrid{kStart, 15s, 3};
const std::string kCount = "count(status:>=500) where service:web";
const std::string kP99 = "p99(duration) where service:web";
const std::string kSearch =
    "http://es:9200/logs-%2A/_search?allow_no_indices=false&allow_partial_search_results=false";
const std::string kWhole = R"("_shards":{"total":3,"successful":3,"skipped":2,"failed":0})";

Config usual() {
  Config config;
  config.set("urls", std::vector<std::string>{"http://es:9200"});
  config.set("index", std::string("logs-*"));
  return config;
}

std::unique_ptr<MetricsBackend> backend(const Ports& ports, const Config& config = usual()) {
  auto made = elasticsearch_backend().make(config, ports);
  REQUIRE(made.has_value());
  return std::move(*made);
}

std::string fields_url(const std::string& fields) {
  return "http://es:9200/logs-%2A/_field_caps?fields=" + fields + "&allow_no_indices=false";
}
const std::string kFieldsUrl =
    fields_url("%40timestamp%2Chost.name%2Cservice%2Cservice.%2A%2Cstatus%2Cstatus.%2A");
const std::string kP99Url =
    fields_url("%40timestamp%2Cduration%2Chost.name%2Cservice%2Cservice.%2A");

std::string field(const std::string& name, const std::string& type, bool aggregatable = true) {
  return fmt::format(R"("{0}":{{"{1}":{{"type":"{1}","searchable":true,"aggregatable":{2}}}}})",
                     name, type, aggregatable);
}
std::string fields(const std::string& more = "") {
  return R"({"indices":["logs-1"],"fields":{)" + field("@timestamp", "date") + "," +
         field("host.name", "keyword") + "," + field("service", "keyword") + "," +
         field("status", "long") + "," + field("duration", "long") + more + "}}";
}

std::string body_of(const std::string& query, const Grid& grid = kGrid) {
  return elasticsearch::search_for(*elasticsearch::parse(query), {"@timestamp", "host.name"}, grid);
}

/// One query with the usual grid; the fields are there, the search is answered with `body`.
struct Asked : Answered {
  explicit Asked(const std::string& body, const std::string& query = kCount)
      : Asked(200, body, {}, query) {}
  Asked(int status, const std::string& body, std::map<std::string, std::string> headers = {},
        const std::string& query = kCount) {
    const RangeQuery asked{query, kGrid, ""};
    world.http.expect("GET", query == kP99 || query.starts_with("sum") ? kP99Url : kFieldsUrl, 200,
                      fields());
    world.http.expect("POST", kSearch, status, body, std::move(headers)).body = body_of(query);
    answer = backend(world.ports)->fetch({&asked, 1}, 60s).front();
  }
};

std::string bucket(std::int64_t index, int documents, const std::string& number) {
  return fmt::format(
      R"({{"key_as_string":"2026-11-20T22:00:00.001Z","key":{},"doc_count":{},"number":{}}})",
      kFirst + index * 15'000, documents, number);
}
std::string host(const std::string& name, const std::string& buckets) {
  return fmt::format(R"({{"key":"{}","doc_count":9,"times":{{"buckets":[{}]}}}})", name, buckets);
}
std::string reply(const std::string& hosts, const std::string& shards = kWhole, int others = 0) {
  return fmt::format(
      R"({{"took":5,"timed_out":false,{},"hits":{{"max_score":null,"hits":[]}},"aggregations":{{"hosts":)"
      R"({{"doc_count_error_upper_bound":0,"sum_other_doc_count":{},"buckets":[{}]}}}}}})",
      shards, others, hosts);
}
/// A host with these counts of documents, and in each bucket these that meet the condition.
std::string counted(std::array<std::pair<int, int>, 3> all) {
  std::string buckets;
  for (std::size_t i = 0; i < 3; ++i) {
    buckets += (i > 0 ? "," : "") + bucket(static_cast<std::int64_t>(i), all[i].first,
                                           fmt::format(R"({{"doc_count":{}}})", all[i].second));
  }
  return host("web-1", buckets);
}
std::string of_numbers(const std::string& a, const std::string& b, const std::string& c) {
  return reply(host("web-1", bucket(0, 1, a) + "," + bucket(1, 1, b) + "," + bucket(2, 1, c)));
}

const std::string kNonsense = "es:9200 did not answer as Elasticsearch does: ";
const std::string kLook = ". Check `urls` and what stands in front of the server";
const std::string kHint =
    ". Give the backend an `auth`, or an API key: `headers: {Authorization: SECRET}`";

std::string refusal(const std::string& type, const std::string& reason, int status) {
  return fmt::format(
      R"({{"error":{{"root_cause":[{{"type":"{0}","reason":"{1}"}}],"type":"search_phase_execution_exception",)"
      R"("reason":"all shards failed"}},"status":{2}}})",
      type, reason, status);
}

}  // namespace

TEST_CASE("the whole request: fields first, then the search, both with the credentials") {
  FakeWorld world;
  world.variables.values = {{"ES_KEY", "ApiKey abcdef=="}};
  Config config = usual();
  config.set("headers", std::map<std::string, TextOrSecret>{
                            {"Authorization", SecretRef{SecretRef::From::env, "ES_KEY"}}});
  config.set("request_timeout", Duration(7s));
  config.set("ca", std::string("/etc/ca.pem"));
  const RangeQuery asked{kCount, kGrid, ""};
  world.http.expect("GET", kFieldsUrl, 200, fields());
  world.http.expect("POST", kSearch, 200, reply("")).body = body_of(kCount);
  const auto made = backend(world.ports, config);
  CHECK(made->fetch({&asked, 1}, 60s).front().has_value());
  REQUIRE(world.http.sent.size() == 2);
  for (const HttpRequest& sent : world.http.sent) {
    CHECK(sent.headers.front() ==
          std::pair<std::string, std::string>{"Accept", "application/json"});
    CHECK(sent.headers.back() ==
          std::pair<std::string, std::string>{"Authorization", "ApiKey abcdef=="});
    CHECK(sent.timeout == 7s);
    CHECK(sent.ca_file == "/etc/ca.pem");
  }
  CHECK(world.http.sent[1].headers.at(1) ==
        std::pair<std::string, std::string>{"Content-Type", "application/json"});
  // Fields that are known to be there are not asked for again.
  world.http.expect("POST", kSearch, 200, reply("")).body = body_of(kCount);
  CHECK(made->fetch({&asked, 1}, 60s).front().has_value());
}

TEST_CASE("time field and host label are what the configuration and the metric say") {
  FakeWorld world;
  Config config = usual();
  config.set("time_field", std::string("timestamp"));
  const RangeQuery asked{"count()", kGrid, "source"};
  world.http.expect(
      "GET", fields_url("source%2Ctimestamp"), 200,
      R"({"fields":{)" + field("source", "keyword") + "," + field("timestamp", "date") + "}}");
  world.http
      .expect("POST", kSearch, 200,
              reply(host("a", R"({"key":1795212000001,"doc_count":2},)"
                              R"({"key":1795212015001,"doc_count":3},)"
                              R"({"key":1795212030001,"doc_count":4})")))
      .body = elasticsearch::search_for({}, {"timestamp", "source"}, kGrid);
  const auto answer = backend(world.ports, config)->fetch({&asked, 1}, 60s).front();
  REQUIRE(answer.has_value());
  CHECK(answer->series.at(0).host == "a");
  CHECK(answer->series[0].labels == std::map<std::string, std::string>{{"source", "a"}});
  CHECK(answer->series[0].values == std::vector<double>{2, 3, 4});
}

TEST_CASE(
    "a count of 0 is a 0 while the host writes, and none before its first and after its last") {
  CHECK(Asked(reply(counted({{{5, 0}, {0, 0}, {7, 2}}}))).values() == std::vector<double>{0, 0, 2});
  const Asked dead(reply(counted({{{5, 1}, {6, 0}, {0, 0}}})));
  CHECK(dead.values()[1] == 0);
  CHECK(std::isnan(dead.values()[2]));
  const Asked born(reply(counted({{{0, 0}, {6, 0}, {1, 0}}})));
  CHECK(std::isnan(born.values()[0]));
  CHECK(born.values()[1] == 0);
}

TEST_CASE("no host is an answer, and absent hosts are absent") {
  const Asked asked(reply(""));
  REQUIRE(asked.answer.has_value());
  CHECK(asked.answer->series.empty());
}

TEST_CASE("percentiles: null, and the NaN of old servers, are missing") {
  const auto value = [](const std::string& text) {
    return R"({"values":[{"key":99.0,"value":)" + text + "}]}";
  };
  const Asked asked(of_numbers(value("1.5"), value("null"), value("\"NaN\"")), kP99);
  CHECK(asked.values()[0] == 1.5);
  CHECK(std::isnan(asked.values()[1]));
  CHECK(std::isnan(asked.values()[2]));
}

TEST_CASE("the sum of no values is missing, not 0") {
  const Asked asked(of_numbers(R"({"count":2,"min":1.0,"max":2.0,"avg":1.5,"sum":3.0})",
                               R"({"count":0,"min":null,"max":null,"avg":null,"sum":0.0})",
                               R"({"count":1,"min":0.0,"max":0.0,"avg":0.0,"sum":0.0})"),
                    "sum(duration) where service:web");
  CHECK(asked.values()[0] == 3);
  CHECK(std::isnan(asked.values()[1]));
  CHECK(asked.values()[2] == 0);
}

TEST_CASE(
    "a field that is not there, or cannot be computed with, is an error and nothing is searched") {
  const auto said = [](const std::string& body) {
    FakeWorld world;
    const RangeQuery asked{kCount, kGrid, ""};
    world.http.expect("GET", kFieldsUrl, 200, body);
    const auto answer = backend(world.ports)->fetch({&asked, 1}, 60s).front();
    REQUIRE_FALSE(answer.has_value());
    return answer.error().text;
  };
  const std::string most =
      R"({"fields":{)" + field("@timestamp", "date") + "," + field("service", "keyword") + ",";
  CHECK(
      said(most + field("host.name", "keyword") + "}}") ==
      "es:9200: there is no field 'status' in 'logs-*'. Check its spelling; a field is there from "
      "the first document on that has it");
  CHECK(said(most + field("host.name", "keyword") +
             R"(,"status":{"unmapped":{"type":"unmapped"}}}})") ==
        said(most + field("host.name", "keyword") + "}}"));
  CHECK(said(most + field("host.name", "text", false) + "," + field("status", "long") + "}}") ==
        "es:9200: the field 'host.name' in 'logs-*' is of a type that cannot be grouped by or "
        "computed with. Often 'host.name.keyword' can");
  CHECK(said(most + field("status.code", "long") + "}}").find("'host.name'") != std::string::npos);
  CHECK(said("{}") == kNonsense + "its JSON has another shape" + kLook);
  CHECK(said(R"({"fields":{"a":1}})") == kNonsense + "its JSON has another shape" + kLook);
  CHECK(said(R"({"fields":{)") == kNonsense + "it is not valid JSON, or was cut off" + kLook);
}

TEST_CASE("a field stands for those below it, and what refuses the fields refuses the query") {
  FakeWorld world;
  const RangeQuery asked{kCount, kGrid, ""};
  world.http.expect("GET", kFieldsUrl, 200,
                    R"({"fields":{)" + field("@timestamp", "date") + "," +
                        field("host.name", "keyword") + "," + field("service.name", "keyword") +
                        "," + field("status", "long") + "}}");
  world.http.expect("POST", kSearch, 200, reply("")).body = body_of(kCount);
  CHECK(backend(world.ports)->fetch({&asked, 1}, 60s).front().has_value());

  FakeWorld locked;
  locked.http.expect("GET", kFieldsUrl, 403,
                     refusal("security_exception", "no permissions for [field_caps]", 403));
  CHECK(backend(locked.ports)->fetch({&asked, 1}, 60s).front().error().text ==
        "es:9200 does not allow this query (403: security_exception: no permissions for "
        "[field_caps])" +
            kHint);
}

TEST_CASE("a part of the data is not judged; skipped shards lack nothing, skipped clusters do") {
  const auto part = [](const std::string& why) {
    return "es:9200 has only a part of the data: " + why +
           ". Look at its health; nothing is judged on a part";
  };
  const std::string whole = reply(counted({{{5, 0}, {5, 0}, {5, 0}}}));
  CHECK(Asked(whole).values() == std::vector<double>{0, 0, 0});
  std::string late = whole;
  late.replace(late.find(R"("timed_out":false)"), 17, R"("timed_out":true)");
  CHECK(Asked(late).error() == part("it ran out of time (timed_out)"));
  CHECK(Asked(R"({"terminated_early":true,)" + whole.substr(1)).error() ==
        part("it ended early (terminated_early)"));
  CHECK(Asked(reply("", R"("_shards":{"total":3,"successful":2,"skipped":0,"failed":1,"failures":)"
                        R"([{"shard":0,"reason":{"type":"x","reason":"disk is gone"}}]})"))
            .error() == part("1 of 3 shards did not answer: disk is gone"));
  CHECK(
      Asked(reply("", R"("_shards":{"total":3,"successful":2,"skipped":0,"failed":0})")).error() ==
      part("1 of 3 shards did not answer"));
  CHECK(
      Asked(reply("", R"("_shards":{"total":0,"successful":0,"skipped":0,"failed":0})")).error() ==
      part("it has no shard to ask"));
  CHECK(
      Asked(R"({"_clusters":{"total":2,"successful":1,"skipped":1},)" + whole.substr(1)).error() ==
      part("1 of 2 clusters: skipped"));
}

TEST_CASE("more hosts than are answered with is an error") {
  CHECK(Asked(reply(counted({{{5, 0}, {5, 0}, {5, 0}}}), kWhole, 3)).error() ==
        "es:9200 has more than 1000 values of 'host.name' to answer with. Name the hosts: `where "
        "host.name:({{hosts}})`");
}

TEST_CASE("refusals by status, with the root cause's words") {
  CHECK(Asked(400, refusal("query_shard_exception", "Failed to parse query [a:]", 400)).error() ==
        "es:9200 refuses the query: query_shard_exception: Failed to parse query [a:] (400). "
        "Correct the query: " +
            kCount);
  CHECK(Asked(401, refusal("security_exception", "missing authentication credentials", 401))
            .error() ==
        "es:9200 does not know who asks (401: security_exception: missing authentication "
        "credentials)" +
            kHint);
  CHECK(Asked(401, "Unauthorized").error() ==
        "es:9200 does not know who asks (401: Unauthorized)" + kHint);
  CHECK(Asked(404, refusal("index_not_found_exception", "no such index [logs-*]", 404)).error() ==
        "es:9200 has no index 'logs-*' (404: no such index [logs-*]). Check `index`");
  CHECK(Asked(404, "not here").error() ==
        "es:9200 has no Elasticsearch API at its `urls` (404: not here). Check the path there");
  CHECK(Asked(429, refusal("es_rejected_execution_exception", "rejected", 429)).error() ==
        "es:9200 takes no more requests for now (429: es_rejected_execution_exception: rejected). "
        "Run fewer checks at a time, or have its limit raised");
  CHECK(Asked(503, refusal("no_shard_available_action_exception", "", 503)).error() ==
        "es:9200 failed (503: no_shard_available_action_exception: all shards failed). Look at the "
        "server's log");
  CHECK(Asked(500, R"({"error":"plain words","status":500})").error() ==
        "es:9200 failed (500: plain words). Look at the server's log");
  CHECK(Asked("<html>Log in</html>").error() ==
        "es:9200 answered with a web page instead of JSON (200): a login page or a proxy answered. "
        "Check `urls` and `auth`");
}

TEST_CASE("what is no answer of an Elasticsearch is said to be none") {
  const std::string cut = reply(counted({{{5, 0}, {0, 0}, {7, 2}}}));
  for (std::size_t length = 0; length < cut.size(); length += 7) {
    CAPTURE(length);
    CHECK(Asked(cut.substr(0, length)).error() ==
          kNonsense + "it is not valid JSON, or was cut off" + kLook);
  }
  for (const std::string& body :
       {std::string("{}"), std::string("[]"), "{" + kWhole + "}",
        "{" + kWhole + R"(,"aggregations":{}})", reply("{}"), reply(R"({"key":"a"})"),
        reply(host("a", "{}")), reply(host("a", bucket(0, 1, "1"))),
        reply(host("", bucket(0, 1, "{}")))}) {
    CAPTURE(body);
    CHECK(Asked(body).error() == kNonsense + "its JSON has another shape" + kLook);
  }
  const std::string count = R"({"doc_count":1})";
  CHECK(Asked(reply(host("a", bucket(0, 1, count) + "," + bucket(1, 1, count)))).error() ==
        kNonsense + "it lacks some of the times asked for" + kLook);
  CHECK(Asked(reply(host("a", bucket(3, 1, count)))).error() ==
        kNonsense + "it has times that were not asked for" + kLook);
  CHECK(Asked(reply(host("a", R"({"key":1795212000000,"doc_count":1,"number":{"doc_count":1}})")))
            .error() == kNonsense + "it has times that were not asked for" + kLook);
}

TEST_CASE("too many buckets: the grid is halved until the server can answer") {
  FakeWorld world;
  const RangeQuery asked{kCount, kGrid, ""};
  const std::string too_many =
      refusal("too_many_buckets_exception", "Trying to create too many", 503);
  const auto one = [](std::int64_t index) {
    return reply(host("web-1", bucket(index, 1, fmt::format(R"({{"doc_count":{}}})", index + 4))));
  };
  world.http.expect("GET", kFieldsUrl, 200, fields());
  world.http.expect("POST", kSearch, 503, too_many).body = body_of(kCount);
  world.http.expect("POST", kSearch, 200, one(0)).body = body_of(kCount, {kStart, 15s, 1});
  world.http.expect("POST", kSearch, 400, too_many).body = body_of(kCount, {kStart + 15s, 15s, 2});
  world.http.expect("POST", kSearch, 200, one(1)).body = body_of(kCount, {kStart + 15s, 15s, 1});
  world.http.expect("POST", kSearch, 200, one(2)).body = body_of(kCount, {kStart + 30s, 15s, 1});
  const auto answer = backend(world.ports)->fetch({&asked, 1}, 60s).front();
  REQUIRE(answer.has_value());
  CHECK(answer->series.at(0).values == std::vector<double>{4, 5, 6});

  FakeWorld hopeless;
  const RangeQuery single{kCount, {kStart, 15s, 1}, ""};
  hopeless.http.expect("GET", kFieldsUrl, 200, fields());
  hopeless.http.expect("POST", kSearch, 400, too_many).body = body_of(kCount, single.grid);
  CHECK(backend(hopeless.ports)->fetch({&single, 1}, 60s).front().error().text ==
        "es:9200 refuses the query: too_many_buckets_exception: Trying to create too many (400). "
        "Correct the query: " +
            kCount);
}

TEST_CASE("a long history is asked for in pieces of ten thousand buckets, by the hosts named") {
  FakeWorld world;
  std::string hosts = "\"h0\"";
  for (int i = 1; i < 40; ++i) hosts += fmt::format(" OR \"h{}\"", i);
  const std::string text = "count() where host.name:(" + hosts + ")";
  const RangeQuery asked{text, {kStart, 15s, 251}, ""};  // 40 hosts, 250 points each
  world.http.expect("GET", fields_url("%40timestamp%2Chost.name%2Chost.name.%2A"), 200, fields());
  world.http.expect("POST", kSearch, 200, reply("")).body = body_of(text, {kStart, 15s, 250});
  world.http.expect("POST", kSearch, 200, reply("")).body =
      body_of(text, {kStart + 250 * Duration(15s), 15s, 1});
  CHECK(backend(world.ports)->fetch({&asked, 1}, 60s).front().has_value());
}

TEST_CASE("a query that cannot be asked sends nothing") {
  const FakeWorld world;
  const RangeQuery asked{"rate(x)", kGrid, ""};
  const auto answer = backend(world.ports)->fetch({&asked, 1}, 60s).front();
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().kind == ErrorKind::definition);
  CHECK(answer.error().text.starts_with("column 1 of the query: 'rate' is not known; "));
  CHECK(answer.error().text.ends_with(": rate(x)"));
}
