"""The gate with numbers from a real InfluxDB 1: bad is stopped, good is let go, and whatever is not
all of the data is never a pass."""
import pytest

import fleet
from influx_server import Influx
from support import check, environment, run

pytestmark = pytest.mark.server
AT = ("--deployed-at", str(fleet.DEPLOYED_AT))


def query(select, rest=""):
    return (f"SELECT {select} FROM web WHERE host =~ /^({{{{hosts}}}})$/ AND $timeFilter "
            f"GROUP BY time($__interval), host{rest}")


LATENCY = query('mean("latency")')
METRICS = f"""
metrics:
  - {{name: latency, query: '{LATENCY}', unit: s, worse: higher}}
  - {{name: errors, errors: '{query('sum("errors")', " fill(null)")}',
     total: '{query('sum("requests")')}', worse: higher}}
"""


def lines(bends=None):
    """The fleet in the line protocol."""
    for time, host, metric, value in fleet.rows(bends):
        yield f"web,host={host},dc=eu {metric}={value} {time}"


def said(answer):
    """The explanation without its line breaks."""
    return " ".join(answer.out.split())


def use(root, url, database="fleet", more="", metrics=METRICS):
    root.environment(f'backends: {{default: {{type: influxdb, urls: ["{url}"], database: {database}'
                     f"{more}}}}}\n")
    root.check(fleet.CHECK + metrics)


@pytest.fixture(scope="module")
def influx(tmp_path_factory):
    with Influx(tmp_path_factory.mktemp("influx") / "server") as server:
        server.write("fleet", lines())
        server.write("slow", lines({"latency": fleet.after_deploy(3)}))
        server.write("dead", lines({"*": fleet.after_deploy(None, ["web-1"])}))
        server.write("empty", [])
        yield server


def test_a_good_deploy_passes_and_a_bad_one_is_stopped(root, influx):
    use(root, influx.url)
    good = check(root, "web", *AT)
    assert (good.code, good.json["verdict"]) == (0, "pass"), good
    assert {metric["canary"]["hosts"] for metric in good.json["metrics"]} == {2}
    use(root, influx.url, "slow")
    bad = check(root, "web", *AT)
    assert (bad.code, bad.json["verdict"]) == (1, "fail"), bad
    assert bad.metric("latency")["verdict"] == "fail"
    assert bad.metric("errors")["verdict"] != "fail"


@pytest.mark.parametrize("shift", [0, 3])
def test_the_buckets_are_those_of_the_window(root, influx, shift):
    """Every sample lies on the end of a bucket, or 3 s before: the file backend says which."""
    at = ("--deployed-at", str(fleet.DEPLOYED_AT + shift))
    fleet.write(root)
    expected = check(root, "web", *at)
    use(root, influx.url)
    answer = check(root, "web", *at)
    for metric in ("latency", "errors"):
        for group in ("canary", "baseline"):
            ours, theirs = answer.metric(metric)[group], expected.metric(metric)[group]
            assert ours["points"] == theirs["points"] > 0
            assert ours["mean"] == pytest.approx(theirs["mean"], rel=1e-9)


def test_a_canary_that_stopped_writing_is_stopped(root, influx):
    use(root, influx.url, "dead")
    dead = check(root, "web", *AT)
    assert (dead.code, dead.json["verdict"]) == (1, "fail"), dead
    assert "canary_silent" in dead.codes()


def test_an_empty_database_is_no_data_and_a_wrong_one_is_trouble(root, influx):
    use(root, influx.url, "empty")
    empty = check(root, "web", *AT)
    assert (empty.code, empty.json["verdict"]) == (1, "no_data"), empty
    use(root, influx.url, "fleeet")
    wrong, soft = check(root, "web", *AT), check(root, "web", *AT, "--soft-fail")
    assert (wrong.code, wrong.json["verdict"]) == (2, "trouble"), wrong
    assert "cannot answer: database not found: fleeet. Check `database`" in said(wrong)
    assert (soft.code, soft.json["verdict"]) == (0, "trouble"), soft
    use(root, influx.url, "fleet", ", retention_policy: weekly")
    policy = check(root, "web", *AT)
    assert policy.code == 2
    assert "retention policy not found: weekly. Check `retention_policy`" in said(policy)
    use(root, influx.url, "fleet", ", retention_policy: autogen")
    assert check(root, "web", *AT).code == 0


def test_what_the_server_refuses_is_trouble_with_its_words(root, influx):
    metrics = METRICS.replace('mean("latency")', '"latency"')
    use(root, influx.url, metrics=metrics)
    answer = check(root, "web", *AT)
    assert (answer.code, answer.json["verdict"]) == (2, "trouble"), answer
    assert "cannot answer: GROUP BY requires at least one aggregate function" in said(answer)


def test_who_asks_must_be_known(root, tmp_path):
    with Influx(tmp_path / "server", user="gate:s3cret-word") as server:
        server.write("fleet", lines())
        use(root, server.url)
        nobody = check(root, "web", *AT)
        assert (nobody.code, nobody.json["verdict"]) == (2, "trouble"), nobody
        assert ("does not know who asks (401: unable to parse authentication credentials). Give the "
                "backend an `auth` (basic)") in said(nobody)
        use(root, server.url, more=", auth: {basic: {username: gate, password: {env: INFLUX_PW}}}")
        wrong = check(root, "web", *AT, env=environment(INFLUX_PW="another-word"))
        assert wrong.code == 2
        assert ("does not know who asks (401: authorization failed). Sent was `auth.basic` from the "
                "environment variable INFLUX_PW") in said(wrong)
        assert "another-word" not in wrong.out + wrong.err
        right = check(root, "web", *AT, env=environment(INFLUX_PW="s3cret-word"))
        assert (right.code, right.json["verdict"]) == (0, "pass"), right


def test_an_answer_that_the_server_cut_off_is_trouble(root, tmp_path):
    with Influx(tmp_path / "server", http="max-row-limit = 100") as server:
        server.write("fleet", lines())
        use(root, server.url)
        cut = check(root, "web", *AT)
        assert (cut.code, cut.json["verdict"]) == (2, "trouble"), cut
        assert "sent only a part of the data (`partial`). Raise its `max-row-limit`" in said(cut)


@pytest.mark.parametrize("text, problem", [
    (LATENCY.replace("$timeFilter", "dc = 1"),
     "it has no time range; write `$timeFilter` into its WHERE"),
    (LATENCY + " fill(0)", f"column {len(LATENCY) + 2} of it: this fill would make a host that stopped "
     "writing look alive; leave it out, or write fill(null)"),
    (LATENCY.replace("$__interval", "{{step}}"), ""),
])
def test_validate_refuses_offline_what_cannot_be_asked(root, text, problem):
    use(root, "http://influx.invalid:8086", metrics=METRICS.replace(LATENCY, text))
    answer = run("validate", "--config", root)
    assert answer.code == (2 if problem else 0), answer
    assert problem in answer.err
    if problem:
        assert "backend 'default' (type influxdb) cannot evaluate this query" in answer.err
