#include <fmt/format.h>

#include <algorithm>

#include "checks/text.h"
#include "pipelines/notify/notifiers.h"

namespace canarygate::notify {

namespace {

bool can_be_url(std::string_view url) {
  const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  if (scheme == 0 || url.size() == scheme) return false;
  return std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7F'; });
}

}  // namespace

std::string described(const Config& config, const std::string& key) {
  return fmt::format("`{}` from {}", key, describe_secret(config.get<SecretRef>(key)));
}

std::string tag_without(std::string_view letters, const std::string& text, std::size_t longest) {
  std::string tag = shorten(printable(text), longest);
  for (char& c : tag) {
    if (letters.find(c) != std::string_view::npos) c = '_';
  }
  return tag;
}

Result<Message> to(const Config& config, const Ports& ports, std::string url,
                   const std::string& content_type) {
  auto headers = request_headers(config, ports);
  if (!headers) return unexpected(headers.error());
  Message message;
  message.request.method = "POST";
  message.request.url = std::move(url);
  message.request.headers = std::move(*headers);
  const auto names_type = [](const auto& header) {
    return to_lower(header.first) == "content-type";
  };
  if (std::ranges::none_of(message.request.headers, names_type)) {
    message.request.headers.emplace_back("Content-Type", content_type);
  }
  message.request.ca_file = config.get<std::string>("ca");
  message.credentials = describe_credentials(config);
  return message;
}

Result<Message> from(const Config& config, const Ports& ports, std::string url) {
  auto message = to(config, ports, std::move(url));
  if (!message) return message;
  message->request.method = "GET";
  std::erase_if(message->request.headers,
                [](const auto& header) { return to_lower(header.first) == "content-type"; });
  return message;
}

Rehearsal at_the_door(Message message, std::string unproven) {
  HttpRequest& request = message.request;
  request.method = "GET";
  request.headers.clear();
  request.body.clear();
  const std::size_t path = request.url.find_first_of("/?#", request.url.find("://") + 3);
  request.url = request.url.substr(0, path) + "/";
  request.secret_url = false;
  message.answers_no_pages = false;
  return {std::move(message), true, "can be reached", std::move(unproven)};
}

Status add_secret_header(Message& message, const Config& config, const Ports& ports,
                         const std::string& key, const std::string& header) {
  auto secret = resolve_secret(config.get<SecretRef>(key), ports);
  if (!secret) return unexpected(secret.error());
  message.request.headers.emplace_back(header, std::move(*secret));
  message.credentials = described(config, key);
  return Done{};
}

Result<Message> to_secret_url(const Config& config, const Ports& ports, const std::string& key) {
  const auto url = resolve_secret(config.get<SecretRef>(key), ports);
  if (!url) return unexpected(url.error());
  if (!can_be_url(*url)) {
    return fail(ErrorKind::secret, described(config, key) +
                                       " is not the address of an http or https server; it begins "
                                       "with https://");
  }
  auto message = to(config, ports, *url);
  if (!message) return message;
  message->request.secret_url = true;
  message->where = described(config, key);
  message->credentials = message->where;
  message->secrets.push_back(*url);
  const std::size_t path = url->find('/', url->find("://") + 3);
  if (path != std::string::npos) message->secrets.push_back(url->substr(path));
  return message;
}

void set_json(Message& message, const nlohmann::ordered_json& document) {
  message.request.body =
      document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::vector<std::string> tags_of(const Notice& notice, const Config& config) {
  std::vector<std::string> tags{"canarygate", "check:" + notice.check};
  if (!notice.environment.empty()) tags.push_back("environment:" + notice.environment);
  tags.push_back(notice.moment == Notice::Moment::start
                     ? "start"
                     : fmt::format("verdict:{}", to_string(notice.verdict)));
  const auto more = config.get<std::vector<std::string>>("tags");
  tags.insert(tags.end(), more.begin(), more.end());
  return tags;
}

std::string text_of(const Notice& notice) { return join(lines_of(notice), "\n"); }

std::string escape_entities(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

}  // namespace canarygate::notify
