#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "checks/http/url.h"
#include "checks/text.h"
#include "pipelines/doctor/ward.h"
#include "pipelines/history/store.h"

namespace canarygate::doctor {

namespace {

namespace fs = std::filesystem;

/// Why a file could not be made at `path`; "" when it could.
std::string why_not_made(const fs::path& path) {
  std::error_code error;
  fs::path folder = path.parent_path();
  while (!fs::exists(folder, error) && folder != folder.parent_path()) {
    folder = folder.parent_path();
  }
  if (fs::is_directory(folder, error) && ::access(folder.c_str(), W_OK | X_OK) == 0) return "";
  return fmt::format(
      "history sqlite:{}: it is not there, and nothing can be written in {}; name "
      "another place in `history`, or make that a folder of this user",
      printable(path.string()), printable(folder.string()));
}

}  // namespace

Examination examine_history(Ward& ward, const HistorySpec& spec) {
  const auto path = history::sqlite_path(spec);
  Examination examination{"history", "", path ? "sqlite" : "postgresql",
                          path ? "" : host_of(spec.url)};
  static_cast<void>(ward.http.take());
  const auto exists = history::store_exists(spec, ward.ports, kPatience);
  if (!exists) {
    ward.fail(examination, exists.error());
    // A server's word on why is only in the text.
    if (!path && examination.cause == Cause::answer) examination.cause = Cause::unreachable;
    return examination;
  }
  examination.text = *exists ? fmt::format("{} can be read", printable(spec.url))
                             : fmt::format("{} is made by the first run", printable(spec.url));
  if (*exists || !path) return examination;
  if (const std::string why = why_not_made(*path); !why.empty()) {
    ward.fail(examination, {ErrorKind::output, why});
  }
  return examination;
}

}  // namespace canarygate::doctor
