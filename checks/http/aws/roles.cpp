#include "checks/http/aws/roles.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "checks/http/aws/query_api.h"
#include "checks/http/url.h"
#include "checks/text.h"

namespace canarygate::aws {

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kLargestReply = 1U << 20U;
// These servers are on the machine itself or next to it. Where there is none, nobody answers.
constexpr Duration kInstanceTimeout = std::chrono::seconds(2);
constexpr Duration kContainerTimeout = std::chrono::seconds(5);
constexpr Duration kTokenServiceTimeout = std::chrono::seconds(15);

Result<HttpResponse> send(const HttpRequest& request, const Ports& ports, Duration patience) {
  return std::move(ports.http.send_all(std::array{request}, patience).front());
}

HttpRequest neighbour(std::string url, Headers headers, Duration timeout) {
  HttpRequest request;
  request.url = std::move(url);
  request.headers = std::move(headers);
  request.timeout = timeout;
  request.max_body = kLargestReply;
  request.direct = true;
  return request;
}

std::string token_file_text(const std::string& path, const Ports& ports, Error& problem) {
  auto text = resolve_secret({SecretRef::From::file, path}, ports);
  if (text) return std::move(*text);
  problem = text.error();
  return "";
}

/// Where a token may be sent over plain http.
bool is_neighbour(const std::string& host) {
  constexpr std::array<std::string_view, 6> kHosts = {
      "localhost", "127.0.0.1", "[::1]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"};
  const bool bracketed = host.starts_with('[');
  const std::string name =
      host.substr(0, bracketed ? host.find(']') + 1 : std::min(host.find(':'), host.size()));
  return std::ranges::find(kHosts, name) != kHosts.end();
}

Result<Look> read_answer(const Result<HttpResponse>& answer, const std::string& from,
                         const std::string& advice) {
  if (!answer) return unexpected(answer.error());
  if (answer->status != 200) {
    return unexpected(
        Error{ErrorKind::backend,
              fmt::format("{} answered with status {}; {}", from, answer->status, advice),
              answer->status >= 500});
  }
  auto keys = parse_keys(answer->body, "Token", from);
  if (keys) return Look{std::move(*keys), ""};
  return fail(ErrorKind::backend,
              fmt::format("{} gave no keys that can be used: {}; {}", from, keys.error(), advice));
}

}  // namespace

Result<Look> look_for_web_identity(const std::string& region, const Ports& ports,
                                   Duration patience) {
  const auto file = ports.variables.get("AWS_WEB_IDENTITY_TOKEN_FILE");
  if (!file) return Look{std::nullopt, "AWS_WEB_IDENTITY_TOKEN_FILE is not set"};
  const auto role = ports.variables.get("AWS_ROLE_ARN");
  if (!role) {
    return fail(ErrorKind::secret,
                "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN, which names the role, is "
                "not");
  }
  Error problem;
  const std::string token = token_file_text(*file, ports, problem);
  if (token.empty()) return unexpected(problem);

  HttpRequest request;
  request.method = "POST";
  request.url = fmt::format("https://{}/", host_name("sts", region));
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = form_encode(
      {{"Action", "AssumeRoleWithWebIdentity"},
       {"Version", "2011-06-15"},
       {"RoleArn", *role},
       {"RoleSessionName", ports.variables.get("AWS_ROLE_SESSION_NAME").value_or("canarygate")},
       {"WebIdentityToken", token}});
  request.timeout = kTokenServiceTimeout;
  request.max_body = kLargestReply;
  const auto answer = send(request, ports, patience);
  if (!answer) return unexpected(answer.error());
  const std::string from = fmt::format("the web identity of role {}", printable(*role));
  if (answer->status != 200) {
    const ApiError said = error_in(*answer);
    const bool passing = answer->status >= 500;
    return unexpected(
        Error{passing ? ErrorKind::backend : ErrorKind::secret,
              fmt::format("{} gives no keys for {}: {}; check the role's trust policy and that the "
                          "token in AWS_WEB_IDENTITY_TOKEN_FILE is a fresh one",
                          host_of(request.url), from, describe(said)),
              passing});
  }
  auto keys = assumed_role_keys(answer->body, from);
  if (keys) return Look{std::move(*keys), ""};
  return fail(ErrorKind::backend, fmt::format("{} gave no keys that can be used for {}: {}",
                                              host_of(request.url), from, keys.error()));
}

Result<Look> look_in_container(const Ports& ports, Duration patience) {
  const auto relative = ports.variables.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  const auto full = ports.variables.get("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (!relative && !full) {
    return Look{std::nullopt,
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI "
                "are not set"};
  }
  const std::string url = relative ? "http://169.254.170.2" + *relative : *full;
  const std::string host = host_of(url);
  if (!url.starts_with("https://") && !(url.starts_with("http://") && is_neighbour(host))) {
    return fail(ErrorKind::secret,
                "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor an address of this "
                "machine or of a container service; keys are not asked for there");
  }
  Headers headers;
  const auto token_file = ports.variables.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  if (token_file) {
    Error problem;
    headers.emplace_back("Authorization", token_file_text(*token_file, ports, problem));
    if (headers.back().second.empty()) return unexpected(problem);
  } else if (const auto token = ports.variables.get("AWS_CONTAINER_AUTHORIZATION_TOKEN")) {
    if (token->find_first_of("\r\n") != std::string::npos) {
      return fail(ErrorKind::secret, "AWS_CONTAINER_AUTHORIZATION_TOKEN has more than one line");
    }
    headers.emplace_back("Authorization", *token);
  }
  HttpRequest request = neighbour(url, std::move(headers), kContainerTimeout);
  request.secret_url = true;
  return read_answer(send(request, ports, patience),
                     fmt::format("the container's credentials server {}", host),
                     "check that the task or pod has a role");
}

Result<Look> look_in_instance(const Ports& ports, Duration patience) {
  if (to_lower(ports.variables.get("AWS_EC2_METADATA_DISABLED").value_or("")) == "true") {
    return Look{std::nullopt, "AWS_EC2_METADATA_DISABLED turns the instance metadata off"};
  }
  const std::string base =
      ports.variables.get("AWS_EC2_METADATA_SERVICE_ENDPOINT").value_or("http://169.254.169.254");
  const std::string from = fmt::format("the instance metadata at {}", host_of(base));
  const std::string roles = join_url(base, "latest/meta-data/iam/security-credentials/");

  HttpRequest token =
      neighbour(join_url(base, "latest/api/token"),
                {{"X-aws-ec2-metadata-token-ttl-seconds", "21600"}}, kInstanceTimeout);
  token.method = "PUT";
  token.only_once = true;
  const auto session = send(token, ports, patience);
  if (!session) {
    if (session.error().kind != ErrorKind::backend) return unexpected(session.error());
    return Look{std::nullopt, fmt::format("no instance metadata ({})", session.error().text)};
  }
  if (session->status != 200) {
    return Look{std::nullopt,
                fmt::format("{} gives no session token (status {})", from, session->status)};
  }
  const Headers with_session = {{"X-aws-ec2-metadata-token", std::string(trim(session->body))}};
  if (with_session.front().second.find_first_of("\r\n") != std::string::npos) {
    return Look{std::nullopt, fmt::format("{} is no metadata of EC2", from)};
  }

  const auto named = send(neighbour(roles, with_session, kInstanceTimeout), ports, patience);
  if (!named) return unexpected(named.error());
  const std::string role(trim(named->body.substr(0, named->body.find('\n'))));
  if (named->status == 404 || (named->status == 200 && role.empty())) {
    return Look{std::nullopt, "this instance has no role"};
  }
  const std::string advice = "check the instance's role";
  if (named->status != 200) return read_answer(named, from, advice);
  return read_answer(send(neighbour(roles + percent_encode(role), with_session, kInstanceTimeout),
                          ports, patience),
                     fmt::format("role '{}' of {}", printable(shorten(role, 64)), from), advice);
}

}  // namespace canarygate::aws
