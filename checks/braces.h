/// A text with `{{names}}` in it, cut at them: what every template of canarygate begins with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace canarygate {

struct Piece {
  bool is_variable = false;
  std::string text;  ///< literal text, never empty, or what stands between the braces, trimmed
};

struct CutText {
  std::vector<Piece> pieces;  ///< in order, up to braces that do not close
  bool closed = true;
};

[[nodiscard]] CutText cut_at_braces(std::string_view text);

}  // namespace canarygate
