#include "checks/metrics/scrape.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include "checks/duration.h"
#include "checks/http/auth.h"
#include "checks/metrics/host_label.h"
#include "checks/metrics/scrape_settings.h"
#include "checks/metrics/scrape_targets.h"
#include "checks/promql/evaluate.h"
#include "checks/promql/parse.h"
#include "checks/scrape/exposition.h"
#include "checks/scrape/store.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using scrape::Selector;
using scrape::Settings;
using scrape::Target;

// A secret that was rotated is looked up again, but not for each scrape that it is refused for.
constexpr Duration kBetweenSecrets = std::chrono::seconds(10);
constexpr std::size_t kMostBody = 32U << 20U;
constexpr std::string_view kAccept =
    "application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

/// The same for equal selectors.
std::string key_of(const Selector& selector) {
  std::string key;
  for (const promql::Matcher& matcher : selector) {
    key += fmt::format("{}:{}{}{}:{}", matcher.label.size(), matcher.label,
                       static_cast<int>(matcher.op), matcher.value.size(), matcher.value);
  }
  return key;
}

Result<promql::Query> understand(const std::string& text) {
  auto query = promql::parse(text);
  if (query) return std::move(*query);
  return fail(ErrorKind::definition,
              fmt::format("column {}: {}: {}", query.error().column, query.error().text,
                          printable(shorten(text, 300))));
}

class Scrape : public MetricsBackend {
 public:
  Scrape(Config config, Settings settings, const Ports& ports)
      : config_(std::move(config)),
        settings_(std::move(settings)),
        ports_(ports),
        store_(settings_.labels) {}

  [[nodiscard]] std::vector<Result<QueryAnswer>> fetch(std::span<const RangeQuery> queries,
                                                       Duration /*patience*/) override {
    std::vector<Result<QueryAnswer>> answers;
    for (const RangeQuery& query : queries) answers.push_back(answer_to(query));
    return answers;
  }

  [[nodiscard]] QueryDialect dialect() const override { return QueryDialect::promql; }
  [[nodiscard]] std::string default_host_label() const override { return "instance"; }
  // A sample is stored at the moment its scrape began, and is there when the scrape is done.
  [[nodiscard]] Duration settle() const override { return Duration(0); }
  [[nodiscard]] Duration scrape_interval() const override { return settings_.interval; }

  Status watch(const Hosts& hosts, std::span<const std::string> queries) override {
    std::vector<Selector> selectors;
    std::set<std::string> watched;
    for (const std::string& text : queries) {
      const auto query = understand(text);
      if (!query) return unexpected(query.error());
      for (Selector& selector : query->selectors()) {
        if (watched.insert(key_of(selector)).second) selectors.push_back(std::move(selector));
      }
    }
    Status known = set_targets(hosts);
    if (!known) return known;
    watched_ = std::move(watched);
    std::vector<std::string> names;
    for (const Target& target : targets_) names.push_back(target.host);
    store_.watch(names, std::move(selectors));
    if (!start_ && !targets_.empty()) start_ = ports_.clock.elapsed();
    return look_up_headers();
  }

  std::optional<TimePoint> collect(Duration patience) override {
    if (targets_.empty() || !start_) return std::nullopt;
    const std::int64_t tick = (ports_.clock.elapsed() - *start_) / settings_.interval;
    if (tick > last_tick_) {
      missed_ += tick - last_tick_ - 1;
      last_tick_ = tick;
      scrape_all(patience);
    }
    return ports_.clock.now() + until_tick(last_tick_ + 1);
  }

  [[nodiscard]] std::optional<TimePoint> past_begins() const override {
    if (!first_scrape_) return ports_.clock.now();
    return std::max(*first_scrape_, store_.cut().value_or(*first_scrape_));
  }

  [[nodiscard]] std::vector<Stopped> stopped(Duration quiet) const override {
    std::vector<Stopped> stopped;
    for (const Target& target : targets_) {
      if (target.failed_last < 2) continue;
      const auto answered = scrape::last_answer(target);
      const Duration silence = answered ? ports_.clock.now() - *answered : Duration::max();
      if (silence < std::max(quiet, 2 * settings_.interval)) continue;
      stopped.push_back({target.host, answered, target.failed_last, target.last_failure});
    }
    return stopped;
  }

  [[nodiscard]] std::vector<std::string> remarks() const override {
    std::vector<std::string> remarks = scrape::remarks_on(targets_);
    if (missed_ > 0) {
      remarks.push_back(fmt::format(
          "{} of {} rounds of scrapes were left out, because canarygate or this machine was busy; "
          "a longer `scrape_interval` costs less",
          missed_, last_tick_ + 1));
    }
    return remarks;
  }

 private:
  [[nodiscard]] Duration until_tick(std::int64_t tick) const {
    return *start_ + tick * settings_.interval - ports_.clock.elapsed();
  }

  Status set_targets(const Hosts& hosts) {
    std::vector<Target> targets;
    for (const auto* group : {&hosts.canary, &hosts.baseline}) {
      for (const Host& host : *group) {
        auto target = scrape::make_target(host.name, settings_.endpoint);
        if (!target) return unexpected(target.error());
        const auto before = std::ranges::find(targets_, target->host, &Target::host);
        targets.push_back(before == targets_.end() ? std::move(*target) : *before);
      }
    }
    targets_ = std::move(targets);
    return Done{};
  }

  Status look_up_headers() {
    auto headers = request_headers(config_, ports_);
    looked_up_ = ports_.clock.elapsed();
    if (!headers) {
      no_headers_ = headers.error();
      return unexpected(headers.error());
    }
    no_headers_.reset();
    headers_ = {{"Accept", std::string(kAccept)}};
    headers_.insert(headers_.end(), headers->begin(), headers->end());
    return Done{};
  }

  void scrape_all(Duration patience) {
    if (was_refused_ && ports_.clock.elapsed() - looked_up_ >= kBetweenSecrets) {
      // What went wrong is kept for fetch(), which fails with it.
      static_cast<void>(look_up_headers());
    }
    was_refused_ = false;
    std::vector<HttpRequest> requests;
    requests.reserve(targets_.size());
    const Duration timeout = timeout_now();
    for (const Target& target : targets_) requests.push_back(request_for(target, timeout));
    const TimePoint begun = ports_.clock.now();
    const auto answers = ports_.http.send_all(requests, patience);
    for (std::size_t i = 0; i < answers.size(); ++i) take(targets_[i], answers[i], begun);
    if (!first_scrape_) first_scrape_ = begun;
  }

  /// A late tick ends with its own interval, so that a host that hangs does not push the raster
  /// along; but no host is hurried to less than half of what it may take.
  [[nodiscard]] Duration timeout_now() const {
    return std::clamp(until_tick(last_tick_ + 1), settings_.timeout / 2, settings_.timeout);
  }

  [[nodiscard]] HttpRequest request_for(const Target& target, Duration timeout) const {
    HttpRequest request;
    request.url = target.url;
    request.headers = headers_;
    request.timeout = timeout;
    request.max_body = kMostBody;
    request.only_once = true;
    request.direct = true;
    request.ca_file = config_.get<std::string>("ca");
    return request;
  }

  void take(Target& target, const Result<HttpResponse>& answer, TimePoint begun) {
    // The time ran out for us, which says nothing about the host.
    const bool cut_short = !answer && (answer.error().kind == ErrorKind::interrupted ||
                                       answer.error().kind == ErrorKind::timeout);
    if (cut_short) {
      if (target.last_failure.empty()) target.last_failure = failure_text(target, answer.error());
      return;
    }
    ++target.scrapes;
    std::string failure = answer ? failure_text(target, *answer, settings_.endpoint.path)
                                 : failure_text(target, answer.error());
    if (answer && failure.empty()) {
      failure = take_exposition(target, *answer, begun);
    } else {
      store_.add_failure(target.host, begun);
    }
    scrape::note_attendance(target, begun, failure.empty());
    if (answer && (answer->status == 401 || answer->status == 403)) was_refused_ = true;
    if (failure.empty()) return;
    ++target.failures;
    target.last_failure = std::move(failure);
  }

  /// Why it could not be taken; "" when it was.
  std::string take_exposition(Target& target, const HttpResponse& response, TimePoint begun) {
    const auto format = scrape::format_of(response.header("content-type"));
    if (!format) {
      store_.add_failure(target.host, begun);
      return fmt::format("{} {}", target.address, format.error());
    }
    const auto taken = store_.add(target.host, {begun, response.took, response.body, *format});
    if (!taken) {
      return fmt::format("{}{}: {}", target.address, settings_.endpoint.path, taken.error());
    }
    if (taken->repeated > 0) {
      target.repeated = taken->repeated;
      target.repeated_name = taken->repeated_name;
    }
    return "";
  }

  [[nodiscard]] Result<QueryAnswer> answer_to(const RangeQuery& asked) const {
    if (no_headers_) return unexpected(*no_headers_);
    const auto query = understand(asked.text);
    if (!query) return unexpected(query.error());
    const std::vector<Selector> selectors = query->selectors();
    for (const Selector& selector : selectors) {
      if (watched_.contains(key_of(selector))) continue;
      return fail(ErrorKind::backend, "nothing was kept for this query, as it was not watched: " +
                                          printable(shorten(asked.text, 300)));
    }
    if (store_.overflow()) return fail(ErrorKind::backend, *store_.overflow());
    const bool any_answered = std::ranges::any_of(
        targets_, [](const Target& target) { return target.scrapes > target.failures; });
    if (!any_answered) return fail(ErrorKind::backend, scrape::none_answered(targets_));

    const Duration lookback = std::max(asked.grid.step, 2 * settings_.interval);
    const auto evaluated = promql::evaluate(*query, store_, asked.grid, lookback);
    if (!evaluated) {
      return fail(ErrorKind::backend,
                  fmt::format("{}: {}", evaluated.error(), printable(shorten(asked.text, 300))));
    }
    QueryAnswer answer;
    for (const promql::EvaluatedSeries& series : *evaluated) {
      answer.series.push_back(on_grid(series, asked.grid));
    }
    answer.warnings = warnings_for(asked.grid);
    if (answer.series.empty()) {
      const auto why = scrape::explain_nothing(selectors, store_);
      answer.warnings.insert(answer.warnings.end(), why.begin(), why.end());
    }
    const std::string& label = asked.host_label;
    const Status named = name_hosts(answer, label.empty() ? default_host_label() : label,
                                    "the hosts that are scraped");
    if (!named) return unexpected(named.error());
    leave_out_absence(answer, asked.grid, lookback);
    return answer;
  }

  /// Nothing is a host's number while it does not answer.
  void leave_out_absence(QueryAnswer& answer, const Grid& grid, Duration lookback) const {
    for (Series& series : answer.series) {
      const auto target = std::ranges::find(targets_, series.host, &Target::host);
      if (target == targets_.end()) continue;
      for (std::int64_t i = 1; i <= grid.points; ++i) {
        if (scrape::was_there(*target, grid.at(i), lookback)) continue;
        series.values[static_cast<std::size_t>(i - 1)] = kMissing;
      }
    }
  }

  static Series on_grid(const promql::EvaluatedSeries& evaluated, const Grid& grid) {
    Series series;
    series.labels = evaluated.labels;
    series.values.assign(static_cast<std::size_t>(grid.points), kMissing);
    for (const promql::Sample& point : evaluated.points) {
      const Duration since_start = TimePoint(Duration(point.time)) - grid.start;
      const auto index = static_cast<std::size_t>(since_start / grid.step - 1);
      if (std::isfinite(point.value)) series.values.at(index) = point.value;
    }
    return series;
  }

  [[nodiscard]] std::vector<std::string> warnings_for(const Grid& grid) const {
    std::vector<std::string> warnings;
    if (store_.cut() && grid.start < *store_.cut()) {
      warnings.push_back(fmt::format(
          "what was scraped before {} is not kept any more; let the queries read fewer series, or "
          "lengthen `scrape_interval`",
          format_time_of_day(*store_.cut())));
    }
    return warnings;
  }

  Config config_;
  Settings settings_;
  Ports ports_;
  scrape::Store store_;
  std::vector<Target> targets_;    // canary, then baseline
  std::set<std::string> watched_;  // keys of the selectors
  Headers headers_;
  std::optional<Error> no_headers_;
  Duration looked_up_{0};          // the headers, by Clock::elapsed()
  bool was_refused_ = false;       // by a host in the latest round, for its credentials
  std::optional<Duration> start_;  // of the raster, by Clock::elapsed()
  std::int64_t last_tick_ = -1;
  std::int64_t missed_ = 0;
  std::optional<TimePoint> first_scrape_;
};

Result<std::unique_ptr<MetricsBackend>> make(const Config& config, const Ports& ports) {
  auto settings = scrape::read_settings(config);
  if (!settings) return unexpected(settings.error());
  return std::unique_ptr<MetricsBackend>(
      std::make_unique<Scrape>(config, std::move(*settings), ports));
}

std::optional<QueryFault> fault_in(const std::string& query) {
  auto parsed = promql::parse(query);
  if (parsed) return std::nullopt;
  return QueryFault{parsed.error().column, std::move(parsed.error().text)};
}

}  // namespace

BackendType scrape_backend() {
  return {"scrape",
          "the hosts' own Prometheus or OpenMetrics endpoints, without any server in between",
          scrape::setting_keys(),
          &make,
          &fault_in,
          true,
          scrape::kDefaultInterval};
}

}  // namespace canarygate
