#include "checks/metrics/prometheus.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "checks/http/auth.h"
#include "checks/http/failover.h"
#include "checks/http/url.h"
#include "checks/metrics/host_label.h"
#include "checks/metrics/prometheus_reply.h"
#include "checks/metrics/prometheus_request.h"
#include "checks/promql/freshness.h"
#include "checks/promql/tokens.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using prometheus::Labels;
using prometheus::RangeReply;

constexpr Duration kScrapeInterval = std::chrono::seconds(15);
constexpr Duration kRequestTimeout = std::chrono::seconds(15);

/// One query's series, put together from the pieces of its grid.
class Answer {
 public:
  explicit Answer(const Grid& grid) : points_(static_cast<std::size_t>(grid.points)) {}

  /// Adds the piece that begins at point `first`. False when a labelset is in it twice, or when all
  /// answers together have become too large.
  bool add(const RangeReply& piece, std::int64_t first, std::size_t& numbers) {
    ++pieces_;
    for (const RangeReply::Row& row : piece.rows) {
      const auto [place, is_new] = places_.try_emplace(row.labels, series_.size());
      if (is_new) {
        numbers += points_;
        if (numbers > prometheus::kMostNumbers) return false;
        series_.push_back({"", row.labels, std::vector<double>(points_, kMissing)});
        last_piece_.push_back(0);
      }
      if (std::exchange(last_piece_[place->second], pieces_) == pieces_) return false;
      std::ranges::copy(row.values, series_[place->second].values.begin() + first);
    }
    for (const std::string& note : piece.notes) add_warning(note);
    return true;
  }

  [[nodiscard]] bool empty() const { return series_.empty(); }

  void refuse(Error error) { refusal_ = std::move(error); }
  [[nodiscard]] bool refused() const { return refusal_.has_value(); }

  void add_warning(const std::string& text) {
    if (std::ranges::find(warnings_, text) == warnings_.end()) warnings_.push_back(text);
  }

  /// The series that name a host. Error when there are series and none does.
  [[nodiscard]] Result<QueryAnswer> finish(const std::string& host_label,
                                           const std::string& server) {
    if (refusal_) return unexpected(*refusal_);
    QueryAnswer answer{std::move(series_), warnings_};
    const Status named = name_hosts(answer, host_label, server);
    if (!named) return unexpected(named.error());
    return answer;
  }

 private:
  std::size_t points_;
  std::size_t pieces_ = 0;
  std::vector<Series> series_;
  std::vector<std::size_t> last_piece_;  // the latest piece that a series was in
  std::map<Labels, std::size_t> places_;
  std::vector<std::string> warnings_;
  std::optional<Error> refusal_;  // of the query itself, before it was sent
};

/// A request, and whose answer it is a piece of.
struct Part {
  std::size_t query = 0;
  prometheus::Piece piece;
};

class Prometheus : public MetricsBackend {
 public:
  Prometheus(Config config, const std::vector<std::string>& servers, const Ports& ports)
      : config_(std::move(config)), ports_(ports), servers_(servers), failover_(servers) {}

  [[nodiscard]] std::vector<Result<QueryAnswer>> fetch(std::span<const RangeQuery> queries,
                                                       Duration patience) override {
    const auto headers = request_headers(config_, ports_);
    if (!headers) {
      return std::vector<Result<QueryAnswer>>(queries.size(), unexpected(headers.error()));
    }
    std::vector<Answer> answers;
    std::vector<std::string> texts;
    std::vector<Part> parts;
    std::vector<HttpRequest> requests;
    for (std::size_t q = 0; q < queries.size(); ++q) {
      answers.emplace_back(queries[q].grid);
      texts.push_back(text_to_send(queries[q], answers.back()));
      if (answers.back().refused()) continue;
      for (const prometheus::Piece& piece : prometheus::split_grid(queries[q].grid)) {
        parts.push_back({q, piece});
        requests.push_back(request_for(texts.back(), piece.grid, *headers));
      }
    }

    std::size_t numbers = 0;
    const auto take = [&](std::size_t i, const std::string& server, HttpResponse response) {
      const Part& part = parts[i];
      return take_reply(std::move(response), part, texts[part.query], host_of(server),
                        answers[part.query], numbers);
    };
    const auto statuses = failover_.ask(ports_.http, ports_.clock, requests, patience, take);
    return put_together(queries, parts, statuses, answers);
  }

  [[nodiscard]] QueryDialect dialect() const override { return QueryDialect::promql; }
  [[nodiscard]] std::string default_host_label() const override { return "instance"; }
  // A scrape that began before the bucket's end is stored when it is done.
  [[nodiscard]] Duration settle() const override { return scrape_interval(); }
  [[nodiscard]] Duration scrape_interval() const override {
    return config_.get("scrape_interval", kScrapeInterval);
  }

 private:
  [[nodiscard]] std::string text_to_send(const RangeQuery& query, Answer& answer) const {
    const auto fresh = require_fresh(query.text, std::max(query.grid.step, 2 * scrape_interval()));
    if (fresh && promql::uses_range_ends(*promql::tokenize(query.text))) {
      answer.refuse({ErrorKind::definition,
                     "`@ start()` and `@ end()` mean another moment in each request; use `offset`, "
                     "or leave them out: " +
                         printable(shorten(query.text, 300)),
                     false});
    }
    if (fresh) return *fresh;
    answer.add_warning(
        fmt::format("canarygate cannot read this query itself, so a series that "
                    "stopped may look alive for five minutes: {}",
                    printable(shorten(query.text, 300))));
    return query.text;
  }

  [[nodiscard]] HttpRequest request_for(const std::string& text, const Grid& grid,
                                        const Headers& headers) const {
    HttpRequest request = prometheus::range_request(
        text, grid, config_.get<std::map<std::string, std::string>>("parameters"));
    request.headers.insert(request.headers.end(), headers.begin(), headers.end());
    request.timeout = config_.get("request_timeout", kRequestTimeout);
    request.ca_file = config_.get<std::string>("ca");
    return request;
  }

  Status take_reply(HttpResponse response, const Part& part, const std::string& query,
                    const std::string& host, Answer& answer, std::size_t& numbers) const {
    if (response.status != 200 || prometheus::is_web_page(response)) {
      return unexpected(
          prometheus::explain_refusal(response, {host, query, describe_credentials(config_)}));
    }
    const auto reply = prometheus::parse_range_reply(std::move(response.body), part.piece.grid);
    if (!reply) {
      return fail(ErrorKind::backend,
                  fmt::format("{} did not answer as a Prometheus does: {}. Check `urls` and what "
                              "stands in front of the server",
                              host, reply.error()));
    }
    if (!reply->incomplete.empty()) {
      const std::string text = fmt::format(
          "{} has only a part of the data: {}. Look at its stores; nothing is judged on a part",
          host, reply->incomplete);
      return unexpected(Error{ErrorKind::backend, text, true});
    }
    if (!answer.add(*reply, part.piece.first, numbers)) {
      return fail(ErrorKind::backend,
                  fmt::format("{} sent the same series twice, or more series than canarygate "
                              "takes; aggregate by host",
                              host));
    }
    return Done{};
  }

  [[nodiscard]] std::vector<Result<QueryAnswer>> put_together(std::span<const RangeQuery> queries,
                                                              const std::vector<Part>& parts,
                                                              const std::vector<Status>& statuses,
                                                              std::vector<Answer>& answers) const {
    std::vector<const Error*> errors(queries.size(), nullptr);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const Error*& error = errors[parts[i].query];
      if (!statuses[i] && error == nullptr) error = &statuses[i].error();
    }
    doubt_tenant(queries, errors, answers);
    std::vector<Result<QueryAnswer>> results;
    for (std::size_t q = 0; q < queries.size(); ++q) {
      const std::string& label = queries[q].host_label;
      results.push_back(errors[q] != nullptr
                            ? Result<QueryAnswer>(unexpected(*errors[q]))
                            : answers[q].finish(label.empty() ? default_host_label() : label,
                                                host_of(servers_.front())));
    }
    return results;
  }

  /// A tenant that does not exist is answered as one that has no such data: 200, and nothing.
  void doubt_tenant(std::span<const RangeQuery> queries, const std::vector<const Error*>& errors,
                    std::vector<Answer>& answers) const {
    const auto headers = config_.get<std::map<std::string, TextOrSecret>>("headers");
    const auto tenant = std::ranges::find_if(
        headers, [](const auto& header) { return to_lower(header.first) == "x-scope-orgid"; });
    if (tenant == headers.end()) return;
    std::set<std::string> answered;
    for (std::size_t q = 0; q < queries.size(); ++q) {
      if (errors[q] != nullptr || !answers[q].empty()) answered.insert(queries[q].text);
    }
    for (std::size_t q = 0; q < queries.size(); ++q) {
      if (answered.contains(queries[q].text)) continue;
      answers[q].add_warning(fmt::format(
          "{} has nothing at all for this query: there is no such data, or the tenant "
          "in `headers` ({}) is not the one that has it: {}",
          host_of(servers_.front()), tenant->first, printable(shorten(queries[q].text, 300))));
    }
  }

  Config config_;
  Ports ports_;
  std::vector<std::string> servers_;
  Failover failover_;
};

std::optional<std::string> config_fault(const Config& config) {
  if (config.get("scrape_interval", kScrapeInterval) <= Duration(0)) {
    return "`scrape_interval` must be longer than 0s";
  }
  for (const auto& [name, value] : config.get<std::map<std::string, std::string>>("parameters")) {
    if (prometheus::is_own_parameter(name)) {
      return fmt::format("`parameters`: `{}` is canarygate's own to send; take it out", name);
    }
  }
  return std::nullopt;
}

Result<std::unique_ptr<MetricsBackend>> make(const Config& config, const Ports& ports) {
  const auto servers = config.get<std::vector<std::string>>("urls");
  if (servers.empty()) {
    return fail(ErrorKind::definition, "a backend of type prometheus needs `urls`");
  }
  if (const auto fault = config_fault(config)) return fail(ErrorKind::definition, *fault);
  return std::unique_ptr<MetricsBackend>(std::make_unique<Prometheus>(config, servers, ports));
}

}  // namespace

BackendType prometheus_backend() {
  BackendType type{
      "prometheus",
      "Prometheus, and what speaks its API: Thanos, Mimir, Cortex, VictoriaMetrics",
      {
          {"urls", KeyKind::url_list, true,
           "servers with the same data; when one cannot answer, the next is asked"},
          {"scrape_interval", KeyKind::duration, false,
           "time between two samples of a series; of the slowest scrape or rule (15s)"},
          {"request_timeout", KeyKind::duration, false, "longest wait for one answer (15s)"},
          {"headers", KeyKind::headers, false, "sent with each request, e.g. X-Scope-OrgID"},
          {"parameters", KeyKind::text_map, false,
           "sent with each query, e.g. Thanos' partial_response"},
          {"auth", KeyKind::auth, false, "bearer token or basic credentials"},
          {"ca", KeyKind::path, false, "PEM file of the authority to trust for https"},
      },
      &make};
  type.config_fault = &config_fault;
  return type;
}

}  // namespace canarygate
