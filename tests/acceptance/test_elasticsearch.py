"""The gate with numbers counted in Elasticsearch: a strict stub stands in for the server."""
import json

import pytest

import fleet
from elasticsearch_stub import FIELDS, INDEX, ElasticsearchStub
from support import check, environment, run

AT = ("--deployed-at", str(fleet.DEPLOYED_AT))
WHERE = "where service.name:web AND host.name:({{hosts}})"
METRICS = f"""
metrics:
  - {{name: latency, query: 'p99(duration) {WHERE}', unit: s, worse: higher}}
  - {{name: errors, errors: 'count(status:>=500) {WHERE}', total: 'count() {WHERE}', worse: higher}}
"""
COUNTS = f"""
metrics: [{{name: errors, query: 'count(status:>=500) {WHERE}', worse: higher}}]
"""
ERRORS = METRICS.replace("  - {name: latency", "  # - {name: latency")


def use(root, url, more="", metrics=METRICS):
    root.environment(f'backends: {{default: {{type: elasticsearch, urls: ["{url}"], '
                     f'index: "{INDEX}"{more}}}}}\n')
    root.check(fleet.CHECK + metrics)


def said(answer):
    """The explanation without its line breaks."""
    return " ".join(answer.out.split())


def gate(root, stub, *flags, more="", metrics=METRICS, env=None):
    with stub.serve() as url:
        use(root, url, more, metrics)
        answer = check(root, "web", *AT, *flags, env=env)
    assert not stub.refused
    return answer


def test_a_good_deploy_passes_and_a_bad_one_is_stopped(root):
    good = gate(root, ElasticsearchStub())
    assert (good.code, good.json["verdict"]) == (0, "pass"), good
    slow = gate(root, ElasticsearchStub({"latency": fleet.after_deploy(3)}))
    assert (slow.code, slow.json["verdict"]) == (1, "fail"), slow
    assert slow.metric("latency")["verdict"] == "fail"
    failing = gate(root, ElasticsearchStub({"errors": fleet.after_deploy(4)}))
    assert (failing.code, failing.json["verdict"]) == (1, "fail"), failing
    assert failing.metric("errors")["verdict"] == "fail"


def test_the_numbers_are_those_of_the_window(root):
    fleet.write(root)
    expected = check(root, "web", *AT)
    answer = gate(root, ElasticsearchStub())
    for metric in ("latency", "errors"):
        for group in ("canary", "baseline"):
            ours, theirs = answer.metric(metric)[group], expected.metric(metric)[group]
            assert ours["points"] == theirs["points"] > 0
            assert ours["mean"] == pytest.approx(theirs["mean"], rel=1e-9)


def test_hosts_without_a_single_error_have_zeros_and_pass(root):
    answer = gate(root, ElasticsearchStub({"errors": lambda host, time: 0}), metrics=ERRORS)
    assert (answer.code, answer.json["verdict"]) == (0, "pass"), answer
    assert answer.metric("errors")["canary"] == {"mean": 0, "points": 20, "hosts": 2}


def test_a_canary_that_stopped_writing_is_stopped_although_it_has_no_errors(root):
    def dies(host, time):
        return None if host == "web-1" and time > fleet.START + 50 else 1

    answer = gate(root, ElasticsearchStub({"*": dies}), metrics=COUNTS)
    assert (answer.code, answer.json["verdict"]) == (1, "fail"), answer
    assert "canary_silent" in answer.codes()


def test_no_documents_are_no_data(root):
    answer = gate(root, ElasticsearchStub({"*": lambda host, time: None}))
    assert (answer.code, answer.json["verdict"]) == (1, "no_data"), answer


def test_a_misspelt_field_is_trouble_not_zero_errors(root):
    fields = {name: kind for name, kind in FIELDS.items() if name != "status"}
    answer = gate(root, ElasticsearchStub(fields=fields))
    assert (answer.code, answer.json["verdict"]) == (2, "trouble"), answer
    assert f"there is no field 'status' in '{INDEX}'. Check its spelling" in said(answer)
    texts = gate(root, ElasticsearchStub(fields={**FIELDS, "host.name": "text"}))
    assert texts.code == 2
    assert "Often 'host.name.keyword' can" in said(texts)


@pytest.mark.parametrize("change, words", [
    (lambda reply: reply.update(timed_out=True), "it ran out of time (timed_out)"),
    (lambda reply: reply["_shards"].update(failed=1, successful=3), "1 of 4 shards did not answer"),
    (lambda reply: reply.update(_clusters={"total": 2, "successful": 1, "skipped": 1}),
     "1 of 2 clusters: skipped"),
    (lambda reply: reply["aggregations"]["hosts"].update(sum_other_doc_count=7),
     "has more than 1000 values of 'host.name' to answer with"),
])
def test_a_part_of_the_data_is_trouble_never_a_pass(root, change, words):
    hard = gate(root, ElasticsearchStub(changed=change))
    assert (hard.code, hard.json["verdict"]) == (2, "trouble"), hard
    assert words in said(hard)


@pytest.mark.parametrize("refusal, words", [
    ((404, json.dumps({"error": {"root_cause": [{"type": "index_not_found_exception", "reason":
                                                 f"no such index [{INDEX}]"}]}, "status": 404})),
     f"has no index '{INDEX}' (404: no such index [{INDEX}]). Check `index`"),
    ((200, "<html>Log in</html>", "text/html"), "answered with a web page instead of JSON (200)"),
    ((200, '{"took":5,"timed_out":fal'), "it is not valid JSON, or was cut off"),
    ((500, '{"error":"boom"}'), "failed (500: boom). Look at the server's log"),
])
def test_refusals_are_trouble_with_the_servers_words(root, refusal, words):
    answer = gate(root, ElasticsearchStub(refusal=refusal))
    assert (answer.code, answer.json["verdict"]) == (2, "trouble"), answer
    assert words in said(answer)


def test_an_api_key_lets_in_and_is_never_shown(root):
    more = ", headers: {Authorization: {env: ES_AUTHORIZATION}}"
    stub = ElasticsearchStub(key="ApiKey c2VjcmV0LXdvcmQ=")
    nobody = gate(root, stub)
    assert (nobody.code, nobody.json["verdict"]) == (2, "trouble"), nobody
    assert "Give the backend an `auth`, or an API key" in said(nobody)
    wrong = gate(root, stub, more=more, env=environment(ES_AUTHORIZATION="ApiKey b3RoZXItd29yZA=="))
    assert wrong.code == 2
    assert ("(401: security_exception: unable to authenticate with provided credentials). Sent was "
            "`headers.Authorization` from the environment variable ES_AUTHORIZATION") in said(wrong)
    assert "b3RoZXItd29yZA" not in wrong.out + wrong.err
    right = gate(root, stub, more=more, env=environment(ES_AUTHORIZATION=stub.key))
    assert (right.code, right.json["verdict"]) == (0, "pass"), right


def test_validate_refuses_offline_what_cannot_be_asked(root):
    use(root, "http://es.invalid:9200")
    assert run("validate", "--config", root).code == 0
    use(root, "http://es.invalid:9200", metrics=METRICS.replace("p99(duration)", "p999(duration)"))
    answer = run("validate", "--config", root)
    assert answer.code == 2
    assert ("backend 'default' (type elasticsearch) cannot evaluate this query: column 1 of it: 'p999' "
            "is not known; a query is `count(CONDITION) where FILTER`") in answer.err
