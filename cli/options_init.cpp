#include "cli/options_init.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "checks/text.h"

namespace canarygate {

bool is_file_name(const std::string& name) {
  return !name.empty() && name.front() != '.' && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

bool is_address(const std::string& url) {
  const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  if (scheme == 0 || url.size() == scheme || url.find('@') != std::string::npos) return false;
  return std::ranges::all_of(url,
                             [](char c) { return c > ' ' && c < '\x7F' && c != '"' && c != '\\'; });
}

std::string with_scheme(const std::string& url) {
  return url.empty() || url.find("://") != std::string::npos ? url : "http://" + url;
}

void add_init(CLI::App& command, InitOptions& raw) {
  const auto add = [&](const char* flag, std::string& into, const char* help, const char* type) {
    command.add_option(flag, into, help)->type_name(type);
  };
  command.add_option("DIR", raw.folder, "Where to; it is made (default: here)")->type_name("");
  add("--url", raw.url, "Prometheus, or what speaks its API", "URL");
  add("--token-env", raw.token_env, "The variable that holds its bearer token", "VARIABLE");
  add("--consul", raw.consul, "A Consul agent", "URL");
  add("--consul-token-env", raw.consul_token_env,
      "The variable that holds its token (default: CONSUL_HTTP_TOKEN, where that is set)",
      "VARIABLE");
  add("--service", raw.service, "The service in Consul", "NAME");
  add("--canary-tag", raw.canary_tag, "The tag that its canaries carry (default: canary)", "TAG");
  for (const auto& [flag, hosts] :
       {std::pair("--canary", &raw.canary), std::pair("--baseline", &raw.baseline)}) {
    command.add_option(flag, *hosts, std::string("Without Consul: ") + (flag + 2) + " hosts")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("HOST[,HOST]");
  }
  add("--environment", raw.environment, "The environment's name (default: production)", "NAME");
  add("--check", raw.check, "The check's name (default: the service's, or web)", "NAME");
  command.add_flag("--yes", raw.yes, "Ask nothing, even on a terminal");
}

Result<InitOptions> read_init(const InitOptions& raw, const FlagVariables& variables) {
  std::string error;
  const auto refuse = [&](const std::string& flag, const std::string& text, const char* expected) {
    if (!error.empty()) return;
    error = refused_value(variables, flag, text, expected).text;
  };
  InitOptions options = raw;
  options.consul = with_scheme(raw.consul);
  for (const auto& [flag, url] :
       {std::pair("--url", options.url), std::pair("--consul", options.consul)}) {
    if (!url.empty() && !is_address(url)) {
      refuse(flag, url, "expected an address like http://prometheus.example.com:9090");
    }
  }
  for (const auto& [flag, name] :
       {std::pair("--environment", raw.environment), std::pair("--check", raw.check)}) {
    if (!name.empty() && !is_file_name(name)) {
      refuse(flag, name, "a name has letters, digits, '.', '_' and '-'");
    }
  }
  if (!raw.service.empty() && raw.consul.empty()) {
    refuse("--service", raw.service, "needs --consul, the agent that knows the service");
  }
  if (raw.canary.empty() != raw.baseline.empty()) {
    refuse(raw.canary.empty() ? "--baseline" : "--canary",
           join(raw.canary.empty() ? raw.baseline : raw.canary, ","),
           "give both --canary and --baseline");
  }
  if (!raw.canary.empty() && !raw.service.empty()) {
    refuse("--canary", join(raw.canary, ","), "hosts are found by --service already");
  }
  if (!error.empty()) return fail(ErrorKind::usage, error);
  return options;
}

}  // namespace canarygate
