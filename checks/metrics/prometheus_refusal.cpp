#include <fmt/format.h>
#include <simdjson.h>

#include "checks/http/web_page.h"
#include "checks/metrics/prometheus_reply.h"
#include "checks/text.h"

namespace canarygate::prometheus {

namespace {

/// `{"status":"error","errorType":"bad_data","error":"…"}`
struct ApiError {
  std::string type;
  std::string text;
};

ApiError api_error(const HttpResponse& response) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  ApiError error;
  if (parser.parse(response.body).get(document) != simdjson::SUCCESS) return error;
  std::string_view part;
  if (document["errorType"].get(part) == simdjson::SUCCESS) error.type = part;
  if (document["error"].get(part) == simdjson::SUCCESS) error.text = part;
  return error;
}

std::string excerpt(std::string_view body) {
  const std::string_view line = trim(body.substr(0, body.find('\n')));
  return line.empty() ? "no text" : printable(shorten(line, 300));
}

std::string about_credentials(const Asked& asked, std::string_view said) {
  if (said.find("org id") != std::string_view::npos) {
    return "Name the tenant: `headers: {X-Scope-OrgID: …}`";
  }
  if (asked.credentials.empty()) return "Give the backend an `auth` (bearer or basic)";
  return "Sent was " + asked.credentials + "; check that it is right and still valid";
}

std::string about_rate(const HttpResponse& response) {
  const std::string wait = response.header("retry-after");
  return wait.empty() ? "" : ", and asks to wait " + printable(shorten(wait, 40)) + " s";
}

std::string text_of(const HttpResponse& response, const Asked& asked) {
  const int status = response.status;
  const ApiError api = api_error(response);
  const std::string said = !api.text.empty()       ? printable(shorten(api.text, 600))
                           : is_web_page(response) ? "a web page, so a proxy or a login answered"
                                                   : excerpt(response.body);
  const std::string query = printable(shorten(asked.query, 1000));
  // VictoriaMetrics gives the status as the type too.
  const std::string code = api.type.empty() || api.type == std::to_string(status)
                               ? fmt::format("{}", status)
                               : fmt::format("{} {}", status, printable(shorten(api.type, 40)));
  const std::string& host = asked.host;

  if (status == 404) {
    return fmt::format(
        "{} has no Prometheus API at the address in `urls` (404). Does it need a "
        "path, such as /prometheus?",
        host);
  }
  if (status == 401) {
    return fmt::format("{} does not know who asks ({}: {}). {}", host, code, said,
                       about_credentials(asked, said));
  }
  if (status == 403) {
    return fmt::format("{} does not allow this query ({}: {}). {}", host, code, said,
                       about_credentials(asked, said));
  }
  if (is_web_page(response) && status < 500 && status != 429) {
    return fmt::format(
        "{} answered with a web page instead of JSON ({}): a login page or a proxy "
        "answered. Check `urls` and `auth`",
        host, status);
  }
  if (status == 429) {
    return fmt::format(
        "{} takes no more requests for now (429{}). Run fewer checks at a time, or "
        "have its limit raised",
        host, about_rate(response));
  }
  if (is_web_page(response)) {
    return fmt::format(
        "{} answered {} with a web page. Look at the server, and at the proxy in "
        "front of it",
        host, status);
  }
  if (api.text.empty()) {
    return fmt::format(
        "{} answered {}: {}. Check `urls`, `headers` and what stands in front of "
        "the server",
        host, status, said);
  }
  if (api.type == "timeout") {
    return fmt::format(
        "{} ran out of time: {} ({}). Make the query cheaper, or record it with a "
        "rule: {}",
        host, said, code, query);
  }
  if (status >= 500) {
    return fmt::format("{} failed: {} ({}). Look at the server's log", host, said, code);
  }
  return fmt::format("{} refuses the query: {} ({}). Correct the query: {}", host, said, code,
                     query);
}

}  // namespace

Error explain_refusal(const HttpResponse& response, const Asked& asked) {
  return {ErrorKind::backend, text_of(response, asked), response.status >= 500};
}

}  // namespace canarygate::prometheus
