#include "checks/metrics/influxdb_reply.h"

#include <fmt/format.h>

#include "checks/json.h"
#include "checks/text.h"

namespace canarygate::influxdb {

namespace {

namespace json = simdjson::dom;

constexpr std::size_t kMostNotes = 20;

/// Fills a Reply. Functions are false when it is no good, and `complaint` says why.
class Reader {
 public:
  explicit Reader(const Grid& grid) : grid_(grid) {}

  Reply reply;
  std::string complaint;

  bool read(const std::string& body) {
    json::parser parser;
    json::element document;
    if (parser.parse(body).get(document) != simdjson::SUCCESS) {
      return complain("it is not valid JSON, or was cut off");
    }
    if (document["error"].error() == simdjson::SUCCESS) return take_refusal(document["error"]);
    json::array results;
    if (document["results"].get(results) != simdjson::SUCCESS) return shape();
    if (results.size() != 1) return complain("it does not hold one result");
    return read_result(results.at(0));
  }

 private:
  bool read_result(json::element result) {
    if (result["error"].error() == simdjson::SUCCESS) return take_refusal(result["error"]);
    bool partial = false;
    if (result["partial"].get(partial) == simdjson::SUCCESS && partial) reply.partial = true;
    read_messages(result);
    json::element found;
    if (result["series"].get(found) != simdjson::SUCCESS) return result.is_object() || shape();
    json::array all;
    if (found.get(all) != simdjson::SUCCESS) return shape();
    for (const json::element series : all) {
      if (!read_series(series)) return false;
    }
    return true;
  }

  bool take_refusal(simdjson::simdjson_result<json::element> error) {
    std::string_view text;
    if (error.get(text) != simdjson::SUCCESS) return shape();
    reply.refusal = text.empty() ? "an error without a text" : std::string(text);
    return true;
  }

  void read_messages(json::element result) {
    json::array messages;
    if (result["messages"].get(messages) != simdjson::SUCCESS) return;
    for (const json::element message : messages) {
      std::string_view text;
      if (message["text"].get(text) != simdjson::SUCCESS) continue;
      if (reply.rows.notes.size() < kMostNotes) {
        reply.rows.notes.push_back(printable(shorten(text, 300)));
      }
    }
  }

  bool read_series(json::element series) {
    bool partial = false;
    if (series["partial"].get(partial) == simdjson::SUCCESS && partial) reply.partial = true;
    if (reply.rows.rows.size() == kMostSeries) {
      return complain("it has more series than canarygate takes; group by host");
    }
    PieceRow& row = reply.rows.rows.emplace_back();
    row.values.assign(static_cast<std::size_t>(grid_.points), kMissing);
    std::string_view name;
    if (series["name"].get(name) == simdjson::SUCCESS) row.name = name;
    return read_tags(series, row) && read_columns(series) && read_values(series, row);
  }

  bool read_tags(json::element series, PieceRow& row) {
    json::element found;
    if (series["tags"].get(found) != simdjson::SUCCESS) return true;
    json::object tags;
    if (found.get(tags) != simdjson::SUCCESS) return shape();
    for (const auto& [name, value] : tags) {
      std::string_view text;
      if (value.get(text) != simdjson::SUCCESS) return shape();
      // InfluxDB gives points without the tag an empty one.
      if (!text.empty()) row.labels.emplace(name, text);
    }
    return true;
  }

  bool read_columns(json::element series) {
    json::array columns;
    std::string_view first;
    if (series["columns"].get(columns) != simdjson::SUCCESS || columns.size() == 0 ||
        columns.at(0).get(first) != simdjson::SUCCESS) {
      return shape();
    }
    if (first != "time") return complain("its first column is not the time");
    if (columns.size() != 2) {
      return complain(
          fmt::format("it has {} numbers a point; select one, each is a metric of its "
                      "own",
                      columns.size() - 1));
    }
    return true;
  }

  bool read_values(json::element series, PieceRow& row) {
    json::array points;
    if (series["values"].get(points) != simdjson::SUCCESS) return shape();
    std::vector<bool> read(row.values.size(), false);
    for (const json::element point : points) {
      json::array pair;
      std::int64_t time = 0;
      if (point.get(pair) != simdjson::SUCCESS || pair.size() != 2 ||
          pair.at(0).get(time) != simdjson::SUCCESS) {
        return shape();
      }
      const Duration after = TimePoint(Duration(time)) - grid_.start;
      const std::int64_t index = after / grid_.step;
      if (after % grid_.step != Duration(0) || after < Duration(0) || index >= grid_.points) {
        return complain("it has times that were not asked for");
      }
      const auto place = static_cast<std::size_t>(index);
      if (read[place]) return complain("it has a time of a series twice");
      read[place] = true;
      const json::element value = pair.at(1).value();
      if (value.is_null()) continue;
      if (value.get(row.values[place]) != simdjson::SUCCESS) {
        return complain(
            fmt::format("'{}' is not a number; select a number, not a text or a boolean",
                        printable(shorten(simdjson::minify(value), 40))));
      }
    }
    return true;
  }

  bool shape() { return complain("its JSON has another shape"); }

  bool complain(std::string text) {
    complaint = std::move(text);
    return false;
  }

  const Grid& grid_;
};

}  // namespace

Result<Reply, std::string> parse_reply(const std::string& body, const Grid& grid) {
  Reader reader(grid);
  if (!reader.read(body)) return unexpected(std::move(reader.complaint));
  return std::move(reader.reply);
}

std::string error_in(const HttpResponse& response) {
  json::parser parser;
  json::element document;
  std::string_view text;
  if (parser.parse(response.body).get(document) != simdjson::SUCCESS) return "";
  if (document["error"].get(text) == simdjson::SUCCESS) return std::string(text);
  if (document["message"].get(text) == simdjson::SUCCESS) return std::string(text);
  return "";
}

}  // namespace canarygate::influxdb
