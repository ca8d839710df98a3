#include "pipelines/write_report.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace canarygate {

namespace {

namespace fs = std::filesystem;

/// A folder of its own that is gone afterwards.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "canarygate-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  [[nodiscard]] fs::path operator/(const char* name) const { return path_ / name; }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(path_), fs::directory_iterator()));
  }

 private:
  fs::path path_;
};

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string error_text(const Status& status) { return status ? "" : status.error().text; }

}  // namespace

TEST_CASE("a report is written with its parent folders and leaves nothing else behind") {
  const Folder folder;
  REQUIRE(write_report(folder / "a" / "b" / "report.json", "one\n"));
  CHECK(contents(folder / "a" / "b" / "report.json") == "one\n");
  REQUIRE(write_report(folder / "a" / "b" / "report.json", "two\n"));
  CHECK(contents(folder / "a" / "b" / "report.json") == "two\n");
  CHECK(std::distance(fs::directory_iterator(folder / "a/b"), fs::directory_iterator()) == 1);
}

TEST_CASE("permissions of a report are the umask's") {
  const Folder folder;
  const mode_t before = ::umask(027);
  const Status status = write_report(folder / "report.json", "x");
  ::umask(before);
  REQUIRE(status);
  struct stat info {};
  REQUIRE(::stat((folder / "report.json").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0640U);
}

TEST_CASE("a link stays a link and the file it names gets the report") {
  const Folder folder;
  std::ofstream(folder / "real.json") << "old";
  fs::create_symlink(folder / "real.json", folder / "link.json");
  REQUIRE(write_report(folder / "link.json", "new"));
  CHECK(fs::is_symlink(folder / "link.json"));
  CHECK(contents(folder / "real.json") == "new");
}

TEST_CASE("a report that stops half way leaves the old one and no other file") {
  const Folder folder;
  REQUIRE(write_report(folder / "report.json", "old"));
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{10, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const Status status = write_report(folder / "report.json", std::string(100, 'x'));
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, handler);
  CHECK(error_text(status) == "cannot write the report '" + (folder / "report.json").string() +
                                  "': File too large; choose another path");
  CHECK(contents(folder / "report.json") == "old");
  CHECK(folder.files() == 1);
}

TEST_CASE("what is no regular file is written to directly") {
  CHECK(write_report("/dev/null", "x"));
  CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("a report that cannot be written says which, why and what to do") {
  const Folder folder;
  const std::string path = (folder / "").string();
  std::ofstream(folder / "file") << "x";
  fs::create_directory(folder / "folder");
  const Status into_folder = write_report(folder / "folder", "x");
  CHECK(error_text(into_folder) ==
        "cannot write the report '" + path + "folder': Is a directory; name a file, not a folder");
  CHECK(into_folder.error().kind == ErrorKind::output);
  CHECK(error_text(write_report(folder / "file" / "report.json", "x")) ==
        "cannot write the report '" + path +
            "file/report.json': Not a directory; a part of that path is a file, not a folder; "
            "choose another path");
  CHECK(error_text(write_report("/proc/report.json", "x")) ==
        "cannot write the report '/proc/report.json': No such file or directory; choose another "
        "path");
  CHECK(error_text(write_report("/dev/full", "x")) ==
        "cannot write the report '/dev/full': No space left on device; make room on that disk or "
        "choose another path");
  CHECK(folder.files() == 2);
}

}  // namespace canarygate
