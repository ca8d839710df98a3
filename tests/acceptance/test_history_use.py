"""What the history is for: past deploys are not taken for normal, and a check grows from soft to hard."""
import stat

import fleet
from history_stores import History, Sqlite
from support import check, run

PAST = fleet.DEPLOYED_AT - 600
LATENCY = "metrics: [{name: latency, query: latency, host_label: host, unit: s, worse: higher}]\n"


def one_bad_deploy_after_another(host, time):
    if host not in fleet.CANARY:
        return 1
    if PAST < time <= PAST + 240:
        return 4
    return 1.6 if time > fleet.DEPLOYED_AT else 1


def verdict(root, at, *flags):
    return check(root, "web", "--deployed-at", str(at), *flags).json["verdict"]


def test_a_bad_deploy_of_the_past_does_not_make_the_next_one_look_normal(root):
    fleet.write(root, {"latency": one_bad_deploy_after_another}, check=fleet.CHECK + LATENCY)
    assert verdict(root, fleet.DEPLOYED_AT) != "fail", "who knows nothing of it takes it for noise"
    assert verdict(root, PAST) == "fail"
    assert verdict(root, fleet.DEPLOYED_AT) == "fail"
    assert verdict(root, fleet.DEPLOYED_AT, "--no-history") != "fail"


def test_only_deploys_of_the_same_check_and_before_count(root):
    fleet.write(root, {"latency": one_bad_deploy_after_another}, check=fleet.CHECK + LATENCY)
    root.check(fleet.CHECK + LATENCY, "other")
    root.write("environments/elsewhere.yaml", "version: 1\nenvironment: elsewhere\n" + fleet.FILE)
    check(root, "other", "--deployed-at", str(PAST))
    check(root, "web", "--deployed-at", str(PAST), "--env", "elsewhere")
    check(root, "web", "--deployed-at", str(fleet.DEPLOYED_AT + 1))
    assert verdict(root, fleet.DEPLOYED_AT) != "fail"
    assert verdict(root, fleet.DEPLOYED_AT) != "fail", "a deploy that is judged again is no past one"


def test_a_run_that_is_repeated_is_no_past_deploy_of_itself(root):
    fleet.write(root)
    first, again = (check(root, "web", "--now", str(fleet.END)).json["metrics"] for _ in range(2))
    assert first == again


def test_deploys_that_leave_no_window_alone_leave_a_quarter_of_the_history(root):
    fleet.write(root)
    quiet = check(root, "web", "--deployed-at", str(fleet.DEPLOYED_AT))
    assert "past_deploys" not in [warning["code"] for warning in quiet.json["warnings"]]
    for ago in range(2500, 200, -200):  # a window with its reference is 520 s, a deploy's event 120 s
        check(root, "web", "--deployed-at", str(fleet.DEPLOYED_AT - ago))
    answer = check(root, "web", "--deployed-at", str(fleet.DEPLOYED_AT))
    assert (answer.code, answer.json["verdict"]) == (0, "pass")
    assert [warning["text"] for warning in answer.json["warnings"] if warning["code"] == "past_deploys"] == [
        "5 of the history's 5 windows have a deploy in them, because deploys are so many that too few have none: the "
        "check sees less than it could; a longer `history` or a shorter `reference` helps"]


def test_past_deploys_that_cannot_be_read_are_a_warning_before_the_run(root):
    fleet.write(root)
    history = root.write(".canarygate/history.db", "no database at all, but long enough to look like one\n" * 50)
    answer = check(root, "web", "--deployed-at", str(fleet.DEPLOYED_AT))
    assert (answer.code, answer.json["verdict"]) == (0, "pass")
    cause = f"history sqlite:{history}: {history}: file is not a database\n"
    assert answer.err.startswith("canarygate: warning: past deploys are not left out of what counts as normal: " + cause)
    assert answer.err.endswith("canarygate: warning: this run is not in the history: " + cause)


# ---- from soft to hard

def soft_runs(root, tmp_path, good=20, bad=2):
    history = History(root, Sqlite(tmp_path / "history.db"))
    for n in range(good + bad):
        assert history.check("bad" if n < bad else "good", n).code == 0
    return history


def test_stats_say_how_often_how_rightly_and_what_to_do(root, tmp_path):
    history = soft_runs(root, tmp_path)
    history.ask("mark", "1", "right")
    history.ask("mark", "2", "right")
    page = root.folder / "out" / "history.html"
    answer = history.ask("stats", "--html", page)
    assert answer.out == """web in test
  22 soft runs, 2 would have failed, both marked right: ready for hard mode
  stopped, or would have been: 2 of 22 deploys, precision 100 % (2 of 2 marked)
  trend, stopped: in its last 4 weeks 2 of 22
    bad   failed in 2 of 2, precision 100 % (2 of 2 marked)
    good  failed in 0 of 20
"""
    assert "22 soft runs, 2 would have failed, both marked right: ready for hard mode" in page.read_text()
    stats = history.json("stats")["checks"]
    assert len(stats) == 1
    expected = {"check": "web", "environment": "test", "mode": "soft", "deploys": 22, "stopped": 2,
                "marked_right": 2, "marked_wrong": 0, "precision": 1.0, "ready": True, "unmarked": [],
                "weeks": [{"begin": "2024-10-14T00:00:00Z", "deploys": 22, "stopped": 2}]}
    assert {key: stats[0][key] for key in expected} == expected
    assert history.ask("stats", "--check", "api").out == f"no such run in {history.store.where}\n"


def promote(history, *flags):
    return run("promote", "web", "--config", history.root, *flags, env=history.env)


def test_promote_makes_that_one_edit_when_the_history_says_so(root, tmp_path):
    history = soft_runs(root, tmp_path)
    file = root.folder / "checks/web.yaml"
    text = file.read_text().replace("mode: soft\n", "mode: soft    # until the queue is quiet\n")
    file.write_text(text)
    file.chmod(0o640)
    answer = promote(history)
    assert answer.code == 1
    assert answer.out == (
        "web in test: 22 soft runs, 2 would have failed, 2 not marked: say of each whether that was right, by "
        f"`canarygate history mark 2 right|wrong`\n{file} is as it was\n")
    assert file.read_text() == text
    history.ask("mark", "1", "right")
    history.ask("mark", "2", "right")
    answer = promote(history)
    assert answer.code == 0, answer
    assert answer.out == ("web in test: 22 soft runs, 2 would have failed, both marked right: ready for hard mode\n"
                          f"{file}:3: `mode` is hard now\n")
    assert file.read_text() == text.replace("mode: soft", "mode: hard")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert history.check("bad").code == 1
    answer = promote(history)
    assert (answer.code, answer.out) == (0, "web is in hard mode already\n")


def test_promote_changes_an_environment_s_own_mode_for_that_environment(root, tmp_path):
    history = soft_runs(root, tmp_path, good=20, bad=0)
    file = root.folder / "environments/test.yaml"
    file.write_text(file.read_text() + "overrides: {web: {mode: soft, owner: team-web}}\n")
    before = (root.folder / "checks/web.yaml").read_text()
    answer = promote(history)
    assert answer.out.endswith(f"{file}:4: `mode` is hard now\n"), answer
    assert file.read_text().endswith("overrides: {web: {mode: hard, owner: team-web}}\n")
    assert (root.folder / "checks/web.yaml").read_text() == before


def test_promote_needs_soft_runs(root, tmp_path):
    history = History(root, Sqlite(tmp_path / "history.db"))
    answer = promote(history)
    assert answer.code == 1
    assert answer.out == (f"web: no soft run is recorded in {history.store.where}\n"
                          f"{root.folder / 'checks/web.yaml'} is as it was\n")
    answer = run("promote", "wbe", "--config", root)
    assert (answer.code, answer.err) == (2, f"{root.folder}/checks: no check 'wbe'; did you mean 'web'?\n")
