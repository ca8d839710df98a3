/// What a backend of type http_json sends, by the templates of its configuration.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "checks/config.h"
#include "checks/http/auth.h"
#include "checks/http/client.h"
#include "checks/metrics/json_template.h"
#include "checks/result.h"

namespace canarygate::http_json {

/// The templates of one configuration.
struct RequestPlan {
  RequestTemplate path;
  std::vector<std::pair<std::string, RequestTemplate>> parameters;
  std::optional<RequestTemplate> body;
  std::string method;
  std::int64_t max_points = 0;  ///< in one request; 0 for any number
};

/// ErrorKind::definition: a template that cannot be, or none that asks for the query.
[[nodiscard]] Result<RequestPlan> read_plan(const Config& config);

/// The request for one query and one grid. ErrorKind::definition: values that a template cannot
/// take.
[[nodiscard]] Result<HttpRequest> request_for(const RequestPlan& plan, const Config& config,
                                              const TemplateValues& values, const Headers& headers);

}  // namespace canarygate::http_json
