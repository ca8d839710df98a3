"""A terminal as a person has one: runs the program in it and says what its screen shows."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

import pyte

from support import HANG, PROGRAM, environment

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[@-~]|\x1b.?")
PIECE = re.compile(rb"[^\n]*\n|[^\n]+$")


class Terminal:
    """`stdout` and `stderr` may be sent elsewhere; else both are the terminal."""

    def __init__(self, *args, columns=100, rows=60, stdout=None, stderr=None, **variables):
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = ""
        self.master, slave = pty.openpty()
        self.set_size(columns, rows)

        def take_terminal():
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

        env = environment(**{"TERM": "xterm-256color", **variables})
        self.process = subprocess.Popen([PROGRAM, *map(str, args)], env=env, stdin=slave,
                                        stdout=stdout or slave, stderr=stderr or slave,
                                        preexec_fn=take_terminal)
        os.close(slave)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(timeout=HANG)
        os.close(self.master)

    def set_size(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns):
        """Cuts the lines off, or makes room at their ends, as xterm does."""
        self.screen.resize(columns=columns)
        self.set_size(columns, self.screen.lines)

    def press(self, keys):
        os.write(self.master, keys)

    @property
    def lines(self):
        """What the screen shows, without the empty lines at its end."""
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip("\n").split("\n")

    def shows(self, pattern):
        return re.search(pattern, "\n".join(self.lines), re.M)

    def escapes(self):
        return set(ESCAPE.findall(self.raw))

    def wait_for(self, pattern):
        """Until the screen shows it; what comes after it is not drawn yet."""
        return self.until(lambda: self.shows(pattern), pattern)

    def finish(self):
        """The exit code, with everything drawn."""
        self.until(lambda: False, "the end")
        return self.process.wait(timeout=HANG)

    def until(self, reached, what):
        deadline = time.monotonic() + HANG
        pieces = iter(())
        while not reached():
            piece = next(pieces, None)
            if piece is not None:
                self.stream.feed(piece)
                continue
            ready, _, _ = select.select([self.master], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                self.process.send_signal(signal.SIGKILL)
                raise AssertionError(f"the screen never showed {what}:\n" + "\n".join(self.lines))
            try:
                read = os.read(self.master, 65536)
            except OSError:  # EIO: nobody has the terminal open any more
                read = b""
            if not read:
                assert what == "the end", f"ended without {what}:\n" + "\n".join(self.lines)
                return None
            self.raw += read.decode()
            pieces = iter(PIECE.findall(read))
        for piece in pieces:
            self.stream.feed(piece)
        return reached()
