#include "checks/metrics/piecewise.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "checks/http/url.h"
#include "checks/metrics/host_label.h"

namespace canarygate {

namespace {

constexpr Duration kRequestTimeout = std::chrono::seconds(15);
// What the answers to one fetch may take in memory, whatever the servers send.
constexpr std::size_t kMostNumbers = 50'000'000;

}  // namespace

/// A request, and whose answer it is a piece of.
struct PiecewiseBackend::Part {
  std::size_t query = 0;
  std::int64_t first = 0;  ///< 0-based point of the query's grid
  RangeQuery piece{};
};

/// One query's series, put together from its pieces.
class PiecewiseBackend::Answer {
 public:
  explicit Answer(std::int64_t points) : points_(static_cast<std::size_t>(points)) {}

  /// Adds the piece that begins at point `first`. False when a series is in it twice, or when all
  /// answers together have become too large.
  bool add(const PieceRows& piece, std::int64_t first, std::size_t& numbers) {
    ++pieces_;
    for (const PieceRows::Row& row : piece.rows) {
      const auto [place, is_new] = places_.try_emplace({row.name, row.labels}, merged_.size());
      if (is_new) {
        numbers += points_;
        if (numbers > kMostNumbers) return false;
        merged_.push_back({row.labels, std::vector<double>(points_, kMissing), {}, 0});
      }
      Merged& merged = merged_[place->second];
      if (std::exchange(merged.last_piece, pieces_) == pieces_) return false;
      std::ranges::copy(row.values, merged.values.begin() + first);
      if (row.seen.empty()) continue;
      merged.seen.resize(points_, false);
      std::copy(row.seen.begin(), row.seen.end(), merged.seen.begin() + first);
    }
    for (const std::string& note : piece.notes) {
      if (std::ranges::find(warnings_, note) == warnings_.end()) warnings_.push_back(note);
    }
    return true;
  }

  void refuse(Error error) {
    if (!refusal_) refusal_ = std::move(error);
  }
  [[nodiscard]] bool refused() const { return refusal_.has_value(); }

  [[nodiscard]] Result<QueryAnswer> finish(const std::string& host_label,
                                           const std::string& server) {
    if (refusal_) return unexpected(*refusal_);
    QueryAnswer answer;
    answer.warnings = warnings_;
    for (Merged& merged : merged_) {
      forget_unseen(merged);
      answer.series.push_back({"", std::move(merged.labels), std::move(merged.values)});
    }
    const Status named = name_hosts(answer, host_label, server);
    if (!named) return unexpected(named.error());
    return answer;
  }

 private:
  using Key = std::pair<std::string, std::map<std::string, std::string>>;
  struct Merged {
    std::map<std::string, std::string> labels;
    std::vector<double> values;
    std::vector<bool> seen;
    std::size_t last_piece = 0;  // the latest that the series was in
  };

  static void forget_unseen(Merged& merged) {
    if (merged.seen.empty()) return;
    const auto first = std::ranges::find(merged.seen, true) - merged.seen.begin();
    const auto after =
        merged.seen.rend() - std::find(merged.seen.rbegin(), merged.seen.rend(), true);
    std::fill(merged.values.begin(), merged.values.begin() + first, kMissing);
    std::fill(merged.values.begin() + after, merged.values.end(), kMissing);
  }

  std::size_t points_;
  std::size_t pieces_ = 0;
  std::vector<Merged> merged_;
  std::map<Key, std::size_t> places_;
  std::vector<std::string> warnings_;
  std::optional<Error> refusal_;
};

/// Some parts that are asked for at the same time.
class PiecewiseBackend::Round {
 public:
  Round(PiecewiseBackend& backend, std::vector<Answer>& answers, std::size_t& numbers)
      : backend_(backend), answers_(answers), numbers_(numbers) {}

  /// What must be asked for again, in halves.
  std::vector<Part> ask(const std::vector<Part>& parts, const Headers& credentials,
                        Duration patience) {
    std::vector<HttpRequest> requests;
    for (const Part& part : parts) {
      backend_.complete(requests.emplace_back(backend_.request_for(part.piece)), credentials);
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
    if (!answers_[part.query].add(rows, part.first, numbers_)) {
      return fail(ErrorKind::backend,
                  fmt::format("{} sent the same series twice, or more series than canarygate "
                              "takes; group by host",
                              host));
    }
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
  std::vector<Answer>& answers_;
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
  std::vector<Answer> answers;
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
    results.push_back(
        answers[q].finish(label.empty() ? default_host_label() : label, host_of(servers_.front())));
  }
  return results;
}

std::vector<Status> PiecewiseBackend::prepare(std::span<const RangeQuery> queries,
                                              const Headers& /*credentials*/,
                                              Duration /*patience*/) {
  std::vector<Status> ready;
  for (const RangeQuery& query : queries) ready.push_back(examine(query));
  return ready;
}

Result<Headers> PiecewiseBackend::credentials() const { return request_headers(config_, ports_); }

void PiecewiseBackend::complete(HttpRequest& request, const Headers& credentials) const {
  request.headers.insert(request.headers.end(), credentials.begin(), credentials.end());
  request.timeout = config_.get("request_timeout", kRequestTimeout);
  request.ca_file = config_.get<std::string>("ca");
}

std::vector<Key> connection_keys() {
  return {
      {"request_timeout", KeyKind::duration, false, "longest wait for one answer (15s)"},
      {"headers", KeyKind::headers, false, "sent with each request"},
      {"auth", KeyKind::auth, false, "bearer token or basic credentials"},
      {"ca", KeyKind::path, false, "PEM file of the authority to trust for https"},
  };
}

}  // namespace canarygate
