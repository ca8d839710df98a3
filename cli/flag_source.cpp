#include "cli/flag_source.h"

#include <fmt/format.h>

#include "checks/text.h"

namespace canarygate {

std::string source_of(const FlagVariables& variables, const std::string& flag) {
  const auto variable = variables.find(flag);
  return variable == variables.end() ? flag : variable->second;
}

Error refused_value(const FlagVariables& variables, const std::string& flag,
                    const std::string& value, std::string_view expected) {
  return {ErrorKind::usage,
          fmt::format("{} '{}': {}", source_of(variables, flag), printable(value), expected)};
}

}  // namespace canarygate
