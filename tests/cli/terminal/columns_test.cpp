#include "cli/terminal/columns.h"

#include <doctest/doctest.h>

namespace canarygate::test {

TEST_CASE("characters take the columns that a terminal gives them") {
  CHECK(columns_of("") == 0);
  CHECK(columns_of("abc") == 3);
  CHECK(columns_of("größe") == 5);
  CHECK(columns_of("o\xCC\x88") == 1);  // o and a combining diaeresis
  CHECK(columns_of("遅延") == 4);
  CHECK(columns_of("🐤") == 2);
  CHECK(columns_of("▁█│●○…·") == 7);
  CHECK(columns_of("\x1B[1;31mred\x1B[0m") == 3);
}

TEST_CASE("a cut never goes through a character and says that it was made") {
  CHECK(cut_to("latency", 7, "…") == "latency");
  CHECK(cut_to("latency", 4, "…") == "lat…");
  CHECK(cut_to("latency", 6, "...") == "lat...");
  CHECK(cut_to("遅延時間", 8, "…") == "遅延時間");
  CHECK(cut_to("遅延時間", 7, "…") == "遅延時…");
  CHECK(cut_to("遅延時間", 6, "…") == "遅延…");  // half of a wide character has no room
  CHECK(cut_to("o\xCC\x88o\xCC\x88o\xCC\x88", 2, "…") == "o\xCC\x88…");
  CHECK(cut_to("latency", 0, "…").empty());
}

TEST_CASE("texts are filled up by columns, not bytes") {
  CHECK(padded("遅延", 6) == "遅延  ");
  CHECK(padded_left("+5 %", 6) == "  +5 %");
  CHECK(padded("too long", 3) == "too long");
}

TEST_CASE("nothing that is shown can move the cursor or turn the line around") {
  CHECK(showable("a\x1B[2Jb\n", true) == "a\\x1B[2Jb\\x0A");
  CHECK(showable("a\xFF", true) == "a\xEF\xBF\xBD");
  CHECK(showable("a\xE2\x80\xAE"
                 "b",
                 true) ==
        "a\xEF\xBF\xBD"
        "b");  // U+202E, right to left
  CHECK(showable("a\xE2\x80\xA8"
                 "b",
                 true) ==
        "a\xEF\xBF\xBD"
        "b");  // U+2028, a line's end
  CHECK(showable("größe 遅延", true) == "größe 遅延");
  CHECK(showable("größe 遅延", false) == "gr??e ??");
}

}  // namespace canarygate::test
