#include "checks/http/datadog.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>

#include "checks/http/rate_limit.h"
#include "checks/http/web_page.h"
#include "checks/text.h"

namespace canarygate::datadog {

namespace {

constexpr std::size_t kMostErrors = 5;

bool is_site(std::string_view site) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789.-";
  return site.find('.') != std::string_view::npos && !site.starts_with("app.") &&
         !site.starts_with("api.") && site.front() != '.' && site.back() != '.' &&
         site.find_first_not_of(kLetters) == std::string_view::npos;
}

std::string describe_keys(const Config& config) {
  return fmt::format("`api_key` from {} and `app_key` from {}",
                     describe_secret(config.get<SecretRef>("api_key")),
                     describe_secret(config.get<SecretRef>("app_key")));
}

std::string first_line(std::string_view body) {
  const std::string_view line = trim(body.substr(0, body.find('\n')));
  return line.empty() ? "no text" : printable(shorten(line, 300));
}

}  // namespace

std::vector<Key> connection_keys() {
  return {
      {"site", KeyKind::text, false,
       "datadoghq.com, us3.datadoghq.com, us5.datadoghq.com, ap1.datadoghq.com, datadoghq.eu, "
       "ddog-gov.com or another (datadoghq.com)"},
      {"url", KeyKind::url, false, "where the API is, instead of https://api.SITE: a proxy"},
      {"api_key", KeyKind::secret, true, "API key"},
      {"app_key", KeyKind::secret, true, "application key"},
      {"request_timeout", KeyKind::duration, false, "longest wait for one answer (15s)"},
      {"ca", KeyKind::path, false, "PEM file of the authority to trust for https"},
      {"headers", KeyKind::headers, false, "sent with each request, for a proxy"},
  };
}

Result<std::string> base_url(const Config& config) {
  if (config.has("url")) return config.get<std::string>("url");
  const auto site = config.get<std::string>("site", "datadoghq.com");
  if (!is_site(site)) {
    return fail(ErrorKind::definition,
                fmt::format("'{}' is no Datadog site; `site` is what follows `api.` in the API's "
                            "address: datadoghq.com, us5.datadoghq.com, datadoghq.eu, …",
                            printable(shorten(site, 60))));
  }
  return "https://api." + site;
}

Result<Headers> key_headers(const Config& config, const Ports& ports) {
  Headers headers = {{"Accept", "application/json"}};
  const std::array<std::pair<const char*, const char*>, 2> keys = {
      {{"api_key", "DD-API-KEY"}, {"app_key", "DD-APPLICATION-KEY"}}};
  for (const auto& [key, header] : keys) {
    auto secret = resolve_secret(config.get<SecretRef>(key), ports);
    if (!secret) return unexpected(secret.error());
    headers.emplace_back(header, std::move(*secret));
  }
  auto further = request_headers(config, ports);
  if (!further) return unexpected(further.error());
  headers.insert(headers.end(), further->begin(), further->end());
  return headers;
}

std::string errors_in(std::string_view body) {
  simdjson::dom::parser parser;
  simdjson::dom::object document;
  if (parser.parse(body.data(), body.size()).get(document) != simdjson::SUCCESS) return {};
  std::vector<std::string> errors;
  const auto add = [&errors](simdjson::dom::element said) {
    std::string_view text;
    // Newer endpoints: {"title": …, "detail": …}.
    const bool found = said.get(text) == simdjson::SUCCESS ||
                       said["detail"].get(text) == simdjson::SUCCESS ||
                       said["title"].get(text) == simdjson::SUCCESS;
    if (found && !trim(text).empty() && errors.size() < kMostErrors) {
      std::string line(trim(text));
      std::ranges::replace(line, '\n', ' ');
      errors.push_back(printable(shorten(line, 300)));
    }
  };
  for (const char* key : {"errors", "error"}) {
    simdjson::dom::element said;
    simdjson::dom::array all;
    if (document[key].get(said) != simdjson::SUCCESS) continue;
    if (said.get(all) != simdjson::SUCCESS) {
      add(said);
      continue;
    }
    for (const simdjson::dom::element one : all) add(one);
  }
  return join(errors, "; ");
}

std::string explain_refusal(const HttpResponse& response, const Asked& asked, const Config& config,
                            TimePoint now) {
  const int status = response.status;
  const bool page = is_web_page(response);
  const std::string errors = errors_in(response.body);
  const std::string said = !errors.empty() ? errors
                           : page          ? "a web page"
                                           : first_line(response.body);
  const std::string& host = asked.host;

  if (status == 429) {
    const std::string limit = describe_rate_limit(response, now);
    return fmt::format(
        "{} takes no more requests for now (429{}). Run fewer checks at a time, judge with a "
        "shorter `history`, or have Datadog raise the limit",
        host, limit.empty() ? "" : ": " + limit);
  }
  if (page && status < 500) {
    return fmt::format(
        "{} answered with a web page instead of JSON ({}): a login page or a proxy answered. Check "
        "`site` or `url`",
        host, status);
  }
  if (status == 401 || status == 403) {
    return fmt::format(
        "{} does not accept the keys ({}: {}). Sent were {}: check that both are of this `site`, "
        "still valid, and that the application key may `{}`",
        host, status, said, describe_keys(config), asked.permission);
  }
  if (status == 404) {
    return fmt::format(
        "{} has no Datadog API there (404: {}). Check `site` or `url`; `url` is "
        "without /api",
        host, said);
  }
  if (status >= 500) {
    return fmt::format("{} failed ({}: {}). Look at Datadog's status page{}", host, status, said,
                       page ? ", and at the proxy in between" : "");
  }
  if (errors.empty()) {
    return fmt::format("{} answered {}: {}. Check `site` or `url` and what stands in between", host,
                       status, said);
  }
  return fmt::format("{} refuses {} ({}: {}). Correct it", host, asked.what, status, errors);
}

}  // namespace canarygate::datadog
