#!/usr/bin/python3
"""Runs every recorded deploy twice, from its file and through a real Prometheus, and compares.

For each scenario the data are backfilled with promtool into a Prometheus on a free loopback port; the
same checks then run against both. Ends with 1 when a verdict or any number (to 1e-9) differs.
Usage: demo_prometheus.py [SCENARIO…]
"""
import csv
import gzip
import json
import math
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent
sys.path.insert(0, str(EXAMPLES.parent / "tests" / "acceptance"))
from prometheus_server import PrometheusServer  # noqa: E402

PROGRAM = EXAMPLES.parent / "build" / "canarygate"
DEPLOYED_AT = "2024-10-15T14:00:00Z"
CHECKS = ("web-bg-tasks", "checkout-api", "search-indexer", "thumbnailer")
SCENARIOS = ("good", "bad", "leaking", "crashing", "silent")
# What tells one run from another, and says nothing about the canary.
OF_THE_RUN = {"run_id", "environment", "started_at", "finished_at", "timings", "queries"}
ENVIRONMENT = """version: 1
environment: prometheus
backends:
  default: {{type: prometheus, urls: ["{url}"], scrape_interval: 5s}}
"""


def recorded(data):
    """The rows of a recorded file."""
    with gzip.open(data, "rt", newline="") as file:
        yield from csv.DictReader(file)


def openmetrics(rows):
    """Rows as promtool wants them: gauges, grouped by metric, in seconds."""
    metrics = {}
    for row in rows:
        track = f',track="{row["track"]}"' if row.get("track") else ""
        metrics.setdefault(row["metric"], []).append(
            f'{row["metric"]}{{host="{row["host"]}"{track}}} {row["value"]} {row["time"]}\n')
    return "".join(f"# TYPE {name} gauge\n" + "".join(lines)
                   for name, lines in metrics.items()) + "# EOF\n"


def report_of(root, check, environment):
    """What canarygate found, as it writes it for programs."""
    path = root / f"{check}-{environment}.json"
    subprocess.run([PROGRAM, "check", check, "--config", root, "--env", environment,
                    "--deployed-at", DEPLOYED_AT, "-q", "--report", f"json={path}"],
                   stdout=subprocess.DEVNULL, check=False)
    return json.loads(path.read_text())


def differences(one, other, where=""):
    """Every place where two reports say different things."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted((one.keys() | other.keys()) - OF_THE_RUN):
            yield from differences(one.get(key), other.get(key), f"{where}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, pair in enumerate(zip(one, other)):
            yield from differences(*pair, f"{where}[{index}]")
    elif isinstance(one, float) and isinstance(other, float):
        if not math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12):
            yield f"{where}: {one} from the file, {other} from Prometheus"
    elif one != other:
        yield f"{where}: {one!r} from the file, {other!r} from Prometheus"


def compare(scenario, root):
    """How many reports differ."""
    wrong = 0
    past = openmetrics(recorded(EXAMPLES / "data" / f"{scenario}.csv.gz"))
    with PrometheusServer(past) as server:
        (root / "environments" / "prometheus.yaml").write_text(ENVIRONMENT.format(url=server.url))
        for check in CHECKS:
            from_file = report_of(root, check, scenario)
            found = list(differences(from_file, report_of(root, check, "prometheus")))
            print(f"{scenario:10}{check:16}{from_file['verdict']:10}"
                  f"{'DIFFERS' if found else 'the same from file and Prometheus'}", flush=True)
            for difference in found:
                print(f"    {difference}")
            wrong += bool(found)
    return wrong


def main():
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "examples"
        shutil.copytree(EXAMPLES, root)
        return 1 if sum(compare(scenario, root) for scenario in sys.argv[1:] or SCENARIOS) else 0


if __name__ == "__main__":
    sys.exit(main())
