"""A strict server for `doctor`: it answers exactly the requests it was told of, by its own clock."""
import email.utils
import ssl
import subprocess
import threading
import time
from http.server import ThreadingHTTPServer

from servers import Quiet

JSON = "application/json"


class Stub:
    """`answers`: {"GET /path?query": (status, body, Content-Type)}; `skew`: seconds that its clock is
    ahead; `demands`: headers that each request must carry; `certificate`: a PEM file for https."""

    def __init__(self, answers, skew=0, demands=None, certificate=None):
        self.answers, self.skew, self.demands = answers, skew, demands or {}
        self.certificate = certificate
        self.asked, self.refused = [], []

    def __enter__(self):
        stub = self

        class Handler(Quiet):
            def date_time_string(self, timestamp=None):
                return email.utils.formatdate(time.time() + stub.skew, usegmt=True)

            def do_GET(self):
                question = f"{self.command} {self.path}"
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                good = all(self.headers.get(name) == value for name, value in stub.demands.items())
                answer = stub.answers.get(question) if good else None
                if answer is None:
                    stub.refused.append((question, body, dict(self.headers)))
                    self.answer(500, "not expected", "text/plain")
                    return
                stub.asked.append(question)
                self.answer(*answer)

            do_POST = do_PUT = do_HEAD = do_GET

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        scheme = "http"
        if self.certificate:
            scheme = "https"
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.url = f"{scheme}://{self.host}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        assert self.refused == [], self.refused


def certificate(folder):
    """A PEM file with a key and a certificate for 127.0.0.1 that nobody has signed."""
    path = folder / "server.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=loopback",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem",
                    "-out", folder / "cert.pem"], check=True, capture_output=True)
    path.write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    return path
