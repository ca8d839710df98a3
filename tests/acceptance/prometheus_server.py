"""A real Prometheus (Debian's package) on a free loopback port, for the length of a test.

    with PrometheusServer(openmetrics=text) as server:
        server.query_range("up", start, end, step)

Backfilled samples are written before the start by promtool, from OpenMetrics text: timestamps in
seconds, samples grouped by metric, `# EOF` at the end. Live scraping is set up by `config`.
"""

import json
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from programs import PATIENCE, Program, free_port


class PrometheusServer(Program):
    def __init__(self, openmetrics=None, config="", flags=(), binary="prometheus"):
        super().__init__("prometheus")
        self.openmetrics = openmetrics
        self.config = config
        self.flags = list(flags)
        self.binary = binary
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

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
        self.run(self.binary, f"--config.file={config}", f"--storage.tsdb.path={data}",
                 "--storage.tsdb.retention.time=10y", f"--web.listen-address=127.0.0.1:{self.port}",
                 *self.flags, ready=self.is_ready)

    def is_ready(self):
        with urllib.request.urlopen(self.url + "/-/ready", timeout=PATIENCE) as answer:
            return answer.status == 200

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
