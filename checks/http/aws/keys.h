/// A set of AWS keys, and what one place that may have them says.
#pragma once

#include <optional>
#include <string>

#include "checks/clock.h"
#include "checks/result.h"

namespace canarygate::aws {

struct Keys {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;         ///< "" for keys that do not expire
  std::optional<TimePoint> expires;  ///< where that is known
  std::string from;                  ///< for messages: `profile 'ci' of /root/.aws/credentials`
};

/// What one place has. Without keys it is not set up there, and `why_not` says so in a clause.
struct Look {
  std::optional<Keys> keys;
  std::string why_not;
};

/// Keys as AWS's servers and credential processes write them: JSON with AccessKeyId,
/// SecretAccessKey, Expiration, and the session token under `token_name`. The error is a clause
/// that says what is wrong, without the text.
[[nodiscard]] Result<Keys, std::string> parse_keys(const std::string& json, const char* token_name,
                                                   std::string from);

/// The host of a service: `monitoring.eu-west-1.amazonaws.com`.
[[nodiscard]] std::string host_name(const std::string& service, const std::string& region);

}  // namespace canarygate::aws
