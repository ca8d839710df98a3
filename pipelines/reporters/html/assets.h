/// The page's style and script, embedded at build time (cmake/embed.cmake), and the hashes by which
/// its Content-Security-Policy names them: base64 of SHA-256.
#pragma once

#include <string_view>

namespace canarygate::html {

struct Assets {
  std::string_view style;
  std::string_view style_hash;
  std::string_view script;
  std::string_view script_hash;
};

[[nodiscard]] const Assets& assets();

}  // namespace canarygate::html
