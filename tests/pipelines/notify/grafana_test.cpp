#include <doctest/doctest.h>

#include "pipelines/notify/notifications.h"
#include "tests/pipelines/notify/telling.h"

namespace canarygate::test {

namespace {

using Json = nlohmann::json;

/// Answers like Grafana, and keeps what it was sent.
class Grafana : public HttpClient {
 public:
  explicit Grafana(std::string answer) : answer_(std::move(answer)) {}
  std::vector<HttpRequest> sent;
  [[nodiscard]] std::vector<Result<HttpResponse>> send_all(std::span<const HttpRequest> requests,
                                                           Duration) override {
    sent.insert(sent.end(), requests.begin(), requests.end());
    return std::vector<Result<HttpResponse>>(requests.size(), answer(200, answer_));
  }

 private:
  std::string answer_;
};

const Told kTold{"grafana-annotation",
                 {{"url", std::string("https://grafana.example.com/sub/")},
                  {"auth", Auth{Auth::Kind::bearer, "", {SecretRef::From::env, "TOKEN"}}},
                  {"dashboard_uid", std::string("jcIIG-07z")},
                  {"panel_id", std::int64_t(2)}}};

std::vector<HttpRequest> told(const std::string& answer, const std::vector<Notice>& notices) {
  FakeWorld world;
  set_secrets(world);
  Grafana grafana(answer);
  FakeSockets sockets;
  Notifications notifications(
      {spec_of(kTold)}, 1,
      {grafana, world.clock, world.variables, world.processes, world.interrupt}, sockets);
  for (const Notice& notice : notices) CHECK(notifications.tell(std::span(&notice, 1)).empty());
  return grafana.sent;
}

constexpr std::int64_t kDeployed = 1795183400000;

}  // namespace

TEST_CASE("the start is a point, and the verdict makes a region of it") {
  const Notice verdict = verdict_notice("fail");
  const auto sent = told(R"({"message":"Annotation added","id":47})", {start_notice(), verdict});
  REQUIRE(sent.size() == 2);
  CHECK(sent[0].method == "POST");
  CHECK(sent[0].url == "https://grafana.example.com/sub/api/annotations");
  const auto headers = std::map(sent[0].headers.begin(), sent[0].headers.end());
  CHECK(headers == std::map<std::string, std::string>{{"Accept", "application/json"},
                                                      {"Authorization", "Bearer glsa_secret"},
                                                      {"Content-Type", "application/json"}});
  const Json point = Json::parse(sent[0].body);
  CHECK(point["time"] == kDeployed);
  CHECK_FALSE(point.contains("timeEnd"));
  CHECK(point["dashboardUID"] == "jcIIG-07z");
  CHECK(point["panelId"] == 2);
  CHECK(point["tags"] ==
        Json{"canarygate", "check:web-bg-tasks", "environment:production-us", "start"});

  CHECK(sent[1].method == "PATCH");
  CHECK(sent[1].url == "https://grafana.example.com/sub/api/annotations/47");
  const Json region = Json::parse(sent[1].body);
  CHECK(region["timeEnd"] == verdict.now.time_since_epoch().count());
  CHECK(region["tags"][3] == "verdict:fail");
  CHECK(region.size() == 3);
  const std::string text = region["text"];
  CHECK(
      text.starts_with("STOPPED: the canary is worse than the rest of the fleet "
                       "(web-bg-tasks in production-us)\nfailed tasks: "));
  CHECK(text.find("\n<a href=\"https://ci.example.com/job/web/4711/\">build</a>\n") !=
        std::string::npos);
}

TEST_CASE("where the start was not taken the verdict posts the whole region") {
  const Notice verdict = verdict_notice("fail");
  for (const char* answer : {"", "[]", R"({"id":"47"})", R"({"id":-1})"}) {
    const auto sent = told(answer, {start_notice(), verdict});
    REQUIRE(sent.size() == 2);
    CHECK(sent[1].method == "POST");
    const Json region = Json::parse(sent[1].body);
    CHECK(region["time"] == kDeployed);
    CHECK(region["timeEnd"] == verdict.now.time_since_epoch().count());
  }
}

}  // namespace canarygate::test
