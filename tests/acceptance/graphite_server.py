"""Real Graphite (Debian's graphite-web and carbon) on loopback, for the acceptance tests.

    with Store() as store, Frontend(store) as web:
        store.write("servers.web-1.errors", {time: value, …})
        web.render("servers.*.errors", start, end)

A store is a folder of whisper files; history goes straight into them. A frontend is graphite-web,
which also takes events at /events/, and finds series with tags once it was told of them (`tag`).
`Carbon` is the daemon, for numbers that arrive while a test runs.
"""
import hashlib
import json
import os
import pathlib
import shutil
import signal
import socket
import tempfile
import urllib.error
import urllib.parse
import urllib.request

from programs import PATIENCE, Program, accepts, free_port

PYTHON = "/usr/bin/python3"  # Debian's own, which has Debian's modules
ARCHIVES = ((10, 6 * 360), (60, 7 * 1440))  # (step, points): 10 s for six hours, 1 min for a week


def missing():
    """Why there is no Graphite to test with; "" when there is one."""
    for program in ("/usr/bin/gunicorn", "/usr/bin/carbon-cache"):
        if not os.path.exists(program):
            return f"{program} is missing; `deps/install test` installs it"
    return ""


class Store:
    """Whisper files. `archives` is what each new file keeps, finest first: (step, points)."""

    def __init__(self, archives=ARCHIVES, aggregation="average"):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="canarygate-graphite-"))
        self.whisper = self.folder / "whisper"
        self.whisper.mkdir()
        self.archives = archives
        self.aggregation = aggregation

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, path, numbers, archives=None):
        """Puts {time: value} into the file of `path` (`name;tag=value` too), which is made where there
        is none."""
        if ";" in path:  # where carbon puts it
            digest = hashlib.sha256(path.encode()).hexdigest()
            file = self.whisper / "_tagged" / digest[:3] / digest[3:6]
            file /= path.replace(".", "_DOT_") + ".wsp"
        else:
            file = self.whisper / (path.replace(".", "/") + ".wsp")
        import whisper  # Debian's; only where Graphite is installed
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            whisper.create(str(file), list(archives or self.archives), xFilesFactor=0.0,
                           aggregationMethod=self.aggregation)
        whisper.update_many(str(file), sorted(numbers.items(), reverse=True))


class Daemon(Program):
    """A Python program with a folder in a store's."""

    def __init__(self, store, name):
        super().__init__(name, store.folder / f"{name}-{free_port()}")
        self.store = store


class Frontend(Daemon):
    """graphite-web over a store; `carbon` is asked for what is not written yet."""

    def __init__(self, store, carbon=None, port=None):
        super().__init__(store, "web")
        self.carbon = carbon
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    quit = signal.SIGQUIT  # gunicorn ends at once, and not when its connections have
    databases = []  # one that is ready, to be copied

    def start(self):
        folder = self.folder
        query_port = f"'127.0.0.1:{self.carbon.query_port}'" if self.carbon else ""
        (folder / "frontend_settings.py").write_text(f"""
from graphite.settings import *
SECRET_KEY = 'of a test'
ALLOWED_HOSTS = ['*']
TIME_ZONE = 'UTC'
STORAGE_DIR = INDEX_DIR = STATIC_ROOT = LOG_DIR = {str(folder)!r}
WHISPER_DIR = {str(self.store.whisper)!r}
STANDARD_DIRS = DATA_DIRS = [WHISPER_DIR]
INDEX_FILE = {str(folder / "index")!r}
LOG_ROTATION = False
LOG_FILE_INFO = LOG_FILE_EXCEPTION = LOG_FILE_CACHE = LOG_FILE_RENDERING = '-'
CARBONLINK_HOSTS = [{query_port}]
DATABASES = {{'default': {{'ENGINE': 'django.db.backends.sqlite3',
                          'NAME': {str(folder / "graphite.db")!r}}}}}
MEMCACHE_HOSTS = []
FIND_CACHE_DURATION = DEFAULT_CACHE_DURATION = 0
CACHES = {{'default': {{'BACKEND': 'django.core.cache.backends.dummy.DummyCache'}}}}
""")
        settings = {"PYTHONPATH": str(folder), "DJANGO_SETTINGS_MODULE": "frontend_settings"}
        if not self.databases:
            self.run(PYTHON, "-m", "django", "migrate", "--run-syncdb", "-v", "0", **settings)
            if self.process.wait(PATIENCE) != 0:
                raise RuntimeError(f"migrate failed: {self.log.read_text()}")
            self.databases.append((folder / "graphite.db").read_bytes())
        elif not (folder / "graphite.db").exists():
            (folder / "graphite.db").write_bytes(self.databases[0])
        self.run(PYTHON, "/usr/bin/gunicorn", "-b", f"127.0.0.1:{self.port}", "-w", "1", "--threads",
                 "4", "graphite.wsgi:application", **settings,
                 ready=lambda: self.get("/render", target="none", format="json")[0] == 200)

    def request(self, path, body=None):
        """(status, text)"""
        try:
            with urllib.request.urlopen(self.url + path, body, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()

    def get(self, path, **parameters):
        return self.request(f"{path}?{urllib.parse.urlencode(parameters)}")

    def render(self, target, start, end):
        """{series' name: [(time, value or None), …]} of the times after `start`, up to `end`."""
        status, text = self.get("/render", target=target, until=end, format="json",
                                **{"from": start})
        if status != 200:
            raise RuntimeError(f"{status}: {text}: {target}")
        return {series["target"]: [(when, value) for value, when in series["datapoints"]]
                for series in json.loads(text)}

    def tag(self, path):
        """Makes a series with tags known."""
        status, text = self.request("/tags/tagSeries", urllib.parse.urlencode({"path": path}).encode())
        assert status == 200, text

    def post_event(self, **event):
        """(status, text) for an event: what, tags, data, when."""
        return self.request("/events/", json.dumps(event).encode())

    def events(self, *tags):
        """Those that carry all `tags`, newest first."""
        status, text = self.get("/events/get_data", tags=" ".join(tags), set="intersection")
        assert status == 200, text
        return json.loads(text)


class Carbon(Daemon):
    """carbon-cache, which writes into a store what it is sent, at once; new files keep `archives`."""

    def __init__(self, store, archives=None):
        super().__init__(store, "carbon")
        self.archives = archives or store.archives
        self.port, pickle_port, self.query_port = free_port(), free_port(), free_port()
        self.pickle_port = pickle_port

    def start(self):
        folder, store = self.folder, self.store
        (folder / "carbon.conf").write_text(f"""[cache]
STORAGE_DIR = {folder}/
LOCAL_DATA_DIR = {store.whisper}/
CONF_DIR = {folder}/
LOG_DIR = {folder}/
PID_DIR = {folder}/
USER =
MAX_CREATES_PER_MINUTE = inf
MAX_UPDATES_PER_SECOND = inf
LINE_RECEIVER_INTERFACE = 127.0.0.1
LINE_RECEIVER_PORT = {self.port}
PICKLE_RECEIVER_INTERFACE = 127.0.0.1
PICKLE_RECEIVER_PORT = {self.pickle_port}
CACHE_QUERY_INTERFACE = 127.0.0.1
CACHE_QUERY_PORT = {self.query_port}
ENABLE_TAGS = False
""")
        retentions = ",".join(f"{step}s:{step * points}s" for step, points in self.archives)
        (folder / "storage-schemas.conf").write_text(
            f"[all]\npattern = .*\nretentions = {retentions}\n")
        (folder / "storage-aggregation.conf").write_text(
            "[all]\npattern = .*\nxFilesFactor = 0.0\n"
            f"aggregationMethod = {store.aggregation}\n")
        self.run(PYTHON, "/usr/bin/carbon-cache", f"--config={folder}/carbon.conf", "--nodaemon",
                 f"--pidfile={folder}/carbon.pid", f"--logdir={folder}", "start",
                 ready=lambda: accepts(self.port) and accepts(self.query_port))

    def send(self, path, when, value):
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as carbon:
            carbon.sendall(f"{path} {value} {when}\n".encode())
