/// Asking with a form: in the URL, or in the body where it is too long for one.
#pragma once

#include <string>

#include "checks/http/client.h"
#include "checks/http/url.h"

namespace canarygate {

/// A request for JSON: GET `path?form`, or POST of the form to `path` where that is more than every
/// proxy and server takes. `url` is what follows the server's address.
[[nodiscard]] HttpRequest form_request(const std::string& path, const Parameters& parameters);

}  // namespace canarygate
