"""--deploy: canarygate runs the deploy itself, in between looking around and judging it."""
import contextlib
import datetime
import json
import os
import pty
import random
import select
import signal
import subprocess
import sys
import time

import pytest

from fleet import CANARY, HOSTS
from servers import Stub
from programs import free_port
from support import HANG, PROGRAM, check, environment, finish, read_reports, run

# Long enough to be beyond doubt, short enough to be waited for: six seconds a verdict.
CHECK = """
canary: {hosts: [web-1, web-2]}
baseline: {hosts: [web-3, web-4, web-5, web-6, web-7, web-8]}
window: {warmup: 1s, duration: 5s, step: 1s}
judge: {history: 100s, reference: 20s}
metrics:
  - {name: latency, query: latency, host_label: host, unit: s, worse: higher, allow: 50%}
"""
FILE = "backends: {default: {type: file, path: ../data.csv}}\n"
SD_CHECK = CHECK.replace("canary: {hosts: [web-1, web-2]}",
                         "canary: {file_sd: {path: ../canary.json}}")
SD = '[{"targets": ["web-1", "web-2"]}]'
NOT_JUDGED = ("the deploy command failed ({}), so nothing was judged: {}. What it printed says why")


def rows(factor):
    """One sample a second from ten minutes ago on; the canary's from now on are `factor` times as
    high."""
    rng = random.Random(5)
    now = int(time.time())
    for host in HOSTS:
        for at in range(now - 600, now + 300):
            bend = factor if host in CANARY and at >= now else 1
            yield at, host, "latency", f"{0.2 * rng.uniform(0.95, 1.05) * bend:.6f}"


@pytest.fixture
def fleet(root):
    """A config root with a good fleet; `cp bad.csv data.csv` deploys a bad build."""
    root.check(CHECK)
    root.environment(FILE)
    root.numbers(rows(1))
    root.numbers(rows(3), "bad.csv")
    return root


def deploy(root, command, *flags, env=None):
    return check(root, "web", "--deploy", command, *flags, env=env)


def seconds(text):
    """Unix seconds of a time in a report."""
    return datetime.datetime.fromisoformat(text).timestamp()


# ── The verdict ──


def test_a_good_deploy_passes_and_its_end_is_when_it_was_deployed(fleet):
    answer = deploy(fleet, f"sleep 1.5; date +%s.%N > {fleet}/ended")
    assert (answer.code, answer.json["verdict"]) == (0, "pass"), answer
    ended = float((fleet.folder / "ended").read_text())
    assert 0 <= seconds(answer.json["deployed_at"]) + 1 - ended < 3
    assert seconds(answer.json["deployed_at"]) - seconds(answer.json["started_at"]) >= 1


def test_a_bad_deploy_is_stopped(fleet):
    answer = deploy(fleet, f"cp {fleet}/bad.csv {fleet}/data.csv")
    assert (answer.code, answer.json["verdict"]) == (1, "fail"), answer
    assert answer.metric("latency")["verdict"] == "fail"


def test_the_printed_line_judges_the_same_deploy_again_and_deploys_nothing(fleet):
    answer = deploy(fleet, f"cp {fleet}/bad.csv {fleet}/data.csv; echo once >> {fleet}/ran")
    again = " ".join(answer.out.split()).partition("run it again ")[2].split(" --override")[0]
    words = again.partition("canarygate ")[2].split()
    words = words[:words.index("--deployed-at") + 2]
    assert run(*words).code == 1, words
    assert (fleet.folder / "ran").read_text() == "once\n"


class Steady:
    """Samples at any time."""

    def __init__(self, host):
        self.host = host

    def __contains__(self, _):
        return True

    def __getitem__(self, at):
        return 0.2 * random.Random(f"{self.host} {at}").uniform(0.95, 1.05)


def test_a_deploy_watched_through_prometheus(fleet):
    stub = Stub({"latency": {host: Steady(host) for host in HOSTS}})
    with stub.serve() as url:
        fleet.environment("backends: {default: {type: prometheus, scrape_interval: 1s, "
                          f'urls: ["{url}"]}}}}\n')
        answer = deploy(fleet, f"touch {fleet}/ran")
    assert (answer.code, answer.json["verdict"]) == (0, "pass"), answer
    assert (fleet.folder / "ran").exists()
    assert not stub.refused


@pytest.mark.parametrize("build, goes_on", [("data.csv", True), ("bad.csv", False)])
def test_the_rest_is_deployed_exactly_when_the_canary_passed(fleet, build, goes_on):
    for name, text in (("canary.sh", f"cp {build} new.csv; mv new.csv data.csv"),
                       ("deploy-all.sh", "touch all")):
        fleet.write(name, f"#!/bin/sh\n{text}\n").chmod(0o755)
    line = f"'{PROGRAM}' check web --deploy ./canary.sh && ./deploy-all.sh"
    process = subprocess.run(["sh", "-c", line], cwd=fleet.folder, env=environment(),
                             capture_output=True, text=True, timeout=HANG, check=False)
    assert (fleet.folder / "all").exists() == goes_on, process
    assert process.returncode == (0 if goes_on else 1), process


def test_a_canary_that_does_not_come_back_is_a_failure(fleet):
    fleet.check(SD_CHECK)
    fleet.write("canary.json", SD)
    answer = deploy(fleet, f"echo '[{{\"targets\": [\"web-1\"]}}]' > {fleet}/canary.json")
    assert (answer.code, answer.json["verdict"]) == (1, "fail"), answer
    assert answer.codes()[0] == "canary_left"
    assert answer.json["reasons"][0]["text"] == \
        "web-2 was a canary before the deploy and is none after it: it did not come back"
    assert [missing["host"] for missing in answer.json["hosts"]["missing"]] == ["web-2"]


# ── What it prints ──


PRINTS = "echo one; echo two >&2; echo three; exit 3"  # and is not judged, which takes no time


def test_what_the_command_prints_passes_through_in_order(fleet):
    process = subprocess.run([PROGRAM, "check", "web", "--config", fleet, "--deploy", PRINTS],
                             env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             text=True, timeout=HANG, check=False)
    assert process.returncode == 2, process.stdout
    lines = process.stdout.splitlines()
    begins = lines.index(f"canarygate: web: running the deploy command: {PRINTS}")
    assert lines[begins + 1:begins + 4] == ["one", "two", "three"]
    assert lines[begins + 4] == "TROUBLE: the deploy command failed (web in test)"


def test_the_commands_stdout_is_ours_when_no_report_has_it(fleet):
    answer = deploy(fleet, PRINTS)
    assert answer.out.startswith("one\nthree\n")
    assert "\ntwo\n" in answer.err and "\ntwo\n" not in answer.out


@pytest.mark.parametrize("in_the_file", [False, True])
def test_a_report_on_stdout_is_alone_there(fleet, in_the_file):
    if in_the_file:
        fleet.write("canarygate.yaml", "version: 1\nenvironment: test\nreports: [json=-]\n")
    answer = run("check", "web", "--config", fleet, "--deploy", PRINTS,
                 *([] if in_the_file else ["--report", "json"]))
    assert answer.code == 2, answer
    assert json.loads(answer.out)["reasons"][0]["code"] == "deploy_failed"
    assert "one\ntwo\nthree\n" in answer.err


def test_the_command_reads_our_stdin(fleet):
    answer = run("check", "web", "--config", fleet, "--deploy",
                 "read answer; echo got $answer; exit 3", stdin="yes\n")
    assert answer.code == 2, answer
    assert answer.out.startswith("got yes\n")


# ── The command fails ──


@pytest.mark.parametrize("flags", [[], ["--soft-fail"], ["--override", "we know"]],
                         ids=["hard", "soft", "override"])
@pytest.mark.parametrize("command, end", [("exit 3", "exit status 3"),
                                          ("kill -9 $$", "ended by signal 9"),
                                          ("/no/such/deploy", "exit status 127")])
def test_a_deploy_that_fails_is_2_in_every_mode_and_nothing_is_judged(fleet, command, end, flags):
    answer = deploy(fleet, command, *flags)
    assert (answer.code, answer.json["verdict"]) == (2, "trouble"), answer
    assert answer.codes() == ["deploy_failed"]
    text = NOT_JUDGED.format(end, command)
    assert answer.json["reasons"][0]["text"] == text
    assert answer.json["window"]["looks_done"] == 0
    assert answer.metric("latency")["canary"]["points"] == 0
    assert text in " ".join(answer.out.split())
    assert any(text in (element.get("message") or "") for element in answer.junit.iter("error"))


def test_a_deploy_that_fails_does_not_let_the_rest_be_deployed(fleet):
    line = f"'{PROGRAM}' check web --soft-fail --deploy false && touch all"
    process = subprocess.run(["sh", "-c", line], cwd=fleet.folder, env=environment(),
                             capture_output=True, text=True, timeout=HANG, check=False)
    assert process.returncode == 2, process
    assert not (fleet.folder / "all").exists()


def test_a_failure_is_seen_by_a_gate_whose_starter_ignores_its_children(fleet):
    process = subprocess.Popen([PROGRAM, "check", "web", "--config", fleet, "--deploy", "exit 3"],
                               env=environment(), text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE,
                               preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
    answer = finish(process)
    assert answer.code == 2, answer
    assert "(exit status 3)" in answer.out


# ── Before it is run ──


def no_numbers(root):
    (root.folder / "data.csv").unlink()


def no_prometheus(root):
    root.environment("backends: {default: {type: prometheus, scrape_interval: 1s, "
                     f'urls: ["http://127.0.0.1:{free_port()}"]}}}}\n')


def no_discovery(root):
    root.check(SD_CHECK)


NOBODY = pytest.mark.parametrize("break_it, code", [(no_numbers, "backend_failed"),
                                                    (no_prometheus, "backend_failed"),
                                                    (no_discovery, "discovery_failed")])


@NOBODY
def test_what_cannot_be_asked_before_the_deploy_stops_it(fleet, break_it, code):
    break_it(fleet)
    answer = deploy(fleet, f"touch {fleet}/ran")
    assert (answer.code, answer.json["verdict"]) == (2, "trouble"), answer
    assert answer.codes() == [code]
    assert answer.json["reasons"][0]["text"].startswith("the deploy command was not run: ")
    assert not (fleet.folder / "ran").exists()


@pytest.mark.parametrize("break_it, code, flags", [
    (no_numbers, "backend_failed", ["--soft-fail"]),
    (no_prometheus, "backend_failed", ["--override", "we know"]),
    (no_discovery, "discovery_failed", ["--soft-fail"])])
def test_unless_we_are_not_to_stop_anything(fleet, break_it, code, flags):
    break_it(fleet)
    answer = deploy(fleet, f"touch {fleet}/ran", *flags)
    assert (fleet.folder / "ran").exists(), answer
    assert answer.code == 0, answer
    assert code in [warning["code"] for warning in answer.json["warnings"]]
    assert any(warning["text"].startswith("before the deploy: ")
               for warning in answer.json["warnings"])


@pytest.mark.parametrize("flags", [["--no-wait"], ["--now", "1728993600"],
                                   ["--deployed-at", "1728993600"], ["--observe", "soon"],
                                   ["--only", "nothing"]])
def test_a_usage_error_runs_nothing(fleet, flags):
    answer = run("check", "web", "--config", fleet, "--deploy", f"touch {fleet}/ran", *flags)
    assert answer.code == 2, answer
    assert not (fleet.folder / "ran").exists()


def test_a_definition_with_a_mistake_runs_nothing(fleet):
    fleet.check(CHECK.replace("worse: higher", "worse: hihger"))
    answer = deploy(fleet, f"touch {fleet}/ran", "--soft-fail")
    assert answer.code == 2, answer
    assert not (fleet.folder / "ran").exists()


def test_it_is_observed_for_as_long_as_is_said_first(fleet):
    answer = deploy(fleet, f"date +%s.%N > {fleet}/ran; exit 3", "--observe", "3s")
    ran = float((fleet.folder / "ran").read_text())
    assert 3 <= ran - seconds(answer.json["started_at"]) < 3 + HANG / 4
    assert "waiting for the deploy at" in answer.err


def test_the_timeout_counts_from_the_commands_end(fleet):
    answer = deploy(fleet, "sleep 2", "--observe", "7s", "--timeout", "10s")
    assert (answer.code, answer.json["verdict"]) == (0, "pass"), answer
    took = seconds(answer.json["finished_at"]) - seconds(answer.json["started_at"])
    assert took > 10


def test_the_command_may_be_a_script_in_a_variable(fleet):
    script = f"cd {fleet}\ntouch ran\nexit 4\n"
    answer = check(fleet, "web",
                   env=environment(CANARYGATE_DEPLOY=script, CANARYGATE_OBSERVE="0s"))
    assert answer.code == 2, answer
    assert (fleet.folder / "ran").exists()
    assert "exit status 4" in answer.json["reasons"][0]["text"]


# ── Signals ──


def start_session(root, command, *flags):
    """As in CI: no terminal. Both reports are written."""
    return subprocess.Popen([PROGRAM, "check", "web", "--config", root, "--deploy", command,
                             "--report", f"json={root}/reports/gate.json",
                             "--report", f"junit={root}/reports/gate.xml", *flags],
                            env=environment(), start_new_session=True, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


SIGNALS = pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])


@SIGNALS
@pytest.mark.parametrize("soft", [[], ["--soft-fail"]], ids=["hard", "soft"])
def test_a_signal_while_it_observes_keeps_the_command_from_running(fleet, number, code, soft):
    process = start_session(fleet, f"touch {fleet}/ran", "--observe", "1h", *soft)
    for line in process.stderr:
        if "waiting for the deploy" in line:
            break
    process.send_signal(number)
    answer = read_reports(finish(process), fleet.folder / "reports")
    assert answer.code == code, answer
    assert answer.codes()[0] == "interrupted"
    assert not (fleet.folder / "ran").exists()


def readable(file):
    return bool(select.select([file], [], [], HANG)[0])


class Told:
    """A command with a child; both note and say each signal they get, and end when let."""

    SCRIPT = """import os, signal, subprocess, sys, time
role = sys.argv[1]
said, go = os.open("said", os.O_WRONLY), os.open("go", os.O_RDONLY)
log = os.open("log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
def told(*_):
    os.write(log, f"{role} told\\n".encode())
    os.write(said, f"{role} told\\n".encode())
signal.signal(signal.SIGINT, told)
signal.signal(signal.SIGTERM, told)
child = subprocess.Popen([sys.executable, sys.argv[0], "child"]) if role == "parent" else None
os.write(said, f"{role} ready\\n".encode())
os.read(go, 1)
time.sleep(0.3)  # long enough for canarygate to tell it once more, if it would
if child:
    child.wait()
    os.write(log, b"parent ended\\n")
"""

    def __init__(self, folder):
        self.folder = folder
        (folder / "deploy.py").write_text(self.SCRIPT)
        self.pipes = {}
        for name in ("said", "go"):
            os.mkfifo(folder / name)
            # Both ends are ours too, so that nobody waits to open one.
            self.pipes[name] = os.fdopen(os.open(folder / name, os.O_RDWR), "rb+", buffering=0)
        self.command = f"cd {folder} && exec {sys.executable} deploy.py parent"

    def hears(self, word):
        """What both say next."""
        heard = []
        for _ in range(2):
            assert readable(self.pipes["said"]), f"only heard {heard}"
            heard.append(self.pipes["said"].readline().decode())
        assert sorted(heard) == [f"child {word}\n", f"parent {word}\n"]

    def let_go(self):
        self.pipes["go"].write(b"..")

    def log(self):
        return sorted((self.folder / "log").read_text().splitlines())

    def close(self):
        """Whoever still waits to be let go reads the end of its pipe."""
        for pipe in self.pipes.values():
            pipe.close()


@pytest.fixture
def told(tmp_path):
    folder = tmp_path / "told"
    folder.mkdir()
    with contextlib.closing(Told(folder)) as command:
        yield command


@SIGNALS
def test_a_signal_is_passed_on_to_all_of_the_command_and_its_end_awaited(fleet, told, number, code):
    process = start_session(fleet, told.command)
    told.hears("ready")
    process.send_signal(number)
    told.hears("told")
    assert process.poll() is None
    told.let_go()
    answer = read_reports(finish(process), fleet.folder / "reports")
    assert answer.code == code, answer
    assert told.log() == ["child told", "parent ended", "parent told"]
    assert answer.codes()[0] == "interrupted"
    assert answer.json["verdict"] != "pass" and answer.json["window"]["looks_done"] == 0


def test_a_second_signal_ends_us_at_once_and_is_passed_on_first(fleet, told):
    process = start_session(fleet, told.command)
    told.hears("ready")
    process.send_signal(signal.SIGINT)
    told.hears("told")
    process.send_signal(signal.SIGTERM)
    told.hears("told")
    assert process.wait(HANG) == 143
    told.let_go()
    finish(process)  # its output ends with the command
    assert told.log() == ["child told", "child told", "parent ended", "parent told", "parent told"]


class Terminal:
    """canarygate at a terminal of its own, as somebody runs it by hand."""

    def __init__(self, root, command):
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.execve(PROGRAM, [str(PROGRAM), "check", "web", "--config", str(root), "--deploy",
                                command], environment(TERM="dumb"))
        self.text = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.master)  # hangs up: whoever still runs there ends
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)

    def read(self):
        """False at the end: nobody has the terminal any more."""
        assert readable(self.master), self.text
        try:
            self.text += os.read(self.master, 4096).decode(errors="replace")
        except OSError:
            return False
        return True

    def read_until(self, text):
        while text not in self.text:
            assert self.read(), self.text

    def type(self, text):
        os.write(self.master, text.encode())

    def end(self):
        """The exit code."""
        while self.read():
            pass
        pid, self.pid = self.pid, 0
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_ctrl_c_reaches_the_command_once(fleet, told):
    with Terminal(fleet, told.command) as terminal:
        told.hears("ready")
        terminal.type("\x03")
        told.hears("told")
        told.let_go()
        assert terminal.end() == 130, terminal.text
        assert told.log() == ["child told", "parent ended", "parent told"]
        assert "INTERRUPTED" in terminal.text


def test_a_signal_that_nobody_typed_reaches_all_of_the_command_at_a_terminal_too(fleet, told):
    with Terminal(fleet, told.command) as terminal:
        told.hears("ready")
        os.kill(terminal.pid, signal.SIGTERM)
        told.hears("told")
        told.let_go()
        assert terminal.end() == 143, terminal.text
        assert told.log() == ["child told", "parent ended", "parent told"]


def test_the_command_can_ask_at_the_terminal(fleet):
    with Terminal(fleet, "echo sure?; read answer; echo got $answer; exit 3") as terminal:
        terminal.read_until("sure?\r\n")
        terminal.type("yes\n")
        assert terminal.end() == 2, terminal.text
        assert "got yes" in terminal.text
