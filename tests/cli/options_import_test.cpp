#include "cli/options_import.h"

#include <doctest/doctest.h>

#include "cli/options.h"
#include "tests/support/command_line.h"

namespace canarygate::test {

namespace {

Arguments of_import(Arguments arguments) {
  arguments.insert(arguments.begin(), "import");
  return arguments;
}

ImportWish wish(const Arguments& arguments, const Vars& variables = {}) {
  return accepted(of_import(arguments), variables).import;
}

std::string refusal(const Arguments& arguments, const Vars& variables = {}) {
  return refused_for(of_import(arguments), variables);
}

}  // namespace

TEST_CASE("a kind and its files are all that import needs") {
  const ImportWish w = wish({"kayenta", "a.json", "-"});
  CHECK(w.importer == find_importer("kayenta"));
  CHECK(w.inputs == std::vector<std::string>{"a.json", "-"});
  CHECK_FALSE(w.name);
  CHECK_FALSE(w.output);
  CHECK_FALSE(w.force);
  CHECK(w.options.judge == ImportOptions::Judge::own);
}

TEST_CASE("each flag has its variable, and the flag wins") {
  const std::map<std::string, std::string> variables = {{"CANARYGATE_NAME", "web"},
                                                        {"CANARYGATE_JUDGE", "placebo"},
                                                        {"CANARYGATE_OUTPUT", "conf"},
                                                        {"CANARYGATE_FORCE", "1"}};
  const ImportWish w = wish({"kayenta", "a.json"}, variables);
  CHECK(w.name == "web");
  CHECK(w.options.judge == ImportOptions::Judge::placebo);
  CHECK(w.output == "conf");
  CHECK(w.force);
  CHECK(wish({"kayenta", "a.json", "--name", "api", "--judge", "kayenta"}, variables).name ==
        "api");
}

TEST_CASE("what import cannot do is said on the command line") {
  CHECK(refusal({}) == "KIND is required");
  CHECK(refusal({"kayenta"}).find("FILE") != std::string::npos);
  CHECK(refusal({"kayneta", "a"}) == "unknown kind 'kayneta'; did you mean 'kayenta'?");
  CHECK(refusal({"keptn-quality-gates", "a"})
            .starts_with("unknown kind 'keptn-quality-gates'; there are argo-rollouts"));
  CHECK(refusal({"kayenta", "a", "--name", "a/b"}) ==
        "--name 'a/b': expected a name of letters, digits, . _ and -");
  CHECK(refusal({"kayenta", "a"}, {{"CANARYGATE_NAME", ".x"}}) ==
        "CANARYGATE_NAME '.x': expected a name of letters, digits, . _ and -");
  CHECK(refusal({"kayenta", "a", "--judge", "magic"}) ==
        "--judge 'magic': expected kayenta or placebo");
  CHECK(refusal({"flagger", "a", "--judge", "placebo"}) ==
        "--judge 'placebo': flagger has no judge of its own to choose another for");
  CHECK(refusal({"kayenta", "a", "--force"}) ==
        "--force without --output: nothing is written, so nothing can be replaced");
  CHECK(refusal({"kayenta", "-", "-"}) == "stdin (-) can be read only once");
  CHECK(refusal({"kayenta", "a", "--output", ""}) == "--output: name a folder");
}

}  // namespace canarygate::test
