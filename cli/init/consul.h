/// What a Consul offers: its services, and who belongs to one.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "checks/ports.h"
#include "cli/init/prometheus.h"

namespace canarygate::init {

/// The tags of each service.
using Services = std::map<std::string, std::vector<std::string>>;

class ConsulSurvey {
 public:
  ConsulSurvey(const std::string& url, const std::string& token_env, const Ports& ports);

  /// Without Consul itself. Errors as of discovery.
  [[nodiscard]] Result<Services> services();
  /// The service's hosts by each way of calling them; those with the tag are the canary.
  [[nodiscard]] Result<std::vector<Naming>> hosts(const std::string& service,
                                                  const std::string& tag);

 private:
  Config connection_;
  std::string url_;
  Ports ports_;
};

/// Tags that look like a canary's: `canary`, `track-canary`.
[[nodiscard]] std::vector<std::string> canary_like(const std::vector<std::string>& tags);

}  // namespace canarygate::init
