"""Asks a real Prometheus and our own PromQL the same, over the same samples."""
import collections
import json
import math
import subprocess
import time

from programs import PATIENCE
from prometheus_server import PrometheusServer
from promql_data import HOSTS, Exporter, line, past, same_value
from support import HANG, PROGRAM

PROBE = PROGRAM.parent / "promql-probe"
UNIT = 500          # ms: every step, range and lookback is a multiple of it
LOOKBACK = 60_000   # ms
SCRAPES = 44        # of each live endpoint
PAST_STEP = 15_000
PAST_COUNT = 130
TOLERANCE = 1e-9    # relative
CANCELLED = 1e-10   # absolute: what is left of rates of some thousands that cancel out

Grid = collections.namedtuple("Grid", "name start step points")  # ms
CONFIG = """
global: {{scrape_interval: 250ms, scrape_timeout: 250ms}}
scrape_configs:
- job_name: past
  metrics_path: /past
  scrape_interval: 2s
  scrape_timeout: 2s
  static_configs: [{{targets: ["{target}"]}}]
"""
LIVE = """
- job_name: {host}
  metrics_path: /live/{host}
  static_configs: [{{targets: ["{target}"]}}]
"""


def milliseconds(seconds):
    return round(float(seconds) * 1000)


def wait_until(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.05)


class Recorded:
    """A Prometheus that scraped the endpoints, and all samples that it has:
    {labels as sorted pairs: {ms: value text or "stale"}}."""

    def __init__(self, binary="prometheus"):
        self.begin = int(time.time() - 60 - PAST_COUNT * PAST_STEP / 1000) * 1000
        self.rows = past(self.begin, PAST_COUNT, PAST_STEP)
        self.exporter = Exporter([line(*row) for row in self.rows])
        self.binary = binary

    def __enter__(self):
        self.exporter.__enter__()
        target = self.exporter.url.removeprefix("http://")
        config = CONFIG.format(target=target) + "".join(
            LIVE.format(host=host, target=target) for host in HOSTS)
        flags = [f"--query.lookback-delta={LOOKBACK // 1000}s"]
        self.server = PrometheusServer(config=config, flags=flags, binary=self.binary)
        self.server.start()
        self.scrape()
        return self

    def __exit__(self, *problem):
        self.server.stop()
        self.exporter.__exit__(*problem)

    def newest_scrapes(self):
        status, answer = self.server.get("/api/v1/query", query="timestamp(up)")
        assert status == 200, answer
        return [milliseconds(row["value"][1]) for row in answer["data"]["result"]]

    def scrape(self):
        scrapes = self.exporter.scrapes
        wait_until(lambda: all(scrapes[f"/live/{host}"] >= SCRAPES for host in HOSTS),
                   f"{SCRAPES} scrapes of every endpoint")
        self.end = milliseconds(time.time())
        wait_until(lambda: min(self.newest_scrapes()) > self.end, "a scrape of each after the end")
        status, answer = self.server.get("/api/v1/query", query='{__name__!=""}[1h]')
        assert status == 200, answer
        self.samples = {
            tuple(sorted(row["metric"].items())): {milliseconds(at): text for at, text in row["values"]}
            for row in answer["data"]["result"]}
        self.add_stale_markers()

    def add_stale_markers(self):
        """The server does not tell them, but writes one at the first scrape that misses a series."""
        ups = {labels: sorted(samples) for labels, samples in self.samples.items()
               if dict(labels)["__name__"] == "up"}
        times_of = {dict(labels)["job"]: times for labels, times in ups.items()}
        self.markers = 0
        for labels, samples in self.samples.items():
            times = times_of[dict(labels)["job"]]
            if not set(samples) <= set(times):
                continue  # with timestamps of its own
            here = set(samples)
            for before, after in zip(times, times[1:]):
                if before in here and after not in here:
                    samples[after] = "stale"
                    self.markers += 1

    def is_the_past_that_was_served(self):
        served = {}
        for name, labels, value, at in self.rows:
            full = {"__name__": name, **labels}
            key = tuple(sorted((k, unescaped(v)) for k, v in full.items() if v))
            served.setdefault(key, {})[at] = float(value)
        kept = {}
        for labels, samples in self.samples.items():
            own = {k: v for k, v in labels if k not in ("job", "instance")}
            if dict(labels)["job"] == "past" and dict(labels).get("__name__") in {r[0] for r in self.rows}:
                kept[tuple(sorted(own.items()))] = {at: float(text) for at, text in samples.items()}
        return served.keys() == kept.keys() and all(
            served[key].keys() == kept[key].keys() and
            all(same_value(served[key][at], kept[key][at]) for at in served[key]) for key in served)

    def grids(self, phase=None):
        """No point lies a multiple of UNIT after a sample: Prometheus 2 counts a sample at the very
        beginning of a range in, Prometheus 3 and ours do not. With a `phase` of 0 each point of the
        past does."""
        taken = {at % UNIT for samples in self.samples.values() for at in samples}
        if phase is None:
            phase = next(at % UNIT for at in range(137, 137 + UNIT) if at % UNIT not in taken)
        first = min(at for (labels, samples) in self.samples.items()
                    if ("__name__", "up") in labels for at in samples)

        def grid(name, start, end, step):
            start = start // UNIT * UNIT + phase
            return Grid(name, start, step, (end - start) // step + 1)

        past_end = self.begin + PAST_COUNT * PAST_STEP
        return [grid("past", self.begin - 30_000, min(past_end + 90_000, self.end), 13_500),
                grid("live", first - 1000, self.end, 500)]

    def asked(self, query, grid):
        """{labels: {ms: value}}, or the status of a refusal."""
        last = grid.start + grid.step * (grid.points - 1)
        status, answer = self.server.get(
            "/api/v1/query_range", query=query, start=grid.start / 1000, end=last / 1000,
            step=grid.step / 1000)
        if status != 200:
            return status
        return {tuple(sorted(row["metric"].items())):
                {milliseconds(at): float(text) for at, text in row["values"]}
                for row in answer["data"]["result"]}

    def ours(self, queries, grids):
        """For each query and grid, in this order, {labels: {ms: value}} or the text of a refusal."""
        series = [{"labels": dict(labels), "samples": sorted(samples.items())}
                  for labels, samples in self.samples.items()]
        jobs = [{"query": query, "start": grid.start, "step": grid.step, "points": grid.points,
                 "lookback": LOOKBACK} for query in queries for grid in grids]
        return [result if "series" not in result else
                {tuple(sorted(row["labels"].items())): {at: float(text) for at, text in row["points"]}
                 for row in result["series"]}
                for result in probe(series, jobs)]


def unescaped(text):
    return text.replace(r"\n", "\n").replace(r"\"", '"').replace(r"\\", "\\")


def probe(series, jobs):
    assert PROBE.exists(), f"{PROBE} is missing; run `make dev` first"
    process = subprocess.run([PROBE], input=json.dumps({"series": series, "jobs": jobs}), text=True,
                             capture_output=True, timeout=HANG, check=False)
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


def close(a, b):
    return same_value(a, b) or math.isfinite(a) and math.isfinite(b) and \
        abs(a - b) <= max(CANCELLED, TOLERANCE * max(abs(a), abs(b)))


def difference(theirs, ours):
    """In words, or None."""
    if theirs.keys() != ours.keys():
        return (f"only Prometheus has {sorted(theirs.keys() - ours.keys())}, "
                f"only we have {sorted(ours.keys() - theirs.keys())}")
    for labels, points in theirs.items():
        for at in sorted(points.keys() | ours[labels].keys()):
            a, b = points.get(at), ours[labels].get(at)
            if a is None or b is None or not close(a, b):
                return f"{dict(labels)} at {at}: Prometheus {a!r}, ours {b!r}"
    return None


def compare(recorded, queries, grids):
    """Asserts that all agree; how many had values, and how many both refused to evaluate."""
    results = iter(recorded.ours(queries, grids))
    wrong, valued, failed = [], 0, 0
    for query in queries:
        with_values = refused = False
        for grid in grids:
            theirs, ours = recorded.asked(query, grid), next(results)
            if theirs == 422 and "failed" in ours:
                refused = True
            elif theirs in (400, 422) or "failed" in ours or "refused" in ours:
                wrong.append(f"{query} ({grid.name}): Prometheus {theirs!r:.200}, ours {ours!r:.200}")
            elif told := difference(theirs, ours):
                wrong.append(f"{query} ({grid.name}): {told}")
            else:
                with_values = with_values or bool(theirs)
        valued += with_values
        failed += refused
    assert not wrong, f"{len(wrong)} of {len(queries)}:\n" + "\n".join(wrong[:40])
    return valued, failed
