/// Slack's incoming webhooks: https://api.slack.com/messaging/webhooks
#include "checks/text.h"
#include "pipelines/notify/notifiers.h"

namespace canarygate {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestText = 2'900;  ///< bytes; Slack refuses a text above 3000 characters

const char* sign_of(const Notice& notice) {
  if (notice.moment == Notice::Moment::start) return "🐤 ";
  switch (notice.tone) {
    case Tone::good:
      return "✅ ";
    case Tone::warning:
      return "⚠️ ";
    case Tone::bad:
      break;
  }
  return "❌ ";
}

/// `<!channel>`, `<@user>` and `<url|text>` mean something everywhere. At most kLongestText bytes,
/// cut between characters and entities.
std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    const bool begins = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    if (begins && safe.size() + 10 > kLongestText) return safe + "…";
    safe += c == '&'   ? std::string("&amp;")
            : c == '<' ? std::string("&lt;")
            : c == '>' ? std::string("&gt;")
                       : std::string(1, c);
  }
  return safe;
}

/// Nothing else in a plain_text means anything to Slack: no `*`, no `@here`, no `:emoji:`.
Json plain(const std::string& text) {
  return {{"type", "plain_text"}, {"emoji", false}, {"text", escaped(text)}};
}

Json section(const std::string& text) { return {{"type", "section"}, {"text", plain(text)}}; }

Json context(Json text) {
  return {{"type", "context"}, {"elements", Json::array({std::move(text)})}};
}

std::string links_of(const Notice& notice) {
  std::string text;
  for (const auto& [name, url] : notice.links) {
    std::string label = shorten(name, 60);
    for (char& c : label) {
      if (std::string_view("*_~`|:@").find(c) != std::string_view::npos) c = ' ';
    }
    std::string link = text.empty() ? "" : " · ";
    link += "<" + escaped(url) + "|" + escaped(label) + ">";
    if (text.size() + link.size() <= kLongestText) text += link;
  }
  return text;
}

std::string small_print(const Notice& notice) {
  std::vector<std::string> parts;
  for (const auto& [label, text] : notice.facts) parts.push_back(label + " " + text);
  parts.push_back("canarygate run " + notice.run_id);
  return join(parts, " · ");
}

Json blocks_of(const Notice& notice) {
  Json blocks = Json::array({section(sign_of(notice) + notice.headline)});
  std::vector<std::string> lines = notice.reasons;
  lines.insert(lines.end(), notice.remarks.begin(), notice.remarks.end());
  if (!lines.empty()) blocks.push_back(section(join(lines, "\n")));
  if (!notice.what_to_do.empty()) {
    blocks.push_back(section("What to do now: " + notice.what_to_do));
  }
  const std::string links = links_of(notice);
  if (!links.empty()) blocks.push_back(context({{"type", "mrkdwn"}, {"text", links}}));
  blocks.push_back(context(plain(small_print(notice))));
  return blocks;
}

class Slack : public Notifier {
 public:
  Slack(const Config& config, const Ports& ports) : config_(config), ports_(ports) {}

  [[nodiscard]] Result<std::optional<Message>> message(const Notice& notice) override {
    auto message = notify::to_secret_url(config_, ports_, "webhook");
    if (!message) return unexpected(message.error());
    // `text` is what a notification shows.
    notify::set_json(*message, {{"text", escaped(sign_of(notice) + notice.headline)},
                                {"mrkdwn", false},
                                {"blocks", blocks_of(notice)}});
    return std::optional(std::move(*message));
  }

  [[nodiscard]] Result<Rehearsal> rehearse() override {
    auto message = notify::to_secret_url(config_, ports_, "webhook");
    if (!message) return unexpected(message.error());
    return notify::at_the_door(std::move(*message),
                               "whether it knows the webhook only the first message shows");
  }

 private:
  Config config_;
  Ports ports_;
};

}  // namespace

std::unique_ptr<Notifier> make_slack(const Config& config, const Ports& ports) {
  return std::make_unique<Slack>(config, ports);
}

}  // namespace canarygate
