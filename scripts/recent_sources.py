#!/usr/bin/python3
"""Prints the sources that clang-tidy has to look at again: those that the last two days of commits
before HEAD touched, and for each header they touched one source that includes it; of more than MOST
those that were touched last. `recent_sources.py headers`: the headers touched, as many.

Everything was clean when it came in, so this is enough for each change; `make check` by hand looks
at all of them. Without a history (a shallow clone) all files count as touched.
"""
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path


MOST = 80  # six seconds each, two at a time


def git(*arguments):
    return subprocess.run(["git", *arguments], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.splitlines()


def includer(header, sources):
    """Its own source, else any that includes it."""
    own = header.removesuffix(".h") + ".cpp"
    if own in sources:
        return own
    return next((s for s in sorted(sources) if f'#include "{header}"' in Path(s).read_text()), None)


def main(kind="sources"):
    since = datetime.fromisoformat(git("log", "-1", "--format=%cI")[0]) - timedelta(days=2)
    sources = {f for f in git("ls-files", "*.cpp") if not f.startswith("tests/")}
    headers = set(git("ls-files", "*.h"))
    wanted = {}  # in this order, each once
    # Newest first.
    for file in git("log", f"--since={since.isoformat()}", "-m", "--name-only", "--format="):
        if len(wanted) == MOST:
            break
        if kind == "headers":
            wanted.update({file: True} if file in headers else {})
            continue
        if file in headers and not file.startswith("tests/"):
            file = includer(file, sources)
        if file in sources:
            wanted[file] = True
    print("\n".join(sorted(wanted)))


main(*sys.argv[1:])
