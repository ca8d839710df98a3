#include "checks/http/aws/credentials.h"

#include <fmt/format.h>

#include <functional>

#include "checks/http/aws/profile.h"
#include "checks/http/aws/roles.h"
#include "checks/text.h"

namespace canarygate::aws {

namespace {

constexpr Duration kRenewBefore = std::chrono::minutes(5);

Result<Look> look_in_config(const Config& config, const Ports& ports) {
  if (!config.has("access_key_id")) return Look{std::nullopt, "`access_key_id` is not given"};
  Keys keys;
  for (const auto& [name, value] : {std::pair("access_key_id", &keys.access_key_id),
                                    std::pair("secret_access_key", &keys.secret_access_key),
                                    std::pair("session_token", &keys.session_token)}) {
    if (!config.has(name)) continue;
    auto secret = resolve_secret(config.get<SecretRef>(name), ports);
    if (!secret) return unexpected(secret.error());
    *value = std::move(*secret);
  }
  keys.from = fmt::format("`access_key_id` from {}",
                          describe_secret(config.get<SecretRef>("access_key_id")));
  return Look{std::move(keys), ""};
}

Result<Look> look_in_environment(const Ports& ports) {
  const auto id = ports.variables.get("AWS_ACCESS_KEY_ID");
  const auto secret = ports.variables.get("AWS_SECRET_ACCESS_KEY");
  if (!id && !secret) return Look{std::nullopt, "AWS_ACCESS_KEY_ID is not set"};
  if (!id || !secret) {
    return fail(ErrorKind::secret,
                fmt::format("of the environment variables AWS_ACCESS_KEY_ID and "
                            "AWS_SECRET_ACCESS_KEY, {} is not set; set both or none",
                            id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID"));
  }
  const std::string token = ports.variables.get("AWS_SESSION_TOKEN").value_or("");
  return Look{Keys{std::string(trim(*id)), std::string(trim(*secret)), std::string(trim(token)),
                   std::nullopt, "the environment variable AWS_ACCESS_KEY_ID"},
              ""};
}

/// A line break would let a key write further request headers.
bool is_one_line(const Keys& keys) {
  const std::string all = keys.access_key_id + keys.secret_access_key + keys.session_token;
  return all.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos;
}

}  // namespace

std::vector<Key> credential_keys() {
  return {
      {"access_key_id", KeyKind::secret, false,
       "AWS access key; without it, keys are looked for where AWS's tools do"},
      {"secret_access_key", KeyKind::secret, false, "that belongs to access_key_id"},
      {"session_token", KeyKind::secret, false, "of keys that expire"},
      {"profile", KeyKind::text, false, "of ~/.aws/credentials and ~/.aws/config (AWS_PROFILE)"},
  };
}

Status check_credential_keys(const Config& config) {
  const bool id = config.has("access_key_id");
  if (id != config.has("secret_access_key")) {
    return fail(ErrorKind::definition,
                fmt::format("`access_key_id` and `secret_access_key` belong together; `{}` is "
                            "missing",
                            id ? "secret_access_key" : "access_key_id"));
  }
  if (config.has("session_token") && !id) {
    return fail(ErrorKind::definition, "`session_token` needs `access_key_id`");
  }
  if (config.has("profile") && id) {
    return fail(ErrorKind::definition, "`profile` and `access_key_id` exclude one another");
  }
  return Done{};
}

Result<Keys> Credentials::get(Duration patience) {
  const TimePoint now = ports_.clock.now();
  if (kept_ && *kept_->expires - now > kRenewBefore) return *kept_;
  auto keys = look(patience);
  if (!keys) {
    const bool still_good = kept_ && *kept_->expires > now;
    return still_good ? Result<Keys>(*kept_) : keys;
  }
  if (keys->expires && *keys->expires <= now) {
    return fail(ErrorKind::secret,
                fmt::format("the AWS keys from {} have expired; renew them, or check this "
                            "machine's clock",
                            keys->from));
  }
  if (!is_one_line(*keys)) {
    return fail(ErrorKind::secret,
                fmt::format("the AWS keys from {} have more than one line", keys->from));
  }
  kept_ = keys->expires ? std::optional(*keys) : std::nullopt;
  return keys;
}

Result<Keys> Credentials::look(Duration patience) const {
  const Duration begun = ports_.clock.elapsed();
  const auto left = [&] { return patience - (ports_.clock.elapsed() - begun); };
  const auto profile = config_.get<std::string>("profile");
  const auto in_profile = [&] { return look_in_profile(profile, ports_, left()); };
  std::vector<std::function<Result<Look>()>> places = {
      [&] { return look_in_config(config_, ports_); },
      [&] { return look_in_environment(ports_); },
      [&] { return look_for_web_identity(region_, ports_, left()); },
      in_profile,
      [&] { return look_in_container(ports_, left()); },
      [&] { return look_in_instance(ports_, left()); },
  };
  if (!profile.empty()) places = {in_profile};

  std::vector<std::string> reasons;
  for (const auto& place : places) {
    auto look = place();
    if (!look) return unexpected(look.error());
    if (look->keys) return std::move(*look->keys);
    reasons.push_back(look->why_not);
  }
  return fail(ErrorKind::secret,
              fmt::format("there are no AWS keys: {}. Set AWS_ACCESS_KEY_ID and "
                          "AWS_SECRET_ACCESS_KEY, or run this where it has a role",
                          join(reasons, "; ")));
}

}  // namespace canarygate::aws
