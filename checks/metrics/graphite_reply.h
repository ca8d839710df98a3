/// What a Graphite-compatible server answers to /render: numbers, or why there are none.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "checks/http/client.h"
#include "checks/result.h"
#include "checks/series.h"

namespace canarygate::graphite {

// What one answer may take in memory, whatever the server sends.
constexpr std::size_t kMostSeries = 100'000;
constexpr std::size_t kMostNumbers = 50'000'000;

/// The label that holds a series' name, as an alias made it.
inline constexpr const char* kNameLabel = "target";

struct RenderReply {
  struct Row {
    std::map<std::string, std::string> labels;  ///< its tags, and its name as `target`
    std::int64_t numbers = 0;                   ///< of the grid's, before they were put together
    std::vector<double> values;  ///< one a point of the grid, NaN where there is none
  };
  std::vector<Row> rows;
  /// Between two datapoints, the same in all series; 0 where no series has any. Coarser than the
  /// grid's step: rows have no values.
  Duration step{0};
  bool at_least = false;  ///< there was a single datapoint: its step is this or longer
};

/// Reads the body of a 200. Several datapoints of one bucket are averaged, or added up where they
/// `count` events. null, NaN and infinities are missing. What is malformed, lies beside what was
/// asked for or is too much is an error: what follows "… sent an answer that", without a full stop.
[[nodiscard]] Result<RenderReply, std::string> parse_render_reply(std::string body,
                                                                  const Grid& grid, bool counts);

/// What the message about a refusal is made of.
struct Refused {
  std::string host;         ///< the server, as messages call it
  std::string target;       ///< as sent
  std::string credentials;  ///< describe_credentials()
};

/// The error for an answer that holds no data: any status but 200, or a web page. `transient` for
/// those that another time may not be given: 429, 502, 503 and 504.
[[nodiscard]] Error explain_refusal(const HttpResponse& response, const Refused& refused);

/// Whether `response` is a web page; graphite-web's own refusals are plain text in spite of their
/// Content-Type.
[[nodiscard]] bool is_web_page(const HttpResponse& response);

}  // namespace canarygate::graphite
