/// Command lines as somebody types them, and what the program makes of them.
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "cli/options.h"

namespace canarygate::test {

using Arguments = std::vector<const char*>;  ///< without the program's name
using Vars = std::map<std::string, std::string>;

std::variant<Options, EarlyExit> parse(Arguments arguments, const Vars& variables = {});

/// Fails the test when they are refused.
Options accepted(const Arguments& arguments, const Vars& variables = {});

/// The usage error's first line. Fails the test when they are accepted.
std::string refused(const Arguments& arguments, const Vars& variables = {});

/// The same without the program's name, which it begins with.
std::string refused_for(const Arguments& arguments, const Vars& variables = {});

}  // namespace canarygate::test
