"""The two places where a history can be, with the same questions to both, and a check that is cheap:
`good` passes, `bad` fails, and no past is needed for that."""
import json
import sqlite3

import fleet
from postgres_server import PASSWORD
from support import environment, run

CHECK = """mode: soft
canary: {hosts: [web-1, web-2]}
baseline: {hosts: [web-3, web-4, web-5, web-6, web-7, web-8]}
window: {warmup: 20s, duration: 100s, step: 10s}
judge: threshold
metrics:
  - {name: good, query: latency, host_label: host, limit: {max: 100}}
  - {name: bad, query: latency, host_label: host, limit: {max: 0.01}}
"""


class Sqlite:
    def __init__(self, path):
        self.path = path
        self.where = f"sqlite:{path}"
        self.definition = f"history: 'sqlite:{path}'\n"
        self.variables = {}

    def sql(self, statement):
        database = sqlite3.connect(self.path)
        with database:
            rows = database.execute(statement).fetchall()
        database.close()
        return "\n".join("|".join(map(str, row)) for row in rows)


class Postgres:
    def __init__(self, server):
        self.server = server
        self.where = server.url
        self.definition = f"history: {{url: '{server.url}', password: {{env: TEAM_DB}}}}\n"
        self.variables = {"TEAM_DB": PASSWORD}
        self.sql = server.sql
        server.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")


class History:
    """A root with that check and its history in `store`."""

    def __init__(self, root, store):
        self.root, self.store = root, store
        fleet.write(root, check=CHECK)
        self.configure()

    def configure(self, more=""):
        self.root.write("canarygate.yaml", f"version: 1\nenvironment: test\n{self.store.definition}{more}")

    @property
    def env(self):
        return environment(**self.store.variables)

    def check(self, metric="good", at=0, *flags, env=None):
        return run("check", "web", "--config", self.root, "--deployed-at", str(fleet.DEPLOYED_AT + at),
                   "--only", metric, *flags, env=env or self.env)

    def ask(self, *arguments):
        return run("history", *arguments, "--config", self.root, env=self.env)

    def json(self, *arguments):
        answer = self.ask(*arguments, "--format", "json")
        assert answer.code == 0, answer
        return json.loads(answer.out)

    def runs(self, *flags):
        return self.json("list", "--limit", "0", *flags)["runs"]
