#include "checks/metrics/http_json_refusal.h"

#include <fmt/format.h>

#include "checks/http/web_page.h"
#include "checks/text.h"

namespace canarygate::http_json {

namespace {

std::string about_credentials(const Asked& asked) {
  if (asked.credentials.empty()) return "Give the backend an `auth`, or `headers` with a key";
  return "Sent was " + asked.credentials + "; check that it is right and still valid";
}

std::string text_of(const HttpResponse& response, const std::string& said, const Asked& asked) {
  const int status = response.status;
  const std::string& host = asked.host;
  const std::string words =
      is_web_page(response) ? "a web page, so a proxy or a login answered" : said;
  const std::string query = printable(shorten(asked.query, 1000));
  if (status == 401) {
    return fmt::format("{} does not know who asks (401: {}). {}", host, words,
                       about_credentials(asked));
  }
  if (status == 403) {
    return fmt::format("{} does not allow this query (403: {}). {}", host, words,
                       about_credentials(asked));
  }
  if (status == 404) {
    return fmt::format(
        "{} has nothing there (404: {}). Check `url` and `path`, and what the query names: {}",
        host, words, query);
  }
  if (status == 429) {
    const std::string wait = response.header("retry-after");
    return fmt::format(
        "{} takes no more requests for now (429{}). Run fewer checks at a time, or have its limit "
        "raised",
        host, wait.empty() ? "" : ", and asks to wait " + printable(shorten(wait, 40)) + " s");
  }
  if (status >= 500) {
    return fmt::format("{} failed ({}: {}). Look at the server, and at what stands in front of it",
                       host, status, words);
  }
  if (is_web_page(response)) {
    return fmt::format(
        "{} answered with a web page instead of JSON ({}): a login page or a proxy answered. "
        "Check `url` and `auth`",
        host, status);
  }
  return fmt::format(
      "{} answered {}, and only 200 brings numbers: {}. Check what is sent (`method`, `path`, "
      "`query`, `body`), and the query: {}",
      host, status, words, query);
}

}  // namespace

Error explain_refusal(const HttpResponse& response, const std::string& said, const Asked& asked) {
  return {ErrorKind::backend, text_of(response, said, asked), response.status >= 500};
}

}  // namespace canarygate::http_json
