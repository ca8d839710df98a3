"""Every way to each exit code. The ways to 0 are all listed, each with what proves the canary good or
who let it through."""
import pytest

import fleet
from support import check, run

AT = ("--deployed-at", str(fleet.DEPLOYED_AT))
BAD = {"latency": fleet.after_deploy(3)}
SILENT = {"*": fleet.after_deploy(None)}
EMPTY = {"*": fleet.after_deploy(None, fleet.HOSTS)}
LITTLE_TRAFFIC = fleet.CHECK + """
metrics:
  - {name: errors, errors: errors, total: requests, host_label: host, worse: higher, min_traffic: 1000000}
"""
MISSING_SERVER = 'backends: {default: {type: prometheus, urls: ["http://127.0.0.1:1"]}}\n'
NOBODY = fleet.CHECK.replace("{hosts: [web-1, web-2]}",
                             "{file_sd: {path: ../nobody.json, labels: {track: canary}}}")


def gate(root, *flags, bends=None, check_text=fleet.CHECK + fleet.METRICS, environment=fleet.FILE):
    fleet.write(root, bends, check_text, environment)
    root.write("nobody.json", "[]\n")
    return check(root, "web", *AT, *flags)


def expect(answer, code, verdict, reason=None):
    assert (answer.code, answer.json["verdict"]) == (code, verdict), answer
    assert reason is None or reason in answer.codes(), answer
    return answer


# ---- exit 0 because the numbers prove it: the only way to `pass`

def test_a_good_canary_passes_and_every_metric_shows_why(root):
    answer = expect(gate(root), 0, "pass")
    assert answer.json["reasons"] == []
    assert answer.json["window"]["looks_done"] == answer.json["window"]["looks"]
    for metric in answer.json["metrics"]:
        assert metric["verdict"] == "pass"
        assert metric["canary"]["points"] == fleet.POINTS * len(fleet.CANARY)
        assert metric["canary"]["hosts"] == len(fleet.CANARY)
        assert metric["baseline"]["hosts"] == len(fleet.BASELINE)
        assert metric["p_value"] > 0.01 and metric["sensitivity"] < 1


def test_optional_metrics_without_data_do_not_stop_a_proven_canary(root):
    answer = gate(root, bends={"latency": fleet.after_deploy(None, fleet.HOSTS)},
                  check_text=fleet.CHECK + fleet.METRICS.replace("query: latency,",
                                                                 "query: latency, optional: true,"))
    expect(answer, 0, "pass")
    assert answer.metric("latency")["verdict"] == "no_data"
    assert answer.metric("errors")["verdict"] == "pass"


def test_optional_metrics_alone_prove_nothing(root):
    optional = fleet.METRICS.replace("host_label", "optional: true, host_label")
    answer = gate(root, bends=EMPTY, check_text=fleet.CHECK + optional)
    expect(answer, 1, "no_data")


# ---- exit 0 because somebody decided so: never called a pass

LET_THROUGH = {
    "no data, by policy": (dict(bends=EMPTY, check_text="on_no_data: pass\n" + fleet.CHECK + fleet.METRICS),
                           (), "no_data"),
    "too little traffic, by policy": (dict(check_text="on_undecided: pass\n" + LITTLE_TRAFFIC), (),
                                      "undecided"),
    "a failure, in soft mode by flag": (dict(bends=BAD), ("--soft-fail",), "fail"),
    "a failure, in soft mode by the check": (dict(bends=BAD, check_text="mode: soft\n" + fleet.CHECK
                                                  + fleet.METRICS), (), "fail"),
    "a failure, overridden": (dict(bends=BAD), ("--override", "rolled back by hand"), "fail"),
    "silence, in soft mode": (dict(bends=SILENT), ("--soft-fail",), "fail"),
    "no data, in soft mode": (dict(bends=EMPTY), ("--soft-fail",), "no_data"),
    "no data with policy error, in soft mode": (
        dict(bends=EMPTY, check_text="on_no_data: error\n" + fleet.CHECK + fleet.METRICS),
        ("--soft-fail",), "no_data"),
    "too little traffic, in soft mode": (dict(check_text=LITTLE_TRAFFIC), ("--soft-fail",), "undecided"),
    "a window not over, in soft mode": ({}, ("--soft-fail", "--now", str(fleet.END - 30)), "undecided"),
    "no server, in soft mode": (dict(environment=MISSING_SERVER), ("--soft-fail",), "trouble"),
    "no server, overridden": (dict(environment=MISSING_SERVER), ("--override", "known outage"),
                              "trouble"),
    "no canary found, in soft mode": (dict(check_text=NOBODY + fleet.METRICS), ("--soft-fail",),
                                      "trouble"),
}


@pytest.mark.parametrize("how", LET_THROUGH)
def test_what_is_let_through_is_never_called_a_pass(root, how):
    how_made, flags, verdict = LET_THROUGH[how]
    answer = expect(gate(root, *flags, **how_made), 0, verdict)
    assert answer.out.startswith(("LET THROUGH, NOT PASSED", "WARNING, NOT STOPPED", "OVERRIDDEN")), answer
    assert answer.json["reasons"], "whoever let it through must see why it was not a pass"
    assert answer.junit.get("failures") == answer.junit.get("errors") == "0"
    assert answer.junit.xpath("//skipped"), "and the test page must not be all green"


# ---- the same without the let-through: no way to 0

STOPPED = {
    "a worse canary": (dict(bends=BAD), (), 1, "fail"),
    "a worse canary, though the check is soft": (
        dict(bends=BAD, check_text="mode: soft\n" + fleet.CHECK + fleet.METRICS),
        ("--soft-fail=false",), 1, "fail"),
    "silence": (dict(bends=SILENT), (), 1, "fail"),
    "silence, though no data may pass": (
        dict(bends=SILENT, check_text="on_no_data: pass\n" + fleet.CHECK + fleet.METRICS), (), 1, "fail"),
    "no data": (dict(bends=EMPTY), (), 1, "no_data"),
    "no data, an error by policy": (
        dict(bends=EMPTY, check_text="on_no_data: error\n" + fleet.CHECK + fleet.METRICS), (), 2,
        "no_data"),
    "a silent baseline": (dict(bends={"*": fleet.after_deploy(None, fleet.BASELINE)}), (), 1, "no_data"),
    "too little traffic": (dict(check_text=LITTLE_TRAFFIC), (), 1, "undecided"),
    "too little traffic, an error by policy": (dict(check_text="on_undecided: error\n" + LITTLE_TRAFFIC),
                                               (), 2, "undecided"),
    "a window not over": ({}, ("--now", str(fleet.END - 30)), 1, "undecided"),
    "a window not over, though undecided may pass": (
        dict(check_text="on_undecided: pass\n" + fleet.CHECK + fleet.METRICS),
        ("--now", str(fleet.END - 30)), 1, "undecided"),
    "a window not begun": ({}, ("--now", str(fleet.START)), 1, "undecided"),
    "no server": (dict(environment=MISSING_SERVER), (), 2, "trouble"),
    "no canary found": (dict(check_text=NOBODY + fleet.METRICS), (), 2, "trouble"),
    "fewer canaries than expected": (dict(check_text="expect: {hosts: 3}\n" + fleet.CHECK
                                          + fleet.METRICS), (), 2, "trouble"),
    "no such metric": (dict(check_text=(fleet.CHECK + fleet.METRICS).replace("query: latency",
                                                                            "query: latencies")),
                       (), 2, "trouble"),
}


@pytest.mark.parametrize("how", STOPPED)
def test_nothing_else_lets_a_deploy_go_on(root, how):
    how_made, flags, code, verdict = STOPPED[how]
    expect(gate(root, *flags, **how_made), code, verdict)


def test_a_canary_host_that_stopped_is_a_failure_that_names_it(root):
    stopped = lambda host, time: None if host == "web-1" and time > fleet.START + 30 else 1
    answer = expect(gate(root, bends={"*": stopped}), 1, "fail", "canary_silent")
    assert "web-1" in {reason["host"] for reason in answer.json["reasons"]}


# ---- soft mode hides what was found, never a mistake of the pipeline's own

def test_soft_mode_and_override_do_not_hide_a_bad_definition(root):
    for flag in (("--soft-fail",), ("--override", "no")):
        answer = gate(root, *flag, check_text=fleet.CHECK + "metrics: [{name: x, query: y, wrose: up}]\n")
        expect(answer, 2, "trouble", "definition")
        assert "checks/web.yaml:8:31: unknown key 'wrose'; did you mean 'worse'?" in answer.err, answer


def test_soft_mode_does_not_hide_a_missing_secret(root):
    missing = ('backends: {default: {type: prometheus, urls: ["http://127.0.0.1:1"], '
               'auth: {bearer: {env: NO_SUCH_TOKEN}}}}\n')
    answer = expect(gate(root, "--soft-fail", environment=missing), 2, "trouble", "secret")
    assert "NO_SUCH_TOKEN" in answer.out


def test_soft_mode_does_not_hide_a_report_that_cannot_be_written(root):
    fleet.write(root)
    root.write("occupied", "")
    answer = run("check", "web", "--config", root, *AT, "--soft-fail", "--report",
                 f"json={root.folder}/occupied/gate.json")
    assert answer.code == 2, answer
    assert "occupied" in answer.err


@pytest.mark.parametrize("mistake", [
    ("--no-such-flag",), ("--deployed-at", "yesterday"), ("--timeout", "-1s"), ("--report", "yaml"),
    ("--only", "no such metric"), ("--seed", "x"), ("--var", "x"), ("--override", " "),
    ("--report", "json", "--report", "junit"), ("--deployed-at", "2999-01-01T00:00:00Z"),
])
def test_soft_mode_does_not_hide_a_usage_error(root, mistake):
    fleet.write(root)
    flags = mistake if "--deployed-at" in mistake else (*AT, *mistake)
    answer = run("check", "web", "--config", root, "--soft-fail", *flags)
    assert answer.code == 2, answer
    assert "PASSED" not in answer.out and (answer.err or answer.out.startswith("TROUBLE")), answer
