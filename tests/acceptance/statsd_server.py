"""Real statsd (deps/npm) on loopback, which passes on to a carbon what it is sent by UDP.

    with Store() as store, Carbon(store) as carbon, Statsd(carbon) as statsd:
        … send to statsd.port, and read what carbon was given
"""
import json
import shutil
import socket

from programs import PATIENCE, Program, free_port
from support import ROOT

SCRIPT = ROOT / "deps" / "npm" / "node_modules" / "statsd" / "stats.js"


def missing():
    """Why there is no statsd to test with; "" when there is one."""
    return "" if SCRIPT.exists() and shutil.which("node") else "statsd is missing; `deps/install test` installs it"


class Statsd(Program):
    def __init__(self, carbon):
        super().__init__("statsd")
        self.carbon = carbon
        self.management_port = free_port()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def start(self):
        config = self.folder / "config.js"
        config.write_text(json.dumps({
            "address": "127.0.0.1", "port": self.port, "flushInterval": 2000,
            "mgmt_address": "127.0.0.1", "mgmt_port": self.management_port,
            "graphiteHost": "127.0.0.1", "graphitePort": self.carbon.port,
            "graphite": {"legacyNamespace": False}, "backends": ["./backends/graphite"]}))
        self.run("node", SCRIPT, config, ready=lambda: "health: up" in self.ask("health"))

    def ask(self, command):
        with socket.create_connection(("127.0.0.1", self.management_port), timeout=PATIENCE) as management:
            management.sendall(command.encode() + b"\n")
            return management.recv(65536).decode()
