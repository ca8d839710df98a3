"""`canarygate hosts` against a real Consul."""

import contextlib
import json
import os
import pathlib
import re
import subprocess
import time

import pytest

import consul_server

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
MASTER = "11111111-1111-1111-1111-111111111111"
UNKNOWN = "22222222-2222-2222-2222-222222222222"


def program():
    path = pathlib.Path(os.environ.get("CANARYGATE", REPOSITORY / "build/release/canarygate"))
    assert path.exists(), f"{path} is not built; run `make build` or set CANARYGATE"
    return path


def instance(name, address, tags=(), version="1.0", status="passing", **more):
    return {"id": name, "name": "web", "address": address, "port": 8080, "tags": list(tags),
            "meta": {"version": version}, "check": {"ttl": "1h", "status": status}, **more}


FLEET = [
    instance("web-1", "127.0.0.11", ["prod"]),
    instance("web-2", "127.0.0.12", ["prod"]),
    instance("web-3", "127.0.0.13", ["prod"], status="critical"),
    instance("web-4", "127.0.0.14", ["prod"], status="warning"),
    instance("web-c", "127.0.0.21", ["prod", "canary"], version="2.0"),
    instance("web-6", "::1", ["prod", "ipv6"]),
    instance("plain", "", ["prod", "node-address"]),
]


@contextlib.contextmanager
def agent(folder, node, **settings):
    if consul_server.missing():
        pytest.skip(consul_server.missing())
    started = consul_server.Agent(folder, node, **settings)
    try:
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    with agent(tmp_path_factory.mktemp("consul"), "bench",
               config={"services": FLEET}) as started:
        started.until(lambda: len(started.passing("web")) == 5)
        yield started


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """ACLs on, nothing allowed without a token."""
    config = {
        "acl": {"enabled": True, "default_policy": "deny", "tokens": {"master": MASTER}},
        "services": [dict(one, token=MASTER) for one in FLEET],
    }
    with agent(tmp_path_factory.mktemp("consul"), "guarded", config=config) as started:
        started.until(lambda: len(started.passing("web", MASTER)) == 5)
        yield started


class Root:
    """A config root with one check, `web`."""

    def __init__(self, folder, url, connection=None):
        self.folder = folder
        self.url = url
        (folder / "checks").mkdir()
        (folder / "canarygate.yaml").write_text(json.dumps({
            "version": 1,
            "backends": {"default": {"type": "file", "path": "data.csv"}},
            "discovery": {"consul": {"url": url, **(connection or {})}},
        }))
        self.write_data(["of-nobody"])

    def write_data(self, hosts):
        """A quarter of an hour of numbers, up to now, under the metric `latency`."""
        now = int(time.time())
        rows = [f"{at},{host},latency,1\n" for at in range(now - 900, now, 15) for host in hosts]
        (self.folder / "data.csv").write_text("time,host,metric,value\n" + "".join(rows))

    def hosts(self, canary, baseline, format="json", **variables):
        """Runs `canarygate hosts web`."""
        groups = {"canary": canary, "baseline": baseline}
        groups = {name: group if isinstance(group, str) or "rest" in group
                  else {"consul": {"service": "web", **group}} for name, group in groups.items()}
        (self.folder / "checks/web.yaml").write_text(json.dumps({
            "version": 1, "check": "web", **groups,
            "metrics": [{"name": "latency", "query": "latency", "worse": "higher"}],
        }))
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith(("CANARYGATE", "CONSUL"))}
        return subprocess.run([program(), "hosts", "web", "--format", format], cwd=self.folder,
                              env={**environment, **variables}, capture_output=True, text=True,
                              timeout=consul_server.PATIENCE)

    def found(self, canary, baseline, **variables):
        """What was found: names by group, and the warnings."""
        ran = self.hosts(canary, baseline, **variables)
        assert ran.returncode == 0, ran.stderr
        answer = json.loads(ran.stdout)
        return ([one["host"] for one in answer["canary"]],
                [one["host"] for one in answer["baseline"]],
                " ".join(str(warning) for warning in answer["warnings"]))

    def refused(self, canary, baseline, **variables):
        """The error's text, as one line and with the agent's address made plain."""
        ran = self.hosts(canary, baseline, **variables)
        assert ran.returncode == 2, ran.stdout + ran.stderr
        text = re.sub(r"\s+", " ", ran.stderr)
        return text.replace(self.url.removeprefix("http://"), "AGENT")


@pytest.fixture
def root(tmp_path, fleet):
    return Root(tmp_path, fleet.url)


CANARY = {"tags": ["canary"]}
OTHERS = {"not_tags": ["canary", "ipv6", "node-address"]}


def test_groups_by_tags_and_only_what_passes(root):
    canary, baseline, warnings = root.found(CANARY, OTHERS)
    assert canary == ["127.0.0.21:8080"]
    assert baseline == ["127.0.0.11:8080", "127.0.0.12:8080"]
    assert ("left out 2 instances that Consul does not call passing: 127.0.0.13:8080 (critical) "
            "and 127.0.0.14:8080 (warning)") in warnings


def test_as_text_the_hosts_are_there_too(root):
    ran = root.hosts(CANARY, OTHERS, format="text")
    assert ran.returncode == 0, ran.stderr
    for host in ("127.0.0.21:8080", "127.0.0.11:8080", "127.0.0.12:8080"):
        assert host in ran.stdout


def test_rest_is_everyone_else(root):
    canary, baseline, _ = root.found(CANARY, {"rest": True})
    assert canary == ["127.0.0.21:8080"]
    assert baseline == ["127.0.0.11:8080", "127.0.0.12:8080", "127.0.0.1:8080", "[::1]:8080"]


def test_a_filter_is_consuls_own(root):
    canary, baseline, _ = root.found({"filter": 'Service.Meta.version == "2.0"'},
                                     {"filter": 'Service.Meta.version != "2.0"',
                                      "any_tags": ["ipv6", "node-address"]})
    assert canary == ["127.0.0.21:8080"]
    assert baseline == ["127.0.0.1:8080", "[::1]:8080"]


def test_hosts_are_found_in_the_series_without_their_ports(root):
    root.write_data(["127.0.0.21:9100", "127.0.0.11:8080", "127.0.0.99:9100"])
    ran = root.hosts(CANARY, OTHERS)
    assert ran.returncode == 0, ran.stderr
    answer = json.loads(ran.stdout)
    assert [(one["host"], one["series"]) for one in answer["canary"]] == [
        ("127.0.0.21:8080", "127.0.0.21:9100")]
    assert answer["baseline"][0]["series"] == "127.0.0.11:8080"
    assert not answer["baseline"][1]["series"]
    assert answer["unmatched_series"] == ["127.0.0.99:9100"]


def test_a_bad_filter_is_shown_with_what_consul_says(root):
    text = root.refused({"filter": "Foo ==="}, OTHERS)
    assert "AGENT answered 500: Failed to create boolean expression evaluator" in text
    assert "check `filter` ('Foo ===')" in text


def test_an_unknown_datacenter_is_named(root):
    text = root.refused({**CANARY, "datacenter": "nodc"}, OTHERS)
    assert "AGENT answered 500: No path to datacenter; check `datacenter` ('nodc')" in text


def test_a_namespace_without_enterprise_is_refused_in_consuls_words(root):
    text = root.refused({**CANARY, "namespace": "team"}, OTHERS)
    assert "AGENT answered 400: Bad request: Invalid query parameter: \"ns\"" in text


def test_a_partition_that_the_server_ignores_is_noticed(root):
    text = root.refused({**CANARY, "partition": "billing"}, OTHERS)
    assert "this server does not know partitions; remove `partition`" in text


def test_a_misspelt_service_is_told_apart_from_a_missing_tag(root):
    text = root.refused({"service": "wbe"}, OTHERS)
    assert ("no canary host was found: Consul at AGENT lists no instance of service 'wbe'. Either "
            "the service is misspelt, or it may not be read without a token (none is configured)"
            ) in text
    text = root.refused({"tags": ["canaries"]}, OTHERS)
    assert "but none that is passing and has tag 'canaries'; the tags there are: canary" in text


def test_a_host_in_both_groups_is_an_error(root):
    assert "127.0.0.21:8080 is both canary and baseline" in root.refused(CANARY, {"tags": ["prod"]})


def test_maintenance_takes_an_instance_out(root, fleet):
    fleet.request("/v1/agent/service/maintenance/web-2?enable=true", "PUT")
    try:
        fleet.until(lambda: "web-2" not in fleet.passing("web"))
        _, baseline, warnings = root.found(CANARY, OTHERS)
    finally:
        fleet.request("/v1/agent/service/maintenance/web-2?enable=false", "PUT")
        fleet.until(lambda: "web-2" in fleet.passing("web"))
    assert baseline == ["127.0.0.11:8080"]
    assert "127.0.0.12:8080 (critical)" in warnings


def test_without_a_token_consul_lists_nobody_and_the_text_says_what_that_may_be(tmp_path, guarded):
    text = Root(tmp_path, guarded.url).refused(CANARY, OTHERS)
    assert "it may not be read without a token (none is configured)" in text
    assert "Consul answers both with an empty list" in text


def test_a_token_from_the_environment_opens_consul(tmp_path, guarded):
    root = Root(tmp_path, guarded.url, {"token": {"env": "CONSUL_HTTP_TOKEN"}})
    canary, baseline, _ = root.found(CANARY, OTHERS, CONSUL_HTTP_TOKEN=MASTER)
    assert canary == ["127.0.0.21:8080"]
    assert baseline == ["127.0.0.11:8080", "127.0.0.12:8080"]


def test_an_unknown_token_is_named_by_its_variable_and_never_shown(tmp_path, guarded):
    root = Root(tmp_path, guarded.url, {"token": {"env": "CONSUL_HTTP_TOKEN"}})
    text = root.refused(CANARY, OTHERS, CONSUL_HTTP_TOKEN=UNKNOWN)
    assert ("AGENT answered 403: ACL not found; it does not know the token it was sent: check "
            "`token` (the environment variable CONSUL_HTTP_TOKEN)") in text
    assert UNKNOWN not in text


def test_a_token_that_is_not_set_is_named(tmp_path, guarded):
    root = Root(tmp_path, guarded.url, {"token": {"env": "CONSUL_HTTP_TOKEN"}})
    assert "CONSUL_HTTP_TOKEN" in root.refused(CANARY, OTHERS)


def test_an_instance_of_a_killed_node_is_gone(tmp_path):
    """Its own check still says passing; only the node's says that it is dead."""
    (tmp_path / "root").mkdir()
    near = {"services": [instance("near", "")]}
    far = {"services": [instance("far", "", ["canary"])], "node_meta": {"role": "canary"}}
    with agent(tmp_path, "n1", config=near) as first, \
            agent(tmp_path, "n2", config=far, arguments=(), address="127.0.0.2",
                  join=first) as second:
        root = Root(tmp_path / "root", first.url)
        by_role = {"node_meta": {"role": "canary"}}
        first.until(lambda: first.passing("web") == ["far", "near"])
        assert root.found(by_role, OTHERS)[:2] == (["127.0.0.2:8080"], ["127.0.0.1:8080"])
        assert root.found({**by_role, "as": "node"}, {**OTHERS, "as": "node"})[:2] == (
            ["n2"], ["n1"])
        second.kill()
        first.until(lambda: first.passing("web") == ["near"])
        text = root.refused(by_role, OTHERS)
        assert "but none that is passing and has node metadata 'role: canary'" in text


def test_a_cluster_without_a_leader_says_so_after_consuls_own_patience(tmp_path):
    (tmp_path / "root").mkdir()
    with agent(tmp_path, "alone", arguments=("-server", "-bootstrap-expect=3"),
               wait_for_leader=False) as alone:
        text = Root(tmp_path / "root", alone.url).refused(CANARY, OTHERS)
    assert ("AGENT answered 500: No cluster leader; its servers have not elected one: look at "
            "`consul operator raft list-peers`, or ask another agent") in text


def test_an_agent_that_is_down_is_named(tmp_path):
    url = f"http://127.0.0.1:{consul_server.free_ports(1, '127.0.0.1')[0]}"
    text = Root(tmp_path, url).refused(CANARY, OTHERS)
    assert "AGENT" in text
    assert "cannot find the canary hosts" in text
