/// Keys of a role, which a server gives to whoever runs in the right place.
#pragma once

#include <string>

#include "checks/http/aws/keys.h"
#include "checks/ports.h"

namespace canarygate::aws {

/// The role that AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN name, from AWS's token service of
/// `region`.
[[nodiscard]] Result<Look> look_for_web_identity(const std::string& region, const Ports& ports,
                                                 Duration patience);

/// The role of the container (ECS, EKS Pod Identity), where AWS_CONTAINER_CREDENTIALS_RELATIVE_URI
/// or AWS_CONTAINER_CREDENTIALS_FULL_URI says. A token is only ever sent over https, to this
/// machine, or to the addresses that AWS gives these servers.
[[nodiscard]] Result<Look> look_in_container(const Ports& ports, Duration patience);

/// The role of the EC2 instance, by its metadata (IMDSv2). Not there when nobody answers, which is
/// so wherever it is no instance.
[[nodiscard]] Result<Look> look_in_instance(const Ports& ports, Duration patience);

}  // namespace canarygate::aws
