"""A real VictoriaMetrics (Debian's package) on a free loopback port, for the length of a test.

    with VictoriaServer() as server:
        server.put("latency", rows)

Data go in as Prometheus text with times in milliseconds, and can be asked for when `put` returns.
"""
import urllib.request

from programs import PATIENCE, Program, free_port


class VictoriaServer(Program):
    def __init__(self, flags=("-search.latencyOffset=0s",), binary="victoria-metrics"):
        super().__init__("victoria")
        self.binary = binary
        self.flags = list(flags)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self):
        self.run(self.binary, f"-httpListenAddr=127.0.0.1:{self.port}",
                 f"-storageDataPath={self.folder / 'data'}", "-retentionPeriod=100y", *self.flags,
                 ready=lambda: self.get("/health"))

    def get(self, path, body=None):
        with urllib.request.urlopen(self.url + path, data=body, timeout=PATIENCE) as answer:
            return answer.read().decode()

    def put(self, rows):
        """`rows` of (time in seconds, host, metric, value)."""
        lines = [f'{metric}{{host="{host}"}} {value} {int(time) * 1000}\n'
                 for time, host, metric, value in rows]
        self.get("/api/v1/import/prometheus", "".join(lines).encode())
        # Without it what was taken can be asked for a second or two later.
        self.get("/internal/force_flush")
