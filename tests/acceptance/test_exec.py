"""The gate with a program of the user's own: the one that the documentation shows, and some that fail."""
import json
import os
import re
import signal
import sqlite3
import sys
import time

import pytest

import fleet
from support import HANG, ROOT, check, environment, finish, start

AT = ("--deployed-at", str(fleet.DEPLOYED_AT))


def documented_program():
    page = (ROOT / "docs" / "backends" / "exec.md").read_text()
    return re.search(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE).group(1)


def use(root, command, more=""):
    fleet.write(root, environment=f"""
backends:
  default:
    type: exec
    command: |
      {command}
    scrape_interval: 5s
{more}""")


def with_database(root, bends=None):
    """The documented program over the fleet's numbers."""
    path = root.folder / "metrics.db"
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE samples(time INTEGER, host TEXT, metric TEXT, value REAL)")
        database.executemany("INSERT INTO samples VALUES (?, ?, ?, ?)", fleet.rows(bends))
    program = root.write("numbers.py", documented_program())
    use(root, f"{sys.executable} {program}", f"    env: {{DATABASE: {path}}}\n")


BENDS = {
    "good": ({}, 0, "pass"),
    "bad": ({"latency": fleet.after_deploy(3), "errors": fleet.after_deploy(5)}, 1, "fail"),
    "silent": ({"*": fleet.after_deploy(None)}, 1, "fail"),
    "nothing": ({"*": fleet.after_deploy(None, fleet.HOSTS)}, 1, "no_data"),
}


@pytest.mark.parametrize("name", BENDS)
def test_the_documented_program_is_judged_as_the_same_numbers_in_a_file(root, name):
    bends, code, verdict = BENDS[name]
    fleet.write(root, bends)
    expected = check(root, "web", *AT).json
    with_database(root, bends)
    said = check(root, "web", *AT)
    assert (said.code, said.json["verdict"]) == (code, verdict), said
    for mine, other in zip(said.json["metrics"], expected["metrics"], strict=True):
        assert (mine["verdict"], mine["canary"], mine["p_value"]) == \
            (other["verdict"], other["canary"], other["p_value"])


def trouble(root, command, *told, more="", env=None):
    use(root, command, more)
    said = check(root, "web", *AT, env=env)
    assert (said.code, said.json["verdict"]) == (2, "trouble"), said
    text = " ".join(said.out.split())
    for words in told:
        assert words in text, said
    return said


def test_a_metric_that_the_program_does_not_know(root):
    with_database(root)
    root.check(fleet.CHECK + fleet.METRICS.replace("query: latency", "query: latncy"))
    said = check(root, "web", *AT)
    assert said.code == 2 and "has no answer to 'latncy': no metric latncy" in " ".join(said.out.split())


def test_a_program_that_fails(root):
    trouble(root, "echo '{\"results\": []}'; echo 'no route to db' >&2; exit 3",
            "failed (exit status 3): no route to db. Run it by hand")
    trouble(root, "no-such-program-here", "failed (exit status 127): ", "not found")


def test_a_program_that_prints_nonsense(root):
    trouble(root, "echo Loading", "what it printed is not one JSON document", "Loading")
    trouble(root, "true", "it printed nothing")
    trouble(root, "echo '{\"results\": []}'", "it printed 0 results to ")


def test_a_secret_is_given_and_never_shown(root):
    said = trouble(root, 'echo "login as $PASSWORD failed" >&2; exit 1', "login as [hidden] failed",
                   more="    env: {PASSWORD: {env: DB_PASSWORD}}\n",
                   env=environment(DB_PASSWORD="hunter2-hunter2"))
    assert "hunter2" not in said.out + said.err + json.dumps(said.json)


def wait_for(condition):
    deadline = time.monotonic() + HANG
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_program_that_hangs_is_killed_with_its_children(root):
    pid = root.folder / "pid"
    trouble(root, f"sleep 1000 & echo $! >{pid}; wait", "was stopped: still running after 300ms",
            "`request_timeout`", more="    request_timeout: 300ms\n")
    wait_for(lambda: not alive(int(pid.read_text())))


def test_an_interrupt_kills_the_program(root):
    pid = root.folder / "pid"
    use(root, f"sleep 1000 & echo $! >{pid}.new; mv {pid}.new {pid}; wait")
    running = start("check", "web", "--config", root, *AT)
    wait_for(pid.exists)
    running.send_signal(signal.SIGINT)
    assert finish(running).code == 130
    wait_for(lambda: not alive(int(pid.read_text())))
