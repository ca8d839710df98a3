#!/usr/bin/python3
"""Prints the sources that clang-tidy has to look at again: those that the last two days of commits
before HEAD touched, and for each header they touched one source that includes it.

Everything was clean when it came in, so this is enough for each change; `make check` by hand looks
at all of them. Without a history (a shallow clone) all files count as touched.
"""
import subprocess
from datetime import datetime, timedelta
from pathlib import Path


def git(*arguments):
    return subprocess.run(["git", *arguments], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.splitlines()


def includer(header, sources):
    """Its own source, else any that includes it."""
    own = header.removesuffix(".h") + ".cpp"
    if own in sources:
        return own
    return next((s for s in sources if f'#include "{header}"' in Path(s).read_text()), None)


def main():
    since = datetime.fromisoformat(git("log", "-1", "--format=%cI")[0]) - timedelta(days=2)
    touched = set(git("log", f"--since={since.isoformat()}", "-m", "--name-only", "--format="))
    sources = [f for f in git("ls-files", "*.cpp") if not f.startswith("tests/")]
    headers = [f for f in touched if f.endswith(".h") and not f.startswith("tests/")
               and Path(f).exists()]
    wanted = {f for f in sources if f in touched} | {includer(h, sources) for h in headers}
    print("\n".join(sorted(wanted - {None})))


main()
