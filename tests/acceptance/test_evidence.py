"""Evidence: what a run saw, judged again elsewhere and without any of it, is the same to the last
digit; and with another setting it is what that setting would have said."""
import gzip
import json
import signal
import time

import pytest

import fleet
import test_exit_codes
from servers import answering
from support import PROGRAM, check, environment, finish, read_reports, run, start, valid_json
from test_prometheus import backfilled

AT = ("--deployed-at", str(fleet.DEPLOYED_AT), "--no-wait")
BAD = {"latency": fleet.after_deploy(3)}
SLIGHT = {"latency": fleet.after_deploy(1.4)}
SECRET = "s3cr3t-9b1f"
TAGS = """
canary: {tags: {track: canary}}
baseline: {tags: {track: stable}}
expect: {hosts: 2}
window: {warmup: 20s, duration: 100s, step: 10s}
judge: {history: 2000s}
metrics: [{name: latency, query: latency, worse: higher}]
"""
LIMIT = """
metrics: [{name: latency, query: latency, host_label: host, unit: s, worse: higher, limit: {max: 300ms}}]
"""


def record(root, *flags, name="web", env=None):
    """A run with evidence beside the config root, and the evidence's path."""
    file = root.folder.parent / "evidence.json.gz"
    return check(root, name, *flags, "--evidence", file, env=env), file


def again(file, *flags, folder="elsewhere"):
    """Judged in an empty folder and with nothing of the environment."""
    elsewhere = file.parent / folder
    elsewhere.mkdir(exist_ok=True)
    for old in (elsewhere / "reports").glob("gate.*"):
        old.unlink()
    answer = run("judge", file, "--report", "json=reports/gate.json", "--report", "junit=reports/gate.xml",
                 *flags, cwd=elsewhere)
    if (elsewhere / "reports/gate.json").exists():
        read_reports(answer, elsewhere / "reports")
    return answer


def content(file):
    return json.loads(gzip.decompress(file.read_bytes()))


def forge(file, change):
    document = content(file)
    change(document)
    file.write_bytes(gzip.compress(json.dumps(document).encode()))


def expect_the_same(root, *flags, bends=None, check_text=fleet.CHECK + fleet.METRICS,
                    environment=fleet.FILE):
    fleet.write(root, bends, check_text, environment)
    root.write("nobody.json", "[]\n")
    first, file = record(root, *flags)
    for gone in [*root.folder.rglob("*.yaml"), *root.folder.rglob("*.csv")]:
        gone.unlink()
    second = again(file)
    # All of it: the run's id and its times too, for it is that run that is judged.
    assert second.json == first.json, second
    assert second.code == first.code, second
    assert second.err == ""
    return first


@pytest.mark.parametrize("how", test_exit_codes.LET_THROUGH)
def test_what_was_let_through_is_again(root, how):
    how_made, flags, verdict = test_exit_codes.LET_THROUGH[how]
    first = expect_the_same(root, *test_exit_codes.AT, *flags, **how_made)
    assert (first.code, first.json["verdict"]) == (0, verdict)


@pytest.mark.parametrize("how", test_exit_codes.STOPPED)
def test_what_was_stopped_is_again(root, how):
    how_made, flags, code, verdict = test_exit_codes.STOPPED[how]
    first = expect_the_same(root, *test_exit_codes.AT, *flags, **how_made)
    assert (first.code, first.json["verdict"]) == (code, verdict)


JUDGES = {
    "kayenta": fleet.CHECK.replace("history: 2000s", "method: kayenta, looks: 2") + fleet.METRICS,
    "mann-whitney": fleet.CHECK.replace("history: 2000s", "method: mann-whitney") + fleet.METRICS,
    "threshold": fleet.CHECK.replace("history: 2000s", "method: threshold") + LIMIT,
    "before and after": fleet.CHECK.replace(f"{{hosts: [{', '.join(fleet.BASELINE)}]}}", "none")
                        + fleet.METRICS,
    "a score": fleet.CHECK + "score: {pass: 60, marginal: 50}\n" + fleet.METRICS,
    "traffic": fleet.CHECK + "traffic: {query: requests, host_label: host, min: 100}\n" + fleet.METRICS,
    "little traffic": fleet.CHECK + "traffic: {query: requests, host_label: host, min: 1e9}\n"
                      + fleet.METRICS,
    "links": fleet.CHECK + fleet.METRICS.replace(
        "unit: s,", "unit: s, links: {board: 'https://g.example/d?h={{canary_hosts}}'},"),
}


@pytest.mark.parametrize("bends", [None, BAD], ids=["good", "bad"])
@pytest.mark.parametrize("how", JUDGES)
def test_every_judge_says_the_same_again(root, how, bends):
    first = expect_the_same(root, *AT, bends=bends, check_text=JUDGES[how])
    assert first.json["window"]["looks_done"] >= 1 and first.json["metrics"]


def test_the_metric_the_seed_and_the_hosts_that_were_chosen_are_again(root):
    first = expect_the_same(root, *AT, "--only", "latency", "--seed", "7", "--canary", "web-2",
                            "--baseline", "web-4,web-5,web-6")
    assert [metric["name"] for metric in first.json["metrics"]] == ["latency"]
    assert first.json["seed"] == 7


@pytest.mark.parametrize("flags", [("--only", "latencies"), ("--deployed-at", "2999-01-01T00:00:00Z")])
def test_a_run_that_asked_nobody_is_again(root, flags):
    first = expect_the_same(root, *(AT[:2] if flags[0] == "--only" else ()), *flags)
    assert (first.code, first.codes()) == (2, ["usage"])


@pytest.mark.parametrize("factor", [1, 3])
def test_groups_by_tags_are_again(root, factor):
    root.environment(fleet.FILE)
    root.check(TAGS)
    rows = fleet.numbers("latency", fleet.after_deploy(factor))
    lines = [f"{time},{host},{metric},{value},{'canary' if host in fleet.CANARY else 'stable'}"
             for time, host, metric, value in rows]
    root.write("data.csv", "\n".join(["time,host,metric,value,track", *lines]) + "\n")
    first, file = record(root, *AT)
    assert first.json["verdict"] == ("pass" if factor == 1 else "fail"), first
    assert first.json["hosts"]["canary"] == fleet.CANARY
    assert again(file).json == first.json


def test_several_checks_are_in_one_file(root):
    fleet.write(root, BAD)
    requests = fleet.CHECK + "metrics: [{name: requests, query: requests, host_label: host}]\n"
    root.check(requests, "busy")
    file = root.folder.parent / "evidence.json.gz"
    report = root.folder / "gate.json"
    first = run("check", "--all", "--config", root, *AT, "--evidence", file, "--report", f"json={report}")
    assert first.code == 1, first
    both = again(file)
    assert (both.code, both.json) == (1, valid_json(report))
    assert both.out.startswith("STOPPED: 1 of 2 checks passed\n"), both

    busy = again(file, "busy", folder="busy")
    assert (busy.code, busy.json) == (0, both.json["checks"][0])
    none = run("judge", file, "bsuy")
    assert (none.code, none.err) == (
        2, f"canarygate: evidence '{file}' holds no check 'bsuy'; it holds busy and web\n")


def test_a_definition_that_is_not_valid_is_in_the_evidence_too(root):
    fleet.write(root, check=fleet.CHECK)
    first, file = record(root, *AT)
    assert (first.code, first.codes()) == (2, ["definition"])
    assert again(file).json == first.json
    answer = run("judge", file, "--set", "allow=5%")
    assert (answer.code, answer.err) == (
        2, "canarygate: --set 'allow=5%': check 'web' was not judged, because its definition could not "
           "be read\n")


def test_a_run_that_a_signal_ended_is_again(root):
    fleet.write(root)
    file = root.folder.parent / "evidence.json.gz"
    process = start("check", "web", "--config", root, "--deployed-at", int(time.time()), "--evidence", file,
                    "--report", f"json={root}/reports/gate.json",
                    "--report", f"junit={root}/reports/gate.xml")
    for line in process.stderr:
        if "waiting for" in line:
            break
    process.send_signal(signal.SIGTERM)
    first = read_reports(finish(process), root.folder / "reports")
    second = again(file)
    assert (second.code, second.json) == (143, first.json)


@pytest.mark.server
@pytest.mark.parametrize("bends, code", [({}, 0), (BAD, 1)], ids=["good", "bad"])
def test_what_prometheus_answered_is_judged_again_without_it_and_without_its_secrets(root, bends, code):
    with backfilled(bends) as url:
        fleet.write(root, environment=f"""
backends:
  default:
    type: prometheus
    urls: ["{url}"]
    scrape_interval: 5s
    auth: {{basic: {{username: gate, password: {{env: TOKEN}}}}}}
    headers:
      X-File: {{file: {root}/token}}
      X-Command: {{command: "echo {SECRET}-by-command"}}
      X-Plain: {SECRET}-plain
vars: {{unused: {SECRET}-var}}
""")
        root.write("token", f"{SECRET}-in-a-file\n")
        first, file = record(root, *AT, "--var", f"unused={SECRET}-flag",
                             env=environment(TOKEN=f"{SECRET}-in-the-environment"))
    assert first.code == code, first
    second = again(file)
    assert (second.code, second.json) == (code, first.json)
    text = gzip.decompress(file.read_bytes()).decode()
    assert "latency" in text and "web-1" in text
    assert SECRET not in text and url not in text and "TOKEN" not in text


def test_the_words_of_a_server_that_failed_hold_no_secret(root):
    with answering(401, f"token {SECRET} is wrong") as url:
        fleet.write(root, environment=f"""
backends:
  default: {{type: prometheus, urls: ["{url}"], auth: {{bearer: {{env: TOKEN}}}}}}
""")
        first, file = record(root, *AT, env=environment(TOKEN=SECRET))
    assert (first.code, first.json["verdict"]) == (2, "trouble")
    assert again(file).json == first.json
    assert SECRET not in gzip.decompress(file.read_bytes()).decode()


# ---- what if

def test_another_setting_is_answered_from_the_same_numbers_and_says_so(root):
    fleet.write(root, SLIGHT)
    first, file = record(root, *AT)
    assert (first.code, first.codes()) == (1, ["regression"]), first
    lenient = again(file, "--set", "latency.allow=60%", "--set", "judge.detect=300%")
    assert (lenient.code, lenient.json["verdict"]) == (0, "pass"), lenient
    assert lenient.json["run_id"] != first.json["run_id"]
    text = "what if: judged again with latency.allow=60% and judge.detect=300%; this is not how the deploy was judged"
    assert lenient.json["warnings"][0] == {"code": "what_if", "metric": None, "host": None, "text": text}
    assert text in " ".join(lenient.out.split()), lenient
    assert (first.json["window"]["looks_done"], lenient.json["window"]["looks_done"]) == (1, 5)
    # As a run by that definition would have said it.
    fleet.write(root, SLIGHT, (fleet.CHECK + fleet.METRICS).replace("history: 2000s", "history: 2000s, detect: 300%")
                .replace("query: latency,", "query: latency, allow: 60%,"))
    real = check(root, "web", *AT).json
    for key in ("verdict", "reasons", "metrics", "judge", "evidence", "window", "seed"):
        assert lenient.json[key] == real[key], key


@pytest.mark.parametrize("setting, change", [
    ("false_alarms=0.1%", ("history: 2000s", "history: 2000s, false_alarms: 0.1%")),
    ("judge=mann-whitney", ("history: 2000s", "history: 2000s, method: mann-whitney")),
    ("latency.judge.method=kayenta", ("query: latency,", "query: latency, judge: kayenta,")),
    ("worse=lower", ("worse: higher", "worse: lower")),
    ("latency.scale=difference", ("query: latency,", "query: latency, scale: difference,")),
    ("latency.summary=p90", ("query: latency,", "query: latency, summary: p90,")),
    ("latency.limit.max=100ms", ("query: latency,", "query: latency, limit: {max: 100ms},")),
    ("errors.min_traffic=1e9", ("total: requests,", "total: requests, min_traffic: 1e9,")),
    ("optional=true", ("host_label: host", "host_label: host, optional: true")),
    ("score.pass=60", ("\nmetrics:", "\nscore: {pass: 60}\nmetrics:")),
    ("on_undecided=error", ("\nmetrics:", "\non_undecided: error\nmetrics:")),
    ("placebos=500", ("history: 2000s", "history: 2000s, placebos: 500")),
])
def test_a_setting_means_what_it_means_in_the_definition(root, setting, change):
    text = fleet.CHECK + fleet.METRICS
    assert change[0] in text
    fleet.write(root, check=text)
    _, file = record(root, *AT)
    what_if = again(file, "--set", setting)
    fleet.write(root, check=text.replace(*change))
    real = check(root, "web", *AT)
    assert what_if.code == real.code, what_if
    assert [w["code"] for w in what_if.json["warnings"]][0] == "what_if"
    for key in ("verdict", "reasons", "metrics", "judge", "evidence", "score"):
        assert what_if.json[key] == real.json[key], key


FETCHED = "it says which numbers are fetched, and the evidence holds only those that were"
REFUSED = {
    "history=1h": FETCHED,
    "judge.history=1h": FETCHED,
    "window.duration=10m": FETCHED,
    "latency.query=up": FETCHED,
    "looks=3": "it says when the run looks, and this one looked when it did",
    "baseline=none": "it says who is judged, and the evidence holds only the numbers of those who were",
    "latency.unit=ms": "it says what the numbers are, and changes none of them",
    "mode=soft": "it changes what a verdict does, not the verdict",
    "allow": "expected KEY=VALUE or METRIC.KEY=VALUE",
    "allow=": "expected KEY=VALUE or METRIC.KEY=VALUE",
    "allow=lots": "'allow' must be a percentage such as 10%, or with `scale: difference` a number of at "
                  "least 0, not 'lots'",
    "traffic.min=5": "the check has no `traffic`, so its numbers were not fetched",
    "lateny.allow=5%": "no metric of check 'web' that was judged is called so; there is latency and errors",
}


@pytest.fixture
def recorded(root):
    fleet.write(root)
    return record(root, *AT)[1]


def test_what_the_numbers_cannot_answer_is_refused_with_its_reason(recorded):
    for setting, why in REFUSED.items():
        answer = run("judge", recorded, "--set", setting)
        assert (answer.code, answer.out, answer.err) == (2, "", f"canarygate: --set '{setting}': {why}\n")
    answer = run("judge", recorded, "--set", "alow=5%")
    assert answer.code == 2
    assert answer.err.startswith("canarygate: --set 'alow=5%': no such key; what can be set is allow, critical")


def test_what_is_normal_cannot_be_told_without_the_past(root):
    fleet.write(root, check=JUDGES["threshold"])
    _, file = record(root, *AT)
    answer = run("judge", file, "--set", "judge=placebo")
    assert (answer.code, answer.err) == (
        2, "canarygate: --set 'judge=placebo': the evidence holds no numbers from before the deploy, because "
           "its judges needed none\n")


# ---- files that are no evidence

def refused(file):
    answer = run("judge", file)
    assert (answer.code, answer.out) == (2, ""), answer
    start_of_all = f"canarygate: evidence '{file}' "
    assert answer.err.startswith(start_of_all), answer
    return answer.err[len(start_of_all):].strip()


def test_a_file_that_is_no_evidence_says_what_is_wrong(recorded):
    whole = recorded.read_bytes()
    assert refused(recorded.parent / "none.gz") == "cannot be read: No such file or directory"
    assert refused(recorded.parent) == "cannot be read: Is a directory"
    recorded.write_bytes(whole[:len(whole) // 2])
    assert refused(recorded) == "is incomplete: it ends before its data does"
    recorded.write_bytes(b"")
    assert refused(recorded) == "is incomplete: it ends before its data does"
    recorded.write_bytes(whole[:200] + bytes(64) + whole[264:])
    assert refused(recorded) == "is damaged"
    recorded.write_bytes(whole + b"more")
    assert refused(recorded) == "is damaged: something follows its end"
    recorded.write_bytes(gzip.decompress(whole))
    assert refused(recorded) == "is no gzip file"
    nothing = ("is no evidence of canarygate: it has no `evidence_version`; name a file that `check "
               "--evidence FILE` wrote")
    for other in (b"{}", b"[1, 2", b'{"evidence_version": "1"}', b"[" * 100_000):
        recorded.write_bytes(gzip.compress(other))
        assert refused(recorded) == nothing
    recorded.write_bytes(gzip.compress(bytes(300 * 1024 * 1024), compresslevel=1))
    assert refused(recorded) == "is larger than 256 MiB when unpacked"


def test_a_newer_format_is_refused(recorded):
    forge(recorded, lambda document: document.update(evidence_version=2))
    assert refused(recorded) == (
        "has evidence version 2, and this canarygate reads version 1 at most; judge it with the "
        "canarygate that wrote it, or a newer one")


def test_another_version_of_the_program_is_named(recorded):
    forge(recorded, lambda document: document.update(canarygate="0.0.1"))
    answer = again(recorded)
    assert answer.code == 0, answer
    assert answer.err.startswith("canarygate: note: recorded by canarygate 0.0.1, judged again by ")


def saw(document):
    return document["checks"][0]["saw"]


FORGED = {
    "a number that is a word": lambda d: saw(d)["queries"][0]["reply"]["pieces"][0]["series"][0]["values"]
    .append("x"),
    "a query that is not there": lambda d: saw(d)["metrics"][0].update(values=9),
    "no reply": lambda d: saw(d)["queries"][0].pop("reply"),
    "looks that were not": lambda d: saw(d).update(looks_judged=99),
    "points without end": lambda d: saw(d)["timeline"].update(points=10 ** 12),
    "a base in the future": lambda d: saw(d)["timeline"].update(bases=[5]),
    "hosts on both sides": lambda d: saw(d)["groups"].update(baseline=saw(d)["groups"]["canary"]),
    "no definition": lambda d: saw(d).update(definition=None),
    "half a definition": lambda d: saw(d)["definition"].pop("metrics"),
    "no check": lambda d: d.update(checks=[]),
    "links of another metric": lambda d: saw(d)["links"].pop(),
}


@pytest.mark.parametrize("how", FORGED)
def test_what_does_not_fit_together_is_not_judged(recorded, how):
    forge(recorded, FORGED[how])
    assert refused(recorded).startswith("is damaged, or was changed by hand: ")


def test_changed_numbers_are_judged_as_they_are(recorded):
    """So a forged file is no worse than a forged report; nothing else may stop the judge."""
    def triple(document):
        for query in saw(document)["queries"]:
            if query["query"] != "latency":
                continue
            for piece in query["reply"]["pieces"]:
                for series in piece["series"] if piece["from"] >= 1 else []:
                    if series["host"] in fleet.CANARY:
                        series["values"] = [value and 3 * value for value in series["values"]]
    forge(recorded, triple)
    answer = again(recorded)
    assert (answer.code, answer.codes()) == (1, ["regression"])


def test_evidence_that_cannot_be_written_is_exit_2_whatever_the_verdict(root):
    fleet.write(root)
    answer = check(root, "web", *AT, "--evidence", root.folder / "checks")
    assert (answer.code, answer.json["verdict"]) == (2, "pass"), answer
    assert (f"canarygate: cannot write the evidence '{root.folder}/checks': Is a directory; name a file, "
            "not a folder\n") in answer.err


def test_it_is_written_where_a_variable_says(root):
    fleet.write(root)
    file = root.folder / "new" / "evidence.json.gz"
    check(root, "web", *AT, env=environment(CANARYGATE_EVIDENCE=str(file)))
    assert saw(content(file))["definition"]["check"] == "web"
    assert [path.name for path in file.parent.iterdir()] == ["evidence.json.gz"]


def test_a_file_is_required():
    answer = run("judge")
    assert (answer.code, answer.err) == (
        2, "canarygate: FILE is required\nTry `canarygate judge --help`.\n")
