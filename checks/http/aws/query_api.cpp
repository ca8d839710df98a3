#include "checks/http/aws/query_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <pugixml.hpp>

#include "checks/duration.h"
#include "checks/text.h"

namespace canarygate::aws {

ApiError error_in(const HttpResponse& response) {
  ApiError error{response.status, "", ""};
  pugi::xml_document document;
  if (!document.load_buffer(response.body.data(), response.body.size())) return error;
  const pugi::xml_node root = document.document_element();
  // `ErrorResponse/Error`, or EC2's `Response/Errors/Error`.
  pugi::xml_node found = root.child("Error");
  if (!found) found = root.child("Errors").child("Error");
  error.code = printable(shorten(trim(found.child_value("Code")), 100));
  error.message = printable(shorten(trim(found.child_value("Message")), 300));
  return error;
}

std::string describe(const ApiError& error) {
  std::string text = fmt::format("status {}", error.status);
  if (!error.code.empty()) text += ", " + error.code;
  if (!error.message.empty()) text += ": " + error.message;
  return text;
}

bool is_throttled(const ApiError& error) {
  constexpr std::array<std::string_view, 5> kCodes = {"Throttling", "ThrottlingException",
                                                      "ThrottledException", "RequestLimitExceeded",
                                                      "TooManyRequestsException"};
  return std::ranges::find(kCodes, error.code) != kCodes.end();
}

Result<Keys, std::string> assumed_role_keys(const std::string& body, std::string from) {
  pugi::xml_document document;
  if (!document.load_buffer(body.data(), body.size())) {
    return unexpected(std::string("the answer is no XML"));
  }
  const pugi::xml_node found = document.child("AssumeRoleWithWebIdentityResponse")
                                   .child("AssumeRoleWithWebIdentityResult")
                                   .child("Credentials");
  Keys keys{std::string(trim(found.child_value("AccessKeyId"))),
            std::string(trim(found.child_value("SecretAccessKey"))),
            std::string(trim(found.child_value("SessionToken"))),
            parse_time(trim(found.child_value("Expiration"))), std::move(from)};
  if (keys.access_key_id.empty() || keys.secret_access_key.empty() || keys.session_token.empty() ||
      !keys.expires) {
    return unexpected(std::string("a part of the credentials is missing"));
  }
  return keys;
}

}  // namespace canarygate::aws
