"""The gate against a real Prometheus: data by promtool backfill, and the ways a server can fail."""
import json
import math
import shutil

import pytest

import fleet
from prometheus_server import PrometheusServer
from servers import answering, proxy_asking_for, silent
from support import EXAMPLES, PROGRAM, check, environment, example_script

pytestmark = pytest.mark.server
AT = ("--deployed-at", str(fleet.DEPLOYED_AT))


demo = example_script("demo_prometheus")
demo.PROGRAM = PROGRAM


class Backfilled(PrometheusServer):
    """with Backfilled(rows) as url: …"""

    def __init__(self, rows):
        super().__init__(demo.openmetrics(rows))

    def __enter__(self):
        return super().__enter__().url


def backfilled(bends):
    rows = (dict(zip(("time", "host", "metric", "value"), map(str, row)))
            for row in fleet.rows(bends))
    return Backfilled(rows)


def use(root, url, more="", check_text=fleet.CHECK + fleet.METRICS):
    fleet.write(root, check=check_text, environment=f"""
backends:
  default: {{type: prometheus, urls: ["{url}"], scrape_interval: 5s{more}}}
""")


def both(root, *flags, env=None):
    """The same run hard and soft; the verdict is the same in both."""
    hard = check(root, "web", *AT, *flags, env=env)
    soft = check(root, "web", *AT, "--soft-fail", *flags, env=env)
    assert soft.json["verdict"] == hard.json["verdict"], soft
    assert soft.json["hard_exit_code"] == hard.code
    return hard, soft


def leak(host, time):
    if host not in fleet.CANARY or time <= fleet.DEPLOYED_AT:
        return 1
    return 1 + 4 * (time - fleet.DEPLOYED_AT) / (fleet.END - fleet.DEPLOYED_AT)


def crash(host, time):
    return None if host == "web-1" and time > fleet.START + 30 else 1


SCENARIOS = {
    "good": ({}, 0, "pass", None),
    "bad": ({"latency": fleet.after_deploy(3), "errors": fleet.after_deploy(5)}, 1, "fail", None),
    "leaking": ({"latency": leak}, 1, "fail", None),
    "crashed": ({"*": crash}, 1, "fail", "canary_silent"),
    "silent": ({"*": fleet.after_deploy(None)}, 1, "fail", "canary_silent"),
    "nothing": ({"*": fleet.after_deploy(None, fleet.HOSTS)}, 1, "no_data", None),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_each_kind_of_canary(root, name):
    bends, code, verdict, reason = SCENARIOS[name]
    with backfilled(bends) as url:
        use(root, url)
        hard, soft = both(root)
    assert (hard.code, hard.json["verdict"]) == (code, verdict), hard
    assert soft.code == 0, soft
    assert reason is None or reason in hard.codes(), hard
    if code:
        assert "STOPPED" in hard.out and "NOT STOPPED" in soft.out
        assert hard.junit.xpath("//failure") and soft.junit.xpath("//skipped")


def test_a_file_and_a_prometheus_of_the_same_numbers_say_the_same(root):
    bends = SCENARIOS["bad"][0]
    fleet.write(root, bends)
    from_file = check(root, "web", *AT).json
    with backfilled(bends) as url:
        use(root, url)
        from_server = check(root, "web", *AT).json
    assert list(demo.differences(from_file, from_server)) == []


@pytest.mark.parametrize("scenario", demo.SCENARIOS)
def test_the_examples_are_judged_alike_from_file_and_prometheus(tmp_path, scenario):
    root = tmp_path / "examples"
    shutil.copytree(EXAMPLES, root)
    assert demo.compare(scenario, root) == 0


def trouble(root, *told, env=None):
    """A server that cannot be asked: exit 2, in soft mode 0 with a warning, and the words of `told`."""
    hard, soft = both(root, env=env)
    assert (hard.code, hard.json["verdict"]) == (2, "trouble"), hard
    assert soft.code == 0 and "NOT STOPPED" in soft.out, soft
    assert hard.out.startswith("TROUBLE") and "The canary was not judged" in hard.out
    assert hard.junit.xpath("//error") and soft.junit.xpath("//skipped")
    for words in told:
        assert words in " ".join(hard.out.split()), hard
    return hard


def test_a_server_that_is_down(root):
    use(root, "http://127.0.0.1:1")
    assert "backend_failed" in trouble(root, "127.0.0.1:1").codes()


def test_a_server_that_does_not_answer(root):
    with silent() as url:
        use(root, url, ", request_timeout: 500ms")
        trouble(root, url.removeprefix("http://"))


def test_a_server_that_is_down_has_a_neighbour_that_is_not(root):
    with backfilled({}) as url:
        fleet.write(root, environment=f"""
backends:
  default: {{type: prometheus, urls: ["http://127.0.0.1:1", "{url}"], scrape_interval: 5s}}
""")
        assert check(root, "web", *AT).code == 0


def test_a_token_that_is_wrong_and_one_that_is_right(root):
    with backfilled({}) as upstream, proxy_asking_for("s3cret-right", upstream) as url:
        use(root, url, ", auth: {bearer: {env: PROM_TOKEN}}")
        wrong = trouble(root, "401", "PROM_TOKEN", env=environment(PROM_TOKEN="s3cret-wrong"))
        right = check(root, "web", *AT, "--debug", env=environment(PROM_TOKEN="s3cret-right"))
    assert right.code == 0, right
    for answer in (wrong, right):
        assert "s3cret" not in answer.out + answer.err + json.dumps(answer.json)


def test_a_login_page_is_not_an_answer(root):
    with answering(200, "<html>Please log in</html>", "text/html") as url:
        use(root, url)
        trouble(root, url.removeprefix("http://"))


def test_a_part_of_the_data_is_not_the_data(root):
    body = json.dumps({"status": "success", "isPartial": True,
                       "data": {"resultType": "matrix", "result": []}})
    with answering(200, body) as url:
        use(root, url)
        trouble(root, "part of the data")


def test_an_empty_host_list(root):
    root.write("nobody.json", "[]\n")
    nobody = fleet.CHECK.replace("{hosts: [web-1, web-2]}", "{file_sd: {path: ../nobody.json}}")
    with backfilled({}) as url:
        use(root, url, check_text=nobody + fleet.METRICS)
        assert "discovery_failed" in trouble(root, "nobody.json").codes()


def test_hosts_that_match_no_series_are_named_with_the_nearest(root):
    misspelt = fleet.CHECK.replace("web-1, web-2", "wed-1, web-2")
    with backfilled({}) as url:
        use(root, url, check_text=misspelt + fleet.METRICS)
        answer = check(root, "web", *AT)
    assert answer.code == 1, answer
    told = " ".join(warning["text"] for warning in answer.json["warnings"])
    assert "wed-1" in told and "web-1" in told, answer


def test_numbers_that_are_not_finite_are_missing_and_never_zero(root):
    def rows():
        for metric in ("latency", "errors", "requests"):
            for time, host, name, value in fleet.numbers(metric):
                broken = host in fleet.CANARY and time > fleet.DEPLOYED_AT and metric == "latency"
                yield {"time": str(time), "host": host, "metric": name,
                       "value": ("NaN", "+Inf", "-Inf")[time // 10 % 3] if broken else str(value)}
    with Backfilled(rows()) as url:
        use(root, url)
        answer = check(root, "web", *AT)
    assert (answer.code, answer.json["verdict"]) == (1, "fail"), answer
    latency = answer.metric("latency")
    assert (latency["canary"]["mean"], latency["canary"]["points"]) == (None, 0), latency
    assert not any(isinstance(v, float) and not math.isfinite(v) for v in latency.values())
