#include "checks/import/promql_metric.h"

#include <fmt/format.h>

#include "checks/import/monitoring.h"
#include "checks/text.h"

namespace canarygate {

std::string why_no_query(const std::string& query) {
  if (query.size() > kLongestImportedQuery) {
    return fmt::format("its query is longer than {} bytes", kLongestImportedQuery);
  }
  if (query.find("{{") != std::string::npos) {
    return "its query has `{{` in it, with which variables of canarygate begin; fill in the "
           "template first";
  }
  return "";
}

DraftMetric promql_metric(const std::string& name, const PerHostQuery& asked) {
  DraftMetric metric;
  metric.spec.name = name;
  metric.spec.query = asked.query;
  metric.backend_type = "prometheus";
  if (asked.host_label != "instance") metric.spec.host_label = asked.host_label;
  if (!asked.notes.empty()) {
    metric.comments.push_back(fmt::format("Asked for each host: {}.", join(asked.notes, "; ")));
  }
  return metric;
}

void warm_up_for(DraftCheck& draft, Duration longest_range) {
  if (longest_range <= draft.check.window.warmup) return;
  draft.check.window.warmup = longest_range;
  draft.key_comments["window"].push_back(
      "The warm-up is as long as the longest range of a query: else the first points would look "
      "back to before the deploy.");
}

}  // namespace canarygate
