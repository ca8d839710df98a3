#include "checks/metrics/elasticsearch_reply.h"

#include <fmt/format.h>

#include <cmath>

#include "checks/json.h"
#include "checks/text.h"

namespace canarygate::elasticsearch {

namespace {

namespace json = simdjson::dom;

bool flag(json::element parent, std::string_view name) {
  bool value = false;
  return parent[name].get(value) == simdjson::SUCCESS && value;
}

std::int64_t whole(json::element parent, std::string_view name) {
  std::int64_t value = 0;
  return parent[name].get(value) == simdjson::SUCCESS ? value : 0;
}

std::string text_of(simdjson::simdjson_result<json::element> value) {
  std::string_view text;
  return value.get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

/// Fills a Reply. Functions are false when it is no good, and `complaint` says why.
class Reader {
 public:
  Reader(const Query& query, const std::string& host_label, const Grid& grid)
      : query_(query), host_label_(host_label), grid_(grid) {}

  Reply reply;
  std::string complaint;

  bool read(const std::string& body) {
    json::parser parser;
    json::element document;
    if (parser.parse(body).get(document) != simdjson::SUCCESS) {
      return complain("it is not valid JSON, or was cut off");
    }
    json::element shards;
    if (document["_shards"].get(shards) != simdjson::SUCCESS) return shape();
    read_completeness(document, shards);
    if (!reply.incomplete.empty()) return true;
    json::element hosts;
    json::array buckets;
    if (document["aggregations"]["hosts"].get(hosts) != simdjson::SUCCESS ||
        hosts["buckets"].get(buckets) != simdjson::SUCCESS) {
      return shape();
    }
    reply.too_many_hosts = whole(hosts, "sum_other_doc_count") > 0;
    for (const json::element host : buckets) {
      if (!read_host(host)) return false;
    }
    return true;
  }

 private:
  /// Shards that were `skipped` hold nothing of the window, so nothing is lacking with them; a
  /// cluster that was skipped could not be asked.
  void read_completeness(json::element document, json::element shards) {
    const std::int64_t total = whole(shards, "total");
    const std::int64_t missing =
        std::max(whole(shards, "failed"), total - whole(shards, "successful"));
    if (flag(document, "timed_out")) {
      reply.incomplete = "it ran out of time (timed_out)";
    } else if (flag(document, "terminated_early")) {
      reply.incomplete = "it ended early (terminated_early)";
    } else if (missing > 0) {
      reply.incomplete =
          fmt::format("{} of {} shards did not answer{}", missing, total, cause_in(shards));
    } else if (total == 0) {
      reply.incomplete = "it has no shard to ask";
    }
    json::element clusters;
    if (document["_clusters"].get(clusters) != simdjson::SUCCESS) return;
    for (const char* what : {"skipped", "failed", "partial"}) {
      if (const std::int64_t count = whole(clusters, what); count > 0) {
        reply.incomplete =
            fmt::format("{} of {} clusters: {}", count, whole(clusters, "total"), what);
      }
    }
  }

  static std::string cause_in(json::element shards) {
    json::array failures;
    if (shards["failures"].get(failures) != simdjson::SUCCESS || failures.size() == 0) return "";
    const std::string cause = text_of(failures.at(0)["reason"]["reason"]);
    return cause.empty() ? "" : ": " + printable(shorten(cause, 300));
  }

  bool read_host(json::element host) {
    PieceRow& row = reply.rows.rows.emplace_back();
    row.values.assign(static_cast<std::size_t>(grid_.points), kMissing);
    if (query_.function == Query::Function::count) row.seen.resize(row.values.size(), false);
    std::string name = text_of(host["key_as_string"]);
    json::element key;
    if (name.empty() && host["key"].get(key) == simdjson::SUCCESS) {
      name = key.is_string() ? text_of(host["key"]) : std::string(simdjson::minify(key));
    }
    json::array times;
    if (name.empty() || host["times"]["buckets"].get(times) != simdjson::SUCCESS) return shape();
    row.labels[host_label_] = name;
    std::size_t count = 0;
    for (const json::element time : times) {
      if (!read_time(time, row)) return false;
      ++count;
    }
    return count == row.values.size() || complain("it lacks some of the times asked for");
  }

  bool read_time(json::element bucket, PieceRow& row) {
    double key = 0;
    std::int64_t documents = 0;
    if (bucket["key"].get(key) != simdjson::SUCCESS ||
        bucket["doc_count"].get(documents) != simdjson::SUCCESS) {
      return shape();
    }
    const double first = static_cast<double>(first_bucket(grid_).time_since_epoch().count());
    const double index = (key - first) / static_cast<double>(grid_.step.count());
    if (index != std::floor(index) || index < 0 || index >= static_cast<double>(grid_.points)) {
      return complain("it has times that were not asked for");
    }
    const auto place = static_cast<std::size_t>(index);
    if (!row.seen.empty()) row.seen[place] = documents > 0;
    return read_number(bucket, static_cast<double>(documents), row.values[place]);
  }

  bool read_number(json::element bucket, double documents, double& value) {
    using Function = Query::Function;
    if (query_.function == Function::count && query_.condition.empty()) {
      value = documents;
      return true;
    }
    json::element number;
    if (bucket["number"].get(number) != simdjson::SUCCESS) return shape();
    switch (query_.function) {
      case Function::count:
        return number["doc_count"].get(value) == simdjson::SUCCESS || shape();
      case Function::percentile: {
        json::array values;
        if (number["values"].get(values) != simdjson::SUCCESS || values.size() != 1) return shape();
        return read_optional(values.at(0)["value"], value);
      }
      case Function::sum:
        return read_statistic(number, "sum", value);
      case Function::average:
        return read_statistic(number, "avg", value);
      case Function::minimum:
        return read_statistic(number, "min", value);
      case Function::maximum:
        return read_statistic(number, "max", value);
    }
    return shape();
  }

  bool read_statistic(json::element statistics, std::string_view name, double& value) {
    std::int64_t count = 0;
    if (statistics["count"].get(count) != simdjson::SUCCESS) return shape();
    return count == 0 || read_optional(statistics[name], value);
  }

  /// null, and the text "NaN" of older servers, are missing.
  bool read_optional(simdjson::simdjson_result<json::element> number, double& value) {
    json::element found;
    if (number.get(found) != simdjson::SUCCESS) return shape();
    if (found.is_null() || text_of(number) == "NaN") return true;
    if (found.get(value) != simdjson::SUCCESS) return shape();
    if (!std::isfinite(value)) value = kMissing;
    return true;
  }

  bool shape() { return complain("its JSON has another shape"); }

  bool complain(std::string text) {
    complaint = std::move(text);
    return false;
  }

  const Query& query_;
  const std::string& host_label_;
  const Grid& grid_;
};

}  // namespace

Result<Reply, std::string> parse_reply(const std::string& body, const Query& query,
                                       const std::string& host_label, const Grid& grid) {
  Reader reader(query, host_label, grid);
  if (!reader.read(body)) return unexpected(std::move(reader.complaint));
  return std::move(reader.reply);
}

Refusal refusal_in(const HttpResponse& response) {
  json::parser parser;
  json::element document;
  json::element error;
  if (parser.parse(response.body).get(document) != simdjson::SUCCESS) return {};
  if (document["error"].get(error) != simdjson::SUCCESS) return {};
  if (error.is_string()) return {"", text_of(document["error"])};
  Refusal refusal{text_of(error["type"]), text_of(error["reason"])};
  json::array causes;
  if (error["root_cause"].get(causes) == simdjson::SUCCESS && causes.size() > 0) {
    const std::string type = text_of(causes.at(0)["type"]);
    const std::string reason = text_of(causes.at(0)["reason"]);
    if (!type.empty()) refusal.type = type;
    if (!reason.empty()) refusal.reason = reason;
  }
  return refusal;
}

bool has_too_many_buckets(const std::string& body) {
  return body.find("\"too_many_buckets_exception\"") != std::string::npos;
}

}  // namespace canarygate::elasticsearch
