"""A real InfluxDB 1 (Debian's package) on free loopback ports, for the length of a test."""
import base64
import json
import urllib.parse
import urllib.request

from programs import PATIENCE, Program, free_port

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


class Influx(Program):
    """`user`: "name:password" of an administrator, who is made; then nobody else is let in."""

    def __init__(self, folder, user=None, limits="", http=""):
        super().__init__("influxd", folder)
        self.login = user
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        (folder / "influxdb.conf").write_text(CONFIG.format(
            folder=folder, port=self.port, rpc=free_port(), limits=limits, http=http,
            auth="true" if user else "false"))

    def start(self):
        self.run("influxd", "-config", self.folder / "influxdb.conf", ready=self.is_ready)
        if self.login:
            name, password = self.login.split(":")
            self.ask(f"CREATE USER {name} WITH PASSWORD '{password}' WITH ALL PRIVILEGES")

    def is_ready(self):
        with urllib.request.urlopen(f"{self.url}/ping", timeout=PATIENCE) as answer:
            return answer.status == 204

    def _post(self, path, body):
        request = urllib.request.Request(self.url + path, body.encode())
        if self.login:
            request.add_header("Authorization",
                               "Basic " + base64.b64encode(self.login.encode()).decode())
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
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
