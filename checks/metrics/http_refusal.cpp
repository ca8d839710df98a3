#include "checks/metrics/http_refusal.h"

#include <fmt/format.h>

#include "checks/http/web_page.h"
#include "checks/text.h"

namespace canarygate {

namespace {

std::string excerpt(std::string_view body) {
  const std::string_view line = trim(body.substr(0, body.find('\n')));
  return line.empty() ? "no text" : printable(shorten(line, 300));
}

std::string about_rate(const HttpResponse& response) {
  const std::string wait = response.header("retry-after");
  return wait.empty() ? "" : ", and asks to wait " + printable(shorten(wait, 40)) + " s";
}

std::string text_of(const HttpResponse& response, const HttpRefusal& refusal) {
  const int status = response.status;
  const std::string& host = refusal.host;
  const bool page = is_web_page(response);
  const std::string said = !refusal.said.empty() ? printable(shorten(refusal.said, 600))
                           : page                ? "a web page, so a proxy or a login answered"
                                                 : excerpt(response.body);
  const std::string credentials =
      refusal.credentials.empty()
          ? refusal.without
          : "Sent was " + refusal.credentials + "; check that it is right and still valid";
  if (status == 401) {
    return fmt::format("{} does not know who asks (401: {}). {}", host, said, credentials);
  }
  if (status == 403) {
    return fmt::format("{} does not allow this query (403: {}). {}", host, said, credentials);
  }
  if (status == 404) {
    return fmt::format("{} has no {} API at its {} (404: {}). Check the path there", host,
                       refusal.api, refusal.where, said);
  }
  if (status == 429) {
    return fmt::format(
        "{} takes no more requests for now (429{}: {}). Run fewer checks at a time, or have its "
        "limit raised",
        host, about_rate(response), said);
  }
  if (page && status < 500) {
    return fmt::format(
        "{} answered with a web page instead of JSON ({}): a login page or a proxy answered. Check "
        "{} and {}",
        host, status, refusal.where, refusal.whose);
  }
  if (page) {
    return fmt::format(
        "{} answered {} with a web page. Look at the server, and at the proxy in front of it", host,
        status);
  }
  if (status >= 500) {
    return fmt::format("{} failed ({}: {}). Look at the server's log", host, status, said);
  }
  if (refusal.said.empty()) {
    return fmt::format("{} answered {}: {}. Check {} and what stands in front of the server", host,
                       status, said, refusal.where);
  }
  return fmt::format("{} refuses the query: {} ({}). Correct the query: {}", host, said, status,
                     printable(shorten(refusal.query, 1000)));
}

}  // namespace

Error explain_status(const HttpResponse& response, const HttpRefusal& refusal) {
  return {ErrorKind::backend, text_of(response, refusal), response.status >= 500};
}

Error explain_nonsense(const HttpRefusal& refusal, std::string_view complaint) {
  return {ErrorKind::backend,
          fmt::format("{} did not answer as {} does: {}. Check {} and what stands in front of the "
                      "server",
                      refusal.host, refusal.api, complaint, refusal.where),
          false};
}

}  // namespace canarygate
