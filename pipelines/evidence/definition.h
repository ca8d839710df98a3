/// The check of a recording, as it was or with other settings.
#pragma once

#include <string>
#include <vector>

#include "checks/definition/model.h"
#include "checks/definition/yaml.h"
#include "checks/gate/recording.h"
#include "checks/result.h"

namespace canarygate::evidence {

/// `tree`: the recording's definition, or one made of it. Only the metrics that were judged, in
/// their order. ErrorKind::definition: the first problem with it.
[[nodiscard]] Result<CheckDefinition> recorded_check(const gate::Recording& recording,
                                                     const YamlNode& tree);

/// The check with settings as `--set` takes them: `KEY=VALUE`, for all metrics where KEY is one of
/// a metric's, or `METRIC.KEY=VALUE`. Where the same key is set twice the last wins.
/// ErrorKind::usage names the setting: what cannot be set, what cannot be told from the recorded
/// numbers and why, and values that a definition could not have.
[[nodiscard]] Result<CheckDefinition> what_if(const gate::Recording& recording,
                                              const std::vector<std::string>& settings);

}  // namespace canarygate::evidence
