#include <doctest/doctest.h>

#include "checks/definition/load.h"
#include "checks/text.h"
#include "tests/definition/support.h"

namespace canarygate {

using test::kBackend;
using test::kSmallCheck;
using test::TemporaryRoot;

namespace {

Validation validated(const TemporaryRoot& root,
                     const std::vector<std::filesystem::path>& files = {}) {
  const auto opened = open_root(root.folder());
  REQUIRE(opened);
  return validate(*opened, files);
}

std::string warnings(const TemporaryRoot& root) {
  return join(root.lines(validated(root).warnings), "\n");
}

const std::string kPrometheus =
    "version: 1\nbackends: {default: {type: prometheus, urls: ['http://a'], scrape_interval: "
    "30s}}\n";

std::string check_with(const std::string& query, const std::string& more = "") {
  return "version: 1\ncheck: web\ncanary: {hosts: [web-1]}\nbaseline: {hosts: [web-2]}\n" + more +
         "traffic: {query: t, min: 1}\nmetrics:\n  - name: m\n    query: " + query + "\n";
}

}  // namespace

TEST_CASE("all files under the root are read and listed") {
  const TemporaryRoot root(std::string("version: 1\n") + kBackend);
  root.write("checks/web.yaml", kSmallCheck);
  root.write("checks/.hidden.yaml", "nonsense");
  root.write("checks/README.md", "nonsense");
  root.write("environments/prod.yaml", std::string("version: 1\nenvironment: prod\n") + kBackend);
  const Validation all = validated(root);
  CHECK(all.problems.empty());
  CHECK(all.checked ==
        std::vector<std::string>{"canarygate.yaml", "checks/web.yaml", "environments/prod.yaml"});
}

TEST_CASE("files that would be overlooked are problems") {
  const TemporaryRoot root(std::string("version: 1\n") + kBackend);
  root.write("checks/web.yml", kSmallCheck);
  root.write("checks/my web.yaml", kSmallCheck);
  CHECK(root.problems() ==
        std::vector<std::string>{
            "checks/my web.yaml: this file is not read; a name of checks has letters, digits, . _ "
            "and - only",
            "checks/web.yml: this file is not read; rename it to web.yaml"});
}

TEST_CASE("only what was asked about is answered") {
  const TemporaryRoot root(std::string("version: 1\n") + kBackend);
  root.write("checks/a.yaml", "version: 1\n");
  root.write("checks/web.yaml", "mode: x\n" + std::string(kSmallCheck));
  root.write("elsewhere.yaml", "version: 1\n");
  const Validation one =
      validated(root, {root.folder() / "checks/web.yaml", root.folder() / "elsewhere.yaml",
                       root.folder() / "checks/web.yml"});
  CHECK(one.checked == std::vector<std::string>{"checks/web.yaml"});
  CHECK(root.lines(one.problems) ==
        std::vector<std::string>{
            "checks/web.yaml:1:7: unknown mode 'x'; expected hard or soft",
            "checks/web.yml: this file is not read; rename it to web.yaml",
            "elsewhere.yaml: no definition of the root '" + root.folder().string() +
                "': that has canarygate.yaml, checks/*.yaml and environments/*.yaml"});
}

TEST_CASE("a check that runs in one environment may lack something in another") {
  const TemporaryRoot root;
  root.write("checks/web.yaml", kSmallCheck + std::string("    backend: dd\n"));
  root.write("environments/a.yaml", std::string("version: 1\nenvironment: a\n") + kBackend);
  CHECK(root.problems() ==
        std::vector<std::string>{
            "checks/web.yaml:8:14: environment 'a' has no backend 'dd'; it has default"});
  root.write("environments/b.yaml",
             "version: 1\nenvironment: b\nbackends: {dd: {type: file, path: x}}\n");
  CHECK(root.problems().empty());
  CHECK(warnings(root).starts_with(
      "checks/web.yaml:6:3: neither 'traffic' nor a metric's 'total' says"));
  CHECK(warnings(root).find("environment 'a' has no backend 'dd'") != std::string::npos);
}

TEST_CASE("a variable of any environment is known, one of none is not") {
  const TemporaryRoot root;
  root.write("checks/web.yaml", check_with("'x{r=\"{{region}}\"}'"));
  root.write("environments/a.yaml", std::string("version: 1\nenvironment: a\n") + kBackend);
  CHECK(root.problems() ==
        std::vector<std::string>{"checks/web.yaml:8:12: unknown variable {{region}}; define it in "
                                 "'vars' here or in an environment"});
  root.write("environments/b.yaml",
             std::string("version: 1\nenvironment: b\n") + kBackend + "vars: {region: us}\n");
  CHECK(root.problems().empty());
}

TEST_CASE("a range longer than the warm-up is a warning, also one that rate_window makes") {
  const TemporaryRoot root(kPrometheus);
  root.write("checks/web.yaml", check_with("rate(x[5m])"));
  CHECK(warnings(root) ==
        "checks/web.yaml:8:12: the range [5m] is longer than the warm-up of 1m: the first points "
        "look back to before the deploy; make it shorter, or 'warmup' longer");
  root.write("checks/web.yaml", check_with("rate(x[1m])"));
  CHECK(warnings(root).empty());
  // Four scrapes of 30s are two minutes.
  root.write("checks/web.yaml", check_with("rate(x[{{rate_window}}])"));
  CHECK(warnings(root).find("the range [2m] is longer") != std::string::npos);
  root.write("checks/web.yaml", check_with("max_over_time(x[ 3m:15s ])", "window: {warmup: 3m}\n"));
  CHECK(warnings(root).empty());
}

TEST_CASE("a check that nothing tells of traffic is a warning") {
  const TemporaryRoot root(std::string("version: 1\n") + kBackend);
  root.write("checks/web.yaml", kSmallCheck);
  CHECK(warnings(root) ==
        "checks/web.yaml:6:3: neither 'traffic' nor a metric's 'total' says how much the canary "
        "was given: a canary without any traffic could pass");
}

TEST_CASE("a query beyond what scraped numbers know is a problem, with its column as written") {
  const TemporaryRoot root("version: 1\nbackends: {default: {type: scrape, port: 9100}}\n");
  root.write("checks/web.yaml", check_with("'rate(x{i=~\"{{hosts}}\"}[{{rate_window}}]) > 1'",
                                           "window: {warmup: 5m}\n"));
  const auto problems = root.problems();
  REQUIRE(problems.size() == 1);
  CHECK(
      problems[0].starts_with("checks/web.yaml:9:12: backend 'default' (type scrape) cannot "
                              "evaluate this query: column 42 of it: "));
}

TEST_CASE("a backend that reads the hosts must be told who they are, and asked in every step") {
  const TemporaryRoot root(
      "version: 1\nbackends: {default: {type: scrape, port: 9100, scrape_interval: 20s}}\n");
  root.write("checks/web.yaml",
             "version: 1\ncheck: web\ncanary: {tags: {track: canary}}\nbaseline: {tags: {track: "
             "stable}}\ntraffic: {query: t, min: 1}\nmetrics:\n  - {name: m, query: x}\n");
  CHECK(
      root.problems() ==
      std::vector<std::string>{
          "checks/web.yaml:1:1: backend 'default' (type scrape) reads the hosts every 20s, which "
          "is not once in each step of 15s; make 'scrape_interval' at most as long as 'step'",
          "checks/web.yaml:3:9: backend 'default' (type scrape) reads the hosts themselves, so it "
          "must be told who they are; name them by a list or a source instead of by 'tags'"});
}

}  // namespace canarygate
