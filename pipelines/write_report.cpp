#include "pipelines/write_report.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "checks/text.h"
#include "pipelines/run_id.h"

namespace canarygate {

namespace {

namespace fs = std::filesystem;

Unexpected<Error> failure(const fs::path& target, std::string_view what, int cause) {
  std::string advice;
  switch (cause) {
    case EACCES:
    case EPERM:
    case EROFS:
      advice = "choose another path or let this user write there";
      break;
    case ENOSPC:
    case EDQUOT:
      advice = "make room on that disk or choose another path";
      break;
    case EISDIR:
      advice = "name a file, not a folder";
      break;
    case ENOTDIR:
      advice = "a part of that path is a file, not a folder; choose another path";
      break;
    case ENAMETOOLONG:
      advice = "choose a shorter path";
      break;
    default:
      advice = "choose another path";
  }
  return fail(ErrorKind::output,
              fmt::format("cannot write the {} '{}': {}; {}", what, printable(target.string()),
                          std::generic_category().message(cause), advice));
}

/// 0, or the errno of what went wrong.
int write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

int write_and_close(int file, std::string_view text) {
  const int cause = write_all(file, text);
  // Some file systems only tell at close that the disk is full.
  return ::close(file) != 0 && cause == 0 ? errno : cause;
}

Status write_in_place(const fs::path& target, std::string_view text, std::string_view what) {
  const int file = ::open(target.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return failure(target, what, errno);
  const int cause = write_and_close(file, text);
  if (cause != 0) return failure(target, what, cause);
  return Done{};
}

}  // namespace

Status write_report(const fs::path& target, std::string_view text, std::string_view what) {
  std::error_code error;
  const fs::file_status there = fs::status(target, error);
  if (fs::is_directory(there)) return failure(target, what, EISDIR);
  if (fs::exists(there) && !fs::is_regular_file(there)) return write_in_place(target, text, what);

  // A link is followed, so that it stays one and the file it names is replaced.
  const fs::path real =
      fs::is_symlink(target, error) ? fs::weakly_canonical(target, error) : target;
  if (real.has_parent_path()) {
    fs::create_directories(real.parent_path(), error);
    if (error) return failure(target, what, error.value());
  }
  // A name nobody can have prepared, in a folder that others may write to.
  const fs::path temporary = real.string() + fmt::format(".{:016x}.tmp", entropy()());
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                          S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH);
  if (file < 0) return failure(target, what, errno);
  int cause = write_and_close(file, text);
  if (cause == 0 && ::rename(temporary.c_str(), real.c_str()) != 0) cause = errno;
  if (cause != 0) {
    ::unlink(temporary.c_str());
    return failure(target, what, cause);
  }
  return Done{};
}

}  // namespace canarygate
