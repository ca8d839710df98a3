#include "checks/metrics/piecewise.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "checks/http/url.h"
#include "checks/metrics/host_label.h"

namespace canarygate {

/// A request, and whose answer it is a piece of.
struct PiecewiseBackend::Part {
  std::size_t query = 0;
  std::int64_t first = 0;  ///< 0-based point of the query's grid
  RangeQuery piece{};
};

/// Some parts that are asked for at the same time.
class PiecewiseBackend::Round {
 public:
  Round(PiecewiseBackend& backend, std::vector<Assembly>& answers, std::size_t& numbers)
      : backend_(backend), answers_(answers), numbers_(numbers) {}

  /// What must be asked for again, in halves.
  std::vector<Part> ask(const std::vector<Part>& parts, const Headers& credentials,
                        Duration patience) {
    std::vector<HttpRequest> requests;
    for (const Part& part : parts) {
      complete(requests.emplace_back(backend_.request_for(part.piece)), backend_.config_,
               credentials);
    }
    std::vector<Part> again;
    const auto take = [&](std::size_t i, const std::string& server, HttpResponse response) {
      return take_part(parts[i], host_of(server), std::move(response), again);
    };
    const auto statuses = backend_.failover_.ask(backend_.ports_.http, backend_.ports_.clock,
                                                 requests, patience, take);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (!statuses[i]) answers_[parts[i].query].refuse(statuses[i].error());
    }
    return again;
  }

 private:
  Status take_part(const Part& part, const std::string& host, HttpResponse response,
                   std::vector<Part>& again) {
    PieceRows rows;
    const auto taken = backend_.take(std::move(response), part.piece, host, rows);
    if (!taken) return unexpected(taken.error());
    if (*taken == Taken::too_much) {
      split(part, again);
      return Done{};
    }
    Assembly& answer = answers_[part.query];
    if (answer.add(rows.rows, part.first, numbers_)) {
      return fail(ErrorKind::backend,
                  fmt::format("{} sent the same series twice, or more series than canarygate "
                              "takes; {}",
                              host, backend_.grouping()));
    }
    for (const std::string& note : rows.notes) answer.warn(note);
    return Done{};
  }

  static void split(const Part& part, std::vector<Part>& again) {
    const Grid& grid = part.piece.grid;
    const std::int64_t half = grid.points / 2;
    Part head = part;
    head.piece.grid.points = half;
    Part tail = part;
    tail.first += half;
    tail.piece.grid = {grid.at(half), grid.step, grid.points - half};
    again.push_back(std::move(head));
    again.push_back(std::move(tail));
  }

  PiecewiseBackend& backend_;
  std::vector<Assembly>& answers_;
  std::size_t& numbers_;
};

std::vector<Result<QueryAnswer>> PiecewiseBackend::fetch(std::span<const RangeQuery> queries,
                                                         Duration patience) {
  const auto headers = credentials();
  if (!headers) {
    return std::vector<Result<QueryAnswer>>(queries.size(), unexpected(headers.error()));
  }
  const Duration deadline = ports_.clock.elapsed() + patience;
  const std::vector<Status> ready = prepare(queries, *headers, patience);
  std::vector<Assembly> answers;
  std::vector<Part> open;
  for (std::size_t q = 0; q < queries.size(); ++q) {
    const RangeQuery& query = queries[q];
    answers.emplace_back(query.grid.points);
    if (!ready[q]) {
      answers[q].refuse(ready[q].error());
      continue;
    }
    const std::int64_t most = most_points(query);
    for (std::int64_t first = 0; first < query.grid.points; first += most) {
      const std::int64_t points = std::min(most, query.grid.points - first);
      const Grid grid{query.grid.at(first), query.grid.step, points};
      open.push_back({q, first, {query.text, grid, query.host_label}});
    }
  }

  std::size_t numbers = 0;
  while (!open.empty()) {
    const std::size_t count = std::min(most_requests(), open.size());
    const auto edge = open.begin() + static_cast<std::ptrdiff_t>(count);
    const std::vector<Part> parts(open.begin(), edge);
    open.erase(open.begin(), edge);
    const Duration left = std::max(Duration(0), deadline - ports_.clock.elapsed());
    const std::vector<Part> again = Round(*this, answers, numbers).ask(parts, *headers, left);
    open.insert(open.begin(), again.begin(), again.end());
    // Half an answer is none: what was refused is not asked for any further.
    std::erase_if(open, [&](const Part& part) { return answers[part.query].refused(); });
  }

  std::vector<Result<QueryAnswer>> results;
  for (std::size_t q = 0; q < queries.size(); ++q) {
    const std::string& label = queries[q].host_label;
    auto answer = answers[q].finish();
    if (answer) {
      const Status named = name_hosts(*answer, label.empty() ? default_host_label() : label,
                                      host_of(servers_.front()));
      if (!named) answer = unexpected(named.error());
    }
    results.push_back(std::move(answer));
  }
  review(queries, results);
  return results;
}

void PiecewiseBackend::review(std::span<const RangeQuery> /*queries*/,
                              std::vector<Result<QueryAnswer>>& /*results*/) const {}

std::vector<Status> PiecewiseBackend::prepare(std::span<const RangeQuery> queries,
                                              const Headers& /*credentials*/,
                                              Duration /*patience*/) {
  std::vector<Status> ready;
  for (const RangeQuery& query : queries) ready.push_back(examine(query));
  return ready;
}

Result<Headers> PiecewiseBackend::credentials() const { return request_headers(config_, ports_); }

}  // namespace canarygate
