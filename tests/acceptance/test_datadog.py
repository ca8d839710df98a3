"""The gate with numbers, hosts and rate limits of a Datadog that checks every request."""
import pytest

import fleet
from datadog_server import API_KEY, APP_KEY, Datadog
from support import check, environment, run

AT = ("--deployed-at", str(fleet.DEPLOYED_AT))
KEYS = {"DD_API_KEY": API_KEY, "DD_APP_KEY": APP_KEY}
METRICS = """
metrics:
  - {name: latency, unit: s, worse: higher,
     query: "avg:latency{service:web AND host IN ({{hosts}})} by {host}"}
  - name: errors
    errors: "sum:errors{service:web AND host IN ({{hosts}})} by {host}.as_count()"
    total: "sum:requests{service:web AND host IN ({{hosts}})} by {host}.as_count()"
    worse: higher
"""
BY_TAGS = """
canary: {datadog_tags: {tags: [service:web, track:canary]}}
baseline: {datadog_tags: {tags: [service:web], not_tags: [track:canary]}}
"""
WINDOW = fleet.CHECK[fleet.CHECK.index("window:"):]
TAGS = {host: ["service:web", "track:" + ("canary" if host in fleet.CANARY else "stable")]
        for host in fleet.HOSTS}


def numbers_of(bends):
    """What the fleet's file has, as Datadog keeps it."""
    return fleet.table(bends, first=fleet.FIRST - fleet.STEP)


def datadog(bends=None, **settings):
    return Datadog(numbers_of(bends), TAGS, **settings)


def use(root, url, definition=BY_TAGS + WINDOW + METRICS, more=""):
    keys = f'url: "{url}", api_key: {{env: DD_API_KEY}}, app_key: {{env: DD_APP_KEY}}'
    root.check(definition)
    root.environment(f"backends: {{default: {{type: datadog, {keys}{more}}}}}\n"
                     f"discovery: {{datadog_tags: {{{keys}}}}}\n")


def gate(root, server, *flags, definition=BY_TAGS + WINDOW + METRICS, more="", keys=None):
    """`canarygate check` against `server`. Whatever came of it, no key is ever to be read."""
    with server.serve() as url:
        use(root, url, definition, more)
        answer = check(root, "web", *AT, *flags, env=environment(**(keys or KEYS)))
    written = [path.read_text() for path in (root.folder / "reports").iterdir()]
    for text in (answer.out, answer.err, *written):
        assert API_KEY not in text and APP_KEY not in text
    return answer


def test_a_good_deploy_passes_and_a_bad_one_is_stopped(root):
    server = datadog()
    good = gate(root, server, "--debug")
    assert (good.code, good.json["verdict"]) == (0, "pass"), good
    assert good.json["hosts"]["canary"] == ["web-1", "web-2"]
    assert good.json["hosts"]["baseline"] == [f"web-{n}" for n in range(3, 9)]
    assert server.unexpected == []
    assert server.asked.count("GET /api/v1/hosts") == 3, "eight hosts, three at once, one answer for both"
    for bend in ({"latency": fleet.after_deploy(2)}, {"errors": fleet.after_deploy(3)}):
        server = datadog(bend)
        bad = gate(root, server)
        assert (bad.code, bad.json["verdict"]) == (1, "fail"), bad
        assert server.unexpected == []
        (metric,) = bend
        assert bad.metric(metric)["verdict"] == "fail"
        assert [one["verdict"] for one in bad.json["metrics"]].count("fail") == 1


def test_the_numbers_are_those_of_the_file_backend(root, tmp_path):
    """The same fleet from its file, whose points are one step later than Datadog's buckets begin."""
    bend = {"latency": fleet.after_deploy(1.5)}
    from_datadog = gate(root, datadog(bend))
    shifted = [(time + fleet.STEP, host, metric, value) for metric, hosts in numbers_of(bend).items()
               for host, samples in hosts.items() for time, value in samples.items()]
    other = type(root)(tmp_path / "file")
    fleet.write(other, None)
    other.numbers(shifted)
    from_file = check(other, "web", *AT)
    for name in ("latency", "errors"):
        for side in ("canary", "baseline"):
            assert from_datadog.metric(name)[side]["mean"] == \
                pytest.approx(from_file.metric(name)[side]["mean"], rel=1e-9)


def test_v2_is_asked_where_the_backend_says_so(root):
    for bend, code in ((None, 0), ({"latency": fleet.after_deploy(2)}, 1)):
        server = datadog(bend)
        answer = gate(root, server, more=", api: v2")
        assert answer.code == code, answer
        assert server.unexpected == []
        assert "POST /api/v2/query/timeseries" in server.asked
        assert "GET /api/v1/query" not in server.asked


def test_hosts_are_told_by_the_tags_that_the_metric_carries(root):
    definition = "canary: {tags: {track: canary}}\nbaseline: {tags: {track: stable}}\n" + WINDOW + \
        METRICS.replace(" AND host IN ({{hosts}})", "").replace("by {host}", "by {host,track}")
    for bend, code in ((None, 0), ({"latency": fleet.after_deploy(2)}, 1)):
        server = datadog(bend)
        answer = gate(root, server, definition=definition)
        assert answer.code == code, answer
        assert answer.json["hosts"]["canary"] == ["web-1", "web-2"]
        assert server.unexpected == []
        assert "GET /api/v1/hosts" not in server.asked


def test_a_canary_that_went_silent_is_stopped(root):
    answer = gate(root, datadog({"*": fleet.after_deploy(None)}))
    assert (answer.code, answer.json["verdict"]) == (1, "fail"), answer
    assert "canary_silent" in answer.codes()


def test_a_key_that_is_not_accepted_is_trouble(root):
    server = datadog()
    server.app_key = "another"
    for flags, code in (((), 2), (("--soft-fail",), 0)):
        answer = gate(root, server, *flags)
        assert (answer.code, answer.json["verdict"]) == (code, "trouble"), answer
        assert "does not accept the keys (403: Forbidden)" in answer.json["reasons"][0]["text"]
        assert "`app_key` from the environment variable DD_APP_KEY" in answer.json["reasons"][0]["text"]


def test_a_limit_that_opens_again_soon_is_waited_for_and_a_long_one_is_trouble(root):
    server = datadog(limits=(1, 1))
    answer = gate(root, server)
    assert answer.code == 0, answer
    assert server.refusals == 0 and server.unexpected == []

    answer = gate(root, datadog(limits=(1000, 3600)))
    assert (answer.code, answer.json["verdict"]) == (2, "trouble"), answer
    assert "its limit 'logs_public_search_api' of 10 requests in 10s is used up for 1h" in \
        answer.json["reasons"][0]["text"]


def test_buckets_longer_than_the_step_are_never_judged(root):
    server = datadog({"latency": fleet.after_deploy(2)}, finest=20)
    answer = gate(root, server)
    assert (answer.code, answer.json["verdict"]) == (2, "trouble"), answer
    assert "answers every 20s though every 10s was asked for" in answer.json["reasons"][0]["text"]
    assert server.unexpected == []


def test_a_query_that_cannot_be_put_is_told_offline_with_its_place(root):
    use(root, "http://127.0.0.1:9", fleet.CHECK + """
metrics:
  - name: latency
    worse: higher
    query: avg:latency{*}.rollup(avg, 10)
""")
    answer = run("validate", "--config", root)
    assert answer.code == 2
    assert "checks/web.yaml:12:12: backend 'default' (type datadog) cannot evaluate this query: column 1 " \
        "of it: it does not say `by {host}`, so no series would be one host's" in answer.out + answer.err
