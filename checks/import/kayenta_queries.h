/// The queries of a Kayenta canary config, put so that one answer holds both scopes.
///
/// Kayenta asks each query twice, for the scope of the canary and for that of the baseline.
/// canarygate asks once and tells the hosts apart by a label; so here the two scopes are the two
/// hosts, `{{canary_hosts}}` and `{{baseline_hosts}}`.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "checks/definition/model.h"
#include "checks/import/documents.h"
#include "checks/result.h"

namespace canarygate::kayenta_config {

struct Query {
  std::string text;
  std::string host_label;    ///< empty: the backend's own
  std::string backend_type;  ///< a name of backend_types()
  std::vector<LeftOut> left_out;
  std::vector<std::string> variables;  ///< `{{…}}` in it that are the user's to give
  std::string fill_in;                 ///< what of it Kayenta was told elsewhere; may be empty
};

/// `query` is a metric's, `templates` the config's. An error says why it cannot be asked.
[[nodiscard]] Result<Query> query_of(const JsonPlace& query, const JsonPlace& templates);

}  // namespace canarygate::kayenta_config
