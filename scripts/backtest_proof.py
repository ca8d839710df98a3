#!/usr/bin/env python3
"""Does one day's backtest predict the next day's false alarms?

Takes recorded traces (time,host,metric,value; .gz or not; a day each, nothing deployed), cuts the
hosts into fleets, backtests each fleet on one trace and then on every other, and prints for each
pair of traces the share that was predicted, its 95 % interval, and the share that was then seen.
Each fleet is judged by the placebo judge and by Kayenta's, whose false alarms are many: a
prediction that always says "one in a hundred" would not do.

    scripts/backtest_proof.py DAY1.csv.gz DAY2.csv.gz …
"""
import argparse
import gzip
import itertools
import json
import math
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

CHECK = """version: 1
check: fleet
canary: {{hosts: [{canary}]}}
baseline: {{hosts: [{baseline}]}}
window: {{warmup: 0s, duration: 1h, step: 5m}}
judge: {{method: {judge}, history: 10h, looks: 4}}
on_undecided: pass
metrics:
  - {{name: {metric}, query: {metric}, worse: higher}}
"""


def read(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rt") as file:
        return file.read()


def columns_of(text):
    lines = text.splitlines()
    names = lines[0].split(",")
    times, hosts, metrics = set(), set(), set()
    for line in lines[1:]:
        row = dict(zip(names, line.split(",")))
        times.add(int(row["time"]))
        hosts.add(row["host"])
        metrics.add(row["metric"])
    return max(times), sorted(hosts), sorted(metrics)[0]


def interval(count, runs):
    """Clopper and Pearson's, by bisection of the binomial distribution."""
    def below(p, k):  # P[X <= k]
        if k < 0:
            return 0.0
        logs = [math.lgamma(runs + 1) - math.lgamma(i + 1) - math.lgamma(runs - i + 1)
                + i * math.log(p) + (runs - i) * math.log1p(-p) for i in range(k + 1)]
        return min(1.0, sum(math.exp(x) for x in logs))

    def solve(condition):
        low, high = 1e-12, 1 - 1e-12
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if condition(middle) else (low, middle)
        return low
    lower = 0.0 if count == 0 else solve(lambda p: 1 - below(p, count - 1) < 0.025)
    upper = 1.0 if count == runs else solve(lambda p: below(p, count) > 0.025)
    return lower, upper


def predict(fleets):
    """Of all fleets together: false alarms, runs, and the interval, fleets being what is drawn.

    A bad hour of one host is in many runs of its fleet: the interval is that of as many runs as
    would vary as much between fleets if they had nothing to do with one another.
    """
    count, runs = sum(f[0] for f in fleets), sum(f[1] for f in fleets)
    share = count / runs
    independent = sum(f[2] for f in fleets)
    if 0 < share < 1 and len(fleets) > 1:
        spread = sum((f[0] - share * f[1]) ** 2 for f in fleets) * len(fleets) / (len(fleets) - 1)
        independent = min(independent, runs * runs * share * (1 - share) / spread)
    n = max(1, round(independent))
    return count, runs, interval(round(share * n), n)


def backtest(program, folder, end, runs, seed):
    command = [program, "backtest", "fleet", "--config", str(folder), "--quick", "--quiet",
               "--runs", str(runs), "--seed", str(seed), "--no-history", "--no-cache",
               "--since", "1d", "--until", str(end), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr}")
    made_up = json.loads(done.stdout)["made_up"]
    failed = made_up["tally"]["failed"]
    return failed["count"], failed["of"], made_up["independent"]


def measure(arguments, trace, size, canaries, judge):
    """Of each fleet of a trace: false alarms, runs, and how many of these say something new."""
    end, hosts, metric = trace["end"], list(trace["hosts"]), trace["metric"]
    random.Random(arguments.seed).shuffle(hosts)
    fleets = []
    for begin in range(0, len(hosts) - size + 1, size):
        if begin >= arguments.fleets * size:
            break
        fleet = hosts[begin:begin + size]
        with tempfile.TemporaryDirectory() as root:
            folder = Path(root)
            (folder / "checks").mkdir()
            (folder / "canarygate.yaml").write_text(
                f"version: 1\nbackends: {{default: {{type: file, path: {trace['file']}}}}}\n")
            (folder / "checks" / "fleet.yaml").write_text(CHECK.format(
                canary=", ".join(fleet[:canaries]), baseline=", ".join(fleet[canaries:]),
                judge=judge, metric=metric))
            fleets.append(backtest(arguments.program, folder, end, arguments.runs, begin + 1))
    return fleets


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("traces", nargs="+")
    parser.add_argument("--program", default=os.environ.get("CANARYGATE", "build/dev/canarygate"))
    parser.add_argument("--runs", type=int, default=60, help="made-up deploys a fleet")
    parser.add_argument("--fleets", type=int, default=16, help="fleets a trace, at most")
    parser.add_argument("--size", action="append", help="HOSTS,CANARIES; repeatable")
    parser.add_argument("--judge", action="append", help="placebo or kayenta; repeatable")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    sizes = [tuple(map(int, s.split(","))) for s in arguments.size or ["12,2", "40,3"]]
    traces = []
    with tempfile.TemporaryDirectory() as folder:
        for path in arguments.traces:
            text = read(path)
            file = Path(folder) / f"{len(traces)}.csv"
            file.write_text(text)
            end, hosts, metric = columns_of(text)
            traces.append({"name": Path(path).name.split(".")[0], "file": file, "end": end,
                           "hosts": hosts, "metric": metric})
        print("| judge | hosts, canaries | predicted on | stopped | 95 % interval | seen on | "
              "stopped | within |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        within = pairs = 0
        for judge in arguments.judge or ["placebo", "kayenta"]:
            for size, canaries in sizes:
                rates = [predict(measure(arguments, t, size, canaries, judge)) for t in traces]
                for a, b in itertools.permutations(range(len(traces)), 2):
                    lower, upper = rates[a][2]
                    seen = rates[b][0] / rates[b][1]
                    # Whole runs: where 0.2 of them are expected at least, none is not too few.
                    inside = (math.floor(lower * rates[b][1]) <= rates[b][0]
                              <= math.ceil(upper * rates[b][1]))
                    within, pairs = within + inside, pairs + 1
                    print(f"| {judge} | {size}, {canaries} | {traces[a]['name']} "
                          f"| {rates[a][0]} of {rates[a][1]} ({100 * rates[a][0] / rates[a][1]:.1f} %) "
                          f"| {100 * lower:.1f}–{100 * upper:.1f} % | {traces[b]['name']} "
                          f"| {rates[b][0]} of {rates[b][1]} ({100 * seen:.1f} %) "
                          f"| {'yes' if inside else 'no'} |", flush=True)
        print(f"\n{within} of {pairs} within the interval that was predicted")
    return 0


if __name__ == "__main__":
    sys.exit(main())
