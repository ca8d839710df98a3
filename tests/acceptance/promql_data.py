"""Endpoints with something of everything that PromQL treats in a way of its own.

Live endpoints show numbers that hang on how often they were scraped, so each run sees the same
numbers at other times. The endpoint of the past carries its own timestamps. Values are exact in
binary: what differs between two engines is then their arithmetic, not the order of their sums.
"""
import collections
import contextlib
import functools
import math
import random
import threading

from servers import Quiet, serving

HOSTS = ["web-1", "web-2", "canary-1"]
BOUNDS = ["0.1", "0.5", "1", "2.5", "+Inf"]


def line(name, labels, value, time=None):
    pairs = ",".join(f'{label}="{text}"' for label, text in labels.items())
    return f"{name}{{{pairs}}} {value}" + ("" if time is None else f" {time}")


def odd_number(n):
    """Mostly a number, sometimes what is none, or too large for one."""
    return {1: "NaN", 3: "+Inf", 4: "-Inf", 6: "NaN"}.get(n % 8, str(n % 8 / 4))


class Counter:
    """Rises by a few a step, from so high, or from 0 after each of `resets`, that Prometheus 2 and
    3 agree on where a series began."""

    def __init__(self, seed, resets=(), begin=1000):
        self.seed, self.resets, self.begin = seed, resets, begin

    def at(self, n):
        since = max((reset for reset in self.resets if reset <= n), default=None)
        steps = random.Random(self.seed)
        rises = [steps.choice([0, 1, 2, 2, 3, 7]) for _ in range(n + 1)]
        return self.begin + sum(rises) if since is None else sum(rises[since + 1:])


@functools.lru_cache(maxsize=None)
def buckets(host, n, observe=11):
    """Cumulative counts of each bound; `canary-1` is slower, `web-2` idle for its first 12 steps."""
    steps = random.Random(f"observations of {host}")
    counts = [0] * len(BOUNDS)
    for i in range(n):
        for _ in range(0 if host == "web-2" and i < 12 else observe):
            first = steps.choice([0, 0, 1, 1, 1, 2, 3] if host != "canary-1" else [1, 2, 2, 3, 3, 4])
            counts = [count + (i >= first) for i, count in enumerate(counts)]
    return counts


def common(host, n):
    """(name, labels, value) of what both the live hosts and the past show at step `n`."""
    at = HOSTS.index(host)
    yield "queue_depth", {"host": host, "job_name": "web"}, (n * 7 + at * 3) % 13 / 4
    yield "queue_limit", {"host": host, "job_name": "web"}, 4 + (n + at) % 3
    yield "odd_gauge", {"host": host}, odd_number(n + at)
    if host != "web-2":
        yield "odd_gauge_b", {"host": host}, odd_number(n * 3 + at)
    for code in ("200", "404", "500"):
        seed, resets = f"{host} {code}", (13, 30) if host == "web-2" else ()
        yield "http_requests_total", {"host": host, "code": code}, Counter(seed, resets).at(n)
        errors = Counter(seed + " errors", resets, begin=0)
        yield "http_errors_total", {"host": host, "code": code}, errors.at(n) // 4
    if n % 12 < 7:
        yield "sometimes", {"host": host, "kind": "gauge"}, n / 2
        back = Counter(f"{host} sometimes", (n - n % 12,), begin=0).at(n)
        yield "sometimes_total", {"host": host}, back
    for bound, count in zip(BOUNDS, buckets(host, n)):
        yield "latency_seconds_bucket", {"host": host, "le": bound}, count
        if bound != "+Inf":
            yield "no_inf_bucket", {"host": host, "le": bound}, count
    falling = [count if bound != "1" else count // 2 for bound, count in zip(BOUNDS, buckets(host, n))]
    for bound, count in zip(BOUNDS, falling):
        yield "falling_bucket", {"host": host, "le": bound}, count


def fixed(n):
    """What only one host shows."""
    for bound, count in (("-1", 3), ("0", 5), ("2", 9), ("+Inf", 10 + n)):
        yield "negative_bucket", {"le": bound}, count
    for bound in ("+Inf", "1"):
        yield "empty_bucket", {"le": bound}, 0
    yield "inf_only_bucket", {"le": "+Inf"}, n
    for bound, count in (("1", 4), ("1.0", 3), ("1e1", 9), ("what", 2), ("Inf", 12)):
        yield "strange_bucket", {"le": bound}, count
    yield "bucketless_bucket", {"host": "web-1"}, 5
    yield "odd_labels", {"quote": r"a\"b", "slash": r"c:\\d", "line": r"e\nf"}, n
    yield "odd_labels", {"quote": "ä.b|c", "slash": "[x]*", "empty": ""}, n + 1
    yield "odd_labels", {"le": "5", "without": "yes", "by": "a", "sum": "b"}, n + 2
    yield "job:queue_depth:mean", {"team": "web"}, n / 4
    yield "sum", {"by": "name"}, n % 5
    yield "large", {"part": "1"}, "1e308"
    yield "large", {"part": "2"}, "1.5e308"
    yield "constant_total", {}, 7


class Exporter(contextlib.AbstractContextManager):
    """The URL's paths: /live/HOST and /past, which stays the same. `scrapes` counts what was
    answered of each."""

    def __init__(self, past):
        self.past = past
        self.scrapes = collections.Counter()
        self.lock = threading.Lock()

    def live(self, host, n):
        rows = list(common(host, n)) + (list(fixed(n)) if host == "web-1" else [])
        return None if host == "canary-1" and 16 <= n < 21 else rows

    def body(self, path):
        with self.lock:
            n = self.scrapes[path]
            self.scrapes[path] += 1
        if path == "/past":
            return "\n".join(self.past) + "\n"
        rows = self.live(path.removeprefix("/live/"), n)
        return rows and "\n".join(line(*row) for row in rows) + "\n"

    def __enter__(self):
        exporter = self

        class Answer(Quiet):
            def do_GET(self):
                body = exporter.body(self.path)
                self.answer(200 if body else 500, body or "down", "text/plain; version=0.0.4")

        self.server = serving(Answer)
        self.url = self.server.__enter__()
        return self

    def __exit__(self, *problem):
        return self.server.__exit__(*problem)


def past(begin, count, step):
    """(labels with the name, value, time) of every sample, `step` apart (ms). There are two holes:
    one shorter than the lookback of a minute, one longer."""
    rows = []
    for n in range(count):
        time = begin + n * step
        for host in HOSTS:
            if host == "web-1" and 40 <= n < 43 or host == "canary-1" and 60 <= n < 75:
                continue
            for name, labels, value in common(host, n):
                rows.append((name, labels, value, time))
        rows += [(*row, time) for row in fixed(n)]
    return rows


def same_value(a, b):
    return a == b or math.isnan(a) and math.isnan(b)
