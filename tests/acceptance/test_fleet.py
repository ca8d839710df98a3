"""examples/fleet: a small real fleet, and every kind of deploy to it watched by the gate itself.

The gates run side by side, each with a fleet of its own, so that all together take a minute. The
fleets' seed is one whose canaries lie amidst the others, so that the good deploy's verdict does not
rest on luck; the bad ones' changes are many times what the gate needs.
"""
import gzip
import http.client
import json
import os
import re
import shutil
import subprocess
import time

import pytest

from prometheus_server import PrometheusServer
from support import EXAMPLES, HANG, environment, finish, read_reports, run, start

pytestmark = pytest.mark.server

FLEET = EXAMPLES / "fleet"
SEED = "3"
KINDS = ("good", "bad", "leaking", "crashing", "silent")
OPENMETRICS = {"Accept": "application/openmetrics-text; version=1.0.0"}
PROMETHEUS = """version: 1
environment: prometheus
backends:
  default: {{type: prometheus, urls: ["{url}"], scrape_interval: 500ms}}
"""


class Fleet:
    """A copy of the example with its fleet running."""

    def __init__(self, root, *flags):
        shutil.copytree(FLEET, root, ignore=shutil.ignore_patterns("state", "__pycache__"))
        self.root = root
        self.process = subprocess.Popen([root / "fleet", "--seed", SEED, *flags], env=environment(),
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(HANG * 20):
            if (root / "state" / "control.json").exists():
                break
            assert self.process.poll() is None, self.process.stdout.read()
            time.sleep(0.05)
        groups = json.loads((root / "state" / "hosts.json").read_text())
        self.hosts = {group["labels"]["track"]: group["targets"] for group in groups}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.terminate()
        self.process.wait(HANG)
        self.process.stdout.close()

    def deploy(self, *words):
        return subprocess.run([self.root / "deploy", *words], env=environment(), text=True,
                              capture_output=True, timeout=HANG, check=False)

    def watched_deploy(self, kind):
        """A gate that deploys, not waited for."""
        return start("check", "shop", "--config", self.root,
                     "--deploy", f"{self.root / 'deploy'} {kind}",
                     "--report", f"json={self.root}/gate.json",
                     "--report", f"junit={self.root}/gate.xml")

    def scrape_config(self):
        return json.dumps({
            "global": {"scrape_interval": "500ms", "scrape_timeout": "500ms"},
            "scrape_configs": [{"job_name": "shop", "file_sd_configs": [
                {"files": [f"{self.root}/state/hosts.json"]}]}]})


def get(host, path="/metrics", method="GET", timeout=HANG, **headers):
    """(status, headers, body) of one request."""
    connection = http.client.HTTPConnection(host, timeout=timeout)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def number(host, series):
    text = get(host)[2].decode()
    return float(re.search(rf"^{re.escape(series)} (\S+)$", text, re.M)[1])


@pytest.fixture
def fleet(tmp_path):
    with Fleet(tmp_path / "fleet") as running:
        yield running


# ── What the hosts answer ──


def test_sixteen_hosts_answer_and_two_are_canaries(fleet):
    assert [len(fleet.hosts[track]) for track in ("canary", "stable")] == [2, 14]
    for host in fleet.hosts["canary"] + fleet.hosts["stable"]:
        assert get(host)[0] == 200


def test_promtool_accepts_what_a_host_says_of_itself(fleet):
    status, headers, body = get(fleet.hosts["canary"][0])
    assert (status, headers["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    process = subprocess.run(["promtool", "check", "metrics"], input=body, capture_output=True,
                             check=False)
    assert (process.returncode, process.stdout, process.stderr) == (0, b"", b""), process


def test_prometheus_reads_every_host_in_openmetrics(fleet):
    _, headers, body = get(fleet.hosts["canary"][0], **OPENMETRICS)
    assert headers["Content-Type"] == \
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert body.endswith(b"\n# EOF\n")
    with PrometheusServer(config=fleet.scrape_config()) as server:  # it asks for OpenMetrics first
        for _ in range(HANG * 10):
            _, answer = server.get("/api/v1/query", query="sum(up) == 16")
            if answer["data"]["result"]:
                break
            time.sleep(0.1)
        assert answer["data"]["result"], server.get("/api/v1/targets")
        _, known = server.get("/api/v1/metadata")
    kinds = {name: entries[0]["type"] for name, entries in known["data"].items()}
    assert kinds == {"http_requests": "counter", "http_request_duration_seconds": "histogram",
                     "process_resident_memory_bytes": "gauge",
                     "process_start_time_seconds": "gauge",
                     "shop_queue_depth": "gauge", "shop_build_info": "gauge"}


def test_a_connection_is_kept_and_gzip_is_used_when_asked_for(fleet):
    connection = http.client.HTTPConnection(fleet.hosts["stable"][0], timeout=HANG)
    connection.connect()
    local = connection.sock.getsockname()
    for _ in range(3):
        connection.request("GET", "/metrics", headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        body = answer.read()
        assert answer.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(body).startswith(b"# HELP http_requests_total ")
        assert connection.sock.getsockname() == local
    connection.close()
    assert "Content-Encoding" not in get(fleet.hosts["stable"][0])[1]


@pytest.mark.parametrize("method, path, status", [("HEAD", "/metrics", 200), ("GET", "/", 404),
                                                  ("POST", "/metrics", 405)])
def test_what_else_is_asked_is_answered_as_http_has_it(fleet, method, path, status):
    answer = get(fleet.hosts["stable"][0], path, method)
    assert answer[0] == status
    assert (answer[2] == b"") == (method == "HEAD")


def test_two_hundred_hosts_count_their_requests(tmp_path):
    with Fleet(tmp_path / "fleet", "--hosts", "200", "--canaries", "10") as fleet:
        assert [len(fleet.hosts[track]) for track in ("canary", "stable")] == [10, 190]
        hosts = fleet.hosts["canary"] + fleet.hosts["stable"]
        before = {host: number(host, "http_request_duration_seconds_count") for host in hosts}
        time.sleep(1)
        assert all(number(host, "http_request_duration_seconds_count") > before[host]
                   for host in hosts)


# ── Its life ──


def test_a_fleet_that_is_ended_takes_its_files_along(fleet):
    fleet.process.terminate()
    assert fleet.process.wait(HANG) == 0
    assert os.listdir(fleet.root / "state") == ["lock"]
    assert re.fullmatch(r"16 hosts answer, 2 of them canaries: \S+/state/hosts\.json\n",
                        fleet.process.stdout.read())


def test_two_fleets_do_not_share_a_folder(fleet):
    second = subprocess.run([fleet.root / "fleet"], env=environment(), text=True,
                            capture_output=True, timeout=HANG, check=False)
    assert second.returncode == 1
    assert second.stderr == \
        f"fleet: another one runs already with --state {fleet.root / 'state'}\n"
    assert get(fleet.hosts["canary"][0])[0] == 200


# ── Deploys ──


def test_a_deploy_restarts_the_canaries_and_nobody_else(fleet):
    series = 'http_requests_total{code="200"}'
    began = {host: number(host, "process_start_time_seconds")
             for track in fleet.hosts.values() for host in track}
    time.sleep(2)
    counted = number(fleet.hosts["canary"][1], series)
    answer = fleet.deploy("good")
    assert answer.returncode == 0, answer
    assert answer.stdout == "".join(f"deploy: {host} runs 1.5.0 (good)\n"
                                    for host in fleet.hosts["canary"])
    for host in fleet.hosts["canary"]:
        assert number(host, "process_start_time_seconds") > began[host]
        assert number(host, 'shop_build_info{version="1.5.0"}') == 1
    for host in fleet.hosts["stable"]:
        assert number(host, "process_start_time_seconds") == began[host]
    assert number(fleet.hosts["canary"][1], series) < counted


def test_a_host_refuses_connections_while_it_is_deployed_to(fleet):
    deploying = subprocess.Popen([fleet.root / "deploy", "rollback"], stdout=subprocess.DEVNULL)
    refused = False
    while deploying.poll() is None:
        try:
            get(fleet.hosts["canary"][0])
        except ConnectionRefusedError:
            refused = True
        except (ConnectionResetError, http.client.RemoteDisconnected):
            pass
    assert refused and deploying.returncode == 0


def test_a_deploy_that_cannot_be_made_says_why(fleet):
    unknown = fleet.deploy("goood")
    assert unknown.returncode == 2
    assert "invalid choice: 'goood' (choose from 'rollback', 'good', 'bad'" in unknown.stderr
    fleet.process.kill()
    fleet.process.wait(HANG)
    gone = fleet.deploy("good")
    assert gone.returncode == 1
    assert re.fullmatch(r"deploy: the fleet does not answer on port \d+: .*refused.*\n",
                        gone.stderr)
    elsewhere = fleet.deploy("good", "--state", fleet.root)
    assert elsewhere.returncode == 1
    assert elsewhere.stderr == (f"deploy: no fleet runs (no {fleet.root / 'control.json'}); "
                                f"start it with {fleet.root / 'fleet'}\n")


def test_the_definitions_are_valid():
    answer = run("validate", "--config", FLEET)
    assert (answer.code, answer.err) == (0, ""), answer


# ── The gate ──


def watch_through_prometheus(fleet, server):
    """The same check on the same hosts through a Prometheus, after it saw as much as the gates."""
    (fleet.root / "environments" / "prometheus.yaml").write_text(PROMETHEUS.format(url=server.url))
    time.sleep(44)
    fleet.deploy("bad")
    return start("check", "shop", "--config", fleet.root, "--env", "prometheus",
                 "--report", f"json={fleet.root}/gate.json",
                 "--report", f"junit={fleet.root}/gate.xml")


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """What the gate said of each kind of deploy, and of a bad one through Prometheus."""
    folder = tmp_path_factory.mktemp("fleets")
    fleets = {}
    try:
        for kind in (*KINDS, "prometheus"):
            fleets[kind] = Fleet(folder / kind)
        gates = {kind: fleets[kind].watched_deploy(kind) for kind in KINDS}
        with PrometheusServer(config=fleets["prometheus"].scrape_config()) as server:
            gates["prometheus"] = watch_through_prometheus(fleets["prometheus"], server)
            done = {kind: finish(gate) for kind, gate in gates.items()}
    finally:
        for fleet in fleets.values():
            fleet.stop()
    return {kind: (read_reports(answer, fleets[kind].root), fleets[kind].hosts)
            for kind, answer in done.items()}


@pytest.mark.parametrize("kind", (*KINDS, "prometheus"))
def test_each_deploy_ends_as_it_must(answers, kind):
    answer, hosts = answers[kind]
    wanted = (0, "pass") if kind == "good" else (1, "fail")
    assert (answer.code, answer.json["verdict"]) == wanted, answer
    assert sorted(answer.json["hosts"]["canary"]) == sorted(hosts["canary"])
    assert sorted(answer.json["hosts"]["baseline"]) == sorted(hosts["stable"])
    assert kind == "prometheus" or f"runs 1.5.{KINDS.index(kind)} ({kind})" in answer.out


@pytest.mark.parametrize("kind", ("good", "bad", "leaking", "prometheus"))
def test_what_is_normal_was_measured_while_watching(answers, kind):
    answer, _ = answers[kind]
    assert answer.json["evidence"] in ("moderate", "strong"), answer
    assert all(metric["evidence"] != "weak" for metric in answer.json["metrics"]), answer


def test_a_good_deploy_is_not_troubled_with_what_is_only_to_be_expected(answers):
    """That a host was away while it was deployed to, and that a minute is no week."""
    told = {warning["code"] for warning in answers["good"][0].json["warnings"]}
    # On a busy machine the canary may well vary more than the others.
    assert told <= {"not_tested_spread"}, answers["good"][0]


def test_a_pass_needs_the_whole_window_and_a_bad_canary_does_not(answers):
    assert answers["good"][0].json["window"]["looks_done"] == 4
    assert answers["bad"][0].json["window"]["looks_done"] < 4, answers["bad"][0]


@pytest.mark.parametrize("kind", ("bad", "prometheus"))
def test_a_bad_canary_is_told_by_its_errors(answers, kind):
    errors = answers[kind][0].metric("error ratio")
    assert errors["verdict"] == "fail", answers[kind][0]
    assert errors["effect"]["lower"] > 1, answers[kind][0]
    assert "error ratio" in answers[kind][0].out


def test_a_leak_is_told_by_the_memory(answers):
    memory = answers["leaking"][0].metric("memory")
    assert memory["verdict"] == "fail", answers["leaking"][0]
    assert memory["effect"]["lower"] > 0.1


def test_a_crash_is_told_by_the_hosts_that_crash(answers):
    answer, hosts = answers["crashing"]
    told = [reason for reason in answer.json["reasons"]
            if reason["code"] == "canary_silent" or reason["metric"] == "restarts"]
    assert told and {reason["host"] for reason in told} <= set(hosts["canary"]), answer


def test_a_silent_canary_is_told_as_silent(answers):
    answer, hosts = answers["silent"]
    assert "canary_silent" in answer.codes(), answer
    assert {reason["host"] for reason in answer.json["reasons"]} <= {*hosts["canary"], None}


def refused(fleet, *flags):
    """A gate that looks for three seconds and whose command would leave a mark."""
    mark = fleet.root / "deployed"
    answer = run("check", "shop", "--config", fleet.root, "--observe", "3s",
                 "--deploy", f"touch {mark}", "--report", f"json={fleet.root}/gate.json", *flags)
    return answer, mark.exists(), json.loads((fleet.root / "gate.json").read_text())


def test_a_misspelt_metric_is_found_out_before_the_deploy(fleet):
    check = fleet.root / "checks" / "shop.yaml"
    check.write_text(check.read_text().replace("shop_queue_depth", "shop_queue_deep"))
    answer, deployed, report = refused(fleet)
    assert (answer.code, deployed) == (2, False), answer
    assert [reason["text"] for reason in report["reasons"]] == [
        "the deploy command was not run: in 3s of watching no host had a number for 'queue depth'; "
        "no host exposes a metric 'shop_queue_deep'; did you mean 'shop_queue_depth'?"]
    assert report["deployed_at"] is None
    assert "The deploy command was not run, so nothing has changed." in " ".join(answer.out.split())


def test_a_canary_that_does_not_answer_is_found_out_before_the_deploy(fleet):
    assert fleet.deploy("silent").returncode == 0
    canary = fleet.hosts["canary"][0]
    for _ in range(HANG):  # seconds: the version answers for a few, and then never again
        try:
            get(canary, timeout=1)
        except TimeoutError:
            break
        time.sleep(0.2)
    answer, deployed, report = refused(fleet)
    assert (answer.code, deployed) == (2, False), answer
    assert re.fullmatch(r"the deploy command was not run: canary host \S+ does not answer: \S+ did "
                        r"not answer within \d+ms; where the deploy is what brings it up, say "
                        r"--observe 0s", report["reasons"][0]["text"])
