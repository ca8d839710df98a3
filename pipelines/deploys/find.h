/// `--deploys SOURCE`: the deploys that are known of the past, from a file or from where others
/// keep events.
#pragma once

#include <string>
#include <vector>

#include "checks/backtest/deploy.h"
#include "checks/definition/model.h"
#include "checks/ports.h"
#include "checks/result.h"

namespace canarygate::deploys {

struct Wanted {
  std::string check;
  TimePoint from;
  TimePoint to;  ///< included; not after now
  /// What of an event lies so near to one of canarygate's own is the same deploy: as long as one
  /// takes to be judged.
  Duration apart{0};
};

/// `source` is the name of an event source, with `:TAG,TAG` or without, or else a file.
///
/// Events that carry all the tags are deploys. So are canarygate's own events of this check and
/// environment, with tags or without, where they say when the deploy was; of two events of one
/// deploy its own counts, by the name of the other. By time, each once; those of a file
/// are all there are, whatever `wanted` says.
///
/// ErrorKind::usage for what is no source and for a file; ::backend, ::timeout, ::secret,
/// ::definition or ::interrupted for an event source, with the source's name in front.
[[nodiscard]] Result<std::vector<backtest::PastDeploy>> find_past_deploys(
    const std::string& source, const Wanted& wanted, const EnvironmentDefinition& environment,
    const Ports& ports, Duration patience);

/// `datadog-events, grafana-annotations or graphite-events`.
[[nodiscard]] std::string event_source_names();

}  // namespace canarygate::deploys
