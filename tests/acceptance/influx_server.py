"""A real InfluxDB 1 (Debian's package) on free loopback ports, for the length of a test."""
import base64
import json
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

from support import HANG, free_port

CONFIG = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
dir = "{folder}/meta"
[data]
dir = "{folder}/data"
wal-dir = "{folder}/wal"
{limits}
[http]
bind-address = "127.0.0.1:{port}"
auth-enabled = {auth}
log-enabled = false
{http}
[monitor]
store-enabled = false
"""


class Influx:
    """`user`: "name:password" of an administrator, who is made; then nobody else is let in."""

    def __init__(self, folder, user=None, limits="", http=""):
        self.folder, self.user = folder, user
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        folder.mkdir()
        (folder / "influxdb.conf").write_text(CONFIG.format(
            folder=folder, port=self.port, rpc=free_port(), limits=limits, http=http,
            auth="true" if user else "false"))

    def __enter__(self):
        with open(self.folder / "log", "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(["influxd", "-config", self.folder / "influxdb.conf"],
                                            stdout=log, stderr=log)
        try:
            self._wait_ready()
            if self.user:
                name, password = self.user.split(":")
                self.ask(f"CREATE USER {name} WITH PASSWORD '{password}' WITH ALL PRIVILEGES")
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.terminate()
        self.process.wait(HANG)

    def _wait_ready(self):
        deadline = time.monotonic() + HANG
        while time.monotonic() < deadline:
            assert self.process.poll() is None, (self.folder / "log").read_text()
            try:
                with urllib.request.urlopen(f"{self.url}/ping", timeout=5) as answer:
                    if answer.status == 204:
                        return
            except OSError:
                time.sleep(0.02)
        raise AssertionError((self.folder / "log").read_text())

    def _post(self, path, body):
        request = urllib.request.Request(self.url + path, body.encode())
        if self.user:
            request.add_header("Authorization",
                               "Basic " + base64.b64encode(self.user.encode()).decode())
        with urllib.request.urlopen(request, timeout=HANG) as answer:
            return answer.read().decode()

    def ask(self, query):
        answer = json.loads(self._post("/query", urllib.parse.urlencode({"q": query})))
        assert "error" not in answer["results"][0], answer
        return answer

    def write(self, database, lines):
        """Points in the line protocol, times in seconds."""
        self.ask(f'CREATE DATABASE "{database}"')
        lines = list(lines)
        for begin in range(0, len(lines), 5000):
            self._post(f"/write?db={database}&precision=s", "\n".join(lines[begin:begin + 5000]))
