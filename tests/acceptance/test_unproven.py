"""A canary passes only with the data that proves it good: ways to have less than that, each of which
once ended in exit 0 or could."""
import subprocess

import pytest

import fleet
from fleet import BASELINE, CANARY, DEPLOYED_AT, HOSTS, POINTS, START, STEP
from support import PROGRAM, check, environment

LATENCY = ("metrics:\n"
           "  - {name: latency, query: latency, host_label: host, unit: s, worse: higher}\n")
NO_BASELINE = fleet.CHECK.replace(f"baseline: {{hosts: [{', '.join(BASELINE)}]}}", "baseline: none")
LAST_SEEN = START + 7 * STEP


def judge(root, text, bends=None, flags=()):
    fleet.write(root, bends, text)
    return check(root, "web", "--deployed-at", DEPLOYED_AT, "--no-wait", *flags)


def until(last, hosts):
    return lambda host, time: None if host in hosts and time > last else 1


def every_other_point(host):
    """Half of the points of one canary host, which are three times too high."""
    def bend(name, time):
        if name != host or time <= DEPLOYED_AT:
            return 1
        return None if time // STEP % 2 else 3
    return bend


@pytest.mark.parametrize("text, hosts", [
    (fleet.CHECK + LATENCY, HOSTS),
    (NO_BASELINE + LATENCY, CANARY),
    (NO_BASELINE.replace("[web-1, web-2]", "[web-1]") + LATENCY, CANARY),
], ids=["everybody", "all canaries, no baseline", "the only canary, no baseline"])
def test_numbers_that_end_before_the_window_are_an_unfinished_window(root, text, hosts):
    answer = judge(root, text + "on_undecided: pass\n", {"latency": until(LAST_SEEN, hosts)})
    assert answer.code == 1
    assert answer.codes() == ["window_incomplete"]
    assert answer.json["reasons"][0]["text"] == (
        "the last 'latency' of web-1 is from 12:01:30 UTC, but the window ends at 12:02:00 UTC; see "
        "whether the host is down or the backend late")


def test_one_outage_in_the_past_does_not_make_silence_usual(root):
    def bend(host, time):
        outage = DEPLOYED_AT - 1000 < time < DEPLOYED_AT - 900
        return None if host == "web-1" and (outage or time > LAST_SEEN) else 1

    answer = judge(root, fleet.CHECK + LATENCY, {"latency": bend})
    assert answer.code == 1
    assert answer.codes() == ["window_incomplete"]


def test_a_canary_host_that_was_set_aside_is_not_one_of_those_expected(root):
    bends = {"latency": every_other_point("web-1")}
    answer = judge(root, fleet.CHECK + "expect: {hosts: 2}\n" + LATENCY, bends)
    assert answer.code == 1
    assert answer.codes() == ["low_coverage"]
    assert answer.json["reasons"][0]["text"] == (
        "'latency' was judged on 1 of the 2 canary hosts that `expect` asks for; the others were set "
        "aside for missing points")


@pytest.mark.parametrize("limit", ["{max: 0.05}", "{max: 0.05, for: 3 of 5}",
                                   "{max: 0.05, per: host}"])
def test_a_share_of_nothing_is_not_under_its_limit(root, limit):
    errors = ("metrics:\n  - {name: errors, errors: errors, total: requests, host_label: host, "
              f"worse: higher, judge: threshold, limit: {limit}}}\n")
    answer = judge(root, fleet.CHECK + errors, {"requests": fleet.after_deploy(0)})
    assert answer.code == 1
    assert answer.json["verdict"] == "undecided"
    assert answer.codes() == ["low_coverage"]


def test_points_too_far_apart_for_a_run_say_nothing_of_it(root):
    text = fleet.CHECK.replace("2000s", "2000s, min_coverage: 0%") + (
        "metrics:\n  - {name: latency, query: latency, host_label: host, worse: higher, "
        "judge: threshold, limit: {max: 0.1, for: 3 of 5}}\n")
    sparse = {"latency": lambda _, time: None if time > DEPLOYED_AT and time // STEP % 3 else 1}
    assert judge(root, text, sparse).codes() == ["low_coverage"]


def test_no_early_pass_while_a_canary_host_has_sent_nothing(root):
    text = (fleet.CHECK.replace("2000s", f"2000s, looks: {POINTS}, early_pass: true")
            + LATENCY.replace("worse: higher", "worse: higher, allow: 300%"))
    first_look = ["--now", START + STEP]
    assert judge(root, text, flags=first_look).code == 0
    answer = judge(root, text, {"latency": fleet.after_deploy(None, ["web-1"])}, first_look)
    assert answer.code == 1
    assert answer.codes() == ["window_incomplete"]


def test_letting_no_data_through_does_not_let_too_little_traffic_through(root):
    text = (fleet.CHECK + "on_no_data: pass\n"
            "traffic: {query: requests, host_label: host, min: 1000000}\n" + LATENCY)
    answer = judge(root, text, {"latency": fleet.after_deploy(None, HOSTS)})
    assert answer.code == 1
    assert answer.codes() == ["no_data", "low_traffic"]


def tagged(root, expect, hosts=HOSTS):
    root.environment(fleet.FILE)
    root.check(fleet.CHECK.replace("{hosts: [web-1, web-2]}", "{tags: {track: canary}}")
               .replace(f"{{hosts: [{', '.join(BASELINE)}]}}", "{tags: {track: stable}}")
               + f"expect: {expect}\n" + LATENCY)
    lines = ["time,host,metric,value,track,version"]
    for time, host, metric, value in fleet.numbers("latency", hosts=hosts):
        canary = host in CANARY
        lines.append(f"{time},{host},{metric},{value},"
                     + ("canary,2.0" if canary else "stable,1.9"))
    root.write("data.csv", "\n".join(lines) + "\n")
    return check(root, "web", "--deployed-at", DEPLOYED_AT, "--no-wait")


def test_canaries_by_tags_are_counted_against_what_is_expected(root):
    assert tagged(root, "{hosts: 2, label: {version: '2.0'}}").code == 0

    one = tagged(root, "{hosts: 2}", [host for host in HOSTS if host != "web-2"])
    assert (one.code, one.codes()) == (2, ["expected_hosts"])
    assert "expected 2 canary hosts, found series of 1: web-1" in one.out


def test_canaries_by_tags_of_another_version_do_not_pass(root):
    other = tagged(root, "{label: {version: '2.1'}}")
    assert other.code == 2
    assert set(other.codes()) == {"expected_hosts"}
    assert "canary host web-1 has version '2.0', expected '2.1'" in other.out

    unknown = tagged(root, "{label: {release: '2.1'}}")
    assert unknown.code == 2
    assert "no series of canary host web-1 has release '2.1'" in unknown.out


def test_a_report_to_a_closed_stdout_is_not_written_to_whatever_came_to_stand_there(root):
    fleet.write(root)
    shell = 'exec "$0" "$@" >&-'
    process = subprocess.run(
        ["sh", "-c", shell, PROGRAM, "check", "web", "--config", root, "--deployed-at",
         str(DEPLOYED_AT), "--no-wait", "--report", "json"],
        env=environment(), capture_output=True, text=True, check=False)
    assert process.returncode == 2
    assert "cannot write to stdout; is the pipe closed or the disk full?" in process.stderr
