#include "pipelines/evidence/definition.h"

#include <algorithm>
#include <utility>

#include "checks/definition/parse.h"

namespace canarygate::evidence {

Result<CheckDefinition> recorded_check(const gate::Recording& recording, const YamlNode& tree) {
  YamlNode root = tree;
  if (root.has_refused()) return fail(ErrorKind::definition, "it is none");
  Problems problems;
  CheckDefinition check = parse_check(root, recording.outcome.check, problems);
  if (!problems.empty()) return fail(ErrorKind::definition, problems.front().text);
  check.file = recording.file;
  if (!recording.only.empty()) {
    std::erase_if(check.metrics, [&](const MetricSpec& metric) {
      return std::ranges::find(recording.only, metric.name) == recording.only.end();
    });
  }
  return check;
}

}  // namespace canarygate::evidence
