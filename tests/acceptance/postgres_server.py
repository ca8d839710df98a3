"""A real PostgreSQL (Debian's package) on a free loopback port, for the length of a test.

    with PostgresServer() as server:
        server.sql("SELECT 1")

Who comes over the network needs a password, as in the field, unless there is none. PostgreSQL refuses
to run as root: then it runs as the package's own user."""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess

from programs import PATIENCE, Program, free_port

PASSWORD = "hunter2-of-the-gate"
USER = "postgres" if os.geteuid() == 0 else None


def programs():
    """The newest version's folder."""
    versions = pathlib.Path("/usr/lib/postgresql").glob("*/bin")
    return max(versions, key=lambda path: int(path.parent.name), default=pathlib.Path("/missing"))


class PostgresServer(Program):
    """With one database, whose `owner` is allowed everything. `folder`: as of a Program."""

    user = USER
    quit = signal.SIGINT  # PostgreSQL's word for: now, and tidily

    def __init__(self, owner="gate", database="team", password=PASSWORD, folder=None):
        super().__init__("postgres", folder)
        self.owner, self.database, self.password = owner, database, password
        if USER:
            shutil.chown(self.folder, USER, USER)
        self.port = free_port()
        self.url = f"postgresql://{owner}@127.0.0.1:{self.port}/{database}"

    def start(self):
        secret = self.folder / "password"
        secret.write_text(self.password or "unused")
        secret.chmod(0o644)
        subprocess.run(
            [programs() / "initdb", "-D", self.folder / "data", "-U", self.owner, "--no-sync", "-E", "UTF8",
             "--locale=C.UTF-8", "--auth-local=trust", f"--pwfile={secret}",
             f"--auth-host={'scram-sha-256' if self.password else 'trust'}"],
            check=True, stdout=subprocess.DEVNULL, cwd=self.folder, timeout=PATIENCE, user=USER, group=USER,
            extra_groups=[] if USER else None)
        careless = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
        self.run(programs() / "postgres", "-D", self.folder / "data", "-p", self.port, "-h", "127.0.0.1",
                 "-k", self.folder, *careless,
                 ready=lambda: self.client("pg_isready", "-q", check=False).returncode == 0)
        self.client("createdb", self.database)

    def client(self, program, *arguments, **options):
        """Runs one of PostgreSQL's own programs as the owner, by the socket."""
        options = {"check": True, "timeout": PATIENCE, **options}
        return subprocess.run([programs() / program, "-h", self.folder, "-p", str(self.port), "-U", self.owner,
                               *arguments], **options)

    def sql(self, statement):
        """What psql prints, a line a row, cells divided by |."""
        done = self.client("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.database, "-c",
                           statement, capture_output=True, text=True)
        return done.stdout.strip()

    def load(self, script):
        """Runs the statements of a script, which are bytes."""
        self.client("psql", "-q", "-X", "-v", "ON_ERROR_STOP=1", "-d", self.database, input=script,
                    stdout=subprocess.DEVNULL)

    @contextlib.contextmanager
    def holding(self, statement):
        """Another client in the middle of a transaction that has run `statement`."""
        client = subprocess.Popen(
            [programs() / "psql", "-X", "-q", "-A", "-t", "-h", self.folder, "-p", str(self.port), "-U", self.owner,
             "-d", self.database], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            client.stdin.write(f"BEGIN; {statement}; SELECT 'held';\n")
            client.stdin.flush()
            assert client.stdout.readline().strip() == "held"
            yield
        finally:
            client.stdin.close()
            client.wait(PATIENCE)
