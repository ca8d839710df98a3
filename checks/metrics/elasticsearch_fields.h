/// Which fields an index has.
///
/// Elasticsearch takes a condition on a field that does not exist for one that no document meets: a
/// misspelt `statsu:>=500` would count no error, for ever. So the fields of a query are asked for
/// before its numbers.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "checks/http/client.h"
#include "checks/result.h"

namespace canarygate::elasticsearch {

/// What a query does with fields.
struct FieldUse {
  std::set<std::string> read;     ///< named in conditions
  std::set<std::string> grouped;  ///< grouped by, or computed with
};

/// Fields, and those below them, that there are: whether they can be computed with.
using FieldTypes = std::map<std::string, bool>;

/// The request for what `use` needs to know of `index`; `url` is what follows the server's address.
[[nodiscard]] HttpRequest fields_request(const std::string& index, const FieldUse& use);

/// Reads the body of its 200; a clause where it is no such body.
[[nodiscard]] Result<FieldTypes, std::string> parse_fields(const std::string& body);

/// Why `use` is not possible, a sentence or two without the server's name; nothing when it is.
[[nodiscard]] std::optional<std::string> fault_in_fields(const FieldUse& use,
                                                         const FieldTypes& types,
                                                         const std::string& index);

}  // namespace canarygate::elasticsearch
