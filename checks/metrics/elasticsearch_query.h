/// A query of an Elasticsearch check, `p99(duration_ms) where service:web AND
/// host.name:({{hosts}})`, and the search that it is sent as.
#pragma once

#include <string>
#include <vector>

#include "checks/metrics/backend.h"
#include "checks/result.h"
#include "checks/series.h"

namespace canarygate::elasticsearch {

struct Query {
  enum class Function {
    count,
    sum,
    average,
    minimum,
    maximum,
    percentile
  } function = Function::count;
  double percent = 0;     ///< for Function::percentile
  std::string field;      ///< whose values are taken; "" for count
  std::string condition;  ///< of count, in Lucene's syntax; "" counts every document
  std::string filter;     ///< behind `where`, in Lucene's syntax; "" for all documents
};

/// Reads `text`; a fault where it cannot be asked.
[[nodiscard]] Result<Query, QueryFault> parse(const std::string& text);

/// The fields that the query names in condition and filter, each once.
[[nodiscard]] std::vector<std::string> fields_of_conditions(const Query& query);

/// Where documents say when and by whom.
struct Fields {
  std::string time;
  std::string host;
};

// So many hosts are taken of one answer; more are an error, never a part.
constexpr std::size_t kMostHosts = 1000;

/// The body of the _search for the points of `grid`: hosts, in them the buckets of time, in them
/// the number. Buckets of a date_histogram are half-open at their end and ours at their start, so
/// each begins 1 ms after ours; to the millisecond, which is all that a date keeps, they are the
/// same.
[[nodiscard]] std::string search_for(const Query& query, const Fields& fields, const Grid& grid);

/// When the bucket of the first point begins.
[[nodiscard]] TimePoint first_bucket(const Grid& grid);

}  // namespace canarygate::elasticsearch
