/// What evidence files call the kinds of errors.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "checks/result.h"

namespace canarygate::evidence {

inline constexpr std::array<std::pair<ErrorKind, std::string_view>, 10> kErrorKinds = {{
    {ErrorKind::usage, "usage"},
    {ErrorKind::definition, "definition"},
    {ErrorKind::secret, "secret"},
    {ErrorKind::output, "output"},
    {ErrorKind::deploy, "deploy"},
    {ErrorKind::discovery, "discovery"},
    {ErrorKind::no_hosts, "no_hosts"},
    {ErrorKind::backend, "backend"},
    {ErrorKind::timeout, "timeout"},
    {ErrorKind::interrupted, "interrupted"},
}};

[[nodiscard]] constexpr std::string_view name_of(ErrorKind kind) {
  for (const auto& [known, name] : kErrorKinds) {
    if (known == kind) return name;
  }
  return "usage";
}

/// Nothing for a name that is none.
[[nodiscard]] constexpr std::optional<ErrorKind> error_kind(std::string_view name) {
  for (const auto& [kind, known] : kErrorKinds) {
    if (known == name) return kind;
  }
  return std::nullopt;
}

}  // namespace canarygate::evidence
