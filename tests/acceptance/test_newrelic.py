"""The gate with numbers from New Relic: a strict stub stands in for NerdGraph."""
import json

import pytest

import fleet
from newrelic_stub import ACCOUNT, SELECTS, WHERE, NewRelicStub
from support import check, environment, run

AT = ("--deployed-at", str(fleet.DEPLOYED_AT))
QUERIES = {metric: f"{select} {WHERE.format('{{hosts}}')}" for metric, select in SELECTS.items()}
METRICS = f"""
metrics:
  - {{name: latency, query: "{QUERIES['latency']}", unit: s, worse: higher}}
  - {{name: errors, errors: "{QUERIES['errors']}", total: "{QUERIES['requests']}", worse: higher}}
"""
COUNTS = f"""
metrics: [{{name: errors, query: "{QUERIES['errors']}", worse: higher}}]
"""


def use(root, url, metrics=METRICS, check_text=fleet.CHECK):
    root.environment(f'backends: {{default: {{type: newrelic, url: "{url}", account_id: {ACCOUNT}, '
                     "api_key: {env: NEW_RELIC_API_KEY}}}\n")
    root.check(check_text + metrics)


def said(answer):
    """The explanation without its line breaks."""
    return " ".join(answer.out.split())


def gate(root, stub, metrics=METRICS, key="NRAK-S3CRETWORD", check_text=fleet.CHECK):
    with stub.serve() as url:
        use(root, url, metrics, check_text)
        answer = check(root, "web", *AT, env=environment(NEW_RELIC_API_KEY=key))
    assert not stub.refused
    assert key not in answer.out + answer.err
    return answer


def test_a_good_deploy_passes_and_a_bad_one_is_stopped(root):
    good = gate(root, NewRelicStub())
    assert (good.code, good.json["verdict"]) == (0, "pass"), good
    slow = gate(root, NewRelicStub({"latency": fleet.after_deploy(3)}))
    assert (slow.code, slow.json["verdict"]) == (1, "fail"), slow
    assert slow.metric("latency")["verdict"] == "fail"
    failing = gate(root, NewRelicStub({"errors": fleet.after_deploy(4)}))
    assert (failing.code, failing.json["verdict"]) == (1, "fail"), failing
    assert failing.metric("errors")["verdict"] == "fail"


def test_the_numbers_are_those_of_the_window(root):
    fleet.write(root)
    expected = check(root, "web", *AT)
    answer = gate(root, NewRelicStub())
    for metric in ("latency", "errors"):
        for group in ("canary", "baseline"):
            ours, theirs = answer.metric(metric)[group], expected.metric(metric)[group]
            assert ours["points"] == theirs["points"] > 0
            assert ours["mean"] == pytest.approx(theirs["mean"], rel=1e-9)


def test_a_history_of_more_buckets_than_one_answer_holds_is_fetched_in_pieces(root):
    longer = fleet.CHECK.replace("history: 2000s", "history: 6000s")
    answer = gate(root, NewRelicStub(), check_text=longer)
    assert answer.code in (0, 1), answer  # the stub refuses more than 366 buckets
    short, long = NewRelicStub(), NewRelicStub()
    gate(root, short)
    gate(root, long, check_text=longer)
    assert long.asked > short.asked


def test_a_canary_that_stopped_reporting_is_stopped_although_it_has_no_errors(root):
    def dies(host, time):
        return None if host == "web-1" and time > fleet.START + 50 else 1

    answer = gate(root, NewRelicStub({"*": dies}), metrics=COUNTS)
    assert (answer.code, answer.json["verdict"]) == (1, "fail"), answer
    assert "canary_silent" in answer.codes()


def test_hosts_without_a_single_error_have_zeros_and_pass(root):
    answer = gate(root, NewRelicStub({"errors": lambda host, time: 0}), metrics=COUNTS)
    assert (answer.code, answer.json["verdict"]) == (0, "pass"), answer
    assert answer.metric("errors")["canary"] == {"mean": 0, "points": 20, "hosts": 2}


def test_no_events_are_no_data(root):
    answer = gate(root, NewRelicStub({"*": lambda host, time: None}))
    assert (answer.code, answer.json["verdict"]) == (1, "no_data"), answer


def error(kind, message):
    return 200, json.dumps({"data": None, "errors": [{"message": message,
                                                      "extensions": {"errorClass": kind}}]})


@pytest.mark.parametrize("refusal, words", [
    (error("TIMEOUT", "too long"), "ran out of time: TIMEOUT: too long"),
    (error("INVALID_INPUT", "NRQL Syntax Error"),
     "refuses the query: INVALID_INPUT: NRQL Syntax Error. Correct the query: SELECT"),
    (error("ACCESS_DENIED", "no"), "Sent was `api_key` from the environment variable NEW_RELIC_API_KEY; "
     f"check that it is a user key, and may read account {ACCOUNT}"),
    ((200, "<html>Log in</html>", "text/html"), "answered with a web page instead of JSON (200)"),
    ((200, '{"data":{"actor":'), "it is not valid JSON, or was cut off"),
    ((500, "boom"), "failed (500: boom)"),
])
def test_refusals_are_trouble_with_new_relics_words(root, refusal, words):
    answer = gate(root, NewRelicStub(refusal=refusal))
    assert (answer.code, answer.json["verdict"]) == (2, "trouble"), answer
    assert words in said(answer)


def test_hosts_that_were_left_out_are_trouble_never_a_pass(root):
    def others(nrql):
        nrql["otherResult"] = [{"beginTimeSeconds": 1, "endTimeSeconds": 2, "count": 3}]

    answer = gate(root, NewRelicStub(changed=others))
    assert (answer.code, answer.json["verdict"]) == (2, "trouble"), answer
    assert "left some of 'host' out of its answer (otherResult)" in said(answer)


def test_a_wrong_key_is_trouble_and_not_shown_even_where_the_server_repeats_it(root):
    answer = gate(root, NewRelicStub(), key="NRAK-OTHERWORD")
    assert (answer.code, answer.json["verdict"]) == (2, "trouble"), answer
    assert "does not know who asks (401: unknown key [hidden]). Sent was `api_key`" in said(answer)
    with NewRelicStub().serve() as url:
        use(root, url)
        missing = check(root, "web", *AT)
    assert missing.code == 2
    assert "NEW_RELIC_API_KEY" in missing.out + missing.err


def test_validate_refuses_offline_what_canarygate_adds_itself(root):
    use(root, "http://nerdgraph.invalid")
    assert run("validate", "--config", root).code == 0
    use(root, "http://nerdgraph.invalid", COUNTS.replace('})"', '}) SINCE 1 hour ago"'))
    answer = run("validate", "--config", root)
    assert answer.code == 2
    column = len(QUERIES["errors"]) + 2
    assert ("backend 'default' (type newrelic) cannot evaluate this query: column "
            f"{column} of it: time range and buckets are canarygate's to set; leave `SINCE` out"
            ) in answer.err
