#include "checks/metrics/graphite.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "checks/http/auth.h"
#include "checks/metrics/graphite_answer.h"
#include "checks/metrics/graphite_frontends.h"
#include "checks/metrics/graphite_request.h"
#include "checks/metrics/graphite_target.h"
#include "checks/metrics/probe.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using graphite::AnsweredPiece;
using graphite::Question;

constexpr Duration kFlush = std::chrono::seconds(10);

/// A question, and whose answer it is a piece of.
struct Part {
  std::size_t query = 0;
  graphite::Piece piece;
};

/// What is known of one query before the answers are put together.
struct Progress {
  std::optional<Error> error;
  std::vector<AnsweredPiece> pieces;
};

class Graphite : public MetricsBackend {
 public:
  Graphite(const Config& config, const std::vector<std::string>& servers, const Ports& ports)
      : config_(config), ports_(ports), frontends_(servers, describe_credentials(config)) {}

  [[nodiscard]] std::vector<Result<QueryAnswer>> fetch(std::span<const RangeQuery> queries,
                                                       Duration patience) override {
    const auto headers = request_headers(config_, ports_);
    if (!headers) {
      return std::vector<Result<QueryAnswer>>(queries.size(), unexpected(headers.error()));
    }
    std::vector<Progress> progress(queries.size());
    std::vector<Part> parts;
    std::vector<Question> questions;
    for (std::size_t q = 0; q < queries.size(); ++q) {
      const RangeQuery& query = queries[q];
      if (const auto fault = graphite::fault_in_target(query.text)) {
        progress[q].error = unreadable(query, *fault);
        continue;
      }
      for (const auto& piece :
           graphite::split_grid(query.grid, ports_.clock.now(), scrape_interval())) {
        parts.push_back({q, piece});
        questions.push_back(
            {query.text, piece.grid, query.counts, request_for(query.text, piece.grid, *headers)});
      }
    }
    auto answers = frontends_.ask(ports_.http, ports_.clock, questions, patience);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      Progress& one = progress[parts[i].query];
      if (answers[i]) {
        one.pieces.push_back({parts[i].piece, std::move(*answers[i])});
      } else if (!one.error) {
        one.error = answers[i].error();
      }
    }
    learn_archives(queries, progress);
    return finish(queries, progress);
  }

  [[nodiscard]] Result<std::string> probe(const Probe& probe) override {
    return probe_by_query(*this, "canarygate.doctor", probe);
  }

  [[nodiscard]] QueryDialect dialect() const override { return QueryDialect::graphite; }
  [[nodiscard]] std::string default_host_label() const override { return graphite::kNameLabel; }
  // What is written at the very end of a bucket takes one flush to arrive.
  [[nodiscard]] Duration settle() const override { return scrape_interval(); }
  [[nodiscard]] Duration scrape_interval() const override {
    return config_.get("scrape_interval", kFlush);
  }

 private:
  static Error unreadable(const RangeQuery& query, const QueryFault& fault) {
    return {ErrorKind::definition,
            fmt::format("column {} of the query: {}: {}", fault.column, fault.text,
                        printable(shorten(query.text, 300))),
            false};
  }

  [[nodiscard]] HttpRequest request_for(const std::string& target, const Grid& grid,
                                        const Headers& headers) const {
    HttpRequest request = graphite::render_request(target, grid);
    complete(request, config_, headers);
    return request;
  }

  /// All stretches of one target come from the same archive, so they are looked at together.
  void learn_archives(std::span<const RangeQuery> queries, std::vector<Progress>& progress) {
    std::map<std::string, std::vector<std::size_t>> by_target;
    for (std::size_t q = 0; q < queries.size(); ++q) by_target[queries[q].text].push_back(q);
    for (const auto& [target, indices] : by_target) {
      const auto newest = std::ranges::max_element(indices, {}, [&](std::size_t q) {
        const bool has_data = std::ranges::any_of(progress[q].pieces, [](const AnsweredPiece& one) {
          return one.taken.reply.step > Duration(0);
        });
        return has_data ? queries[q].grid.end() : TimePoint::min();
      });
      const Status learnt = archives_.learn(target, progress[*newest].pieces);
      for (const std::size_t q : indices) {
        if (!learnt && !progress[q].error) progress[q].error = learnt.error();
      }
    }
  }

  [[nodiscard]] std::vector<Result<QueryAnswer>> finish(std::span<const RangeQuery> queries,
                                                        std::vector<Progress>& progress) const {
    std::vector<Result<QueryAnswer>> results;
    for (std::size_t q = 0; q < queries.size(); ++q) {
      if (progress[q].error) {
        results.emplace_back(unexpected(*progress[q].error));
        continue;
      }
      RangeQuery query = queries[q];
      if (query.host_label.empty()) query.host_label = default_host_label();
      auto answer = graphite::put_together(query, std::move(progress[q].pieces),
                                           archives_.step_of(query.text));
      if (answer) warn_of_repeating(query, *answer);
      results.push_back(std::move(answer));
    }
    return results;
  }

  /// Functions that give a host numbers which it never sent.
  static void warn_of_repeating(const RangeQuery& query, QueryAnswer& answer) {
    const auto calls = graphite::parse_target(query.text);
    if (!calls) return;
    for (const graphite::Call& call : *calls) {
      const bool repeats = (call.function == "keepLastValue" || call.function == "interpolate") &&
                           call.arguments < 2;
      // Where events are counted no events are 0, and a host without a `total` has no traffic.
      const bool replaces = call.function == "transformNull" && !query.counts;
      if (!repeats && !replaces) continue;
      answer.warnings.push_back(
          fmt::format("{} gives numbers to a host that sends none any more, so one that died may "
                      "look alive: {}",
                      call.function, printable(shorten(query.text, 300))));
    }
  }

  Config config_;
  Ports ports_;
  graphite::Frontends frontends_;
  graphite::Archives archives_;
};

Result<std::unique_ptr<MetricsBackend>> make(const Config& config, const Ports& ports) {
  const auto servers = config.get<std::vector<std::string>>("urls");
  if (servers.empty() || servers.size() > 2) {
    return fail(ErrorKind::definition,
                fmt::format("a backend of type graphite needs `urls` with one frontend, or with "
                            "the two of a redundant pair; it has {}",
                            servers.size()));
  }
  if (const auto fault = scrape_interval_fault(config)) return fail(ErrorKind::definition, *fault);
  return std::unique_ptr<MetricsBackend>(std::make_unique<Graphite>(config, servers, ports));
}

}  // namespace

BackendType graphite_backend() {
  std::vector<Key> keys = {
      {"urls", KeyKind::url_list, true,
       "one frontend, or the two of a redundant pair: both are asked, the fuller answer counts"},
      {"scrape_interval", KeyKind::duration, false,
       "step of the finest archive, which is how often numbers are sent (10s)"},
  };
  for (Key& key : connection_keys()) keys.push_back(std::move(key));
  BackendType type{"graphite",
                   "Graphite, and what speaks its Render API: VictoriaMetrics, carbonapi",
                   std::move(keys), &make};
  type.fault_in = &graphite::fault_in_target;
  type.scrape_interval = kFlush;
  return type;
}

}  // namespace canarygate
