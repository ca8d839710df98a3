/// The evidence file: what a run saw and was told, in one gzipped JSON document, from which
/// `canarygate judge` comes to the same verdict and numbers, offline and elsewhere.
///
/// It holds no secret: of the environment only names and types. Its format has a version of its
/// own; readers of a version read all that were written in it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks/result.h"
#include "pipelines/report.h"

namespace canarygate {

inline constexpr int kEvidenceVersion = 1;

/// More is not unpacked: a run fetches a few million numbers, each some twenty characters.
inline constexpr std::size_t kMostEvidenceBytes = std::size_t{256} * 1024 * 1024;

/// The file's content. `as_list`: whether the reports are read as a list of checks.
/// ErrorKind::output: it would be too large to be read again.
[[nodiscard]] Result<std::string> pack_evidence(std::span<const Report> reports, bool as_list);

/// What an evidence file holds. Each report's outcome is nothing but its check's name and
/// recording: it has yet to be judged.
struct Evidence {
  std::string program_version;  ///< that wrote it
  bool as_list = false;
  std::vector<Report> reports;  ///< at least one
};

/// All of it has been checked against itself: whatever is read here can be judged. ErrorKind::usage
/// with what is wrong, as the end of a sentence ("is …").
[[nodiscard]] Result<Evidence> unpack_evidence(std::string_view packed);

}  // namespace canarygate
