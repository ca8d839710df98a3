"""INTERFACE, several checks: run at the same time, each for itself, one document of each report."""
import collections
import signal
import time

import pytest

import fleet
from prometheus_server import PrometheusServer
from servers import counting
from support import environment, example_script, finish, read_reports, run, start

AT = ("--deployed-at", str(fleet.DEPLOYED_AT))
BAD = {"latency": fleet.after_deploy(3)}
ONE_METRIC = "metrics: [{{name: {0}, query: {0}, host_label: host, worse: higher}}]\n"
LATENCY = fleet.CHECK + ONE_METRIC.format("latency")
REQUESTS = fleet.CHECK + ONE_METRIC.format("requests")


@pytest.fixture
def three(root):
    """`slow` sees the canary's latency, which is bad; `busy` and `all` what is well."""
    fleet.write(root, BAD)
    root.check("tags: [defaults]\n" + LATENCY, "slow")
    root.check("tags: [defaults, traffic]\n" + REQUESTS, "busy")
    root.check(REQUESTS, "all")
    (root.folder / "checks/web.yaml").unlink()
    return root


def check(root, *arguments, env=None):
    folder = root.folder / "reports"
    answer = run("check", *arguments, "--config", root, "--report", f"json={folder / 'gate.json'}",
                 "--report", f"junit={folder / 'gate.xml'}", env=env)
    return read_reports(answer, folder)


def verdicts(answer):
    return {report["check"]: report["verdict"] for report in answer.json["checks"]}


def test_each_check_is_judged_for_itself_and_the_worst_exit_code_counts(three):
    answer = check(three, "slow", "busy", "all", *AT)
    assert answer.code == 1, answer
    assert verdicts(answer) == {"slow": "fail", "busy": "pass", "all": "pass"}
    assert [answer.json[key] for key in ("version", "verdict", "exit_code", "soft_fail")] == [1, "fail", 1, False]
    assert [report["exit_code"] for report in answer.json["checks"]] == [1, 0, 0]
    assert [suite.get("name") for suite in answer.junit] == [
        "canarygate.slow", "canarygate.busy", "canarygate.all"]
    assert answer.out.startswith("STOPPED: 2 of 3 checks passed\n"), answer
    assert "these checks together stop a deploy about 1 time in 33 at most.\n" in answer.out, answer
    assert "canarygate: busy: decided: pass\n" in answer.err


def test_the_check_is_judged_among_others_as_it_is_alone(three):
    together = check(three, "busy", "slow", *AT).json["checks"][1]
    alone = check(three, "slow", *AT).json
    for report in (together, alone):
        for key in ("run_id", "started_at", "finished_at", "timings"):
            report.pop(key)
    assert together == alone


def test_all_is_every_check_where_the_environment_does_not_say(three):
    assert verdicts(check(three, "--all", *AT)) == {"all": "pass", "busy": "pass", "slow": "fail"}


@pytest.mark.parametrize("wanted, found", [
    ("[defaults]", {"busy", "slow"}), ("[traffic, all]", {"all", "busy"}), ("[slow]", {"slow"})])
def test_all_is_what_the_environment_pulls_in(three, wanted, found):
    three.environment(fleet.FILE + f"checks: {wanted}\n")
    answer = check(three, env=environment(CANARYGATE_ALL="1",
                                          CANARYGATE_DEPLOYED_AT=str(fleet.DEPLOYED_AT)))
    assert set(verdicts(answer)) == found, answer


def test_an_unknown_word_in_checks_is_told_with_the_nearest(three):
    three.environment(fleet.FILE + "checks: [defualts]\n")
    expected = (f"{three}/environments/test.yaml:4:10: no check and no check's tag is called 'defualts'; "
                "did you mean 'defaults'?\n")
    assert run("validate", "--config", three).err == expected
    answer = check(three, "--all", *AT)
    assert answer.code == 2
    assert answer.err == expected
    assert verdicts(answer) == {"all": "trouble", "busy": "trouble", "slow": "trouble"}


def test_all_that_is_wrong_in_any_of_them_is_told_and_nobody_is_asked(three):
    three.check(LATENCY.replace("worse: higher", "worse: up"), "slow")
    three.check("mdoe: soft\n" + REQUESTS, "busy")
    answer = check(three, "slow", "busy", "all", *AT)
    assert answer.code == 2, answer
    assert answer.err == (
        f"{three}/checks/busy.yaml:3:1: unknown key 'mdoe'; did you mean 'mode'?\n"
        f"{three}/checks/slow.yaml:8:68: unknown direction 'up'; expected higher, lower or either\n")
    assert verdicts(answer) == {"slow": "trouble", "busy": "trouble", "all": "trouble"}
    assert [reason["text"] for reason in answer.json["checks"][2]["reasons"]] == [
        "nothing was asked, because another check of this run has a definition that is not valid"]


def test_soft_fail_and_override_hold_for_all(three):
    soft = check(three, "slow", "busy", *AT, "--soft-fail")
    assert (soft.code, soft.json["soft_fail"], soft.json["verdict"]) == (0, True, "fail"), soft
    overridden = check(three, "slow", "busy", *AT, "--override", "we know")
    assert overridden.code == 0, overridden
    assert all(report["override"]["reason"] == "we know" for report in overridden.json["checks"])


def test_a_soft_check_does_not_stop_the_deploy_and_a_hard_one_does(three):
    three.check("mode: soft\n" + LATENCY, "slow")
    answer = check(three, "slow", "busy", *AT)
    assert (answer.code, answer.json["verdict"]) == (0, "fail"), answer
    three.check(LATENCY, "hard")
    assert check(three, "slow", "hard", *AT).code == 1


def test_a_failure_weighs_more_than_trouble(three):
    three.check(REQUESTS.replace("query: requests", "query: requests, backend: gone"), "blind")
    three.environment("backends:\n  default: {type: file, path: ../data.csv}\n"
                      "  gone: {type: file, path: ../gone.csv}\n")
    assert check(three, "blind", "busy", *AT).code == 2
    answer = check(three, "blind", "busy", "slow", *AT)
    assert answer.code == 1, answer
    assert verdicts(answer) == {"blind": "trouble", "busy": "pass", "slow": "fail"}


def test_one_report_that_cannot_be_written_is_exit_2_and_the_others_say_so(three):
    three.write("file", "")
    answer = run("check", "busy", "all", *AT, "--config", three, "--report", f"json={three}/reports/gate.json",
                 "--report", f"junit={three}/reports/gate.xml", "--report", f"text={three}/file/x.txt")
    assert answer.code == 2
    assert read_reports(answer, three.folder / "reports").json["verdict"] == "pass"


def test_one_deploy_is_run_for_all_of_them(root):
    short = fleet.CHECK.replace("warmup: 20s, duration: 100s, step: 10s", "warmup: 0s, duration: 2s, step: 1s")
    fleet.write(root)
    for name in ("one", "two"):
        root.check(short + "on_no_data: pass\n" + ONE_METRIC.format("latency"), name)
    answer = check(root, "one", "two", "--deploy", f"echo deployed >> {root}/log")
    assert (root.folder / "log").read_text() == "deployed\n"
    assert answer.err.count("running the deploy command") == 1, answer
    one, two = answer.json["checks"]
    assert one["deployed_at"] == two["deployed_at"]


def test_a_deploy_that_fails_is_exit_2_for_all(three):
    answer = check(three, "slow", "busy", "--deploy", "exit 3", "--soft-fail")
    assert (answer.code, verdicts(answer)) == (2, {"slow": "trouble", "busy": "trouble"}), answer
    for report in answer.json["checks"]:
        assert [reason["code"] for reason in report["reasons"]] == ["deploy_failed"]


def test_a_signal_ends_all_of_them_with_their_reports(three):
    reports = three.folder / "reports"
    process = start("check", "slow", "busy", "--config", three, "--deployed-at", int(time.time()),
                    "--report", f"json={reports}/gate.json", "--report", f"junit={reports}/gate.xml")
    waiting = set()
    for line in process.stderr:
        if "waiting for" in line:
            waiting.add(line.split(": ")[1])
        if waiting == {"slow", "busy"}:
            break
    process.send_signal(signal.SIGTERM)
    answer = read_reports(finish(process), reports)
    assert answer.code == 143, answer
    for report in answer.json["checks"]:
        assert report["exit_code"] == 143
        assert "interrupted" in [reason["code"] for reason in report["reasons"]]


def test_with_fail_fast_nobody_waits_for_what_does_not_matter_any_more(three):
    """The same deploy, as if it had ended a moment ago: `busy` would still wait for a minute."""
    later = int(time.time()) - 60 - fleet.DEPLOYED_AT
    three.numbers((moment + later, host, metric, value)
                  for moment, host, metric, value in fleet.rows(BAD, ("latency", "requests")))
    answer = check(three, "busy", "slow", "--fail-fast", "--deployed-at", fleet.DEPLOYED_AT + later)
    assert answer.code == 1, answer
    assert verdicts(answer) == {"busy": "undecided", "slow": "fail"}
    assert answer.json["checks"][0]["reasons"][0]["text"] == (
        "check 'slow' failed, and --fail-fast ended this one before its window was complete")


@pytest.mark.server
def test_through_a_real_prometheus_what_they_share_is_asked_once(three):
    """Three checks, one of them failing, and a proxy that counts: no more requests than the checks
    have different queries."""
    demo = example_script("demo_prometheus")
    rows = (dict(zip(("time", "host", "metric", "value"), map(str, row)))
            for row in fleet.rows(BAD, ("latency", "requests")))
    asked = collections.Counter()
    with PrometheusServer(demo.openmetrics(rows)) as server, counting(server.url, asked) as url:
        three.environment(f'backends: {{default: {{type: prometheus, urls: ["{url}"], scrape_interval: 5s}}}}\n')
        answer = check(three, "slow", "busy", "all", *AT)
        assert verdicts(answer) == {"slow": "fail", "busy": "pass", "all": "pass"}, answer
        together = dict(asked)
        asked.clear()
        for name in ("slow", "busy"):
            check(three, name, *AT)
    assert set(together.values()) == {1}
    assert together == dict(asked), "what `all` asks, `busy` has asked"
