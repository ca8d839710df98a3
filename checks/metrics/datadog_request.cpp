#include "checks/metrics/datadog_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "checks/http/url.h"

namespace canarygate::datadog {

namespace {

// Servers and proxies of all kinds take this much.
constexpr std::size_t kLongestUrl = 7000;

HttpRequest v1_request(const Query& query, const Buckets& buckets) {
  const auto unix_seconds = [](TimePoint time) {
    return std::to_string(time.time_since_epoch().count() / 1000);
  };
  HttpRequest request;
  request.url = "api/v1/query?" + form_encode({{"from", unix_seconds(buckets.first)},
                                               {"to", unix_seconds(buckets.end())},
                                               {"query", query.text}});
  return request;
}

/// The query's metrics by themselves, and a formula that is the query with a name for each.
HttpRequest v2_request(const Query& query, const Buckets& buckets) {
  nlohmann::ordered_json queries = nlohmann::ordered_json::array();
  std::string formula;
  std::size_t copied = 0;
  for (const Query::Term& term : query.terms) {
    const std::string name = fmt::format("query{}", queries.size() + 1);
    queries.push_back({{"data_source", "metrics"},
                       {"name", name},
                       {"query", query.text.substr(term.begin, term.end - term.begin)}});
    formula += query.text.substr(copied, term.begin - copied) + name;
    copied = term.end;
  }
  formula += query.text.substr(copied);
  const nlohmann::ordered_json body = {
      {"data",
       {{"type", "timeseries_request"},
        {"attributes",
         {{"from", buckets.first.time_since_epoch().count()},
          {"to", buckets.end().time_since_epoch().count()},
          {"interval", buckets.length.count()},
          {"formulas", nlohmann::ordered_json::array({{{"formula", formula}}})},
          {"queries", queries}}}}}};
  HttpRequest request;
  request.method = "POST";
  request.url = "api/v2/query/timeseries";
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return request;
}

}  // namespace

Buckets buckets_of(const Grid& grid) {
  const Duration since_1970 = grid.start.time_since_epoch();
  const Duration past = since_1970 % grid.step;
  return {grid.start - past, grid.step, grid.points};
}

std::vector<Piece> split_piece(const Piece& piece, std::int64_t most) {
  const Buckets& all = piece.buckets;
  std::vector<Piece> pieces;
  for (std::int64_t first = 0; first < all.count; first += most) {
    pieces.push_back(
        {piece.offset + first,
         {all.first + first * all.length, all.length, std::min(most, all.count - first)}});
  }
  return pieces;
}

Result<HttpRequest, std::string> request_for(Api api, const Query& query, const Buckets& buckets) {
  if (api == Api::v2) return v2_request(query, buckets);
  HttpRequest request = v1_request(query, buckets);
  if (request.url.size() > kLongestUrl) {
    return unexpected(fmt::format(
        "the query is too long for a URL ({} characters once encoded); give the backend `api: v2`, "
        "which has no such limit, or choose the hosts by a tag",
        request.url.size()));
  }
  return request;
}

}  // namespace canarygate::datadog
