#include "cli/options.h"

#include <doctest/doctest.h>

#include "checks/duration.h"
#include "tests/support/command_line.h"

namespace canarygate::test {

namespace {

Options options(const Arguments& arguments, const Vars& variables = {}) {
  return accepted(arguments, variables);
}

std::string refusal(const Arguments& arguments, const Vars& variables = {}) {
  return refused(arguments, variables);
}

}  // namespace

TEST_CASE("each flag of check reaches its option") {
  const Options o = options({"check",
                             "web",
                             "--env",
                             "us",
                             "--config",
                             "cfg",
                             "--deployed-at",
                             "2026-11-20T14:00:00Z",
                             "--now",
                             "1795212778",
                             "--no-wait",
                             "--canary",
                             "a,b",
                             "--baseline",
                             "c",
                             "--baseline",
                             "d",
                             "--soft-fail",
                             "--override",
                             "we know",
                             "--var",
                             "version=1.2",
                             "--var",
                             "q=a=b",
                             "--only",
                             "failed tasks",
                             "--timeout",
                             "1h30m",
                             "--report",
                             "json=out/r.json",
                             "--report",
                             "text",
                             "--no-notify",
                             "--seed",
                             "18446744073709551615",
                             "--color",
                             "never",
                             "-v"});
  CHECK(o.command == Options::Command::check);
  CHECK(o.names == std::vector<std::string>{"web"});
  CHECK(o.environment == "us");
  CHECK(o.config == "cfg");
  CHECK(o.deployed_at == parse_time("2026-11-20T14:00:00Z"));
  CHECK(o.now == parse_time("1795212778"));
  CHECK(o.no_wait);
  CHECK(o.canary_hosts == std::vector<std::string>{"a", "b"});
  CHECK(o.baseline_hosts == std::vector<std::string>{"c", "d"});
  CHECK(o.soft_fail == true);
  CHECK(o.override_reason == "we know");
  CHECK(o.vars == std::map<std::string, std::string>{{"q", "a=b"}, {"version", "1.2"}});
  CHECK(o.only == std::vector<std::string>{"failed tasks"});
  CHECK(o.timeout == std::chrono::minutes(90));
  CHECK(o.reports == std::vector<ReportTarget>{{"json", "out/r.json"}, {"text", ""}});
  CHECK(o.no_notify);
  CHECK(o.seed == 18446744073709551615ULL);
  CHECK(o.colour == Options::Colour::never);
  CHECK(o.verbosity == Options::Verbosity::verbose);
}

TEST_CASE("soft-fail is unknown until it is said, and can be said to be off") {
  CHECK_FALSE(options({"check", "web"}).soft_fail.has_value());
  CHECK(options({"check", "web", "--soft-fail=false"}).soft_fail == false);
  CHECK(options({"check", "web"}, {{"CANARYGATE_SOFT_FAIL", "1"}}).soft_fail == true);
  CHECK(options({"check", "web"}, {{"CANARYGATE_SOFT_FAIL", "FALSE"}}).soft_fail == false);
  CHECK_FALSE(options({"check", "web"}, {{"CANARYGATE_SOFT_FAIL", ""}}).soft_fail.has_value());
}

TEST_CASE("a variable stands in for a flag that was not given, one value a line") {
  const Vars variables = {{"CANARYGATE_ENV", "us"},
                          {"CANARYGATE_DEPLOYED_AT", "1795212778"},
                          {"CANARYGATE_REPORT", "json=a.json\njunit=b.xml\n"},
                          {"CANARYGATE_NO_WAIT", "true"},
                          {"CANARYGATE_CANARY", "a,b\nc"},
                          {"CANARYGATE_VAR_VERSION", "1.2"}};
  const Options o = options({"check", "web"}, variables);
  CHECK(o.environment == "us");
  CHECK(o.deployed_at == parse_time("1795212778"));
  CHECK(o.reports == std::vector<ReportTarget>{{"json", "a.json"}, {"junit", "b.xml"}});
  CHECK(o.no_wait);
  CHECK(o.canary_hosts == std::vector<std::string>{"a", "b", "c"});
  CHECK(o.vars.at("version") == "1.2");
}

TEST_CASE("a flag wins over its variable") {
  const Vars variables = {{"CANARYGATE_ENV", "us"}, {"CANARYGATE_VAR_VERSION", "1.2"}};
  const Options o = options({"check", "web", "--env", "eu", "--var", "version=3"}, variables);
  CHECK(o.environment == "eu");
  CHECK(o.vars.at("version") == "3");
}

TEST_CASE("a bad value is named with the flag or variable that it came from") {
  CHECK(refusal({"check", "web", "--timeout", "5x"}) ==
        "canarygate: --timeout '5x': expected a duration like 90s, 10m or 1h30m");
  CHECK(refusal({"check", "web"}, {{"CANARYGATE_TIMEOUT", "soon"}}) ==
        "canarygate: CANARYGATE_TIMEOUT 'soon': expected a duration like 90s, 10m or 1h30m");
  CHECK(refusal({"check", "web", "--deployed-at", "noon"}) ==
        "canarygate: --deployed-at 'noon': expected a time like 2026-11-20T14:03:20Z or Unix "
        "seconds");
  CHECK(refusal({"check", "web", "--seed", "-1"}) ==
        "canarygate: --seed '-1': expected a whole number from 0 to 18446744073709551615");
  CHECK(refusal({"check", "web", "--var", "novalue"}) ==
        "canarygate: --var 'novalue': expected NAME=VALUE");
  CHECK(refusal({"check", "web", "--color", "blue"}) ==
        "canarygate: --color 'blue': expected auto, always or never");
  CHECK(refusal({"hosts", "web", "--format", "xml"}) ==
        "canarygate: --format 'xml': expected text or json");
  CHECK(refusal({"check", "web", "--override", " "}) ==
        "canarygate: --override ' ': give the reason in words");
  CHECK(refusal({"check", "web", "--report", "yaml=x"}) ==
        "canarygate: --report 'yaml=x': unknown report format 'yaml'; expected text, json, "
        "junit, html, markdown, tap, github and gitlab");
  CHECK(refusal({"check", "web", "--report", "json="}) ==
        "canarygate: --report 'json=': the path after '=' is empty; leave out '=' for stdout");
  CHECK(refusal({"check", "web", "--report", "json", "--report", "text=-"}) ==
        "canarygate: --report 'text=-': only one report can go to stdout");
  CHECK(refusal({"check", "web"}, {{"CANARYGATE_NO_WAIT", "yes"}}) ==
        "canarygate: CANARYGATE_NO_WAIT=yes: expected 1, 0, true or false");
}

TEST_CASE("a deploy command is taken as it is, from its flag or its variable") {
  const Options o = options(
      {"check", "web", "--deploy", "[ -f a ] && ./deploy 'x y' \"$Z\"", "--observe", "75s"});
  CHECK(o.deploy == "[ -f a ] && ./deploy 'x y' \"$Z\"");
  CHECK(o.observe == std::chrono::seconds(75));
  const Options script = options({"check", "web"}, {{"CANARYGATE_DEPLOY", "set -e\n./a\n./b\n"},
                                                    {"CANARYGATE_OBSERVE", "0s"}});
  CHECK(script.deploy == "set -e\n./a\n./b");
  CHECK(script.observe == std::chrono::seconds(0));
  const Options none = options({"check", "web"}, {{"CANARYGATE_DEPLOY", ""}});
  CHECK_FALSE(none.deploy.has_value());
  CHECK_FALSE(none.observe.has_value());
  CHECK_FALSE(options({"check", "web", "--deploy", "true"}).observe.has_value());
}

TEST_CASE("a deploy command goes with no flag that says when the deploy was") {
  const std::vector<std::pair<std::vector<const char*>, std::string>> wrong = {
      {{"--deployed-at", "1795212778"},
       "--deploy with --deployed-at: the deploy ends when its command does; to judge an earlier "
       "one "
       "leave out the command"},
      {{"--now", "1795212778"},
       "--deploy with --now: nothing can be deployed at a time that is only pretended"},
      {{"--no-wait"},
       "--deploy with --no-wait: when the command ends there is nothing to judge yet"}};
  for (const auto& [flags, text] : wrong) {
    Arguments arguments = {"check", "web", "--deploy", "true"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    CHECK(refusal(arguments) == "canarygate: " + text);
  }
  CHECK(refusal({"check", "web", "--no-wait"}, {{"CANARYGATE_DEPLOY", "./deploy"}}) ==
        "canarygate: CANARYGATE_DEPLOY with --no-wait: when the command ends there is nothing to "
        "judge yet");
  CHECK(options({"check", "web", "--deploy", "true"}, {{"CANARYGATE_NO_WAIT", "0"}}).deploy ==
        "true");
  CHECK(refusal({"check", "web", "--observe", "1m"}) ==
        "canarygate: --observe without --deploy: it is how long to watch before that command runs");
  CHECK(refusal({"check", "web"}, {{"CANARYGATE_OBSERVE", "1m"}}) ==
        "canarygate: CANARYGATE_OBSERVE without --deploy: it is how long to watch before that "
        "command runs");
  CHECK(refusal({"check", "web", "--deploy", " "}) ==
        "canarygate: --deploy ' ': give a command for /bin/sh");
  CHECK(refusal({"check", "web", "--deploy", ""}) ==
        "canarygate: --deploy '': give a command for /bin/sh");
  CHECK(refusal({"check", "web", "--deploy", "true", "--observe", "5"}) ==
        "canarygate: --observe '5': expected a duration like 90s, 10m or 1h30m");
}

TEST_CASE("a variable with two values for a flag that takes one is refused by name") {
  CHECK(refusal({"check", "web"}, {{"CANARYGATE_TIMEOUT", "1m\n2m"}}) ==
        "canarygate: CANARYGATE_TIMEOUT '1m\\x0A2m': expected a duration like 90s, 10m or 1h30m");
}

TEST_CASE("a missing name, an unknown flag and an unknown command are usage errors") {
  CHECK(refusal({"check"}).find("NAME is required") != std::string::npos);
  CHECK(refusal({"check", "web", "--sotf-fail"}).find("--sotf-fail") != std::string::npos);
  CHECK(refusal({"chekc", "web"}) == "canarygate: unknown command 'chekc'; did you mean 'check'?");
  CHECK(
      refusal({"deploy"}) ==
      "canarygate: unknown command 'deploy'; there are check, validate, explain, hosts, backtest, "
      "compare, judge, history, promote, import, init, doctor, schema, migrate, completion and "
      "version");
  CHECK(refusal({}).find("canarygate check NAME") != std::string::npos);
  CHECK(refusal({"explain", "a", "b"}) == "canarygate: explain takes one check, not 2");
}

TEST_CASE("each flag of history reaches its option") {
  using Action = HistoryOptions::Action;
  Options o = options({"history", "list", "--check", "web", "--since", "30d", "--limit", "5"});
  CHECK(o.command == Options::Command::history);
  CHECK(o.history.action == Action::list);
  CHECK(o.history.check == "web");
  CHECK(o.history.ago == std::chrono::days(30));
  CHECK(o.history.limit == 5);
  o = options({"history", "mark", "17", "right", "--note", " yes "});
  CHECK(o.history.action == Action::mark);
  CHECK(o.history.id == "17");
  CHECK(o.history.mark == "right");
  CHECK(o.history.note == "yes");
  o = options({"history", "stats", "--html", "x.html"}, {{"CANARYGATE_SINCE", "1795212778"}});
  CHECK(o.history.html == "x.html");
  CHECK(o.history.since == parse_time("1795212778"));
  CHECK(options({"history", "prune", "--older-than", "7d"}).history.older_than ==
        std::chrono::days(7));
  CHECK(options({"history", "export", "--env", "us"}).environment == "us");
  CHECK(options({"check", "web", "--no-history"}).no_history);
}

TEST_CASE("what is wrong in history's flags is said with what was expected") {
  CHECK(refusal({"history"}) ==
        "canarygate: history what? There are list, show, stats, mark, prune and export");
  CHECK(refusal({"history", "lst"}) ==
        "canarygate: unknown action of history 'lst'; did you mean 'list'?");
  CHECK(
      refusal({"history", "drop"}) ==
      "canarygate: unknown action of history 'drop'; there are list, show, stats, mark, prune and "
      "export");
  CHECK(refusal({"history", "mark", "1", "good"}) ==
        "canarygate: MARK 'good': expected right, wrong or none");
  CHECK(refusal({"history", "list", "--limit", "-1"}) ==
        "canarygate: --limit '-1': expected a whole number of at least 0");
  CHECK(refusal({"history", "list"}, {{"CANARYGATE_SINCE", "monday"}}) ==
        "canarygate: CANARYGATE_SINCE 'monday': expected a duration like 30d, or a time like "
        "2026-11-20T14:03:20Z");
  CHECK(refusal({"history", "prune", "--older-than", "7"}) ==
        "canarygate: --older-than '7': expected a duration like 365d");
  CHECK(refusal({"promote", "a", "b"}) == "canarygate: promote takes one check, not 2");
}

TEST_CASE("several checks are named in their order and each once, or all are asked for") {
  CHECK(options({"check", "b", "a", "b"}).names == std::vector<std::string>{"b", "a"});
  CHECK_FALSE(options({"check", "a"}).all);
  const Options all = options({"check", "--all", "--fail-fast"});
  CHECK(all.all);
  CHECK(all.fail_fast);
  CHECK(all.names.empty());
  CHECK(refusal({"check", "--all", "web"}) ==
        "canarygate: --all with 'web': name the checks, or run them all");
  CHECK(refusal({"check"}) == "canarygate: NAME is required: which checks? --all runs them all");
}

TEST_CASE("a variable that asks for all checks gives way to checks that are named") {
  CHECK(options({"check"}, {{"CANARYGATE_ALL", "1"}}).all);
  const Options named = options({"check", "web"}, {{"CANARYGATE_ALL", "1"}});
  CHECK_FALSE(named.all);
  CHECK(named.names == std::vector<std::string>{"web"});
}

TEST_CASE("a check's name may follow a flag that can be repeated") {
  for (const char* flag : {"--only", "--canary", "--baseline"}) {
    const Options o = options({"check", flag, "a", "web"});
    CHECK(o.names == std::vector<std::string>{"web"});
  }
  CHECK(options({"check", "--var", "a=b", "web"}).vars.at("a") == "b");
  CHECK(options({"check", "--report", "json=x", "web"}).reports.size() == 1);
  CHECK(options({"check", "--only", "a", "--only", "b", "web"}).only.size() == 2);
}

TEST_CASE("an evidence file is written by check and read by judge, with names and settings") {
  CHECK(options({"check", "web", "--evidence", "e.gz"}).evidence == "e.gz");
  CHECK(options({"check", "web"}, {{"CANARYGATE_EVIDENCE", "v.gz"}}).evidence == "v.gz");
  CHECK_FALSE(options({"check", "web"}).evidence);
  const Options judge = options({"judge", "web", "web", "--set", "a.allow=5%", "--set", "b=c=d"});
  CHECK(judge.command == Options::Command::judge);
  CHECK(judge.names == std::vector<std::string>{"web", "web"});
  CHECK(judge.settings == std::vector<std::string>{"a.allow=5%", "b=c=d"});
  CHECK(refusal({"judge"}) == "canarygate: FILE is required");
}

TEST_CASE("a command's help begins with how it is really called") {
  const auto parsed = parse({"check", "--help"});
  const auto& text = std::get<EarlyExit>(parsed).text;
  CHECK(text.find("Usage: canarygate check [OPTIONS] [NAME...]") != std::string::npos);
}

TEST_CASE("help and version are answers, not errors") {
  for (const Arguments& arguments :
       {Arguments{"--help"}, Arguments{"check", "--help"}, Arguments{"--version"}}) {
    const auto parsed = parse(arguments);
    const auto* early = std::get_if<EarlyExit>(&parsed);
    REQUIRE(early != nullptr);
    CHECK(early->code == 0);
    CHECK_FALSE(early->text.empty());
  }
}

}  // namespace canarygate::test
