"""INTERFACE: flags and variables of `canarygate check`, what goes to stdout and what to stderr."""
import json
import os
import re

import pytest

import fleet
from support import check, environment, no_control_characters, run, valid_json

AT = ("--deployed-at", str(fleet.DEPLOYED_AT))


@pytest.fixture
def good(root):
    fleet.write(root)
    return root


@pytest.fixture
def bad(root):
    fleet.write(root, {"latency": fleet.after_deploy(3)})
    return root


def same_but_for_the_run(one, other):
    for report in (one, other):
        for key in ("run_id", "started_at", "finished_at", "timings"):
            report.pop(key)
    return one == other


# ---- time

def test_now_alone_means_a_deploy_one_window_ago(good):
    answer = check(good, "web", "--now", str(fleet.END))
    assert answer.code == 0, answer
    assert answer.json["deployed_at"] == "2024-10-15T12:00:00Z"
    assert answer.json["window"]["start"] == "2024-10-15T12:00:20Z"
    assert answer.json["window"]["end"] == "2024-10-15T12:02:00Z"


def test_nothing_after_now_is_read(bad):
    """The canary turns bad in the second half of the window: before that nobody can know."""
    fleet.write(bad, {"latency": lambda host, time:
                      3 if host in fleet.CANARY and time > fleet.START + 50 else 1})
    early = check(bad, "web", *AT, "--now", str(fleet.START + 40))
    assert (early.code, early.json["verdict"]) == (1, "undecided"), early
    assert "window_incomplete" in early.codes()
    assert check(bad, "web", *AT).json["verdict"] == "fail"


def test_an_unfinished_window_may_fail(bad):
    answer = check(bad, "web", *AT, "--now", str(fleet.END - 30))
    assert (answer.code, answer.json["verdict"]) == (1, "fail"), answer


def test_times_may_be_rfc_3339_or_unix_seconds(good):
    one = check(good, "web", "--deployed-at", "2024-10-15T14:00:00+02:00").json
    assert same_but_for_the_run(one, check(good, "web", *AT).json)


def test_no_wait_judges_what_is_there_at_once(good):
    answer = check(good, "web", "--no-wait")
    assert answer.code == 1, answer
    assert answer.json["verdict"] in ("undecided", "no_data"), answer


def test_a_timeout_shorter_than_the_window_needs_is_a_usage_error(good):
    answer = run("check", "web", "--config", good, "--timeout", "1m")
    assert answer.code == 2, answer
    assert "--timeout 1m" in answer.out + answer.err and "at least" in answer.out + answer.err


def test_a_deploy_in_the_future_is_a_usage_error(good):
    answer = run("check", "web", "--config", good, "--deployed-at", "2024-10-15T12:00:00Z",
                 "--now", "2024-10-15T11:59:59Z")
    assert answer.code == 2, answer
    assert "in the future" in answer.out + answer.err


# ---- what is judged

def test_only_judges_the_named_metric(bad):
    answer = check(bad, "web", *AT, "--only", "errors")
    assert answer.code == 0, answer
    assert [metric["name"] for metric in answer.json["metrics"]] == ["errors"]


def test_an_unknown_metric_in_only_is_answered_with_those_there_are(bad):
    answer = run("check", "web", "--config", bad, *AT, "--only", "latencies")
    assert answer.code == 2, answer
    assert "latency" in answer.out + answer.err and "errors" in answer.out + answer.err


def test_hosts_by_flag_replace_discovery(bad):
    answer = check(bad, "web", *AT, "--canary", "web-3,web-4", "--baseline", "web-5,web-6,web-7,web-8")
    assert answer.code == 0, answer
    assert answer.json["hosts"]["canary"] == ["web-3", "web-4"]
    assert answer.json["hosts"]["baseline"] == ["web-5", "web-6", "web-7", "web-8"]


def test_variables_fill_in_queries_and_flags_win_over_files(good):
    text = fleet.CHECK + "vars: {which: no-such}\n" + fleet.METRICS.replace("query: latency",
                                                                            "query: '{{which}}'")
    fleet.write(good, check=text)
    assert check(good, "web", *AT).code == 2
    by_variable = environment(CANARYGATE_VAR_WHICH="latency")
    assert check(good, "web", *AT, env=by_variable).code == 0
    by_flag = check(good, "web", *AT, "--var", "which=latency",
                    env=environment(CANARYGATE_VAR_WHICH="no-such"))
    assert by_flag.code == 0, by_flag
    assert by_flag.metric("latency")["queries"] == [{"backend": "default", "query": "latency"}]


def test_the_same_input_gives_the_same_report_and_a_seed_is_recorded(good):
    one = check(good, "web", *AT).json
    assert same_but_for_the_run(one, check(good, "web", *AT).json)
    answer = check(good, "web", *AT, "--seed", "7")
    assert str(answer.json["seed"]) == "7" and answer.code == 0


# ---- soft mode and override

def test_soft_fail_warns_and_says_what_hard_mode_would_have_done(bad):
    answer = check(bad, "web", *AT, "--soft-fail")
    assert answer.code == 0
    assert answer.json["soft_fail"] is True and answer.json["hard_exit_code"] == 1
    assert answer.out.startswith("WARNING, NOT STOPPED"), answer


def test_an_override_stands_in_every_report(bad):
    answer = check(bad, "web", *AT, "--override", "rollback is worse, #4711",
                   env=environment(CI="true", GITLAB_CI="true", GITLAB_USER_LOGIN="ada"))
    assert answer.code == 0
    assert "rollback is worse, #4711" in json.dumps(answer.json["override"])
    assert "rollback is worse, #4711" in answer.out
    assert answer.junit.xpath("//property[@name='override'][@value='rollback is worse, #4711']")
    assert "ada" in answer.out, answer


def test_an_override_of_a_good_canary_is_a_pass(good):
    answer = check(good, "web", *AT, "--override", "just in case")
    assert (answer.code, answer.json["verdict"]) == (0, "pass")


# ---- variables for flags

def test_every_flag_has_its_variable_and_the_flag_wins(bad):
    variables = environment(CANARYGATE_CONFIG=str(bad), CANARYGATE_DEPLOYED_AT=str(fleet.DEPLOYED_AT),
                            CANARYGATE_SOFT_FAIL="1")
    assert run("check", "web", env=variables).code == 0
    assert run("check", "web", "--soft-fail=false", env=variables).code == 1
    assert run("check", "web", env={**variables, "CANARYGATE_SOFT_FAIL": "0"}).code == 1
    assert run("check", "web", env={**variables, "CANARYGATE_SOFT_FAIL": ""}).code == 1
    assert run("check", "web", env={**variables, "CANARYGATE_ONLY": "errors",
                                    "CANARYGATE_SOFT_FAIL": ""}).code == 0


def test_a_repeatable_flags_variable_holds_one_value_a_line(good):
    folder = good.folder / "out"
    variables = environment(CANARYGATE_REPORT=f"json={folder}/a.json\njunit={folder}/a.xml")
    assert run("check", "web", "--config", good, *AT, env=variables).code == 0
    assert {path.name for path in folder.iterdir()} == {"a.json", "a.xml"}


def test_a_bad_boolean_variable_is_a_usage_error_that_names_it(good):
    answer = run("check", "web", "--config", good, *AT, env=environment(CANARYGATE_SOFT_FAIL="maybe"))
    assert answer.code == 2
    assert "CANARYGATE_SOFT_FAIL=maybe" in answer.err


# ---- the config root

def test_the_config_root_is_found_by_walking_up(good):
    deep = good.folder / "a" / "b"
    deep.mkdir(parents=True)
    assert run("check", "web", *AT, cwd=deep).code == 0


def test_an_unknown_check_is_answered_with_those_there_are(good):
    answer = run("check", "wbe", "--config", good, *AT)
    assert answer.code == 2
    assert "'web'" in answer.err or "web" in answer.err, answer


def test_a_check_is_a_name_and_never_a_path(good):
    answer = run("check", "../checks/web", "--config", good, *AT)
    assert answer.code == 2, answer


def test_outside_of_any_config_root_it_says_where_it_looked(tmp_path):
    answer = run("check", "web", cwd=tmp_path)
    assert answer.code == 2
    assert "canarygate.yaml" in answer.err


# ---- what is printed where

def test_the_verdict_is_on_stdout_and_progress_on_stderr(good):
    answer = run("check", "web", "--config", good, *AT)
    assert "PASS" in answer.out.splitlines()[0], answer
    assert "canary: web-1 and web-2" in answer.err
    assert "canary: web-1 and web-2" not in answer.out
    assert no_control_characters(answer.out + answer.err)


def test_quiet_says_nothing_on_stderr(good):
    answer = run("check", "web", "--config", good, *AT, "-q")
    assert answer.err == "" and "PASS" in answer.out


@pytest.mark.parametrize("form", ["json", "json=-"])
def test_a_report_on_stdout_has_it_to_itself(bad, form, tmp_path):
    answer = run("check", "web", "--config", bad, *AT, "--report", form)
    assert answer.code == 1
    (tmp_path / "gate.json").write_text(answer.out)
    assert valid_json(tmp_path / "gate.json")["verdict"] == "fail"
    assert "STOPPED" in answer.err and "runbook" not in answer.out


def test_colour_only_when_asked_for(bad):
    plain = run("check", "web", "--config", bad, *AT)
    coloured = run("check", "web", "--config", bad, *AT, "--color", "always")
    assert "\x1b[" not in plain.out and "\x1b[" in coloured.out
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured.out).splitlines()[0] == plain.out.splitlines()[0]


def test_reports_make_their_folders_and_leave_nothing_half_written(good):
    target = good.folder / "deep" / "er" / "gate.json"
    assert run("check", "web", "--config", good, *AT, "--report", f"json={target}").code == 0
    valid_json(target)
    assert os.listdir(target.parent) == ["gate.json"]


def test_reports_are_written_for_a_bad_definition_too(good):
    good.check("canary: none\n")
    answer = check(good, "web", *AT)
    assert (answer.code, answer.json["verdict"]) == (2, "trouble")
    assert answer.junit.get("errors") == "1"


def test_reports_of_the_root_file_are_used_when_none_is_asked_for(good):
    good.write("canarygate.yaml", "version: 1\nenvironment: test\nreports: [json=out/gate.json]\n")
    assert run("check", "web", "--config", good, *AT).code == 0
    valid_json(good.folder / "out" / "gate.json")


def test_the_command_that_is_printed_runs_the_gate_again(bad):
    answer = run("check", "web", "--config", bad, *AT)
    line = next(line for line in answer.out.splitlines() if "run it again" in line)
    again = run(*line.split("canarygate ", 1)[1].split())
    assert again.code == 1
    assert again.out.splitlines()[:-1] == answer.out.splitlines()[:-1]


def test_run_again_means_the_same_deploy_though_the_definition_is_wrong(good):
    good.check(fleet.CHECK + fleet.METRICS.replace("higher", "hihger"))
    answer = run("check", "web", "--config", good, "--deployed-at", "2024-10-15T12:00:00Z")
    assert answer.code == 2, answer
    assert re.search(r"run it again .*--deployed-at 2024-10-15T12:00:00Z$", answer.out, re.M), answer
    words = " ".join(answer.out.split())  # wherever its lines were wrapped
    assert words.count("unknown direction 'hihger'") == 2, answer  # two metrics


def test_hosts_says_which_numbers_it_looked_at_and_what_is_missing(good):
    answer = run("hosts", "web", "--config", good, *AT, "--canary", "web-1,wbe-2")
    assert answer.code == 0, answer
    assert "web in test: series from 2024-10-15T12:00:20Z to 2024-10-15T12:02:00Z" in answer.out
    assert re.search(r"^  web-1  series of the same name$", answer.out, re.M), answer
    assert re.search(r"^  wbe-2  no series", answer.out, re.M), answer
    assert "7 of 8 hosts have a series." in answer.out, answer
    assert "Every host has its series." in run("hosts", "web", "--config", good, *AT).out
    assert "No host has a series in that time." in run("hosts", "web", "--config", good).out


def test_hosts_claims_nothing_of_series_that_could_not_be_asked_for(good):
    good.environment("backends: {default: {type: file, path: ../nowhere.csv}}\n")
    answer = run("hosts", "web", "--config", good, *AT)
    assert answer.code == 2 and "nowhere.csv" in answer.err, answer
    assert re.search(r"^  web-1$", answer.out, re.M) and "no series" not in answer.out, answer


def test_explain_names_limits_and_what_each_query_is(good):
    good.check(fleet.CHECK + fleet.METRICS.replace(
        "unit: s,", "unit: s, limit: {max: 2s, for: 3 of 5, per: host},"))
    answer = run("explain", "web", "--config", good, *AT)
    assert answer.code == 0, answer
    for words in ("limit: at most 2 s, broken by 3 of 5 points, each canary host by itself",
                  "query (default): latency", "errors (default): errors",
                  "total (default): requests", "would catch a rise of",
                  "stops a deploy about 1 time in 100",
                  "from 2024-10-15T12:00:20Z to 2024-10-15T12:02:00Z"):
        assert words in answer.out, (words, answer)


def test_help_lists_every_command_and_nothing_more():
    answer = run("--help")
    assert answer.code == 0
    listed = re.findall(r"^  ([a-z]+) {2,}", answer.out, re.M)
    assert listed == ["check", "validate", "explain", "hosts", "backtest", "compare", "judge", "history", "promote",
                      "import", "init", "doctor", "schema", "migrate", "completion", "version"], answer


def test_version():
    assert re.fullmatch(r"canarygate \d+\.\d+\.\d+\n", run("version").out)
    assert run("--version").out == run("version").out


# ---- what is wrong is said at once, and every report knows what it is about

def test_a_missing_variable_is_not_waited_for(good):
    fleet.write(good, check="expect: {wait: 1h, label: {version: '{{version}}'}}\n" + fleet.CHECK
                + fleet.METRICS)
    answer = check(good, "web", "--timeout", "2h")
    assert (answer.code, answer.codes()) == (2, ["definition"]), answer
    assert "waiting" not in answer.err


def test_hosts_are_not_waited_for_when_the_window_is_past(good):
    fleet.write(good, check="expect: {hosts: 3, wait: 1h}\n" + fleet.CHECK + fleet.METRICS)
    answer = check(good, "web", *AT, "--timeout", "2h")
    assert (answer.code, answer.codes()) == (2, ["expected_hosts"]), answer
    assert "waiting" not in answer.err


def test_a_value_that_cannot_be_a_metrics_name_is_refused_before_the_file_is_asked(good):
    fleet.write(good, check=fleet.CHECK + fleet.METRICS.replace("query: latency", "query: '{{which}}'"))
    answer = check(good, "web", *AT, "--var", "which=a b", "--soft-fail")
    assert (answer.code, answer.codes()) == (2, ["definition"]), answer


def test_the_report_of_a_bad_definition_names_environment_and_deploy(good):
    fleet.write(good, check="mode: sotf\n" + fleet.CHECK + fleet.METRICS)
    report = check(good, "web", *AT).json
    assert (report["verdict"], report["exit_code"]) == ("trouble", 2)
    assert report["environment"] == "test"
    assert report["deployed_at"] == "2024-10-15T12:00:00Z"


def test_every_report_says_what_the_process_returns_when_another_cannot_be_written(bad):
    bad.write("occupied", "")
    written = bad.folder / "gate.json"
    answer = run("check", "web", "--config", bad, *AT, "--soft-fail", "--report", f"json={written}",
                 "--report", f"junit={bad.folder}/occupied/gate.xml")
    assert answer.code == 2, answer
    report = valid_json(written)
    assert (report["exit_code"], report["hard_exit_code"]) == (2, 1)
