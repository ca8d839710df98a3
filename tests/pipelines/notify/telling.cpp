#include "tests/pipelines/notify/telling.h"

#include "pipelines/notify/notifications.h"
#include "tests/support/reports.h"

namespace canarygate::test {

namespace {

/// Keeps what it is sent and answers all of it alike.
class Keeping : public HttpClient {
 public:
  explicit Keeping(Result<HttpResponse> answer) : answer_(std::move(answer)) {}
  std::vector<HttpRequest> sent;
  [[nodiscard]] std::vector<Result<HttpResponse>> send_all(std::span<const HttpRequest> requests,
                                                           Duration) override {
    sent.insert(sent.end(), requests.begin(), requests.end());
    return std::vector<Result<HttpResponse>>(requests.size(), answer_);
  }

 private:
  Result<HttpResponse> answer_;
};

std::vector<std::string> tell(const Told& told, const Notice& notice, FakeWorld& world,
                              Keeping& http) {
  const Ports ports{http, world.clock, world.variables, world.processes, world.interrupt};
  FakeSockets sockets;
  Notifications notifications({spec_of(told)}, 1, ports, sockets);
  const auto failures = notifications.tell(std::span(&notice, 1));
  CHECK(sockets.sent.empty());
  return failures;
}

const std::map<std::string, std::string> kCi{
    {"author", "jane@example.com"},
    {"branch", "main"},
    {"build_url", "https://ci.example.com/job/web/4711/"},
    {"commit", "7c1d0f2b6f5c4c0e9a35c7a3c5f0b1d2e3f4a5b6"},
    {"provider", "jenkins"},
    {"pull_request", "https://git.example.com/web/pull/17"},
    {"user", "joe"}};

}  // namespace

NotifierSpec spec_of(const Told& told) {
  NotifierSpec spec{told.type, {}};
  for (const auto& [name, value] : told.keys) spec.config.set(name, value);
  return spec;
}

HttpRequest request_of(const Told& told, const Notice& notice, FakeWorld& world) {
  Keeping http(answer(200));
  const auto failures = tell(told, notice, world, http);
  for (const std::string& failure : failures) FAIL(failure);
  REQUIRE(http.sent.size() == 1);
  return http.sent.front();
}

SocketText text_of(const Told& told, const Notice& notice) {
  FakeWorld world;
  FakeSockets sockets;
  Notifications notifications({spec_of(told)}, 1, world.ports, sockets);
  CHECK(notifications.tell(std::span(&notice, 1)).empty());
  REQUIRE(sockets.sent.size() == 1);
  return sockets.sent.front();
}

nlohmann::json body_of(const Told& told, const Notice& notice, FakeWorld& world) {
  return nlohmann::json::parse(request_of(told, notice, world).body);
}

std::string warning_of(const Told& told, const Notice& notice, FakeWorld& world,
                       const Result<HttpResponse>& answer) {
  Keeping http(answer);
  const auto failures = tell(told, notice, world, http);
  REQUIRE(failures.size() <= 1);
  return failures.empty() ? "" : failures.front();
}

HttpResponse answer(int status, std::string body, std::string type) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  if (!type.empty()) response.headers["content-type"] = std::move(type);
  return response;
}

Notice start_notice() {
  const Report report = report_named("fail");
  GateRequest request;
  request.loaded.check.name = report.outcome.check;
  request.loaded.check.owner = report.outcome.owner;
  request.loaded.check.runbook = report.outcome.runbook;
  request.loaded.environment.name = report.outcome.environment;
  request.deployed_at = report.outcome.deployed_at;
  return notice_of_start(request, report.run_id, {kCi, std::nullopt, ""},
                         report.outcome.started_at);
}

Notice verdict_notice(const std::string& name) {
  Report report = report_named(name);
  report.ci = kCi;
  return notice_of_verdict(report, std::nullopt);
}

Notice hostile_notice() {
  Notice notice = notice_of_verdict(hostile_report(kMarkup), std::nullopt);
  return notice;
}

std::vector<Told> one_of_each() {
  using From = SecretRef::From;
  const std::string url = "https://there.example.com/base";
  return {
      {"datadog-event", {{"api_key", SecretRef{From::env, "DD_API_KEY"}}, {"url", url}}},
      {"grafana-annotation", {{"url", url}}},
      {"graphite-events", {{"url", url}}},
      {"pagerduty-change", {{"routing_key", SecretRef{From::env, "PD_KEY"}}, {"url", url}}},
      {"pushgateway", {{"url", url}}},
      {"slack", {{"webhook", SecretRef{From::env, "SLACK_WEBHOOK"}}}},
      {"webhook", {{"url", url}}},
  };
}

void set_secrets(FakeWorld& world) {
  world.variables.values = {
      {"DD_API_KEY", "0123456789abcdef"},
      {"PD_KEY", "a0000000aa0000a0a000aa0a0a0aa000"},
      {"SLACK_WEBHOOK", "https://hooks.slack.example.com/services/T000/B000/Secret000"},
      {"TOKEN", "glsa_secret"}};
}

}  // namespace canarygate::test
