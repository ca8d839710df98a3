/// Datadog's events, version 1: https://docs.datadoghq.com/api/latest/events/
///
/// Reading takes an application key, which a `notify` entry has not: a backend's keys are used.
#include <fmt/format.h>

#include "checks/http/datadog.h"
#include "checks/http/url.h"
#include "checks/http/web_page.h"
#include "checks/text.h"
#include "pipelines/deploys/event_sources.h"
#include "pipelines/notify/notifiers.h"

namespace canarygate::deploys {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostAtOnce = 1000;  ///< of a page
constexpr auto kLongestPiece = std::chrono::hours(24 * 30);

std::optional<Event> event_of(const Json& object) {
  const auto time = time_in(object, "date_happened", std::chrono::seconds(1));
  const auto title = text_in(object, "title");
  const auto text = text_in(object, "text");
  const auto tags = texts_in(object, "tags");
  if (!time || !title || !text || !tags) return std::nullopt;
  Event event{*time, *title + "\n" + *text, {}};
  for (const std::string& tag : *tags) event.tags.push_back(to_lower(tag));
  return event;
}

class DatadogEvents : public EventSource {
 public:
  DatadogEvents(Config config, const Ports& ports) : config_(std::move(config)), ports_(ports) {}

  [[nodiscard]] std::string kept(const std::string& tag) const override { return to_lower(tag); }

  [[nodiscard]] std::vector<Piece> cut(const Piece& whole) const override {
    std::vector<Piece> pieces;
    TimePoint from = whole.from;
    for (; whole.to - from > kLongestPiece; from += kLongestPiece) {
      pieces.push_back({whole.tags, from, from + kLongestPiece, 0});
    }
    pieces.push_back({whole.tags, from, whole.to, 0});
    return pieces;
  }

  [[nodiscard]] Result<HttpRequest> request(const Piece& piece) const override {
    const auto base = datadog::base_url(config_);
    if (!base) return unexpected(base.error());
    auto headers = datadog::key_headers(config_, ports_);
    if (!headers) return unexpected(headers.error());
    // Aggregated, our verdict would stand for our start, and pages would not be allowed.
    const Parameters parameters{{"start", std::to_string(notify::seconds_of(piece.from))},
                                {"end", std::to_string(notify::seconds_of(piece.to) + 1)},
                                {"tags", join(piece.tags, ",")},
                                {"unaggregated", "true"},
                                {"exclude_aggregate", "true"},
                                {"page", std::to_string(piece.page)}};
    HttpRequest request;
    request.url = join_url(*base, "/api/v1/events?" + form_encode(parameters));
    complete(request, config_, *headers);
    return request;
  }

  [[nodiscard]] Result<std::vector<Event>> read(const Piece& piece,
                                                const HttpResponse& response) const override {
    const auto base = datadog::base_url(config_);
    const std::string host = base ? host_of(*base) : "";
    if (response.status != 200 || is_web_page(response)) {
      return fail(
          ErrorKind::backend,
          datadog::explain_refusal(response, {host, "events_read", described(piece, "events")},
                                   config_, ports_.clock.now()));
    }
    const HttpRefusal refusal{host, "Datadog", "", "", "", "", "`site` or `url`", ""};
    const Json answer = Json::parse(response.body, nullptr, false);
    const bool has_list = answer.is_object() && answer.contains("events");
    return read_list(has_list ? answer["events"] : Json(), event_of, refusal);
  }

  [[nodiscard]] Result<std::vector<Piece>> rest(const Piece& piece,
                                                std::size_t count) const override {
    if (count < kMostAtOnce) return std::vector<Piece>();
    Piece next = piece;
    ++next.page;
    return std::vector<Piece>{next};
  }

 private:
  Config config_;
  Ports ports_;
};

}  // namespace

Result<Sources> make_datadog_events(const EnvironmentDefinition& environment, const Ports& ports) {
  Sources sources;
  for (const auto& [name, backend] : environment.backends) {
    if (backend.type != "datadog") continue;
    sources.push_back(std::make_unique<DatadogEvents>(backend.config, ports));
  }
  if (sources.empty()) {
    return fail(
        ErrorKind::usage,
        fmt::format("{} has no backend of type datadog, whose keys would be sent: reading "
                    "events takes an `app_key`, which a `notify` entry has not",
                    environment.file.empty() ? "canarygate.yaml" : printable(environment.file)));
  }
  return sources;
}

}  // namespace canarygate::deploys
