/// An answer that no API gives.
#pragma once

#include "checks/http/client.h"

namespace canarygate {

/// Whether `response` is a web page: a login or a proxy answered in the server's place.
[[nodiscard]] bool is_web_page(const HttpResponse& response);

}  // namespace canarygate
