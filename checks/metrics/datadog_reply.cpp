#include "checks/metrics/datadog_reply.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <set>

#include "checks/duration.h"
#include "checks/http/datadog.h"
#include "checks/text.h"

namespace canarygate::datadog {

namespace {

using Element = simdjson::dom::element;
using Array = simdjson::dom::array;

std::optional<Element> field(Element parent, const char* name) {
  Element value;
  if (parent[name].get(value) != simdjson::SUCCESS || value.is_null()) return std::nullopt;
  return value;
}

std::string text_in(Element parent, const char* name) {
  const auto value = field(parent, name);
  std::string_view text;
  return value && value->get(text) == simdjson::SUCCESS ? std::string(trim(text)) : std::string();
}

/// Tags by which series are told apart; `host:N/A` is how Datadog writes that there is no host.
void add_tag(std::string_view tag, Labels& labels) {
  const std::size_t colon = tag.find(':');
  const std::string_view value = colon == std::string_view::npos ? "" : tag.substr(colon + 1);
  if (to_lower(value) != "n/a") labels.emplace(tag.substr(0, colon), value);
}

bool speaks_of_a_part(const std::string& message) {
  const std::string lower = to_lower(message);
  constexpr std::array<std::string_view, 6> kWords = {"limit",  "truncat",  "partial",
                                                      "exceed", "too many", "incomplete"};
  return std::ranges::any_of(kWords, [&](auto word) { return lower.find(word) != lower.npos; });
}

/// Fills a Reply. Functions are false when the reply is no good, and `complaint` says why.
class Parser {
 public:
  explicit Parser(const Buckets& buckets) : buckets_(buckets) {}

  Reply reply;
  std::string complaint;

  bool read_v1(Element document) {
    const std::string status = text_in(document, "status");
    if (!status.empty() && status != "ok") {
      reply.error = "its `status` is " + printable(shorten(status, 40));
      return true;
    }
    const auto series = field(document, "series");
    Array all;
    if (status.empty() || !series || series->get(all) != simdjson::SUCCESS) {
      return complain("it has no `status` and `series`");
    }
    read_message(text_in(document, "message"));
    for (const Element one : all) {
      if (!read_v1_series(one)) return false;
    }
    return true;
  }

  bool read_v2(Element document) {
    const auto data = field(document, "data");
    const auto attributes = data ? field(*data, "attributes") : std::nullopt;
    if (!attributes) return complain("it has no `data.attributes`");
    std::array<Array, 3> parts;
    constexpr std::array<const char*, 3> kParts = {"series", "times", "values"};
    for (std::size_t i = 0; i < kParts.size(); ++i) {
      const auto part = field(*attributes, kParts[i]);
      if (!part || part->get(parts[i]) != simdjson::SUCCESS) {
        return complain(fmt::format("it has no list `{}`", kParts[i]));
      }
    }
    const auto& [series, times, values] = parts;
    if (series.size() != values.size()) return complain("it has not one list of values a series");
    std::vector<std::int64_t> places;
    if (!read_times(times, places)) return false;
    auto numbers = values.begin();
    for (const Element one : series) {
      if (!read_v2_series(one, *numbers, places)) return false;
      ++numbers;
    }
    return true;
  }

 private:
  static constexpr std::int64_t kBeside = -1;

  void read_message(const std::string& message) {
    if (message.empty()) return;
    const std::string said = printable(shorten(message, 300));
    if (speaks_of_a_part(message)) {
      reply.incomplete = said;
    } else {
      reply.notes.push_back("Datadog remarks: " + said);
    }
  }

  bool read_v1_series(Element series) {
    const auto points = field(series, "pointlist");
    Array all;
    if (!points || points->get(all) != simdjson::SUCCESS) {
      return complain("a series has no `pointlist`");
    }
    if (!read_interval(series, all)) return false;
    PieceRow* row = add_row();
    if (row == nullptr) return false;
    if (!read_v1_tags(series, row->labels)) return false;
    std::int64_t last = kBeside;
    for (const Element point : all) {
      Array pair;
      Element time;
      Element number;
      if (point.get(pair) != simdjson::SUCCESS || pair.size() != 2 ||
          pair.at(0).get(time) != simdjson::SUCCESS ||
          pair.at(1).get(number) != simdjson::SUCCESS) {
        return complain("a point is not a pair");
      }
      std::int64_t place = 0;
      double value = kMissing;
      if (!read_time(time, place) || !read_value(number, value)) return false;
      if (place == kBeside) continue;
      if (place <= last) return complain("the times of a series do not ascend");
      last = place;
      row->values[static_cast<std::size_t>(place)] = value;
    }
    return true;
  }

  /// `interval` is in seconds. A series without points says nothing by it.
  bool read_interval(Element series, Array points) {
    const auto field_ = field(series, "interval");
    double length = 0;
    if (!field_ || points.size() == 0) return true;
    if (field_->get(length) != simdjson::SUCCESS || !(length > 0 && length < 1e9)) {
      return complain("the `interval` of a series is not a number of seconds");
    }
    const Duration interval(std::llround(length * 1000));
    if (interval > buckets_.length) {
      reply.widened = std::max(reply.widened.value_or(interval), interval);
    } else if (interval < buckets_.length) {
      return complain(fmt::format("it has a point every {} though one every {} was asked for",
                                  format_duration(interval), format_duration(buckets_.length)));
    }
    return true;
  }

  bool read_v1_tags(Element series, Labels& labels) {
    const auto tags = field(series, "tag_set");
    if (tags) return read_tags(*tags, labels);
    // Answers of old: only the scope, whose conditions are tags too.
    for (const std::string& tag : split(text_in(series, "scope"), ',')) {
      if (!trim(tag).empty() && trim(tag) != "*") add_tag(trim(tag), labels);
    }
    return true;
  }

  bool read_tags(Element tags, Labels& labels) {
    Array all;
    if (tags.get(all) != simdjson::SUCCESS) return complain("the tags of a series are not a list");
    for (const Element one : all) {
      std::string_view tag;
      if (one.get(tag) != simdjson::SUCCESS) return complain("a tag of a series is not a text");
      add_tag(tag, labels);
    }
    return true;
  }

  /// Nothing in a v2 answer says how long its buckets are but the times themselves.
  bool read_times(Array times, std::vector<std::int64_t>& places) {
    std::int64_t last = kBeside;
    std::int64_t common = 0;
    std::int64_t inside = 0;
    for (const Element time : times) {
      std::int64_t place = 0;
      if (!read_time(time, place)) return false;
      places.push_back(place);
      if (place == kBeside) continue;
      if (place <= last) return complain("its times do not ascend");
      if (last != kBeside) common = std::gcd(common, place - last);
      last = place;
      ++inside;
    }
    // Numbers that come seldom have such gaps too, but hardly ever so many and so regular ones.
    constexpr std::int64_t kRegular = 10;
    const bool fills_all = inside >= 3 && inside * common >= buckets_.count - common;
    if (common > 1 && (fills_all || inside >= kRegular)) reply.widened = common * buckets_.length;
    return true;
  }

  bool read_v2_series(Element series, Element values, const std::vector<std::int64_t>& places) {
    Array all;
    if (values.get(all) != simdjson::SUCCESS || all.size() != places.size()) {
      return complain("a series has not one value a time");
    }
    PieceRow* row = add_row();
    if (row == nullptr) return false;
    const auto tags = field(series, "group_tags");
    if (tags && !read_tags(*tags, row->labels)) return false;
    auto place = places.begin();
    for (const Element one : all) {
      double value = kMissing;
      if (!read_value(one, value)) return false;
      if (*place != kBeside) row->values[static_cast<std::size_t>(*place)] = value;
      ++place;
    }
    return true;
  }

  PieceRow* add_row() {
    const auto points = static_cast<std::size_t>(buckets_.count);
    if (reply.rows.size() == kMostSeries || (reply.rows.size() + 1) * points > kMostNumbers) {
      complain("it has more series than canarygate takes; group by host alone");
      return nullptr;
    }
    reply.rows.push_back({"", {}, std::vector<double>(points, kMissing)});
    return &reply.rows.back();
  }

  /// Which bucket a point is of, from 0; kBeside for the one before the first and after the last.
  bool read_time(Element element, std::int64_t& place) {
    double milliseconds = 0;
    if (element.get(milliseconds) != simdjson::SUCCESS || !(std::abs(milliseconds) < 1e15)) {
      return complain("the time of a point is not a number");
    }
    const Duration since = TimePoint(Duration(std::llround(milliseconds))) - buckets_.first;
    const std::int64_t index = since / buckets_.length;
    const bool before = since == -buckets_.length;
    if (before || (since % buckets_.length == Duration(0) && index == buckets_.count)) {
      place = kBeside;
      return true;
    }
    if (since < Duration(0) || index > buckets_.count) {
      return complain("it has times that were not asked for");
    }
    if (since % buckets_.length != Duration(0)) {
      return complain("its points are not at whole multiples of the step");
    }
    place = index;
    return true;
  }

  bool read_value(Element element, double& value) {
    if (element.is_null()) {
      value = kMissing;
      return true;
    }
    if (element.get(value) != simdjson::SUCCESS) return complain("a value is not a number");
    if (!std::isfinite(value)) value = kMissing;
    return true;
  }

  bool complain(std::string text) {
    complaint = std::move(text);
    return false;
  }

  const Buckets& buckets_;
};

}  // namespace

Result<Reply, std::string> parse_reply(Api api, const std::string& body, const Buckets& buckets) {
  Parser parser(buckets);
  parser.reply.error = errors_in(body);
  if (!parser.reply.error.empty()) return std::move(parser.reply);

  simdjson::dom::parser reader;
  Element document;
  if (reader.parse(body).get(document) != simdjson::SUCCESS) {
    return unexpected(std::string("it is not valid JSON, or was cut off"));
  }
  const bool good = api == Api::v1 ? parser.read_v1(document) : parser.read_v2(document);
  // Of longer buckets nothing else fits either.
  if (parser.reply.widened) {
    parser.reply.rows.clear();
    return std::move(parser.reply);
  }
  if (!good) return unexpected(std::move(parser.complaint));
  return std::move(parser.reply);
}

}  // namespace canarygate::datadog
