/// A JSON document, or a text of the user's, to any address.
#include "checks/braces.h"
#include "checks/definition/notifiers.h"
#include "checks/duration.h"
#include "checks/http/url.h"
#include "checks/text.h"
#include "pipelines/notify/notifiers.h"

namespace canarygate {

namespace {

using Json = nlohmann::ordered_json;

Json document_of(const Notice& notice) {
  const bool decided = notice.moment == Notice::Moment::verdict;
  Json links = Json::object();
  for (const auto& [name, url] : notice.links) links[name] = url;
  Json document{
      {"version", 1},
      {"event", decided ? "verdict" : "start"},
      {"canarygate", notice.program_version},
      {"run_id", notice.run_id},
      {"check", notice.check},
      {"environment", notice.environment},
      {"headline", notice.headline},
      {"deployed_at", format_time(notice.began)},
      {"time", format_time(notice.now)},
      {"owner", notice.owner},
      {"override", notice.override_reason ? Json(*notice.override_reason) : Json(nullptr)},
      {"remarks", notice.remarks},
      {"ci", notice.ci},
      {"links", std::move(links)}};
  if (!decided) return document;
  document.update(Json{{"verdict", to_string(notice.verdict)},
                       {"exit_code", notice.exit_code},
                       {"hard_exit_code", notice.hard_exit_code},
                       {"soft_fail", notice.soft_fail},
                       {"reasons", notice.reasons},
                       {"what_to_do", notice.what_to_do}});
  return document;
}

/// What JSON has between the quotes of a string.
std::string inside_quotes(const std::string& text) {
  const std::string quoted = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  return quoted.substr(1, quoted.size() - 2);
}

std::string written(const std::string& text, BodyKind kind) {
  switch (kind) {
    case BodyKind::json:
      return inside_quotes(text);
    case BodyKind::form:
      return percent_encode(text);
    case BodyKind::text:
      break;
  }
  return text;
}

/// The names were checked when the file was read.
std::string filled_in(const std::string& body, BodyKind kind, const Notice& notice) {
  std::string text;
  for (const Piece& piece : cut_at_braces(body).pieces) {
    text += piece.is_variable ? written(field_of(notice, piece.text), kind) : piece.text;
  }
  return text;
}

class Webhook : public Notifier {
 public:
  Webhook(const Config& config, const Ports& ports) : config_(config), ports_(ports) {}

  [[nodiscard]] Result<std::optional<Message>> message(const Notice& notice) override {
    auto message = config_.has("secret_url")
                       ? notify::to_secret_url(config_, ports_, "secret_url")
                       : notify::to(config_, ports_, config_.get<std::string>("url"));
    if (!message) return unexpected(message.error());
    message->answers_no_pages = false;
    if (config_.has("body")) {
      const auto headers = config_.get<std::map<std::string, TextOrSecret>>("headers");
      message->request.body = filled_in(config_.get<std::string>("body"),
                                        body_kind_of(content_type_of(headers)), notice);
    } else {
      notify::set_json(*message, document_of(notice));
    }
    return std::optional(std::move(*message));
  }

  /// A GET of the address itself may mean something there.
  [[nodiscard]] Result<Rehearsal> rehearse() override {
    auto message = config_.has("secret_url")
                       ? notify::to_secret_url(config_, ports_, "secret_url")
                       : notify::to(config_, ports_, config_.get<std::string>("url"));
    if (!message) return unexpected(message.error());
    return notify::at_the_door(std::move(*message),
                               "whether it takes the message only the first one shows");
  }

 private:
  Config config_;
  Ports ports_;
};

}  // namespace

std::unique_ptr<Notifier> make_webhook(const Config& config, const Ports& ports) {
  return std::make_unique<Webhook>(config, ports);
}

}  // namespace canarygate
