#include "cli/terminal/debug_http.h"

#include <fmt/format.h>

#include "checks/text.h"

namespace canarygate {

std::vector<Result<HttpResponse>> DebugHttp::send_all(std::span<const HttpRequest> requests,
                                                      Duration patience) {
  auto answers = http_.send_all(requests, patience);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const std::string answer =
        answers[i] ? fmt::format("{}, {} bytes", answers[i]->status, answers[i]->body.size())
                   : answers[i].error().text;
    err_ << "canarygate: debug: " << requests[i].method << " " << printable(requests[i].url) << ": "
         << printable(answer) << "\n";
  }
  return answers;
}

}  // namespace canarygate
