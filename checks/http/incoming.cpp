#include "checks/http/incoming.h"

#include <fmt/format.h>

#include "checks/text.h"

namespace canarygate {

namespace {

using Cause = HttpFailure::Cause;

constexpr std::size_t kMostHeaderBytes = 64U << 10U;

std::string size_text(std::size_t bytes) {
  const std::size_t mebibytes = bytes >> 20U;
  return mebibytes > 0 ? fmt::format("{} MiB", mebibytes) : fmt::format("{} bytes", bytes);
}

}  // namespace

bool Incoming::add_header_line(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > kMostHeaderBytes) {
    refusal = HttpFailure{Cause::headers_too_large, ""};
    return false;
  }
  // A status line begins the headers of the next response: after `100 Continue`, for one.
  if (line.starts_with("HTTP/")) response.headers.clear();
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    response.headers[to_lower(line.substr(0, colon))] = trim(line.substr(colon + 1));
  }
  return true;
}

bool Incoming::add_body(std::string_view bytes) {
  if (bytes.size() > max_body_ - response.body.size()) {
    refusal = HttpFailure{Cause::body_too_large, size_text(max_body_)};
    return false;
  }
  if (bytes.size() > *room_) {
    refusal =
        HttpFailure{Cause::body_too_large, size_text(kMostBytesTogether) + " for all requests"};
    return false;
  }
  *room_ -= bytes.size();
  response.body.append(bytes);
  return true;
}

void Incoming::start_over() {
  *room_ += response.body.size();
  response = {};
}

}  // namespace canarygate
