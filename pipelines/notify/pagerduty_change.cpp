/// PagerDuty's change events, which page nobody and stand beside incidents:
/// https://developer.pagerduty.com/docs/events-api-v2/send-change-events/
#include "checks/duration.h"
#include "checks/http/url.h"
#include "checks/text.h"
#include "pipelines/notify/notifiers.h"

namespace canarygate {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestSummary = 1024;  ///< characters

Json details_of(const Notice& notice) {
  Json details{{"check", notice.check}, {"run_id", notice.run_id}};
  if (!notice.environment.empty()) details["environment"] = notice.environment;
  for (const auto& [label, text] : notice.facts) details[label] = text;
  if (!notice.remarks.empty()) details["remarks"] = notice.remarks;
  if (notice.moment == Notice::Moment::start) return details;
  details["verdict"] = to_string(notice.verdict);
  details["exit_code"] = notice.exit_code;
  details["reasons"] = notice.reasons;
  if (!notice.what_to_do.empty()) details["what_to_do"] = notice.what_to_do;
  return details;
}

class PagerdutyChange : public Notifier {
 public:
  PagerdutyChange(const Config& config, const Ports& ports) : config_(config), ports_(ports) {}

  [[nodiscard]] Result<std::optional<Message>> message(const Notice& notice) override {
    const auto key = resolve_secret(config_.get<SecretRef>("routing_key"), ports_);
    if (!key) return unexpected(key.error());
    const std::string base = config_.get<std::string>("url", "https://events.pagerduty.com");
    auto message = notify::to(config_, ports_, join_url(base, "/v2/change/enqueue"));
    if (!message) return unexpected(message.error());
    message->secrets.push_back(*key);
    message->credentials = notify::described(config_, "routing_key");
    Json links = Json::array();
    for (const auto& [name, url] : notice.links) links.push_back({{"href", url}, {"text", name}});
    notify::set_json(*message, {{"routing_key", *key},
                                {"payload",
                                 {{"summary", shorten(notice.headline, kLongestSummary)},
                                  {"source", "canarygate"},
                                  {"timestamp", format_time(notice.now)},
                                  {"custom_details", details_of(notice)}}},
                                {"links", std::move(links)}});
    return std::optional(std::move(*message));
  }

  [[nodiscard]] Result<Rehearsal> rehearse() override {
    const auto key = resolve_secret(config_.get<SecretRef>("routing_key"), ports_);
    if (!key) return unexpected(key.error());
    const std::string base = config_.get<std::string>("url", "https://events.pagerduty.com");
    auto message = notify::from(config_, ports_, base);
    if (!message) return unexpected(message.error());
    return notify::at_the_door(std::move(*message),
                               "whether it knows the routing key only the first event shows");
  }

 private:
  Config config_;
  Ports ports_;
};

}  // namespace

std::unique_ptr<Notifier> make_pagerduty_change(const Config& config, const Ports& ports) {
  return std::make_unique<PagerdutyChange>(config, ports);
}

}  // namespace canarygate
