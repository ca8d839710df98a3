#include "cli/import/inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "checks/import/documents.h"
#include "checks/text.h"

namespace canarygate {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFiles = 5000;

class Inputs {
 public:
  Inputs(const std::vector<std::string>& extensions, std::istream& stdin_stream)
      : extensions_(extensions), stdin_(stdin_stream) {}

  void add(const std::string& input) {
    if (input == "-") return read(input, stdin_);
    std::error_code error;
    const fs::file_status status = fs::status(input, error);
    if (fs::is_directory(status)) return add_folder(input);
    if (!fs::exists(status)) return refuse(input, "there is no such file or folder");
    add_file(input);
  }

  Result<std::vector<ImportFile>, Problems> take() {
    if (!problems_.empty()) return unexpected(std::move(problems_));
    return std::move(files_);
  }

 private:
  void refuse(const std::string& path, std::string text) {
    problems_.push_back({path, 0, 0, std::move(text)});
  }

  void add_file(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
      return refuse(path, fmt::format("cannot be read: {}", std::strerror(errno)));  // NOLINT
    }
    read(path, stream);
  }

  void read(const std::string& path, std::istream& stream) {
    std::string text;
    std::string chunk(std::size_t{64} * 1024, '\0');
    while (stream && text.size() <= kMostImportBytes) {
      stream.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
      text.append(chunk, 0, static_cast<std::size_t>(stream.gcount()));
    }
    if (text.size() > kMostImportBytes) return refuse(path, "the file is larger than 16 MiB");
    if (stream.bad()) return refuse(path, "cannot be read to its end");
    files_.push_back({path, std::move(text)});
  }

  void add_folder(const std::string& folder) {
    std::vector<std::string> paths;
    std::error_code error;
    fs::recursive_directory_iterator entry(folder, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
      const fs::path& path = entry->path();
      const bool hidden = path.filename().string().starts_with('.');
      if (entry->is_directory()) {
        if (hidden) entry.disable_recursion_pending();
      } else if (!hidden && entry->is_regular_file() &&
                 std::ranges::find(extensions_, path.extension().string()) != extensions_.end()) {
        paths.push_back(path.string());
      }
    }
    if (error) return refuse(folder, fmt::format("cannot be read: {}", error.message()));
    if (paths.empty()) {
      return refuse(folder, fmt::format("there is no file in it whose name ends with {}",
                                        list_of(extensions_)));
    }
    if (paths.size() > kMostFiles) {
      return refuse(folder, fmt::format("there are more than {} files in it", kMostFiles));
    }
    std::ranges::sort(paths);
    for (const std::string& path : paths) add_file(path);
  }

  const std::vector<std::string>& extensions_;
  std::istream& stdin_;
  std::vector<ImportFile> files_;
  Problems problems_;
};

}  // namespace

Result<std::vector<ImportFile>, Problems> read_inputs(const std::vector<std::string>& inputs,
                                                      const std::vector<std::string>& extensions,
                                                      std::istream& stdin_stream) {
  Inputs all(extensions, stdin_stream);
  for (const std::string& input : inputs) all.add(input);
  return all.take();
}

}  // namespace canarygate
