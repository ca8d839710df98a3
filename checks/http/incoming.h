/// A response while it arrives: kept within bounds, whatever the server sends.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "checks/http/client.h"
#include "checks/http/failure.h"

namespace canarygate {

/// What the bodies of all responses under way may take together.
constexpr std::size_t kMostBytesTogether = 1U << 30U;

class Incoming {
 public:
  /// `room`: bytes left for the bodies of all responses under way; outlives this.
  Incoming(std::size_t max_body, std::size_t& room) : max_body_(max_body), room_(&room) {}

  /// A line of the head, or a piece of the unpacked body. False when it is too much; `refusal` says
  /// what was.
  [[nodiscard]] bool add_header_line(std::string_view line);
  [[nodiscard]] bool add_body(std::string_view bytes);

  /// Forgets what came, for the answer to a redirected request. The bytes count no longer.
  void start_over();

  HttpResponse response;
  std::optional<HttpFailure> refusal;

 private:
  std::size_t max_body_;
  std::size_t* room_;
  std::size_t header_bytes_ = 0;
};

}  // namespace canarygate
