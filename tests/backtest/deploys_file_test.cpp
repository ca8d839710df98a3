#include "checks/backtest/deploys_file.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "checks/backtest/merge_deploys.h"
#include "checks/duration.h"
#include "checks/gzip.h"

using namespace canarygate;
using backtest::PastDeploy;

namespace {

/// A file `deploys.csv` with just these bytes, gone with the test.
class DeploysFile {
 public:
  explicit DeploysFile(const std::string& bytes) {
    std::string pattern = std::filesystem::temp_directory_path() / "canarygate-deploys-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    std::ofstream(path(), std::ios::binary) << bytes;
  }
  DeploysFile(const DeploysFile&) = delete;
  DeploysFile& operator=(const DeploysFile&) = delete;
  ~DeploysFile() { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string path() const { return folder_ / "deploys.csv"; }

 private:
  std::filesystem::path folder_;
};

/// Each deploy on a line: time, hosts, label, what people said, and the line it is from.
std::vector<std::string> read(const std::string& bytes) {
  const DeploysFile file(bytes);
  const auto deploys = backtest::read_deploys_file(file.path());
  if (!deploys) FAIL(deploys.error().text);
  std::vector<std::string> lines;
  for (const PastDeploy& deploy : *deploys) {
    std::string line = format_time(deploy.deployed_at) + " [";
    for (const std::string& host : deploy.canary) line += host + " ";
    line += "] " + deploy.label;
    if (deploy.good) line += *deploy.good ? " good" : " bad";
    REQUIRE(deploy.source.starts_with(file.path()));
    lines.push_back(line + " " + deploy.source.substr(file.path().size()));
  }
  return lines;
}

/// The error without the file's folder.
std::string error_of(const std::string& bytes) {
  const DeploysFile file(bytes);
  const auto deploys = backtest::read_deploys_file(file.path());
  REQUIRE_FALSE(deploys.has_value());
  CHECK(deploys.error().kind == ErrorKind::usage);
  REQUIRE(deploys.error().text.starts_with(file.path()));
  return deploys.error().text.substr(file.path().size() - std::string("deploys.csv").size());
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("past deploys are read from CSV, in the order of their times") {
  CHECK(read("time,canary,label,good\n"
             "2026-11-20T14:03:20Z,web-2 web-1,v42,true\n"
             "1795096800,web-1;web-2,v41,false\n"
             "1795183200.5,,\"v41.1, hot fix\",\n") ==
        Lines{"2026-11-19T14:00:00Z [web-1 web-2 ] v41 bad :3",
              "2026-11-20T14:00:00.500Z [] v41.1, hot fix :4",
              "2026-11-20T14:03:20Z [web-1 web-2 ] v42 good :2"});
}

TEST_CASE("only the time is needed, columns come in any order, and a version is a label") {
  CHECK(read("time\n1795096800\n") == Lines{"2026-11-19T14:00:00Z []  :2"});
  CHECK(read("version, time\r\nv7, 1795096800\r\n") == Lines{"2026-11-19T14:00:00Z [] v7 :2"});
}

TEST_CASE("past deploys are read from JSON lines") {
  CHECK(read("{\"time\": 1795096800, \"canary\": [\"web-2\", \"web-1\"], \"version\": 7}\n\n"
             "{\"time\": \"2026-11-20T14:03:20+01:00\", \"canary\": \"web-1\", \"good\": false}\n"
             "{\"time\": \"1795270000\", \"label\": null, \"good\": null}") ==
        Lines{"2026-11-19T14:00:00Z [web-1 web-2 ] 7 :1", "2026-11-20T13:03:20Z [web-1 ]  bad :3",
              "2026-11-21T14:06:40Z []  :4"});
}

TEST_CASE("a gzipped file of past deploys is read as what it holds") {
  CHECK(read(gzip("time,label\n1795096800,v1\n")) == Lines{"2026-11-19T14:00:00Z [] v1 :2"});
  CHECK(read(gzip("{\"time\": 1795096800}\n")) == Lines{"2026-11-19T14:00:00Z []  :1"});
}

TEST_CASE("a deploy that is there twice is one, with all that is known of it") {
  CHECK(read("time,canary,label,good\n"
             "1795096800,web-1 web-2,,\n"
             "1795096800.4,web-2 web-1,v41,\n"
             "1795096800,web-3,v41,\n"
             "1795096800,web-1;web-2,other,yes\n") ==
        Lines{"2026-11-19T14:00:00Z [web-1 web-2 ] v41 good :2",
              "2026-11-19T14:00:00Z [web-3 ] v41 :4"});
}

TEST_CASE("what people said of a deploy is written in several ways") {
  for (const char* word : {"true", "yes", "good", "1", "TRUE"}) {
    CHECK(read(std::string("time,good\n1795096800,") + word) ==
          Lines{"2026-11-19T14:00:00Z []  good :2"});
  }
  for (const char* word : {"false", "no", "bad", "0"}) {
    CHECK(read(std::string("time,good\n1795096800,") + word) ==
          Lines{"2026-11-19T14:00:00Z []  bad :2"});
  }
}

TEST_CASE("what is wrong with a file of past deploys is said with its line") {
  CHECK(error_of("time,labels\n") ==
        "deploys.csv:1: unknown column 'labels' (did you mean 'label'?); there are time, canary, "
        "label or version, and good");
  CHECK(error_of("label,good\n") ==
        "deploys.csv:1: no column 'time'; the first line names the columns: time, and canary, "
        "label or version, and good where they are known");
  CHECK(error_of("").starts_with("deploys.csv:1: no column 'time'"));
  CHECK(error_of("time,time\n") == "deploys.csv:1: two columns are called 'time'");
  CHECK(error_of("time,label\n1795096800\n") == "deploys.csv:2: 1 field, but the first line has 2");
  CHECK(error_of("time\n\nyesterday\n") ==
        "deploys.csv:3: 'yesterday' is no time; expected Unix seconds or RFC 3339, as in "
        "2026-11-20T14:03:20Z");
  CHECK(error_of("time\n1795096800000\n").starts_with("deploys.csv:2: '1795096800000' is no time"));
  CHECK(error_of("time,label\n,v1\n") ==
        "deploys.csv:2: no time; it says when the deploy had reached its canary");
  CHECK(error_of("time,good\n1795096800,maybe\n") ==
        "deploys.csv:2: `good` is 'maybe'; expected true or false, or nothing where nobody knows");
  CHECK(error_of("time,label\n") ==
        "deploys.csv: there is no deploy in it; after a first line such as "
        "time,canary,label,good each line is one");
  CHECK(error_of("time,label\n1795096800,\"v1\n") == "deploys.csv:3: a quoted field is not closed");
}

TEST_CASE("what is wrong with JSON lines of past deploys is said with their line") {
  CHECK(error_of("{\"time\": 1795096800}\n[]\n") ==
        "deploys.csv:2: no JSON object; each line is one, such as {\"time\": 1795212778, "
        "\"label\": \"v42\"}");
  CHECK(error_of("{\"time\": 1e9999}").starts_with("deploys.csv:1: no JSON object"));
  CHECK(error_of("{\"when\": 1795096800}\n") ==
        "deploys.csv:1: unknown key 'when'; there are time, canary, label or version, and good");
  CHECK(error_of("{\"time\": 1795096800, \"canary\": [1]}") ==
        "deploys.csv:1: `canary` is '[1]'; expected host names: a list of texts, or one text with "
        "spaces in between");
  CHECK(error_of("{\"time\": 1795096800, \"label\": {}}") ==
        "deploys.csv:1: `label` is '{}'; expected a text");
  CHECK(error_of("{\"time\": 1795096800}\n{" + std::string(70'000, ' ')) ==
        "deploys.csv:2: the line is longer than 64 KiB");
}

TEST_CASE("two who say the opposite of one deploy are not averaged") {
  const DeploysFile file("time,good\n1795096800,yes\n1795096801,no\n1795096800,no\n");
  const auto deploys = backtest::read_deploys_file(file.path());
  REQUIRE_FALSE(deploys.has_value());
  CHECK(deploys.error().text == file.path() +
                                    ":2 calls the deploy of 2026-11-19T14:00:00Z good, and " +
                                    file.path() + ":4 calls it bad; correct one of them");
}

TEST_CASE("a file of past deploys has a bound") {
  std::string many = "time\n";
  for (int i = 0; i <= 100'000; ++i) many += std::to_string(1'700'000'000 + i) + "\n";
  CHECK(error_of(many) == "deploys.csv:100002: more than 100000 deploys; leave out the oldest");
  many.resize(many.size() - std::string("1700100000\n").size());
  CHECK(read(many).size() == 100'000);
}

TEST_CASE("a file of past deploys that is not there is an error of usage") {
  const auto deploys = backtest::read_deploys_file("/nowhere/deploys.csv");
  REQUIRE_FALSE(deploys.has_value());
  CHECK(deploys.error().kind == ErrorKind::usage);
  CHECK(deploys.error().text ==
        "/nowhere/deploys.csv: cannot be opened: No such file or directory");
}
