#include "checks/http/failover.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "checks/http/url.h"
#include "checks/text.h"

namespace canarygate {

namespace {

/// The last server's error, after what the earlier ones had said.
Error with_causes(Error last, const std::vector<std::string>& earlier) {
  if (earlier.empty()) return last;
  std::vector<std::string> causes = earlier;
  causes.push_back(last.text);
  last.text =
      fmt::format("none of the {} servers could answer: {}", causes.size(), join(causes, "; "));
  return last;
}

}  // namespace

std::vector<Status> Failover::ask(HttpClient& http, const Clock& clock,
                                  std::span<const HttpRequest> requests, Duration patience,
                                  const TakeAnswer& take) {
  const Duration deadline = clock.elapsed() + patience;
  std::vector<Status> results(requests.size(), Status(Done{}));
  std::vector<std::vector<std::string>> causes(requests.size());
  std::vector<std::size_t> open(requests.size());
  std::iota(open.begin(), open.end(), 0U);

  const std::size_t first = preferred_;
  for (std::size_t turn = 0; turn < servers_.size() && !open.empty(); ++turn) {
    const std::size_t which = (first + turn) % servers_.size();
    const std::string& server = servers_[which];
    const Duration left = deadline - clock.elapsed();
    // A server that hangs must leave time for the others.
    const Duration share = left / static_cast<std::int64_t>(servers_.size() - turn);

    std::vector<HttpRequest> sent;
    for (const std::size_t i : open) {
      HttpRequest& request = sent.emplace_back(requests[i]);
      request.url = join_url(server, request.url);
      request.timeout = std::min(request.timeout, share);
    }
    auto answers = http.send_all(sent, left);

    std::vector<std::size_t> still_open;
    for (std::size_t k = 0; k < open.size(); ++k) {
      const std::size_t i = open[k];
      const bool answered = answers[k].has_value();
      const Status taken = answered ? take(i, server, std::move(*answers[k]))
                                    : Status(unexpected(answers[k].error()));
      if (taken) {
        preferred_ = which;
        continue;
      }
      const Error& error = taken.error();
      const bool pass_on = answered ? error.transient : error.kind == ErrorKind::backend;
      if (pass_on && turn + 1 < servers_.size()) {
        causes[i].push_back(error.text);
        still_open.push_back(i);
      } else {
        const bool all_failed = pass_on || error.kind == ErrorKind::timeout;
        results[i] = unexpected(all_failed ? with_causes(error, causes[i]) : error);
      }
    }
    open = std::move(still_open);
  }
  return results;
}

}  // namespace canarygate
