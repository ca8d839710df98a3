#include "checks/metrics/file.h"

#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/fakes.h"

using namespace canarygate;
using namespace canarygate::test;
using namespace std::chrono_literals;

namespace {

/// A CSV file under a backend of type file.
class FileBackend {
 public:
  explicit FileBackend(const std::string& text) {
    std::string pattern = std::filesystem::temp_directory_path() / "canarygate-file-XXXXXX";
    ::close(mkstemp(pattern.data()));
    path = pattern;
    write(text);
    Config config;
    config.set("path", path);
    backend = file_backend().make(config, world.ports).value();
  }
  FileBackend(const FileBackend&) = delete;
  FileBackend& operator=(const FileBackend&) = delete;
  ~FileBackend() { std::filesystem::remove(path); }

  void write(const std::string& text) const { std::ofstream(path, std::ios::binary) << text; }

  Result<QueryAnswer> ask(const std::string& metric, const Grid& grid,
                          const std::string& host_label = "") {
    const RangeQuery query{metric, grid, host_label};
    return backend->fetch({&query, 1}, 60s).front();
  }

  /// The error without the file's name.
  std::string error(const std::string& metric = "m") {
    const auto answer = ask(metric, {TimePoint(1000s), 10s, 3});
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().kind == ErrorKind::backend);
    REQUIRE(answer.error().text.starts_with(path));
    return answer.error().text.substr(path.size());
  }

  FakeWorld world;
  std::string path;
  std::unique_ptr<MetricsBackend> backend;
};

const Grid kGrid{TimePoint(1000s), 10s, 3};  // (1000, 1010], (1010, 1020], (1020, 1030]
const std::string kHeader = "time,host,metric,value\n";

bool missing(double value) { return std::isnan(value); }

}  // namespace

TEST_CASE("a point is the mean of the host's samples in its bucket, which is open at its start") {
  FileBackend file(kHeader +
                   "1000,a,m,1000\n1000.001,a,m,1\n1005,a,m,2\n1010,a,m,6\n"
                   "1010.001,a,m,7\n1030,a,m,8\n1030.001,a,m,1000\n");
  const auto answer = file.ask("m", kGrid);
  REQUIRE(answer.has_value());
  REQUIRE(answer->series.size() == 1);
  CHECK(answer->series[0].host == "a");
  CHECK(answer->series[0].values == std::vector<double>{3, 7, 8});
}

TEST_CASE("no sample, an empty value, NaN and infinities are all missing, and nothing is 0") {
  FileBackend file(kHeader + "1005,a,m,\n1006,a,m,NaN\n1015,a,m,+Inf\n1016,a,m,4\n1005,b,m,nan\n");
  const auto answer = file.ask("m", kGrid);
  REQUIRE(answer.has_value());
  REQUIRE(answer->series.size() == 1);
  CHECK(missing(answer->series[0].values[0]));
  CHECK(answer->series[0].values[1] == 4);
  CHECK(missing(answer->series[0].values[2]));
}

TEST_CASE("columns come in any order, further ones are labels, and each set of them is a series") {
  FileBackend file(
      "track,value,metric,zone,time,host\n"
      "canary,1,m,x,1005,a\ncanary,2,m,y,1005,a\nstable,3,m,,1005,b\n");
  const auto answer = file.ask("m", kGrid);
  REQUIRE(answer.has_value());
  const auto& found = answer->series;
  REQUIRE(found.size() == 3);
  using Labels = std::map<std::string, std::string>;
  CHECK(found[0].labels == Labels{{"host", "a"}, {"track", "canary"}, {"zone", "x"}});
  CHECK(found[1].labels == Labels{{"host", "a"}, {"track", "canary"}, {"zone", "y"}});
  CHECK(found[2].labels == Labels{{"host", "b"}, {"track", "stable"}});
  CHECK(found[2].host == "b");

  const auto by_zone = file.ask("m", kGrid, "track");
  CHECK(by_zone->series[0].host == "canary");
  CHECK(file.ask("m", kGrid, "nope").error().text ==
        file.path +
            ":1: no column 'nope', which should name the host; correct `host_label`, the columns "
            "are track, value, metric, zone, time and host");
}

TEST_CASE("a query in PromQL is told from a misspelt name") {
  FileBackend file(kHeader + "1005,a,m,1\n");
  CHECK(file.ask("sum by (instance) (m)", kGrid).error().text ==
        file.path +
            " is a file, of which a query is a metric's name and nothing more; it has m, and "
            "'sum by (instance) (m)' is none. Is another environment meant (--env)?");
}

TEST_CASE("times are Unix seconds or RFC 3339, in any order") {
  FileBackend file(kHeader +
                   "1970-01-01T00:16:45Z,a,m,5\n1015.5,a,m,6\n1970-01-01T01:16:42+01:00,a,m,1\n");
  const auto values = file.ask("m", kGrid)->series[0].values;
  CHECK(values[0] == 3);
  CHECK(values[1] == 6);
  CHECK(missing(values[2]));
}

TEST_CASE("the file is read again at each fetch") {
  FileBackend file(kHeader + "1005,a,m,1\n");
  CHECK(file.ask("m", kGrid)->series[0].values[0] == 1);
  file.write(kHeader + "1005,a,m,2\n");
  CHECK(file.ask("m", kGrid)->series[0].values[0] == 2);
}

TEST_CASE("several queries are answered in one pass, each on its own grid") {
  FileBackend file(kHeader + "1005,a,m,1\n1005,a,n,2\n1015,a,n,4\n");
  const std::vector<RangeQuery> queries = {
      {"n", {TimePoint(1000s), 20s, 1}, ""}, {"m", kGrid, ""}, {"n", kGrid, ""}};
  const auto answers = file.backend->fetch(queries, 60s);
  REQUIRE(answers.size() == 3);
  CHECK(answers[0]->series[0].values == std::vector<double>{3});
  CHECK(answers[1]->series[0].values[0] == 1);
  CHECK(answers[2]->series[0].values[1] == 4);
}

TEST_CASE("a metric with no samples in the window is an empty answer, an unknown one an error") {
  FileBackend file(kHeader + "5,a,failed tasks,1\n5,a,queue depth,1\n");
  REQUIRE(file.ask("failed tasks", kGrid).has_value());
  CHECK(file.ask("failed tasks", kGrid)->series.empty());
  CHECK(file.error("failed task") ==
        ": no metric 'failed task' (did you mean 'failed tasks'?); it has failed tasks and queue "
        "depth");
  CHECK(file.error("x") == ": no metric 'x'; it has failed tasks and queue depth");
}

TEST_CASE("a bad row is named by file and line, whatever was asked for") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"1005,a,m\n", ":2: 3 fields, but the header has 4"},
      {"1005,a,m,1,2\n", ":2: 5 fields, but the header has 4"},
      {"1005,a,m,1\nyesterday,a,n,1\n",
       ":3: 'yesterday' is no time; expected Unix seconds or RFC 3339"},
      {"1795212000000,a,m,1\n",
       ":2: '1795212000000' is no time; expected Unix seconds or RFC 3339"},
      {"\n1005,a,m,1e\n", ":3: '1e' is not a number"},
      {"1005,a,m,1 \n", ":2: '1 ' is not a number"},
      {"1005,a,m,0x10\n", ":2: '0x10' is not a number"},
      {"1005,,m,1\n", ":2: no host"},
      {"1005,a,,1\n", ":2: no metric"},
      {"1005,a,m,\x1b[2J\n", ":2: '\\x1B[2J' is not a number"}};
  for (const auto& [rows, text] : cases) {
    CAPTURE(rows);
    FileBackend file(kHeader + rows);
    CHECK(file.error() == text);
  }
}

TEST_CASE("the header must name the four columns, each once") {
  CHECK(FileBackend("").error() ==
        ": the file is empty; its first line must be time,host,metric,value");
  CHECK(FileBackend("time,host,value\n").error() ==
        ":1: no column 'metric'; the first line must name time, host, metric and value, and has "
        "time, host and value");
  CHECK(FileBackend("time,host,metric,value,host\n").error() ==
        ":1: two columns have the same name");
}

TEST_CASE("a hostile file cannot make us hold more numbers than fit") {
  std::string text = kHeader;
  for (int i = 0; i < 6000; ++i) text += "1005,h" + std::to_string(i) + ",m,1\n";
  FileBackend file(text);
  const auto answer = file.ask("m", {TimePoint(1000s), 10s, 10'000});
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().text.ends_with(
      ":5002: more series than canarygate takes; ask for a shorter time or fewer hosts"));
}

TEST_CASE("an interrupt and the end of patience end the reading") {
  FileBackend file(kHeader + "1005,a,m,1\n");
  const RangeQuery query{"m", kGrid, ""};
  CHECK(file.backend->fetch({&query, 1}, 0s)[0].error().kind == ErrorKind::timeout);
  file.world.interrupt.raise(2);
  CHECK(file.backend->fetch({&query, 1}, 60s)[0].error().kind == ErrorKind::interrupted);
}

TEST_CASE("what the gate may ask of the file backend") {
  FileBackend file(kHeader);
  CHECK(file.backend->dialect() == QueryDialect::none);
  CHECK(file.backend->default_host_label() == "host");
  CHECK(file.backend->settle() == 0s);
  CHECK(file.backend->scrape_interval() == 15s);
}
