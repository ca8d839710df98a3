#include "checks/metrics/http_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "checks/http/auth.h"
#include "checks/http/url.h"
#include "checks/http/web_page.h"
#include "checks/metrics/assembly.h"
#include "checks/metrics/http_json_refusal.h"
#include "checks/metrics/http_json_reply.h"
#include "checks/metrics/http_json_request.h"
#include "checks/text.h"

namespace canarygate {

namespace {

constexpr Duration kScrapeInterval = std::chrono::seconds(15);

/// Gives each series of `answer` its host. Error: a series that has not the label which names it.
Status take_hosts(QueryAnswer& answer, const std::string& host_label, const std::string& server) {
  for (Series& series : answer.series) {
    const auto host = series.labels.find(host_label);
    if (host == series.labels.end()) {
      std::vector<std::string> names;
      for (const auto& [name, value] : series.labels) {
        names.push_back(printable(shorten(name, 60)));
      }
      return fail(ErrorKind::backend,
                  fmt::format("a series from {} has no label '{}', which should name the host; "
                              "it has {}. Correct the metric's `host_label`, or point `host` at "
                              "the host's name",
                              server, printable(shorten(host_label, 60)), list_of(names, 10)));
    }
    series.host = host->second;
  }
  return Done{};
}

/// A request, and whose answer it is a piece of.
struct Part {
  std::size_t query = 0;
  std::int64_t first = 0;  ///< 0-based point
  Grid grid;
};

class HttpJson : public MetricsBackend {
 public:
  HttpJson(Config config, http_json::RequestPlan plan, http_json::ReplyShape shape,
           const Ports& ports)
      : config_(std::move(config)),
        plan_(std::move(plan)),
        shape_(std::move(shape)),
        ports_(ports),
        url_(config_.get<std::string>("url")) {}

  Status watch(const Hosts& hosts, std::span<const std::string> /*queries*/) override {
    canary_ = names_of(hosts.canary);
    baseline_ = names_of(hosts.baseline);
    return Done{};
  }

  [[nodiscard]] std::vector<Result<QueryAnswer>> fetch(std::span<const RangeQuery> queries,
                                                       Duration patience) override {
    std::vector<Part> parts;
    std::vector<HttpRequest> requests;
    if (const Status made = make_requests(queries, parts, requests); !made) {
      return std::vector<Result<QueryAnswer>>(queries.size(), unexpected(made.error()));
    }
    auto responses = ports_.http.send_all(requests, patience);

    std::vector<Assembly> answers;
    for (const RangeQuery& query : queries) answers.emplace_back(query.grid.points);
    std::size_t numbers = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      Assembly& answer = answers[parts[i].query];
      if (answer.refused()) continue;
      const Status taken =
          take(std::move(responses[i]), parts[i], queries[parts[i].query].text, answer, numbers);
      if (!taken) answer.refuse(taken.error());
    }
    std::vector<Result<QueryAnswer>> results;
    for (std::size_t q = 0; q < queries.size(); ++q) {
      const std::string& label = queries[q].host_label;
      auto answer = answers[q].finish();
      if (answer) {
        const Status named =
            take_hosts(*answer, label.empty() ? default_host_label() : label, host_of(url_));
        if (!named) answer = unexpected(named.error());
      }
      results.push_back(std::move(answer));
    }
    return results;
  }

  [[nodiscard]] QueryDialect dialect() const override { return QueryDialect::none; }
  [[nodiscard]] std::string default_host_label() const override { return "host"; }
  [[nodiscard]] Duration settle() const override {
    return config_.get("settle", scrape_interval());
  }
  [[nodiscard]] Duration scrape_interval() const override {
    return config_.get("scrape_interval", kScrapeInterval);
  }

 private:
  Status make_requests(std::span<const RangeQuery> queries, std::vector<Part>& parts,
                       std::vector<HttpRequest>& requests) const {
    const auto headers = request_headers(config_, ports_);
    if (!headers) return unexpected(headers.error());
    for (std::size_t q = 0; q < queries.size(); ++q) {
      const Grid& whole = queries[q].grid;
      const std::int64_t most = plan_.max_points == 0 ? whole.points : plan_.max_points;
      for (std::int64_t first = 0; first < whole.points; first += most) {
        const Grid grid{whole.at(first), whole.step, std::min(most, whole.points - first)};
        auto request = http_json::request_for(
            plan_, config_, {queries[q].text, grid, canary_, baseline_}, *headers);
        if (!request) return unexpected(request.error());
        parts.push_back({q, first, grid});
        requests.push_back(std::move(*request));
      }
    }
    return Done{};
  }

  Status take(Result<HttpResponse> response, const Part& part, const std::string& query,
              Assembly& answer, std::size_t& numbers) const {
    if (!response) return unexpected(response.error());
    const std::string host = host_of(url_);
    if (response->status != 200 || is_web_page(*response)) {
      return unexpected(http_json::explain_refusal(*response,
                                                   http_json::words_of(response->body, shape_),
                                                   {host, query, describe_credentials(config_)}));
    }
    const auto reply = http_json::parse_reply(std::move(response->body), shape_, part.grid);
    if (!reply) return misshapen(host, reply.error());
    const std::string shown = printable(shorten(query, 1000));
    if (!reply->error.empty()) {
      return fail(ErrorKind::backend,
                  fmt::format("{} answered with an error (at '{}'): {}. The query was: {}", host,
                              shape_.error->text(), reply->error, shown));
    }
    if (!reply->incomplete.empty()) {
      return fail(ErrorKind::backend,
                  fmt::format("{} has only a part of the data (at '{}': {}); nothing is judged on "
                              "a part. The query was: {}",
                              host, shape_.partial->text(), reply->incomplete, shown));
    }
    const auto clash = answer.add(reply->rows, part.first, numbers);
    if (!clash) return Done{};
    return misshapen(
        host, clash->twice == nullptr
                  ? std::string("it has more series than canarygate takes; ask for fewer")
                  : fmt::format("it has two series of '{}' that nothing tells apart; put them "
                                "together at the server, or point `labels` at what they differ in",
                                printable(shorten(clash->twice->name, 100))));
  }

  [[nodiscard]] static Status misshapen(const std::string& host, const std::string& why) {
    return fail(ErrorKind::backend,
                fmt::format("the answer of {} is not as its configuration says: {}. Compare the "
                            "backend's pointers with what the server answers",
                            host, why));
  }

  Config config_;
  http_json::RequestPlan plan_;
  http_json::ReplyShape shape_;
  Ports ports_;
  std::string url_;
  std::vector<std::string> canary_;
  std::vector<std::string> baseline_;
};

std::optional<std::string> config_fault(const Config& config) {
  if (const auto plan = http_json::read_plan(config); !plan) return plan.error().text;
  if (const auto shape = http_json::read_shape(config); !shape) return shape.error().text;
  return scrape_interval_fault(config);
}

Result<std::unique_ptr<MetricsBackend>> make(const Config& config, const Ports& ports) {
  auto plan = http_json::read_plan(config);
  if (!plan) return unexpected(plan.error());
  auto shape = http_json::read_shape(config);
  if (!shape) return unexpected(shape.error());
  if (const auto fault = scrape_interval_fault(config)) return fail(ErrorKind::definition, *fault);
  return std::unique_ptr<MetricsBackend>(
      std::make_unique<HttpJson>(config, std::move(*plan), std::move(*shape), ports));
}

std::vector<Key> keys() {
  std::vector<Key> keys = {
      {"url", KeyKind::url, true, "the server"},
      {"method", KeyKind::choice, false, "default GET", {"GET", "POST"}},
      {"path", KeyKind::text, false, "behind the url; may hold variables, percent-encoded"},
      {"query", KeyKind::text_map, false, "parameters of the URL; values may hold variables"},
      {"body", KeyKind::long_text, false, "JSON, with `method: POST`; may hold variables"},
      {"max_points", KeyKind::integer, false, "most points in one request (any number)"},
      {"scrape_interval", KeyKind::duration, false, "time between two samples of a host (15s)"},
      {"settle", KeyKind::duration, false,
       "how long after a point's time its number may still change (scrape_interval)"},
      {"error", KeyKind::text, false, "pointer into the answer: what stands there is an error"},
      {"partial", KeyKind::text, false, "pointer into the answer: it is only a part of the data"},
      {"series", KeyKind::text, false,
       "pointer to the list of series, or to an object of them by host (the whole answer)"},
      {"host", KeyKind::text, false, "pointer into a series: its host's name"},
      {"labels", KeyKind::text, false, "pointer into a series: an object of its labels"},
      {"points", KeyKind::text, false, "pointer into a series: its points, each time and value"},
      {"time", KeyKind::text, false, "pointer into a point: its time (/0)"},
      {"value", KeyKind::text, false, "pointer into a point: its value (/1)"},
      {"times", KeyKind::text, false, "pointer into a series: its times, beside `values`"},
      {"values", KeyKind::text, false, "pointer into a series: its values, beside `times`"},
      {"shared_times", KeyKind::text, false, "pointer into the answer: the times of all `values`"},
      {"time_format", KeyKind::choice, false, "of times (s)", {"ms", "rfc3339", "s"}},
      {"time_is",
       KeyKind::choice,
       false,
       "a time stands for what ends or begins at it (end)",
       {"end", "start"}},
      {"combine",
       KeyKind::choice,
       false,
       "what becomes of several values in one step (mean)",
       {"last", "mean", "sum"}},
  };
  for (Key& key : connection_keys()) keys.push_back(std::move(key));
  return keys;
}

}  // namespace

BackendType http_json_backend() {
  BackendType type{"http_json",
                   "any API that answers with series in JSON, by templates and pointers", keys(),
                   &make};
  type.config_fault = &config_fault;
  return type;
}

}  // namespace canarygate
