/// Which CI system runs us, and what it knows about this build.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "checks/ports.h"

namespace canarygate {

/// The facts a Report's `ci` may hold: provider, build_url, commit, branch, pull_request, author,
/// user. What a CI system does not tell is absent. `pull_request` is its address where that is
/// known, else its number.
[[nodiscard]] const std::vector<std::string>& ci_facts();

/// What the environment tells; empty outside of CI. `user` is who started the build, `author` who
/// wrote the commit.
[[nodiscard]] std::map<std::string, std::string> read_ci_environment(const Variables& variables);

/// Whom an override is put down to: who started the build, else the commit's author, else the
/// login name, else "".
[[nodiscard]] std::string ci_user(const std::map<std::string, std::string>& ci,
                                  const Variables& variables);

}  // namespace canarygate
