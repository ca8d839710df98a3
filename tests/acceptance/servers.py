"""Servers of our own for the tests: each behaves in exactly one way, on a free loopback port."""
import contextlib
import json
import math
import random
import re
import threading
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/json"):
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.wfile.write(data)

    def form(self):
        """The parameters of a GET or a POST."""
        text = urllib.parse.urlsplit(self.path).query
        if self.command == "POST":
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        return {name: values[-1] for name, values in urllib.parse.parse_qs(text).items()}

    def do_POST(self):
        self.do_GET()


@contextlib.contextmanager
def serving(handler):
    """The URL of a server that answers with `handler`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def answering(status, body, kind="application/json"):
    """Always the same answer."""
    class Same(Quiet):
        def do_GET(self):
            self.form()
            self.answer(status, body, kind)
    return serving(Same)


@contextlib.contextmanager
def silent():
    """Takes requests and never answers one."""
    over = threading.Event()

    class Never(Quiet):
        def do_GET(self):
            over.wait()
            self.close_connection = True

    try:
        with serving(Never) as url:
            yield url
            over.set()
    finally:
        over.set()


def proxy_asking_for(token, upstream):
    """Passes requests on that carry the bearer token, refuses others as a proxy in the field does."""
    class Proxy(Quiet):
        def do_GET(self):
            form = self.form()
            if self.headers.get("Authorization") != f"Bearer {token}":
                self.answer(401, "<html>401 Authorization Required</html>", "text/html")
                return
            path = urllib.parse.urlsplit(self.path).path
            with urllib.request.urlopen(f"{upstream}{path}?{urllib.parse.urlencode(form)}") as reply:
                self.answer(reply.status, reply.read().decode())
    return serving(Proxy)


def counting(upstream, asked):
    """Passes everything on, and counts in `asked` what was asked for."""
    class Proxy(Quiet):
        def do_GET(self):
            form = self.form()
            path = urllib.parse.urlsplit(self.path).path
            question = f"{path}?{urllib.parse.urlencode(form)}"
            asked[question] += 1
            with urllib.request.urlopen(upstream + question) as reply:
                self.answer(reply.status, reply.read().decode())
    return serving(Proxy)


class Stub:
    """A strict Prometheus of one fixed set of numbers: {metric: {host: {time: value}}}. It knows
    query_range of a selector that asks for fresh samples and nothing else: any other request is
    answered with 500 and remembered. `shuffle` seeds the order in which series are answered."""

    QUERY = re.compile(r"^\(?([a-z_]+)(?: and last_over_time\(\1\[\d+ms\]\)\))?$")

    def __init__(self, numbers, shuffle=0):
        self.numbers = numbers
        self.random = random.Random(shuffle)
        self.refused = []

    def matrix(self, form):
        query = self.QUERY.match(form["query"])
        if not query or query.group(1) not in self.numbers:
            return None
        first, last, step = (float(form[key]) for key in ("start", "end", "step"))
        result = []
        for host, samples in self.numbers[query.group(1)].items():
            times = [first + i * step for i in range(math.floor((last - first) / step) + 1)]
            values = [[time, str(samples[time])] for time in times if time in samples]
            if values:
                result.append({"metric": {"__name__": query.group(1), "host": host}, "values": values})
        self.random.shuffle(result)
        return result

    def serve(self):
        stub = self

        class Strict(Quiet):
            def do_GET(self):
                form = self.form()
                known = urllib.parse.urlsplit(self.path).path == "/api/v1/query_range"
                result = stub.matrix(form) if known and "query" in form else None
                if result is None:
                    stub.refused.append((self.path, form))
                    self.answer(500, '{"status":"error","errorType":"internal","error":"not expected"}')
                    return
                self.answer(200, json.dumps({"status": "success", "data": {"resultType": "matrix",
                                                                           "result": result}}))
        return serving(Strict)
