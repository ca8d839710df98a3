#include "checks/scrape/exposition.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace canarygate;
using namespace canarygate::scrape;

namespace {

struct Read {
  std::string identity;
  double value = 0;
  std::optional<std::int64_t> time;
  bool operator==(const Read&) const = default;
};

struct All {
  std::vector<Read> samples;
  std::string fault;  ///< `LINE: text`
};

All read(std::string_view body, Format format = Format::text) {
  All all;
  ExpositionReader reader(body, format);
  ExposedSample sample;
  while (true) {
    const auto more = reader.next(sample);
    if (!more) {
      all.fault = std::to_string(more.error().line) + ": " + more.error().text;
      return all;
    }
    if (!*more) return all;
    all.samples.push_back({std::string(sample.identity), sample.value, sample.time});
  }
}

std::string fault_of(std::string_view line) { return read(line).fault; }
std::string open_metrics_fault(std::string_view body) {
  return read(body, Format::openmetrics).fault;
}

double value_of(const std::string& text) {
  const All all = read("x " + text + "\n");
  REQUIRE_MESSAGE(all.fault.empty(), all.fault);
  REQUIRE(all.samples.size() == 1);
  return all.samples[0].value;
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("the example of Prometheus' documentation reads as its series") {
  // prometheus.io/docs/instrumenting/exposition_formats, "Text format example"
  const All all = read(R"(# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"}    3 1395066363000

# Escaping in label values:
msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 1.458255915e9

# Minimalistic line:
metric_without_timestamp_and_labels 12.47

# A weird metric from before the epoch:
something_weird{problem="division by zero"} +Inf -3982045

# A histogram, which has a pretty complex representation in the text format:
# HELP http_request_duration_seconds A histogram of the request duration.
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{le="0.05"} 24054
http_request_duration_seconds_bucket{le="+Inf"} 144320
http_request_duration_seconds_sum 53423
http_request_duration_seconds_count 144320

# Finally a summary, which has a complex representation, too:
rpc_duration_seconds{quantile="0.99"} 76656
)");
  CHECK(all.fault.empty());
  REQUIRE(all.samples.size() == 10);
  CHECK(all.samples[0] ==
        Read{R"(http_requests_total{method="post",code="200"})", 1027, 1'395'066'363'000});
  CHECK(all.samples[1].value == 3);
  CHECK(all.samples[2].value == 1.458255915e9);
  CHECK(*labels_of(all.samples[2].identity) ==
        promql::Labels{{"__name__", "msdos_file_access_time_seconds"},
                       {"path", R"(C:\DIR\FILE.TXT)"},
                       {"error", "Cannot find file:\n\"FILE.TXT\""}});
  CHECK(all.samples[3] == Read{"metric_without_timestamp_and_labels", 12.47, {}});
  CHECK(all.samples[4] ==
        Read{R"(something_weird{problem="division by zero"})", kInfinity, -3'982'045});
  CHECK(all.samples[6].identity == R"(http_request_duration_seconds_bucket{le="+Inf"})");
  CHECK(all.samples[9].identity == R"(rpc_duration_seconds{quantile="0.99"})");
}

TEST_CASE("OpenMetrics: exemplars are passed over, times are seconds, _created is a plain series") {
  const All all = read(R"(# HELP foo A counter.
# TYPE foo counter
# UNIT foo_seconds seconds
foo_total{path="/"} 17.0 1520879607.789 # {trace_id="KOO5S4vxi0o"} 0.67 1520879606.1
foo_created{path="/"} 1520430000.123
bar_bucket{le="1.0"} 4 # {} -1e3
up 1
# EOF
)",
                       Format::openmetrics);
  CHECK(all.fault.empty());
  REQUIRE(all.samples.size() == 4);
  CHECK(all.samples[0] == Read{R"(foo_total{path="/"})", 17, 1'520'879'607'789});
  CHECK(all.samples[1] == Read{R"(foo_created{path="/"})", 1520430000.123, {}});
  CHECK(all.samples[2] == Read{R"(bar_bucket{le="1.0"})", 4, {}});
  CHECK(all.samples[3] == Read{"up", 1, {}});
  CHECK(read("# EOF", Format::openmetrics).fault.empty());
  CHECK(read("x 1 1.001\n# EOF\n", Format::openmetrics).samples.at(0).time == 1001);
}

TEST_CASE("a last sample without its line feed may be cut off within its number") {
  CHECK(fault_of("x 1\ny 12") == "2: no line feed ends the last line: it was cut off");
  CHECK(read("x 1\n# a comment").samples.size() == 1);
}

TEST_CASE("blanks, tabs and trailing commas are no faults") {
  const All all = read("\t x\t{ a = \"1\" , b=\"2\",\t} \t 3 \t 4 \n\n   \n{}\n");
  CHECK(all.fault == "4: expected a metric's name, not '{}'");
  REQUIRE(all.samples.size() == 1);
  CHECK(all.samples[0] == Read{"x\t{ a = \"1\" , b=\"2\",\t}", 3, 4});
  CHECK(*labels_of(all.samples[0].identity) ==
        promql::Labels{{"__name__", "x"}, {"a", "1"}, {"b", "2"}});
  CHECK(read("a:b_1 1\ny{} 2\n").samples == std::vector<Read>{{"a:b_1", 1, {}}, {"y{}", 2, {}}});
  CHECK(read("").samples.empty());
  CHECK(read("").fault.empty());
  CHECK(*labels_of("y{}") == promql::Labels{{"__name__", "y"}});
}

TEST_CASE("a label may hold what looks like syntax, and an empty one is none") {
  const All all = read("x{a=\"} 5 # {\",b=\"\",c=\"\\t\\\\\"} 1\n");
  REQUIRE(all.fault.empty());
  CHECK(*labels_of(all.samples.at(0).identity) ==
        promql::Labels{{"__name__", "x"}, {"a", "} 5 # {"}, {"c", "\\t\\"}});
  const auto twice = labels_of(R"(x{a="1",a="2"})");
  REQUIRE_FALSE(twice.has_value());
  CHECK(twice.error() == "the label 'a' is there twice");
  CHECK_FALSE(labels_of(R"(x{__name__="y"})").has_value());
}

TEST_CASE("numbers are read as Go reads them") {
  CHECK(value_of("1e3") == 1000);
  CHECK(value_of("-0.5E-1") == -0.05);
  CHECK(value_of("+7") == 7);
  CHECK(value_of("+Inf") == kInfinity);
  CHECK(value_of("-Inf") == -kInfinity);
  CHECK(value_of("inf") == kInfinity);
  CHECK(value_of("Infinity") == kInfinity);
  CHECK(std::isnan(value_of("NaN")));
  CHECK(std::isnan(value_of("nan")));
  CHECK_FALSE(promql::is_stale(value_of("NaN")));
  CHECK(value_of("1e-400") == 0);
  CHECK(value_of("4.9406564584124654e-324") == std::numeric_limits<double>::denorm_min());
  for (const char* text :
       {"1e400", "0x10", "1,5", "++1", "+-1", "1_000", "nan(1)", "--", "1.2.3"}) {
    CAPTURE(text);
    CHECK(fault_of(std::string("x ") + text) ==
          "1: the value of 'x', '" + std::string(text) + "', is not a number");
  }
}

TEST_CASE("a malformed line is a fault with its number and what is wrong") {
  CHECK(fault_of("a 1\nb 2\n<html>\n") == "3: expected a metric's name, not '<html>'");
  CHECK(fault_of("9x 1") == "1: expected a metric's name, not '9x 1'");
  CHECK(fault_of("x") == "1: expected `{` or a blank after the name 'x', not ''");
  CHECK(fault_of("x-y 1") == "1: expected `{` or a blank after the name 'x', not '-y 1'");
  CHECK(fault_of("x ") == "1: the value of 'x', '', is not a number");
  CHECK(fault_of("x{a=\"1\"}") == "1: the value of 'x', '', is not a number");
  CHECK(fault_of("x 1\r\n") == "1: the value of 'x', '1\\x0D', is not a number");
  CHECK(fault_of("x{a=\"1\n\"} 1") == "1: the value of the label 'a' is not between two quotes");
  CHECK(fault_of("x{a=\"1\\\"} 1") == "1: the value of the label 'a' is not between two quotes");
  CHECK(fault_of("x{a=1} 1") == "1: the value of the label 'a' is not between two quotes");
  CHECK(fault_of("x{a} 1") == "1: the label 'a' has no `=`");
  CHECK(fault_of("x{,} 1") == "1: expected a label's name or `}`, not ',} 1'");
  CHECK(fault_of("x{a:b=\"1\"} 1") == "1: the label 'a' has no `=`");
  CHECK(fault_of("x{a=\"1\" b=\"2\"} 1") == "1: expected `,` or `}` after the label 'a'");
  CHECK(fault_of("x{a=\"1\"") == "1: expected `,` or `}` after the label 'a'");
  CHECK(fault_of("x 1 2.5") ==
        "1: expected a time in milliseconds or the line's end after the value, not '2.5'");
  CHECK(fault_of("x 1 2 3") == "1: more than one sample: '3'");
  CHECK(fault_of("x 1 # {} 2") ==
        "1: expected a time in milliseconds or the line's end after the value, not '#'");
  CHECK(fault_of("# \xFF\n") == "1: not UTF-8");
  CHECK(fault_of("x{a=\"\xC3\"} 1\n") == "1: not UTF-8");
}

TEST_CASE("OpenMetrics: what is cut off, or goes on after its end, is a fault") {
  CHECK(open_metrics_fault("x 1\ny 2\n") == "2: no `# EOF` follows: it was cut off");
  CHECK(open_metrics_fault("") == "1: no `# EOF` follows: it was cut off");
  CHECK(open_metrics_fault("x 1\n# EOF\ny 2\n") == "3: there is more after `# EOF`");
  CHECK(open_metrics_fault("x 1\n# EOF\n\n") == "3: there is more after `# EOF`");
  CHECK(open_metrics_fault("x 1 abc\n# EOF\n") ==
        "1: expected a time in seconds or the line's end after the value, not 'abc'");
  CHECK(open_metrics_fault("x 1 NaN\n# EOF\n") ==
        "1: expected a time in seconds or the line's end after the value, not 'NaN'");
  CHECK(open_metrics_fault("x 1 1e300\n# EOF\n") ==
        "1: expected a time in seconds or the line's end after the value, not '1e300'");
  CHECK(open_metrics_fault("x 1 # 2\n# EOF\n") == "1: expected `{` after the `#` of an exemplar");
  CHECK(open_metrics_fault("x 1 # {} a\n# EOF\n") ==
        "1: the value of an exemplar, 'a', is not a number");
  CHECK(open_metrics_fault("x 1 # {} 1 2 3\n# EOF\n") == "1: more than one sample: '3'");
  CHECK(read("x 1\n# EOF\ny 2\n").samples.size() == 2);  // a comment in the older format
}

TEST_CASE("the Content-Type chooses the format; what is no text at all is refused") {
  CHECK(*format_of("application/openmetrics-text; version=1.0.0; charset=utf-8") ==
        Format::openmetrics);
  CHECK(*format_of("Application/OpenMetrics-Text") == Format::openmetrics);
  CHECK(*format_of("text/plain; version=0.0.4") == Format::text);
  CHECK(*format_of("") == Format::text);
  const auto json = format_of("application/json");
  REQUIRE_FALSE(json.has_value());
  CHECK(json.error() ==
        "answered in application/json, which is no text of Prometheus or OpenMetrics");
  CHECK_FALSE(format_of("application/vnd.google.protobuf; proto=x").has_value());
}

TEST_CASE("random changes of an exposition are read to an end without harm") {
  const std::string good =
      "# TYPE h histogram\nh_bucket{le=\"0.5\",a=\"b\\\"\\\\\\n\"} 1 1520879607.789 # {t=\"x\"} "
      "0.6 1\n"
      "x{} -Inf\ny NaN 17\nz{a=\"\xC3\xA9\"} +1e-7\n# EOF\n";
  std::mt19937_64 random(20'261'121);
  const std::string pieces = "{}\"\\=,# \t\n\r\xFF\xC3x_:019.eE+-NaInf";
  std::size_t faults = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string body = good;
    const auto changes = 1 + random() % 4;
    for (std::uint64_t i = 0; i < changes; ++i) {
      const std::size_t at = random() % (body.size() + 1);
      const char c =
          random() % 3 == 0 ? static_cast<char>(random()) : pieces[random() % pieces.size()];
      if (random() % 2 == 0) body.insert(at, 1, c);
      if (random() % 3 == 0) body.erase(std::min(at, body.size() - 1), 1 + random() % 5);
      if (random() % 20 == 0) body.resize(random() % (body.size() + 1));
    }
    for (const Format format : {Format::text, Format::openmetrics}) {
      const All all = read(body, format);
      faults += all.fault.empty() ? 0U : 1U;
      CHECK(all.samples.size() <= body.size());
      for (const Read& sample : all.samples) {
        const auto labels = labels_of(sample.identity);
        if (labels) CHECK_FALSE(labels->at("__name__").empty());
      }
    }
  }
  CHECK(faults > 10'000);
}

TEST_CASE("a line of millions of bytes costs one pass over it") {
  std::string body = "x{a=\"";
  body.append(8U << 20U, '\\');
  body += "\"} 1\nx{";
  for (int i = 0; i < 100'000; ++i) body += "a=\"1\",";
  body += "} 2\n";
  const All all = read(body);
  CHECK(all.fault.empty());
  REQUIRE(all.samples.size() == 2);
  CHECK(labels_of(all.samples[0].identity)->at("a").size() == 4U << 20U);
}
