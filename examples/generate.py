#!/usr/bin/python3
"""Makes examples/data: four services, and five ways their deploy at DEPLOYED_AT may have gone.

Every number comes from a seed made of the names of service, metric and host, so the files are the
same bytes on every run, and the past is the same in all five. Usage: generate.py [FOLDER]
"""
import gzip
import math
import random
import sys
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

DEPLOYED_AT = int(datetime(2024, 10, 15, 14, 0, tzinfo=timezone.utc).timestamp())
WARMUP = 60
POINTS = 20          # of a window
HISTORY_WINDOWS = 24
REFERENCE_WINDOWS = 4
SCENARIOS = ("good", "bad", "leaking", "crashing", "silent")


@dataclass
class Metric:
    """A host's numbers: a level with daily rhythm, noise that remembers, and rare spikes."""
    name: str
    level: float
    host_spread: float = 0.15  # how much hosts differ, all of these on the log scale
    noise: float = 0.12
    common: float = 0.06       # what all hosts share
    memory: float = 0.85       # of the noise, from one point to the next
    spikes: float = 0.004      # share of points
    counted: bool = False      # whole events a step
    share_of: str = ""         # events among those of this metric; `level` is their share
    bad: float = 1.0           # factor on a bad canary
    leak: float = 1.0          # factor that a leaking canary reaches at the window's end


@dataclass
class Service:
    name: str
    step: int
    canaries: list
    baseline: list
    metrics: list
    restarts: str              # metric that counts restarts a step
    labels: dict = field(default_factory=dict)  # host to the value of the column `track`

    @property
    def window_end(self):
        return DEPLOYED_AT + WARMUP + POINTS * self.step

    def times(self):
        gap = -(-WARMUP // self.step)
        past = POINTS * (HISTORY_WINDOWS + 2 * REFERENCE_WINDOWS) + 2 * gap
        first = DEPLOYED_AT + WARMUP - (past - 1) * self.step
        return range(first, self.window_end + self.step, self.step)


def names(pattern, numbers):
    return [pattern.format(number) for number in numbers]


THUMB_CANARIES = names("thumb-canary-{}", range(2))
THUMB_STABLE = names("thumb-{}", range(10))

SERVICES = [
    Service("web-bg-tasks", 15, ["bg-03", "bg-09"],
            names("bg-{:02}", [n for n in range(1, 15) if n not in (3, 9)]), [
        Metric("bg_tasks_done", 120, bad=0.6, leak=0.7, counted=True),
        Metric("bg_tasks_failed", 0.03, noise=0.08, spikes=0, share_of="bg_tasks_done", bad=8),
        Metric("bg_queue_depth", 40, noise=0.18, spikes=0.008, bad=2.2, leak=8),
        Metric("bg_task_seconds_p99", 0.8, noise=0.1, bad=2.2, leak=2.5),
    ], "bg_restarts"),
    Service("checkout-api", 30, ["checkout-2", "checkout-7"],
            names("checkout-{}", [n for n in range(1, 13) if n not in (2, 7)]), [
        Metric("checkout_requests", 900, noise=0.06, bad=0.9, counted=True),
        Metric("checkout_errors", 0.004, share_of="checkout_requests", bad=6),
        Metric("checkout_seconds_p99", 0.35, noise=0.1, bad=2.0, leak=3.5),
    ], "checkout_restarts"),
    Service("search-indexer", 30, ["indexer-1", "indexer-6"],
            names("indexer-{}", [n for n in range(1, 11) if n not in (1, 6)]), [
        Metric("indexer_lag_documents", 600, noise=0.2, spikes=0.01, bad=3.5, leak=2),
        Metric("indexer_documents", 13500, noise=0.08, bad=0.55, leak=0.7, counted=True),
        Metric("indexer_memory_bytes", 2.4e9, host_spread=0.05, noise=0.03, common=0.02,
               memory=0.97, spikes=0, bad=1.3, leak=2.2),
    ], "indexer_restarts"),
    Service("thumbnailer", 15, THUMB_CANARIES, THUMB_STABLE, [
        Metric("thumb_images_done", 25, noise=0.1, bad=0.6, counted=True),
        Metric("thumb_cpu_seconds_per_image", 0.42, noise=0.08, bad=1.9, leak=3),
    ], "thumb_restarts",
            {**dict.fromkeys(THUMB_CANARIES, "canary"), **dict.fromkeys(THUMB_STABLE, "stable")}),
]


def remembered(rng, memory, spread):
    """Autocorrelated noise of standard deviation `spread`."""
    value = rng.gauss(0, spread)
    while True:
        yield value
        value = memory * value + rng.gauss(0, spread * math.sqrt(1 - memory * memory))


def poisson(rng, mean):
    if mean > 60:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    product, count = rng.random(), 0
    while product > math.exp(-mean):
        product *= rng.random()
        count += 1
    return count


def change(scenario, metric, service, time):
    """The factor on a canary's numbers once the deploy is out."""
    if time <= DEPLOYED_AT:
        return 1.0
    if scenario == "bad":
        return metric.bad
    if scenario == "leaking":
        return metric.leak ** ((time - DEPLOYED_AT) / (service.window_end - DEPLOYED_AT))
    return 1.0


def is_down(scenario, service, host, time):
    """A silent canary says nothing after the deploy; a crashing one is gone for two steps of every
    seven, and only the first canary host crashes."""
    if host not in service.canaries or time <= DEPLOYED_AT:
        return False
    if scenario == "silent":
        return True
    if scenario == "crashing" and host == service.canaries[0]:
        return (time - DEPLOYED_AT) // service.step % 7 in (3, 4)
    return False


def numbers_of(service, metric, scenario, exposure):
    """host → its values in the order of service.times(); `exposure` holds those of the metrics made
    before."""
    times = service.times()
    shared = random.Random(f"{service.name}/{metric.name}")
    common = [next_value for next_value, _ in
              zip(remembered(shared, 0.98, metric.common), times)]
    values = {}
    for host in service.canaries + service.baseline:
        rng = random.Random(f"{service.name}/{metric.name}/{host}")
        level = math.log(metric.level) + rng.gauss(0, metric.host_spread)
        noise = remembered(rng, metric.memory, metric.noise)
        row = []
        for index, time in enumerate(times):
            rhythm = 0 if metric.share_of else 0.2 * math.sin(2 * math.pi * time / 86400 - 2)
            spike = rng.expovariate(1 / 0.7) if rng.random() < metric.spikes else 0.0
            value = math.exp(level + rhythm + common[index] + next(noise) + spike)
            if host in service.canaries:
                value *= change(scenario, metric, service, time)
            if metric.share_of:
                value = poisson(rng, value * exposure[metric.share_of][host][index])
            row.append(round(value) if metric.counted else value)
        values[host] = row
    return values


def restarts_of(service, scenario):
    """1 in the step in which a host came back, else 0."""
    return {host: [int(is_down(scenario, service, host, time - service.step)
                       and not is_down(scenario, service, host, time)) for time in service.times()]
            for host in service.canaries + service.baseline}


def plain(value):
    """Three significant digits, without an exponent."""
    rounded = float(f"{value:.3g}")
    return str(int(rounded)) if rounded == int(rounded) else repr(rounded)


def lines_of(service, scenario):
    made = {}
    for metric in service.metrics:
        made[metric.name] = numbers_of(service, metric, scenario, made)
    made[service.restarts] = restarts_of(service, scenario)
    for name, rows in made.items():
        for host, row in rows.items():
            for time, value in zip(service.times(), row):
                if not is_down(scenario, service, host, time):
                    yield f"{time},{host},{name},{plain(value)},{service.labels.get(host, '')}\n"


def data_of(scenario):
    """The file's bytes."""
    lines = ["time,host,metric,value,track\n"]
    for service in SERVICES:
        lines.extend(lines_of(service, scenario))
    return gzip.compress("".join(lines).encode(), 9, mtime=0)


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent / "data"
    folder.mkdir(parents=True, exist_ok=True)
    for scenario in SCENARIOS:
        (folder / f"{scenario}.csv.gz").write_bytes(data_of(scenario))


if __name__ == "__main__":
    main()
