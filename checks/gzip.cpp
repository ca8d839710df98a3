#include "checks/gzip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

namespace canarygate {

namespace {

constexpr int kGzipOnly = MAX_WBITS + 16;
constexpr std::size_t kChunk = 256 * std::size_t{1024};
constexpr std::size_t kMegabyte = std::size_t{1024} * 1024;

Bytef* bytes_of(std::string_view text) {
  // zlib takes its input as not const, and only reads it.
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // NOLINT
}

/// zlib counts in 32 bits: what is left of `text` is handed over a part at a time.
void feed(z_stream& stream, std::string_view& text) {
  if (stream.avail_in > 0) return;
  const std::size_t part = std::min<std::size_t>(text.size(), std::numeric_limits<uInt>::max() / 2);
  stream.next_in = bytes_of(text);
  stream.avail_in = static_cast<uInt>(part);
  text.remove_prefix(part);
}

}  // namespace

std::string gzip(std::string_view text) {
  z_stream stream{};
  constexpr int kMemoryLevel = 8;
  deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipOnly, kMemoryLevel,
               Z_DEFAULT_STRATEGY);
  std::string packed;
  std::array<Bytef, kChunk> chunk{};
  int state = Z_OK;
  while (state == Z_OK) {
    feed(stream, text);
    stream.next_out = chunk.data();
    stream.avail_out = static_cast<uInt>(chunk.size());
    state = deflate(&stream, text.empty() ? Z_FINISH : Z_NO_FLUSH);
    packed.append(reinterpret_cast<const char*>(chunk.data()),  // NOLINT
                  chunk.size() - stream.avail_out);
  }
  deflateEnd(&stream);
  return packed;
}

Result<std::string> gunzip(std::string_view packed, std::size_t most) {
  z_stream stream{};
  inflateInit2(&stream, kGzipOnly);
  std::string text;
  std::array<Bytef, kChunk> chunk{};
  int state = Z_OK;
  while (state == Z_OK && text.size() <= most) {
    feed(stream, packed);
    stream.next_out = chunk.data();
    stream.avail_out = static_cast<uInt>(chunk.size());
    state = inflate(&stream, Z_NO_FLUSH);
    text.append(reinterpret_cast<const char*>(chunk.data()),  // NOLINT
                chunk.size() - stream.avail_out);
  }
  const bool all_read = stream.avail_in == 0 && packed.empty();
  const bool begun = stream.total_out > 0;
  inflateEnd(&stream);
  if (text.size() > most) {
    return fail(ErrorKind::usage,
                fmt::format("is larger than {} MiB when unpacked", most / kMegabyte));
  }
  if (state == Z_STREAM_END && all_read) return text;
  if (state == Z_STREAM_END) return fail(ErrorKind::usage, "is damaged: something follows its end");
  if (state == Z_BUF_ERROR) {
    return fail(ErrorKind::usage, "is incomplete: it ends before its data does");
  }
  return fail(ErrorKind::usage, begun ? "is damaged" : "is no gzip file");
}

}  // namespace canarygate
