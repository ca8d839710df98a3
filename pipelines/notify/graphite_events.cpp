/// Graphite-web's events: https://graphite.readthedocs.io/en/latest/events.html
#include <algorithm>

#include "checks/http/url.h"
#include "checks/text.h"
#include "pipelines/notify/notifiers.h"

namespace canarygate {

namespace {

constexpr std::size_t kLongestTag = 50;    ///< characters that Graphite keeps
constexpr std::size_t kLongestWhat = 255;  ///< `what` in its database

/// Graphite splits its list of tags at blanks and commas, and quotes have a meaning there.
constexpr std::string_view kNoTag = " ,\"'";

class GraphiteEvents : public Notifier {
 public:
  GraphiteEvents(const Config& config, const Ports& ports) : config_(config), ports_(ports) {}

  [[nodiscard]] Result<std::optional<Message>> message(const Notice& notice) override {
    auto message =
        notify::to(config_, ports_, join_url(config_.get<std::string>("url"), "/events/"));
    if (!message) return unexpected(message.error());
    std::vector<std::string> tags = notify::tags_of(notice, config_);
    std::ranges::transform(tags, tags.begin(), notify::graphite_tag);
    notify::set_json(*message, {{"what", shorten(notice.headline, kLongestWhat)},
                                {"tags", tags},
                                {"when", notify::seconds_of(notice.now)},
                                {"data", notify::text_of(notice)}});
    return std::optional(std::move(*message));
  }

  [[nodiscard]] Result<Rehearsal> rehearse() override {
    auto message = notify::from(
        config_, ports_,
        join_url(config_.get<std::string>("url"), "/events/get_data?tags=canarygate&from=-1min"));
    if (!message) return unexpected(message.error());
    return Rehearsal{std::move(*message), false, "lists events",
                     "whether it takes new ones only the first one shows"};
  }

 private:
  Config config_;
  Ports ports_;
};

}  // namespace

std::string notify::graphite_tag(const std::string& tag) {
  return tag_without(kNoTag, tag, kLongestTag);
}

std::unique_ptr<Notifier> make_graphite_events(const Config& config, const Ports& ports) {
  return std::make_unique<GraphiteEvents>(config, ports);
}

}  // namespace canarygate
