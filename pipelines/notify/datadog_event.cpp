/// Datadog's events, version 1: https://docs.datadoghq.com/api/latest/events/
#include "checks/http/datadog.h"
#include "checks/http/url.h"
#include "checks/text.h"
#include "pipelines/notify/notifiers.h"

namespace canarygate {

namespace {

constexpr std::size_t kLongestTitle = 100;  ///< characters that Datadog takes
constexpr std::size_t kLongestText = 4000;
constexpr std::size_t kLongestTag = 200;
constexpr auto kOldest = std::chrono::hours(17);  ///< Datadog refuses what is older than 18 hours

const char* alert_type(const Notice& notice) {
  if (notice.moment == Notice::Moment::start) return "info";
  switch (notice.tone) {
    case Tone::good:
      return "success";
    case Tone::warning:
      return "warning";
    case Tone::bad:
      break;
  }
  return "error";
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// `@name` would page that person (jane@example.com does not), and `%%%` begin Markdown: a
/// character of no width between.
std::string quiet(std::string_view text) {
  constexpr std::string_view kNoWidth = "\xE2\x80\x8B";
  std::string safe;
  for (std::size_t i = 0; i < text.size(); ++i) {
    safe += text[i];
    const bool mention = text[i] == '@' && (i == 0 || !is_word(text[i - 1]));
    if (mention || text.substr(i).starts_with("%%")) safe += kNoWidth;
  }
  return safe;
}

class DatadogEvent : public Notifier {
 public:
  DatadogEvent(const Config& config, const Ports& ports) : config_(config), ports_(ports) {}

  [[nodiscard]] Result<std::optional<Message>> message(const Notice& notice) override {
    const auto base = datadog::base_url(config_);
    if (!base) return unexpected(base.error());
    auto message = notify::to(config_, ports_, join_url(*base, "/api/v1/events"));
    if (!message) return unexpected(message.error());
    message->request.headers.emplace_back("Accept", "application/json");
    const Status key =
        notify::add_secret_header(*message, config_, ports_, "api_key", "DD-API-KEY");
    if (!key) return unexpected(key.error());
    if (!config_.has("url")) message->where = "`site`";

    std::vector<std::string> tags = notify::tags_of(notice, config_);
    for (std::string& tag : tags) tag = shorten(tag, kLongestTag);
    nlohmann::ordered_json event{
        {"title", shorten(quiet(notice.headline), kLongestTitle)},
        {"text", shorten(quiet(notice.headline + "\n" + notify::text_of(notice)), kLongestText)},
        {"tags", std::move(tags)},
        {"alert_type", alert_type(notice)},
        {"aggregation_key", shorten("canarygate " + notice.run_id, kLongestTitle)}};
    if (ports_.clock.now() - notice.now < kOldest) {
      event["date_happened"] = notify::seconds_of(notice.now);
    }
    notify::set_json(*message, event);
    return std::optional(std::move(*message));
  }

  [[nodiscard]] Result<Rehearsal> rehearse() override {
    const auto base = datadog::base_url(config_);
    if (!base) return unexpected(base.error());
    auto message = notify::from(config_, ports_, join_url(*base, "/api/v1/validate"));
    if (!message) return unexpected(message.error());
    const Status key =
        notify::add_secret_header(*message, config_, ports_, "api_key", "DD-API-KEY");
    if (!key) return unexpected(key.error());
    if (!config_.has("url")) message->where = "`site`";
    return Rehearsal{std::move(*message), false, "knows the API key"};
  }

 private:
  Config config_;
  Ports ports_;
};

}  // namespace

std::unique_ptr<Notifier> make_datadog_event(const Config& config, const Ports& ports) {
  return std::make_unique<DatadogEvent>(config, ports);
}

}  // namespace canarygate
