"""Programs of others that tests start on loopback: each runs while a `with` lasts.

A derived class says in `start` how it is run and when it is ready. What it prints goes to `log`, which is
what an error shows; it is ended by the id that it was started with. Nothing but Python's own modules
is needed here, as the demos use some of these programs too.
"""
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

PATIENCE = 60  # seconds; only ever a guard against hanging


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts(port):
    """Whether somebody listens there."""
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
        return True
    return False


class Program:
    """`folder`: where it keeps its files, which stay; without one they are in a temporary folder that
    goes when the program is stopped."""

    quit = signal.SIGTERM  # ends it at once
    user = None            # runs as this one, for programs that refuse root

    def __init__(self, name, folder=None):
        self.name = name
        self.temporary = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix=f"canarygate-{name}-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = self.folder / "log"
        self.process = None

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
        raise NotImplementedError

    def run(self, *command, ready=None, **variables):
        """Starts it, with `variables` beside this environment's, and waits for ready()."""
        with open(self.log, "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                list(map(str, command)), cwd=self.folder, env={**os.environ, **variables},
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, user=self.user,
                group=self.user, extra_groups=[] if self.user else None)
        if ready:
            self.until(ready)

    def until(self, true):
        """Waits until true(); what cannot be reached yet is not true."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended: {self.said()}")
            with contextlib.suppress(OSError):
                if true():
                    return
            time.sleep(0.02)
        raise TimeoutError(f"{self.name} is not ready: {self.said()}")

    def said(self):
        """The end of what it printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:]

    def kill(self):
        """Without a chance to say good-bye."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def stop(self):
        if self.process is not None:
            self.process.send_signal(self.quit)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()
            self.process = None
        if self.temporary:
            shutil.rmtree(self.folder, ignore_errors=True)
