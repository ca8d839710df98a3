"""The gate with hosts from a real Consul: judged while they are there, never passed when they go."""
import time

import pytest

import consul_server
import fleet
from support import check, environment, finish, read_reports, start

pytestmark = pytest.mark.server
AT = ("--deployed-at", str(fleet.DEPLOYED_AT))
MASTER = "33333333-3333-3333-3333-333333333333"
GROUPS = """
canary: {consul: {service: web, tags: [canary]}}
baseline: {rest: true}
expect: {hosts: 2}
"""
WINDOW = """
window: {warmup: 20s, duration: 100s, step: 10s}
judge: {history: 2000s}
"""


def instance(host, status="passing"):
    return {"id": host, "name": "web", "address": host, "port": 9100,
            "tags": ["canary" if host in fleet.CANARY else "stable"],
            "check": {"ttl": "1h", "status": status}}


@pytest.fixture
def agent(tmp_path):
    """agent(config) starts a Consul that ends with the test."""
    if consul_server.missing():
        pytest.skip(consul_server.missing())
    started = []

    def begin(config):
        started.append(consul_server.Agent(tmp_path, f"agent-{len(started)}", config=config))
        return started[-1]

    yield begin
    for each in started:
        each.stop()


def use(root, url, bends=None, connection="", window=WINDOW):
    fleet.write(root, bends, GROUPS + window + fleet.METRICS,
                fleet.FILE + f'discovery: {{consul: {{url: "{url}"{connection}}}}}\n')


def test_hosts_of_consul_are_judged(root, agent):
    consul = agent({"services": [instance(host) for host in fleet.HOSTS]})
    consul.until(lambda: len(consul.passing("web")) == 8)
    use(root, consul.url)
    good = check(root, "web", *AT)
    assert (good.code, good.json["verdict"]) == (0, "pass"), good
    assert good.json["hosts"]["canary"] == ["web-1:9100", "web-2:9100"]
    assert good.json["hosts"]["baseline"] == [f"web-{n}:9100" for n in range(3, 9)]
    use(root, consul.url, {"latency": fleet.after_deploy(3)})
    bad = check(root, "web", *AT)
    assert (bad.code, bad.json["verdict"]) == (1, "fail"), bad


def test_one_canary_too_few_is_never_a_pass(root, agent):
    consul = agent({"services": [instance(host, "critical" if host == "web-2" else "passing")
                                 for host in fleet.HOSTS]})
    consul.until(lambda: len(consul.passing("web")) == 7)
    use(root, consul.url)
    hard, soft = check(root, "web", *AT), check(root, "web", *AT, "--soft-fail")
    assert (hard.code, hard.json["verdict"]) == (2, "trouble"), hard
    assert "expected_hosts" in hard.codes()
    assert (soft.code, soft.json["verdict"]) == (0, "trouble"), soft


def test_access_control_is_trouble_and_the_token_opens_it(root, agent):
    consul = agent({"acl": {"enabled": True, "default_policy": "deny", "tokens": {"master": MASTER}},
                    "services": [dict(instance(host), token=MASTER) for host in fleet.HOSTS]})
    consul.until(lambda: len(consul.passing("web", MASTER)) == 8)
    use(root, consul.url)
    without = check(root, "web", *AT)
    assert (without.code, without.json["verdict"]) == (2, "trouble"), without
    use(root, consul.url, connection=", token: {env: CONSUL_HTTP_TOKEN}")
    answer = check(root, "web", *AT, env=environment(CONSUL_HTTP_TOKEN=MASTER))
    assert answer.code == 0, answer
    assert MASTER not in answer.out + answer.err + str(answer.json)


def test_a_canary_that_leaves_while_it_is_watched_is_stopped(root, agent):
    """Rolled back, or dead: whatever its numbers looked like before."""
    consul = agent({"services": [instance(host) for host in fleet.HOSTS]})
    consul.until(lambda: len(consul.passing("web")) == 8)
    use(root, consul.url, window="""
window: {warmup: 0s, duration: 4s, step: 1s}
judge: {history: 0s, looks: 1}
""")
    now = int(time.time())
    root.numbers((time_, host, metric, value) for time_ in range(now - 60, now + 10)
                 for host in fleet.HOSTS
                 for metric, value in (("latency", 0.2), ("errors", 1), ("requests", 100)))
    gate = start("check", "web", "--config", root, "--deployed-at", now,
                 "--report", f"json={root}/reports/gate.json",
                 "--report", f"junit={root}/reports/gate.xml")
    for line in gate.stderr:
        if "waiting for" in line:
            break
    consul.request("/v1/agent/service/deregister/web-2", "PUT")
    answer = read_reports(finish(gate), root.folder / "reports")
    assert (answer.code, answer.json["verdict"]) == (1, "fail"), answer
    assert "canary_left" in answer.codes(), answer
    assert "web-2:9100" in str(answer.json["hosts"]["missing"])
