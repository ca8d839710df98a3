/// Whose name a request to AWS is signed in: the keys, found where AWS's own tools look for them.
///
/// In this order: keys or a profile that the configuration names; the environment variables
/// AWS_ACCESS_KEY_ID …; a web identity (AWS_WEB_IDENTITY_TOKEN_FILE: EKS, and CI systems that give
/// one); the profile AWS_PROFILE or `default` of the shared files; the container's role
/// (AWS_CONTAINER_CREDENTIALS_…); the EC2 instance's role. The first that is set up decides: if it
/// fails, that is an error, and nobody else's name is taken instead.
///
/// Promises: keys that expire are renewed five minutes before they do; no text holds a key.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/config.h"
#include "checks/http/aws/keys.h"
#include "checks/ports.h"
#include "checks/result.h"

namespace canarygate::aws {

/// access_key_id, secret_access_key, session_token and profile.
[[nodiscard]] std::vector<Key> credential_keys();

/// ErrorKind::definition when they contradict one another.
[[nodiscard]] Status check_credential_keys(const Config& config);

class Credentials {
 public:
  /// `region`: whose token service is asked.
  Credentials(Config config, std::string region, const Ports& ports)
      : config_(std::move(config)), region_(std::move(region)), ports_(ports) {}

  /// Keys that are good for some minutes from now. ErrorKind::secret when there are none or they
  /// cannot be read; ErrorKind::backend (timeout, interrupted) when a server that gives them did
  /// not.
  [[nodiscard]] Result<Keys> get(Duration patience);

 private:
  [[nodiscard]] Result<Keys> look(Duration patience) const;

  Config config_;
  std::string region_;
  Ports ports_;
  std::optional<Keys> kept_;  // only such as say when they expire
};

}  // namespace canarygate::aws
