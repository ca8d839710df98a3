#include "checks/braces.h"

#include "checks/text.h"

namespace canarygate {

CutText cut_at_braces(std::string_view text) {
  CutText cut;
  while (!text.empty()) {
    const std::size_t open = text.find("{{");
    if (open != 0) cut.pieces.push_back({false, std::string(text.substr(0, open))});
    if (open == std::string_view::npos) break;
    const std::size_t close = text.find("}}", open);
    if (close == std::string_view::npos) {
      cut.closed = false;
      break;
    }
    cut.pieces.push_back({true, std::string(trim(text.substr(open + 2, close - open - 2)))});
    text.remove_prefix(close + 2);
  }
  return cut;
}

}  // namespace canarygate
