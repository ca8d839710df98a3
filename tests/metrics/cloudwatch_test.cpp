#include "tests/metrics/cloudwatch_world.h"

using namespace canarygate;
using namespace canarygate::test;
using namespace canarygate::test::cloudwatch;
using namespace std::chrono_literals;

TEST_CASE("the whole request is as the API wants it, and signed for the region") {
  World world;
  world.config.set("request_timeout", Duration(7s));
  world.config.set("ca", std::string("/etc/ca.pem"));
  world.expect(usual_form(), 200, reply({{"m0", {}}, {"m1", {}}}));
  const auto answer = world.ask();
  REQUIRE(answer.has_value());
  CHECK(answer->series.empty());
  const HttpRequest& sent = world.others.http.sent.at(0);
  CHECK(sent.headers == std::vector<std::pair<std::string, std::string>>{
                            {"Content-Type", "application/x-www-form-urlencoded"}});
  CHECK(sent.aws == AwsSignature{"eu-west-1", "monitoring", "AKID", "s3cret", "t0ken"});
  CHECK(sent.timeout == 7s);
  CHECK(sent.ca_file == "/etc/ca.pem");
}

TEST_CASE("the endpoint is the region's, China's or the one that is given") {
  for (const auto& [region, url] :
       {std::pair("cn-north-1", "https://monitoring.cn-north-1.amazonaws.com.cn/"),
        std::pair("us-gov-west-1", "https://monitoring.us-gov-west-1.amazonaws.com/")}) {
    World world;
    world.config.set("region", std::string(region));
    world.others.http.expect("POST", url, 500, "").body = form_encode(usual_form());
    CHECK_FALSE(world.ask(kQuery, {kStart, 60s, 3}, "", 400ms).has_value());
  }
  World world;
  world.config.set("url", std::string("http://127.0.0.1:4566/x"));
  world.others.http.expect("POST", "http://127.0.0.1:4566/x", 200, reply({{"m0", {}}, {"m1", {}}}))
      .body = form_encode(usual_form());
  CHECK(world.ask().has_value());
}

TEST_CASE(
    "the region is the configuration's or the environment's; without one there is no backend") {
  FakeWorld world;
  FakeVariables variables;
  const Ports ports{world.http, world.clock, variables, world.processes, world.interrupt};
  const auto make = [&](const Config& config) { return cloudwatch_backend().make(config, ports); };
  CHECK(make({}).error().text ==
        "a backend of type cloudwatch needs `region`, such as eu-west-1, or the environment "
        "variable AWS_REGION");
  variables.values["AWS_DEFAULT_REGION"] = "eu-west-1";
  CHECK(make({}).has_value());
  Config config;
  config.set("region", std::string("eu-west-1.evil.example"));
  CHECK(make(config).error().text == "'eu-west-1.evil.example' is no region; one is eu-west-1");
  config.set("region", std::string("eu-west-1"));
  config.set("access_key_id", SecretRef{SecretRef::From::env, "X"});
  CHECK(make(config).error().text ==
        "`access_key_id` and `secret_access_key` belong together; `secret_access_key` is missing");
}

TEST_CASE("numbers come in any order, go to the period's end, and what is not there is missing") {
  World world;
  world.expect(usual_form(), 200,
               reply({{"m1", {{2, "30.5"}, {0, "1.0E-4"}}}, {"m0", {{1, "0.0"}, {2, "NaN"}}}}));
  const auto answer = world.ask();
  REQUIRE(answer.has_value());
  REQUIRE(answer->series.size() == 2);
  const Series& first = answer->series[0];
  CHECK(first.host == "i-1");
  CHECK(first.labels == std::map<std::string, std::string>{{"InstanceId", "i-1"}});
  CHECK(missing(first.values.at(0)));
  CHECK(first.values.at(1) == 0);
  CHECK(missing(first.values.at(2)));
  const Series& second = answer->series[1];
  CHECK(second.host == "i-2");
  CHECK(second.values.at(0) == 1e-4);
  CHECK(missing(second.values.at(1)));
  CHECK(second.values.at(2) == 30.5);
}

TEST_CASE("a window between two minutes is asked for from the minute before it") {
  World world;
  world.expect(usual_form(), 200, reply({{"m0", {{0, "1"}, {1, "2"}, {2, "3"}}}, {"m1", {}}}));
  const auto answer = world.ask(kQuery, {kStart + 34s, 60s, 3});
  REQUIRE(answer.has_value());
  CHECK(answer->series.at(0).values == std::vector<double>{1, 2, 3});
}

TEST_CASE("pages are followed to the end, and what each says is put together") {
  World world;
  world.expect(usual_form(), 200, reply({{"m0", {{2, "3"}}, "PartialData"}}, "token/1"));
  world.expect(usual_form(), 200,
               reply({{"m0", {{0, "1"}, {1, "2"}}}, {"m1", {{2, "9"}}, "PartialData"}}, "token/2"),
               "token/1");
  world.expect(usual_form(), 200, reply({{"m1", {{1, "8"}}}}), "token/2");
  const auto answer = world.ask();
  REQUIRE(answer.has_value());
  CHECK(answer->series.at(0).values == std::vector<double>{1, 2, 3});
  CHECK(missing(answer->series.at(1).values.at(0)));
  CHECK(answer->series.at(1).values.at(1) == 8);
  CHECK(answer->series.at(1).values.at(2) == 9);
}

TEST_CASE("absent is 0 where the other metric was reported in that period, and nowhere else") {
  World world;
  Parameters form = times("2026-11-20T22:00:00Z", "2026-11-20T22:03:00Z");
  add_metric(form, 1, "m0", "Errors", "i-1", "Sum");
  add_metric(form, 2, "w0", "Requests", "i-1", "SampleCount");
  add_metric(form, 3, "m1", "Errors", "i-2", "Sum");
  add_metric(form, 4, "w1", "Requests", "i-2", "SampleCount");
  world.expect(form, 200,
               reply({{"m0", {{1, "7"}}}, {"w0", {{0, "3"}, {1, "5"}}}, {"m1", {}}, {"w1", {}}}));
  const auto answer = world.ask("AWS/EC2 Errors Sum {InstanceId=i-1 OR i-2} or 0 where Requests");
  REQUIRE(answer.has_value());
  REQUIRE(answer->series.size() == 1);  // the silent host stays silent
  CHECK(answer->series[0].host == "i-1");
  CHECK(answer->series[0].values.at(0) == 0);
  CHECK(answer->series[0].values.at(1) == 7);
  CHECK(missing(answer->series[0].values.at(2)));
}

TEST_CASE("more metrics than one request may have are asked for in several") {
  World world;
  std::string hosts;
  std::vector<Parameters> forms;
  std::vector<std::vector<Row>> rows;
  for (int h = 0; h < 1001; ++h) {
    if (h % 500 == 0) {
      forms.push_back(times("2026-11-20T22:00:00Z", "2026-11-20T22:03:00Z"));
      rows.emplace_back();
    }
    const std::string host = fmt::format("i-{}", h);
    hosts += (h == 0 ? "" : " OR ") + host;
    add_metric(forms.back(), h % 500 + 1, fmt::format("m{}", h), "CPUUtilization", host);
    rows.back().push_back({fmt::format("m{}", h), {{0, std::to_string(h)}}});
  }
  REQUIRE(forms.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) world.expect(forms[i], 200, reply(rows[i]));
  const auto answer = world.ask("AWS/EC2 CPUUtilization Average {InstanceId=" + hosts + "}");
  REQUIRE(answer.has_value());
  REQUIRE(answer->series.size() == 1001);
  CHECK(answer->series[1000].host == "i-1000");
  CHECK(answer->series[1000].values.at(0) == 1000);
}

TEST_CASE("more numbers than one request may have are asked for in several") {
  World world;  // 60 000 points of each host: two hosts do not fit
  const std::string end = format_time(kStart + 60'000 * 5s);
  for (const auto& [id, host] : {std::pair("m0", "i-1"), std::pair("m1", "i-2")}) {
    Parameters form = times("2026-11-20T22:00:00Z", end);
    add_metric(form, 1, id, "CPUUtilization", host, "Average", "5");
    world.expect(form, 200, reply({{id, {{0, "1"}}}}));
  }
  const auto answer = world.ask(kQuery, {kStart, 5s, 60'000});
  REQUIRE(answer.has_value());
  CHECK(answer->series.size() == 2);
}

TEST_CASE("a search gets the step as its period and finds hosts by a label of its own") {
  World world;
  Parameters form = times("2026-11-20T22:00:00Z", "2026-11-20T22:03:00Z");
  form.emplace_back("MetricDataQueries.member.1.Id", "s");
  form.emplace_back("MetricDataQueries.member.1.Expression",
                    "SEARCH('{AWS/EC2,InstanceId} CPUUtilization', 'Average', 60)");
  form.emplace_back("MetricDataQueries.member.1.Label", "|${PROP('Dim.InstanceId')}|");
  const std::string query = "SEARCH('{AWS/EC2,InstanceId} CPUUtilization', 'Average')";
  world.expect(form, 200,
               reply({{"s", {{0, "1"}}, "Complete", "|i-1| CPUUtilization"},
                      {"s", {{0, "2"}}, "Complete", "|i-2| CPUUtilization"},
                      {"s", {{0, "3"}}, "Complete", "|--| CPUUtilization"}}));
  const auto answer = world.ask(query);
  REQUIRE(answer.has_value());
  REQUIRE(answer->series.size() == 2);
  CHECK(answer->series[0].host == "i-1");
  CHECK(answer->series[1].host == "i-2");
  CHECK(answer->series[1].labels == std::map<std::string, std::string>{{"InstanceId", "i-2"}});
  CHECK(answer->warnings.size() == 1);

  world.expect(form, 200, reply({}));
  CHECK(world.ask(query)->series.empty());
  world.expect(
      form, 200,
      reply({{"s", {{0, "1"}}, "Complete", "|i-1| a"}, {"s", {{0, "2"}}, "Complete", "|i-1| b"}}));
  CHECK(world.error(query) ==
        kHost +
            ": two series of 'i-1' have a number at 2026-11-20T22:00:00Z; narrow the query down to "
            "one series a host");
}

TEST_CASE("a long search is asked for in pieces that cannot overflow an answer") {
  World world;
  const std::string query = "SEARCH('{AWS/EC2,InstanceId} CPUUtilization', 'Average', 60)";
  for (const auto& [first, last] : {std::pair(0, 201), std::pair(201, 402), std::pair(402, 410)}) {
    Parameters form = times(format_time(kStart + first * 1min), format_time(kStart + last * 1min));
    form.emplace_back("MetricDataQueries.member.1.Id", "s");
    form.emplace_back("MetricDataQueries.member.1.Expression", query);
    form.emplace_back("MetricDataQueries.member.1.Label", "|${PROP('Dim.InstanceId')}|");
    world.expect(form, 200,
                 reply({{"s", {{first, std::to_string(first + 1)}}, "Complete", "|i-1|"}}));
  }
  const auto answer = world.ask(query, {kStart, 60s, 410});
  REQUIRE(answer.has_value());
  REQUIRE(answer->series.size() == 1);
  CHECK(answer->series[0].values.at(0) == 1);
  CHECK(answer->series[0].values.at(201) == 202);
  CHECK(answer->series[0].values.at(402) == 403);
}

TEST_CASE("what cannot be asked is refused before anything is sent") {
  World world;
  const Grid grid{kStart, 60s, 3};
  const auto refusal = [&](const std::string& query) {
    return world.error(query, grid, ErrorKind::definition);
  };
  const std::string before = "CloudWatch cannot be asked this query: ";
  CHECK(refusal("N M Summ {H=a}").starts_with(before + "column 5: unknown statistic 'Summ'"));
  CHECK(
      refusal("N M Sum {Host=a, AZ=b}") ==
      before +
          "it has no dimension 'InstanceId', which should name the host (it has Host and AZ); "
          "write InstanceId={{hosts}}, or give the metric a `host_label`: N M Sum {Host=a, AZ=b}");
  CHECK(refusal("N M Sum {Host=a OR b, InstanceId=c}") ==
        before +
            "'Host' has several values, but 'InstanceId' names the host; `host_label` says which "
            "dimension does: N M Sum {Host=a OR b, InstanceId=c}");
  CHECK(refusal("SEARCH('{N,InstanceId} M', 'Sum', 300)") ==
        before +
            "its period is 5m, but the check's `step` is 1m; leave the period out: "
            "SEARCH('{N,InstanceId} M', 'Sum', 300)");
  CHECK(refusal("SEARCH('{N,Host} M', 'Sum')") ==
        before +
            "it does not name the dimension 'InstanceId', which should name the host; put it "
            "between the braces, or give the metric a `host_label`: SEARCH('{N,Host} M', 'Sum')");
  CHECK(refusal("SEARCH('{N,InstanceId} " + std::string(1000, 'x') + "', 'Sum')")
            .starts_with(before +
                         "the search is 1036 characters long, of which CloudWatch takes 1024; name "
                         "the metric and its dimensions instead: SEARCH("));
  CHECK(world.error(kQuery, {kStart, 15s, 3}, ErrorKind::definition) ==
        "CloudWatch has no period of 15s; the nearest that `step` can be are 10s and 20s");
  CHECK(world.others.http.sent.empty());
}

TEST_CASE("without keys nothing is sent, and a failed connection keeps its own words") {
  World world;
  world.others.http.expect_error("POST", kUrl, ErrorKind::timeout, "no time left").body =
      form_encode(usual_form());
  CHECK(world.error(kQuery, {kStart, 60s, 3}, ErrorKind::timeout) == "no time left");
  world.variables.values.erase("AWS_SECRET_ACCESS_KEY");
  CHECK(world.error(kQuery, {kStart, 60s, 3}, ErrorKind::secret)
            .ends_with("AWS_SECRET_ACCESS_KEY is not set; set both or none"));
}

TEST_CASE("one query's failure leaves the others' answers as they are") {
  World world;
  Parameters other = times("2026-11-20T22:00:00Z", "2026-11-20T22:03:00Z");
  add_metric(other, 1, "m0", "NetworkIn", "i-1", "Sum");
  world.expect(usual_form(), 400, error_reply("ValidationError", "no"));
  world.expect(other, 200, reply({{"m0", {{2, "5"}}}}));
  const Grid grid{kStart, 60s, 3};
  const std::vector<RangeQuery> asked = {
      {kQuery, grid, ""}, {"", grid, ""}, {"AWS/EC2 NetworkIn Sum {InstanceId=i-1}", grid, ""}};
  const auto answers = world.backend().fetch(asked, 60s);
  REQUIRE(answers.size() == 3);
  CHECK_FALSE(answers[0].has_value());
  CHECK_FALSE(answers[1].has_value());
  REQUIRE(answers[2].has_value());
  CHECK(answers[2]->series.at(0).values.at(2) == 5);
}

TEST_CASE("its defaults are those of a service that publishes minutes late") {
  World world;
  CHECK(world.backend().default_host_label() == "InstanceId");
  CHECK(world.backend().settle() == 2min);
  CHECK(world.backend().scrape_interval() == 1min);
}
