/// Finds the numbers in the answer of a JSON API, by the pointers that a backend of type http_json
/// was given.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checks/config.h"
#include "checks/metrics/assembly.h"
#include "checks/metrics/buckets.h"
#include "checks/metrics/json_pointer.h"
#include "checks/result.h"
#include "checks/series.h"

namespace canarygate::http_json {

enum class TimeFormat { seconds, milliseconds, rfc3339 };

/// Where things stand. Pointers into the answer: error, partial, series, shared_times; into one
/// series: host, labels, points, times, values; into one point: time, value.
struct ReplyShape {
  std::optional<JsonPointer> error;
  std::optional<JsonPointer> partial;
  JsonPointer series;
  std::optional<JsonPointer> host;
  std::optional<JsonPointer> labels;
  std::optional<JsonPointer> points;  ///< else `values` with one of the two kinds of times
  std::optional<JsonPointer> values;
  std::optional<JsonPointer> times;
  std::optional<JsonPointer> shared_times;
  JsonPointer time;
  JsonPointer value;
  TimeFormat time_format = TimeFormat::seconds;
  BucketRule rule;
};

/// ErrorKind::definition: a text that is no pointer, keys that exclude or need each other.
[[nodiscard]] Result<ReplyShape> read_shape(const Config& config);

struct Reply {
  std::vector<PieceRow> rows;  ///< named by their hosts, "" where only labels tell
  std::string error;           ///< what stands at the error pointer; "" when nothing does
  std::string incomplete;      ///< likewise
};

/// Error: a clause that says what is wrong, with the pointer that led there.
[[nodiscard]] Result<Reply, std::string> parse_reply(std::string body, const ReplyShape& shape,
                                                     const Grid& grid);

/// What an answer that is no 200 says: the text at the error pointer, else the body's first line.
[[nodiscard]] std::string words_of(const std::string& body, const ReplyShape& shape);

}  // namespace canarygate::http_json
