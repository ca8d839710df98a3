#include "checks/csv.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace canarygate;

namespace {

using Records = std::vector<std::vector<std::string>>;

/// A file with just these bytes, gone with the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& bytes) {
    std::string pattern = std::filesystem::temp_directory_path() / "canarygate-csv-XXXXXX";
    ::close(mkstemp(pattern.data()));
    path_ = pattern;
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { std::filesystem::remove(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Result<Records> read_file(const std::string& path) {
  auto reader = CsvReader::open(path);
  if (!reader) return unexpected(reader.error());
  Records records;
  std::vector<std::string> fields;
  while (true) {
    const auto more = reader->next(fields);
    if (!more) return unexpected(more.error());
    if (!*more) return records;
    records.push_back(fields);
  }
}

Result<Records> read(const std::string& bytes) { return read_file(TemporaryFile(bytes).path()); }

/// The error without the file's name: `:line: text`.
std::string error_of(const std::string& bytes) {
  const TemporaryFile file(bytes);
  const auto records = read_file(file.path());
  REQUIRE_FALSE(records.has_value());
  CHECK(records.error().kind == ErrorKind::backend);
  REQUIRE(records.error().text.starts_with(file.path()));
  return records.error().text.substr(file.path().size());
}

std::string gzipped(const std::string& bytes) {
  const TemporaryFile file("");
  gzFile out = gzopen(file.path().c_str(), "wb");
  gzwrite(out, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(out);
  std::ostringstream packed;
  packed << std::ifstream(file.path(), std::ios::binary).rdbuf();
  return packed.str();
}

}  // namespace

TEST_CASE("records are read as RFC 4180 writes them") {
  CHECK(read("a,b\nc,d\n").value() == Records{{"a", "b"}, {"c", "d"}});
  CHECK(read("a,b\r\nc,d").value() == Records{{"a", "b"}, {"c", "d"}});
  CHECK(read("\"a,\"\"b\"\"\",\"c\nd\"\r\n").value() == Records{{"a,\"b\"", "c\nd"}});
  CHECK(read(",\n\"\",x").value() == Records{{"", ""}, {"", "x"}});
  CHECK(read("a,\n").value() == Records{{"a", ""}});
  CHECK(read("a,").value() == Records{{"a", ""}});
  CHECK(read("a b, c \n").value() == Records{{"a b", " c "}});
}

TEST_CASE("blank lines and a byte order mark are passed over") {
  CHECK(read("").value().empty());
  CHECK(read("\n\r\n\n").value().empty());
  CHECK(read("\xEF\xBB\xBFtime\n\n1\n").value() == Records{{"time"}, {"1"}});
}

TEST_CASE("a gzipped file is read as what it holds; a damaged one is an error") {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i * 7919 % 100'003) + ",x\n";
  const std::string packed = gzipped(text);
  CHECK(read(packed).value().size() == 50'000);
  CHECK(read(packed).value() == read(text).value());
  CHECK(error_of(packed.substr(0, packed.size() / 2))
            .find("its compressed data is damaged or cut off") != std::string::npos);
  std::string broken = packed;
  broken[broken.size() / 2] = static_cast<char>(~broken[broken.size() / 2]);
  CHECK(error_of(broken).find("its compressed data is damaged or cut off") != std::string::npos);
}

TEST_CASE("errors are on the line where they are") {
  CHECK(error_of("a\n\"b\nc\nd") == ":4: a quoted field is not closed");
  CHECK(error_of("a\nb,\"c\"d\n") == ":2: text after a closing quote");
}

TEST_CASE("a field and a record are bounded") {
  CHECK(read(std::string(65'536, 'x')).value().at(0).at(0).size() == 65'536);
  CHECK(error_of("a\n" + std::string(65'537, 'x')) == ":2: a field is longer than 64 KiB");
  CHECK(read(std::string(255, ',')).value().at(0).size() == 256);
  CHECK(error_of(std::string(256, ',')) == ":1: more than 256 fields in a record");
}

TEST_CASE("a file that is not there or is a folder is an error") {
  CHECK(read_file("/no/such/file.csv").error().text ==
        "/no/such/file.csv: cannot be opened: No such file or directory");
  CHECK(read_file("/").error().text.find("cannot be read: Is a directory") != std::string::npos);
}

TEST_CASE("a record knows the line where it began") {
  const TemporaryFile file("a\n\"b\nc\",d\ne\n");
  auto reader = CsvReader::open(file.path());
  std::vector<std::string> fields;
  for (const int line : {1, 2, 4}) {
    CHECK(reader->next(fields).value());
    CHECK(reader->place() == file.path() + ":" + std::to_string(line));
  }
}
