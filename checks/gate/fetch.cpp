#include "checks/gate/fetch.h"

#include <algorithm>
#include <cmath>

#include "checks/text.h"

namespace canarygate::gate {

namespace {

/// One request of a backend: which query, over which stretch.
struct Ask {
  std::size_t query;
  std::int64_t from;
};

void take(Reply& reply, std::int64_t from, Result<QueryAnswer>& answer) {
  if (!answer) {
    if (!reply.error) reply.error = answer.error();
    return;
  }
  reply.pieces.push_back({from, std::move(answer->series)});
  for (std::string& warning : answer->warnings) {
    const bool known = std::ranges::find(reply.warnings, warning) != reply.warnings.end();
    if (!known) reply.warnings.push_back(std::move(warning));
  }
}

}  // namespace

void fetch(const QueryPlan& plan, const Backends& backends, const judge::Timeline& timeline,
           const std::vector<judge::Stretch>& stretches, const Clock& clock, Duration patience,
           std::vector<Reply>& replies) {
  replies.resize(plan.queries.size());
  const Duration begun = clock.elapsed();
  for (const auto& [name, backend] : backends) {
    std::vector<Ask> asked;
    std::vector<RangeQuery> queries;
    for (std::size_t q = 0; q < plan.queries.size(); ++q) {
      if (plan.queries[q].backend != name) continue;
      for (const judge::Stretch& stretch : stretches) {
        // A Grid's point 1 is one step after its start.
        const Grid grid{timeline.at(stretch.from - 1), timeline.step,
                        stretch.to - stretch.from + 1};
        asked.push_back({q, stretch.from});
        queries.push_back(
            {plan.queries[q].text, grid, plan.queries[q].host_label, plan.queries[q].counts});
      }
    }
    const Duration left = std::max(Duration(0), patience - (clock.elapsed() - begun));
    auto answers = backend->fetch(queries, left);
    std::vector<std::size_t> kept(replies.size());
    for (std::size_t q = 0; q < replies.size(); ++q) kept[q] = replies[q].pieces.size();
    for (const Ask& ask : asked) replies[ask.query].error.reset();
    for (std::size_t i = 0; i < asked.size(); ++i) {
      take(replies[asked[i].query], asked[i].from, answers[i]);
    }
    for (const Ask& ask : asked) {  // half an answer is none
      Reply& reply = replies[ask.query];
      if (reply.error) reply.pieces.resize(std::min(reply.pieces.size(), kept[ask.query]));
    }
  }
}

std::optional<Error> error_of(const QueryPlan& plan, const Backends& backends, const Grid& grid,
                              Duration patience) {
  for (const auto& [name, backend] : backends) {
    std::vector<RangeQuery> queries;
    for (const PlannedQuery& query : plan.queries) {
      if (query.backend == name) {
        queries.push_back({query.text, grid, query.host_label, query.counts});
      }
    }
    for (const auto& answer : backend->fetch(queries, patience)) {
      if (!answer) return answer.error();
    }
  }
  return std::nullopt;
}

std::optional<std::string> nothing_seen_of(const PlannedQuery& query, const Backends& backends,
                                           const Grid& grid) {
  constexpr Duration kAtOnce = std::chrono::seconds(15);
  const RangeQuery asked{query.text, grid, query.host_label, query.counts};
  const auto answers = backends.at(query.backend)->fetch({&asked, 1}, kAtOnce);
  if (!answers.front()) return answers.front().error().text;
  if (std::ranges::any_of(answers.front()->series, has_numbers)) return std::nullopt;
  return join(answers.front()->warnings, "; ");
}

void forget_window(std::vector<Reply>& replies) {
  for (Reply& reply : replies) {
    std::erase_if(reply.pieces, [](const Piece& piece) { return piece.from >= 1; });
  }
}

std::optional<Error> first_error(const std::vector<Reply>& replies) {
  for (const Reply& reply : replies) {
    if (reply.error) return reply.error;
  }
  return std::nullopt;
}

std::int64_t points_in(std::span<const Reply> replies) {
  std::int64_t points = 0;
  for (const Reply& reply : replies) {
    for (const Piece& piece : reply.pieces) {
      for (const Series& series : piece.series) {
        points += std::ranges::count_if(series.values, [](double v) { return !std::isnan(v); });
      }
    }
  }
  return points;
}

}  // namespace canarygate::gate
