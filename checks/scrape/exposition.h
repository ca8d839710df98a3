/// Reads what a host exposes: Prometheus' text format 0.0.4 and OpenMetrics 1.0.
///
/// Strict where a number could be misread, as Prometheus is: the first malformed line is a fault of
/// the whole. Lenient where it could not: comments, blank lines and extra blanks are passed over,
/// and types are not looked at, so that a histogram or summary is the plain series it consists of.
/// Reading allocates nothing for a sample; labels are only looked into when somebody asks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "checks/promql/samples.h"
#include "checks/result.h"

namespace canarygate::scrape {

enum class Format { text, openmetrics };

/// By the reply's Content-Type; whatever is no other known format is read as text, as Prometheus 2
/// does. The error is a clause.
[[nodiscard]] Result<Format, std::string> format_of(std::string_view content_type);

/// Points into what was read.
struct ExposedSample {
  std::string_view name;
  std::string_view
      identity;  ///< `name{…}` as it stands there; the name alone when it has no labels
  double value = 0;
  std::optional<std::int64_t> time;  ///< milliseconds since 1970, when the target gives one
};

/// What is wrong, and where.
struct ExpositionFault {
  std::size_t line = 1;
  std::string text;  ///< a clause without a full stop, printable
};

class ExpositionReader {
 public:
  ExpositionReader(std::string_view body, Format format) : rest_(body), format_(format) {}

  /// Puts the next sample into `sample`; false at the end. Not to be called after a fault. A text
  /// whose last sample no line feed ends was cut off on its way, and so was OpenMetrics without
  /// `# EOF`: faults, too.
  [[nodiscard]] Result<bool, ExpositionFault> next(ExposedSample& sample);

 private:
  [[nodiscard]] std::optional<std::string> read_sample(std::string_view line,
                                                       ExposedSample& sample) const;

  std::string_view rest_;
  Format format_;
  std::size_t line_ = 0;
  bool ended_ = false;  // `# EOF` was there
};

/// The labels of an `identity`, with the name under `__name__`, escapes undone, empty ones left
/// out. The error is a clause: a label that is there twice.
[[nodiscard]] Result<promql::Labels, std::string> labels_of(std::string_view identity);

}  // namespace canarygate::scrape
