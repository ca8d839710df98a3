#include "checks/metrics/http_json_request.h"

#include <algorithm>
#include <map>

#include "checks/http/url.h"
#include "checks/text.h"

namespace canarygate::http_json {

Result<RequestPlan> read_plan(const Config& config) {
  using Place = RequestTemplate::Place;
  RequestPlan plan;
  plan.method = config.get<std::string>("method", "GET");
  plan.max_points = config.get<std::int64_t>("max_points");
  if (config.has("max_points") && plan.max_points <= 0)
    return fail(ErrorKind::definition, "`max_points` must be above 0");
  auto path = RequestTemplate::parse(config.get<std::string>("path"), Place::path, "path");
  if (!path) return unexpected(path.error());
  plan.path = std::move(*path);
  bool asks = plan.path.uses("query");
  for (const auto& [name, text] : config.get<std::map<std::string, std::string>>("query")) {
    auto value = RequestTemplate::parse(text, Place::value, "query." + name);
    if (!value) return unexpected(value.error());
    asks = asks || value->uses("query");
    plan.parameters.emplace_back(name, std::move(*value));
  }
  if (config.has("body")) {
    if (plan.method != "POST") {
      return fail(ErrorKind::definition, "`body` is only sent with `method: POST`");
    }
    auto body = RequestTemplate::parse(config.get<std::string>("body"), Place::json, "body");
    if (!body) return unexpected(body.error());
    asks = asks || body->uses("query");
    plan.body = std::move(*body);
  }
  if (asks) return plan;
  return fail(ErrorKind::definition,
              "none of `path`, `query` and `body` has {{query}} in it, so each metric would be "
              "answered alike; put it where the server wants the query");
}

Result<HttpRequest> request_for(const RequestPlan& plan, const Config& config,
                                const TemplateValues& values, const Headers& headers) {
  const auto url = config.get<std::string>("url");
  const auto path = plan.path.fill(values);
  if (!path) return unexpected(path.error());
  Parameters parameters;
  for (const auto& [name, text] : plan.parameters) {
    auto value = text.fill(values);
    if (!value) return unexpected(value.error());
    parameters.emplace_back(name, std::move(*value));
  }
  HttpRequest request;
  request.method = plan.method;
  request.url = path->empty() ? url : join_url(url, *path);
  if (!parameters.empty()) {
    request.url += request.url.find('?') == std::string::npos ? "?" : "&";
    request.url += form_encode(parameters);
  }
  request.headers.emplace_back("Accept", "application/json");
  if (plan.body) {
    auto body = plan.body->fill(values);
    if (!body) return unexpected(body.error());
    request.body = std::move(*body);
    const bool told = std::ranges::any_of(
        headers, [](const auto& header) { return to_lower(header.first) == "content-type"; });
    if (!told) request.headers.emplace_back("Content-Type", "application/json");
  }
  complete(request, config, headers);
  return request;
}

}  // namespace canarygate::http_json
