"""A real Consul on loopback, for the acceptance tests.

Debian 12 has no Consul, Debian 11 has 1.8.7, a static binary that runs here. Where it cannot be had,
`missing()` says why.
"""

import functools
import json
import socket
import urllib.error
import urllib.request

import debs
from programs import PATIENCE, Program


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


class Agent(Program):
    """One agent, which is started at once. `config` is what its configuration file says beside addresses and ports."""

    def __init__(self, folder, node, config=None, arguments=("-dev",), address="127.0.0.1",
                 join=None, wait_for_leader=True):
        super().__init__("consul", folder / node)
        self.arguments, self.wait_for_leader = arguments, wait_for_leader
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
        self.__enter__()

    def start(self):
        self.run(binary()[0], "agent", *self.arguments, f"-config-file={self.folder}/agent.json",
                 ready=self.is_ready)

    def is_ready(self):
        leader = self.get("/v1/status/leader")
        return leader not in (None, "") if self.wait_for_leader else leader is not None

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
