#include "checks/http/form.h"

namespace canarygate {

namespace {

// Proxies and servers of all kinds take at least this much.
constexpr std::size_t kLongestUrl = 2000;

}  // namespace

HttpRequest form_request(const std::string& path, const Parameters& parameters) {
  const std::string form = form_encode(parameters);
  HttpRequest request;
  request.headers.emplace_back("Accept", "application/json");
  if (path.size() + 1 + form.size() <= kLongestUrl) {
    request.url = path + "?" + form;
    return request;
  }
  request.method = "POST";
  request.url = path;
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  request.body = form;
  return request;
}

}  // namespace canarygate
