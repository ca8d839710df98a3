/// Durations, percentages and times as people write them, both ways.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "checks/clock.h"

namespace canarygate {

/// `500ms 15s 5m 24h 7d`, also put together (`1h30m`); never negative, at most ten years, no bare
/// number. Nothing when `text` is not of that form.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);

/// The shortest such text that gives the same duration back: 300000 ms is `5m`, 90 s is `1m30s`.
[[nodiscard]] std::string format_duration(Duration length);

/// `1%` is 0.01, `12.5%` 0.125. The sign is kept, the percent sign is required.
[[nodiscard]] std::optional<double> parse_percentage(std::string_view text);

/// RFC 3339 (`2026-11-20T14:03:20Z`, offsets and fractions of a second allowed) or Unix seconds
/// (`1795212778`, `1795212778.25`).
[[nodiscard]] std::optional<TimePoint> parse_time(std::string_view text);

/// RFC 3339, UTC: `2026-11-20T14:03:20Z`, with milliseconds only where there are some.
[[nodiscard]] std::string format_time(TimePoint time);

/// The time of day for a person who reads a report of today: `14:03:20 UTC`.
[[nodiscard]] std::string format_time_of_day(TimePoint time);

/// Seconds since the Unix epoch, as most APIs want them.
[[nodiscard]] double to_unix_seconds(TimePoint time);
[[nodiscard]] TimePoint from_unix_seconds(double seconds);

}  // namespace canarygate
