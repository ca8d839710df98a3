#include "checks/metrics/exec.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/support/fakes.h"

using namespace canarygate;
using namespace canarygate::test;
using namespace std::chrono_literals;

namespace {

const Grid kGrid{TimePoint(1'795'212'000s), 15s, 3};

/// A program that ends as it is told to, asked for `lat`.
struct Asked {
  FakeWorld world;
  Config config;
  ProgramRun got;

  Asked() { config.set("command", std::string("./numbers")); }

  Result<QueryAnswer> ask(const Result<ProgramEnd>& end, const std::string& label = "host",
                          Duration patience = 600s) {
    world.processes.programs["./numbers"] = [this, end](const ProgramRun& program) {
      got = program;
      return end;
    };
    const auto backend = exec_backend().make(config, world.ports);
    REQUIRE_MESSAGE(backend.has_value(), backend.error().text);
    const RangeQuery query{"lat", kGrid, label};
    return (*backend)->fetch({&query, 1}, patience).front();
  }
};

/// "host: 1 - 3 | host: …", a dash where there is no number; or the error's text.
std::string told(const std::string& output, const std::string& label = "host") {
  Asked asked;
  const auto answer = asked.ask(ProgramEnd{output, "", ""}, label);
  if (!answer) {
    CHECK(answer.error().kind == ErrorKind::backend);
    return answer.error().text;
  }
  std::string text;
  for (const Series& series : answer->series) {
    text += (text.empty() ? "" : " | ") + series.host + ":";
    for (const double value : series.values) {
      text += std::isnan(value) ? " -" : fmt::format(" {}", value);
    }
  }
  for (const std::string& warning : answer->warnings) text += " ! " + warning;
  return text;
}

std::string series(const std::string& text, const std::string& label = "host") {
  return told(R"({"results":[{"series":[)" + text + "]}]}", label);
}

std::string wrong(const std::string& why) {
  return "the program './numbers' did not answer as it should: " + why;
}
std::string none(const std::string& why) {
  return "the program './numbers' has no answer to 'lat': " + why;
}

}  // namespace

TEST_CASE("a program is given its queries, the hosts and its variables") {
  FakeWorld others;
  const FakeVariables variables(std::map<std::string, std::string>{{"TOKEN", "s3cret-1"}});
  const Ports ports{others.http, others.clock, variables, others.processes, others.interrupt};
  Config config;
  config.set("command", std::string("./numbers"));
  config.set("request_timeout", Duration(7s));
  config.set("env", std::map<std::string, TextOrSecret>{
                        {"API", SecretRef{SecretRef::From::env, "TOKEN"}}, {"REGION", "us"}});
  ProgramRun got;
  others.processes.programs["./numbers"] = [&](const ProgramRun& program) {
    got = program;
    return ProgramEnd{R"({"results":[{"series":[]},{"series":[]}]})", "", ""};
  };
  const auto backend = exec_backend().make(config, ports).value();
  REQUIRE(backend->watch({{{"c", {}}}, {{"b", {}}}, {}}, {}).has_value());
  const std::vector<RangeQuery> queries = {
      {"lat", kGrid, "host"}, {"err \"x\"", {TimePoint(1'795'212'000'250ms), 500ms, 2}, "pod"}};
  for (const auto& answer : backend->fetch(queries, 60s)) CHECK(answer.has_value());
  CHECK(nlohmann::json::parse(got.input) == nlohmann::json::parse(R"({
    "version": 1,
    "queries": [
      {"query": "lat", "host_label": "host", "start": 1795212000, "end": 1795212045, "step": 15,
       "points": 3},
      {"query": "err \"x\"", "host_label": "pod", "start": 1795212000.25, "end": 1795212001.25,
       "step": 0.5, "points": 2}],
    "hosts": {"canary": ["c"], "baseline": ["b"]}})"));
  CHECK(got.input.ends_with("\n"));
  CHECK(got.variables ==
        std::vector<std::pair<std::string, std::string>>{{"API", "s3cret-1"}, {"REGION", "us"}});
  CHECK(got.limit == 7s);
  CHECK(got.most_output == 256U << 20U);
}

TEST_CASE("where groups are given by tags there are no hosts to name") {
  Asked asked;
  REQUIRE(asked.ask(ProgramEnd{R"({"results":[{"series":[]}]})", "", ""}).has_value());
  CHECK_FALSE(nlohmann::json::parse(asked.got.input).contains("hosts"));
}

TEST_CASE("numbers come one a point, or with their times") {
  CHECK(series(R"({"host":"a","values":[1,null,"3"]},{"host":"b","values":[null,2.5,"NaN"]})") ==
        "a: 1 - 3 | b: - 2.5 -");
  CHECK(series(R"({"host":"a","points":[[1795212015,1],[1795212045,3],[1795212050,9]]})") ==
        "a: 1 - 3");
  CHECK(series(R"({"host":"a","points":[[1795212016,1],[1795212029.5,3],[1795212000,9]]})") ==
        "a: - 2 -");
  CHECK(series(R"({"host":"a","points":[]})") == "a: - - -");
  CHECK(series("").empty());
}

TEST_CASE("a host is named by `host`, or by the label that the query names") {
  CHECK(series(R"({"labels":{"pod":"a","n":1},"values":[1,2,3]},{"host":"b","values":[1,2,3]})",
               "pod") == "a: 1 2 3 | b: 1 2 3");
  CHECK(series(R"({"labels":{"pod":"a"},"values":[1,2,3]})") ==
        none("series 1: it has no `host`, and no label 'host' that would name it"));
  CHECK(series(R"({"host":"a","labels":{"z":"1"},"values":[1,null,null]},
                  {"host":"a","labels":{"z":"2"},"values":[null,2,3]})") == "a: 1 - - | a: - 2 3");
  CHECK(series(R"({"host":"a","values":[1,2,3]},{"host":"a","values":[1,2,3]})") ==
        none("series 2: there is a second series of 'a' with the same labels"));
}

TEST_CASE("warnings are passed on") {
  CHECK(told(R"({"results":[{"series":[],"warnings":["old\ndata"]}]})") == " ! old\\x0Adata");
}

TEST_CASE("what is no answer to the query is told") {
  CHECK(told(R"({"results":[{"error":"no table lat"}]})") == none("no table lat"));
  CHECK(told(R"({"results":[{"error":{"code":5},"series":[]}]})") == none("{\"code\":5}"));
  CHECK(told(R"({"results":[{}]})") == none("it has neither a list `series` nor an `error`"));
  CHECK(told(R"({"results":[{"series":[],"warnings":"x"}]})") ==
        none("its `warnings` are no list"));
  CHECK(told(R"({"results":[{"series":[],"warnings":[{}]}]})") ==
        none("one of its `warnings` is no text"));
  CHECK(series(R"({"host":"a","values":[1,2]})") ==
        none("series 1: it has 2 values, and not 3 as asked for"));
  CHECK(series(R"({"host":"a","values":[1,2,3,4]})") ==
        none("series 1: it has 4 values, and not 3 as asked for"));
  CHECK(series(R"({"host":"a","values":[1,2,false]})") == none("series 1: false is not a number"));
  CHECK(series(R"({"host":"a"})") == none("series 1: it has neither `values` nor `points`"));
  CHECK(series(R"({"host":"a","values":[],"points":[]})") ==
        none("series 1: it has both `values` and `points`"));
  CHECK(series(R"({"host":"a","values":5})") == none("series 1: its `values` are no list"));
  CHECK(series(R"({"host":"a","points":5})") == none("series 1: its `points` are no list"));
  CHECK(series(R"({"host":"a","points":[5]})") ==
        none("series 1: the number 5 is no point, which is [time, value]"));
  CHECK(series(R"({"host":"a","points":[[1795212015000,1]]})") ==
        none("series 1: the number 1795212015000 is no time of this century in Unix seconds"));
  CHECK(series(R"({"host":"a","points":[[1795212015,"x"]]})") ==
        none("series 1: the text 'x' is not a number"));
  CHECK(series(R"({"host":"a","points":[[1795212015,1],[1795212015,2]]})") ==
        none("series 1: it has two values at 2026-11-20T22:00:15Z"));
  CHECK(series(R"({"host":"","values":[1,2,3]})") == none("series 1: its `host` is no name"));
  CHECK(series(R"({"labels":5,"values":[1,2,3]})") == none("series 1: its `labels` are no object"));
}

TEST_CASE("what is no answer at all is told") {
  CHECK(told("") == wrong("it printed nothing"));
  CHECK(told("Loading…\n{\"results\":[]}") ==
        wrong("what it printed is not one JSON document (NaN is none: print null): "
              "Loading…\\x0A{\"results\":[]}"));
  CHECK(told(R"({"results":[{"series":[{"host":"a","values":[1,)")
            .starts_with(wrong("what it printed is not one JSON document")));
  CHECK(told(R"({"results":[{"series":[{"host":"a","values":[NaN,1,2]}]}]})")
            .starts_with(wrong("what it printed is not one JSON document (NaN is none: print "
                               "null)")));
  CHECK(told(R"({"result":[]})") ==
        wrong("what it printed has no list `results`; it is an object with 'result'"));
  CHECK(told("[1]") == wrong("what it printed has no list `results`; it is a list of 1"));
  CHECK(told(R"({"results":[]})") == wrong("it printed 0 results to 1 query"));
  CHECK(told(R"({"results":[{"series":[]},{"series":[]}]})") ==
        wrong("it printed 2 results to 1 query"));
}

TEST_CASE("one query's error is not another's") {
  FakeWorld world;
  world.processes.programs["./numbers"] = [](const ProgramRun&) {
    return ProgramEnd{R"({"results":[{"error":"no"},{"series":[]}]})", "", ""};
  };
  Config config;
  config.set("command", std::string("./numbers"));
  const std::vector<RangeQuery> queries = {{"lat", kGrid, "host"}, {"err", kGrid, "host"}};
  const auto answers = exec_backend().make(config, world.ports).value()->fetch(queries, 60s);
  CHECK_FALSE(answers[0].has_value());
  CHECK(answers[1].has_value());
}

TEST_CASE("a program that fails is quoted, the last lines of stderr, whatever it printed") {
  Asked asked;
  const std::string good = R"({"results":[{"series":[]}]})";
  CHECK(asked.ask(ProgramEnd{good, "exit status 3", "a\n\nb\n  c\nValueError: d\x1b\n"})
            .error()
            .text ==
        "the program './numbers' failed (exit status 3): b | c | ValueError: d\\x1B. Run it by "
        "hand, with a query on its stdin");
  CHECK(asked.ask(ProgramEnd{good, "ended by signal 9", ""}).error().text ==
        "the program './numbers' failed (ended by signal 9), and said nothing on stderr. Run it by "
        "hand, with a query on its stdin");
}

TEST_CASE("a program that was stopped is told from a run whose time was over") {
  Asked asked;
  const auto late = fail(ErrorKind::timeout, "still running after 1m: busy\n");
  const auto own = asked.ask(late).error();
  CHECK(own.kind == ErrorKind::backend);
  CHECK(own.text ==
        "the program './numbers' was stopped: still running after 1m: busy. Make it faster, or "
        "raise `request_timeout`");
  const auto all = asked.ask(late, "host", 5s).error();
  CHECK(asked.got.limit == 5s);
  CHECK(all.kind == ErrorKind::timeout);
  CHECK(all.text ==
        "the program './numbers' was stopped: still running after 1m: busy. The time of the whole "
        "run was over: see `--timeout`");
  CHECK(asked.ask(fail(ErrorKind::backend, "printed more than 256 MiB")).error().text ==
        "the program './numbers' was stopped: printed more than 256 MiB");
  CHECK(asked.ask(fail(ErrorKind::interrupted, "interrupted")).error().kind ==
        ErrorKind::interrupted);
}

TEST_CASE("a secret that the program repeats is hidden, on every way") {
  FakeWorld others;
  const FakeVariables variables(std::map<std::string, std::string>{{"TOKEN", "s3cret-1"}});
  const Ports ports{others.http, others.clock, variables, others.processes, others.interrupt};
  Config config;
  config.set("command", std::string("./numbers"));
  config.set("env", std::map<std::string, TextOrSecret>{
                        {"API", SecretRef{SecretRef::From::env, "TOKEN"}}});
  const auto backend = exec_backend().make(config, ports).value();
  const RangeQuery query{"lat", kGrid, "host"};
  for (const ProgramEnd& end :
       {ProgramEnd{"", "exit status 1", "bad s3cret-1"},
        ProgramEnd{R"({"results":[{"error":"bad s3cret-1"}]})", "", ""},
        ProgramEnd{R"({"results":[{"series":[],"warnings":["bad s3cret-1"]}]})", "", ""}}) {
    others.processes.programs["./numbers"] = [end](const ProgramRun&) { return end; };
    const auto answer = backend->fetch({&query, 1}, 60s).front();
    const std::string text = answer ? answer->warnings.at(0) : answer.error().text;
    CHECK(text.find("bad [hidden]") != std::string::npos);
    CHECK(text.find("s3cret") == std::string::npos);
  }
}

TEST_CASE("a secret that is missing is told before the program runs") {
  Asked asked;
  asked.config.set("env", std::map<std::string, TextOrSecret>{
                              {"API", SecretRef{SecretRef::From::env, "TOKEN"}}});
  const auto answer = asked.ask(ProgramEnd{});
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().kind == ErrorKind::secret);
  CHECK(asked.got.command.empty());
}

TEST_CASE("exec settings that cannot be are refused") {
  const FakeWorld world;
  Config config;
  config.set("command", std::string("./numbers"));
  config.set("scrape_interval", Duration(0));
  CHECK(exec_backend().make(config, world.ports).error().text ==
        "`scrape_interval` must be longer than 0s");
  config.set("scrape_interval", Duration(1s));
  config.set("env", std::map<std::string, TextOrSecret>{{"X-Key", "a"}});
  CHECK(exec_backend().make(config, world.ports).error().text ==
        "`env`: 'X-Key' cannot be the name of an environment variable");
}

TEST_CASE("what the gate may ask of the exec backend") {
  const FakeWorld world;
  Config config;
  config.set("command", std::string("./numbers"));
  const auto backend = exec_backend().make(config, world.ports).value();
  CHECK(backend->dialect() == QueryDialect::none);
  CHECK(backend->default_host_label() == "host");
  CHECK(backend->scrape_interval() == 15s);
  CHECK(backend->settle() == 15s);
}
