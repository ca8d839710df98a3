#include "cli/terminal/debug_http.h"

#include <fmt/format.h>

#include "checks/http/url.h"
#include "checks/text.h"

namespace canarygate {

std::vector<Result<HttpResponse>> DebugHttp::send_all(std::span<const HttpRequest> requests,
                                                      Duration patience) {
  auto answers = http_.send_all(requests, patience);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const std::string answer =
        answers[i] ? fmt::format("{}, {} bytes", answers[i]->status, answers[i]->body.size())
                   : answers[i].error().text;
    const std::string where = requests[i].secret_url ? host_of(requests[i].url) + "/[hidden]"
                                                     : printable(requests[i].url);
    err_ << "canarygate: debug: " << requests[i].method << " " << where << ": " << printable(answer)
         << "\n";
  }
  return answers;
}

}  // namespace canarygate
