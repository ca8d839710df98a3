/// Whether a redirect may be followed.
#pragma once

#include <optional>
#include <string>

#include "checks/http/client.h"
#include "checks/http/failure.h"

namespace canarygate {

/// Origins are scheme, host and port with blanks between, in lower case (`https prom 443`); "" for
/// what is neither http nor https.
struct Redirect {
  std::string from;   ///< origin that answered with the redirect
  std::string to;     ///< origin it leads to
  std::string place;  ///< the new host, for the message
  int followed = 0;   ///< redirects followed already
};

/// Why not; nothing when it may. At most five are followed, never from https to http, and only
/// within one origin when the request is `direct`, or carries a body or any header but Accept and
/// Content-Type: each of them may be a key.
[[nodiscard]] std::optional<HttpFailure> redirect_refusal(const HttpRequest& request,
                                                          const Redirect& redirect);

}  // namespace canarygate
