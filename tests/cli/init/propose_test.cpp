#include "cli/init/propose.h"

#include <doctest/doctest.h>

using namespace canarygate::init;

namespace {

std::vector<std::string> names_of(const std::vector<ProposedMetric>& metrics) {
  std::vector<std::string> names;
  for (const ProposedMetric& metric : metrics) names.push_back(metric.name);
  return names;
}

using Names = std::vector<std::string>;

ProposedMetric only(const Exposed& exposed, const HostMatch& hosts = {}) {
  const auto metrics = propose(exposed, hosts);
  REQUIRE(names_of(metrics).size() == 1);
  return metrics.front();
}

}  // namespace

TEST_CASE("requests by their status are an error ratio that counts what is not good") {
  const auto metric = only({{"http_server_requests_seconds_count", {{"status", {"200", "404"}}}}});
  CHECK(metric.name == "http server requests error ratio");
  CHECK(metric.total ==
        "sum by (instance) (increase(http_server_requests_seconds_count"
        "{instance=~\"{{hosts}}\"}[{{rate_window}}]))");
  CHECK(metric.errors == metric.total +
                             "\n- sum by (instance) (increase(http_server_requests_seconds_count"
                             "{instance=~\"{{hosts}}\",status!~\"5..\"}[{{rate_window}}]))");
  CHECK(metric.query == "");
}

TEST_CASE("a label of that name with other values is no status") {
  CHECK(propose({{"tasks_total", {{"status", {"queued", "done"}}}}}, {}).empty());
  CHECK(propose({{"http_requests_total", {{"method", {"GET"}}}}}, {}).empty());
}

TEST_CASE("gRPC's failures are those that are the server's") {
  const auto metric = only({{"grpc_server_handled_total", {{"grpc_code", {"OK"}}}}});
  CHECK(metric.errors.find("grpc_code!~\"Unknown|DeadlineExceeded|Unimplemented|Internal|"
                           "Unavailable|DataLoss\"") != std::string::npos);
}

TEST_CASE("errors are set against what they are a part of, where that is counted too") {
  const auto metrics = propose({{"jobs_failed_total", {}},
                                {"jobs_processed_total", {}},
                                {"mail_errors_total", {}},
                                {"go_errors_total", {}},
                                {"promhttp_metric_handler_errors_total", {}}},
                               {});
  REQUIRE(names_of(metrics) == Names{"jobs failed", "mail errors"});
  CHECK(metrics[0].total ==
        "sum by (instance) (increase(jobs_processed_total{instance=~\"{{hosts}}\"}"
        "[{{rate_window}}]))");
  CHECK(metrics[1].query ==
        "sum by (instance) (rate(mail_errors_total{instance=~\"{{hosts}}\"}[{{rate_window}}]))");
  CHECK(metrics[1].unit == "1/s");
}

TEST_CASE("a latency is a histogram's p99, or a summary's highest quantile up to that") {
  const auto histogram = only({{"rpc_duration_milliseconds_bucket", {{"le", {"5", "+Inf"}}}}});
  CHECK(histogram.name == "p99 rpc duration");
  CHECK(histogram.unit == "ms");
  const auto summary = only({{"rpc_duration_seconds", {{"quantile", {"0.5", "0.95", "0.999"}}}}});
  CHECK(summary.query ==
        "max by (instance) (rpc_duration_seconds{instance=~\"{{hosts}}\",quantile=\"0.95\"})");
  CHECK(summary.unit == "s");
  CHECK(propose({{"response_size_bytes_bucket", {{"le", {"+Inf"}}}},
                 {"go_gc_duration_seconds", {{"quantile", {"0.75"}}}},
                 {"batch_seconds", {{"quantile", {"1"}}}}},
                {})
            .empty());
}

TEST_CASE("the runtimes bring what is worth a look") {
  CHECK(names_of(propose({{"process_cpu_seconds_total", {}},
                          {"process_resident_memory_bytes", {}},
                          {"jvm_memory_used_bytes", {{"area", {"heap"}}}},
                          {"jvm_gc_pause_seconds_sum", {}},
                          {"go_goroutines", {}}},
                         {})) == Names{"cpu", "memory", "jvm heap", "jvm gc time", "goroutines"});
}

TEST_CASE("two of one name are told apart") {
  CHECK(names_of(propose({{"a_seconds_bucket", {{"le", {}}}}, {"a_ms_bucket", {{"le", {}}}}},
                         {})) == Names{"p99 a", "p99 a (a_seconds_bucket)"});
}

TEST_CASE("hosts are chosen as the metrics call them") {
  const auto metric = only({{"go_goroutines", {}}}, {"node", "({{hosts}}):[0-9]+"});
  CHECK(metric.query == "sum by (node) (go_goroutines{node=~\"({{hosts}}):[0-9]+\"})");
}
