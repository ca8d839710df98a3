#include "checks/metrics/newrelic.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "checks/duration.h"
#include "checks/http/web_page.h"
#include "checks/metrics/http_refusal.h"
#include "checks/metrics/nerdgraph_reply.h"
#include "checks/metrics/nrql.h"
#include "checks/metrics/piecewise.h"
#include "checks/metrics/probe.h"
#include "checks/text.h"

namespace canarygate {

namespace {

// Agents send what they saw once a minute, and it takes some seconds until it can be asked for.
constexpr Duration kSettle = std::chrono::seconds(90);
constexpr Duration kScrapeInterval = std::chrono::seconds(60);
constexpr std::int64_t kMostBuckets = 366;
// More queries at a time, for longer, and New Relic refuses some.
constexpr std::size_t kMostRequests = 5;
constexpr Duration kRequestTimeout = std::chrono::seconds(15);
constexpr std::int64_t kLongestPatience = 120;  // seconds that NerdGraph lets a query run
constexpr const char* kUnitedStates = "https://api.newrelic.com";
constexpr const char* kEurope = "https://api.eu.newrelic.com";

class NewRelic : public PiecewiseBackend {
 public:
  NewRelic(Config config, const std::vector<std::string>& servers, const Ports& ports)
      : PiecewiseBackend(std::move(config), servers, ports) {}

  [[nodiscard]] Result<std::string> probe(const Probe& probe) override {
    return probe_by_query(*this, "SELECT count(*) FROM Metric", probe);
  }

  [[nodiscard]] QueryDialect dialect() const override { return QueryDialect::nrql; }
  [[nodiscard]] std::string default_host_label() const override { return "host"; }
  [[nodiscard]] Duration settle() const override { return kSettle; }
  [[nodiscard]] Duration scrape_interval() const override { return kScrapeInterval; }

 private:
  [[nodiscard]] Result<Headers> credentials() const override {
    auto key = resolve_secret(config().get<SecretRef>("api_key"), ports());
    if (!key) return unexpected(key.error());
    return Headers{{"API-Key", *key}};
  }

  [[nodiscard]] Status examine(const RangeQuery& query) const override {
    const auto parsed = nrql::parse(query.text);
    const std::string shown = printable(shorten(query.text, 300));
    if (!parsed) {
      return fail(ErrorKind::definition,
                  fmt::format("column {} of the query: {}: {}", parsed.error().column,
                              parsed.error().text, shown));
    }
    if (query.grid.step % std::chrono::seconds(1) != Duration(0)) {
      return fail(ErrorKind::definition,
                  fmt::format("New Relic's buckets are whole seconds, the check's step is {}; make "
                              "it 1s or longer",
                              format_duration(query.grid.step)));
    }
    return Done{};
  }

  [[nodiscard]] std::int64_t most_points(const RangeQuery& /*query*/) const override {
    return kMostBuckets;
  }
  [[nodiscard]] std::size_t most_requests() const override { return kMostRequests; }

  [[nodiscard]] HttpRequest request_for(const RangeQuery& piece) const override {
    const std::string question = fmt::format(
        "query($account: Int!, $nrql: Nrql!) {{ actor {{ account(id: $account) {{ nrql(query: "
        "$nrql, timeout: {}) {{ results otherResult metadata {{ facets messages }} queryProgress "
        "{{ completed }} }} }} }} }}",
        std::clamp<std::int64_t>(
            config().get("request_timeout", kRequestTimeout) / std::chrono::seconds(1), 1,
            kLongestPatience));
    const nlohmann::ordered_json body = {
        {"query", question},
        {"variables",
         {{"account", config().get<std::int64_t>("account_id")}, {"nrql", text_of(piece)}}}};
    HttpRequest request;
    request.method = "POST";
    request.url = "/graphql";
    request.headers = {{"Accept", "application/json"}, {"Content-Type", "application/json"}};
    request.body = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    return request;
  }

  [[nodiscard]] Result<Taken> take(HttpResponse response, const RangeQuery& piece,
                                   const std::string& host, PieceRows& rows) const override {
    const auto error = nerdgraph::error_in(response);
    const std::string said = error.type.empty() ? error.text : error.type + ": " + error.text;
    const HttpRefusal refusal{host,
                              "NerdGraph",
                              said,
                              text_of(piece),
                              about_key(),
                              "Check `api_key`",
                              "`region` or `url`",
                              "`api_key`"};
    if (response.status != 200 || is_web_page(response)) {
      return unexpected(explain_status(response, refusal));
    }
    if (error.found) return unexpected(explain(error, refusal));
    const auto query = nrql::parse(piece.text);
    if (!query) return fail(ErrorKind::definition, query.error().text);
    auto reply =
        nerdgraph::parse_reply(response.body, host_label_of(piece), query->counts, piece.grid);
    if (!reply) return unexpected(explain_nonsense(refusal, reply.error()));
    if (reply->truncated) {
      return fail(ErrorKind::backend,
                  fmt::format("{} left some of '{}' out of its answer (otherResult). Name the "
                              "hosts: `WHERE {} IN ({{{{hosts}}}})`",
                              host, host_label_of(piece), host_label_of(piece)));
    }
    rows = std::move(reply->rows);
    return Taken::all;
  }

  /// An error that came with status 200.
  [[nodiscard]] Error explain(const nerdgraph::ApiError& error, const HttpRefusal& refusal) const {
    constexpr std::array kAccess = {"ACCESS_DENIED", "UNAUTHORIZED", "UNAUTHENTICATED", "FORBIDDEN",
                                    "NOT_AUTHORIZED"};
    const std::string said =
        printable(shorten(refusal.said.empty() ? "no text" : refusal.said, 600));
    const std::string query = printable(shorten(refusal.query, 1000));
    if (error.type == "TOO_MANY_REQUESTS") {
      return {ErrorKind::backend,
              fmt::format("{} takes no more requests for now ({}). Run fewer checks at a time, or "
                          "have its limit raised",
                          refusal.host, said),
              true};
    }
    if (error.type.find("TIMEOUT") != std::string::npos) {
      return {ErrorKind::backend,
              fmt::format("{} ran out of time: {}. Make the query cheaper, or `request_timeout` "
                          "longer: {}",
                          refusal.host, said, query),
              true};
    }
    if (error.type.ends_with("SERVER_ERROR")) {
      return {ErrorKind::backend,
              fmt::format("{} failed ({}). Look at New Relic's status page", refusal.host, said),
              true};
    }
    if (std::ranges::find(kAccess, error.type) != kAccess.end()) {
      return {
          ErrorKind::backend,
          fmt::format("{} does not allow this query ({}). Sent was {}; check that it is a user "
                      "key, and may read account {}",
                      refusal.host, said, about_key(), config().get<std::int64_t>("account_id")),
          false};
    }
    return {
        ErrorKind::backend,
        fmt::format("{} refuses the query: {}. Correct the query: {}", refusal.host, said, query),
        false};
  }

  [[nodiscard]] std::string about_key() const {
    return "`api_key` from " + describe_secret(config().get<SecretRef>("api_key"));
  }

  [[nodiscard]] std::string text_of(const RangeQuery& piece) const {
    const auto parsed = nrql::parse(piece.text);
    return parsed ? nrql::text_for(*parsed, host_label_of(piece), piece.grid) : piece.text;
  }

  [[nodiscard]] std::string host_label_of(const RangeQuery& query) const {
    return query.host_label.empty() ? default_host_label() : query.host_label;
  }
};

Result<std::unique_ptr<MetricsBackend>> make(const Config& config, const Ports& ports) {
  if (config.get<std::int64_t>("account_id") <= 0) {
    return fail(ErrorKind::definition, "`account_id` must be the number of an account");
  }
  std::string server = config.get("region", std::string("US")) == "EU" ? kEurope : kUnitedStates;
  if (config.has("url")) server = config.get<std::string>("url");
  constexpr std::string_view kPath = "/graphql";
  if (server.ends_with(kPath)) server.resize(server.size() - kPath.size());
  return std::unique_ptr<MetricsBackend>(
      std::make_unique<NewRelic>(config, std::vector<std::string>{server}, ports));
}

std::optional<QueryFault> fault_in(const std::string& query) {
  const auto parsed = nrql::parse(query);
  return parsed ? std::nullopt : std::optional(parsed.error());
}

}  // namespace

BackendType newrelic_backend() {
  return {"newrelic",
          "New Relic, asked in NRQL",
          {
              {"account_id", KeyKind::integer, true, "the account that is asked"},
              {"api_key", KeyKind::secret, true, "a user key (NRAK-…)"},
              {"region", KeyKind::choice, false, "where the account's data is (US)", {"US", "EU"}},
              {"url", KeyKind::url, false, "instead of `region`: the address before /graphql"},
              {"request_timeout", KeyKind::duration, false, "longest wait for one answer (15s)"},
              {"ca", KeyKind::path, false, "PEM file of the authority to trust for https"},
          },
          &make,
          &fault_in,
          false,
          kScrapeInterval};
}

}  // namespace canarygate
