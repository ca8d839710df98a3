/// The functions behind the table in `notifier.cpp`, one a file, and what they share.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "checks/http/auth.h"
#include "pipelines/notify/notifier.h"

namespace canarygate {

[[nodiscard]] std::unique_ptr<Notifier> make_datadog_event(const Config&, const Ports&);
[[nodiscard]] std::unique_ptr<Notifier> make_dogstatsd(const Config&, const Ports&);
[[nodiscard]] std::unique_ptr<Notifier> make_grafana_annotation(const Config&, const Ports&);
[[nodiscard]] std::unique_ptr<Notifier> make_graphite_events(const Config&, const Ports&);
[[nodiscard]] std::unique_ptr<Notifier> make_graphite_plaintext(const Config&, const Ports&);
[[nodiscard]] std::unique_ptr<Notifier> make_pagerduty_change(const Config&, const Ports&);
[[nodiscard]] std::unique_ptr<Notifier> make_pushgateway(const Config&, const Ports&);
[[nodiscard]] std::unique_ptr<Notifier> make_slack(const Config&, const Ports&);
[[nodiscard]] std::unique_ptr<Notifier> make_statsd(const Config&, const Ports&);
[[nodiscard]] std::unique_ptr<Notifier> make_webhook(const Config&, const Ports&);

namespace notify {

/// To `url` with the configuration's `auth`, `headers` and `ca`, which may bring a Content-Type of
/// their own. ErrorKind::secret or ::definition.
[[nodiscard]] Result<Message> to(const Config& config, const Ports& ports, std::string url,
                                 const std::string& content_type = "application/json");

/// A GET of the same kind as to().
[[nodiscard]] Result<Message> from(const Config& config, const Ports& ports, std::string url);

/// A GET of the root of the server that `message` goes to, with nothing that lets anybody in: it
/// shows that the server can be reached, and tells it nothing.
[[nodiscard]] Rehearsal at_the_door(Message message, std::string unproven);

/// Adds a header with the secret under `key`, which then is what lets the message in.
[[nodiscard]] Status add_secret_header(Message& message, const Config& config, const Ports& ports,
                                       const std::string& key, const std::string& header);

/// The secret under `key` as the address of a message: all of it is hidden wherever it might be
/// printed. ErrorKind::secret where it is no http or https address.
[[nodiscard]] Result<Message> to_secret_url(const Config& config, const Ports& ports,
                                            const std::string& key);

/// "`key` from the environment variable NAME": the reference, never the secret.
[[nodiscard]] std::string described(const Config& config, const std::string& key);

/// `text` in one line of at most `longest` characters, `_` for each of `letters`: what has a
/// meaning where the tag goes.
[[nodiscard]] std::string tag_without(std::string_view letters, const std::string& text,
                                      std::size_t longest);

/// A tag as Graphite can keep it.
[[nodiscard]] std::string graphite_tag(const std::string& tag);

/// As the message's body; invalid UTF-8 becomes U+FFFD.
void set_json(Message& message, const nlohmann::ordered_json& document);

/// canarygate, check:NAME, environment:NAME, start or verdict:VERDICT, and the configuration's
/// `tags`.
[[nodiscard]] std::vector<std::string> tags_of(const Notice& notice, const Config& config);

/// All but the headline, a line each.
[[nodiscard]] std::string text_of(const Notice& notice);

[[nodiscard]] inline std::int64_t seconds_of(TimePoint time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

/// `&`, `<`, `>` and `"` as entities.
[[nodiscard]] std::string escape_entities(std::string_view text);

}  // namespace notify

}  // namespace canarygate
