"""The examples run as they are, and end as their README says."""
import subprocess

import pytest

from support import EXAMPLES, ROOT, check, environment, example_script, run

DEPLOYED_AT = "2024-10-15T14:00:00Z"
CHECKS = ("web-bg-tasks", "checkout-api", "search-indexer", "thumbnailer")
SCENARIOS = ("good", "bad", "leaking", "crashing", "silent")


def verdict_of(scenario, name):
    if scenario == "good":
        return "pass"
    # Where only a label of the numbers says who is canary, silence leaves no canary to judge.
    return "trouble" if (scenario, name) == ("silent", "thumbnailer") else "fail"


@pytest.fixture
def examples(tmp_path):
    """The examples, with a folder of their own for reports."""
    root = tmp_path / "examples"
    subprocess.run(["cp", "-r", EXAMPLES, root], check=True)
    return root


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_recorded_data_are_what_the_generator_makes(scenario):
    generate = example_script("generate")
    assert (EXAMPLES / "data" / f"{scenario}.csv.gz").read_bytes() == generate.data_of(scenario)


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_each_recorded_deploy_ends_as_it_must(examples, scenario, name):
    verdict = verdict_of(scenario, name)
    hard = check(examples, name, "--env", scenario, "--deployed-at", DEPLOYED_AT)
    assert hard.json["verdict"] == verdict, hard
    assert hard.code == {"pass": 0, "fail": 1, "trouble": 2}[verdict], hard

    soft = check(examples, name, "--env", scenario, "--deployed-at", DEPLOYED_AT, "--soft-fail")
    assert (soft.code, soft.json["verdict"]) == (0, verdict), soft
    assert soft.json["hard_exit_code"] == hard.code
    assert ("NOT STOPPED" in soft.out) == (verdict != "pass")


@pytest.mark.parametrize("scenario, code", [("good", 0), ("bad", 1), ("leaking", 1), ("silent", 1)])
def test_the_same_service_can_be_judged_as_kayenta_would(examples, scenario, code):
    answer = check(examples, "checkout-kayenta", "--env", scenario, "--deployed-at", DEPLOYED_AT)
    assert answer.code == code, answer
    assert {metric["judge"] for metric in answer.json["metrics"]} == {"kayenta"}
    assert answer.json["score"]["classification"] == ("pass" if code == 0 else "fail"), answer


def test_a_bad_canary_is_explained_to_someone_who_never_heard_of_canarygate(examples):
    answer = check(examples, "web-bg-tasks", "--env", "bad", "--deployed-at", DEPLOYED_AT)
    for expected in ("STOPPED", "Neither the tests nor the pipeline broke", "failed tasks", "bg-03",
                     "bg-09", "wiki.example.com", "team-web", "--override",
                     "grafana.example.com/d/bg-tasks?var-host=bg-03%7Cbg-09"):
        assert expected in answer.out, answer
    assert "failed tasks" in answer.junit.xpath("string(//failure)")


def test_a_leak_is_stopped_before_the_window_ends_or_at_its_end(examples):
    answer = check(examples, "search-indexer", "--env", "leaking", "--deployed-at", DEPLOYED_AT)
    assert answer.metric("memory")["verdict"] == "fail", answer
    assert answer.metric("memory")["effect"]["lower"] > 0


def test_a_crash_is_told_by_the_host_that_crashed(examples):
    answer = check(examples, "web-bg-tasks", "--env", "crashing", "--deployed-at", DEPLOYED_AT)
    restarts = answer.metric("restarts")
    assert restarts["verdict"] == "fail", answer
    assert {reason["host"] for reason in restarts["reasons"]} == {"bg-03"}


def test_silence_is_a_failure_of_the_canary(examples):
    answer = check(examples, "checkout-api", "--env", "silent", "--deployed-at", DEPLOYED_AT)
    assert "canary_silent" in answer.codes(), answer


def test_the_definitions_are_valid():
    answer = run("validate", "--config", EXAMPLES)
    assert (answer.code, answer.err) == (0, ""), answer


@pytest.mark.parametrize("name", CHECKS)
def test_explain_says_what_each_check_would_do(name):
    answer = run("explain", name, "--config", EXAMPLES, "--deployed-at", DEPLOYED_AT)
    assert answer.code == 0, answer
    assert "8 times in 10" in answer.out, answer


def test_hosts_maps_every_host_to_its_series():
    answer = run("hosts", "checkout-api", "--config", EXAMPLES, "--deployed-at", DEPLOYED_AT)
    assert answer.code == 0, answer
    assert "no series" not in answer.out


@pytest.mark.parametrize("which", ["check", "environment", "root", "report"])
def test_the_schemas_that_editors_read_are_the_programs(which):
    committed = ROOT / "docs" / "schema" / f"{which}.json"
    assert committed.read_text() == run("schema", which).out, "make schemas"


def test_the_demo_shows_what_it_says(tmp_path):
    built = ROOT / "build" / "canarygate"
    if not built.exists():
        pytest.skip("needs `make build`")
    process = subprocess.run([EXAMPLES / "demo"], env=environment(), text=True, capture_output=True,
                             timeout=120, check=False)
    assert process.returncode == 0, process.stdout + process.stderr
    assert "STOPPED" in process.stdout and "web-bg-tasks" in process.stdout
