/// The page that some CI systems show for each step, made of what is appended to a file of theirs.
#pragma once

#include <span>

#include "checks/ports.h"
#include "checks/result.h"
#include "pipelines/reporters/reporter.h"

namespace canarygate {

/// Appends the Markdown report to the file that `type`'s page_variable names. Nothing to do where
/// it has none, or it is not set. ErrorKind::output names variable, file, cause and what to do; the
/// page is an extra, so nobody stops a deploy for it.
[[nodiscard]] Status append_ci_page(const ReporterType& type, std::span<const Report> reports,
                                    const Variables& variables);

}  // namespace canarygate
