/// Graphite-web's events: https://graphite.readthedocs.io/en/latest/events.html
#include <chrono>

#include "checks/http/auth.h"
#include "checks/http/url.h"
#include "checks/http/web_page.h"
#include "checks/text.h"
#include "pipelines/deploys/event_sources.h"
#include "pipelines/notify/notifiers.h"

namespace canarygate::deploys {

namespace {

using Json = nlohmann::json;

std::optional<Event> event_of(const Json& object) {
  const auto time = time_in(object, "when", std::chrono::seconds(1));
  const auto what = text_in(object, "what");
  const auto data = text_in(object, "data");
  const auto tags = texts_in(object, "tags");
  if (!time || !what || !data || !tags) return std::nullopt;
  return Event{*time, *what + "\n" + *data, *tags};
}

class GraphiteEvents : public EventSource {
 public:
  GraphiteEvents(Config config, const Ports& ports) : config_(std::move(config)), ports_(ports) {}

  [[nodiscard]] std::string kept(const std::string& tag) const override {
    return notify::graphite_tag(tag);
  }

  [[nodiscard]] Result<HttpRequest> request(const Piece& piece) const override {
    const Parameters parameters{{"from", std::to_string(notify::seconds_of(piece.from))},
                                {"until", std::to_string(notify::seconds_of(piece.to) + 1)},
                                {"tags", join(piece.tags, " ")},
                                {"set", "intersection"}};
    return get_request(
        config_, ports_,
        join_url(config_.get<std::string>("url"), "/events/get_data?" + form_encode(parameters)));
  }

  [[nodiscard]] Result<std::vector<Event>> read(const Piece& piece,
                                                const HttpResponse& response) const override {
    const HttpRefusal refusal{host_of(config_.get<std::string>("url")),
                              "Graphite",
                              "",
                              described(piece, "events"),
                              describe_credentials(config_),
                              "Give the `notify` entry an `auth`",
                              "`url`"};
    if (response.status != 200 || is_web_page(response)) {
      return unexpected(explain_status(response, refusal));
    }
    return read_list(Json::parse(response.body, nullptr, false), event_of, refusal);
  }

 private:
  Config config_;
  Ports ports_;
};

}  // namespace

Result<Sources> make_graphite_events(const EnvironmentDefinition& environment, const Ports& ports) {
  const auto entries = entries_of(environment, "graphite-events",
                                  "{type: graphite-events, url: \"https://graphite.example.com\"}");
  if (!entries) return unexpected(entries.error());
  Sources sources;
  for (const Config& config : *entries) {
    sources.push_back(std::make_unique<GraphiteEvents>(config, ports));
  }
  return sources;
}

}  // namespace canarygate::deploys
