"""100 CI jobs record at the same moment, some of them killed: no record is lost or half written."""
import datetime
import fcntl
import json
import random
import subprocess

import pytest

import fleet
from history_stores import History, Postgres, Sqlite
from postgres_server import PostgresServer
from support import PROGRAM, finish

JOBS = 100
KILLED = 25


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.server)])
def history(request, root, tmp_path):
    if request.param == "sqlite":
        yield History(root, Sqlite(tmp_path / "history.db"))
        return
    with PostgresServer() as server:
        history = History(root, Postgres(server))
        # Passwords take more time to check than all the rest.
        history.store.definition = f"history: 'postgresql://gate@/team?host={server.folder}&port={server.port}'\n"
        history.configure()
        yield history


def milliseconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000


def start(gate, *arguments, env):
    """Begins when nobody holds the file `gate` any more."""
    return subprocess.Popen(["sh", "-c", 'flock -s "$0" true && exec "$@"', gate, PROGRAM, *map(str, arguments)],
                            env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_a_hundred_jobs_at_once_of_which_some_are_killed(history):
    """Nobody has made the store before: they all try at once. Each time one has ended another is
    killed, so the kills fall in the midst of the writing."""
    gate = history.root.write("gate", "")
    with open(gate, encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        jobs = [start(gate, "check", "web", "--config", history.root, "--deployed-at", fleet.DEPLOYED_AT,
                      "--override", f"job {n}", env=history.env) for n in range(JOBS)]
    rng = random.Random(7)
    killed = set()
    answers = {}
    for n, job in enumerate(jobs):
        alive = [k for k in range(n + 1, JOBS) if k not in killed and jobs[k].poll() is None]
        if len(killed) < KILLED and alive and n % 2 == 0:
            victim = rng.choice(alive[:10])
            jobs[victim].kill()
            killed.add(victim)
        answers[n] = finish(job)

    done = {n for n, answer in answers.items() if answer.code != -9}
    assert len(done) >= JOBS - KILLED and len(done) < JOBS, "some were killed, and not all"
    for n in done:
        assert (answers[n].code, answers[n].err.count("warning")) == (0, 0), answers[n]

    runs = [json.loads(line) for line in history.ask("export").out.splitlines()]
    recorded = [run["override"] for run in runs]
    assert len(set(recorded)) == len(recorded), "nobody is recorded twice"
    assert {f"job {n}" for n in done} <= set(recorded), "nobody is lost"
    for run in runs:
        assert [metric["name"] for metric in run["metrics"]] == ["good", "bad"]
        assert run["report"]["run_id"] == run["run_id"], "the report is whole"
        assert milliseconds(run["recorded_at"]) - milliseconds(run["finished_at"]) < 5000, "nobody waits for long"
    if isinstance(history.store, Sqlite):
        assert history.store.sql("PRAGMA integrity_check") == "ok"
        assert history.store.sql("PRAGMA foreign_key_check") == ""
    metrics = "SELECT count(*) FROM canarygate_metrics"
    assert history.store.sql(metrics) == str(2 * len(runs)), "and nothing is there that belongs to none"
