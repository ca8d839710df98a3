/// Talking to Zabbix's JSON-RPC API: versions, tokens and logins.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/config.h"
#include "checks/ports.h"
#include "checks/result.h"

namespace canarygate::zabbix {

struct Call {
  std::string method;
  std::string params;  ///< a JSON object
};

class Session {
 public:
  Session(Config config, const Ports& ports);

  /// Asks who we are with the server: finds out its version once, and logs in where the
  /// configuration has a user and a password instead of a token.
  [[nodiscard]] Status open(Duration patience);

  /// Sends all at once, after open(). The body of each answer that holds a result.
  [[nodiscard]] std::vector<Result<std::string>> call(const std::vector<Call>& calls,
                                                      Duration patience);

  [[nodiscard]] const std::string& host() const { return host_; }

 private:
  enum class Credentials { none, in_body, bearer };

  [[nodiscard]] HttpRequest request_for(const Call& call, Credentials credentials) const;
  [[nodiscard]] Result<std::string> ask(const Call& call, Duration patience) const;
  [[nodiscard]] Status learn_version(Duration patience);
  [[nodiscard]] Result<std::string> result_of(Result<HttpResponse> response,
                                              const std::string& method) const;
  [[nodiscard]] std::string describe() const;

  Config config_;
  Ports ports_;
  std::string url_;
  std::string host_;
  std::vector<std::pair<std::string, std::string>> headers_;
  std::optional<int> version_;  // 604 for 6.4
  std::string secret_;          // an API token or a session's
};

}  // namespace canarygate::zabbix
