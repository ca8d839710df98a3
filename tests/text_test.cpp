#include "checks/text.h"

#include <doctest/doctest.h>

namespace canarygate {

using Strings = std::vector<std::string>;

TEST_CASE("characters are counted, not bytes") {
  CHECK(characters_in("") == 0);
  CHECK(characters_in("web-1") == 5);
  CHECK(characters_in("Zürich → 東京") == 11);
}

TEST_CASE("splitting keeps empty parts and joining undoes it") {
  CHECK(split("a,,b", ',') == Strings{"a", "", "b"});
  CHECK(split("", ',') == Strings{""});
  CHECK(join(split("a,,b,", ','), ",") == "a,,b,");
  CHECK(trim(" \t a b\r\n") == "a b");
  CHECK(trim("  ").empty());
}

TEST_CASE("the nearest word is the one a person meant, or none") {
  const Strings known = {"duration", "warmup", "step", "direction"};
  CHECK(nearest("durration", known) == "duration");
  CHECK(nearest("Warmpu", known) == "warmup");  // two letters swapped
  CHECK(nearest("colour", known).empty());
  CHECK(nearest("", known).empty());
  CHECK(nearest("step", known) == "step");
}

TEST_CASE("nothing from outside can move the cursor, end a line or break the encoding") {
  CHECK(printable("a\x1B[31mb") == "a\\x1B[31mb");
  CHECK(printable("one\ntwo\r") == "one\\x0Atwo\\x0D");
  CHECK(printable("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x90\xA4") ==
        "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x90\xA4");
  CHECK(printable("\xC2\x9B"
                  "31m") == "\\x9B31m");  // a C1 control: CSI in one character
  CHECK(printable("\xFF") == "\xEF\xBF\xBD");
  CHECK(printable("\xC0\xAF") == "\xEF\xBF\xBD\xEF\xBF\xBD");          // overlong
  CHECK(printable("\xED\xA0\x80").find('\xED') == std::string::npos);  // a surrogate
  CHECK(printable("\xE2\x82") == "\xEF\xBF\xBD\xEF\xBF\xBD");          // cut off
}

TEST_CASE("nothing from outside can command a CI system that reads the log") {
  CHECK(printable("::error::x") == "\\x3A:error::x");
  CHECK(printable("host ::add-mask::web") == "host \\x3A:add-mask::web");
  CHECK(printable("::error file=a,line=1::x") == "\\x3A:error file=a,line=1::x");
  CHECK(printable("\xC2\xA0::stop-commands::x") == "\xC2\xA0\\x3A:stop-commands::x");
  CHECK(printable("##[error]x") == "\\x23#[error]x");
  CHECK(printable("a###[group]") == "a#\\x23#[group]");
  CHECK(printable("web##vso[task.setvariable variable=a]b") ==
        "web\\x23#vso[task.setvariable variable=a]b");
  CHECK(printable("##teamcity[buildStop]") == "\\x23#teamcity[buildStop]");
}

TEST_CASE("what only looks a little like a command of a CI system stays as it is") {
  for (const char* text :
       {"::1", "[::1]:9100", "::ffff:10.0.0.1", "std::vector::size", "a::error::", "## heading",
        "#[x]", "##", "::", "::error", "job:requests:rate5m"}) {
    CHECK(printable(text) == text);
  }
}

TEST_CASE("shortening counts characters and never cuts one in half") {
  CHECK(shorten("caf\xC3\xA9", 4) == "caf\xC3\xA9");
  CHECK(shorten("caf\xC3\xA9s", 4) == "caf\xE2\x80\xA6");
  CHECK(shorten("", 4).empty());
}

TEST_CASE("lists read as a person would say them") {
  CHECK(list_of(Strings{}) == "none");
  CHECK(list_of(Strings{"a"}) == "a");
  CHECK(list_of(Strings{"a", "b", "c"}) == "a, b and c");
  CHECK(list_of(Strings{"a", "b", "c", "d"}, 2) == "a, b and 2 more");
  CHECK(count_of(1, "host") == "1 host");
  CHECK(count_of(0, "host") == "0 hosts");
}

TEST_CASE("sort_unique orders texts and keeps each once") {
  Strings texts = {"b", "a", "b", "", "a"};
  sort_unique(texts);
  CHECK(texts == Strings{"", "a", "b"});
  texts.clear();
  sort_unique(texts);
  CHECK(texts.empty());
}

}  // namespace canarygate
