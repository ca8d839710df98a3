/// What the servers of AWS's Query protocol (CloudWatch, EC2, STS) have in common: errors in XML.
#pragma once

#include <string>

#include "checks/http/aws/keys.h"
#include "checks/http/client.h"

namespace canarygate::aws {

struct ApiError {
  int status = 0;
  std::string code;     ///< `Throttling`; "" when the answer is none of AWS's
  std::string message;  ///< printable, shortened
};

/// What an answer that is no 200 says.
[[nodiscard]] ApiError error_in(const HttpResponse& response);

/// `status 400, Throttling: Rate exceeded`.
[[nodiscard]] std::string describe(const ApiError& error);

/// Too many requests for the moment, whatever the status is.
[[nodiscard]] bool is_throttled(const ApiError& error);

/// The keys in an answer of AssumeRoleWithWebIdentity. The error is a clause.
[[nodiscard]] Result<Keys, std::string> assumed_role_keys(const std::string& body,
                                                          std::string from);

}  // namespace canarygate::aws
