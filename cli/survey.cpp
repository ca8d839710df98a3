#include "cli/survey.h"

#include "cli/subject.h"

namespace canarygate {

namespace {

class CountingHttp : public HttpClient {
 public:
  explicit CountingHttp(HttpClient& http) : http_(http) {}
  std::vector<Result<HttpResponse>> send_all(std::span<const HttpRequest> requests,
                                             Duration patience) override {
    sent += static_cast<std::int64_t>(requests.size());
    return http_.send_all(requests, patience);
  }
  std::int64_t sent = 0;

 private:
  HttpClient& http_;
};

}  // namespace

Result<Survey, Problems> survey(const Options& options, const Ports& ports, SurveyDepth depth) {
  const auto root = root_of(options);
  if (!root) return unexpected(root.error());
  auto request = request_of(options, *root, options.names.front());
  if (!request) return unexpected(request.error());

  Survey survey;
  survey.request = *request;
  CheckDefinition& check = request->loaded.check;
  check.expect = {};  // show who is there, however few
  if (depth == SurveyDepth::hosts) {
    check.judge.history = Duration(0);
    check.judge.reference = Duration(0);
  }
  request->no_wait = true;
  request->glance = true;
  // Without a time of its own it looks at the newest window that is complete.
  if (!request->now && !request->deployed_at) request->now = ports.clock.now();

  CountingHttp http(ports.http);
  const Ports counted{http, ports.clock, ports.variables, ports.processes, ports.interrupt};
  GateObserver nobody;
  survey.outcome = run_gate(*request, counted, nobody);
  survey.requests = http.sent;
  return survey;
}

std::vector<std::string> troubles_of(const Survey& survey) {
  std::vector<std::string> troubles;
  if (survey.outcome.verdict != Verdict::trouble) return troubles;
  for (const Reason& reason : survey.outcome.reasons) troubles.push_back(reason.text);
  return troubles;
}

}  // namespace canarygate
