"""The plan of a check: whom and what it asks, when, at what cost, and what it could see."""
import json

import pytest

import fleet
from support import check, run
from test_prometheus import backfilled, use

AT = ("--deployed-at", str(fleet.DEPLOYED_AT))
SERIES = 3 * len(fleet.HOSTS)
# Twenty windows of ten points, 42 from a window to its reference's begin, twice, less the gap of two.
PAST = SERIES * (20 * 10 + 2 * (40 + 2) - 2)
LOOKS = SERIES * (2 + 4 + 6 + 8 + 10)
TRAFFIC = "traffic: {query: requests, min: 20000, min_share: 50%}\n"


def explain(root, *flags):
    return run("explain", "web", "--config", root, *AT, *flags)


def plan(root, *flags):
    return json.loads(explain(root, "--format", "json", *flags).out)


def test_the_whole_plan_in_words(root):
    fleet.write(root, check=fleet.CHECK + TRAFFIC +
                fleet.METRICS.replace("total: requests,", "total: requests, min_traffic: 5e3,"))
    answer = explain(root)
    assert (answer.code, answer.err) == (0, ""), answer
    before, _, metrics = answer.out.partition("\nMetrics\n")
    assert before == """web in test
hard mode: a failure stops the deploy

Hosts
  canary    2 hosts: web-1 and web-2
  baseline  6 hosts: web-3, web-4, web-5, web-6, web-7 and web-8

When
  It watches from 20s to 2m after the deploy, a point every 10s, and looks 5 times.
  Each host is compared with its own 6m40s before the deploy.
  What is normal is measured over 33m20s of history (20 windows).
  When nothing is wrong it stops a deploy about 1 time in 100.
  What is said below is of the numbers from 2024-10-15T12:00:20Z to 2024-10-15T12:02:00Z.
"""
    requests = sum(value for time, host, _, value in fleet.rows(metrics=["requests"])
                   if host in fleet.CANARY and time > fleet.START)
    for line in ("    undecided below a total of 5000 on the canary; here it had ",
                 "    numbers from 2 of 2 canary and 6 of 6 baseline hosts; moderate evidence\n",
                 "\nTraffic\n  query (default): requests\n"
                 "  undecided below 20,000 on the canary, or where a canary host gets less than 50 % of a baseline "
                 f"host's\n  here the canary got {requests:,}, a host ",
                 "\nCost\n"
                 f"  the past                0 requests, {PAST} numbers\n"
                 f"  5 looks                 0 requests, {LOOKS} numbers\n"
                 f"  a whole run             0 requests, {PAST + LOOKS} numbers\n"):
        assert line in metrics, (line, metrics)


def test_a_deploy_of_now_is_told_when_it_would_be_decided(root):
    fleet.write(root)
    answer = run("explain", "web", "--config", root)
    assert "\n  Of a deploy that ends now it would take the first look at " in answer.out, answer
    assert "the first look at" not in explain(root).out


def test_what_it_costs_is_what_a_server_is_asked(root):
    with backfilled({}) as url:
        use(root, url)
        told = explain(root, "--format", "json", "--debug")
        sent = sum(line.startswith("canarygate: debug: ") and url in line for line in told.err.splitlines())
        cost = json.loads(told.out)["cost"]
        assert cost["history"]["points"] == PAST
        assert cost["looks"] == {"requests": 5 * 3, "points": LOOKS}
        assert cost["run"] == {"requests": cost["history"]["requests"] + 15, "points": PAST + LOOKS}
        assert sent == cost["history"]["requests"] + 3, told.err


def test_what_it_could_catch_is_less_where_a_past_deploy_is_not_known(root):
    def bad_before(host, time):
        ago = fleet.DEPLOYED_AT - 1200
        return 4 if host in fleet.CANARY and ago < time <= ago + 240 else 1

    fleet.write(root, {"latency": bad_before})
    sensitivity = lambda: plan(root)["metrics"][0]["sensitivity"]
    ignorant = sensitivity()
    assert check(root, "web", "--deployed-at", str(fleet.DEPLOYED_AT - 1200)).json["verdict"] == "fail"
    assert sensitivity() < 0.7 * ignorant


def test_past_deploys_that_cannot_be_read_are_worth_knowing(root):
    fleet.write(root)
    history = root.write(".canarygate/history.db", "no database at all, but long enough to look like one\n" * 50)
    answer = explain(root)
    assert answer.code == 0
    assert ("\nWorth knowing\n  - past deploys are not left out of what counts as normal: history "
            f"sqlite:{history}: {history}: file is not a database\n") in answer.out


def test_a_metric_too_noisy_for_what_the_check_wants_to_see_says_so(root):
    fleet.write(root, check=fleet.CHECK.replace("history: 2000s", "history: 2000s, detect: 2%") + fleet.METRICS)
    answer = explain(root)
    assert "8 times in 10, but should catch what `detect` says: a pass would be undecided\n" in answer.out, answer
    fleet.write(root)
    assert "`detect`" not in explain(root).out


@pytest.mark.parametrize("share, seen", [("50%", True), ("150%", True)])
def test_traffic_is_for_programs_too(root, share, seen):
    fleet.write(root, check=fleet.CHECK + TRAFFIC.replace("50%", share) + fleet.METRICS)
    traffic = plan(root)["traffic"]
    assert (traffic["min"], traffic["min_share"]) == (20000, float(share[:-1]) / 100)
    assert seen and 0.9 < traffic["share"] < 1.1 and traffic["events"] > 15_000
    fleet.write(root)
    assert plan(root)["traffic"] is None
