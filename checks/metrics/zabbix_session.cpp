#include "checks/metrics/zabbix_session.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "checks/http/auth.h"
#include "checks/http/url.h"
#include "checks/metrics/zabbix_reply.h"
#include "checks/number.h"
#include "checks/text.h"

namespace canarygate::zabbix {

namespace {

constexpr Duration kRequestTimeout = std::chrono::seconds(15);
constexpr std::size_t kLargestReply = 64U << 20U;
constexpr int kBearerSince = 604;
constexpr int kUsernameSince = 504;

std::string url_of(const Config& config) {
  const std::string url = config.get<std::string>("url");
  return url.ends_with(".php") ? url : join_url(url, "api_jsonrpc.php");
}

/// 604 for `6.4.12`.
std::optional<int> version_in(const std::string& text) {
  const auto parts = split(text, '.');
  if (parts.size() < 2) return std::nullopt;
  const auto major = parse_number<int>(parts[0]);
  const auto minor = parse_number<int>(parts[1]);
  if (!major || !minor || *major < 1 || *major > 1000 || *minor < 0 || *minor > 99) {
    return std::nullopt;
  }
  return *major * 100 + *minor;
}

Error nonsense(const std::string& host, const std::string& method, const std::string& why) {
  return {ErrorKind::backend,
          fmt::format("{} did not answer {} as Zabbix does: {}", host, method, why), false};
}

}  // namespace

Session::Session(Config config, const Ports& ports)
    : config_(std::move(config)), ports_(ports), url_(url_of(config_)), host_(host_of(url_)) {}

HttpRequest Session::request_for(const Call& call, Credentials credentials) const {
  nlohmann::json body = {{"jsonrpc", "2.0"},
                         {"method", call.method},
                         {"params", nlohmann::json::parse(call.params, nullptr, false)},
                         {"id", 1}};
  HttpRequest request;
  request.method = "POST";
  request.url = url_;
  request.headers = headers_;
  request.headers.emplace_back("Content-Type", "application/json-rpc");
  if (credentials == Credentials::in_body) body["auth"] = secret_;
  if (credentials == Credentials::bearer) {
    request.headers.emplace_back("Authorization", "Bearer " + secret_);
  }
  request.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  request.timeout = config_.get("request_timeout", kRequestTimeout);
  request.max_body = kLargestReply;
  request.ca_file = config_.get<std::string>("ca");
  return request;
}

Result<std::string> Session::ask(const Call& call, Duration patience) const {
  const std::array requests = {request_for(call, Credentials::none)};
  auto body = result_of(std::move(ports_.http.send_all(requests, patience).front()), call.method);
  if (!body) return body;
  auto text = parse_text(*body);
  if (!text) return unexpected(nonsense(host_, call.method, text.error()));
  return std::move(*text);
}

Status Session::learn_version(Duration patience) {
  if (version_) return Done{};
  const auto text = ask({"apiinfo.version", "[]"}, patience);
  if (!text) return unexpected(text.error());
  version_ = version_in(*text);
  if (version_) return Done{};
  return unexpected(nonsense(host_, "apiinfo.version",
                             fmt::format("'{}' is no version", printable(shorten(*text, 40)))));
}

Status Session::open(Duration patience) {
  const Duration deadline = ports_.clock.elapsed() + patience;
  auto headers = request_headers(config_, ports_);
  if (!headers) return unexpected(headers.error());
  headers_ = std::move(*headers);
  const bool has_token = config_.has("token");
  auto secret = resolve_secret(config_.get<SecretRef>(has_token ? "token" : "password"), ports_);
  if (!secret) return unexpected(secret.error());
  if (Status version = learn_version(patience); !version) return version;
  if (has_token) {
    secret_ = std::move(*secret);
    return Done{};
  }
  const nlohmann::json params = {
      {*version_ >= kUsernameSince ? "username" : "user", config_.get<std::string>("user")},
      {"password", *secret}};
  auto session = ask({"user.login", params.dump()}, deadline - ports_.clock.elapsed());
  if (!session) return unexpected(session.error());
  if (session->find_first_of("\r\n") != std::string::npos) {
    return unexpected(nonsense(host_, "user.login", "its session has more than one line"));
  }
  secret_ = std::move(*session);
  return Done{};
}

std::vector<Result<std::string>> Session::call(const std::vector<Call>& calls, Duration patience) {
  const auto credentials =
      version_.value_or(0) >= kBearerSince ? Credentials::bearer : Credentials::in_body;
  std::vector<HttpRequest> requests;
  for (const Call& call : calls) requests.push_back(request_for(call, credentials));
  auto answers = ports_.http.send_all(requests, patience);
  std::vector<Result<std::string>> bodies;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    bodies.push_back(result_of(std::move(answers[i]), calls[i].method));
  }
  return bodies;
}

Result<std::string> Session::result_of(Result<HttpResponse> response,
                                       const std::string& method) const {
  if (!response) return unexpected(response.error());
  const Status taken = refusal_in(*response, {host_, method, describe()});
  if (taken) return std::move(response->body);
  Error refusal = taken.error();
  // A proxy may repeat what it was sent, and in old versions that holds the token.
  constexpr std::size_t kShortest = 6;
  for (std::size_t at = 0;
       secret_.size() >= kShortest && (at = refusal.text.find(secret_, at)) != std::string::npos;) {
    refusal.text.replace(at, secret_.size(), "[hidden]");
  }
  return unexpected(std::move(refusal));
}

std::string Session::describe() const {
  if (config_.has("token")) {
    return "`token` from " + describe_secret(config_.get<SecretRef>("token"));
  }
  return "`user` and `password` from " + describe_secret(config_.get<SecretRef>("password"));
}

}  // namespace canarygate::zabbix
