"""The gate against a CloudWatch that checks every signature."""
import json

import pytest

import fleet
from cloudwatch_server import CloudWatch, signature
from servers import Quiet, serving
from support import check, environment, run
from test_prometheus import both, demo, trouble

pytestmark = pytest.mark.server
AT = ("--deployed-at", str(fleet.DEPLOYED_AT))
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "s3cret/key",
        "AWS_SESSION_TOKEN": "s3cret-token"}
METRICS = """
metrics:
  - name: latency
    query: App/Web Latency Average {Service=web, InstanceId={{hosts}}}
    unit: s
    worse: higher
  - name: errors
    errors: App/Web Errors Sum {Service=web, InstanceId={{hosts}}}
    total: App/Web Requests Sum {Service=web, InstanceId={{hosts}}}
    worse: higher
"""
SEARCH = """
metrics:
  - name: latency
    query: >-
      SEARCH('{App/Web,InstanceId,Service} MetricName="Latency" Service="web"', 'Average')
    unit: s
    worse: higher
"""
BAD = {"latency": fleet.after_deploy(3), "errors": fleet.after_deploy(5)}


def numbers(bends=None):
    """The fleet's numbers as CloudWatch has them: stamped with the begin of their period."""
    series = {}
    for metric, hosts in fleet.table(bends).items():
        kind = "Average" if metric == "latency" else "Sum"
        series[metric.title(), kind, fleet.STEP] = {
            host: {time - fleet.STEP: value for time, value in values.items()}
            for host, values in hosts.items()}
    return series


def use(root, url, metrics=METRICS, more=""):
    fleet.write(root, check=fleet.CHECK + metrics, environment=f"""
backends:
  default: {{type: cloudwatch, region: eu-west-1, url: "{url}"{more}}}
""")


def test_the_signature_of_the_stub_is_that_of_the_published_example():
    headers = {"content-type": "application/x-www-form-urlencoded", "host": "example.amazonaws.com",
               "x-amz-date": "20150830T123600Z"}
    assert signature("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                     ["20150830", "us-east-1", "service", "aws4_request"], headers["x-amz-date"],
                     "POST", "/", headers, sorted(headers), b"Param1=value1"
                     ) == "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"


@pytest.mark.parametrize("bends, code", [({}, 0), (BAD, 1)], ids=["good", "bad"])
def test_a_file_and_cloudwatch_of_the_same_numbers_say_the_same(root, bends, code):
    fleet.write(root, bends)
    from_file = check(root, "web", *AT)
    stub = CloudWatch(numbers(bends))
    with stub.serve() as url:
        use(root, url)
        answer = check(root, "web", *AT, "--debug", env=environment(**KEYS))
    assert stub.refused == [] and stub.served > 6, "answers come in pages"
    assert (answer.code, from_file.code) == (code, code), answer
    assert list(demo.differences(from_file.json, answer.json)) == []
    assert "s3cret" not in answer.out + answer.err + json.dumps(answer.json)


def test_a_search_finds_the_same_series(root):
    stub = CloudWatch(numbers(BAD), page=10 ** 6)
    with stub.serve() as url:
        use(root, url)
        named = check(root, "web", *AT, env=environment(**KEYS)).metric("latency")
        use(root, url, SEARCH)
        found = check(root, "web", *AT, env=environment(**KEYS)).metric("latency")
    assert stub.refused == []
    # How small a change could be seen depends on how many metrics share the budget: two, and one.
    apart = {"queries": None, "sensitivity": None}
    assert {**found, **apart} == {**named, **apart}


def test_a_canary_that_falls_silent_fails(root):
    with CloudWatch(numbers({"*": fleet.after_deploy(None)})).serve() as url:
        use(root, url)
        hard, _ = both(root, env=environment(**KEYS))
    assert (hard.code, hard.json["verdict"]) == (1, "fail"), hard
    assert "canary_silent" in hard.codes()


def test_throttled_requests_are_sent_again_with_a_signature_of_their_own(root):
    stub = CloudWatch(numbers(), throttle=3)
    with stub.serve() as url:
        use(root, url)
        answer = check(root, "web", *AT, env=environment(**KEYS))
    assert stub.throttle == 0 and stub.refused == []
    assert answer.code == 0, answer


def test_keys_that_are_wrong_are_trouble_and_shown_nowhere(root):
    with CloudWatch(numbers()).serve() as url:
        use(root, url)
        wrong = environment(**{**KEYS, "AWS_SECRET_ACCESS_KEY": "s3cret/other"})
        answer = trouble(root, "does not know who asks (status 403, SignatureDoesNotMatch",
                         "the environment variable AWS_ACCESS_KEY_ID", env=wrong)
    assert "s3cret" not in answer.out + answer.err + json.dumps(answer.json)


def test_no_keys_at_all_is_exit_2_in_every_mode_and_says_where_was_looked(root):
    with CloudWatch(numbers()).serve() as url:
        use(root, url)
        for flags in ((), ("--soft-fail",)):
            answer = check(root, "web", *AT, *flags, env=environment(AWS_EC2_METADATA_DISABLED="true"))
            assert answer.code == 2, answer
            told = " ".join(answer.out.split())
            assert "there are no AWS keys" in told and "/nonexistent/.aws/credentials" in told, answer


def test_the_keys_of_an_instance_sign_and_are_shown_nowhere(root):
    asked = []

    class Metadata(Quiet):
        def do_PUT(self):
            asked.append("PUT " + self.path)
            good = self.headers.get("X-aws-ec2-metadata-token-ttl-seconds") == "21600"
            self.answer(200 if good else 400, "s3cret-session")

        def do_GET(self):
            asked.append("GET " + self.path)
            roles = "/latest/meta-data/iam/security-credentials/"
            answers = {roles: "gate", roles + "gate": json.dumps({
                "Code": "Success", "AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "s3cret/key",
                "Token": "s3cret-token", "Expiration": "2099-01-01T00:00:00Z"})}
            good = self.headers.get("X-aws-ec2-metadata-token") == "s3cret-session"
            self.answer(200 if good else 401, answers[self.path])

    with CloudWatch(numbers()).serve() as url, serving(Metadata) as metadata:
        use(root, url)
        answer = check(root, "web", *AT, "--debug",
                       env=environment(AWS_EC2_METADATA_SERVICE_ENDPOINT=metadata))
    assert answer.code == 0, answer
    assert [line.split("/")[-1] for line in asked] == ["token", "", "gate"], "asked once, and kept"
    assert "s3cret" not in answer.out + answer.err + json.dumps(answer.json)


def test_the_path_of_a_containers_credentials_is_not_logged(root):
    body = json.dumps({"AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "s3cret/key",
                       "Token": "s3cret-token", "Expiration": "2099-01-01T00:00:00Z"})

    class Task(Quiet):
        def do_GET(self):
            self.answer(200 if self.path == "/v2/s3cret-path" else 404, body)

    with CloudWatch(numbers()).serve() as url, serving(Task) as task:
        use(root, url)
        answer = check(root, "web", *AT, "--debug", env=environment(
            AWS_CONTAINER_CREDENTIALS_FULL_URI=f"{task}/v2/s3cret-path"))
    assert answer.code == 0, answer
    assert f"debug: GET {task.removeprefix('http://')}/[hidden]: 200" in answer.err
    assert "s3cret" not in answer.out + answer.err + json.dumps(answer.json)


def test_validate_refuses_queries_and_steps_that_cloudwatch_has_not(root):
    use(root, "http://127.0.0.1:1", """
metrics:
  - {name: a, query: "App/Web Latency average {InstanceId={{hosts}}}"}
""")
    check_file = root.folder / "checks/web.yaml"
    check_file.write_text(check_file.read_text().replace("step: 10s", "step: 25s"))
    answer = run("validate", "--config", root)
    assert answer.code == 2, answer
    assert ("cannot evaluate this query: column 17 of it: unknown statistic 'average'; did you mean "
            "Average? there are") in answer.err + answer.out, answer
    assert ("backend 'default' (type cloudwatch): CloudWatch has no period of 25s; the nearest that "
            "`step` can be are 20s and 30s") in answer.err + answer.out, answer
