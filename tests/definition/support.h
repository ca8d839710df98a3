/// A config root in a temporary folder, gone when the test ends.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "checks/definition/load.h"

namespace canarygate::test {

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  REQUIRE_MESSAGE(stream, path.string());
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

class TemporaryRoot {
 public:
  explicit TemporaryRoot(const std::string& root_file = "version: 1\n") {
    std::string name = (std::filesystem::temp_directory_path() / "canarygate-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder_ = name;
    write("canarygate.yaml", root_file);
  }
  TemporaryRoot(const TemporaryRoot&) = delete;
  TemporaryRoot& operator=(const TemporaryRoot&) = delete;
  ~TemporaryRoot() { std::filesystem::remove_all(folder_); }

  void write(const std::string& below, const std::string& text) const {
    const auto path = folder_ / below;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  /// The problems as they are printed, the temporary folder's name taken out.
  [[nodiscard]] std::vector<std::string> lines(const Problems& problems) const {
    std::vector<std::string> lines;
    const std::string prefix = folder_.string() + "/";
    for (const Problem& problem : problems) {
      std::string line = problem.str();
      for (auto at = line.find(prefix); at != std::string::npos; at = line.find(prefix)) {
        line.erase(at, prefix.size());
      }
      lines.push_back(std::move(line));
    }
    return lines;
  }

  /// Everything that is wrong with the root and all below it.
  [[nodiscard]] std::vector<std::string> problems() const {
    const auto root = open_root(folder_);
    return lines(root ? validate(*root, {}).problems : root.error());
  }

 private:
  std::filesystem::path folder_;
};

/// A small check that is right, for a root that needs one.
inline constexpr const char* kSmallCheck =
    "version: 1\n"
    "check: web\n"
    "canary: {hosts: [web-1]}\n"
    "baseline: {hosts: [web-2, web-3]}\n"
    "metrics:\n"
    "  - name: errors\n"
    "    query: app_errors\n";

inline constexpr const char* kBackend = "backends: {default: {type: file, path: data.csv}}\n";

}  // namespace canarygate::test
