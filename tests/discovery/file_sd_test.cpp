#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "checks/discovery/source.h"
#include "tests/support/fakes.h"

using namespace canarygate;
using namespace canarygate::test;

namespace {

using Texts = std::vector<std::string>;
using TextMap = std::map<std::string, std::string>;

/// A folder of target files that is gone after the test.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "targets-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
  }
  [[nodiscard]] std::string at(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

Result<Found> targets_in(const std::string& path, const TextMap& labels = {},
                         const std::string& as = "") {
  Config selection;
  selection.set("path", path);
  if (!labels.empty()) selection.set("labels", labels);
  if (!as.empty()) selection.set("as", as);
  FakeWorld world;
  auto source = find_source_type("file_sd")->make(Config{}, world.ports);
  return (*source)->find(selection, Duration(1000));
}

Texts names(const Found& found) {
  Texts names;
  for (const Host& host : found.hosts) names.push_back(host.name);
  std::ranges::sort(names);
  return names;
}

constexpr const char* kYaml = R"(
- targets: ["web-1:9100", "web-2:9100"]
  labels: {track: stable, version: 7}
- targets: ["web-3:9100"]
  labels: {track: canary, node: n3}
)";
constexpr const char* kJson =
    R"([{"targets":["web-1:9100","web-2:9100"],"labels":{"track":"stable","version":"7"}},)"
    R"({"targets":["web-3:9100"],"labels":{"track":"canary","node":"n3"}}])";

}  // namespace

TEST_CASE("targets are read alike from JSON and YAML, and narrowed by labels") {
  const Folder folder;
  folder.write("web.yml", kYaml);
  folder.write("web.json", kJson);
  folder.write("json-in.yml", kJson);
  for (const char* name : {"web.yml", "web.json", "json-in.yml"}) {
    CAPTURE(name);
    CHECK(names(*targets_in(folder.at(name))) == Texts{"web-1:9100", "web-2:9100", "web-3:9100"});
    const auto stable = targets_in(folder.at(name), {{"track", "stable"}, {"version", "7"}});
    CHECK(names(*stable) == Texts{"web-1:9100", "web-2:9100"});
    CHECK(stable->hosts[0].labels == TextMap{{"track", "stable"}, {"version", "7"}});
  }
}

TEST_CASE("a target is called as written, without its port, or by its label node") {
  const Folder folder;
  folder.write("web.yml", kYaml);
  CHECK(names(*targets_in(folder.at("web.yml"), {{"track", "canary"}}, "address:port")) ==
        Texts{"web-3:9100"});
  CHECK(names(*targets_in(folder.at("web.yml"), {{"track", "canary"}}, "address")) ==
        Texts{"web-3"});
  const auto by_node = targets_in(folder.at("web.yml"), {}, "node");
  CHECK(names(*by_node) == Texts{"n3"});
  CHECK(by_node->warnings == Texts{"left out 2 targets without a label 'node'"});
}

TEST_CASE("a pattern in the last part of the path takes all files that match, and only those") {
  const Folder folder;
  folder.write("web-a.json", R"([{"targets":["a:1"]}])");
  folder.write("web-b.yml", "- targets: ['b:1']");
  folder.write("db-c.json", R"([{"targets":["c:1"]}])");
  folder.write(".web-d.json", R"([{"targets":["d:1"]}])");
  CHECK(names(*targets_in(folder.at("web-*"))) == Texts{"a:1", "b:1"});
  CHECK(names(*targets_in(folder.at("*.json"))) == Texts{"a:1", "c:1"});
  const auto none = targets_in(folder.at("api-*.json"));
  REQUIRE_FALSE(none);
  CHECK(none.error().text ==
        "no targets file matches '" + folder.at("api-*.json") + "'; check `path`");
  const auto no_folder = targets_in(folder.at("none/*.json"));
  REQUIRE_FALSE(no_folder);
  CHECK(no_folder.error().text == "no targets file matches '" + folder.at("none/*.json") +
                                      "' (No such file or directory); check `path`");
}

TEST_CASE("nobody found in a file says which values its labels have") {
  const Folder folder;
  folder.write("web.yml", kYaml);
  CHECK(targets_in(folder.at("web.yml"), {{"track", "canaries"}})->why_nobody ==
        "'" + folder.at("web.yml") +
            "' lists no target with track='canaries'; the values of 'track' there are: canary and "
            "stable");
  folder.write("empty.yml", "");
  CHECK(targets_in(folder.at("empty.yml"))->why_nobody ==
        "'" + folder.at("empty.yml") + "' lists no target");
}

TEST_CASE("files that are no target files are errors that name the file and what is wrong") {
  const Folder folder;
  const std::vector<std::array<std::string, 3>> cases = {
      {"a.json", "[", "it is not complete JSON"},
      {"b.json", "{}", "it is not a list of target groups"},
      {"c.json", R"([{"labels":{}}])", "entry 1 has no 'targets'"},
      {"d.json", R"([{"targets":["a"]},{"targets":[1]}])",
       "'targets' of entry 2 is not a list of strings"},
      {"e.yml", "targets: [a]", "it is not a list of target groups"},
      {"f.yml", "- targets: [a]\n- labels: {}", "entry 2 has no 'targets'"},
      {"g.yml", "- targets: [a\n- b: [", "line 2: "},
      {"h.yml", "- targets: [[a]]", "line 1: bad conversion"},
      {"i.yml", "- a", "entry 1 has no 'targets'"},
      {"j.yml", std::string(100'000, '['), "line 1: "},
  };
  for (const auto& [name, text, expected] : cases) {
    CAPTURE(name);
    folder.write(name, text);
    const auto found = targets_in(folder.at(name));
    REQUIRE_FALSE(found);
    CHECK(found.error().kind == ErrorKind::discovery);
    CHECK(found.error().text.starts_with(folder.at(name) + ": " + expected));
    CHECK(found.error().text.ends_with(
        "; expected Prometheus' form, a list of {targets: […], labels: {…}}"));
  }
}

TEST_CASE("a targets file that is not there, or is a folder, cannot be read") {
  const Folder folder;
  const auto found = targets_in(folder.at("gone.json"));
  REQUIRE_FALSE(found);
  CHECK(found.error().text == "cannot read the targets file '" + folder.at("gone.json") +
                                  "'; check that it exists and that this user may read it");
  CHECK_FALSE(targets_in(folder.at("")));
}

TEST_CASE("a targets file is read up to 16 MiB, and with 100,000 targets by reference at most") {
  const Folder folder;
  folder.write("big.json", std::string((16U << 20U) + 1, ' '));
  const auto big = targets_in(folder.at("big.json"));
  REQUIRE_FALSE(big);
  CHECK(big.error().text ==
        "the targets file '" + folder.at("big.json") + "' is larger than 16 MiB");

  std::string bomb = "- targets: &t [";
  for (int i = 0; i < 1000; ++i) bomb += "a,";
  bomb += "a]\n";
  for (int i = 0; i < 200; ++i) bomb += "- targets: *t\n";
  folder.write("bomb.yml", bomb);
  const auto many = targets_in(folder.at("bomb.yml"));
  REQUIRE_FALSE(many);
  CHECK(many.error().text.starts_with(folder.at("bomb.yml") + ": it has more than 100000 targets"));
}
