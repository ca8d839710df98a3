#include "checks/gate/queries.h"

#include <doctest/doctest.h>

namespace canarygate::gate {

using std::chrono::seconds;

TEST_CASE("an increase over a range longer than the step counts each event several times") {
  const auto per_bucket = [](const char* query) { return events_per_bucket(query, seconds(15)); };
  CHECK(per_bucket("increase(errors_total[1m])") == doctest::Approx(0.25));
  CHECK(per_bucket("sum by (instance) (increase(e_total{instance=~\"web-[0-9]+\"}[30s]))") ==
        doctest::Approx(0.5));
  CHECK(per_bucket("increase(a[1m]) + increase(b[1m])") == doctest::Approx(0.25));
  CHECK(per_bucket("increase(errors_total[15s])") == 1.0);
  CHECK(per_bucket("increase(a[1m]) + increase(b[2m])") == 1.0);  // no one factor is right
  CHECK(per_bucket("errors_per_bucket") == 1.0);
  CHECK(per_bucket("increase(a{x='\\'[1m]'}[1m])") == doctest::Approx(0.25));
}

TEST_CASE("the user's variables win in the order command line, environment, check") {
  GateRequest request;
  request.loaded.check.name = "web";
  request.loaded.check.vars = {{"a", "check"}, {"b", "check"}, {"c", "check"}};
  request.loaded.environment.vars = {{"b", "environment"}, {"c", "environment"}};
  request.vars = {{"c", "command line"}};
  const VariableValues variables = run_variables(request, {});
  CHECK(std::get<std::string>(variables.at("a")) == "check");
  CHECK(std::get<std::string>(variables.at("b")) == "environment");
  CHECK(std::get<std::string>(variables.at("c")) == "command line");
  CHECK(variables.count("hosts") == 0);
}

TEST_CASE("{{hosts}} is the canary, then the baseline") {
  const Hosts hosts{{{"web-3", {}}, {"web-9", {}}}, {{"web-1", {}}}, {}};
  const VariableValues variables = run_variables({}, hosts);
  CHECK(std::get<std::vector<std::string>>(variables.at("hosts")) ==
        std::vector<std::string>{"web-3", "web-9", "web-1"});
}

}  // namespace canarygate::gate
