#include "checks/http/redirect.h"

#include <algorithm>

#include "checks/text.h"

namespace canarygate {

namespace {

using Cause = HttpFailure::Cause;

constexpr int kMostRedirects = 5;

bool is_confidential(const HttpRequest& request) {
  return !request.body.empty() || std::ranges::any_of(request.headers, [](const auto& header) {
    const std::string name = to_lower(header.first);
    return name != "accept" && name != "content-type";
  });
}

}  // namespace

std::optional<HttpFailure> redirect_refusal(const HttpRequest& request, const Redirect& redirect) {
  if (redirect.followed == kMostRedirects) return HttpFailure{Cause::too_many_redirects, ""};
  if (redirect.to.empty()) return HttpFailure{Cause::redirected_elsewhere, redirect.place};
  if (redirect.from.starts_with("https ") && redirect.to.starts_with("http ")) {
    return HttpFailure{Cause::redirected_to_plain_http, redirect.place};
  }
  if (redirect.from != redirect.to && (request.direct || is_confidential(request))) {
    const std::string scheme = redirect.to.substr(0, redirect.to.find(' '));
    return HttpFailure{Cause::redirected_elsewhere, scheme + "://" + redirect.place};
  }
  return std::nullopt;
}

}  // namespace canarygate
