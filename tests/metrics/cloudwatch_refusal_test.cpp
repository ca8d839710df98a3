#include "tests/metrics/cloudwatch_world.h"

using namespace canarygate;
using namespace canarygate::test;
using namespace canarygate::test::cloudwatch;
using namespace std::chrono_literals;

TEST_CASE("what is not all of the data is an error, never a short answer") {
  const std::string before = kHost + " has not all of the data: ";
  const std::string after = "; nothing is judged on a part: " + kQuery;
  CHECK(error_for(200, reply({{"m0", {{0, "1"}}, "PartialData"}, {"m1", {}}})) ==
        before + "it sent only a part (StatusCode 'PartialData')" + after);
  CHECK(error_for(200, reply({{"m0", {{0, "1"}}, "Forbidden"}, {"m1", {}}})) ==
        before + "these keys may not read a metric of the query" + after);
  CHECK(error_for(200, reply({{"m0", {{0, "1"}}, ""}, {"m1", {}}})) ==
        before + "it sent only a part (StatusCode '')" + after);
  CHECK(error_for(200, reply({{"m0", {{0, "1"}}}})) ==
        before + "it says nothing of 'm1', which was asked for" + after);
  CHECK(
      error_for(200, reply({{"m0", {}}, {"m1", {}}}, "",
                           "<Messages><member><Code>MaxMetricsExceeded</Code><Value>Maximum number "
                           "of allowed metrics exceeded</Value></member></Messages>")) ==
      kHost +
          " has left something out: MaxMetricsExceeded: Maximum number of allowed metrics "
          "exceeded. Ask for fewer hosts or a shorter time; nothing is judged on a part");
}

TEST_CASE("an internal error on a metric is asked again, from the first page") {
  World world;
  world.expect(usual_form(), 200, reply({{"m0", {{0, "1"}}, "InternalError"}, {"m1", {}}}));
  world.expect(usual_form(), 200, reply({{"m0", {{0, "1"}, {1, "2"}}}, {"m1", {}}}));
  const auto answer = world.ask();
  REQUIRE(answer.has_value());
  CHECK(answer->series.at(0).values.at(1) == 2);
  CHECK(world.others.clock.elapsed() == 500ms);

  World never;
  for (int i = 0; i < 6; ++i) {
    never.expect(usual_form(), 200, reply({{"m0", {}, "InternalError"}, {"m1", {}}}));
  }
  CHECK(never.error() == kHost +
                             " has not all of the data: it had an internal error; nothing is "
                             "judged on a part: " +
                             kQuery);
}

TEST_CASE("throttled requests are sent again after longer and longer pauses, within patience") {
  const std::string slow = error_reply("Throttling", "Rate exceeded");
  World world;
  world.expect(usual_form(), 400, slow);
  world.expect(usual_form(), 400, error_reply("ThrottlingException", ""));
  world.expect(usual_form(), 500, error_reply("InternalServiceFault", ""));
  world.expect(usual_form(), 200, reply({{"m0", {}}, {"m1", {}}}));
  CHECK(world.ask().has_value());
  CHECK(world.others.clock.elapsed() == 3500ms);

  const std::string text = kHost +
                           " takes no more requests for now (status 400, Throttling: Rate "
                           "exceeded); run fewer checks at "
                           "the same time, or have the account's quota for GetMetricData raised";
  World always;
  for (int i = 0; i < 6; ++i) always.expect(usual_form(), 400, slow);
  CHECK(always.error() == text);
  CHECK(always.others.clock.elapsed() == 15'500ms);
  World hasty;
  hasty.expect(usual_form(), 400, slow);
  hasty.expect(usual_form(), 400, slow);
  CHECK(hasty.error(kQuery, {kStart, 60s, 3}, ErrorKind::backend, 1200ms) == text);
}

TEST_CASE("a refusal names the server, the status, the cause and the next step") {
  const std::string from = " The keys are from the environment variable AWS_ACCESS_KEY_ID; ";
  for (const auto& [status, code, text] : std::vector<std::tuple<int, std::string, std::string>>{
           {403, "AccessDenied",
            " does not allow this query (status 403, AccessDenied: why & how)." + from +
                "they need cloudwatch:GetMetricData"},
           {403, "SignatureDoesNotMatch",
            " does not know who asks (status 403, SignatureDoesNotMatch: why & how)." + from +
                "check them, `region`, and this machine's clock"},
           {403, "ExpiredToken",
            " does not know who asks (status 403, ExpiredToken: why & how)." + from +
                "check them, `region`, and this machine's clock"},
           {400, "IncompleteSignature",
            " does not know who asks (status 400, IncompleteSignature: why & how)." + from +
                "check them, `region`, and this machine's clock"},
           {400, "ValidationError",
            " refuses the query (status 400, ValidationError: why & how): " + kQuery}}) {
    CHECK(error_for(status, error_reply(code, "why &amp; how")) == kHost + text);
  }
}

TEST_CASE("what is no CloudWatch is said to be none") {
  const std::string next = ". Check `region`, `url` and what stands in front of the server";
  CHECK(error_for(404, "<html>not here</html>") ==
        kHost + " did not answer as CloudWatch does (status 404)" + next);
  CHECK(error_for(403, "no") == kHost + " did not answer as CloudWatch does (status 403)" + next);
  CHECK(error_for(200, "<html><body>Please log in</body></html>") ==
        kHost +
            " did not answer as CloudWatch does: an XML document of 'html' without a "
            "GetMetricDataResult" +
            next);
  CHECK(error_for(200, "{}") ==
        kHost + " did not answer as CloudWatch does: no complete XML (No document element found)" +
            next);
  const std::string whole = reply({{"m0", {}}, {"m1", {}}});
  const std::string cut = error_for(200, whole.substr(0, whole.size() - 40));
  CHECK(cut.starts_with(kHost + " did not answer as CloudWatch does: no complete XML ("));
  CHECK(error_for(200, reply({{"m0", {{0, "many"}}}})) ==
        kHost +
            " did not answer as CloudWatch does: 'many' among the Values of 'm0' cannot be read" +
            next);
  std::string uneven = reply({{"m0", {{0, "1"}, {1, "2"}}}});
  uneven.erase(uneven.find("<member>2</member>"), 18);
  CHECK(error_for(200, uneven) ==
        kHost + " did not answer as CloudWatch does: 'm0' has 2 Timestamps and 1 Values" + next);
  uneven.replace(uneven.find("2026-11"), 7, "someday");
  CHECK(error_for(200, uneven) ==
        kHost +
            " did not answer as CloudWatch does: 'someday-20T22:00:00Z' among the Timestamps of "
            "'m0' cannot be read" +
            next);
}

TEST_CASE("entities of a reply's own making are not expanded") {
  std::string bomb = reply({{"m0", {{0, "&x;"}}}, {"m1", {}}});
  bomb = "<!DOCTYPE x [<!ENTITY x \"1\">]>" + bomb;
  CHECK(error_for(200, bomb).find("'&x;' among the Values of 'm0' cannot be read") !=
        std::string::npos);
}

TEST_CASE("remarks on a metric come with its numbers") {
  World world;
  Row row{"m0", {{0, "1"}}};
  row.messages =
      "<Messages><member><Code>ArithmeticError</Code><Value>data points dropped</Value></member>"
      "</Messages>";
  world.expect(usual_form(), 200, reply({row, {"m1", {}}}));
  const auto answer = world.ask();
  REQUIRE(answer.has_value());
  CHECK(answer->warnings ==
        std::vector<std::string>{"CloudWatch says: ArithmeticError: data points dropped"});
}
