#include <fmt/format.h>

#include <fstream>

#include "checks/ports.h"

namespace canarygate {

namespace {

constexpr std::size_t kLongestSecret = 64 * 1024;
constexpr Duration kCommandLimit = std::chrono::seconds(30);

std::string without_line_breaks(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

Result<std::string> from_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return fail(
        ErrorKind::secret,
        fmt::format("cannot read the secret's file '{}'; check that it exists and that this "
                    "user may read it",
                    path));
  }
  std::string text(kLongestSecret + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kLongestSecret) {
    return fail(ErrorKind::secret,
                fmt::format("the secret's file '{}' is larger than 64 KiB", path));
  }
  return without_line_breaks(std::move(text));
}

}  // namespace

Result<std::string> resolve_secret(const SecretRef& reference, const Ports& ports) {
  std::string secret;
  switch (reference.from) {
    case SecretRef::From::env: {
      const auto value = ports.variables.get(reference.name);
      if (!value) {
        return fail(
            ErrorKind::secret,
            fmt::format("the environment variable {}, which should hold a secret, is not set",
                        reference.name));
      }
      secret = without_line_breaks(*value);
      break;
    }
    case SecretRef::From::file: {
      auto text = from_file(reference.name);
      if (!text) return text;
      secret = std::move(*text);
      break;
    }
    case SecretRef::From::command: {
      auto printed = ports.processes.output_of(reference.name, kCommandLimit);
      if (!printed) {
        return fail(ErrorKind::secret, fmt::format("the command for a secret, `{}`, failed: {}",
                                                   reference.name, printed.error().text));
      }
      secret = without_line_breaks(std::move(*printed));
      break;
    }
  }
  const std::string what = describe_secret(reference);
  if (secret.empty()) {
    return fail(ErrorKind::secret,
                fmt::format("{}, which should give a secret, gave nothing", what));
  }
  // A line break inside would let a secret write further request headers.
  if (secret.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
    return fail(ErrorKind::secret, fmt::format("the secret from {} has more than one line", what));
  }
  return secret;
}

std::string describe_secret(const SecretRef& reference) {
  switch (reference.from) {
    case SecretRef::From::env:
      return "the environment variable " + reference.name;
    case SecretRef::From::file:
      return "the file '" + reference.name + "'";
    case SecretRef::From::command:
      break;
  }
  return "the command `" + reference.name + "`";
}

}  // namespace canarygate
