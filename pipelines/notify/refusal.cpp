#include "pipelines/notify/refusal.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "checks/duration.h"
#include "checks/http/hide.h"
#include "checks/http/url.h"
#include "checks/text.h"

namespace canarygate::notify {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostSaid = 200;  ///< characters of a server's own words

bool is_page(const HttpResponse& response) {
  const std::string start =
      to_lower(trim(std::string_view(response.body).substr(0, 200)).substr(0, 9));
  return start.starts_with("<!doctype") || start.starts_with("<html");
}

void add_words(const Json& value, std::vector<std::string>& words) {
  if (value.is_string()) words.push_back(value.get<std::string>());
  if (!value.is_array()) return;
  for (const Json& one : value) {
    if (one.is_string()) words.push_back(one.get<std::string>());
  }
}

/// The messages of a JSON answer, else the first line.
std::string words_of(const HttpResponse& response) {
  const Json answer = Json::parse(response.body, nullptr, false);
  std::vector<std::string> words;
  if (answer.is_object()) {
    for (const char* key : {"message", "error", "errors"}) {
      if (answer.contains(key)) add_words(answer[key], words);
    }
  }
  if (!words.empty()) return join(words, ": ");
  if (is_page(response)) return "a web page";
  const std::string_view body = trim(response.body);
  const std::string line(trim(body.substr(0, body.find('\n'))));
  return line.empty() ? "no text" : line;
}

std::string without_secrets(const Message& message, std::string text) {
  for (const std::string& secret : message.secrets) hide_secret(text, secret);
  return text;
}

std::string said_by(const Message& message, const HttpResponse& response) {
  HttpResponse answer = response;
  hide_credentials(message.request, answer);
  answer.body = without_secrets(message, std::move(answer.body));
  return printable(shorten(words_of(answer), kMostSaid));
}

}  // namespace

std::optional<std::string> objection_to(const Message& message, const HttpResponse& response) {
  const int status = response.status;
  const std::string host = host_of(message.request.url);
  if (status / 100 == 2) {
    if (!message.answers_no_pages || !is_page(response)) return std::nullopt;
    return fmt::format(
        "{} answered with a web page, so a login or a proxy took the message; check {}", host,
        message.where);
  }
  const std::string said = said_by(message, response);
  switch (status) {
    case 401:
    case 403:
      return fmt::format(
          "{} lets nobody in with {} ({}: {}); check that it is right and still "
          "valid",
          host, message.credentials.empty() ? "no credentials" : message.credentials, status, said);
    case 404:
    case 410:
      return fmt::format("{} has nothing at that address ({}: {}); check {}", host, status, said,
                         message.where);
    case 413:
      return fmt::format("{} finds the message too large ({}: {})", host, status, said);
    case 429:
      return fmt::format(
          "{} takes no more messages for now ({}: {}); send fewer, or have its "
          "limit raised",
          host, status, said);
    default:
      break;
  }
  if (status >= 500) {
    return fmt::format("{} failed ({}: {}); look at that server's log", host, status, said);
  }
  return fmt::format("{} refuses the message ({}: {}); check {} and what stands beside it", host,
                     status, said, message.where);
}

std::string failure_of(const Message& message, const Error& error, Duration patience) {
  const std::string host = host_of(message.request.url);
  if (error.kind == ErrorKind::timeout) {
    return fmt::format("{} did not answer within {}; see whether it is well and can be reached",
                       host, format_duration(patience));
  }
  return fmt::format("{}; its address is in {}", printable(without_secrets(message, error.text)),
                     message.where);
}

}  // namespace canarygate::notify
