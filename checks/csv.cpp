#include "checks/csv.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "checks/text.h"

namespace canarygate {

namespace {

// Far more than a useful file has, and little enough to hold one record of.
constexpr std::size_t kLongestField = 64U << 10U;
constexpr std::size_t kMostFields = 256;
constexpr std::uint64_t kMostBytes = 4ULL << 30U;

}  // namespace

Result<CsvReader> CsvReader::open(const std::string& path) {
  errno = 0;
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) {
    return fail(ErrorKind::backend, fmt::format("{}: cannot be opened: {}", printable(path),
                                                std::strerror(errno)));  // NOLINT
  }
  CsvReader reader(path, file);
  if (const Status filled = reader.fill(); !filled) return unexpected(filled.error());
  if (std::string_view(reader.buffer_.data(), reader.filled_).starts_with("\xEF\xBB\xBF")) {
    reader.at_ = 3;
  }
  return reader;
}

std::string CsvReader::place() const {
  return fmt::format("{}:{}", printable(path_), record_line_);
}

Unexpected<Error> CsvReader::bad(const std::string& text) const {
  return fail(ErrorKind::backend, fmt::format("{}:{}: {}", printable(path_), line_, text));
}

Status CsvReader::fill() {
  const int count = gzread(file_.get(), buffer_.data(), static_cast<unsigned>(buffer_.size()));
  int code = Z_OK;
  const char* message = gzerror(file_.get(), &code);
  if (count < 0 || code == Z_BUF_ERROR) {
    if (code == Z_ERRNO)
      return bad(fmt::format("cannot be read: {}", std::strerror(errno)));  // NOLINT
    return bad(fmt::format("its compressed data is damaged or cut off ({})", printable(message)));
  }
  at_ = 0;
  filled_ = static_cast<std::size_t>(count);
  bytes_ += filled_;
  if (bytes_ > kMostBytes) return bad("the file is larger than 4 GiB");
  return Done{};
}

Result<int> CsvReader::peek() {
  if (at_ == filled_) {
    if (const Status filled = fill(); !filled) return unexpected(filled.error());
    if (filled_ == 0) return kEnd;
  }
  return static_cast<unsigned char>(buffer_[at_]);
}

Status CsvReader::append(std::string& field, char c) {
  if (field.size() == kLongestField) return bad("a field is longer than 64 KiB");
  if (c == '\n') ++line_;
  field += c;
  ++at_;
  return Done{};
}

/// From after the opening quote past the closing one.
Status CsvReader::read_quoted(std::string& field) {
  while (true) {
    const auto c = peek();
    if (!c) return unexpected(c.error());
    if (*c == kEnd) return bad("a quoted field is not closed");
    if (*c == '"') {
      ++at_;
      const auto next = peek();
      if (!next) return unexpected(next.error());
      if (*next != '"') return Done{};
    }
    if (Status added = append(field, static_cast<char>(*c)); !added) return added;
  }
}

Status CsvReader::read_plain(std::string& field) {
  while (true) {
    const auto c = peek();
    if (!c) return unexpected(c.error());
    if (*c == kEnd || *c == ',' || *c == '\n') {
      if (*c != ',' && field.ends_with('\r')) field.pop_back();
      return Done{};
    }
    if (Status added = append(field, static_cast<char>(*c)); !added) return added;
  }
}

Result<bool> CsvReader::next(std::vector<std::string>& fields) {
  while (true) {
    fields.clear();
    record_line_ = line_;
    auto c = peek();
    if (!c) return unexpected(c.error());
    if (*c == kEnd) return false;
    while (true) {
      if (fields.size() == kMostFields) return bad("more than 256 fields in a record");
      std::string& field = fields.emplace_back();
      c = peek();
      if (!c) return unexpected(c.error());
      if (*c == '"') {
        ++at_;
        if (const Status read = read_quoted(field); !read) return unexpected(read.error());
        std::string rest;
        if (const Status read = read_plain(rest); !read) return unexpected(read.error());
        if (!rest.empty()) return bad("text after a closing quote");
      } else if (const Status read = read_plain(field); !read) {
        return unexpected(read.error());
      }
      c = peek();
      if (!c) return unexpected(c.error());
      if (*c != kEnd) ++at_;
      if (*c == '\n') ++line_;
      if (*c != ',') break;
    }
    const bool blank = fields.size() == 1 && fields.front().empty();
    if (!blank) return true;
  }
}

Result<bool> CsvReader::next_is(char c) {
  const auto next = peek();
  if (!next) return unexpected(next.error());
  return *next == static_cast<unsigned char>(c);
}

Result<bool> CsvReader::next_line(std::string& line) {
  while (true) {
    line.clear();
    record_line_ = line_;
    auto c = peek();
    if (c && *c == kEnd) return false;
    for (; c && *c != kEnd && *c != '\n'; c = peek()) {
      if (line.size() == kLongestField) return bad("the line is longer than 64 KiB");
      line += static_cast<char>(*c);
      ++at_;
    }
    if (!c) return unexpected(c.error());
    if (*c == '\n') {
      ++at_;
      ++line_;
    }
    if (!trim(line).empty()) return true;
  }
}

}  // namespace canarygate
