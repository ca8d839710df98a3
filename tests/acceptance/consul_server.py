"""A real Consul on loopback, for the acceptance tests.

Debian 12 has no Consul, Debian 11 has 1.8.7, a static binary that runs here. Where it cannot be had,
`missing()` says why.
"""

import functools
import json
import pathlib
import socket
import subprocess
import time
import urllib.error
import urllib.request

import debs

PATIENCE = 60  # seconds; only ever a guard against hanging


@functools.cache
def binary():
    return debs.program_of("bullseye", "consul", "consul")


def missing():
    """Why there is no Consul to test with; "" when there is one."""
    return binary()[1]


def free_ports(count, host):
    """Ports that are free for TCP and UDP just now."""
    held, ports = [], []
    while len(ports) < count:
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        tcp.bind((host, 0))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        held += [tcp, udp]
        try:
            udp.bind((host, tcp.getsockname()[1]))
        except OSError:
            continue
        ports.append(tcp.getsockname()[1])
    for one in held:
        one.close()
    return ports


class Agent:
    """One agent. `config` is what its configuration file says beside addresses and ports."""

    def __init__(self, folder, node, config=None, arguments=("-dev",), address="127.0.0.1",
                 join=None, wait_for_leader=True):
        self.folder = pathlib.Path(folder) / node
        self.folder.mkdir(parents=True)
        http, lan, wan, server = free_ports(4, address)
        self.url = f"http://{address}:{http}"
        self.lan = f"{address}:{lan}"
        settings = {
            "node_name": node, "bind_addr": address, "client_addr": address,
            "disable_update_check": True, "log_level": "warn",
            "ports": {"http": http, "grpc": -1, "dns": -1, "serf_lan": lan, "serf_wan": wan,
                      "server": server},
            # A dead node is noticed in a second instead of ten.
            "gossip_lan": {"probe_interval": "200ms", "probe_timeout": "100ms",
                           "suspicion_mult": 2},
            **(config or {}),
        }
        if join:
            settings["retry_join"] = [join.lan]
        if "-dev" not in arguments:
            settings["data_dir"] = str(self.folder / "data")
        (self.folder / "agent.json").write_text(json.dumps(settings))
        self.log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen(
            [binary()[0], "agent", *arguments, f"-config-file={self.folder}/agent.json"],
            stdout=self.log, stderr=subprocess.STDOUT)
        try:
            self.until(lambda: self.get("/v1/status/leader") not in (None, "")
                       if wait_for_leader else self.get("/v1/status/leader") is not None)
        except BaseException:
            self.stop()
            raise

    def request(self, path, method="GET", token=None):
        headers = {"X-Consul-Token": token} if token else {}
        asked = urllib.request.Request(self.url + path, method=method, headers=headers)
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            body = answer.read()
        return json.loads(body) if body.strip() else {}

    def get(self, path, token=None):
        """The answer, or None while there is none."""
        try:
            return self.request(path, token=token)
        except (OSError, urllib.error.URLError):
            return None

    def passing(self, service, token=None):
        """Ids of the instances that pass, by Consul's own word."""
        listed = self.get(f"/v1/health/service/{service}?passing", token) or []
        return sorted(entry["Service"]["ID"] for entry in listed)

    def until(self, true):
        deadline = time.monotonic() + PATIENCE
        while not true():
            if self.process.poll() is not None:
                raise RuntimeError("consul ended:\n" + (self.folder / "log").read_text())
            if time.monotonic() > deadline:
                raise TimeoutError("consul is not ready:\n" + (self.folder / "log").read_text())
            time.sleep(0.05)

    def kill(self):
        """Without saying good-bye to the others."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()
        self.log.close()
