"""The gate with a real Consul: its health checks, its access control, a dead node, no leader."""
import contextlib
import json
import subprocess
import time
import urllib.error
import urllib.request

import pytest

import fleet
from support import HANG, check, environment, free_port

pytestmark = pytest.mark.server
AT = ("--deployed-at", str(fleet.DEPLOYED_AT))
MASTER = "8d3c1f2e-0000-4000-8000-00000000cafe"
CHECK = """
canary: {consul: {service: web, tags: [canary]}}
baseline: {rest: true}
expect: {hosts: 2}
window: {warmup: 20s, duration: 100s, step: 10s}
judge: {history: 2000s}
""" + fleet.METRICS


def service(host, status="passing"):
    """`host` as an instance of web; its address is the host's name."""
    return {"id": host, "name": "web", "address": host, "port": 9100,
            "tags": ["canary" if host in fleet.CANARY else "stable"],
            "check": {"ttl": "1h", "status": status}}


class Agent:
    def __init__(self, binary, folder, name, services=(), bind="127.0.0.1", flags=("-dev",), more=None):
        self.port, self.serf, wan, server = (free_port() for _ in range(4))
        self.url = f"http://127.0.0.1:{self.port}"
        folder.mkdir()
        (folder / "agent.json").write_text(json.dumps({"services": list(services), **(more or {})}))
        self.process = subprocess.Popen(
            [binary, "agent", f"-node={name}", f"-bind={bind}", "-client=127.0.0.1",
             f"-http-port={self.port}", "-grpc-port=-1", "-dns-port=-1", f"-serf-lan-port={self.serf}",
             f"-serf-wan-port={wan}", f"-server-port={server}", f"-config-dir={folder}", *flags],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def get(self, path, token=None):
        request = urllib.request.Request(self.url + path,
                                         headers={"X-Consul-Token": token} if token else {})
        with urllib.request.urlopen(request, timeout=20) as reply:
            return json.load(reply)

    def wait_for(self, instances, token=None):
        """Until so many instances of web are passing."""
        seen = None
        deadline = time.monotonic() + HANG
        while time.monotonic() < deadline:
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                seen = len(self.get("/v1/health/service/web?passing", token))
                if seen == instances:
                    return
            time.sleep(0.1)
        raise AssertionError(f"{seen} passing instances of web, {instances} expected")

    def stop(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def agent(deb, tmp_path):
    """Starts agents and ends them with the test."""
    binary = deb("bullseye", "consul") / "usr" / "bin" / "consul"
    started = []

    def start(*args, **named):
        started.append(Agent(binary, tmp_path / f"agent-{len(started)}", *args, **named))
        return started[-1]

    yield start
    for each in started:
        each.stop()


def use(root, url, token=""):
    fleet.write(root, check=CHECK, environment=fleet.FILE
                + f"discovery: {{consul: {{url: \"{url}\"{token}}}}}\n")


def test_instances_are_found_and_judged(root, agent):
    consul = agent("one", [service(host) for host in fleet.HOSTS])
    consul.wait_for(8)
    use(root, consul.url)
    answer = check(root, "web", *AT)
    assert (answer.code, answer.json["verdict"]) == (0, "pass"), answer
    assert answer.json["hosts"]["canary"] == ["web-1:9100", "web-2:9100"]
    assert len(answer.json["hosts"]["baseline"]) == 6


def test_an_instance_that_is_not_passing_is_one_canary_too_few(root, agent):
    consul = agent("one", [service(host, "critical" if host == "web-2" else "passing")
                           for host in fleet.HOSTS])
    consul.wait_for(7)
    use(root, consul.url)
    answer = check(root, "web", *AT)
    assert (answer.code, answer.json["verdict"]) == (2, "trouble"), answer
    assert "expected_hosts" in answer.codes()


def test_a_missing_token_looks_like_a_misspelt_service_and_the_message_says_both(root, agent):
    consul = agent("one", [service(host) for host in fleet.HOSTS], more={
        "acl": {"enabled": True, "default_policy": "deny",
                "tokens": {"master": MASTER, "agent": MASTER, "default": MASTER}}})
    consul.wait_for(8, MASTER)
    # The agent registers its services with the default token; asking without one must not use it.
    request = urllib.request.Request(consul.url + "/v1/agent/token/default", method="PUT",
                                     data=b'{"Token": ""}', headers={"X-Consul-Token": MASTER})
    urllib.request.urlopen(request, timeout=20).close()

    use(root, consul.url)
    answer = check(root, "web", *AT)
    assert (answer.code, answer.json["verdict"]) == (2, "trouble"), answer
    assert "token" in answer.out and "web" in answer.out

    use(root, consul.url, ", token: {env: CONSUL_HTTP_TOKEN}")
    with_token = check(root, "web", *AT, env=environment(CONSUL_HTTP_TOKEN=MASTER))
    assert with_token.code == 0, with_token
    assert MASTER not in with_token.out + with_token.err + json.dumps(with_token.json)
    wrong = check(root, "web", *AT, env=environment(CONSUL_HTTP_TOKEN=MASTER[:-4] + "beef"))
    assert (wrong.code, wrong.json["verdict"]) == (2, "trouble"), wrong
    assert "403" in wrong.out


def test_a_killed_nodes_instances_are_gone(root, agent, tmp_path):
    first = agent("one", [service(host) for host in fleet.HOSTS if host != "web-1"])
    first.wait_for(7)
    second = agent("two", [service("web-1")], bind="127.0.0.2",
                   flags=(f"-data-dir={tmp_path}/two", f"-retry-join=127.0.0.1:{first.serf}"))
    first.wait_for(8)
    use(root, first.url)
    assert check(root, "web", *AT).code == 0
    second.stop()
    first.wait_for(7)
    answer = check(root, "web", *AT)
    assert (answer.code, answer.json["verdict"]) == (2, "trouble"), answer
    assert "expected_hosts" in answer.codes()


def test_no_leader_is_trouble(root, agent, tmp_path):
    consul = agent("alone", flags=("-server", "-bootstrap-expect=3", f"-data-dir={tmp_path}/alone"))
    deadline = time.monotonic() + HANG
    while time.monotonic() < deadline:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            if consul.get("/v1/status/leader") == "":
                break
        time.sleep(0.1)
    use(root, consul.url)
    answer = check(root, "web", *AT)
    assert (answer.code, answer.json["verdict"]) == (2, "trouble"), answer
    assert "leader" in answer.out, answer
