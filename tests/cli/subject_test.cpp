#include "cli/subject.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "checks/duration.h"

namespace canarygate::test {

TEST_CASE("the line that judges again has what was chosen, and never deploys again") {
  Options options;
  options.names = {"web"};
  options.environment = "us west";
  options.only = {"p99 latency"};
  options.vars = {{"version", "it's"}};
  options.canary_hosts = {"a", "b"};
  options.deploy = "./deploy.sh";
  options.observe = std::chrono::minutes(1);
  options.override_reason = "we know";
  Outcome outcome;
  outcome.check = "web";
  outcome.deployed_at = parse_time("2026-11-20T14:03:20.250Z").value();
  const std::string chosen =
      "canarygate check web --env 'us west' --only 'p99 latency' --var 'version=it'\\''s' "
      "--canary a,b";
  CHECK(command_line(options, outcome) == chosen + " --deployed-at 2026-11-20T14:03:20.250Z");
  outcome.watched = true;
  CHECK(command_line(options, outcome) == chosen);
}

TEST_CASE("a deploy that did not happen is what is to be run again") {
  Options options;
  options.names = {"web"};
  options.deploy = "./deploy.sh 1.2";
  options.observe = std::chrono::minutes(1);
  Outcome outcome;
  outcome.deployed = false;
  CHECK(command_line(options, outcome) ==
        "canarygate check web --deploy './deploy.sh 1.2' --observe 1m");
}

TEST_CASE("a deploy that did not happen is to be run again for all the checks it was for") {
  Options options;
  options.names = {"web", "api"};
  options.deploy = "./deploy.sh";
  Outcome outcome;
  outcome.check = "api";
  outcome.deployed = false;
  CHECK(command_line(options, outcome) == "canarygate check web api --deploy ./deploy.sh");
  options.names.clear();
  options.all = true;
  CHECK(command_line(options, outcome) == "canarygate check --all --deploy ./deploy.sh");
  outcome.deployed = true;
  outcome.watched = true;
  CHECK(command_line(options, outcome) == "canarygate check api");
}

TEST_CASE("the gate is asked for the deploy that the command line names") {
  std::string folder = std::filesystem::temp_directory_path() / "canarygate-subject-XXXXXX";
  REQUIRE(mkdtemp(folder.data()) != nullptr);
  const std::filesystem::path root = folder;
  std::filesystem::create_directories(root / "checks");
  std::ofstream(root / "canarygate.yaml")
      << "version: 1\nbackends: {default: {type: file, path: data.csv}}\n";
  std::ofstream(root / "checks/web.yaml")
      << "version: 1\ncheck: web\ncanary: {hosts: [a]}\nbaseline: {hosts: [b, c]}\n"
         "metrics: [{name: m, query: m, worse: higher}]\n";
  Options options;
  options.names = {"web"};
  options.config = folder;
  options.deploy = "./deploy.sh";
  options.observe = std::chrono::minutes(1);
  const auto opened = root_of(options);
  REQUIRE(opened.has_value());
  const auto request = request_of(options, *opened, "web");
  REQUIRE(request.has_value());
  CHECK(request->deploy == "./deploy.sh");
  CHECK(request->observe == std::chrono::minutes(1));
  CHECK_FALSE(request->deploy_prints_to_stderr);
  std::filesystem::remove_all(root);
}

}  // namespace canarygate::test
