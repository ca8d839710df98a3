/// Where the value of a flag came from, so that a message names what is to be mended.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "checks/result.h"

namespace canarygate {

/// Which variable each flag came from that was not given itself, by flag.
using FlagVariables = std::map<std::string, std::string>;

/// The flag, or its variable.
[[nodiscard]] std::string source_of(const FlagVariables& variables, const std::string& flag);

/// ErrorKind::usage: `--since 'yesterday': expected a time …`
[[nodiscard]] Error refused_value(const FlagVariables& variables, const std::string& flag,
                                  const std::string& value, std::string_view expected);

}  // namespace canarygate
