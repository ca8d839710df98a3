#include "checks/http/aws/keys.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <string_view>

#include "checks/duration.h"

namespace canarygate::aws {

namespace {

/// "" when it is not there or is no text.
std::string text_of(simdjson::dom::element document, const char* name) {
  std::string_view text;
  return document[name].get(text) == simdjson::SUCCESS ? std::string(text) : "";
}

}  // namespace

Result<Keys, std::string> parse_keys(const std::string& json, const char* token_name,
                                     std::string from) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (parser.parse(json).get(document) != simdjson::SUCCESS || !document.is_object()) {
    return unexpected(std::string("it is no JSON object"));
  }
  Keys keys;
  keys.from = std::move(from);
  keys.access_key_id = text_of(document, "AccessKeyId");
  keys.secret_access_key = text_of(document, "SecretAccessKey");
  keys.session_token = text_of(document, token_name);
  for (const auto& [name, value] : {std::pair("AccessKeyId", &keys.access_key_id),
                                    std::pair("SecretAccessKey", &keys.secret_access_key)}) {
    if (value->empty()) return unexpected(fmt::format("it has no '{}'", name));
  }
  const std::string expiration = text_of(document, "Expiration");
  if (expiration.empty()) return keys;
  keys.expires = parse_time(expiration);
  if (!keys.expires) return unexpected(std::string("its 'Expiration' is no time"));
  return keys;
}

std::string host_name(const std::string& service, const std::string& region) {
  return fmt::format("{}.{}.amazonaws.com{}", service, region,
                     region.starts_with("cn-") ? ".cn" : "");
}

}  // namespace canarygate::aws
