"""backtest: a check replayed on the past, against a real Prometheus and files: each stretch asked once,
the same answer every time, and an error where nothing could be replayed."""
import collections
import contextlib
import gzip
import importlib.util
import json
import os
import random
import signal
import subprocess
import sys
import threading
import urllib.parse
import urllib.request

import pytest

import fleet
from prometheus_server import PrometheusServer
from servers import Quiet, answering, counting, serving
from support import PROGRAM, ROOT, environment, finish, no_control_characters, run, start

NOW = 1_795_212_000  # 2026-11-20T22:00:00Z
STEP = 60
BEGIN = NOW - 40 * 3600
BAD = NOW - 5 * 3600  # a deploy that made web-1 and web-2 slower for half an hour
HOSTS = [f"web-{n}" for n in range(1, 9)]
CHECK = """
canary: {hosts: [web-1, web-2]}
baseline: {hosts: [web-3, web-4, web-5, web-6, web-7, web-8]}
window: {warmup: 1m, duration: 10m, step: 1m}
judge: {history: 3h, placebos: 300}
on_undecided: pass
metrics:
  - {name: latency, query: 'latency{instance=~"{{hosts}}"}', worse: higher}
"""


def openmetrics():
    rng = random.Random(11)
    lines = ["# TYPE latency gauge"]
    for host in HOSTS:
        level = 0.2 * (1 + 0.2 * rng.random())
        for time in range(BEGIN, NOW + 7200, STEP):
            slow = 3 if host in HOSTS[:2] and BAD < time <= BAD + 1800 else 1
            lines.append(f'latency{{instance="{host}"}} {level * slow * (1 + rng.gauss(0, .1)):.6f} {time}')
    return "\n".join(lines) + "\n# EOF\n"


@pytest.fixture(scope="module")
def prometheus():
    with PrometheusServer(openmetrics=openmetrics()) as server:
        yield server


def write(root, url):
    root.check(CHECK)
    root.environment(f"backends: {{default: {{type: prometheus, urls: ['{url}'], scrape_interval: 1m}}}}\n")


def flags(root, *more, until=NOW):
    return ["backtest", "web", "--config", root, "--since", "24h", "--until", until, "--runs", 20,
            "--quick", "--no-history", *more]


def backtest(root, *more, until=NOW, cache=None):
    return run(*flags(root, *more, until=until), env=environment(XDG_CACHE_HOME=str(cache or root.folder / "cache")))


def stretches(asked):
    """(first, last) of the points of each range query, each as often as it was asked."""
    found = []
    for question, times in asked.items():
        form = urllib.parse.parse_qs(urllib.parse.urlsplit(question).query)
        assert urllib.parse.urlsplit(question).path == "/api/v1/query_range", question
        found += [(float(form["start"][0]), float(form["end"][0]))] * times
    return sorted(found)


def test_each_stretch_is_asked_for_once_and_tomorrow_only_what_is_new(root, prometheus):
    asked = collections.Counter()
    with counting(prometheus.url, asked) as url:
        write(root, url)
        first = backtest(root, "--format", "json")
        assert first.code == 0, first
        once = stretches(asked)
        assert len(once) > 1
        for (_, last), (begin, _) in zip(once, once[1:]):
            assert begin == last + STEP, "no point twice, and none left out"
        asked.clear()

        again = backtest(root, "--format", "json")
        assert not asked, "all of it was in the cache"
        assert again.out == first.out

        later = backtest(root, until=NOW + 3600)
        assert later.code == 0, later
        assert [begin for begin, _ in stretches(asked)] == [once[-1][1] + STEP]
        asked.clear()

        assert backtest(root, "--no-cache", "--format", "json").out == first.out
        assert stretches(asked) == once


def test_a_run_that_was_killed_leaves_a_cache_that_can_be_used(root, prometheus):
    asked = collections.Counter()
    reached, over = threading.Event(), threading.Event()

    class StopsAtSecond(Quiet):
        def do_GET(self):
            question = f"/api/v1/query_range?{urllib.parse.urlencode(self.form())}"
            if sum(asked.values()) == 1 and not over.is_set():
                reached.set()
                over.wait()
            asked[question] += 1
            with contextlib.suppress(OSError), urllib.request.urlopen(prometheus.url + question) as reply:
                self.answer(reply.status, reply.read().decode())

    with serving(StopsAtSecond) as url:
        write(root, url)
        env = environment(XDG_CACHE_HOME=str(root.folder / "cache"))
        process = start(*flags(root), env=env)
        assert reached.wait(60)
        process.kill()
        finish(process)
        before = stretches(asked)
        over.set()
        asked.clear()
        assert backtest(root).code == 0
        after = stretches(asked)
    assert len(before) == 1 and after
    assert not set(before) & set(after), "what was answered before the kill is not asked again"
    leftover = [path for path in (root.folder / "cache").rglob("*") if path.is_file()]
    assert leftover and all(path.name.endswith(".points.gz") for path in leftover)


def test_a_cache_of_rubbish_changes_nothing(root, prometheus):
    write(root, prometheus.url)
    first = backtest(root, "--format", "json")
    files = sorted((root.folder / "cache").rglob("*.points.gz"))
    assert files
    for path in files:
        path.write_bytes(os.urandom(100))
    again = backtest(root, "--format", "json")
    assert again.code == 0 and again.out == first.out


def test_it_says_the_same_whatever_the_threads_and_finds_the_deploy_that_was_bad(root, prometheus):
    write(root, prometheus.url)
    # The history knows two deploys: one that made the canary slower, and one that did not.
    for deployed_at in (BAD, BAD + 7200):
        run("check", "web", "--config", root, "--deployed-at", deployed_at, "--no-wait", "-q")
    listed = json.loads(run("history", "list", "--config", root, "--format", "json").out)
    bad = next(r for r in listed["runs"] if r["deployed_at"] == "2026-11-20T17:00:00Z")
    assert bad["verdict"] == "fail"
    assert run("history", "mark", bad["run_id"], "right", "--config", root).code == 0

    command = [flag for flag in flags(root) if flag not in ("--quick", "--no-history")]
    env = environment(XDG_CACHE_HOME=str(root.folder / "cache"))
    answers = [run(*command, "--format", "json", "--jobs", jobs, env=env) for jobs in (1, 3)]
    assert answers[0].code == 0, answers[0]
    assert answers[0].out == answers[1].out
    found = json.loads(answers[0].out)
    assert found["version"] == 1
    assert [(d["deployed_at"], d["stopped"], d["good"], d["failed_metrics"], d["source"])
            for d in found["real"]["deploys"]] == [
        ("2026-11-20T17:00:00Z", True, False, ["latency"], "history"),
        ("2026-11-20T19:00:00Z", False, None, [], "history")]
    assert found["made_up"]["tally"]["stopped"]["of"] == 20
    assert sum(found["made_up"]["tally"]["verdicts"].values()) == 20
    changes = found["injected"]["metrics"][0]["changes"]
    assert [c["change"] for c in changes] == [0.1, 0.25, 0.5, 1, 0.5]
    assert changes[3]["found"]["share"] == 1.0

    text = run(*command, env=env)
    assert text.code == 0 and no_control_characters(text.out) and no_control_characters(text.err)
    assert "Of 2 real deploys it would have stopped 1: that of 2026-11-20T17:00:00Z (latency). " \
           "1 was known to be bad; it would have stopped it." in text.out
    assert text.out.startswith("web in test, replayed\n  Of 20 made-up deploys with nothing wrong it would have stopped ")


def test_an_interrupt_ends_it_with_what_was_seen(root):
    fleet.write(root)
    process = start("backtest", "web", "--config", root, "--since", fleet.FIRST, "--until", fleet.END,
                    "--runs", 50000, "--jobs", 1, "--no-history", "--no-cache")
    for line in process.stderr:
        if line.startswith("replaying"):
            break
    process.send_signal(signal.SIGINT)
    answer = finish(process)
    assert answer.code == 130, answer
    assert "Interrupted: this is what " in answer.out and " of 50000 made-up deploys say." in answer.out


def test_a_backend_that_is_down_is_exit_2_with_its_own_words(root):
    with answering(503, "try later", "text/plain") as url:
        write(root, url)
        answer = backtest(root)
    assert answer.code == 2 and answer.out == "", answer
    host = urllib.parse.urlsplit(url).netloc
    assert host in answer.err and "503" in answer.err
    assert "(asked for the numbers from 2026-11-19T12:00:00Z to 2026-11-20T00:00:00Z)\n" in answer.err


def test_no_numbers_are_an_error(root, prometheus):
    write(root, prometheus.url)
    answer = backtest(root, until=BEGIN - 86400)
    assert answer.code == 2 and answer.out == "", answer
    assert "no query has a number of any host from " in answer.err


@pytest.mark.parametrize("given, said", [
    (["--runs", "0"], "--runs '0': expected a whole number from 1 to 100000"),
    (["--jobs", "many"], "--jobs 'many': expected a whole number from 1 to 64"),
    (["--since", "yesterday"],
     "--since 'yesterday': expected a duration like 7d, or a time like 2026-11-20T14:03:20Z"),
    (["--until", "7d"], "--until '7d': expected a time like 2026-11-20T14:03:20Z or Unix seconds"),
])
def test_what_cannot_be_is_refused(root, given, said):
    fleet.write(root)
    answer = run("backtest", "web", "--config", root, *given)
    assert answer.code == 2 and answer.out == ""
    assert answer.err == f"canarygate: {said}\nTry `canarygate backtest --help`.\n"


def test_a_metric_that_there_is_not_is_refused(root):
    fleet.write(root)
    answer = run("backtest", "web", "--config", root, "--only", "latencies", "--no-history")
    assert answer.code == 2 and answer.out == ""
    assert answer.err == ("canarygate: --only 'latencies': check 'web' has no such metric; it has latency "
                          "and errors\n")


PROOF = ROOT / "scripts" / "backtest_proof.py"


def test_one_day_predicts_another(tmp_path):
    """The proof of docs/backtest.md in small: simulated hosts that differ in level, which Kayenta's
    judge takes for changes; two days of them."""
    rng = random.Random(3)
    levels = {f"pl-{n:02}": rng.lognormvariate(3, 0.1) for n in range(36)}
    paths = []
    for day in range(2):
        begin = NOW - NOW % 86400 + 86400 * day
        rows = ["time,host,metric,value"]
        for host, level in levels.items():
            course = 0
            for time in range(begin, begin + 86400, 300):
                course = 0.8 * course + 0.6 * rng.gauss(0, 1)
                rows.append(f"{time},{host},cpu,{level * (1 + 0.1 * course):.4f}")
        paths.append(tmp_path / f"day{day}.csv.gz")
        paths[-1].write_bytes(gzip.compress("\n".join(rows).encode()))
    answer = subprocess.run(
        [sys.executable, PROOF, "--program", PROGRAM, "--size", "12,2", "--runs", "20", *paths],
        capture_output=True, text=True, timeout=120, check=False)
    assert answer.returncode == 0, answer
    rows = [[cell.strip() for cell in line.strip("|").split("|")]
            for line in answer.stdout.splitlines() if line.startswith("| ")][1:]
    rows = [row for row in rows if not row[0].startswith("---")]
    assert [(row[0], row[2], row[5]) for row in rows] == [
        (judge, a, b) for judge in ("placebo", "kayenta") for a, b in (("day0", "day1"), ("day1", "day0"))]
    assert [row[7] for row in rows] == ["yes"] * 4, answer.stdout
    stopped = [int(row[3].split()[0]) for row in rows]
    assert max(stopped[:2]) <= 3 < 6 <= min(stopped[2:]), "60 runs each; the judges are told apart"


def test_its_intervals_are_those_of_r():
    spec = importlib.util.spec_from_file_location("backtest_proof", PROOF)
    proof = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(proof)
    for count, runs, expected in [(5, 10, (0.1870860, 0.8129140)), (0, 10, (0, 0.3084971)),
                                  (1, 10, (0.002528579, 0.4450161)), (10, 10, (0.6915029, 1))]:
        assert proof.interval(count, runs) == pytest.approx(expected, abs=1e-6)
