/// What PromQL is evaluated on: samples as they were scraped, in the terms of Prometheus.
#pragma once

#include <bit>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace canarygate::promql {

/// With the metric's name under `__name__`. No label has an empty value.
using Labels = std::map<std::string, std::string>;

struct Sample {
  std::int64_t time = 0;  ///< milliseconds since 1970, UTC
  double value = 0;       ///< may be NaN or infinite: those are values, too
};

/// The value that ends a series: it was scraped before and is not exposed any more, or its host did
/// not answer (Prometheus' staleness marker, a NaN of its own).
inline constexpr std::uint64_t kStaleBits = 0x7ff0000000000002ULL;
[[nodiscard]] inline double stale_marker() { return std::bit_cast<double>(kStaleBits); }
[[nodiscard]] inline bool is_stale(double value) {
  return std::bit_cast<std::uint64_t>(value) == kStaleBits;
}

/// One series as it is stored. Lives as long as its source does not change.
struct StoredSeries {
  const Labels* labels = nullptr;
  std::span<const Sample> samples;  ///< ascending in time, no time twice; stale markers among them
};

struct Matcher;

/// Where samples come from.
class SampleSource {
 public:
  SampleSource() = default;
  SampleSource(const SampleSource&) = delete;
  SampleSource& operator=(const SampleSource&) = delete;
  virtual ~SampleSource() = default;

  /// All series that every one of `matchers` accepts, in an order that is the same on every call.
  [[nodiscard]] virtual std::vector<StoredSeries> select(
      std::span<const Matcher> matchers) const = 0;
};

}  // namespace canarygate::promql
