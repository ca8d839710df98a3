#include "checks/definition/notifiers.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "checks/braces.h"
#include "checks/definition/config_reader.h"
#include "checks/definition/reader.h"
#include "checks/number.h"
#include "checks/text.h"

namespace canarygate {

namespace {

Key tags() { return {"tags", KeyKind::text_list, false, "beside canarygate, check and verdict"}; }
Key auth() { return {"auth", KeyKind::auth, false, "how it lets us in"}; }
Key headers() { return {"headers", KeyKind::headers, false, "sent with every request"}; }
Key ca() { return {"ca", KeyKind::path, false, "PEM file of the authority to trust for https"}; }
Key prefix() { return {"prefix", KeyKind::text, false, "of each name; default canarygate"}; }
Key address(bool required, const char* help) { return {"address", KeyKind::text, required, help}; }
Key send() {
  return {"send",
          KeyKind::choice,
          false,
          "all (default): start and verdict; verdict: no start; not_passed: only what is no pass",
          {"all", "verdict", "not_passed"}};
}

std::vector<NotifierKeys> make_types() {
  return {
      {"datadog-event",
       "an event in Datadog at the start and at the verdict",
       {{"api_key", KeyKind::secret, true, "an API key"},
        {"site", KeyKind::text, false, "default datadoghq.com"},
        {"url", KeyKind::url, false, "where the API is, instead of https://api.SITE: a proxy"},
        tags(),
        send(),
        headers(),
        ca()}},
      {"dogstatsd",
       "numbers of the verdict with tags, by UDP, for Datadog's agent and others",
       {address(false, "HOST:PORT; default 127.0.0.1:8125"), prefix(), tags()}},
      {"grafana-annotation",
       "an annotation in Grafana from the start to the verdict",
       {{"url", KeyKind::url, true, "Grafana's address"},
        auth(),
        {"dashboard_uid", KeyKind::text, false, "only on this dashboard; default: all"},
        {"panel_id", KeyKind::integer, false, "only on this panel of it"},
        tags(),
        headers(),
        ca()}},
      {"graphite-events",
       "an event in Graphite at the start and at the verdict",
       {{"url", KeyKind::url, true, "graphite-web's address"},
        auth(),
        tags(),
        send(),
        headers(),
        ca()}},
      {"graphite-plaintext",
       "numbers of the verdict for Graphite's carbon, by TCP",
       {address(true, "HOST:PORT of its plaintext receiver; default port 2003"), prefix()}},
      {"pagerduty-change",
       "a change event in PagerDuty at the start and at the verdict; it pages nobody",
       {{"routing_key", KeyKind::secret, true, "the service's integration key"},
        {"url", KeyKind::url, false, "default https://events.pagerduty.com"},
        send(),
        headers(),
        ca()}},
      {"pushgateway",
       "numbers of the verdict for a Prometheus Pushgateway",
       {{"url", KeyKind::url, true, "the Pushgateway's address"}, auth(), headers(), ca()}},
      {"slack",
       "a message in Slack at the start and at the verdict",
       {{"webhook", KeyKind::secret, true, "the incoming webhook's address"}, send(), ca()}},
      {"statsd",
       "numbers of the verdict for statsd, by UDP",
       {address(false, "HOST:PORT; default 127.0.0.1:8125"), prefix()}},
      {"webhook",
       "a JSON document, or a text of yours, sent by POST at the start and at the verdict",
       {{"url", KeyKind::url, false, "where to; or:"},
        {"secret_url", KeyKind::secret, false, "where to, when the address lets anybody in"},
        {"body", KeyKind::long_text, false, "instead of our document: a text with {{headline}} …"},
        auth(),
        send(),
        headers(),
        ca()}},
  };
}

const NoticeField* find_field(std::string_view name) {
  const auto fields = notice_fields();
  const auto found = std::ranges::find(fields, name, &NoticeField::name);
  return found == fields.end() ? nullptr : &*found;
}

std::string known_fields() {
  std::vector<std::string> names;
  for (const NoticeField& field : notice_fields()) names.push_back(field.name);
  return list_of(names, names.size());
}

/// `{{name}}` in a `body`: only what a notice has, and JSON when filled in where it is to be some.
void check_body(const YamlNode& body, BodyKind kind, Problems& problems) {
  std::string sample;
  const CutText cut = cut_at_braces(body.text);
  for (const Piece& piece : cut.pieces) {
    const NoticeField* field = piece.is_variable ? find_field(piece.text) : nullptr;
    if (piece.is_variable && field == nullptr) {
      problems.push_back(
          body.problem(fmt::format("`body`: unknown '{{{{{}}}}}'; there are {}",
                                   printable(shorten(piece.text, 60)), known_fields())));
      return;
    }
    sample += field == nullptr ? piece.text : field->literal ? "0" : "x";
  }
  if (!cut.closed) {
    problems.push_back(body.problem("`body`: '{{' is never closed by '}}'"));
    return;
  }
  if (kind == BodyKind::json && !nlohmann::json::accept(sample)) {
    problems.push_back(body.problem(
        "`body` is no JSON once filled in; put texts such as {{headline}} in double quotes, or say "
        "in `headers` which other Content-Type it has"));
  }
}

}  // namespace

std::optional<SocketAddress> parse_socket_address(const std::string& text,
                                                  std::uint16_t usual_port) {
  SocketAddress address{"", usual_port};
  std::string_view rest = text;
  std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
  if (rest.starts_with('[')) {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    address.host = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    letters = "0123456789abcdefABCDEF:.";
  } else {
    address.host = rest.substr(0, rest.find(':'));
    rest.remove_prefix(address.host.size());
  }
  if (address.host.empty() || address.host.find_first_not_of(letters) != std::string::npos) {
    return std::nullopt;
  }
  if (rest.empty()) return address;
  const auto port = parse_number<std::uint16_t>(rest.substr(1));
  if (rest.front() != ':' || !port || *port == 0) return std::nullopt;
  address.port = *port;
  return address;
}

std::span<const NotifierKeys> notifier_keys() {
  static const std::vector<NotifierKeys> kTypes = make_types();
  return kTypes;
}

const NotifierKeys* find_notifier_keys(const std::string& name) {
  const auto types = notifier_keys();
  const auto found = std::ranges::find(types, name, &NotifierKeys::name);
  return found == types.end() ? nullptr : &*found;
}

std::span<const NoticeField> notice_fields() {
  static const std::vector<NoticeField> kFields{
      {"author", "who wrote the commit"},
      {"branch", "of the build"},
      {"build_url", "the build's page"},
      {"check", "the check's name"},
      {"commit", "of the build"},
      {"deployed_at", "when the deploy began or, where canarygate did not run it, ended"},
      {"environment", "the environment's name"},
      {"event", "start or verdict"},
      {"exit_code", "what canarygate returns; 0 at the start", true},
      {"hard_exit_code", "the same without soft mode and override", true},
      {"headline", "what happened, in one sentence"},
      {"override", "the reason given with --override"},
      {"owner", "the check's owner"},
      {"pull_request", "its address, or its number"},
      {"reasons", "why, a line each"},
      {"run_id", "the run's, as in every report"},
      {"runbook", "the check's runbook"},
      {"soft_fail", "true in soft mode", true},
      {"text", "all of the message, several lines"},
      {"time", "of the event"},
      {"user", "who started the build"},
      {"verdict", "pass, fail, no_data, undecided or trouble; empty at the start"},
      {"what_to_do", "in a sentence or two; empty where there is nothing to do"},
  };
  return kFields;
}

void check_notifier(const YamlNode& node, const NotifierKeys& type, Problems& problems) {
  const Reader reader(&node);
  const YamlNode* panel = reader.node("panel_id");
  if (type.name == "grafana-annotation" && panel != nullptr && !reader.has("dashboard_uid")) {
    problems.push_back(
        panel->problem("`panel_id` without `dashboard_uid`: panels are numbered by dashboard; "
                       "name it too"));
  }
  const YamlNode* address = reader.node("address");
  if (address != nullptr && !parse_socket_address(address->text, 1)) {
    problems.push_back(
        address->problem(fmt::format("'address' must be HOST:PORT, or [IPv6]:PORT, not '{}'",
                                     printable(shorten(address->text, 60)))));
  }
  if (type.name != "webhook") return;
  if (reader.has("url") == reader.has("secret_url")) {
    problems.push_back(node.problem(
        "a webhook has either `url` or, where its address lets anybody in, `secret_url`"));
  }
  const YamlNode* body = reader.node("body");
  if (body == nullptr) return;
  const Config config = read_config(node, type.keys);
  const auto given = config.get<std::map<std::string, TextOrSecret>>("headers");
  check_body(*body, body_kind_of(content_type_of(given)), problems);
}

std::string content_type_of(const std::map<std::string, TextOrSecret>& headers) {
  for (const auto& [name, value] : headers) {
    const std::string* text = std::get_if<std::string>(&value);
    if (text != nullptr && to_lower(name) == "content-type") return to_lower(*text);
  }
  return "application/json";
}

BodyKind body_kind_of(const std::string& content_type) {
  if (content_type.find("json") != std::string::npos) return BodyKind::json;
  if (content_type.starts_with("application/x-www-form-urlencoded")) return BodyKind::form;
  return BodyKind::text;
}

}  // namespace canarygate
