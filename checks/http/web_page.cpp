#include "checks/http/web_page.h"

#include "checks/text.h"

namespace canarygate {

bool is_web_page(const HttpResponse& response) {
  return response.header("content-type").starts_with("text/html") ||
         trim(std::string_view(response.body).substr(0, 200)).starts_with('<');
}

}  // namespace canarygate
