"""A real Zabbix (Debian's packages) on free loopback ports: its database, its frontend, and the server
that takes numbers from zabbix_sender.

    with Zabbix() as zabbix:
        zabbix.call("host.create", …)
        zabbix.open()
        zabbix.server.send(rows of (host, item key, time in seconds, value))
"""
import contextlib
import gzip
import json
import os
import pathlib
import random
import shutil
import socket
import subprocess
import tempfile
import urllib.request

import postgres_server
from postgres_server import USER, PostgresServer
from programs import PATIENCE, Program, accepts, free_port

SQL = pathlib.Path("/usr/share/zabbix-server-pgsql")
FRONTEND = pathlib.Path("/usr/share/zabbix")
SERVER = "/usr/sbin/zabbix_server"


def missing():
    """Why there is no Zabbix to test with; "" when there is one."""
    for needed in (postgres_server.programs() / "initdb", SERVER, "/usr/bin/zabbix_sender", "/usr/bin/php",
                   SQL / "schema.sql.gz", FRONTEND / "api_jsonrpc.php"):
        if not os.path.exists(needed):
            return f"{needed} is missing; `deps/install more` installs it"
    return ""


def free_low_port():
    """The server takes none above 32767, which the kernel's own choice is not."""
    while True:
        port = random.randrange(20_000, 32_768)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Unprivileged(Program):
    """In a folder of that user."""

    user = USER

    def __init__(self, name, folder):
        super().__init__(name, folder)
        if USER:
            shutil.chown(self.folder, USER)


class Database(PostgresServer):
    """With what Zabbix needs in it."""

    def __init__(self, folder):
        super().__init__("zabbix", "zabbix", None, folder)

    def start(self):
        super().start()
        for name in ("schema", "images", "data"):
            sql = gzip.decompress((SQL / f"{name}.sql.gz").read_bytes())
            if name == "data":
                # What comes last are some hundred templates of hosts, which would take half a minute.
                settings, templates, _ = sql.partition(b"\nINSERT INTO hosts ")
                assert templates
                sql = settings + b"\nCOMMIT;\n"
            self.load(sql)


class Frontend(Unprivileged):
    """PHP's own web server with the frontend, whose API canarygate asks."""

    def __init__(self, folder, database):
        super().__init__("frontend", folder)
        self.database = database
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self):
        self.copy()
        self.run("/usr/bin/php", "-d", "date.timezone=UTC", "-d", "post_max_size=16M", "-d",
                 "max_execution_time=300", "-S", f"127.0.0.1:{self.port}", "-t", self.folder / "web",
                 ready=lambda: self.call("apiinfo.version", []))

    def copy(self):
        """The frontend, but for the place of its configuration, which Debian's has in the code."""
        web = self.folder / "web" / "zabbix"
        shutil.copytree(FRONTEND, web, ignore=shutil.ignore_patterns(
            "assets", "audio", "data", "fonts", "js", "locale"))
        place = web / "include/classes/core/CConfigFile.php"
        told = place.read_text()
        assert "'/etc/zabbix/zabbix.conf.php'" in told
        place.write_text(told.replace("/etc/zabbix/zabbix.conf.php", f"{self.folder}/conf.php"))
        (self.folder / "conf.php").write_text(f"""<?php
$DB = ['TYPE' => 'POSTGRESQL', 'SERVER' => '127.0.0.1', 'PORT' => '{self.database.port}',
       'DATABASE' => 'zabbix', 'USER' => 'zabbix', 'PASSWORD' => '', 'SCHEMA' => '',
       'ENCRYPTION' => false, 'KEY_FILE' => '', 'CERT_FILE' => '', 'CA_FILE' => '',
       'VERIFY_HOST' => false, 'CIPHER_LIST' => '', 'VAULT_URL' => '', 'VAULT_DB_PATH' => '',
       'VAULT_TOKEN' => '', 'DOUBLE_IEEE754' => true];
$ZBX_SERVER_NAME = '';
$IMAGE_FORMAT_DEFAULT = IMAGE_FORMAT_PNG;
""")

    def call(self, method, params, auth=None):
        body = {"jsonrpc": "2.0", "method": method, "params": params, "id": 1}
        if auth:
            body["auth"] = auth
        request = urllib.request.Request(self.url + "/zabbix/api_jsonrpc.php", json.dumps(body).encode(),
                                         {"Content-Type": "application/json-rpc"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            answer = json.loads(reply.read())
        assert "error" not in answer, (method, answer)
        return answer["result"]


class Server(Unprivileged):
    """The daemon that takes numbers and writes them into the database."""

    def __init__(self, folder, database):
        super().__init__("server", folder)
        self.database = database
        self.port = free_low_port()

    def start(self):
        (self.folder / "conf").write_text(f"""
ListenIP=127.0.0.1
ListenPort={self.port}
DBHost=127.0.0.1
DBPort={self.database.port}
DBName=zabbix
DBUser=zabbix
LogType=console
PidFile={self.folder}/pid
SocketDir={self.folder}
HousekeepingFrequency=0
""")
        self.run(SERVER, "-f", "-c", self.folder / "conf", ready=lambda: accepts(self.port))

    def send(self, rows):
        """Rows of (host, item key, time in seconds, value). Times go with their nanoseconds, by which
        the server would number the values else."""
        lines = "".join(f'{host} "{key}" {int(time)} {round(time % 1 * 1e9)} {value}\n'
                        for host, key, time, value in rows)
        sent = subprocess.run(
            ["/usr/bin/zabbix_sender", "-z", "127.0.0.1", "-p", str(self.port), "-T", "-N", "-i", "-"],
            input=lines, text=True, capture_output=True, check=False, timeout=PATIENCE)
        assert sent.returncode == 0, sent.stdout + sent.stderr


class Zabbix:
    """All of it. What the API is told before `open` the server knows at once."""

    def __enter__(self):
        self.running = contextlib.ExitStack()
        try:
            folder = pathlib.Path(self.running.enter_context(
                tempfile.TemporaryDirectory(prefix="canarygate-zabbix-", ignore_cleanup_errors=True)))
            folder.chmod(0o755)
            database = self.running.enter_context(Database(folder / "postgres"))
            self.frontend = self.running.enter_context(Frontend(folder / "frontend", database))
            self.server = Server(folder / "server", database)
            self.session = self.frontend.call("user.login", {"username": "Admin", "password": "zabbix"})
        except BaseException:
            self.running.close()
            raise
        return self

    def __exit__(self, *_):
        self.running.close()

    @property
    def url(self):
        return self.frontend.url

    def call(self, method, **params):
        """As the administrator."""
        return self.frontend.call(method, params, self.session)

    def open(self):
        self.running.enter_context(self.server)
