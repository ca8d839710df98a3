/// Why somebody could not be told, in words for a warning.
#pragma once

#include <optional>
#include <string>

#include "pipelines/notify/notifier.h"

namespace canarygate::notify {

/// Nothing when the answer means that the message was taken. What the server said is repeated in
/// part, without secrets.
[[nodiscard]] std::optional<std::string> objection_to(const Message& message,
                                                      const HttpResponse& response);

/// Why no answer came.
[[nodiscard]] std::string failure_of(const Message& message, const Error& error, Duration patience);

}  // namespace canarygate::notify
