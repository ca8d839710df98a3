#include "checks/metrics/influxdb.h"

#include <fmt/format.h>

#include "checks/duration.h"
#include "checks/http/form.h"
#include "checks/http/web_page.h"
#include "checks/metrics/http_refusal.h"
#include "checks/metrics/influxdb_reply.h"
#include "checks/metrics/influxql.h"
#include "checks/metrics/piecewise.h"
#include "checks/metrics/probe.h"
#include "checks/text.h"

namespace canarygate {

namespace {

// Telegraf's interval.
constexpr Duration kScrapeInterval = std::chrono::seconds(10);
// Keeps an answer at some megabytes; the server itself sets no limit.
constexpr std::int64_t kMostPoints = 10'000;

class InfluxDb : public PiecewiseBackend {
 public:
  InfluxDb(Config config, const std::vector<std::string>& servers, const Ports& ports)
      : PiecewiseBackend(std::move(config), servers, ports) {}

  [[nodiscard]] Result<std::string> probe(const Probe& probe) override {
    return probe_by_query(*this,
                          "SELECT count(\"value\") FROM \"canarygate_doctor\" WHERE $timeFilter "
                          "GROUP BY time($__interval), \"host\"",
                          probe);
  }

  [[nodiscard]] QueryDialect dialect() const override { return QueryDialect::influxql; }
  [[nodiscard]] std::string default_host_label() const override { return "host"; }
  // An agent collects once in an interval, and sends what it collected once in an interval.
  [[nodiscard]] Duration settle() const override { return 2 * scrape_interval(); }
  [[nodiscard]] Duration scrape_interval() const override {
    return config().get("scrape_interval", kScrapeInterval);
  }

 private:
  [[nodiscard]] Status examine(const RangeQuery& query) const override {
    const auto parsed = influxql::parse(query.text);
    const std::string shown = printable(shorten(query.text, 300));
    if (!parsed) {
      return fail(ErrorKind::definition,
                  fmt::format("column {} of the query: {}: {}", parsed.error().column,
                              parsed.error().text, shown));
    }
    for (const std::string& interval : parsed->intervals) {
      if (parse_duration(interval) == query.grid.step) continue;
      return fail(ErrorKind::definition,
                  fmt::format("`GROUP BY time({})` is not the check's step, {}; write "
                              "`time($__interval)`: {}",
                              printable(interval), format_duration(query.grid.step), shown));
    }
    return Done{};
  }

  [[nodiscard]] std::int64_t most_points(const RangeQuery& /*query*/) const override {
    return kMostPoints;
  }

  [[nodiscard]] HttpRequest request_for(const RangeQuery& piece) const override {
    Parameters parameters = {{"db", config().get<std::string>("database")}, {"epoch", "ms"}};
    if (config().has("retention_policy")) {
      parameters.emplace_back("rp", config().get<std::string>("retention_policy"));
    }
    parameters.emplace_back("q", text_of(piece));
    return form_request("/query", parameters);
  }

  [[nodiscard]] Result<Taken> take(HttpResponse response, const RangeQuery& piece,
                                   const std::string& host, PieceRows& rows) const override {
    HttpRefusal refusal{host,
                        "InfluxDB",
                        influxdb::error_in(response),
                        text_of(piece),
                        describe_credentials(config()),
                        "Give the backend an `auth` (basic)"};
    if (response.status != 200 || is_web_page(response)) {
      return unexpected(explain_status(response, refusal));
    }
    auto reply = influxdb::parse_reply(response.body, piece.grid);
    if (!reply) return unexpected(explain_nonsense(refusal, reply.error()));
    if (!reply->refusal.empty()) return unexpected(explain(reply->refusal, refusal));
    if (reply->partial) {
      return fail(ErrorKind::backend,
                  fmt::format("{} sent only a part of the data (`partial`). Raise its "
                              "`max-row-limit`, or name fewer hosts; nothing is judged on a part",
                              host));
    }
    rows = std::move(reply->rows);
    return Taken::all;
  }

  [[nodiscard]] static std::string text_of(const RangeQuery& piece) {
    const auto parsed = influxql::parse(piece.text);
    return parsed ? influxql::text_for(*parsed, piece.grid) : piece.text;
  }

  /// An error that came with status 200.
  [[nodiscard]] static Error explain(const std::string& said, const HttpRefusal& refusal) {
    const auto has = [&](std::string_view words) { return said.find(words) != std::string::npos; };
    const std::string shown = printable(shorten(said, 600));
    if (has("database not found")) {
      return {ErrorKind::backend,
              fmt::format("{} cannot answer: {}. Check `database`", refusal.host, shown), false};
    }
    if (has("retention policy not found")) {
      return {ErrorKind::backend,
              fmt::format("{} cannot answer: {}. Check `retention_policy`", refusal.host, shown),
              false};
    }
    if (has("timeout")) {
      return {ErrorKind::backend,
              fmt::format("{} ran out of time: {}. Make the query cheaper: {}", refusal.host, shown,
                          printable(shorten(refusal.query, 1000))),
              true};
    }
    return {ErrorKind::backend,
            fmt::format("{} cannot answer: {}. Correct the query: {}", refusal.host, shown,
                        printable(shorten(refusal.query, 1000))),
            false};
  }
};

Result<std::unique_ptr<MetricsBackend>> make(const Config& config, const Ports& ports) {
  const auto servers = config.get<std::vector<std::string>>("urls");
  if (servers.empty() || config.get<std::string>("database").empty()) {
    return fail(ErrorKind::definition, "a backend of type influxdb needs `urls` and `database`");
  }
  if (const auto fault = scrape_interval_fault(config)) return fail(ErrorKind::definition, *fault);
  return std::unique_ptr<MetricsBackend>(std::make_unique<InfluxDb>(config, servers, ports));
}

std::optional<QueryFault> fault_in(const std::string& query) {
  const auto parsed = influxql::parse(query);
  return parsed ? std::nullopt : std::optional(parsed.error());
}

}  // namespace

BackendType influxdb_backend() {
  std::vector<Key> keys = {
      {"urls", KeyKind::url_list, true,
       "servers with the same data; when one cannot answer, the next is asked"},
      {"database", KeyKind::text, true, "the database that is asked"},
      {"retention_policy", KeyKind::text, false, "the database's default where it is not given"},
      {"scrape_interval", KeyKind::duration, false,
       "time between two points of a series; of the slowest agent (10s)"},
  };
  for (Key& key : connection_keys()) keys.push_back(std::move(key));
  return {"influxdb",     "InfluxDB 1, asked in InfluxQL", std::move(keys), &make, &fault_in, false,
          kScrapeInterval};
}

}  // namespace canarygate
