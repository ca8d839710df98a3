#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "checks/definition/load.h"
#include "checks/text.h"
#include "cli/init/files.h"

namespace canarygate::init {

namespace fs = std::filesystem;

namespace {

/// Takes back what was made, unless it was all made.
class Made {
 public:
  Made() = default;
  Made(const Made&) = delete;
  Made& operator=(const Made&) = delete;
  ~Made() {
    if (kept_) return;
    std::error_code ignored;
    std::ranges::reverse(paths_);
    for (const fs::path& path : paths_) fs::remove(path, ignored);
  }

  [[nodiscard]] Status folder(const fs::path& path) {
    std::error_code error;
    if (path.empty() || fs::is_directory(path, error)) return Done{};
    if (Status above = folder(path.parent_path()); !above) return above;
    if (fs::create_directory(path, error)) paths_.push_back(path);
    if (!error) return Done{};
    return failed(path, error.message());
  }

  [[nodiscard]] Status file(const fs::path& path, const std::string& text) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0) return failed(path, std::strerror(errno));  // NOLINT(concurrency-mt-unsafe)
    paths_.push_back(path);
    std::string_view rest = text;
    int problem = 0;
    while (!rest.empty() && problem == 0) {
      const ssize_t written = ::write(file, rest.data(), rest.size());
      if (written >= 0) {
        rest.remove_prefix(static_cast<std::size_t>(written));
      } else if (errno != EINTR) {
        problem = errno;
      }
    }
    if (::close(file) != 0 && problem == 0) problem = errno;
    if (problem == 0) return Done{};
    return failed(path, std::strerror(problem));  // NOLINT(concurrency-mt-unsafe)
  }

  void keep() { kept_ = true; }

 private:
  static Status failed(const fs::path& path, const std::string& why) {
    return fail(ErrorKind::output, fmt::format("{}: cannot be written: {}; nothing was",
                                               printable(path.string()), why));
  }

  std::vector<fs::path> paths_;
  bool kept_ = false;
};

}  // namespace

std::vector<std::string> existing(const fs::path& folder, const std::vector<NewFile>& files) {
  std::vector<std::string> there;
  std::error_code ignored;
  for (const NewFile& file : files) {
    const fs::path path = (folder / file.path).lexically_normal();
    if (fs::exists(fs::symlink_status(path, ignored))) there.push_back(path.string());
  }
  return there;
}

Status write_all(const fs::path& folder, const std::vector<NewFile>& files) {
  Made made;
  for (const NewFile& file : files) {
    const fs::path path = (folder / file.path).lexically_normal();
    if (Status ready = made.folder(path.parent_path()); !ready) return ready;
    if (Status written = made.file(path, file.text); !written) return written;
  }
  const auto root = open_root(folder);
  const Problems problems = root ? validate(*root, {}).problems : root.error();
  if (!problems.empty()) {
    return fail(ErrorKind::output, fmt::format("what would have been written is not valid, so "
                                               "nothing was: {}",
                                               problems.front().str()));
  }
  made.keep();
  return Done{};
}

}  // namespace canarygate::init
