/// gzip (RFC 1952), a whole text at a time.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "checks/result.h"

namespace canarygate {

[[nodiscard]] std::string gzip(std::string_view text);

/// The text that `packed` holds. Says what is wrong with it, as the end of a sentence ("is …"):
/// ErrorKind::usage. At most `most` bytes are unpacked, whatever it claims to hold.
[[nodiscard]] Result<std::string> gunzip(std::string_view packed, std::size_t most);

}  // namespace canarygate
