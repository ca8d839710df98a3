/// What canarygate reads of a Lucene query: the fields it names, so that a misspelt one is noticed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace canarygate::lucene {

/// The fields that `query` names before a colon or behind `_exists_:`, in order, each once. Those
/// with a wildcard, and Elasticsearch's own, which begin with `_`, are left out.
[[nodiscard]] std::vector<std::string> fields_in(std::string_view query);

}  // namespace canarygate::lucene
