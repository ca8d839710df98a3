#include "checks/metrics/datadog.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "checks/duration.h"
#include "checks/http/auth.h"
#include "checks/http/datadog.h"
#include "checks/http/url.h"
#include "checks/http/web_page.h"
#include "checks/metrics/assembly.h"
#include "checks/metrics/datadog_reply.h"
#include "checks/metrics/datadog_request.h"
#include "checks/metrics/host_label.h"
#include "checks/metrics/probe.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using datadog::Api;
using datadog::Buckets;
using datadog::Piece;
using datadog::Reply;

constexpr Duration kScrapeInterval = std::chrono::seconds(15);
/// From the agent to where queries find it.
constexpr Duration kIngestion = std::chrono::seconds(45);
/// Points that are asked for at once: Datadog gives 1500 at most, and gave 350 before. When it
/// answers with longer buckets than asked, the same is asked again in shorter pieces.
constexpr std::array<std::int64_t, 2> kMostPoints = {1200, 300};

/// One query, and what is known of its answer so far.
class Asking {
 public:
  Asking(const RangeQuery& asked, std::string host_label)
      : text_(asked.text),
        host_label_(std::move(host_label)),
        buckets_(datadog::buckets_of(asked.grid)),
        assembly_(buckets_.count) {
    if (asked.grid.step % std::chrono::seconds(1) != Duration(0)) {
      fail_with({ErrorKind::definition,
                 fmt::format("Datadog has steps of whole seconds, and {} is none",
                             format_duration(asked.grid.step)),
                 false});
      return;
    }
    auto query = datadog::roll_up(asked.text, asked.grid.step);
    if (!query) {
      fail_with({ErrorKind::definition,
                 fmt::format("column {} of the query: {}: {}", query.error().column,
                             query.error().text, shown()),
                 false});
      return;
    }
    query_ = std::move(*query);
    for (const std::string& warning : query_.warnings) assembly_.warn(warning);
  }

  [[nodiscard]] const datadog::Query& query() const { return query_; }
  [[nodiscard]] Piece whole() const { return {0, buckets_}; }
  [[nodiscard]] bool failed() const { return assembly_.refused(); }
  /// The query as it is sent, fit for a message.
  [[nodiscard]] std::string shown() const {
    return printable(shorten(query_.text.empty() ? text_ : query_.text, 1000));
  }

  /// The first error stands.
  void fail_with(Error error) { assembly_.refuse(std::move(error)); }

  /// Adds a piece's rows. False when a series is in it twice, or when all answers together have
  /// become too large.
  bool add(const Reply& reply, const Piece& piece, std::size_t& numbers) {
    if (assembly_.add(reply.rows, piece.offset, numbers)) return false;
    for (const std::string& note : reply.notes) assembly_.warn(note);
    return true;
  }

  [[nodiscard]] Result<QueryAnswer> finish(const std::string& server) {
    auto answer = assembly_.finish();
    if (!answer) return answer;
    for (Series& series : answer->series) {
      const auto host = series.labels.find(host_label_);
      if (host != series.labels.end()) host->second = spelt(host->second);
    }
    const Status named = name_hosts(*answer, host_label_, server);
    if (!named) return unexpected(named.error());
    return answer;
  }

 private:
  /// Datadog's tags are in lower case. A host that the query names is called as it stands there,
  /// any other in lower case.
  [[nodiscard]] std::string spelt(const std::string& host) const {
    constexpr std::string_view kEnds = " ,(){}:";
    std::string lower = to_lower(host);
    const std::string text = to_lower(text_);
    for (std::size_t at = 0; (at = text.find(lower, at)) != std::string::npos; ++at) {
      const std::size_t end = at + lower.size();
      const bool whole = at > 0 && kEnds.find(text[at - 1]) != std::string_view::npos &&
                         end < text.size() && kEnds.find(text[end]) != std::string_view::npos;
      if (whole) return text_.substr(at, lower.size());
    }
    return lower;
  }

  std::string text_;
  std::string host_label_;
  Buckets buckets_;
  datadog::Query query_;
  Assembly assembly_;
};

/// A request, and whose answer it is a piece of.
struct Part {
  std::size_t query = 0;
  Piece piece;
};

class Datadog : public MetricsBackend {
 public:
  Datadog(Config config, std::string url, const Ports& ports)
      : config_(std::move(config)),
        ports_(ports),
        url_(std::move(url)),
        server_(host_of(url_)),
        api_(config_.get<std::string>("api", "v1") == "v2" ? Api::v2 : Api::v1) {}

  [[nodiscard]] std::vector<Result<QueryAnswer>> fetch(std::span<const RangeQuery> queries,
                                                       Duration patience) override {
    const Duration deadline = ports_.clock.elapsed() + patience;
    const auto headers = datadog::key_headers(config_, ports_);
    if (!headers) {
      return std::vector<Result<QueryAnswer>>(queries.size(), unexpected(headers.error()));
    }
    std::vector<Asking> asking;
    std::vector<Part> open;
    for (const RangeQuery& query : queries) {
      asking.emplace_back(query,
                          query.host_label.empty() ? default_host_label() : query.host_label);
      if (!asking.back().failed()) open.push_back({asking.size() - 1, asking.back().whole()});
    }
    std::size_t numbers = 0;
    for (const std::int64_t most : kMostPoints) {
      open = ask(split(open, most), asking, *headers, deadline, numbers);
    }
    std::vector<Result<QueryAnswer>> results;
    for (Asking& one : asking) results.push_back(one.finish(server_));
    return results;
  }

  [[nodiscard]] Result<std::string> probe(const Probe& probe) override {
    return probe_by_query(*this, "avg:datadog.agent.running{*} by {host}", probe);
  }

  [[nodiscard]] QueryDialect dialect() const override { return QueryDialect::datadog; }
  [[nodiscard]] std::string default_host_label() const override { return "host"; }
  [[nodiscard]] Duration settle() const override { return scrape_interval() + kIngestion; }
  [[nodiscard]] Duration scrape_interval() const override {
    return config_.get("scrape_interval", kScrapeInterval);
  }

 private:
  static std::vector<Part> split(const std::vector<Part>& parts, std::int64_t most) {
    std::vector<Part> pieces;
    for (const Part& part : parts) {
      for (const Piece& piece : datadog::split_piece(part.piece, most)) {
        pieces.push_back({part.query, piece});
      }
    }
    return pieces;
  }

  /// Asks for all `parts` at the same time. Gives back those that were answered with longer buckets
  /// and are worth asking for again in pieces.
  std::vector<Part> ask(const std::vector<Part>& parts, std::vector<Asking>& asking,
                        const Headers& headers, Duration deadline, std::size_t& numbers) const {
    std::vector<Part> sent;
    std::vector<HttpRequest> requests;
    for (const Part& part : parts) {
      Asking& one = asking[part.query];
      if (one.failed()) continue;
      auto request = datadog::request_for(api_, one.query(), part.piece.buckets);
      if (!request) {
        one.fail_with({ErrorKind::definition, request.error(), false});
        continue;
      }
      request->url = join_url(url_, request->url);
      complete(*request, config_, headers);
      requests.push_back(std::move(*request));
      sent.push_back(part);
    }
    std::vector<Part> again;
    if (requests.empty()) return again;
    const Duration left = std::max(Duration(0), deadline - ports_.clock.elapsed());
    const auto answers = ports_.http.send_all(requests, left);
    for (std::size_t i = 0; i < sent.size(); ++i) {
      Asking& one = asking[sent[i].query];
      const auto reply = answers[i] ? read(*answers[i], sent[i], one)
                                    : Result<Reply>(unexpected(answers[i].error()));
      if (!reply) {
        one.fail_with(reply.error());
      } else if (reply->widened) {
        again.push_back(sent[i]);
      } else if (!one.add(*reply, sent[i].piece, numbers)) {
        one.fail_with({ErrorKind::backend,
                       fmt::format("{} sent the same series twice, or more series than canarygate "
                                   "takes; ask one query by host: {}",
                                   server_, one.shown()),
                       false});
      }
    }
    return again;
  }

  /// The reply, or the error that it stands for.
  [[nodiscard]] Result<Reply> read(const HttpResponse& response, const Part& part,
                                   const Asking& one) const {
    if (response.status != 200 || is_web_page(response)) {
      const std::string text = datadog::explain_refusal(
          response, {server_, "timeseries_query", "the query " + one.shown()}, config_,
          ports_.clock.now());
      return unexpected(Error{ErrorKind::backend, text, response.status >= 500});
    }
    auto reply = datadog::parse_reply(api_, response.body, part.piece.buckets);
    if (!reply) {
      return fail(ErrorKind::backend,
                  fmt::format("{} did not answer as Datadog does: {}. Check `site` or `url` and "
                              "what stands in between",
                              server_, reply.error()));
    }
    if (!reply->error.empty()) {
      return fail(ErrorKind::backend,
                  fmt::format("{} could not answer the query: {}. Correct it: {}", server_,
                              reply->error, one.shown()));
    }
    if (!reply->incomplete.empty()) {
      return fail(ErrorKind::backend,
                  fmt::format("{} has answered a part of the query only: {}. Ask for fewer series; "
                              "nothing is judged on a part: {}",
                              server_, reply->incomplete, one.shown()));
    }
    if (reply->widened && part.piece.buckets.count <= kMostPoints.back()) {
      return fail(
          ErrorKind::backend,
          fmt::format("{} answers every {} though every {} was asked for: it has this metric no "
                      "finer, or not any more. Make `step` {}: {}",
                      server_, format_duration(*reply->widened),
                      format_duration(part.piece.buckets.length), format_duration(*reply->widened),
                      one.shown()));
    }
    return std::move(*reply);
  }

  Config config_;
  Ports ports_;
  std::string url_;
  std::string server_;
  Api api_;
};

Result<std::unique_ptr<MetricsBackend>> make(const Config& config, const Ports& ports) {
  auto url = datadog::base_url(config);
  if (!url) return unexpected(url.error());
  if (const auto fault = scrape_interval_fault(config)) return fail(ErrorKind::definition, *fault);
  return std::unique_ptr<MetricsBackend>(std::make_unique<Datadog>(config, std::move(*url), ports));
}

std::vector<Key> keys() {
  std::vector<Key> keys = datadog::connection_keys();
  keys.push_back({"api",
                  KeyKind::choice,
                  false,
                  "v1, or v2 where a query is too long for a URL (v1)",
                  {"v1", "v2"}});
  keys.push_back({"scrape_interval", KeyKind::duration, false,
                  "how often the agent sends a metric; of the slowest (15s)"});
  return keys;
}

}  // namespace

BackendType datadog_backend() {
  return {"datadog", "Datadog's metrics", keys(), &make, &datadog::fault_in};
}

}  // namespace canarygate
