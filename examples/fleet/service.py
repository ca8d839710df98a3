"""What a host of the fleet does: an HTTP service of a web shop under load.

Requests are simulated one by one, a tenth of a second at a time. Hosts differ in their levels, each
has a course of its own that remembers, all share one, and now and then a host has a bad moment.
"""
import bisect
import math
import time
from dataclasses import dataclass

TICK = 0.1  # seconds
BUCKETS = (0.01, 0.02, 0.03, 0.045, 0.06, 0.08, 0.1, 0.13, 0.17, 0.22, 0.3, 0.4, 0.6, 1.0, 2.0, 5.0)


@dataclass(frozen=True)
class Version:
    """What is installed on a host. Factors are against the stable version."""
    number: str
    errors: float = 1.0
    latency: float = 1.0
    leak: float = 0.0          # growth of memory and latency, a second
    lives: float = math.inf    # seconds from start to crash
    answers: float = math.inf  # seconds from start to its falling silent


VERSIONS = {
    "rollback": Version("1.4.2"),
    "good": Version("1.5.0"),
    "bad": Version("1.5.1", errors=10, latency=3),
    "leaking": Version("1.5.2", leak=0.2),
    "crashing": Version("1.5.3", lives=2.5),
    "silent": Version("1.5.4", answers=5),
}
STABLE = VERSIONS["rollback"]


class Remembered:
    """Noise of standard deviation `spread` that forgets with the time constant `memory`, seconds."""

    def __init__(self, rng, spread, memory):
        self.rng = rng
        self.keep = math.exp(-TICK / memory)
        self.fresh = spread * math.sqrt(1 - self.keep ** 2)
        self.value = rng.gauss(0, spread)

    def next(self):
        self.value = self.keep * self.value + self.rng.gauss(0, self.fresh)
        return self.value


class Process:
    """What is lost when the service ends: its counters, and when it began."""

    def __init__(self, version):
        self.version = version
        self.began = time.time()
        self.age = 0.0
        self.codes = {"200": 0, "404": 0, "500": 0}
        self.buckets = [0] * (len(BUCKETS) + 1)
        self.seconds = 0.0


class Service:
    """A host's service. `process` is None while it is down."""

    def __init__(self, rng, version=STABLE):
        self.rng = rng
        self.rate = 200 * math.exp(rng.gauss(0, 0.15))
        self.latency = 0.08 * math.exp(rng.gauss(0, 0.15))
        self.error_ratio = 0.01 * math.exp(rng.gauss(0, 0.15))
        self.bytes = 3e8 * math.exp(rng.gauss(0, 0.05))
        self.queue = 30 * math.exp(rng.gauss(0, 0.15))
        self.load = Remembered(rng, 0.1, 5)
        self.slowness = Remembered(rng, 0.1, 5)
        self.heap = Remembered(rng, 0.03, 20)
        self.spike = 0.0
        self.due = rng.expovariate(1)  # until the next request, in mean distances of two
        self.depth = self.resident = 0
        self.process = Process(version)

    def tick(self, common):
        """A tenth of a second of load; `common` is what all hosts share of it, on the log scale."""
        load, slowness, heap = self.load.next(), self.slowness.next(), self.heap.next()
        self.spike *= 0.85
        if self.rng.random() < TICK / 100:
            self.spike += self.rng.expovariate(1 / 0.7)
        if self.process is None:
            return
        process, version = self.process, self.process.version
        process.age += TICK
        leaked = 1 + version.leak * process.age
        slow = math.exp(common / 2 + slowness + self.spike) * version.latency * leaked
        self.resident = round(self.bytes * math.exp(heap) * leaked)
        self.depth = round(self.queue * math.exp(common + load) * slow)
        self.due -= TICK * self.rate * math.exp(common + load)
        while self.due <= 0:
            self.due += self.rng.expovariate(1)
            self.request(math.log(self.latency * slow), self.error_ratio * version.errors)

    def request(self, log_latency, error_ratio):
        process, chance = self.process, self.rng.random()
        process.codes["500" if chance < error_ratio else "404" if chance > 0.98 else "200"] += 1
        seconds = math.exp(self.rng.gauss(log_latency, 0.5))
        process.buckets[bisect.bisect_left(BUCKETS, seconds)] += 1
        process.seconds += seconds

    def exposition(self, openmetrics):
        """What /metrics says, in OpenMetrics or in Prometheus' text format."""
        process = self.process
        requests = "http_requests" if openmetrics else "http_requests_total"
        lines = [f"# HELP {requests} Requests answered, by status code.",
                 f"# TYPE {requests} counter"]
        lines += [f'http_requests_total{{code="{code}"}} {count}'
                  for code, count in process.codes.items()]
        lines += ["# HELP http_request_duration_seconds Time from request to answer.",
                  "# TYPE http_request_duration_seconds histogram"]
        count = 0
        for bound, more in zip((*BUCKETS, "+Inf"), process.buckets):
            count += more
            lines.append(f'http_request_duration_seconds_bucket{{le="{bound}"}} {count}')
        lines += [f"http_request_duration_seconds_sum {process.seconds:.6f}",
                  f"http_request_duration_seconds_count {count}"]
        build_info = f'shop_build_info{{version="{process.version.number}"}}'
        for name, value, help_text in (
                ("process_resident_memory_bytes", self.resident, "Memory in use."),
                ("process_start_time_seconds", f"{process.began:.3f}", "When it began, Unix time."),
                ("shop_queue_depth", self.depth, "Requests that wait for a worker."),
                (build_info, 1, "What is installed.")):
            family = name.split("{")[0]
            lines += [f"# HELP {family} {help_text}", f"# TYPE {family} gauge", f"{name} {value}"]
        return "\n".join(lines) + ("\n# EOF\n" if openmetrics else "\n")
