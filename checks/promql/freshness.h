/// Keeps a host that died from looking alive.
///
/// Prometheus repeats a gauge's last value for five minutes after its last sample. So a canary that
/// is gone keeps showing good numbers for longer than most windows last. Here every instant vector
/// selector S of a query becomes `(S and last_over_time(S[W]))`: S itself, with its name, its
/// labels and its staleness markers, but only where there was a sample within W.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "checks/clock.h"

namespace canarygate {

/// `query` with W = `freshness` less a millisecond: our buckets are half-open, a range of
/// Prometheus 2 includes both ends. Range selectors stay as they are; so do selectors that a
/// function needs to see bare (`timestamp(S)`). Nothing when the query could not be read (a syntax
/// error, or an extension of another server).
[[nodiscard]] std::optional<std::string> require_fresh(std::string_view query, Duration freshness);

}  // namespace canarygate
