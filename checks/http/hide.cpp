#include "checks/http/hide.h"

#include <algorithm>
#include <array>

#include "checks/text.h"

namespace canarygate {

namespace {

/// Shorter than any credential worth the name; hiding it everywhere would spoil the text.
constexpr std::size_t kShortest = 6;

bool is_public(const std::string& header) {
  constexpr std::array<std::string_view, 3> kPublic = {"accept", "content-type", "x-scope-orgid"};
  return std::ranges::find(kPublic, to_lower(header)) != kPublic.end();
}

void hide(std::string& text, std::string_view secret) {
  constexpr std::string_view kHidden = "[hidden]";
  if (secret.size() < kShortest) return;
  for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos;) {
    text.replace(at, secret.size(), kHidden);
    at += kHidden.size();
  }
}

}  // namespace

void hide_credentials(const HttpRequest& request, HttpResponse& response) {
  if (request.aws) {
    for (const std::string& secret : {request.aws->secret_access_key, request.aws->session_token}) {
      hide(response.body, secret);
      for (auto& [own, text] : response.headers) hide(text, secret);
    }
  }
  for (const auto& [name, value] : request.headers) {
    if (is_public(name)) continue;
    // The credential may be repeated without its `Bearer `.
    const std::string_view all = value;
    const std::string_view credential = all.substr(all.find(' ') + 1);
    hide(response.body, credential);
    for (auto& [own, text] : response.headers) hide(text, credential);
  }
}

void hide_secret(std::string& text, std::string_view secret) { hide(text, secret); }

}  // namespace canarygate
