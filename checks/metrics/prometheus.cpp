#include "checks/metrics/prometheus.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "checks/http/auth.h"
#include "checks/http/url.h"
#include "checks/http/web_page.h"
#include "checks/metrics/piecewise.h"
#include "checks/metrics/probe.h"
#include "checks/metrics/prometheus_reply.h"
#include "checks/metrics/prometheus_request.h"
#include "checks/promql/freshness.h"
#include "checks/promql/tokens.h"
#include "checks/text.h"

namespace canarygate {

namespace {

constexpr Duration kScrapeInterval = std::chrono::seconds(15);

class Prometheus : public PiecewiseBackend {
 public:
  Prometheus(Config config, const std::vector<std::string>& servers, const Ports& ports)
      : PiecewiseBackend(std::move(config), servers, ports) {}

  [[nodiscard]] Result<std::string> probe(const Probe& probe) override {
    return probe_by_query(*this, "vector(1) == 0", probe);
  }

  [[nodiscard]] QueryDialect dialect() const override { return QueryDialect::promql; }
  [[nodiscard]] std::string default_host_label() const override { return "instance"; }
  // A scrape that began before the bucket's end is stored when it is done.
  [[nodiscard]] Duration settle() const override { return scrape_interval(); }
  [[nodiscard]] Duration scrape_interval() const override {
    return config().get("scrape_interval", kScrapeInterval);
  }

 private:
  [[nodiscard]] std::optional<std::string> fresh(const RangeQuery& query) const {
    return require_fresh(query.text, std::max(query.grid.step, 2 * scrape_interval()));
  }

  [[nodiscard]] std::string text_to_send(const RangeQuery& query) const {
    return fresh(query).value_or(query.text);
  }

  [[nodiscard]] Status examine(const RangeQuery& query) const override {
    if (!fresh(query) || !promql::uses_range_ends(*promql::tokenize(query.text))) return Done{};
    return fail(ErrorKind::definition,
                "`@ start()` and `@ end()` mean another moment in each request; use `offset`, "
                "or leave them out: " +
                    printable(shorten(query.text, 300)));
  }

  [[nodiscard]] std::int64_t most_points(const RangeQuery& /*query*/) const override {
    return prometheus::kMostPoints;
  }
  // A server that is down is found out once, not with every few requests.
  [[nodiscard]] std::size_t most_requests() const override {
    return std::numeric_limits<std::size_t>::max();
  }
  [[nodiscard]] std::string grouping() const override { return "aggregate by host"; }

  [[nodiscard]] HttpRequest request_for(const RangeQuery& piece) const override {
    return prometheus::range_request(
        text_to_send(piece), piece.grid,
        config().get<std::map<std::string, std::string>>("parameters"));
  }

  [[nodiscard]] Result<Taken> take(HttpResponse response, const RangeQuery& piece,
                                   const std::string& host, PieceRows& rows) const override {
    if (response.status != 200 || is_web_page(response)) {
      return unexpected(prometheus::explain_refusal(
          response, {host, text_to_send(piece), describe_credentials(config())}));
    }
    auto reply = prometheus::parse_range_reply(std::move(response.body), piece.grid);
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
    rows.rows = std::move(reply->rows);
    if (!fresh(piece)) {
      rows.notes.push_back(
          fmt::format("canarygate cannot read this query itself, so a series that "
                      "stopped may look alive for five minutes: {}",
                      printable(shorten(piece.text, 300))));
    }
    std::ranges::move(reply->notes, std::back_inserter(rows.notes));
    return Taken::all;
  }

  /// A tenant that does not exist is answered as one that has no such data: 200, and nothing.
  void review(std::span<const RangeQuery> queries,
              std::vector<Result<QueryAnswer>>& results) const override {
    const auto headers = config().get<std::map<std::string, TextOrSecret>>("headers");
    const auto tenant = std::ranges::find_if(
        headers, [](const auto& header) { return to_lower(header.first) == "x-scope-orgid"; });
    if (tenant == headers.end()) return;
    std::set<std::string> answered;
    for (std::size_t q = 0; q < queries.size(); ++q) {
      if (!results[q] || !results[q]->series.empty()) answered.insert(queries[q].text);
    }
    for (std::size_t q = 0; q < queries.size(); ++q) {
      if (answered.contains(queries[q].text)) continue;
      results[q]->warnings.push_back(fmt::format(
          "{} has nothing at all for this query: there is no such data, or the tenant "
          "in `headers` ({}) is not the one that has it: {}",
          host_of(servers().front()), tenant->first, printable(shorten(queries[q].text, 300))));
    }
  }
};

std::optional<std::string> config_fault(const Config& config) {
  if (auto fault = scrape_interval_fault(config)) return fault;
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
  std::vector<Key> keys = {
      {"urls", KeyKind::url_list, true,
       "servers with the same data; when one cannot answer, the next is asked"},
      {"scrape_interval", KeyKind::duration, false,
       "time between two samples of a series; of the slowest scrape or rule (15s)"},
      {"parameters", KeyKind::text_map, false,
       "sent with each query, e.g. Thanos' partial_response"},
  };
  for (Key& key : connection_keys("sent with each request, e.g. X-Scope-OrgID")) {
    keys.push_back(std::move(key));
  }
  BackendType type{"prometheus",
                   "Prometheus, and what speaks its API: Thanos, Mimir, Cortex, VictoriaMetrics",
                   std::move(keys), &make};
  type.config_fault = &config_fault;
  return type;
}

}  // namespace canarygate
