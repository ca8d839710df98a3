#include "checks/http/aws/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <optional>

#include "checks/text.h"

namespace canarygate::aws {

namespace {

constexpr std::size_t kLargestFile = 1U << 20U;
constexpr Duration kProcessLimit = std::chrono::seconds(60);

using Settings = std::map<std::string, std::string>;

/// Nothing when it cannot be read.
std::optional<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text(kLargestFile, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return std::nullopt;
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

/// The settings of `section`; nothing when there is no such section.
std::optional<Settings> section_of(const std::string& text, const std::string& section) {
  std::optional<Settings> settings;
  bool inside = false;
  for (const std::string& line : split(text, '\n')) {
    const std::string_view content = trim(line);
    if (content.empty() || content.front() == '#' || content.front() == ';') continue;
    if (content.front() == '[') {
      const std::string_view name = content.substr(1, content.find(']') - 1);
      inside = trim(name) == section;
      if (inside && !settings) settings.emplace();
      continue;
    }
    // What is indented belongs to the setting above, such as `s3 =`.
    const bool nested = line.front() == ' ' || line.front() == '\t';
    const std::size_t equals = content.find('=');
    if (!inside || nested || equals == std::string_view::npos) continue;
    (*settings)[to_lower(trim(content.substr(0, equals)))] = trim(content.substr(equals + 1));
  }
  return settings;
}

struct Files {
  std::string credentials;
  std::string config;
};

Files files_of(const Ports& ports) {
  const std::string home = ports.variables.get("HOME").value_or("");
  const auto at = [&](const char* variable, const char* name) {
    const auto named = ports.variables.get(variable);
    return named ? *named : home.empty() ? std::string() : home + "/.aws/" + name;
  };
  return {at("AWS_SHARED_CREDENTIALS_FILE", "credentials"), at("AWS_CONFIG_FILE", "config")};
}

std::string first_of(const Settings& settings, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (settings.contains(name)) return name;
  }
  return "";
}

std::string value_of(const Settings& settings, const char* name) {
  const auto found = settings.find(name);
  return found == settings.end() ? "" : found->second;
}

Unexpected<Error> not_supported(const std::string& from, const std::string& name) {
  return fail(ErrorKind::secret,
              fmt::format("{} uses '{}', which canarygate does not follow itself; give it a "
                          "`credential_process`, such as `aws configure export-credentials "
                          "--profile NAME --format process`",
                          from, name));
}

Result<Keys> ask_process(const std::string& command, const std::string& from, const Ports& ports,
                         Duration patience) {
  const auto printed = ports.processes.output_of(command, std::min(patience, kProcessLimit));
  if (!printed) {
    return fail(ErrorKind::secret, fmt::format("the `credential_process` of {} failed: {}", from,
                                               printed.error().text));
  }
  auto keys = parse_keys(*printed, "SessionToken", from);
  if (keys) return std::move(*keys);
  return fail(ErrorKind::secret,
              fmt::format("what the `credential_process` of {} printed cannot be used: {}", from,
                          keys.error()));
}

Result<Look> keys_of(const Settings& settings, const std::string& from, const Ports& ports,
                     Duration patience) {
  if (settings.contains("role_arn")) return not_supported(from, "role_arn");
  if (settings.contains("aws_access_key_id")) {
    Keys keys{value_of(settings, "aws_access_key_id"), value_of(settings, "aws_secret_access_key"),
              value_of(settings, "aws_session_token"), std::nullopt, from};
    if (!keys.access_key_id.empty() && !keys.secret_access_key.empty()) {
      return Look{std::move(keys), ""};
    }
    return fail(ErrorKind::secret,
                fmt::format("{} must have both aws_access_key_id and aws_secret_access_key", from));
  }
  if (settings.contains("credential_process")) {
    auto keys = ask_process(value_of(settings, "credential_process"), from, ports, patience);
    if (!keys) return unexpected(keys.error());
    return Look{std::move(*keys), ""};
  }
  const std::string other =
      first_of(settings, {"sso_session", "sso_start_url", "sso_account_id", "login_session",
                          "credential_source", "source_profile", "web_identity_token_file"});
  if (!other.empty()) return not_supported(from, other);
  return Look{std::nullopt, from + " has no keys"};
}

}  // namespace

Result<Look> look_in_profile(const std::string& profile, const Ports& ports, Duration patience) {
  const auto variable = ports.variables.get("AWS_PROFILE");
  const bool named = !profile.empty() || variable.has_value();
  const std::string name = profile.empty() ? variable.value_or("default") : profile;
  const Files files = files_of(ports);
  const std::string config_section = name == "default" ? name : "profile " + name;

  std::vector<std::string> where;
  Settings settings;
  std::vector<std::string> looked;
  for (const auto& [path, section] :
       {std::pair(files.config, config_section), std::pair(files.credentials, name)}) {
    if (path.empty()) continue;
    looked.push_back(printable(path));
    const auto text = read_file(path);
    const auto found = text ? section_of(*text, section) : std::nullopt;
    if (!found) continue;
    where.push_back(printable(path));
    for (const auto& [key, value] : *found) settings[key] = value;
  }
  std::ranges::reverse(where);
  std::ranges::reverse(looked);
  if (!where.empty()) {
    const std::string from = fmt::format("profile '{}' of {}", printable(name), list_of(where));
    auto look = keys_of(settings, from, ports, patience);
    if (!look || look->keys || !named) return look;
    return fail(ErrorKind::secret,
                fmt::format("{}; add aws_access_key_id and aws_secret_access_key", look->why_not));
  }
  const std::string why =
      looked.empty() ? std::string("HOME is not set, so there are no profiles")
                     : fmt::format("profile '{}' is not in {}", printable(name), list_of(looked));
  if (!named) return Look{std::nullopt, why};
  return fail(ErrorKind::secret,
              fmt::format("{}; {} names it", why,
                          profile.empty() ? "the environment variable AWS_PROFILE" : "`profile`"));
}

}  // namespace canarygate::aws
