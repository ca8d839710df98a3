#include "cli/terminal/screen.h"

#include <doctest/doctest.h>

#include "tests/support/fakes.h"

namespace canarygate::test {

using Vars = std::map<std::string, std::string>;

TEST_CASE("the first locale variable that is set says whether there is Unicode") {
  const auto unicode = [](const Vars& variables) { return has_unicode(FakeVariables(variables)); };
  CHECK(unicode({{"LANG", "en_GB.UTF-8"}}));
  CHECK(unicode({{"LC_CTYPE", "C.utf8"}, {"LANG", "C"}}));
  CHECK(unicode({{"LC_ALL", "C.UTF-8"}, {"LC_CTYPE", "C"}}));
  CHECK_FALSE(unicode({{"LC_ALL", "POSIX"}, {"LANG", "C.UTF-8"}}));
  CHECK_FALSE(unicode({{"LANG", "de_DE.ISO-8859-1"}}));
  CHECK_FALSE(unicode({}));
}

TEST_CASE("--color wins over NO_COLOR, and a file is not coloured by itself") {
  const FakeVariables usual(Vars{{"TERM", "xterm"}});
  const FakeVariables no_colour(Vars{{"TERM", "xterm"}, {"NO_COLOR", "1"}});
  constexpr int kNoTerminal = 1000;  // no such file
  CHECK(wants_colour(Options::Colour::always, no_colour, kNoTerminal));
  CHECK_FALSE(wants_colour(Options::Colour::never, usual, kNoTerminal));
  CHECK_FALSE(wants_colour(Options::Colour::automatic, usual, kNoTerminal));
}

}  // namespace canarygate::test
