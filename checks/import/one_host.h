/// Queries that give one number for the whole canary, put so that its series names a host.
///
/// Argo Rollouts and Flagger ask for one number of the version that is being judged, without saying
/// whose. canarygate knows its series by a host's name; so the one series gets one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "checks/result.h"

namespace canarygate {

/// The host's name where the query does not force another.
inline constexpr const char* kOneHost = "canary";

struct OneHostQuery {
  std::string text;        ///< with `{{canary_hosts}}` for the host's name, where it needs it
  std::string host_label;  ///< empty: the backend's own
  std::string backend_type;
  /// What the host must be called, where the query's own labels say so; may hold `{{…}}`.
  std::optional<std::string> host;
};

/// Which of the series a query of Prometheus is about.
enum class Pick { only, scalar, largest, smallest };

/// `type`: a name of backend_types(). `query` has only variables of ours in it. Error: why there is
/// no such query.
[[nodiscard]] Result<OneHostQuery> one_host_query(std::string_view type, std::string_view query,
                                                  Pick pick = Pick::only);

}  // namespace canarygate
