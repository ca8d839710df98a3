#include "checks/metrics/cloudwatch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <list>
#include <optional>

#include "checks/http/aws/credentials.h"
#include "checks/metrics/cloudwatch_answer.h"
#include "checks/metrics/cloudwatch_query.h"
#include "checks/metrics/cloudwatch_reply.h"
#include "checks/metrics/cloudwatch_request.h"
#include "checks/metrics/host_label.h"
#include "checks/metrics/probe.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using namespace cloudwatch;

constexpr Duration kRequestTimeout = std::chrono::seconds(15);
constexpr Duration kPeriod = std::chrono::minutes(1);
// Most services publish a minute's number within the next two.
constexpr Duration kSettle = std::chrono::minutes(2);
constexpr std::size_t kLargestReply = 64U << 20U;
constexpr int kMostPages = 1000;
constexpr int kMostRepeats = 5;
constexpr Duration kFirstPause = std::chrono::milliseconds(500);

/// One query on its way: what is asked for it and what has come.
struct Question {
  Question(const RangeQuery& range, std::string label)
      : text(range.text), grid(range.grid), host_label(std::move(label)), answer(range.grid) {}

  std::string text;
  Grid grid;
  std::string host_label;
  Query query;
  const Dimension* host = nullptr;  // of a MetricQuery; points into `query`
  Answer answer;
  std::optional<Error> error;
};

/// One request, over its pages.
struct Job {
  Question* question = nullptr;
  Form form;
  std::string next_token{};
  Pages pages{};
  int page = 0;
  int repeats = 0;
};

Error refused(const Question& question, const std::string& why) {
  return {ErrorKind::definition,
          fmt::format("CloudWatch cannot be asked this query: {}: {}", why,
                      printable(shorten(question.text, 300))),
          false};
}

class CloudWatch : public MetricsBackend {
 public:
  CloudWatch(const Config& config, std::string region, const Ports& ports)
      : config_(config),
        ports_(ports),
        region_(std::move(region)),
        url_(config.get<std::string>(
            "url", fmt::format("https://{}/", aws::host_name("monitoring", region_)))),
        host_(host_of(url_)),
        credentials_(config, region_, ports) {}

  [[nodiscard]] std::vector<Result<QueryAnswer>> fetch(std::span<const RangeQuery> queries,
                                                       Duration patience) override {
    const Duration deadline = ports_.clock.elapsed() + patience;
    std::list<Question> questions;  // whose addresses the jobs keep
    std::vector<Job> jobs;
    for (const RangeQuery& query : queries) {
      Question& question = questions.emplace_back(
          query, query.host_label.empty() ? default_host_label() : query.host_label);
      plan(question, jobs);
    }
    if (!jobs.empty()) ask_all(std::move(jobs), deadline);
    std::vector<Result<QueryAnswer>> results;
    for (const Question& question : questions) results.push_back(finish(question));
    return results;
  }

  [[nodiscard]] Result<std::string> probe(const Probe& probe) override {
    return probe_by_query(*this, "AWS/EC2 CPUUtilization Average {InstanceId=i-00000000000000000}",
                          probe);
  }

  // Lists are written `a OR b`, as in a SEARCH.
  [[nodiscard]] QueryDialect dialect() const override { return QueryDialect::datadog; }
  [[nodiscard]] std::string default_host_label() const override { return "InstanceId"; }
  [[nodiscard]] Duration settle() const override { return kSettle; }
  [[nodiscard]] Duration scrape_interval() const override { return kPeriod; }

 private:
  static void plan(Question& question, std::vector<Job>& jobs) {
    if (const auto fault = step_fault(question.grid.step)) {
      question.error = Error{ErrorKind::definition, *fault, false};
      return;
    }
    auto query = parse_query(question.text);
    if (!query) {
      question.error =
          refused(question, fmt::format("column {}: {}", query.error().column, query.error().text));
      return;
    }
    question.query = std::move(*query);
    const auto forms = forms_of(question);
    if (!forms) {
      question.error = refused(question, forms.error());
      return;
    }
    for (const Form& form : *forms) jobs.push_back({&question, form});
  }

  static Result<std::vector<Form>, std::string> forms_of(Question& question) {
    if (const auto* search = std::get_if<SearchQuery>(&question.query)) {
      return search_forms(*search, question.host_label, question.grid);
    }
    const auto& metric = std::get<MetricQuery>(question.query);
    const auto host = host_dimension(metric, question.host_label);
    if (!host) return unexpected(host.error());
    question.host = *host;
    return metric_forms(metric, **host, question.grid);
  }

  /// Asks until every job is done or has failed; what is throttled, or failed for the moment, again
  /// after a pause.
  void ask_all(std::vector<Job> jobs, Duration deadline) {
    const auto left = [&] { return deadline - ports_.clock.elapsed(); };
    const auto keys = credentials_.get(left());
    if (!keys) {
      for (Job& job : jobs) job.question->error = keys.error();
      return;
    }
    Duration pause = kFirstPause;
    while (!jobs.empty()) {
      std::vector<HttpRequest> requests;
      for (const Job& job : jobs) requests.push_back(request_for(job, *keys));
      auto answers = ports_.http.send_all(requests, left());
      std::vector<Job> open;
      bool again = false;
      for (std::size_t i = 0; i < jobs.size(); ++i) {
        const auto problem = take(jobs[i], std::move(answers[i]), keys->from);
        if (!problem && jobs[i].next_token.empty()) continue;
        if (problem &&
            (!problem->transient || ++jobs[i].repeats > kMostRepeats || pause >= left())) {
          if (!jobs[i].question->error) jobs[i].question->error = *problem;
          continue;
        }
        again = again || problem.has_value();
        open.push_back(std::move(jobs[i]));
      }
      jobs = std::move(open);
      if (!again) continue;
      ports_.clock.sleep(pause, ports_.interrupt);
      pause *= 2;
    }
  }

  [[nodiscard]] HttpRequest request_for(const Job& job, const aws::Keys& keys) const {
    Parameters parameters = job.form.parameters;
    if (!job.next_token.empty()) parameters.emplace_back("NextToken", job.next_token);
    HttpRequest request;
    request.method = "POST";
    request.url = url_;
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    request.body = form_encode(parameters);
    request.timeout = config_.get("request_timeout", kRequestTimeout);
    request.max_body = kLargestReply;
    request.ca_file = config_.get<std::string>("ca");
    request.aws = AwsSignature{region_, "monitoring", keys.access_key_id, keys.secret_access_key,
                               keys.session_token};
    return request;
  }

  /// Takes a page in and makes the job ready for the next. Nothing when all went well.
  [[nodiscard]] std::optional<Error> take(Job& job, Result<HttpResponse> response,
                                          const std::string& keys) const {
    Question& question = *job.question;
    // What was sent again already is not sent again here.
    if (!response) return Error{response.error().kind, response.error().text, false};
    if (response->status != 200) {
      return explain_refusal(aws::error_in(*response), {host_, question.text, keys});
    }
    const auto reply = parse_reply(response->body);
    if (!reply) {
      return backend_error(
          fmt::format("{} did not answer as CloudWatch does: {}. Check `region`, "
                      "`url` and what stands in front of the server",
                      host_, reply.error()));
    }
    if (!reply->messages.empty()) {
      return backend_error(
          fmt::format("{} has left something out: {}. Ask for fewer hosts or a "
                      "shorter time; nothing is judged on a part",
                      host_, join(reply->messages, "; ")));
    }
    if (const auto added = question.answer.add(*reply); !added) {
      return backend_error(fmt::format("{}: {}", host_, added.error()));
    }
    job.pages.add(*reply);
    job.next_token = reply->next_token;
    if (!job.next_token.empty()) {
      if (++job.page < kMostPages) return std::nullopt;
      return backend_error(
          fmt::format("{} sent {} pages and more; ask for fewer hosts or a "
                      "shorter time",
                      host_, kMostPages));
    }
    const Pages::Verdict verdict = job.pages.verdict(job.form.ids);
    if (verdict.fault.empty()) return std::nullopt;
    job.pages.start_over();
    return Error{ErrorKind::backend,
                 fmt::format("{} has not all of the data: {}; nothing is judged on a part: {}",
                             host_, verdict.fault, printable(shorten(question.text, 300))),
                 verdict.transient};
  }

  static Error backend_error(std::string text) {
    return {ErrorKind::backend, std::move(text), false};
  }

  [[nodiscard]] Result<QueryAnswer> finish(const Question& question) const {
    if (question.error) return unexpected(*question.error);
    if (const auto* metric = std::get_if<MetricQuery>(&question.query)) {
      return question.answer.of_metric(*question.host, !metric->zero_where.empty());
    }
    QueryAnswer answer = question.answer.of_search(question.host_label);
    const Status named = name_hosts(answer, question.host_label, host_);
    if (!named) return unexpected(named.error());
    return answer;
  }

  Config config_;
  Ports ports_;
  std::string region_;
  std::string url_;
  std::string host_;
  aws::Credentials credentials_;
};

/// A region becomes part of a host's name and of every signature.
bool is_region(const std::string& region) {
  return !region.empty() && std::ranges::all_of(region, [](unsigned char c) {
    return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '-';
  });
}

Result<std::unique_ptr<MetricsBackend>> make(const Config& config, const Ports& ports) {
  std::string region = config.get<std::string>("region");
  for (const char* variable : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (region.empty()) region = ports.variables.get(variable).value_or("");
  }
  if (region.empty()) {
    return fail(ErrorKind::definition,
                "a backend of type cloudwatch needs `region`, such as eu-west-1, or the "
                "environment variable AWS_REGION");
  }
  if (!is_region(region)) {
    return fail(ErrorKind::definition,
                fmt::format("'{}' is no region; one is eu-west-1", printable(shorten(region, 60))));
  }
  if (const Status keys = aws::check_credential_keys(config); !keys) {
    return unexpected(keys.error());
  }
  return std::unique_ptr<MetricsBackend>(std::make_unique<CloudWatch>(config, region, ports));
}

std::optional<QueryFault> fault_in(const std::string& query) {
  const auto parsed = parse_query(query);
  if (parsed) return std::nullopt;
  return parsed.error();
}

}  // namespace

BackendType cloudwatch_backend() {
  std::vector<Key> keys = {
      {"region", KeyKind::text, false, "whose metrics are asked for (AWS_REGION)"},
      {"url", KeyKind::url, false, "another endpoint than the region's public one"},
      {"request_timeout", KeyKind::duration, false, "longest wait for one answer (15s)"},
      {"ca", KeyKind::path, false, "PEM file of the authority to trust for https"},
  };
  for (Key& key : aws::credential_keys()) keys.push_back(std::move(key));
  return {"cloudwatch", "Amazon CloudWatch", std::move(keys), &make, &fault_in, false,
          kPeriod,      &step_fault};
}

}  // namespace canarygate
