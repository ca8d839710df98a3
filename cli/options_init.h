/// The command line of `init`.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "checks/result.h"
#include "cli/flag_source.h"

namespace CLI {  // NOLINT(readability-identifier-naming): theirs
class App;
}

namespace canarygate {

/// What is to be written, as far as flags say; "" for what is to be asked or found out.
struct InitOptions {
  std::string folder;
  std::string url;        ///< Prometheus
  std::string token_env;  ///< the variable with its bearer token
  std::string consul;
  std::string consul_token_env;
  std::string service;
  std::string canary_tag;
  std::string environment;
  std::string check;
  std::vector<std::string> canary;  ///< hosts, where there is no Consul
  std::vector<std::string> baseline;
  bool yes = false;  ///< never ask
};

void add_init(CLI::App& command, InitOptions& raw);

/// ErrorKind::usage. `variables`: which variable each flag came from that was not given itself.
[[nodiscard]] Result<InitOptions> read_init(const InitOptions& raw, const FlagVariables& variables);

/// Whether it can be the name of a check or an environment: letters, digits, `.`, `_` and `-`.
[[nodiscard]] bool is_file_name(const std::string& name);
/// Whether it is an http or https address without a user's name in it.
[[nodiscard]] bool is_address(const std::string& url);
/// `127.0.0.1:8500`, as CONSUL_HTTP_ADDR has it, is `http://127.0.0.1:8500`.
[[nodiscard]] std::string with_scheme(const std::string& url);

}  // namespace canarygate
