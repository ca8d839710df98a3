/// Reading CSV (RFC 4180) or lines, plain or gzipped, a record at a time: the file is never held in
/// memory.
#pragma once

#include <zlib.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "checks/result.h"

namespace canarygate {

/// Quoted fields may hold separators, line breaks and doubled quotes. Lines end with LF or CRLF;
/// blank ones are passed over; a byte order mark at the beginning is too. Errors are
/// ErrorKind::backend and begin with `path:line:`.
class CsvReader {
 public:
  [[nodiscard]] static Result<CsvReader> open(const std::string& path);

  /// Reads the next record into `fields`. False at the end of the file.
  [[nodiscard]] Result<bool> next(std::vector<std::string>& fields);

  /// Whether `c` is what comes next; it stays unread.
  [[nodiscard]] Result<bool> next_is(char c);
  /// Reads the rest of the line as it stands, for files that are no CSV; blank ones are passed
  /// over. False at the end of the file.
  [[nodiscard]] Result<bool> next_line(std::string& line);

  /// `path:line` of the record that was read last.
  [[nodiscard]] std::string place() const;

 private:
  struct Close {
    void operator()(gzFile file) const { gzclose_r(file); }
  };
  static constexpr int kEnd = -1;

  CsvReader(std::string path, gzFile file) : path_(std::move(path)), file_(file) {}
  [[nodiscard]] Status fill();
  [[nodiscard]] Result<int> peek();  // the next byte, or kEnd
  [[nodiscard]] Status read_quoted(std::string& field);
  [[nodiscard]] Status read_plain(std::string& field);
  [[nodiscard]] Status append(std::string& field, char c);
  [[nodiscard]] Unexpected<Error> bad(const std::string& text) const;

  std::string path_;
  std::unique_ptr<gzFile_s, Close> file_;
  std::array<char, 65'536> buffer_{};
  std::size_t at_ = 0;
  std::size_t filled_ = 0;
  std::uint64_t bytes_ = 0;       // read so far
  std::int64_t line_ = 1;         // of the next byte
  std::int64_t record_line_ = 1;  // where the last record began
};

}  // namespace canarygate
