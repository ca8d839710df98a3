#include "checks/definition/load.h"

#include <doctest/doctest.h>

#include "checks/text.h"
#include "tests/definition/support.h"
#include "tests/support/folder.h"

namespace canarygate {

using test::kBackend;
using test::kSmallCheck;
using test::TemporaryRoot;

namespace {

std::string whole_check() {
  return test::read_text(
      (test::tests_folder() / "data/definitions/check-every-key.good.yaml").string());
}

ConfigRoot opened(const TemporaryRoot& root) {
  auto opened = open_root(root.folder());
  REQUIRE(opened);
  return *opened;
}

std::string why_not(const TemporaryRoot& root, const std::string& check,
                    const std::optional<std::string>& environment = std::nullopt) {
  const auto loaded = load_check(opened(root), check, environment);
  return loaded ? "" : join(root.lines(loaded.error()), "\n");
}

}  // namespace

TEST_CASE("every key of a check arrives where it belongs") {
  const TemporaryRoot root(std::string("version: 1\n") + kBackend);
  root.write("checks/web.yaml", whole_check());
  const auto loaded = load_check(opened(root), "web", std::nullopt);
  REQUIRE(loaded);
  const CheckDefinition& check = loaded->check;
  CHECK(check.name == "web");
  CHECK(check.description == "Background task processing\nof the web monolith\n");
  CHECK(check.owner == "team-web");
  CHECK(check.runbook == "https://wiki.example.com/web-bg-tasks");
  CHECK(check.tags == std::vector<std::string>{"defaults", "2024"});
  CHECK(check.vars ==
        std::map<std::string, std::string>{{"tier", "web"}, {"shard", "3"}, {"debug", "false"}});
  CHECK(check.canary.kind == GroupSpec::Kind::source);
  CHECK(check.canary.source == "consul");
  CHECK(check.canary.selection.get<std::string>("service") == "web-{{tier}}");
  CHECK(check.canary.selection.get<std::vector<std::string>>("any_tags") ==
        std::vector<std::string>{"a", "b"});
  CHECK(check.canary.selection.get<bool>("passing", true) == false);
  CHECK(check.baseline.selection.get<bool>("stale") == true);
  CHECK(check.expect.hosts == 2);
  CHECK(check.expect.wait == std::chrono::minutes(3));
  CHECK(check.expect.label.at("version") == "{{version}}");
  CHECK(check.window.duration == std::chrono::minutes(5));
  CHECK(check.judge.false_alarms == doctest::Approx(0.01));
  CHECK(check.judge.reference == std::chrono::minutes(20));
  CHECK(check.judge.min_coverage == doctest::Approx(0.6));
  CHECK(check.mode == Mode::soft);
  CHECK(check.on_no_data == Policy::pass);
  CHECK(check.on_undecided == Policy::error);
  REQUIRE(check.traffic);
  CHECK(check.traffic->min == 200);
  CHECK(check.traffic->min_share.value() == doctest::Approx(0.2));
  REQUIRE(check.metrics.size() == 5);
  CHECK(check.metrics[0].worse == Worse::higher);
  CHECK(check.metrics[0].allow == doctest::Approx(0.1));
  CHECK(check.metrics[1].counts());
  CHECK(check.metrics[1].min_traffic == 200);
  CHECK(check.metrics[1].pseudo_count == 10);
  const MetricSpec& latency = check.metrics[2];
  REQUIRE(latency.limit);
  CHECK(latency.limit->max == 2000);  // 2s, and the metric is in ms
  CHECK(latency.limit->min == 0);
  CHECK(latency.limit->run->bad == 3);
  CHECK(latency.limit->run->of == 5);
  CHECK(latency.limit->per == Limit::Per::host);
  CHECK(latency.summary == "p90");
  CHECK(latency.critical);
  CHECK(latency.settle == std::chrono::seconds(15));
  CHECK(latency.links.size() == 1);
  const MetricSpec& depth = check.metrics[3];
  CHECK(depth.scale == Scale::difference);
  CHECK_FALSE(depth.allow_is_percent);
  CHECK(depth.allow == 5.5);
  CHECK(depth.judge->method == JudgeMethod::threshold);
  const MetricSpec& garbage = check.metrics[4];
  CHECK(garbage.weight == 50);
  CHECK(garbage.groups == std::vector<std::string>{"runtime"});
  CHECK(garbage.judge->method == JudgeMethod::kayenta);
  const KayentaSettings& kayenta = garbage.judge->kayenta;
  CHECK(kayenta.direction == KayentaSettings::Direction::either);
  CHECK(kayenta.outliers == KayentaSettings::Outliers::remove);
  CHECK(kayenta.outlier_factor == 3);
  CHECK(kayenta.allowed_increase == 1.1);
  CHECK(kayenta.allowed_decrease == 0.9);
  CHECK(kayenta.critical_increase == 2.0);
  CHECK(kayenta.critical_decrease == 0.5);
  REQUIRE(check.score);
  CHECK(check.score->pass == 95);
  CHECK(check.score->marginal == 75);
  CHECK(check.score->weights == std::map<std::string, double>{{"runtime", 10}});
}

TEST_CASE("a metric's effect_size replaces the check's, and its other keys only add to it") {
  const TemporaryRoot root(std::string("version: 1\n") + kBackend);
  root.write("checks/web.yaml",
             "version: 1\ncheck: web\ncanary: {hosts: [a]}\nbaseline: {hosts: [b]}\n"
             "judge: {method: kayenta, nan: replace, effect_size: {measure: cles, "
             "allowed_increase: 0.8, allowed_decrease: 0.2}}\n"
             "metrics:\n"
             "  - {name: a, query: a, judge: {must_have_data: true}}\n"
             "  - {name: b, query: b, judge: {effect_size: {allowed_decrease: 0.9}}}\n");
  const auto loaded = load_check(opened(root), "web", std::nullopt);
  REQUIRE(loaded);
  const KayentaSettings& a = loaded->check.metrics[0].judge->kayenta;
  CHECK(a.nan == KayentaSettings::Nan::replace);
  CHECK(a.must_have_data);
  CHECK(a.measure == KayentaSettings::Measure::cles);
  CHECK(a.allowed_increase == 0.8);
  const KayentaSettings& b = loaded->check.metrics[1].judge->kayenta;
  CHECK(b.nan == KayentaSettings::Nan::replace);
  CHECK(b.measure == KayentaSettings::Measure::mean_ratio);
  CHECK_FALSE(b.allowed_increase.has_value());
  CHECK(b.allowed_decrease == 0.9);
}

TEST_CASE("a bar below the usual marginal takes that down with it") {
  const TemporaryRoot root(std::string("version: 1\n") + kBackend);
  root.write("checks/web.yaml", std::string(kSmallCheck) + "score: {pass: 60}\n");
  const auto loaded = load_check(opened(root), "web", std::nullopt);
  REQUIRE(loaded);
  CHECK(loaded->check.score->pass == 60);
  CHECK(loaded->check.score->marginal == 60);
}

TEST_CASE("a metric's judge changes what it names and keeps the rest of the check's") {
  const TemporaryRoot root(std::string("version: 1\n") + kBackend);
  root.write("checks/web.yaml", whole_check());
  const auto loaded = load_check(opened(root), "web", std::nullopt);
  REQUIRE(loaded);
  const JudgeSettings& judge = loaded->check.metrics[2].judge.value();
  CHECK(judge.detect == doctest::Approx(0.5));
  CHECK(judge.placebos == 2000);
  CHECK(judge.reference == std::chrono::minutes(20));
}

TEST_CASE("looks that nobody wrote are at most as many as the points") {
  const TemporaryRoot root(std::string("version: 1\n") + kBackend);
  root.write("checks/web.yaml", std::string(kSmallCheck) + "window: {duration: 45s, step: 15s}\n");
  CHECK(load_check(opened(root), "web", std::nullopt).value().check.judge.looks == 3);
}

TEST_CASE("an environment overrides a check key by key and its metrics by name") {
  const TemporaryRoot root;
  root.write("checks/web.yaml", whole_check());
  root.write("environments/prod.yaml",
             std::string("version: 1\nenvironment: prod\n") + kBackend +
                 "vars: {region: us}\n"
                 "overrides:\n"
                 "  web:\n"
                 "    mode: hard\n"
                 "    judge: {looks: 4}\n"
                 "    window: {duration: 10m}\n"
                 "    canary: {hosts: [web-1]}\n"
                 "    baseline: {consul: {not_tags: [other]}}\n"
                 "    metrics: {p99 latency: {limit: {max: 3s}, judge: threshold}}\n");
  const auto loaded = load_check(opened(root), "web", "prod");
  REQUIRE_MESSAGE(loaded, why_not(root, "web", "prod"));
  const CheckDefinition& check = loaded->check;
  CHECK(loaded->environment.name == "prod");
  CHECK(loaded->environment.vars.at("region") == "us");
  CHECK(check.mode == Mode::hard);
  CHECK(check.window.duration == std::chrono::minutes(10));
  CHECK(check.window.step == std::chrono::seconds(15));
  CHECK(check.judge.looks == 4);
  CHECK(check.judge.placebos == 2000);
  CHECK(check.canary.source == "hosts");
  CHECK(check.baseline.selection.get<std::string>("service") == "web");
  REQUIRE(check.metrics.size() == 5);
  CHECK(check.metrics[2].limit->max == 3000);
  CHECK(check.metrics[2].limit->run->of == 5);
  CHECK(check.metrics[2].judge->method == JudgeMethod::threshold);
  CHECK(check.metrics[2].judge->detect == doctest::Approx(0.5));
}

TEST_CASE("what only an override makes wrong is said with the environment's name") {
  const TemporaryRoot root;
  root.write("checks/web.yaml", kSmallCheck);
  root.write("environments/prod.yaml", std::string("version: 1\nenvironment: prod\n") + kBackend +
                                           "overrides: {web: {judge: threshold}}\n");
  const std::string expected =
      "checks/web.yaml:6:5: judge threshold looks at limits only; add 'limit' to this metric (with "
      "the overrides of environment 'prod')";
  CHECK(why_not(root, "web", "prod") == expected);
  CHECK(root.problems() == std::vector<std::string>{expected});
}

TEST_CASE("the environment is the one asked for, else the root's, else the root itself") {
  const TemporaryRoot root(std::string("version: 1\nenvironment: a\n") + kBackend);
  root.write("checks/web.yaml", kSmallCheck);
  root.write("environments/a.yaml", std::string("version: 1\nenvironment: a\n") + kBackend);
  root.write("environments/b.yaml", std::string("version: 1\nenvironment: b\n") + kBackend);
  CHECK(load_check(opened(root), "web", "b").value().environment.name == "b");
  CHECK(load_check(opened(root), "web", std::nullopt).value().environment.name == "a");
  root.write("canarygate.yaml", std::string("version: 1\n") + kBackend);
  const auto bare = load_check(opened(root), "web", std::nullopt);
  CHECK(bare.value().environment.name.empty());
  CHECK(bare.value().environment.backends.contains("default"));
}

TEST_CASE("a path is relative to the file that names it, and made absolute") {
  const TemporaryRoot root("version: 1\nreports: [json=out/r.json, text=-, junit=/tmp/j.xml]\n");
  root.write("environments/a.yaml",
             "version: 1\nenvironment: a\nbackends: {default: {type: file, path: ../d.csv}}\n"
             "overrides: {web: {canary: {file_sd: {path: t.json, labels: {x: y}}}}}\n");
  root.write("checks/web.yaml", std::string("version: 1\ncheck: web\n") +
                                    "canary: {file_sd: {path: ../hosts/h.json}}\n"
                                    "baseline: {hosts: [a]}\n"
                                    "metrics: [{name: m, query: q}]\n");
  const std::string folder = root.folder().string();
  const auto opened_root = opened(root);
  CHECK(opened_root.reports ==
        std::vector<std::string>{"json=" + folder + "/out/r.json", "text=-", "junit=/tmp/j.xml"});
  const auto loaded = load_check(opened_root, "web", "a");
  REQUIRE_MESSAGE(loaded, why_not(root, "web", "a"));
  CHECK(loaded->environment.backends.at("default").config.get<std::string>("path") ==
        folder + "/d.csv");
  CHECK(loaded->check.canary.selection.get<std::string>("path") == folder + "/environments/t.json");
}

TEST_CASE("a check or environment that is not there is named with those that are") {
  const TemporaryRoot root(std::string("version: 1\n") + kBackend);
  CHECK(why_not(root, "web") == "checks: no check 'web'; there is no file in checks/ yet");
  root.write("checks/web.yaml", kSmallCheck);
  root.write("checks/old.yml", kSmallCheck);
  CHECK(why_not(root, "wbe") == "checks: no check 'wbe'; did you mean 'web'?");
  CHECK(why_not(root, "zzzz") == "checks: no check 'zzzz'; there is web");
  CHECK(why_not(root, "old") == "checks: 'old.yml' is not read; rename it to old.yaml");
  CHECK(why_not(root, "../web") == "checks: no check '../web'; there is web");
  CHECK(why_not(root, "web", "prod") ==
        "environments: no environment 'prod'; there is no file in environments/ yet");
}

TEST_CASE("a backend or connection that the environment lacks is a problem of the check there") {
  const TemporaryRoot root;
  root.write("checks/web.yaml",
             "version: 1\ncheck: web\ncanary: {prometheus_targets: {job: web, labels: {a: b}}}\n"
             "baseline: {rest: true}\nmetrics:\n  - {name: m, query: q, backend: dd}\n");
  root.write("environments/prod.yaml", std::string("version: 1\nenvironment: prod\n") + kBackend);
  CHECK(why_not(root, "web", "prod") ==
        "checks/web.yaml:3:9: environment 'prod' has no connection for source "
        "'prometheus_targets'; add `discovery: {prometheus_targets: …}` to it\n"
        "checks/web.yaml:6:34: environment 'prod' has no backend 'dd'; it has default");
}

TEST_CASE("the root is found from any folder below it") {
  const TemporaryRoot root;
  root.write("a/b/c.txt", "");
  const auto found = find_root(root.folder() / "a" / "b");
  REQUIRE(found);
  CHECK(std::filesystem::equivalent(found->folder, root.folder()));
}

TEST_CASE("without a root the message says how to make one") {
  const auto found = find_root("/");
  REQUIRE_FALSE(found);
  REQUIRE(found.error().size() == 1);
  CHECK(found.error()[0].str() ==
        "/: no canarygate.yaml here or in any folder above; write one with the line `version: 1` "
        "next to your checks/ folder, or say where it is with --config DIR");
  CHECK(open_root("/nowhere").error()[0].str() ==
        "/nowhere/canarygate.yaml: there is no such file; write one with the line `version: 1` in "
        "the folder that --config names");
}

TEST_CASE("a misnamed root file is told how to be called") {
  const TemporaryRoot root;
  std::filesystem::rename(root.folder() / "canarygate.yaml", root.folder() / "canarygate.yml");
  const auto found = find_root(root.folder());
  REQUIRE_FALSE(found);
  CHECK(root.lines(found.error()) ==
        std::vector<std::string>{"canarygate.yaml: there is no such file, but a canarygate.yml; "
                                 "rename it to canarygate.yaml"});
}

namespace {

std::string check_with_tags(const std::string& name, const std::string& tags) {
  std::string text = kSmallCheck;
  const std::string own = "check: web";
  text.replace(text.find(own), own.size(), "check: " + name + "\ntags: [" + tags + "]");
  return text;
}

/// Four checks, and an environment with `checks`.
std::string chosen_by(const std::string& checks) {
  const TemporaryRoot root("version: 1\n");
  root.write("checks/web.yaml", check_with_tags("web", "defaults, front"));
  root.write("checks/api.yaml", check_with_tags("api", "defaults"));
  root.write("checks/jobs.yaml", check_with_tags("jobs", "nightly"));
  root.write("checks/odd.yaml", check_with_tags("odd", ""));
  root.write("environments/live.yaml",
             std::string("version: 1\nenvironment: live\n") + kBackend + checks);
  const auto names = checks_of(opened(root), "live");
  return names ? join(*names, " ") : join(root.lines(names.error()), "\n");
}

}  // namespace

TEST_CASE("an environment pulls in checks by name and by tag, each once, or all of them") {
  CHECK(chosen_by("checks: [defaults]\n") == "api web");
  CHECK(chosen_by("checks: [jobs, defaults, web]\n") == "api jobs web");
  CHECK(chosen_by("") == "api jobs odd web");
}

TEST_CASE("what is neither a check nor a tag is refused with the nearest") {
  CHECK(chosen_by("checks: [defualts, jbos]\n") ==
        "environments/live.yaml:4:10: no check and no check's tag is called 'defualts'; did you "
        "mean 'defaults'?\n"
        "environments/live.yaml:4:20: no check and no check's tag is called 'jbos'; did you mean "
        "'jobs'?");
  CHECK(chosen_by("checks: [everything]\n") ==
        "environments/live.yaml:4:10: no check and no check's tag is called 'everything'; there is "
        "api, defaults, front, jobs, nightly, odd and web");
  CHECK(chosen_by("checks: []\n").find("environments/live.yaml:4:9: ") == 0);
}

TEST_CASE("a root without any check has none to run") {
  const TemporaryRoot root(std::string("version: 1\n") + kBackend);
  const auto names = checks_of(opened(root), std::nullopt);
  REQUIRE_FALSE(names);
  CHECK(join(root.lines(names.error()), "\n") ==
        "checks: there is no check here; write one as checks/NAME.yaml");
}

}  // namespace canarygate
