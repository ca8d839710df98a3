#include "checks/metrics/elasticsearch_fields.h"

#include <fmt/format.h>

#include "checks/http/url.h"
#include "checks/json.h"
#include "checks/text.h"

namespace canarygate::elasticsearch {

namespace {

namespace json = simdjson::dom;

/// Whether there is `field`, or one below it: `error` stands for `error.code`.
bool exists(const std::string& field, const FieldTypes& types) {
  const auto found = types.lower_bound(field);
  if (found != types.end() && found->first == field) return true;
  const auto below = types.lower_bound(field + ".");
  return below != types.end() && below->first.starts_with(field + ".");
}

}  // namespace

HttpRequest fields_request(const std::string& index, const FieldUse& use) {
  std::set<std::string> asked = use.grouped;
  for (const std::string& field : use.read) asked.insert({field, field + ".*"});
  HttpRequest request;
  request.url =
      "/" + percent_encode(index) + "/_field_caps?" +
      form_encode({{"fields", join(std::vector<std::string>(asked.begin(), asked.end()), ",")},
                   {"allow_no_indices", "false"}});
  request.headers.emplace_back("Accept", "application/json");
  return request;
}

Result<FieldTypes, std::string> parse_fields(const std::string& body) {
  json::parser parser;
  json::element document;
  if (parser.parse(body).get(document) != simdjson::SUCCESS) {
    return unexpected(std::string("it is not valid JSON, or was cut off"));
  }
  json::object fields;
  if (document["fields"].get(fields) != simdjson::SUCCESS) {
    return unexpected(std::string("its JSON has another shape"));
  }
  FieldTypes types;
  for (const auto& [name, uses] : fields) {
    json::object kinds;
    if (uses.get(kinds) != simdjson::SUCCESS) {
      return unexpected(std::string("its JSON has another shape"));
    }
    bool computable = false;
    bool mapped = false;
    for (const auto& [type, capabilities] : kinds) {
      bool aggregatable = false;
      if (type == "unmapped") continue;
      mapped = true;
      if (capabilities["aggregatable"].get(aggregatable) == simdjson::SUCCESS && aggregatable) {
        computable = true;
      }
    }
    if (mapped) types[std::string(name)] = computable;
  }
  return types;
}

std::optional<std::string> fault_in_fields(const FieldUse& use, const FieldTypes& types,
                                           const std::string& index) {
  std::set<std::string> all = use.read;
  all.insert(use.grouped.begin(), use.grouped.end());
  for (const std::string& field : all) {
    if (exists(field, types)) continue;
    return fmt::format(
        "there is no field '{}' in '{}'. Check its spelling; a field is there from the first "
        "document on that has it",
        printable(shorten(field, 100)), printable(shorten(index, 100)));
  }
  for (const std::string& field : use.grouped) {
    const auto found = types.find(field);
    if (found != types.end() && found->second) continue;
    return fmt::format(
        "the field '{}' in '{}' is of a type that cannot be grouped by or computed with. Often "
        "'{}.keyword' can",
        printable(shorten(field, 100)), printable(shorten(index, 100)),
        printable(shorten(field, 100)));
  }
  return std::nullopt;
}

}  // namespace canarygate::elasticsearch
