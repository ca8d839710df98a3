/// What Zabbix's JSON-RPC API answers. It writes numbers as strings, and errors with status 200.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checks/http/client.h"
#include "checks/result.h"

namespace canarygate::zabbix {

struct Item {
  std::string id;
  int value_type = 0;  ///< 0 floating point, 3 unsigned; the others are no numbers
  std::string host;    ///< technical name
  std::string name;    ///< visible name
};

struct HostEntry {
  std::string id;
  std::string host;
  std::string name;
};

struct Sample {
  std::string item;
  std::int64_t clock = 0;
  std::int64_t nanoseconds = 0;
  double value = 0;  ///< may be NaN
};

/// What the message about a refusal is made of.
struct Asked {
  std::string host;         ///< the server, as messages call it
  std::string method;       ///< `history.get`
  std::string credentials;  ///< where they are from: "`token` from the environment variable X"
};

/// Why there is no result: any status but 200, a web page, an error of the API. Nothing when there
/// is one.
[[nodiscard]] Status refusal_in(const HttpResponse& response, const Asked& asked);

// Of an answer that is no refusal. The error is a clause that says what was malformed.
[[nodiscard]] Result<std::string, std::string> parse_text(const std::string& body);
[[nodiscard]] Result<std::vector<HostEntry>, std::string> parse_hosts(const std::string& body);
[[nodiscard]] Result<std::vector<Item>, std::string> parse_items(const std::string& body);
[[nodiscard]] Result<std::vector<Sample>, std::string> parse_history(const std::string& body);

}  // namespace canarygate::zabbix
