"""A deploy as it happens: fifteen instances scraped every second, three gates that watch three
canaries at once, one of them sound, one failing, one that dies half way."""
import json
import random
import time
import urllib.parse

import pytest

from prometheus_server import PrometheusServer
from servers import Quiet, serving
from support import finish, read_reports, start

pytestmark = pytest.mark.server

HOSTS = [f"web-{n}:9100" for n in range(1, 16)]
CANARIES = {"sound": HOSTS[0:3], "failing": HOSTS[3:6], "dying": HOSTS[6:9]}
BASELINE = HOSTS[9:]

CHECK = """
canary: {{hosts: {canary}}}
baseline: {{hosts: {baseline}}}
window: {{warmup: 1s, duration: 10s, step: 1s}}
judge: {{history: 0s, reference: 0s, false_alarms: 5%, looks: 5, detect: 1000%}}
metrics:
  - name: latency
    query: app_latency_seconds{{instance=~"{{{{hosts}}}}"}}
    unit: s
    worse: higher
  - name: error ratio
    errors: sum by (instance) (increase(app_errors_total{{instance=~"{{{{hosts}}}}"}}[{{{{rate_window}}}}]))
    total: sum by (instance) (increase(app_requests_total{{instance=~"{{{{hosts}}}}"}}[{{{{rate_window}}}}]))
    worse: higher
"""


class Fleet:
    """What the instances would say of themselves now. `deployed` is when the canaries changed."""

    def __init__(self):
        self.began = time.time()
        self.deployed = None
        self.random = random.Random(1)

    def metrics(self, host):
        """The exposition of one instance, or None when it is dead."""
        since = time.time() - self.deployed if self.deployed else 0
        if host in CANARIES["dying"] and since > 5:
            return None
        failing = host in CANARIES["failing"] and since > 0
        requests = 100 * (time.time() - self.began)
        errors = 0.02 * requests + (0.3 * 100 * since if failing else 0)
        latency = 0.2 * self.random.uniform(0.95, 1.05) * (3 if failing else 1)
        return (f"# TYPE app_requests_total counter\napp_requests_total {requests:.0f}\n"
                f"# TYPE app_errors_total counter\napp_errors_total {errors:.0f}\n"
                f"# TYPE app_latency_seconds gauge\napp_latency_seconds {latency:.6f}\n")

    def serve(self):
        fleet = self

        class Exporter(Quiet):
            def do_GET(self):
                text = fleet.metrics(self.path.strip("/"))
                self.answer(200 if text else 503, text or "", "text/plain; version=0.0.4")
        return serving(Exporter)


def scrape_config(exporter):
    address = urllib.parse.urlsplit(exporter).netloc
    return json.dumps({
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s"},
        "scrape_configs": [{"job_name": "app", "static_configs": [
            {"targets": [address], "labels": {"instance": host, "__metrics_path__": f"/{host}"}}
            for host in HOSTS]}]})


def wait_until_scraped(server):
    """Every instance has been scraped for long enough to have a rate."""
    query = "count(count_over_time(app_requests_total[6s]) >= 4)"
    for _ in range(600):
        _, answer = server.get("/api/v1/query", query=query)
        result = answer["data"]["result"]
        if result and int(result[0]["value"][1]) == len(HOSTS):
            return
        time.sleep(0.1)
    raise AssertionError("the instances were not scraped")


def test_three_deploys_are_watched_as_they_happen(root):
    fleet = Fleet()
    with fleet.serve() as exporter, \
            PrometheusServer(config=scrape_config(exporter)) as server:
        root.environment(f"""
backends:
  default: {{type: prometheus, urls: ["{server.url}"], scrape_interval: 1s}}
""")
        for name, canary in CANARIES.items():
            root.check(CHECK.format(canary=json.dumps(canary), baseline=json.dumps(BASELINE)), name)
        wait_until_scraped(server)
        fleet.deployed = int(time.time())
        began = time.monotonic()
        gates = {name: start("check", name, "--config", root, "--deployed-at", fleet.deployed,
                             "--report", f"json={root}/{name}/gate.json",
                             "--report", f"junit={root}/{name}/gate.xml") for name in CANARIES}
        answers = {name: read_reports(finish(gate), root.folder / name)
                   for name, gate in gates.items()}
        took = time.monotonic() - began

    sound, failing, dying = (answers[name] for name in ("sound", "failing", "dying"))
    assert took >= 10, "a pass needs the whole window"
    assert (sound.code, sound.json["verdict"]) == (0, "pass"), sound
    assert (failing.code, failing.json["verdict"]) == (1, "fail"), failing
    assert failing.metric("error ratio")["verdict"] == "fail" or \
        failing.metric("latency")["verdict"] == "fail", failing
    assert (dying.code, dying.json["verdict"]) == (1, "fail"), dying
    assert "canary_silent" in dying.codes(), dying
    assert "look 1 of" in sound.err and "waiting for" in sound.err
