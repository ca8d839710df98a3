/// Grafana's annotations: https://grafana.com/docs/grafana/latest/developers/http_api/annotations/
#include <fmt/format.h>

#include "checks/duration.h"
#include "checks/http/auth.h"
#include "checks/http/url.h"
#include "checks/http/web_page.h"
#include "checks/text.h"
#include "pipelines/deploys/event_sources.h"

namespace canarygate::deploys {

namespace {

using Json = nlohmann::json;

/// Grafana's own default is 100, and it does not say when it left something out.
constexpr std::size_t kMostAtOnce = 1000;

std::int64_t milliseconds_of(TimePoint time) { return time.time_since_epoch().count(); }

/// Grafana shows it as HTML.
std::string without_markup(std::string_view text) {
  std::string plain;
  bool inside = false;
  for (const char c : text) {
    if (c == '<' || c == '>') {
      inside = c == '<';
    } else if (!inside) {
      plain += c;
    }
  }
  return plain;
}

std::optional<Event> event_of(const Json& object) {
  const auto time = time_in(object, "time", Duration(1));
  const auto text = text_in(object, "text");
  const auto tags = texts_in(object, "tags");
  if (!time || !text || !tags) return std::nullopt;
  return Event{*time, without_markup(*text), *tags};
}

/// Its `message`.
std::string said_in(const std::string& body) {
  const Json answer = Json::parse(body, nullptr, false);
  return answer.is_object() ? text_in(answer, "message").value_or("") : "";
}

class GrafanaAnnotations : public EventSource {
 public:
  GrafanaAnnotations(Config config, const Ports& ports)
      : config_(std::move(config)), ports_(ports) {}

  [[nodiscard]] Result<HttpRequest> request(const Piece& piece) const override {
    Parameters parameters{{"from", std::to_string(milliseconds_of(piece.from))},
                          {"to", std::to_string(milliseconds_of(piece.to))},
                          {"type", "annotation"},
                          {"matchAny", "false"},
                          {"limit", std::to_string(kMostAtOnce)}};
    for (const std::string& tag : piece.tags) parameters.emplace_back("tags", tag);
    return get_request(
        config_, ports_,
        join_url(config_.get<std::string>("url"), "/api/annotations?" + form_encode(parameters)));
  }

  [[nodiscard]] Result<std::vector<Event>> read(const Piece& piece,
                                                const HttpResponse& response) const override {
    std::string credentials = describe_credentials(config_);
    if (!credentials.empty()) credentials += ", which must be allowed `annotations:read`";
    const HttpRefusal refusal{host_of(config_.get<std::string>("url")),
                              "Grafana",
                              said_in(response.body),
                              described(piece, "annotations"),
                              credentials,
                              "Give the `notify` entry an `auth`: a service account's token that "
                              "may read annotations",
                              "`url`"};
    if (response.status != 200 || is_web_page(response)) {
      return unexpected(explain_status(response, refusal));
    }
    return read_list(Json::parse(response.body, nullptr, false), event_of, refusal);
  }

  /// Both halves, where there may be more than were sent.
  [[nodiscard]] Result<std::vector<Piece>> rest(const Piece& piece,
                                                std::size_t count) const override {
    if (count < kMostAtOnce) return std::vector<Piece>();
    if (piece.from >= piece.to) {
      return fail(ErrorKind::backend,
                  fmt::format("{} has {} or more annotations with the tags {} at {}; name a tag "
                              "that only deploys carry",
                              host_of(config_.get<std::string>("url")), kMostAtOnce,
                              printable(list_of(piece.tags)), format_time(piece.from)));
    }
    const TimePoint middle = piece.from + (piece.to - piece.from) / 2;
    return std::vector<Piece>{{piece.tags, piece.from, middle, 0},
                              {piece.tags, middle + Duration(1), piece.to, 0}};
  }

 private:
  Config config_;
  Ports ports_;
};

}  // namespace

Result<Sources> make_grafana_annotations(const EnvironmentDefinition& environment,
                                         const Ports& ports) {
  const auto entries =
      entries_of(environment, "grafana-annotation",
                 "{type: grafana-annotation, url: \"https://grafana.example.com\", auth: {bearer: "
                 "{env: GRAFANA_TOKEN}}}");
  if (!entries) return unexpected(entries.error());
  Sources sources;
  for (const Config& config : *entries) {
    sources.push_back(std::make_unique<GrafanaAnnotations>(config, ports));
  }
  return sources;
}

}  // namespace canarygate::deploys
