#include "checks/metrics/graphite_reply.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>

#include "checks/duration.h"
#include "checks/json.h"
#include "checks/metrics/graphite_request.h"
#include "checks/text.h"

namespace canarygate::graphite {

namespace {

namespace json = simdjson::ondemand;

constexpr std::int64_t kLatest = 100'000'000'000;  // Unix seconds; keeps milliseconds in range

/// A number as JSON has it, and the `1e9999` that Graphite writes for an infinity. Nothing when it
/// is none; NaN for what counts as missing.
std::optional<double> parse_value(std::string_view token) {
  token = trim(token);
  if (token == "null" || token == "NaN" || token == "Infinity" || token == "-Infinity") {
    return kMissing;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
  if (end != token.data() + token.size() || error == std::errc::invalid_argument) {
    return std::nullopt;
  }
  if (error == std::errc::result_out_of_range) {
    const bool tiny = token.find("e-") != token.npos || token.find("E-") != token.npos;
    return tiny ? 0.0 : kMissing;
  }
  return std::isfinite(value) ? value : kMissing;
}

struct Datapoint {
  std::int64_t time = 0;  ///< Unix seconds
  double value = kMissing;
};

/// Fills a RenderReply. Functions are false when the reply is no good, and `complaint` says why.
class Parser {
 public:
  Parser(const Grid& grid, bool counts) : grid_(grid), counts_(counts), asked_(asked_for(grid)) {}

  RenderReply reply;
  std::string complaint;

  bool read(const std::string& body) {
    json::parser parser;
    json::document document;
    json::array all;
    if (fails(parser.iterate(body.data(), body.size(), body.capacity()).get(document)) ||
        fails(document.get_array().get(all))) {
      return false;
    }
    for (auto element : all) {
      json::object series;
      if (fails(element.get_object().get(series)) || !read_series(series)) return false;
    }
    const char* rest = nullptr;
    return document.current_location().get(rest) == simdjson::OUT_OF_BOUNDS ||
           malformed("is not valid JSON: something follows its end");
  }

 private:
  bool read_series(json::object series) {
    if (reply.rows.size() == kMostSeries || numbers_ > kMostNumbers) {
      return complain("has more series than canarygate takes; ask for fewer, or sum them by host");
    }
    RenderReply::Row& row = reply.rows.emplace_back();
    std::string name;
    bool named = false;
    datapoints_.clear();
    for (auto field : series) {
      std::string_view key;
      json::value value;
      if (fails(field.unescaped_key().get(key)) || fails(field.value().get(value))) return false;
      if (key == "target") {
        std::string_view text;
        if (fails(value.get_string().get(text))) return false;
        name = text;
        named = true;
      } else if (key == "tags") {
        if (!read_tags(value, row.labels)) return false;
      } else if (key == "datapoints" && !read_datapoints(value)) {
        return false;
      }
    }
    if (!named) return malformed("has a series without a `target`");
    row.labels[kNameLabel] = name;
    return take_step(name) && put_on_grid(row);
  }

  bool read_tags(json::value value, std::map<std::string, std::string>& labels) {
    if (value.is_null()) return true;
    json::object tags;
    if (fails(value.get_object().get(tags))) return false;
    for (auto field : tags) {
      std::string_view name;
      json::value tag;
      if (fails(field.unescaped_key().get(name)) || fails(field.value().get(tag))) return false;
      json::json_type type{};
      if (fails(tag.type().get(type))) return false;
      std::string_view text;
      if (type == json::json_type::string) {
        if (fails(tag.get_string().get(text))) return false;
      } else {
        text = tag.raw_json_token();
      }
      labels.emplace(name, trim(text));
    }
    return true;
  }

  bool read_datapoints(json::value value) {
    json::array datapoints;
    if (fails(value.get_array().get(datapoints))) return false;
    for (auto datapoint : datapoints) {
      json::array pair;
      if (fails(datapoint.get_array().get(pair)) || !read_pair(pair)) return false;
    }
    numbers_ += datapoints_.size();
    return true;
  }

  /// `[0.41, 1795212868]`
  bool read_pair(json::array pair) {
    Datapoint read;
    std::size_t count = 0;
    for (auto element : pair) {
      if (count == 0 && !read_value(element, read.value)) return false;
      if (count == 1 && fails(element.get_int64().get(read.time))) return false;
      if (++count > 2) break;
    }
    if (count != 2) return malformed("has a datapoint that is no pair of value and time");
    if (read.time < 0 || read.time > kLatest) return complain_of_times();
    datapoints_.push_back(read);
    return true;
  }

  bool read_value(simdjson::simdjson_result<json::value> element, double& value) {
    json::value read;
    if (fails(element.get(read))) return false;
    const std::string_view token = read.raw_json_token();
    const auto number = parse_value(token);
    if (!number) {
      return malformed(
          fmt::format("has a value that is not a number: {}", printable(shorten(trim(token), 40))));
    }
    value = *number;
    return true;
  }

  /// Learns the step from a series' times, which are evenly spaced.
  bool take_step(const std::string& name) {
    if (datapoints_.empty()) return true;
    const std::int64_t length = asked_.until - asked_.from;
    const bool single = datapoints_.size() == 1;
    const std::int64_t step = single ? length : datapoints_[1].time - datapoints_[0].time;
    for (std::size_t i = 1; i < datapoints_.size(); ++i) {
      if (step <= 0 || datapoints_[i].time - datapoints_[i - 1].time != step) {
        return malformed("has a series whose times are not evenly spaced");
      }
    }
    if (datapoints_.front().time < asked_.from - step ||
        datapoints_.back().time > asked_.until + step) {
      return complain_of_times();
    }
    const Duration found = std::chrono::seconds(step);
    if (reply.step != Duration(0) && (found != reply.step || single != reply.at_least)) {
      return complain(fmt::format(
          "has series with different steps ({} every {}, {} every {}), which cannot be compared; "
          "make them alike, such as with summarize(…, '{}', 'avg')",
          printable(shorten(name_, 60)), format_duration(reply.step), printable(shorten(name, 60)),
          format_duration(found), format_duration(std::max(found, reply.step))));
    }
    if (reply.step == Duration(0)) name_ = name;
    reply.step = found;
    reply.at_least = single;
    return true;
  }

  bool put_on_grid(RenderReply::Row& row) {
    const bool coarse = reply.step > grid_.step;
    const auto points = static_cast<std::size_t>(grid_.points);
    if (!coarse) {
      row.values.assign(points, 0.0);
      found_.assign(points, 0);
      numbers_ += points;
    }
    for (const Datapoint& datapoint : datapoints_) {
      if (std::isnan(datapoint.value)) continue;
      const Duration after =
          TimePoint(std::chrono::seconds(datapoint.time)) + reply.step - grid_.start;
      if (after <= Duration(0) || after > grid_.points * grid_.step) continue;
      ++row.numbers;
      if (coarse) continue;
      const auto bucket = static_cast<std::size_t>((after - Duration(1)) / grid_.step);
      row.values[bucket] += datapoint.value;
      ++found_[bucket];
    }
    for (std::size_t i = 0; i < row.values.size(); ++i) {
      if (!counts_ && found_[i] > 1) row.values[i] /= static_cast<double>(found_[i]);
      if (found_[i] == 0 || !std::isfinite(row.values[i])) row.values[i] = kMissing;
    }
    return true;
  }

  bool fails(simdjson::error_code code) {
    if (code == simdjson::SUCCESS) return false;
    // Structures of another shape than announced, and text that is no JSON or ends too early.
    return !malformed(code == simdjson::INCORRECT_TYPE ? "is JSON of another shape"
                                                       : "is not valid JSON, or was cut off");
  }

  bool malformed(const std::string& text) {
    return complain(text + ". Check `urls`, and what stands in front of the server");
  }

  bool complain(std::string text) {
    complaint = std::move(text);
    return false;
  }

  bool complain_of_times() { return malformed("has times that were not asked for"); }

  const Grid& grid_;
  bool counts_;
  Asked asked_;
  std::string name_;  // of the first series with a step
  std::size_t numbers_ = 0;
  std::vector<Datapoint> datapoints_;  // of the series that is being read
  std::vector<std::uint32_t> found_;   // datapoints by bucket
};

}  // namespace

Result<RenderReply, std::string> parse_render_reply(std::string body, const Grid& grid,
                                                    bool counts) {
  body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  Parser parser(grid, counts);
  if (!parser.read(body)) return unexpected(std::move(parser.complaint));
  return std::move(parser.reply);
}

}  // namespace canarygate::graphite
