#include "checks/metrics/nerdgraph_reply.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "checks/json.h"
#include "checks/text.h"

namespace canarygate::nerdgraph {

namespace {

namespace json = simdjson::dom;

using Labels = std::map<std::string, std::string>;

constexpr std::size_t kMostNotes = 20;
constexpr std::array<std::string_view, 4> kOwnKeys = {"beginTimeSeconds", "endTimeSeconds",
                                                      "inspectedCount", "facet"};

bool is_own(std::string_view key) { return std::ranges::find(kOwnKeys, key) != kOwnKeys.end(); }

/// A facet's value as text; nothing for null.
std::optional<std::string> text_of(json::element value) {
  std::string_view text;
  if (value.is_null()) return std::nullopt;
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  return std::string(simdjson::minify(value));
}

/// Whether any number in it but those of time is not 0.
bool has_numbers(json::element value) {
  if (value.is_array()) {
    for (const json::element part : json::array(value)) {
      if (has_numbers(part)) return true;
    }
    return false;
  }
  if (value.is_object()) {
    for (const auto& [key, part] : json::object(value)) {
      if (!is_own(key) && has_numbers(part)) return true;
    }
    return false;
  }
  double number = 0;
  return value.get(number) == simdjson::SUCCESS && number != 0;
}

/// Fills a Reply. Functions are false when it is no good, and `complaint` says why.
class Reader {
 public:
  Reader(const std::string& host_label, bool counts, const Grid& grid)
      : host_label_(host_label), counts_(counts), grid_(grid) {}

  Reply reply;
  std::string complaint;

  bool read(const std::string& body) {
    json::parser parser;
    json::element document;
    if (parser.parse(body).get(document) != simdjson::SUCCESS) {
      return complain("it is not valid JSON, or was cut off");
    }
    json::element nrql;
    json::array results;
    if (document["data"]["actor"]["account"]["nrql"].get(nrql) != simdjson::SUCCESS ||
        nrql["results"].get(results) != simdjson::SUCCESS) {
      return complain("its JSON has another shape");
    }
    bool completed = true;
    if (nrql["queryProgress"]["completed"].get(completed) == simdjson::SUCCESS && !completed) {
      return complain("it was not done with the query (queryProgress)");
    }
    read_metadata(nrql);
    for (const json::element result : results) {
      json::object row;
      if (result.get(row) != simdjson::SUCCESS) return complain("its JSON has another shape");
      if (!read_row(row)) return false;
    }
    json::element others;
    reply.truncated = places_.size() >= kMostFacets ||
                      (nrql["otherResult"].get(others) == simdjson::SUCCESS && has_numbers(others));
    return true;
  }

 private:
  void read_metadata(json::element nrql) {
    json::element facets;
    if (nrql["metadata"]["facets"].get(facets) == simdjson::SUCCESS) {
      json::array names;
      std::string_view one;
      if (facets.get(one) == simdjson::SUCCESS) facets_.emplace_back(one);
      if (facets.get(names) == simdjson::SUCCESS) {
        for (const json::element name : names) facets_.push_back(text_of(name).value_or(""));
      }
    }
    if (facets_.empty()) facets_.push_back(host_label_);
    json::array messages;
    if (nrql["metadata"]["messages"].get(messages) != simdjson::SUCCESS) return;
    for (const json::element message : messages) {
      if (reply.rows.notes.size() == kMostNotes) return;
      reply.rows.notes.push_back(printable(shorten(text_of(message).value_or(""), 300)));
    }
  }

  bool read_row(json::object row) {
    const auto index = index_of(row);
    if (!index) {
      return complain(
          "it has times that were not asked for, as it does for metrics that it keeps in coarser "
          "buckets");
    }
    double value = kMissing;
    if (!read_value(row, value)) return false;
    const auto points = static_cast<std::size_t>(grid_.points);
    const auto [place, is_new] = places_.try_emplace(labels_of(row), reply.rows.rows.size());
    if (is_new) {
      reply.rows.rows.push_back({"", place->first, std::vector<double>(points, kMissing), {}});
      read_.emplace_back(points, false);
    }
    std::vector<bool>& read = read_[place->second];
    if (read[*index]) return complain("it has a time of a series twice");
    read[*index] = true;

    PieceRow& series = reply.rows.rows[place->second];
    std::int64_t inspected = 0;
    if (row["inspectedCount"].get(inspected) == simdjson::SUCCESS) {
      series.seen.resize(points, false);
      series.seen[*index] = inspected > 0;
      if (inspected == 0 && !counts_) value = kMissing;  // an average of nothing comes as 0
    }
    series.values[*index] = value;
    return true;
  }

  /// The point whose bucket begins at the row's time, of which the fraction of a second may have
  /// been cut off.
  [[nodiscard]] std::optional<std::size_t> index_of(json::object row) const {
    double seconds = 0;
    if (row["beginTimeSeconds"].get(seconds) != simdjson::SUCCESS) return std::nullopt;
    if (!(std::abs(seconds) < 1e11)) return std::nullopt;
    const double after =
        seconds * 1000 - static_cast<double>(grid_.start.time_since_epoch().count());
    const auto step = static_cast<double>(grid_.step.count());
    // Half a millisecond: doubles hold no decimal fractions.
    const double index = std::ceil((after - 0.5) / step);
    const bool ours =
        index >= 0 && index < static_cast<double>(grid_.points) && index * step < after + 999.5;
    return ours ? std::optional(static_cast<std::size_t>(index)) : std::nullopt;
  }

  [[nodiscard]] Labels labels_of(json::object row) const {
    Labels labels;
    json::element facet;
    const bool has_facet = row["facet"].get(facet) == simdjson::SUCCESS;
    for (std::size_t i = 0; i < facets_.size(); ++i) {
      json::element value;
      std::optional<std::string> text;
      if (row[facets_[i]].get(value) == simdjson::SUCCESS) {
        text = text_of(value);
      } else if (has_facet && facet.is_array()) {
        if (facet.at(i).get(value) == simdjson::SUCCESS) text = text_of(value);
      } else if (has_facet) {
        text = text_of(facet);
      }
      if (text && !text->empty()) labels[facets_[i]] = *text;
    }
    return labels;
  }

  /// The one key that is neither New Relic's own nor a facet. A percentile is an object of one.
  bool read_value(json::object row, double& value) {
    std::optional<json::element> found;
    std::size_t numbers = 0;
    for (const auto& [key, part] : row) {
      if (is_own(key) || std::ranges::find(facets_, key) != facets_.end()) continue;
      found = part;
      ++numbers;
    }
    if (numbers != 1) {
      return complain(
          fmt::format("it has {} numbers a row; select one, each is a metric of its own", numbers));
    }
    json::object members;
    if (found->get(members) == simdjson::SUCCESS) {
      if (members.size() != 1) {
        return complain(
            fmt::format("it has {} numbers a row; select one, each is a metric of its "
                        "own",
                        members.size()));
      }
      found = (*members.begin()).value;
    }
    if (found->is_null()) return true;
    if (found->get(value) != simdjson::SUCCESS) {
      return complain(
          fmt::format("'{}' is not a number", printable(shorten(simdjson::minify(*found), 40))));
    }
    return true;
  }

  bool complain(std::string text) {
    complaint = std::move(text);
    return false;
  }

  const std::string& host_label_;
  bool counts_;
  const Grid& grid_;
  std::vector<std::string> facets_;  // what it is grouped by
  std::map<Labels, std::size_t> places_;
  std::vector<std::vector<bool>> read_;  // one a series
};

}  // namespace

Result<Reply, std::string> parse_reply(const std::string& body, const std::string& host_label,
                                       bool counts, const Grid& grid) {
  Reader reader(host_label, counts, grid);
  if (!reader.read(body)) return unexpected(std::move(reader.complaint));
  return std::move(reader.reply);
}

ApiError error_in(const HttpResponse& response) {
  json::parser parser;
  json::element document;
  json::array errors;
  if (parser.parse(response.body).get(document) != simdjson::SUCCESS ||
      document["errors"].get(errors) != simdjson::SUCCESS || errors.size() == 0) {
    return {};
  }
  ApiError error;
  error.found = true;
  json::element part;
  if (errors.at(0)["message"].get(part) == simdjson::SUCCESS) {
    error.text = text_of(part).value_or("");
  }
  if (errors.at(0)["extensions"]["errorClass"].get(part) == simdjson::SUCCESS) {
    error.type = text_of(part).value_or("");
  }
  return error;
}

}  // namespace canarygate::nerdgraph
