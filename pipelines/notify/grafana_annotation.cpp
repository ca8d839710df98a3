/// Grafana's annotations: a point at the start, which the verdict stretches to a region.
/// https://grafana.com/docs/grafana/latest/developers/http_api/annotations/
#include <fmt/format.h>

#include "checks/http/url.h"
#include "checks/text.h"
#include "pipelines/notify/notifiers.h"

namespace canarygate {

namespace {

using Json = nlohmann::ordered_json;

/// Grafana shows it as HTML.
std::string markup_of(const Notice& notice) {
  std::string text = notify::escape_entities(notice.headline);
  std::vector<std::string> lines = lines_of(notice);
  for (std::string& line : lines) line = notify::escape_entities(line);
  for (const auto& [name, url] : notice.links) {
    const std::string plain = notify::escape_entities(name + ": " + url);
    for (std::string& line : lines) {
      if (line != plain) continue;
      line = fmt::format("<a href=\"{}\">{}</a>", notify::escape_entities(url),
                         notify::escape_entities(name));
    }
  }
  return text + "\n" + join(lines, "\n");
}

class GrafanaAnnotation : public Notifier {
 public:
  GrafanaAnnotation(const Config& config, const Ports& ports) : config_(config), ports_(ports) {}

  [[nodiscard]] Result<std::optional<Message>> message(const Notice& notice) override {
    const bool decided = notice.moment == Notice::Moment::verdict;
    const bool stretch = decided && id_;
    const std::string path =
        stretch ? fmt::format("/api/annotations/{}", *id_) : std::string("/api/annotations");
    auto message = notify::to(config_, ports_, join_url(config_.get<std::string>("url"), path));
    if (!message) return unexpected(message.error());
    message->request.headers.emplace_back("Accept", "application/json");

    Json annotation{{"text", markup_of(notice)}, {"tags", notify::tags_of(notice, config_)}};
    if (decided) annotation["timeEnd"] = notice.now.time_since_epoch().count();
    if (stretch) {
      message->request.method = "PATCH";
    } else {
      annotation["time"] = notice.began.time_since_epoch().count();
      if (config_.has("dashboard_uid")) {
        annotation["dashboardUID"] = config_.get<std::string>("dashboard_uid");
      }
      if (config_.has("panel_id")) annotation["panelId"] = config_.get<std::int64_t>("panel_id");
    }
    notify::set_json(*message, annotation);
    return std::optional(std::move(*message));
  }

  void accepted(const Notice&, const HttpResponse& response) override {
    const auto answer = Json::parse(response.body, nullptr, false);
    if (!answer.is_object() || !answer.contains("id")) return;
    const Json& id = answer["id"];
    if (id.is_number_integer() && id.get<std::int64_t>() > 0) id_ = id.get<std::int64_t>();
  }

  [[nodiscard]] Result<Rehearsal> rehearse() override {
    auto message = notify::from(
        config_, ports_,
        join_url(config_.get<std::string>("url"), "/api/annotations?limit=1&tags=canarygate"));
    if (!message) return unexpected(message.error());
    message->request.headers.emplace_back("Accept", "application/json");
    return Rehearsal{std::move(*message), false, "lists annotations",
                     "whether it may write them only the first one shows"};
  }

 private:
  Config config_;
  Ports ports_;
  std::optional<std::int64_t> id_;  ///< of what the start has made
};

}  // namespace

std::unique_ptr<Notifier> make_grafana_annotation(const Config& config, const Ports& ports) {
  return std::make_unique<GrafanaAnnotation>(config, ports);
}

}  // namespace canarygate
