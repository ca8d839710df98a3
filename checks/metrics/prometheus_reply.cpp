#include "checks/metrics/prometheus_reply.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "checks/duration.h"
#include "checks/json.h"
#include "checks/text.h"

namespace canarygate::prometheus {

namespace {

namespace json = simdjson::ondemand;

constexpr std::size_t kMostNotes = 20;

/// The text of a sample: a finite number; NaN for `NaN`, `+Inf`, `-Inf`, and what no double holds.
/// Nothing when it is no number.
std::optional<double> parse_sample(std::string_view text) {
  if (text.empty()) return kMissing;
  if (text.front() == '+') text.remove_prefix(1);  // from_chars takes no plus
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    value = std::strtod(std::string(text).c_str(), nullptr);  // tiny is 0, huge is infinite
  }
  return std::isfinite(value) ? value : kMissing;
}

/// Fills a RangeReply. Functions are false when the reply is no good, and `complaint` says why.
class Parser {
 public:
  explicit Parser(const Grid& grid) : grid_(grid) {}

  RangeReply reply;
  std::string complaint;

  bool read(const std::string& body) {
    json::parser parser;
    json::document document;
    json::object top;
    if (fails(parser.iterate(body.data(), body.size(), body.capacity()).get(document)) ||
        fails(document.get_object().get(top))) {
      return false;
    }
    for (auto field : top) {
      std::string_view key;
      json::value value;
      if (fails(field.unescaped_key().get(key)) || fails(field.value().get(value))) return false;
      if (!read_top(key, value)) return false;
    }
    if (status_ != "success") return complain("its `status` is not success");
    if (type_ != "matrix") return complain_of_type();
    return true;
  }

 private:
  bool read_top(std::string_view key, json::value value) {
    if (key == "status") {
      if (!read_text(value, status_)) return false;
      return status_ == "success" || complain("its `status` is not success");
    }
    if (key == "data") return read_data(value);
    if (key == "errorType" && !value.is_null()) {
      std::string type;
      if (!read_text(value, type)) return false;
      return type.empty() || complain("it has an error beside its data");
    }
    if (key == "infos") return read_remarks(value, true);
    if (key == "warnings") return read_remarks(value, false);
    if (key == "isPartial") {
      bool partial = false;
      if (fails(value.get_bool().get(partial))) return false;
      if (partial) reply.incomplete = "isPartial is true";
    }
    return true;
  }

  bool read_data(json::value value) {
    json::object data;
    if (fails(value.get_object().get(data))) return false;
    for (auto field : data) {
      std::string_view key;
      json::value part;
      if (fails(field.unescaped_key().get(key)) || fails(field.value().get(part))) return false;
      if (key == "resultType") {
        if (!read_text(part, type_)) return false;
        if (type_ != "matrix") return complain_of_type();
      } else if (key == "result" && !read_rows(part)) {
        return false;
      }
    }
    return true;
  }

  bool read_rows(json::value value) {
    json::array rows;
    if (fails(value.get_array().get(rows))) return false;
    for (auto element : rows) {
      json::object row;
      if (fails(element.get_object().get(row)) || !read_row(row)) return false;
    }
    return true;
  }

  bool read_row(json::object row) {
    const auto points = static_cast<std::size_t>(grid_.points);
    if (reply.rows.size() == kMostSeries || (reply.rows.size() + 1) * points > kMostNumbers) {
      return complain("it has more series than canarygate takes; aggregate by host");
    }
    PieceRow& read = reply.rows.emplace_back();
    read.values.assign(points, kMissing);
    for (auto field : row) {
      std::string_view key;
      json::value value;
      if (fails(field.unescaped_key().get(key)) || fails(field.value().get(value))) return false;
      if (key == "metric" && !read_labels(value, read.labels)) return false;
      if (key == "values" && !read_samples(value, read.values)) return false;
      if (key == "histograms") {
        return complain(
            "it has native histograms, not numbers; use histogram_quantile, "
            "histogram_count or another function of them");
      }
    }
    return true;
  }

  bool read_labels(json::value value, Labels& labels) {
    json::object names;
    if (fails(value.get_object().get(names))) return false;
    for (auto field : names) {
      std::string_view name;
      std::string_view text;
      if (fails(field.unescaped_key().get(name))) return false;
      // The key's text stays valid while the value is read: both are in the parser's own buffer.
      if (fails(field.value().get_string().get(text))) return false;
      labels.emplace(name, text);
    }
    return true;
  }

  bool read_samples(json::value value, std::vector<double>& values) {
    json::array samples;
    if (fails(value.get_array().get(samples))) return false;
    std::int64_t last = 0;
    for (auto sample : samples) {
      json::array pair;
      if (fails(sample.get_array().get(pair)) || !read_pair(pair, last, values)) return false;
    }
    return true;
  }

  /// `[1795212868.5, "0.41"]`
  bool read_pair(json::array pair, std::int64_t& last, std::vector<double>& values) {
    std::size_t count = 0;
    double time = 0;
    std::string_view text;
    for (auto element : pair) {
      if (count == 0 && fails(element.get_double().get(time))) return false;
      if (count == 1 && fails(element.get_string().get(text))) return false;
      if (++count > 2) break;
    }
    if (count != 2) return complain("a sample is not a pair");
    const auto value = parse_sample(text);
    if (!value) {
      return complain(fmt::format("'{}' is not a number", printable(shorten(text, 40))));
    }
    const auto index = index_of(time);
    if (!index) {
      return complain(
          "it has times that were not asked for; a cache in front of it may round "
          "them (`align_queries_with_step`): turn that off");
    }
    if (*index <= last) return complain("the times of a series do not ascend");
    last = *index;
    values[static_cast<std::size_t>(*index - 1)] = *value;
    return true;
  }

  /// From 1; nothing beside the grid.
  [[nodiscard]] std::optional<std::int64_t> index_of(double seconds) const {
    if (!(std::abs(seconds) < 1e11)) return std::nullopt;
    const Duration after = from_unix_seconds(seconds) - grid_.start;
    const std::int64_t index = after / grid_.step;
    if (after % grid_.step != Duration(0) || index < 1 || index > grid_.points) return std::nullopt;
    return index;
  }

  /// Remarks on the query itself are passed on; every other warning of Prometheus and of what
  /// speaks its API means that some source of data did not answer.
  bool read_remarks(json::value value, bool harmless) {
    if (value.is_null()) return true;
    json::array remarks;
    if (fails(value.get_array().get(remarks))) return false;
    for (auto element : remarks) {
      std::string_view text;
      if (fails(element.get_string().get(text))) return false;
      const std::string remark = printable(shorten(text, 300));
      if (!harmless && !text.starts_with("PromQL ")) {
        reply.incomplete = remark;
      } else if (reply.notes.size() < kMostNotes) {
        reply.notes.push_back(remark);
      }
    }
    return true;
  }

  bool read_text(json::value value, std::string& text) {
    std::string_view view;
    if (fails(value.get_string().get(view))) return false;
    text = view;
    return true;
  }

  bool fails(simdjson::error_code code) {
    if (code == simdjson::SUCCESS) return false;
    // Structures of another shape than announced, and text that is no JSON or ends too early.
    return !complain(code == simdjson::INCORRECT_TYPE ? "its JSON has another shape"
                                                      : "it is not valid JSON, or was cut off");
  }

  bool complain(std::string text) {
    complaint = std::move(text);
    return false;
  }

  bool complain_of_type() {
    return complain(
        fmt::format("its resultType is '{}' and not matrix", printable(shorten(type_, 40))));
  }

  const Grid& grid_;
  std::string status_;
  std::string type_;
};

}  // namespace

Result<RangeReply, std::string> parse_range_reply(std::string body, const Grid& grid) {
  body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  Parser parser(grid);
  if (!parser.read(body)) return unexpected(std::move(parser.complaint));
  return std::move(parser.reply);
}

}  // namespace canarygate::prometheus
