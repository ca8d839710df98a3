"""A real VictoriaMetrics (Debian's package) on a free loopback port, for the length of a test.

    with VictoriaServer() as server:
        server.put("latency", rows)

Data go in as Prometheus text with times in milliseconds, and can be asked for when `put` returns.
"""
import pathlib
import shutil
import subprocess
import tempfile
import time
import urllib.request

from prometheus_server import PATIENCE, free_port


class VictoriaServer:
    def __init__(self, flags=("-search.latencyOffset=0s",)):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="canarygate-victoria-"))
        self.flags = list(flags)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def __enter__(self):
        self.log = open(self.folder / "log", "w")
        self.process = subprocess.Popen(
            ["victoria-metrics", f"-httpListenAddr=127.0.0.1:{self.port}",
             f"-storageDataPath={self.folder / 'data'}", "-retentionPeriod=100y", *self.flags],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.get("/health")
                return self
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    log = (self.folder / "log").read_text()
                    self.__exit__()
                    raise RuntimeError("VictoriaMetrics did not start: " + log) from None
                time.sleep(0.05)

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

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
