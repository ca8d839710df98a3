#include "cli/init/consul.h"

#include <fmt/format.h>

#include <algorithm>

#include "checks/discovery/consul_reply.h"
#include "checks/discovery/question.h"
#include "checks/discovery/source.h"
#include "checks/http/auth.h"
#include "checks/http/url.h"
#include "checks/text.h"

namespace canarygate::init {

namespace {

constexpr Duration kPatience = std::chrono::seconds(15);

std::vector<std::string> names_in(const Found& found) {
  std::vector<std::string> names;
  for (const Host& host : found.hosts) names.push_back(host.name);
  sort_unique(names);
  return names;
}

}  // namespace

ConsulSurvey::ConsulSurvey(const std::string& url, const std::string& token_env, const Ports& ports)
    : url_(url), ports_(ports) {
  connection_.set("url", url);
  if (!token_env.empty()) connection_.set("token", SecretRef{SecretRef::From::env, token_env});
}

Result<Services> ConsulSurvey::services() {
  const auto source = find_source_type("consul")->make(connection_, ports_);
  if (!source) return unexpected(source.error());
  // Says what is wrong in words; what it has seen is a number only.
  const auto greeting = (*source)->greet(kPatience);
  if (!greeting) return unexpected(greeting.error());
  if (!greeting->doubt.empty()) return fail(ErrorKind::discovery, greeting->doubt);
  Headers headers;
  if (connection_.has("token")) {
    auto token = resolve_secret(connection_.get<SecretRef>("token"), ports_);
    if (!token) return unexpected(token.error());
    headers.emplace_back("X-Consul-Token", std::move(*token));
  }
  const auto answer =
      ask_server(connection_, join_url(url_, "v1/catalog/services"), headers, ports_, kPatience);
  if (!answer) return unexpected(answer.error());
  auto services = parse_consul_services(answer->body);
  if (!services) return fail(ErrorKind::discovery, services.error());
  services->erase("consul");
  return std::move(*services);
}

Result<std::vector<Naming>> ConsulSurvey::hosts(const std::string& service,
                                                const std::string& tag) {
  const auto source = find_source_type("consul")->make(connection_, ports_);
  if (!source) return unexpected(source.error());
  std::vector<Naming> namings;
  for (const std::string as : {"address:port", "address", "node"}) {
    Config selection;
    selection.set("service", service);
    selection.set("as", as);
    Naming naming{as, {}, {}};
    for (const bool canary : {true, false}) {
      Config group = selection;
      group.set(canary ? "tags" : "not_tags", std::vector<std::string>{tag});
      const auto found = (*source)->find(group, kPatience);
      if (!found) return unexpected(found.error());
      (canary ? naming.canary : naming.baseline) = names_in(*found);
    }
    namings.push_back(std::move(naming));
  }
  return namings;
}

std::vector<std::string> canary_like(const std::vector<std::string>& tags) {
  std::vector<std::string> alike;
  for (const std::string& tag : tags) {
    if (to_lower(tag).find("canary") != std::string::npos) alike.push_back(tag);
  }
  std::ranges::sort(alike, [](const std::string& a, const std::string& b) {
    return std::pair(a.size(), a) < std::pair(b.size(), b);
  });
  return alike;
}

}  // namespace canarygate::init
