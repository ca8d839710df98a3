/// Putting a finished report where it was asked for.
#pragma once

#include <filesystem>
#include <string_view>

#include "checks/result.h"

namespace canarygate {

/// Writes `text` to a temporary file beside `target` and renames it, so that nobody ever reads half
/// a report and a failed write leaves the old one. Makes missing parent folders; permissions are
/// the umask's. Something that is there and is no regular file (/dev/stderr, a pipe) is written to
/// directly. ErrorKind::output names `what` it is, the file, the cause and what to do.
[[nodiscard]] Status write_report(const std::filesystem::path& target, std::string_view text,
                                  std::string_view what = "report");

}  // namespace canarygate
