/// A CloudWatch of recorded shapes: what it is asked, and how it answers.
#pragma once

#include <fmt/format.h>

#include <cmath>

#include "checks/duration.h"
#include "checks/http/url.h"
#include "checks/metrics/cloudwatch.h"
#include "tests/support/fakes.h"

namespace canarygate::test::cloudwatch {

using namespace std::chrono_literals;

inline constexpr TimePoint kStart{1'795'212'000s};  // 2026-11-20T22:00:00Z
inline const std::string kUrl = "https://monitoring.eu-west-1.amazonaws.com/";
inline const std::string kHost = "monitoring.eu-west-1.amazonaws.com";
inline const std::string kQuery = "AWS/EC2 CPUUtilization Average {InstanceId=i-1 OR i-2}";

struct Row {
  std::string id;
  std::vector<std::pair<int, std::string>> points;  // minutes after kStart, number
  std::string status = "Complete";
  std::string label = "CPUUtilization";
  std::string messages{};
};

inline std::string row_xml(const Row& row) {
  std::string times;
  std::string values;
  for (const auto& [minute, number] : row.points) {
    times += "<member>" + format_time(kStart + minute * 1min) + "</member>\n";
    values += "<member>" + number + "</member>";
  }
  return fmt::format(
      "<member><Timestamps>{}</Timestamps><StatusCode>{}</StatusCode><Values>{}</Values>"
      "<Id>{}</Id><Label>{}</Label>{}</member>",
      times, row.status, values, row.id, row.label, row.messages);
}

/// As CloudWatch writes it.
inline std::string reply(const std::vector<Row>& rows, const std::string& token = "",
                         const std::string& more = "") {
  std::string members;
  for (const Row& row : rows) members += row_xml(row);
  return fmt::format(
      "<GetMetricDataResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\">\n"
      "  <GetMetricDataResult>{}<MetricDataResults>{}</MetricDataResults>{}</GetMetricDataResult>\n"
      "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetMetricDataResponse>\n",
      token.empty() ? "" : "<NextToken>" + token + "</NextToken>", members, more);
}

inline std::string error_reply(const std::string& code, const std::string& message) {
  return fmt::format(
      "<ErrorResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\"><Error>"
      "<Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error>"
      "<RequestId>r</RequestId></ErrorResponse>",
      code, message);
}

inline Parameters times(const std::string& start, const std::string& end) {
  return {{"Action", "GetMetricData"},
          {"Version", "2010-08-01"},
          {"StartTime", start},
          {"EndTime", end},
          {"ScanBy", "TimestampAscending"}};
}

inline void add_metric(Parameters& form, int n, const std::string& id, const std::string& name,
                       const std::string& host, const std::string& stat = "Average",
                       const std::string& period = "60") {
  const std::string member = fmt::format("MetricDataQueries.member.{}.", n);
  form.emplace_back(member + "Id", id);
  form.emplace_back(member + "MetricStat.Metric.Namespace", "AWS/EC2");
  form.emplace_back(member + "MetricStat.Metric.MetricName", name);
  form.emplace_back(member + "MetricStat.Metric.Dimensions.member.1.Name", "InstanceId");
  form.emplace_back(member + "MetricStat.Metric.Dimensions.member.1.Value", host);
  form.emplace_back(member + "MetricStat.Period", period);
  form.emplace_back(member + "MetricStat.Stat", stat);
}

/// The form of kQuery over three minutes from kStart.
inline Parameters usual_form() {
  Parameters form = times("2026-11-20T22:00:00Z", "2026-11-20T22:03:00Z");
  add_metric(form, 1, "m0", "CPUUtilization", "i-1");
  add_metric(form, 2, "m1", "CPUUtilization", "i-2");
  return form;
}

struct World {
  FakeWorld others;
  FakeVariables variables{std::map<std::string, std::string>{{"AWS_ACCESS_KEY_ID", "AKID"},
                                                             {"AWS_SECRET_ACCESS_KEY", "s3cret"},
                                                             {"AWS_SESSION_TOKEN", "t0ken"}}};
  Ports ports{others.http, others.clock, variables, others.processes, others.interrupt};
  Config config;
  std::unique_ptr<MetricsBackend> made;

  World() { config.set("region", std::string("eu-west-1")); }

  MetricsBackend& backend() {
    if (made == nullptr) {
      auto backend = cloudwatch_backend().make(config, ports);
      REQUIRE(backend.has_value());
      made = std::move(*backend);
    }
    return *made;
  }
  void expect(const Parameters& form, int status, const std::string& body,
              const std::string& token = "") {
    Parameters all = form;
    if (!token.empty()) all.emplace_back("NextToken", token);
    others.http.expect("POST", kUrl, status, body).body = form_encode(all);
  }
  Result<QueryAnswer> ask(const std::string& query = kQuery, Grid grid = {kStart, 60s, 3},
                          const std::string& host_label = "", Duration patience = 60s) {
    const RangeQuery asked{query, grid, host_label};
    return backend().fetch({&asked, 1}, patience).front();
  }
  std::string error(const std::string& query = kQuery, Grid grid = {kStart, 60s, 3},
                    ErrorKind kind = ErrorKind::backend, Duration patience = 60s) {
    const auto answer = ask(query, grid, "", patience);
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().kind == kind);
    return answer.error().text;
  }
};

/// Answers kQuery once.
inline std::string error_for(int status, const std::string& body) {
  World world;
  world.expect(usual_form(), status, body);
  return world.error();
}

inline bool missing(double value) { return std::isnan(value); }

}  // namespace canarygate::test::cloudwatch
