/// A name for one run of the gate.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "checks/clock.h"

namespace canarygate {

/// 26 characters of Crockford's base 32 as a ULID has them: 48 bits of `time` in milliseconds, then
/// 80 random bits. Sorts by time as text. The same generator state gives the same id.
[[nodiscard]] std::string make_run_id(TimePoint time, std::mt19937_64& random);

/// A generator seeded from the system's entropy.
[[nodiscard]] std::mt19937_64 entropy();

}  // namespace canarygate
