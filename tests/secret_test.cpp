#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "checks/ports.h"
#include "tests/support/fakes.h"

namespace canarygate::test {

namespace {

Result<std::string> resolve(SecretRef::From from, const std::string& name, FakeWorld& world) {
  return resolve_secret({from, name}, world.ports);
}

}  // namespace

TEST_CASE("a secret comes from a variable, a file or a command, without its line break") {
  FakeWorld world;
  world.variables.values = {{"TOKEN", "s3cret\n"}};
  world.processes.outputs.emplace("vault read", std::string("from-vault\r\n"));
  const auto file = std::filesystem::temp_directory_path() / "canarygate-secret-test";
  std::ofstream(file) << "from-file\n";
  CHECK(*resolve(SecretRef::From::env, "TOKEN", world) == "s3cret");
  CHECK(*resolve(SecretRef::From::file, file, world) == "from-file");
  CHECK(*resolve(SecretRef::From::command, "vault read", world) == "from-vault");
  std::filesystem::remove(file);
}

TEST_CASE("a secret that is not there names its reference and never a value") {
  FakeWorld world;
  world.variables.values = {{"EMPTY", ""}, {"BREAK", "\n"}, {"TWO", "hush\nX-Evil: 1"}};
  world.processes.outputs.emplace("false", fail(ErrorKind::secret, "it exited with 1"));
  const auto text = [&](SecretRef::From from, const std::string& name) {
    const auto secret = resolve(from, name, world);
    REQUIRE_FALSE(secret.has_value());
    CHECK(secret.error().kind == ErrorKind::secret);
    return secret.error().text;
  };
  CHECK(text(SecretRef::From::env, "NONE") ==
        "the environment variable NONE, which should hold a secret, is not set");
  CHECK(text(SecretRef::From::env, "EMPTY") ==
        "the environment variable EMPTY, which should hold a secret, is not set");
  CHECK(text(SecretRef::From::env, "BREAK") ==
        "the environment variable BREAK, which should give a secret, gave nothing");
  CHECK(text(SecretRef::From::env, "TWO") ==
        "the secret from the environment variable TWO has more than one line");
  CHECK(
      text(SecretRef::From::file, "/nowhere/token") ==
      "cannot read the secret's file '/nowhere/token'; check that it exists and that this user may "
      "read it");
  CHECK(text(SecretRef::From::command, "false") ==
        "the command for a secret, `false`, failed: it exited with 1");
}

}  // namespace canarygate::test
