#include "checks/metrics/http_json_reply.h"

#include <fmt/format.h>

#include <cmath>
#include <set>

#include "checks/duration.h"
#include "checks/text.h"

namespace canarygate::http_json {

namespace {

// Times beside these are another unit than was said.
constexpr double kEarliest = 946'684'800;  // 2000-01-01, in seconds
constexpr double kLatest = 4'102'444'800;  // 2100-01-01

std::string one_line(JsonElement element) {
  return printable(shorten(json_text(element).value_or(simdjson::minify(element)), 600));
}

/// Many APIs always send the key: null, false, 0, "" and what is empty say that nothing is wrong.
std::string complaint_at(const std::optional<JsonPointer>& pointer, JsonElement document) {
  if (!pointer) return {};
  const auto found = pointer->find_any(document);
  if (!found || found->is_null()) return {};
  if (simdjson::dom::array list; found->get(list) == simdjson::SUCCESS && list.size() == 0) {
    return {};
  }
  if (simdjson::dom::object all; found->get(all) == simdjson::SUCCESS && all.size() == 0) return {};
  const std::string text = one_line(*found);
  return text == "false" || text == "0" ? "" : text;
}

/// Reads one document. Functions are false when it is no good, and `complaint` says why.
class Parser {
 public:
  Parser(const ReplyShape& shape, const Grid& grid) : shape_(shape), grid_(grid) {}

  Reply reply;
  std::string complaint;

  bool read(JsonElement document) {
    reply.error = complaint_at(shape_.error, document);
    reply.incomplete = complaint_at(shape_.partial, document);
    if (!reply.error.empty() || !reply.incomplete.empty()) return true;
    JsonElement all;
    if (!found(shape_.series, document, all)) return false;
    if (shape_.shared_times && !read_times(*shape_.shared_times, document, shared_)) return false;
    if (all.is_null()) return true;
    if (simdjson::dom::array list; all.get(list) == simdjson::SUCCESS) return read_list(list);
    simdjson::dom::object map;
    if (all.get(map) == simdjson::SUCCESS) return read_map(map);
    return complain(
        fmt::format("at '{}' (`series`) stands {}, and not a list of series, or an "
                    "object of them by host",
                    shape_.series.text(), describe_json(all)));
  }

 private:
  bool read_list(simdjson::dom::array list) {
    if (!shape_.host && !shape_.labels && list.size() > 0) {
      return complain("its series are a list, and neither `host` nor `labels` says whose they are");
    }
    std::size_t number = 0;
    for (const JsonElement one : list) {
      within_ = fmt::format("series {}: ", ++number);
      if (!read_series(one, "")) return false;
    }
    return true;
  }

  /// `{"web-1": …, "web-2": …}`
  bool read_map(simdjson::dom::object map) {
    for (const auto field : map) {
      within_ = fmt::format("series '{}': ", printable(shorten(field.key, 100)));
      if (!read_series(field.value, field.key)) return false;
    }
    return true;
  }

  bool read_series(JsonElement one, std::string_view key) {
    const auto points = static_cast<std::size_t>(grid_.points);
    if (reply.rows.size() == kMostSeries || (reply.rows.size() + 1) * points > kMostNumbers) {
      return complain("it has more series than canarygate takes; ask for fewer");
    }
    PieceRow& row = reply.rows.emplace_back();
    row.name = key;
    if (shape_.labels && !read_labels(one, row.labels)) return false;
    if (shape_.host && !read_host(one, row.name)) return false;
    if (!row.name.empty()) row.labels["host"] = row.name;
    std::vector<Sample> samples;
    if (shape_.points ? !read_points(one, samples) : !read_columns(one, samples)) return false;
    auto values = into_buckets(std::move(samples), grid_, shape_.rule);
    if (!values) return complain("it has two values at " + format_time(values.error()));
    row.values = std::move(*values);
    return true;
  }

  bool read_host(JsonElement one, std::string& host) {
    JsonElement found_host;
    if (!found(*shape_.host, one, found_host)) return false;
    host = json_text(found_host).value_or("");
    return !host.empty() || complain(fmt::format("at '{}' (`host`) stands {}, and no host's name",
                                                 shape_.host->text(), describe_json(found_host)));
  }

  bool read_labels(JsonElement one, std::map<std::string, std::string>& labels) {
    JsonElement all;
    simdjson::dom::object names;
    if (!found(*shape_.labels, one, all)) return false;
    if (all.get(names) != simdjson::SUCCESS) {
      return complain(fmt::format("at '{}' (`labels`) stands {}, and not an object",
                                  shape_.labels->text(), describe_json(all)));
    }
    for (const auto field : names) {
      if (auto text = json_text(field.value)) labels[std::string(field.key)] = std::move(*text);
    }
    return true;
  }

  bool read_points(JsonElement one, std::vector<Sample>& samples) {
    simdjson::dom::array points;
    bool any = false;
    if (!list_at(*shape_.points, "points", one, points, any)) return false;
    if (!any) return true;
    for (const JsonElement point : points) {
      JsonElement time;
      JsonElement value;
      Sample& sample = samples.emplace_back();
      if (!found(shape_.time, point, time) || !found(shape_.value, point, value)) return false;
      if (!read_time(time, sample.time) || !read_value(value, sample.value)) return false;
    }
    return true;
  }

  /// Times and values side by side.
  bool read_columns(JsonElement one, std::vector<Sample>& samples) {
    std::vector<TimePoint> own;
    if (shape_.times && !read_times(*shape_.times, one, own)) return false;
    const std::vector<TimePoint>& times = shape_.times ? own : shared_;
    simdjson::dom::array values;
    bool any = false;
    if (!list_at(*shape_.values, "values", one, values, any)) return false;
    // Counted here: the library's own count of a list ends at 16,777,215.
    std::size_t count = 0;
    if (any) {
      for (const JsonElement value : values) {
        if (++count > times.size()) continue;
        Sample& sample = samples.emplace_back(Sample{times[count - 1], 0});
        if (!read_value(value, sample.value)) return false;
      }
    }
    return count == times.size() ||
           complain(fmt::format("it has {} and {}; they belong together one by one",
                                count_of(times.size(), "time"), count_of(count, "value")));
  }

  bool read_times(const JsonPointer& pointer, JsonElement from, std::vector<TimePoint>& times) {
    simdjson::dom::array list;
    bool any = false;
    const char* key = shape_.times ? "times" : "shared_times";
    if (!list_at(pointer, key, from, list, any)) return false;
    if (!any) return true;
    for (const JsonElement time : list) {
      if (!read_time(time, times.emplace_back())) return false;
    }
    return true;
  }

  bool read_time(JsonElement element, TimePoint& time) {
    const auto text = json_text(element);
    if (shape_.time_format == TimeFormat::rfc3339) {
      // parse_time takes Unix seconds too, which here would be another unit than was said.
      const bool has_date = text && text->find('-', 1) != std::string::npos;
      const auto parsed = has_date ? parse_time(*text) : std::nullopt;
      if (!parsed) return complain_of_time(element, "RFC 3339");
      time = *parsed;
      return true;
    }
    const bool is_seconds = shape_.time_format == TimeFormat::seconds;
    const auto number = json_number(element);
    const double seconds = is_seconds ? number.value_or(0) : number.value_or(0) / 1000;
    if (!(seconds >= kEarliest && seconds < kLatest)) {
      return complain_of_time(element, is_seconds ? "Unix seconds" : "Unix milliseconds");
    }
    time = from_unix_seconds(seconds);
    return true;
  }

  bool complain_of_time(JsonElement element, std::string_view wanted) {
    return complain(fmt::format("{} is no time of this century in {}; see `time_format`",
                                describe_json(element), wanted));
  }

  bool read_value(JsonElement element, double& value) {
    const auto number = json_number(element);
    if (!number) return complain(describe_json(element) + " is not a number");
    value = *number;
    return true;
  }

  /// null stands for a list with nothing in it: `any` stays false.
  bool list_at(const JsonPointer& pointer, const char* key, JsonElement from,
               simdjson::dom::array& list, bool& any) {
    JsonElement element;
    if (!found(pointer, from, element)) return false;
    if (element.is_null()) return true;
    any = element.get(list) == simdjson::SUCCESS;
    return any || complain(fmt::format("at '{}' (`{}`) stands {}, and not a list", pointer.text(),
                                       key, describe_json(element)));
  }

  bool found(const JsonPointer& pointer, JsonElement from, JsonElement& element) {
    auto there = pointer.find(from);
    if (!there) return complain(there.error());
    element = *there;
    return true;
  }

  bool complain(const std::string& text) {
    complaint = within_ + text;
    return false;
  }

  const ReplyShape& shape_;
  const Grid& grid_;
  std::vector<TimePoint> shared_;
  std::string within_;  // which series is being read, for complaints
};

}  // namespace

Result<Reply, std::string> parse_reply(std::string body, const ReplyShape& shape,
                                       const Grid& grid) {
  body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  simdjson::dom::parser json;
  JsonElement document;
  if (json.parse(body.data(), body.size(), false).get(document) != simdjson::SUCCESS) {
    return unexpected(std::string("it is not valid JSON, or was cut off"));
  }
  Parser parser(shape, grid);
  if (!parser.read(document)) return unexpected(std::move(parser.complaint));
  return std::move(parser.reply);
}

std::string words_of(const std::string& body, const ReplyShape& shape) {
  simdjson::dom::parser json;
  JsonElement document;
  if (json.parse(body).get(document) == simdjson::SUCCESS) {
    std::string text = complaint_at(shape.error, document);
    if (!text.empty()) return text;
  }
  const std::string_view all = trim(body);
  const std::string_view line = trim(all.substr(0, all.find('\n')));
  return line.empty() ? "no text" : printable(shorten(line, 300));
}

}  // namespace canarygate::http_json
