"""A real PostgreSQL (Debian's package) on a free loopback port, for the length of a test.

    with PostgresServer() as server:
        server.sql("SELECT 1")

Who comes over the network needs a password, as in the field. PostgreSQL refuses to run as root: then
it runs as the package's own user."""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

from programs import free_port

PATIENCE = 60  # seconds; only ever a guard against hanging
PASSWORD = "hunter2-of-the-gate"


def programs():
    """The newest version's folder."""
    versions = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    return versions[-1]


class PostgresServer:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="canarygate-postgres-"))
        self.port = free_port()
        self.url = f"postgresql://gate@127.0.0.1:{self.port}/team"
        self.process = None
        self.account = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}

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
        if self.account:
            shutil.chown(self.folder, "postgres", "postgres")
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        subprocess.run(
            [programs() / "initdb", "-D", self.folder / "data", "-U", "gate", "--no-sync", "-E", "UTF8",
             "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={secret}"],
            check=True, stdout=subprocess.DEVNULL, cwd="/", timeout=PATIENCE, **self.account)
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                [programs() / "postgres", "-D", self.folder / "data", "-p", str(self.port), "-c", "fsync=off",
                 "-h", "127.0.0.1", "-k", self.folder],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **self.account)
        self.wait_ready()
        self.sql("CREATE DATABASE team", database="postgres")

    def wait_ready(self):
        deadline = time.monotonic() + PATIENCE
        ready = [programs() / "pg_isready", "-q", "-h", self.folder, "-p", str(self.port)]
        while subprocess.run(ready, check=False).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL is not ready: " + (self.folder / "log").read_text())
            time.sleep(0.05)

    def sql(self, statement, database="team"):
        """What psql prints, a line a row, cells divided by |."""
        done = subprocess.run(
            ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-p",
             str(self.port), "-U", "gate", "-d", database, "-c", statement],
            check=True, capture_output=True, text=True, timeout=PATIENCE)
        return done.stdout.strip()

    @contextlib.contextmanager
    def holding(self, statement):
        """Another client in the middle of a transaction that has run `statement`."""
        client = subprocess.Popen(
            ["psql", "-X", "-q", "-A", "-t", "-h", self.folder, "-p", str(self.port), "-U", "gate", "-d", "team"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            client.stdin.write(f"BEGIN; {statement}; SELECT 'held';\n")
            client.stdin.flush()
            assert client.stdout.readline().strip() == "held"
            yield
        finally:
            client.stdin.close()
            client.wait(PATIENCE)

    def stop(self):
        """Ends the server, if it runs, and removes its data."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)  # PostgreSQL's word for: now, and tidily
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None
        shutil.rmtree(self.folder, ignore_errors=True)
