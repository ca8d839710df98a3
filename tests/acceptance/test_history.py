"""INTERFACE, `canarygate history`: the same on SQLite and on a real PostgreSQL."""
import json
import re
import sqlite3
import time

import pytest

import fleet
from history_stores import CHECK, History, Postgres, Sqlite
from postgres_server import PASSWORD, PostgresServer
from support import check, environment, run


@pytest.fixture(scope="module")
def server():
    with PostgresServer() as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.server)])
def history(request, root, tmp_path):
    if request.param == "sqlite":
        return History(root, Sqlite(tmp_path / "team" / "history.db"))
    return History(root, Postgres(request.getfixturevalue("server")))


@pytest.fixture
def sqlite_history(root, tmp_path):
    return History(root, Sqlite(tmp_path / "history.db"))


@pytest.fixture
def postgres_history(root, server):
    return History(root, Postgres(server))


# ---- what is recorded

def test_a_run_is_recorded_with_all_that_it_said(history):
    folder = history.root.folder
    answer = history.check("bad", 0, "--report", f"json={folder / 'r.json'}", "--seed", "18446744073709551615")
    assert (answer.code, answer.err.count("warning")) == (0, 0), answer
    report = json.loads((folder / "r.json").read_text())
    shown = history.json("show", "1")
    assert shown["report"] == report
    assert shown["report"]["seed"] == 18446744073709551615
    for key in ("run_id", "check", "environment", "verdict", "exit_code", "hard_exit_code", "soft_fail",
                "started_at", "finished_at", "deployed_at"):
        assert shown[key] == report[key], key
    assert (shown["id"], shown["verdict"], shown["exit_code"], shown["hard_exit_code"]) == (1, "fail", 0, 1)
    assert shown["reason"] == report["reasons"][0]["text"]
    assert [metric["name"] for metric in shown["metrics"]] == ["bad"]
    assert shown["metrics"][0]["verdict"] == "fail"
    assert re.fullmatch("[0-9a-f]{16}", shown["definition"])
    assert shown == history.json("show", report["run_id"]), "by its run_id as well"


def test_the_ci_and_an_override_are_recorded(history):
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.example.com",
                 "GITHUB_REPOSITORY": "acme/web", "GITHUB_RUN_ID": "7", "GITHUB_SHA": "abc123",
                 "GITHUB_ACTOR": "dana", **history.store.variables}
    history.check("bad", 0, "--override", "queue is draining", env=environment(**variables))
    shown = history.json("show", "1")
    assert (shown["override"], shown["override_user"]) == ("queue is draining", "dana")
    assert shown["build_url"] == "https://github.example.com/acme/web/actions/runs/7"
    assert shown["commit"] == "abc123"


def test_a_changed_definition_has_another_hash(history):
    history.check()
    history.root.check(CHECK + "owner: team-web\n")
    history.check()
    assert len({run["definition"] for run in history.runs()}) == 2


def test_no_history_records_nothing(history):
    history.check()
    assert history.check("good", 0, "--no-history").code == 0
    assert len(history.runs()) == 1
    assert history.check("good", 0, env=environment(CANARYGATE_NO_HISTORY="1", **history.store.variables)).code == 0
    assert len(history.runs()) == 1


def test_a_report_that_cannot_be_written_is_in_the_record(history):
    answer = history.check("good", 0, "--report", "json=/dev/null/report.json")
    assert answer.code == 2
    assert (history.runs()[0]["exit_code"], history.runs()[0]["verdict"]) == (2, "pass")


def test_several_checks_are_a_record_each(history):
    history.root.check(CHECK, "api")
    run("check", "web", "api", "--config", history.root, "--deployed-at", str(fleet.DEPLOYED_AT), env=history.env)
    assert [run["check"] for run in history.runs()] == ["api", "web"]


# ---- asking for it

def test_the_list_is_a_table_of_the_youngest_first(history):
    history.check("good")
    history.check("bad", 1)
    history.ask("mark", "2", "right")
    answer = history.ask("list")
    lines = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME                ", answer.out).splitlines()
    assert lines[0] == "ID  STARTED               CHECK  ENVIRONMENT  VERDICT  EXIT      MARK   REASON"
    assert lines[1].startswith("2   TIME                  web    test         fail     0 (soft)  right  bad ")
    assert lines[2] == "1   TIME                  web    test         pass     0         -"
    assert [one["id"] for one in history.json("list", "--limit", "1")["runs"]] == [2]


def test_runs_are_chosen_by_check_environment_and_time(history):
    history.check()
    assert len(history.runs("--check", "web")) == 1
    assert history.runs("--check", "api") == []
    assert len(history.runs("--env", "test")) == 1
    history.root.write("environments/other.yaml", "version: 1\nenvironment: other\n" + fleet.FILE)
    assert history.runs("--env", "other") == []
    assert len(history.runs("--since", "1h")) == 1
    assert history.runs("--since", "2999-01-01T00:00:00Z") == []
    assert history.ask("list", "--check", "api").out == f"no such run in {history.store.where}\n"


def test_a_run_is_shown_with_its_metrics(history):
    history.check("bad")
    history.ask("mark", "1", "wrong", "--note", "a test of ours")
    shown = history.ask("show", "1")
    assert shown.code == 0, shown
    for line in ("check        web", "environment  test", "verdict      fail", "exit code    0 (soft)",
                 "mark         wrong: a test of ours"):
        assert line in shown.out.splitlines(), shown
    assert "  bad  fail" in shown.out


def test_a_mark_can_be_changed_and_taken_back(history):
    history.check("bad")
    answer = history.ask("mark", "1", "right", "--note", "the queue grew")
    assert re.fullmatch(r"run 1 \(web, \S+, fail\) is marked right\n", answer.out), answer
    assert {key: history.runs()[0]["mark"][key] for key in ("mark", "note")} == {"mark": "right",
                                                                              "note": "the queue grew"}
    history.ask("mark", "1", "wrong")
    assert history.runs()[0]["mark"]["mark"] == "wrong"
    answer = history.ask("mark", "1", "none")
    assert re.fullmatch(r"run 1 \(web, \S+, fail\) is not marked any more\n", answer.out), answer
    assert history.runs()[0]["mark"] is None


def test_pruning_removes_old_runs_and_no_others(history):
    history.check()
    history.check("bad", 1)
    history.store.sql("UPDATE canarygate_runs SET started_at = started_at - 864000000 WHERE number = 1")
    assert history.ask("prune", "--older-than", "30d").out == f"removed 0 runs from {history.store.where}\n"
    assert history.ask("prune", "--older-than", "9d", "--check", "api").out.startswith("removed 0 runs")
    assert history.ask("prune", "--older-than", "9d").out == f"removed 1 run from {history.store.where}\n"
    assert [run["id"] for run in history.runs()] == [2]
    assert history.store.sql("SELECT DISTINCT run FROM canarygate_metrics") == "2"
    history.check("good", 2)
    assert history.runs()[0]["id"] == 3, "a number is never given again"
    assert history.json("prune", "--older-than", "0s") == {"version": 1, "removed": 2}


def test_an_export_has_a_whole_run_on_each_line(history):
    history.check()
    history.check("bad", 1)
    lines = [json.loads(line) for line in history.ask("export").out.splitlines()]
    assert [line["id"] for line in lines] == [2, 1]
    assert lines[1] == history.json("show", "1")


@pytest.mark.parametrize("arguments, error", [
    (["show", "99"], "canarygate: history WHERE: there is no run '99'; `canarygate history list` shows which there "
                     "are\n"),
    (["mark", "99", "right"], "canarygate: history WHERE: there is no run '99'; `canarygate history list` shows "
                              "which there are\n"),
])
def test_a_run_that_is_not_there(history, arguments, error):
    history.check()
    answer = history.ask(*arguments)
    assert (answer.code, answer.err) == (2, error.replace("WHERE", history.store.where))


def test_nothing_is_recorded_yet(history):
    answer = history.ask("list")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (f"canarygate: history {history.store.where}: nothing has been recorded there yet; "
                          "`canarygate check` does\n")


# ---- the schema

def test_a_newer_schema_is_refused_and_stops_no_deploy(history):
    history.check()
    if isinstance(history.store, Sqlite):
        history.store.sql("PRAGMA user_version = 3")
    else:
        history.store.sql("UPDATE canarygate_schema SET version = 3")
    error = (f"history {history.store.where}: it was written by a newer canarygate (schema 3; this one, 0.1.0, "
             "knows 2); update this one, or give it another 'history'\n")
    assert history.ask("list").err == "canarygate: " + error
    answer = history.check()
    assert answer.code == 0
    assert answer.err.endswith("canarygate: warning: this run is not in the history: " + error)


def test_an_older_schema_is_brought_up_to_date(history):
    history.check()
    history.store.sql("DROP INDEX canarygate_runs_by_check")
    if isinstance(history.store, Sqlite):
        history.store.sql("PRAGMA user_version = 1")
        indices = "SELECT count(*) FROM sqlite_schema WHERE name = 'canarygate_runs_by_check'"
    else:
        history.store.sql("UPDATE canarygate_schema SET version = 1")
        indices = "SELECT count(*) FROM pg_indexes WHERE indexname = 'canarygate_runs_by_check'"
    assert [run["id"] for run in history.runs()] == [1]
    assert history.store.sql(indices) == "1"


# ---- what goes wrong

def test_a_held_store_blocks_a_run_for_less_than_five_seconds(history):
    history.check()
    if isinstance(history.store, Sqlite):
        other = sqlite3.connect(history.store.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        answer = history.check()
        other.close()
        cause = f"{history.store.path} is held by another process, for more than 4 seconds"
    else:
        with history.store.server.holding("LOCK TABLE canarygate_runs IN SHARE ROW EXCLUSIVE MODE"):
            began = time.monotonic()
            answer = history.check()
        cause = "the server did not answer within 4 seconds"
    assert time.monotonic() - began < 60, "a guard against hanging; the 4 seconds are the program's own word"
    assert answer.code == 0
    assert answer.err.endswith("canarygate: warning: this run is not in the history: history "
                               f"{history.store.where}: {cause}\n")
    assert len(history.runs()) == 1


def warned(answer):
    lines = [line for line in answer.err.splitlines() if "warning" in line]
    assert len(lines) == 1, answer
    return lines[0].removeprefix("canarygate: warning: this run is not in the history: ")


def test_another_program_s_database_is_left_alone(sqlite_history):
    sqlite_history.store.sql("CREATE TABLE mine (a)")
    path = sqlite_history.store.path
    assert warned(sqlite_history.check()) == (
        f"history sqlite:{path}: {path} is another program's database; name another file in 'history'")
    assert sqlite_history.store.sql("SELECT name FROM sqlite_schema") == "mine"


def test_a_file_that_is_no_database(sqlite_history):
    path = sqlite_history.store.path
    path.write_text("not a database, but quite some text all the same\n" * 100)
    assert warned(sqlite_history.check()) == f"history sqlite:{path}: {path}: file is not a database"


def test_a_folder_that_cannot_be_made(root):
    fleet.write(root, check=CHECK)
    root.write("canarygate.yaml", "version: 1\nenvironment: test\nhistory: sqlite:data.csv/history.db\n")
    answer = run("check", "web", "--config", root, "--deployed-at", str(fleet.DEPLOYED_AT))
    assert answer.code == 0
    where = root.folder / "data.csv"
    assert answer.err.endswith(f"canarygate: warning: this run is not in the history: history sqlite:{where}/"
                               f"history.db: cannot make the folder {where}: Not a directory\n")


def test_by_default_the_history_is_beside_canarygate_yaml_and_out_of_git(root):
    fleet.write(root, check=CHECK)
    check(root, "web", "--deployed-at", str(fleet.DEPLOYED_AT))
    folder = root.folder / ".canarygate"
    assert (folder / "history.db").exists()
    assert (folder / ".gitignore").read_text() == "*\n"
    assert len(json.loads(run("history", "list", "--config", root, "--format", "json").out)["runs"]) == 1


def test_an_environment_may_have_its_own(history, tmp_path):
    history.root.write("environments/test.yaml", "version: 1\nenvironment: test\nhistory: sqlite:own.db\n" + fleet.FILE)
    history.check()
    own = history.root.folder / "environments/own.db"
    assert Sqlite(own).sql("SELECT count(*) FROM canarygate_runs") == "1"


@pytest.mark.server
def test_a_wrong_password_is_a_warning_without_it(postgres_history):
    answer = postgres_history.check(env=environment(TEAM_DB="not-it-at-all"))
    assert answer.code == 0
    assert 'password authentication failed for user "gate"' in warned(answer)
    assert "not-it-at-all" not in answer.out + answer.err


@pytest.mark.server
def test_a_password_that_is_not_set_is_a_warning(postgres_history):
    answer = postgres_history.check(env=environment())
    assert answer.code == 0
    assert warned(answer).startswith(f"history {postgres_history.store.where}: ")
    assert "TEAM_DB" in warned(answer)


@pytest.mark.server
def test_libpq_s_own_variable_serves_too(postgres_history):
    postgres_history.store.definition = f"history: '{postgres_history.store.where}'\n"
    postgres_history.configure()
    answer = postgres_history.check(env=environment(PGPASSWORD=PASSWORD))
    assert "warning" not in answer.err, answer
    assert postgres_history.store.sql("SELECT count(*) FROM canarygate_runs") == "1"


def test_a_server_that_is_not_there_is_a_warning(root):
    fleet.write(root, check=CHECK)
    root.write("canarygate.yaml", "version: 1\nenvironment: test\nhistory: 'postgresql://gate@127.0.0.1:1/team'\n")
    answer = run("check", "web", "--config", root, "--deployed-at", str(fleet.DEPLOYED_AT))
    assert answer.code == 0
    assert "Connection refused" in warned(answer)
