/// The files that AWS's command-line tool keeps its profiles in: `~/.aws/credentials` and
/// `~/.aws/config`.
#pragma once

#include <string>

#include "checks/http/aws/keys.h"
#include "checks/ports.h"

namespace canarygate::aws {

/// The keys of a profile: written there, or printed by its `credential_process`. AWS_SHARED_
/// CREDENTIALS_FILE and AWS_CONFIG_FILE name other files. `profile`: "" for AWS_PROFILE, else
/// `default`. A profile that was named must be there; ErrorKind::secret when it is not, or when it
/// wants something else (a role to assume, single sign-on).
[[nodiscard]] Result<Look> look_in_profile(const std::string& profile, const Ports& ports,
                                           Duration patience);

}  // namespace canarygate::aws
