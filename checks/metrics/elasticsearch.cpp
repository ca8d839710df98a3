#include "checks/metrics/elasticsearch.h"

#include <fmt/format.h>

#include <algorithm>

#include "checks/http/url.h"
#include "checks/http/web_page.h"
#include "checks/metrics/elasticsearch_fields.h"
#include "checks/metrics/elasticsearch_query.h"
#include "checks/metrics/elasticsearch_reply.h"
#include "checks/metrics/http_refusal.h"
#include "checks/metrics/piecewise.h"
#include "checks/metrics/probe.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using elasticsearch::FieldUse;

// Shippers send within seconds, and an index shows what it was given at its next refresh.
constexpr Duration kSettle = std::chrono::seconds(30);
// Servers of all versions make so many buckets; newer ones make 65,535.
constexpr std::int64_t kMostBuckets = 10'000;
// Where a query does not say for how many hosts it asks.
constexpr std::int64_t kUsualHosts = 20;

class Elasticsearch : public PiecewiseBackend {
 public:
  Elasticsearch(Config config, const std::vector<std::string>& servers, const Ports& ports)
      : PiecewiseBackend(std::move(config), servers, ports) {}

  [[nodiscard]] Result<std::string> probe(const Probe& probe) override {
    return probe_by_query(*this, "count()", probe);
  }

  [[nodiscard]] QueryDialect dialect() const override { return QueryDialect::lucene; }
  [[nodiscard]] std::string default_host_label() const override { return "host.name"; }
  [[nodiscard]] Duration settle() const override { return kSettle; }
  // Documents are events: they are written as things happen.
  [[nodiscard]] Duration scrape_interval() const override { return std::chrono::seconds(1); }

 private:
  [[nodiscard]] Status examine(const RangeQuery& query) const override {
    const auto parsed = elasticsearch::parse(query.text);
    if (parsed) return Done{};
    return fail(ErrorKind::definition,
                fmt::format("column {} of the query: {}: {}", parsed.error().column,
                            parsed.error().text, printable(shorten(query.text, 300))));
  }

  [[nodiscard]] std::vector<Status> prepare(std::span<const RangeQuery> queries,
                                            const Headers& credentials,
                                            Duration patience) override {
    std::vector<Status> ready = PiecewiseBackend::prepare(queries, credentials, patience);
    FieldUse wanted;
    for (std::size_t q = 0; q < queries.size(); ++q) {
      if (!ready[q]) continue;
      FieldUse use = use_of(queries[q]);
      wanted.read.merge(use.read);
      wanted.grouped.merge(use.grouped);
    }
    if (std::ranges::includes(known_.read, wanted.read) &&
        std::ranges::includes(known_.grouped, wanted.grouped)) {
      return ready;
    }
    const Status asked = ask_fields(wanted, credentials, patience);
    for (std::size_t q = 0; q < queries.size(); ++q) {
      if (!ready[q]) continue;
      if (!asked) {
        ready[q] = asked;
      } else if (const auto fault =
                     elasticsearch::fault_in_fields(use_of(queries[q]), types_, index())) {
        ready[q] = fail(ErrorKind::backend, fmt::format("{}: {}", server_, *fault));
      }
    }
    if (std::ranges::all_of(ready, [](const Status& status) { return status.has_value(); })) {
      known_.read.merge(wanted.read);
      known_.grouped.merge(wanted.grouped);
    }
    return ready;
  }

  Status ask_fields(const FieldUse& wanted, const Headers& credentials, Duration patience) {
    HttpRequest request = elasticsearch::fields_request(index(), wanted);
    complete(request, config(), credentials);
    const auto take = [&](std::size_t, const std::string& server,
                          const HttpResponse& response) -> Status {
      server_ = host_of(server);
      if (response.status != 200 || is_web_page(response)) {
        return unexpected(explain(response, server_, "the fields of " + index()));
      }
      auto types = elasticsearch::parse_fields(response.body);
      if (!types) {
        return unexpected(explain_nonsense(refusal_of(response, server_, ""), types.error()));
      }
      types_ = std::move(*types);
      return Done{};
    };
    return failover().ask(ports().http, ports().clock, {&request, 1}, patience, take).front();
  }

  [[nodiscard]] std::int64_t most_points(const RangeQuery& query) const override {
    const auto parsed = elasticsearch::parse(query.text);
    // Hosts are named in quotes: `host.name:("a" OR "b")`.
    const std::int64_t quotes = parsed ? std::ranges::count(parsed->filter, '"') : 0;
    return std::max<std::int64_t>(1, kMostBuckets / std::max(quotes / 2, kUsualHosts));
  }

  [[nodiscard]] HttpRequest request_for(const RangeQuery& piece) const override {
    HttpRequest request;
    request.method = "POST";
    request.url = "/" + percent_encode(index()) +
                  "/_search?allow_no_indices=false&allow_partial_search_results=false";
    request.headers = {{"Accept", "application/json"}, {"Content-Type", "application/json"}};
    request.body = body_of(piece);
    return request;
  }

  [[nodiscard]] Result<Taken> take(HttpResponse response, const RangeQuery& piece,
                                   const std::string& host, PieceRows& rows) const override {
    const bool too_many = elasticsearch::has_too_many_buckets(response.body);
    if (too_many && piece.grid.points > 1) return Taken::too_much;
    if (response.status != 200 || is_web_page(response)) {
      return unexpected(explain(response, host, piece.text));
    }
    const auto query = elasticsearch::parse(piece.text);
    if (!query) return fail(ErrorKind::definition, query.error().text);
    auto reply =
        elasticsearch::parse_reply(response.body, *query, host_label_of(piece), piece.grid);
    if (!reply) {
      return unexpected(explain_nonsense(refusal_of(response, host, piece.text), reply.error()));
    }
    if (!reply->incomplete.empty()) {
      const std::string text = fmt::format(
          "{} has only a part of the data: {}. Look at its health; nothing is judged on a part",
          host, reply->incomplete);
      return unexpected(Error{ErrorKind::backend, text, true});
    }
    if (reply->too_many_hosts) {
      return fail(
          ErrorKind::backend,
          fmt::format("{} has more than {} values of '{}' to answer with. Name the hosts: "
                      "`where {}:({{{{hosts}}}})`",
                      host, elasticsearch::kMostHosts, host_label_of(piece), host_label_of(piece)));
    }
    rows = std::move(reply->rows);
    return Taken::all;
  }

  [[nodiscard]] Error explain(const HttpResponse& response, const std::string& host,
                              const std::string& query) const {
    const auto refusal = elasticsearch::refusal_in(response);
    if (refusal.type == "index_not_found_exception") {
      return {ErrorKind::backend,
              fmt::format("{} has no index '{}' ({}: {}). Check `index`", host,
                          printable(shorten(index(), 100)), response.status,
                          printable(shorten(refusal.reason, 300))),
              false};
    }
    return explain_status(response, refusal_of(response, host, query));
  }

  [[nodiscard]] HttpRefusal refusal_of(const HttpResponse& response, const std::string& host,
                                       const std::string& query) const {
    const auto refusal = elasticsearch::refusal_in(response);
    const std::string said =
        refusal.type.empty() ? refusal.reason : refusal.type + ": " + refusal.reason;
    return {host,
            "Elasticsearch",
            said,
            query,
            describe_credentials(config()),
            "Give the backend an `auth`, or an API key: `headers: {Authorization: SECRET}`"};
  }

  [[nodiscard]] FieldUse use_of(const RangeQuery& query) const {
    const auto parsed = elasticsearch::parse(query.text);
    FieldUse use;
    if (!parsed) return use;
    for (std::string& field : elasticsearch::fields_of_conditions(*parsed)) {
      use.read.insert(std::move(field));
    }
    use.grouped = {host_label_of(query), time_field()};
    if (!parsed->field.empty()) use.grouped.insert(parsed->field);
    return use;
  }

  [[nodiscard]] std::string body_of(const RangeQuery& piece) const {
    const auto parsed = elasticsearch::parse(piece.text);
    if (!parsed) return "";
    return elasticsearch::search_for(*parsed, {time_field(), host_label_of(piece)}, piece.grid);
  }

  [[nodiscard]] std::string host_label_of(const RangeQuery& query) const {
    return query.host_label.empty() ? default_host_label() : query.host_label;
  }
  [[nodiscard]] std::string index() const { return config().get<std::string>("index"); }
  [[nodiscard]] std::string time_field() const {
    return config().get("time_field", std::string("@timestamp"));
  }

  elasticsearch::FieldTypes types_;  // as last asked for
  std::string server_;               // that said so
  FieldUse known_;                   // what is known to be possible
};

Result<std::unique_ptr<MetricsBackend>> make(const Config& config, const Ports& ports) {
  const auto servers = config.get<std::vector<std::string>>("urls");
  if (servers.empty() || config.get<std::string>("index").empty()) {
    return fail(ErrorKind::definition, "a backend of type elasticsearch needs `urls` and `index`");
  }
  return std::unique_ptr<MetricsBackend>(std::make_unique<Elasticsearch>(config, servers, ports));
}

std::optional<QueryFault> fault_in(const std::string& query) {
  const auto parsed = elasticsearch::parse(query);
  return parsed ? std::nullopt : std::optional(parsed.error());
}

}  // namespace

BackendType elasticsearch_backend() {
  std::vector<Key> keys = {
      {"urls", KeyKind::url_list, true,
       "servers of one cluster; when one cannot answer, the next is asked"},
      {"index", KeyKind::text, true, "index, alias, data stream or pattern that is searched"},
      {"time_field", KeyKind::text, false, "the field that says when (@timestamp)"},
  };
  for (Key& key : connection_keys()) keys.push_back(std::move(key));
  return {"elasticsearch",
          "Elasticsearch and OpenSearch: documents counted, and their fields computed with",
          std::move(keys),
          &make,
          &fault_in,
          false,
          std::chrono::seconds(1)};
}

}  // namespace canarygate
