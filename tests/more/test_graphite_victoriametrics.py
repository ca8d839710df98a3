"""The gate through VictoriaMetrics' Graphite API, which Debian 13's version has."""
import json
import random
import time

import pytest

import debs
from support import ConfigRoot, check
from victoria_server import VictoriaServer

pytestmark = pytest.mark.server

HOSTS = [f"web-{i}" for i in range(1, 7)]
CANARY = HOSTS[0]

CHECK = """
canary:   {hosts: [%s]}
baseline: {hosts: [%s]}
window:   {warmup: 30s, duration: 10m, step: 20s}
judge:    {history: 3h, reference: 10m, looks: 2}
metrics:
  - name: error ratio
    errors: aliasByNode({{fleet}}.{{hosts}}.web.errors, 1)
    total: aliasByNode({{fleet}}.{{hosts}}.web.requests, 1)
    worse: higher
    allow: 20%%
""" % (CANARY, ", ".join(HOSTS[1:]))


class Written(VictoriaServer):
    def write(self, series):
        """{path: {time: value}}"""
        lines = [json.dumps({"metric": {"__name__": path}, "values": list(numbers.values()),
                             "timestamps": [t * 1000 for t in numbers]})
                 for path, numbers in series.items()]
        self.get("/api/v1/import", "\n".join(lines).encode())
        self.get("/internal/force_flush")


@pytest.fixture(scope="module")
def victoria():
    program, why = debs.program_of("trixie", "victoria-metrics", "victoria-metrics")
    if why:
        pytest.skip(why)
    with Written(binary=program) as server:
        yield server


@pytest.mark.parametrize("path", ["", "/graphite"])
@pytest.mark.parametrize("fleet, code, verdict", [("good", 0, "pass"), ("bad", 1, "fail")])
def test_the_gate_judges_through_its_graphite_api(victoria, tmp_path, path, fleet, code, verdict):
    root = ConfigRoot(tmp_path / "root")
    deployed_at = int(time.time()) - 900
    times = range(deployed_at - 4 * 3600, deployed_at + 880, 10)
    rand = random.Random(2)
    series = {}
    name = fleet + path.replace("/", "")  # each its own numbers
    for host in HOSTS:
        bad = {t: fleet == "bad" and host == CANARY and t >= deployed_at for t in times}
        series[f"{name}.{host}.web.requests"] = {t + 3: rand.randint(80, 120) for t in times}
        series[f"{name}.{host}.web.errors"] = {
            t + 3: rand.randint(6, 14) if bad[t] else rand.randint(0, 4) for t in times}
    victoria.write(series)
    root.environment(f"backends: {{default: {{type: graphite, urls: [\"{victoria.url}{path}\"]}}}}\n"
                     f"vars: {{fleet: {name}}}\n")
    root.check(CHECK)
    answer = check(root, "web", "--deployed-at", deployed_at, "--no-wait")
    assert (answer.code, answer.json["verdict"]) == (code, verdict), answer
    assert answer.metric("error ratio")["baseline"]["hosts"] == len(HOSTS) - 1
