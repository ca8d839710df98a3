#include <fmt/format.h>

#include "checks/metrics/graphite_reply.h"
#include "checks/text.h"

namespace canarygate::graphite {

namespace {

/// graphite-web shows the traceback of what went wrong on a web page: its last line tells.
std::string end_of_traceback(const std::string& body) {
  const std::size_t begin = body.find("Traceback (most recent call last)");
  if (begin == std::string::npos) return "";
  const std::string_view traceback =
      trim(std::string_view(body).substr(begin, body.find("</pre>", begin) - begin));
  std::string line(trim(traceback.substr(traceback.rfind('\n') + 1)));
  for (const auto& [entity, character] :
       {std::pair("&quot;", '"'), std::pair("&#x27;", '\''), std::pair("&#39;", '\''),
        std::pair("&lt;", '<'), std::pair("&gt;", '>'), std::pair("&amp;", '&')}) {
    for (std::size_t at = line.find(entity); at != std::string::npos; at = line.find(entity)) {
      line.replace(at, std::string_view(entity).size(), 1, character);
      if (character == '&') break;  // what it makes is no entity
    }
  }
  return printable(shorten(line, 300));
}

std::string excerpt(std::string_view body) {
  const std::string_view line = trim(body.substr(0, body.find('\n')));
  return line.empty() ? "no text" : printable(shorten(line, 600));
}

std::string about_credentials(const Refused& refused) {
  if (refused.credentials.empty()) return "Give the backend an `auth` (bearer or basic)";
  return "Sent was " + refused.credentials + "; check that it is right and still valid";
}

std::string about_rate(const HttpResponse& response) {
  const std::string wait = response.header("retry-after");
  return wait.empty() ? "" : ", and asks to wait " + printable(shorten(wait, 40)) + " s";
}

std::string text_of(const HttpResponse& response, const Refused& refused) {
  const int status = response.status;
  const bool page = is_web_page(response);
  const std::string said =
      page ? "a web page, so a proxy or a login answered" : excerpt(response.body);
  const std::string target = printable(shorten(refused.target, 1000));
  const std::string& host = refused.host;
  const std::string traceback = end_of_traceback(response.body);

  if (status == 404) {
    return fmt::format(
        "{} has no Graphite Render API at the address in `urls` (404). Does it need a path, "
        "such as /graphite?",
        host);
  }
  // VictoriaMetrics' word for 404.
  if (status == 400 && response.body.find("unsupported path requested") != std::string::npos) {
    return fmt::format(
        "{} has no Graphite Render API at the address in `urls` (400: unsupported path). Does it "
        "need another path, or is it a VictoriaMetrics that is too old to have one?",
        host);
  }
  if (status == 401) {
    return fmt::format("{} does not know who asks (401: {}). {}", host, said,
                       about_credentials(refused));
  }
  if (status == 403) {
    return fmt::format("{} does not allow this query (403: {}). {}", host, said,
                       about_credentials(refused));
  }
  if (status == 429) {
    return fmt::format(
        "{} takes no more requests for now (429{}). Run fewer checks at a time, or have its limit "
        "raised",
        host, about_rate(response));
  }
  if (!traceback.empty()) {
    return fmt::format("{} failed at this query: {} ({}). Check the functions' arguments: {}", host,
                       traceback, status, target);
  }
  if (page && status < 500) {
    return fmt::format(
        "{} answered with a web page instead of JSON ({}): a login page or a proxy answered. Check "
        "`urls` and `auth`",
        host, status);
  }
  if (page) {
    return fmt::format(
        "{} answered {} with a web page. Look at the server, and at the proxy in front of it", host,
        status);
  }
  if (status == 400) {
    return fmt::format("{} refuses the query: {} (400). Correct the query: {}", host, said, target);
  }
  if (status >= 500) {
    return fmt::format("{} failed: {} ({}). Look at the server's log", host, said, status);
  }
  return fmt::format(
      "{} answered {}: {}. Check `urls`, `headers` and what stands in front of the server", host,
      status, said);
}

}  // namespace

bool is_web_page(const HttpResponse& response) {
  return trim(std::string_view(response.body).substr(0, 200)).starts_with('<');
}

Error explain_refusal(const HttpResponse& response, const Refused& refused) {
  const int status = response.status;
  const bool transient = status == 429 || (status >= 502 && status <= 504);
  return {ErrorKind::backend, text_of(response, refused), transient};
}

}  // namespace canarygate::graphite
