/// Reports to render: one for each way that a run can end.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pipelines/report.h"

namespace canarygate::test {

/// A report of each scenario under the name of its golden files.
[[nodiscard]] std::vector<std::pair<std::string, Report>> all_reports();

/// One of them; an unknown name fails the test.
[[nodiscard]] Report report_named(const std::string& name);

/// What means something to HTML, Markdown, forges, CI systems, TAP, XML or a terminal.
inline constexpr const char* kMarkup =
    "<script>alert(1)</script>\x1b[31m\n::set-output name=x::y\r\n##[add-mask]z "
    "##vso[task.setvariable variable=a]b ::error::c | **b** _i_ `c` ``d` ~~e~~ "
    "[l](javascript:alert(1)) <img src=x> @everyone a@example.com #123 !45 %6 GH-7 "
    "www.example.com https://evil.example.com :tada: 1:100:2 $x$ &amp; /close "
    "# SKIP # todo \\ \\| ]]> ok 9 - x";

/// A report in which everything that comes from outside tries to break out of where it is printed.
[[nodiscard]] Report hostile_report(const std::string& payload);

}  // namespace canarygate::test
