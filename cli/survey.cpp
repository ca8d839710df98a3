#include "cli/survey.h"

#include "checks/gate/recording.h"
#include "cli/history/keep.h"
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

/// Which requests were sent for what.
class PhaseCounter : public GateObserver {
 public:
  explicit PhaseCounter(const CountingHttp& http) : http_(http) {}
  void hosts_found(const HostsOutcome& /*hosts*/) override { found = found.value_or(http_.sent); }
  void history_fetched(std::int64_t /*windows*/, std::int64_t /*points*/) override {
    past = http_.sent;
  }
  void looking() override { before_look = http_.sent; }
  void looked(const Outcome& /*so_far*/) override { after_look = http_.sent; }

  std::optional<std::int64_t> found;
  std::optional<std::int64_t> past;
  std::int64_t before_look = 0;
  std::int64_t after_look = 0;

 private:
  const CountingHttp& http_;
};

/// What was fetched beside the past.
std::int64_t window_points(const Outcome& outcome) {
  if (outcome.recording == nullptr) return 0;
  return gate::points_in(outcome.recording->replies) - outcome.points_fetched;
}

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
  survey.asked_at = options.now.value_or(ports.clock.now());
  // Without a time of its own it looks at the newest window that is complete.
  if (!request->now && !request->deployed_at) request->now = survey.asked_at;

  if (depth == SurveyDepth::history) {
    request->record = true;
    const HistorySpec spec = history_of(*root, request->loaded.environment);
    GateRequest* const one = &*request;
    const auto recalled =
        check.needs_past() ? recall(spec, options, ports, {&one, 1}) : Status(Done{});
    if (!recalled) survey.notes.push_back(not_recalled(recalled.error()));
  }

  CountingHttp http(ports.http);
  const Ports counted{http, ports.clock, ports.variables, ports.processes, ports.interrupt};
  PhaseCounter phases(http);
  survey.outcome = run_gate(*request, counted, phases);
  survey.discovery_requests = phases.found.value_or(http.sent);
  if (phases.past) {
    survey.history = {*phases.past - survey.discovery_requests, survey.outcome.points_fetched};
  }
  survey.window = {phases.after_look - phases.before_look, window_points(survey.outcome)};
  return survey;
}

std::vector<std::string> troubles_of(const Survey& survey) {
  std::vector<std::string> troubles;
  if (survey.outcome.verdict != Verdict::trouble) return troubles;
  for (const Reason& reason : survey.outcome.reasons) troubles.push_back(reason.text);
  return troubles;
}

}  // namespace canarygate
