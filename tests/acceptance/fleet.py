"""A small made-up fleet whose numbers a test bends as it needs: eight hosts, a window of ten points,
twelve windows of history. Cheap to judge, and quiet enough that the verdict is beyond doubt."""
import random

DEPLOYED_AT = 1_728_993_600  # 2024-10-15T12:00:00Z
STEP = 10
WARMUP = 20
POINTS = 10
HISTORY = 20 * POINTS * STEP
HOSTS = [f"web-{n}" for n in range(1, 9)]
CANARY = ["web-1", "web-2"]
BASELINE = HOSTS[2:]
START = DEPLOYED_AT + WARMUP
END = START + POINTS * STEP
NAMES = ("latency", "errors", "requests")  # of the metrics
FIRST = START - (20 * POINTS + 2 * 4 * POINTS + 2 * WARMUP // STEP - 1) * STEP

CHECK = """
canary: {hosts: [web-1, web-2]}
baseline: {hosts: [web-3, web-4, web-5, web-6, web-7, web-8]}
window: {warmup: 20s, duration: 100s, step: 10s}
judge: {history: 2000s}
"""
METRICS = """
metrics:
  - {name: latency, query: latency, host_label: host, unit: s, worse: higher}
  - {name: errors, errors: errors, total: requests, host_label: host, worse: higher}
"""
FILE = "backends: {default: {type: file, path: ../data.csv}}\n"


def numbers(metric, bend=None, hosts=HOSTS, first=FIRST, last=END):
    """Rows of one metric. bend(host, time) → factor on the value, or None for no sample."""
    rng = random.Random(metric)
    for host in hosts:
        for time in range(first, last + 1, STEP):
            noise = rng.gauss(0, 0.05)
            factor = 1 if bend is None else bend(host, time)
            if factor is None:
                continue
            if metric == "requests":
                yield time, host, metric, round(1000 * (1 + noise) * factor)
            elif metric == "errors":
                yield time, host, metric, round(20 * (1 + 4 * noise) * factor)
            else:
                yield time, host, metric, f"{0.2 * (1 + noise) * factor:.6f}"


def rows(bends=None, metrics=NAMES, **of):
    """Rows of all `metrics`: `bends` maps a metric to its bend, "*" stands for all."""
    bends = bends or {}
    for metric in metrics:
        yield from numbers(metric, bends.get(metric, bends.get("*")), **of)


def table(bends=None, metrics=NAMES, **of):
    """The same as {metric: {host: {time: number}}}."""
    found = {metric: {} for metric in metrics}
    for time, host, metric, value in rows(bends, metrics, **of):
        found[metric].setdefault(host, {})[time] = float(value)
    return found


def after_deploy(factor, hosts=CANARY):
    """A bend that multiplies the canary's numbers by `factor` (None: no samples) after the deploy."""
    return lambda host, time: factor if host in hosts and time > DEPLOYED_AT else 1


def write(root, bends=None, check=CHECK + METRICS, environment=FILE):
    """The fleet as a config root, its numbers bent as for `rows`."""
    root.check(check)
    root.environment(environment)
    root.numbers(rows(bends))
