#include "pipelines/ci_page.h"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <system_error>

#include "checks/text.h"

namespace canarygate {

Status append_ci_page(const ReporterType& type, std::span<const Report> reports,
                      const Variables& variables) {
  if (type.page_variable.empty() || reports.empty()) return Done{};
  const auto path = variables.get(type.page_variable);
  if (!path) return Done{};
  const ReporterType& markdown = *find_reporter_type("markdown");
  errno = 0;
  std::ofstream page(*path, std::ios::binary | std::ios::app);
  // What another step left there may end in the middle of a line.
  page << "\n"
       << (reports.size() == 1 ? markdown.render(reports.front()) : markdown.render_all(reports));
  page.close();
  if (page) return Done{};
  return fail(
      ErrorKind::output,
      fmt::format("cannot append to '{}' ({}): {}; the verdict stands, only the CI "
                  "system's page lacks it",
                  printable(*path), type.page_variable, std::generic_category().message(errno)));
}

}  // namespace canarygate
