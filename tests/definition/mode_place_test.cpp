#include "checks/definition/mode_place.h"

#include <doctest/doctest.h>

#include "tests/definition/support.h"

namespace canarygate::test {

namespace {

const std::string kRest = std::string(kSmallCheck).substr(std::string("version: 1\n").size());

/// The file that `promote` would write, with the place in front.
std::string promoted(const std::string& check, const std::string& environment) {
  const TemporaryRoot root("version: 1\nenvironment: prod\n");
  root.write("checks/web.yaml", check);
  root.write("environments/prod.yaml",
             std::string("version: 1\nenvironment: prod\n") + kBackend + environment);
  const auto opened = open_root(root.folder());
  REQUIRE(opened);
  const auto place = place_of_mode(*opened, "web", {});
  if (!place) return "nowhere";
  const auto text = with_hard_mode(read_text(place->path), *place);
  REQUIRE(text);
  return (place->override ? "override\n" : "check\n") + *text;
}

}  // namespace

TEST_CASE("the one word is changed, and nothing else of the file") {
  const std::string before =
      "# soft für den Anfang\r\nversion: 1\nmode:   soft   # soft until May\n";
  const std::string after =
      "# soft für den Anfang\r\nversion: 1\nmode:   hard   # soft until May\n";
  CHECK(promoted(before + kRest, "") == "check\n" + after + kRest);
}

TEST_CASE("quotes stay, and so does what is on the same line") {
  CHECK(promoted("version: 1\nmode: 'soft'\n" + kRest, "") ==
        "check\nversion: 1\nmode: 'hard'\n" + kRest);
  CHECK(promoted("version: 1\nmode: \"soft\"\n" + kRest, "") ==
        "check\nversion: 1\nmode: \"hard\"\n" + kRest);
}

TEST_CASE("an environment's own mode is what counts there, and what is changed") {
  const std::string environment =
      "overrides: {web: {owner: 'Jörg ☂', mode: soft, description: soft}}\n";
  CHECK(promoted("version: 1\nmode: soft\n" + kRest, environment) ==
        "override\nversion: 1\nenvironment: prod\n" + std::string(kBackend) +
            "overrides: {web: {owner: 'Jörg ☂', mode: hard, description: soft}}\n");
}

TEST_CASE("where no mode is written there is no place, and a place with another word is refused") {
  CHECK(promoted(kSmallCheck, "") == "nowhere");
  CHECK_FALSE(with_hard_mode("mode: hard\n", {"", "", 1, 7, false}));
  CHECK_FALSE(with_hard_mode("mode: soft\n", {"", "", 2, 7, false}));
}

}  // namespace canarygate::test
