"""A real Prometheus (Debian's package) on a free loopback port, for the length of a test.

    with PrometheusServer(openmetrics=text) as server:
        server.query_range("up", start, end, step)

Backfilled samples are written before the start by promtool, from OpenMetrics text: timestamps in
seconds, samples grouped by metric, `# EOF` at the end. Live scraping is set up by `config`.
"""

import json
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

PATIENCE = 60  # seconds; only ever a guard against hanging


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class PrometheusServer:
    def __init__(self, openmetrics=None, config="", flags=(), binary="prometheus"):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="canarygate-prometheus-"))
        self.openmetrics = openmetrics
        self.config = config
        self.flags = list(flags)
        self.binary = binary
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        data = self.folder / "data"
        if self.openmetrics is not None:
            samples = self.folder / "samples.om"
            samples.write_text(self.openmetrics)
            subprocess.run(
                ["promtool", "tsdb", "create-blocks-from", "openmetrics", str(samples), str(data)],
                check=True, stdout=subprocess.DEVNULL)
        config = self.folder / "prometheus.yml"
        config.write_text(self.config)
        self.log = open(self.folder / "log", "w")
        self.process = subprocess.Popen(
            [self.binary, f"--config.file={config}", f"--storage.tsdb.path={data}",
             "--storage.tsdb.retention.time=10y", f"--web.listen-address=127.0.0.1:{self.port}",
             *self.flags],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self._wait_ready()

    def _wait_ready(self):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError("Prometheus ended: " + (self.folder / "log").read_text())
            try:
                with urllib.request.urlopen(self.url + "/-/ready", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                pass
            time.sleep(0.05)
        raise RuntimeError("Prometheus is not ready: " + (self.folder / "log").read_text())

    def stop(self):
        """Ends the server, if it runs, and removes its data."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None
            self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def get(self, path, **parameters):
        """(status, decoded JSON or text) of any API path."""
        url = f"{self.url}{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refusal:
            body = refusal.read().decode()
            json_type = refusal.headers.get_content_type() == "application/json"
            return refusal.code, json.loads(body) if json_type else body

    def query_range(self, query, start, end, step):
        """{labels as sorted pairs: [(time, value text), …]}; raises on any refusal."""
        status, answer = self.get("/api/v1/query_range", query=query, start=start, end=end,
                                  step=step)
        if status != 200:
            raise RuntimeError(f"{status}: {answer}: {query}")
        return {tuple(sorted(row["metric"].items())): [tuple(pair) for pair in row["values"]]
                for row in answer["data"]["result"]}
