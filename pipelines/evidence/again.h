/// Judging what an evidence file holds.
#pragma once

#include <string>
#include <vector>

#include "checks/ports.h"
#include "checks/result.h"
#include "pipelines/report.h"

namespace canarygate {

/// `recorded` (of unpack_evidence()) with its outcome: the run's own, number for number; the run's
/// id, times and CI stay. With `settings` (`--set`) what the run would have said by them: the
/// report then warns that it is no verdict of a deploy, and the caller gives it an id of its own.
/// ErrorKind::usage: a setting that cannot be answered for.
[[nodiscard]] Result<Report> judged_again(Report recorded, const std::vector<std::string>& settings,
                                          const Ports& ports);

}  // namespace canarygate
