#!/usr/bin/python3
"""What a grep can check of the house's rules: who may include whom, file lengths, left-over words.

Prints every breach as file:line: text and exits with 1 when there is one.
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST_LINES = 400
MOST_LINES_OF_TESTS = 500  # the cases of one unit read better in one place
INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^">]+)[">]')
LEFT_OVER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")

# A folder may include its own files, the files that lie directly in the folders named with a
# final '*', and whole folders named with a final '/'. The first that matches a file rules it.
GROUND = ["checks/*"]
MAY_INCLUDE = [
    ("checks/stats/", []),
    ("checks/http/", GROUND),
    ("checks/definition/", [*GROUND, "checks/discovery/source.h", "checks/metrics/backend.h"]),
    ("checks/discovery/", [*GROUND, "checks/http/"]),
    ("checks/promql/", GROUND),
    ("checks/scrape/", [*GROUND, "checks/promql/"]),
    ("checks/metrics/", [*GROUND, "checks/http/", "checks/promql/", "checks/scrape/"]),
    ("checks/judge/", [*GROUND, "checks/stats/", "checks/definition/model.h"]),
    ("checks/", ["checks/"]),
    ("pipelines/", ["checks/", "pipelines/"]),
    ("cli/", ["checks/", "pipelines/", "cli/"]),
    ("tests/", ["checks/", "pipelines/", "cli/", "tests/"]),
]
# Libraries that only one place knows.
ONLY_IN = {
    "CLI/": ["cli/options"],
    "curl/": ["checks/http/"],
    "libpq-fe.h": ["pipelines/history/postgres."],
    "re2/": ["checks/promql/"],
    "sqlite3.h": ["pipelines/history/sqlite."],
    "yaml-cpp/": ["checks/definition/", "checks/discovery/file_sd."],
}


def allowed(target, folder, others):
    if target.startswith(folder):
        return True
    for other in others:
        if other.endswith("*") and str(Path(target).parent) + "/*" == other:
            return True
        if target == other or (other.endswith("/") and target.startswith(other)):
            return True
    return False


def include_breach(path, target):
    if path.startswith("tests/"):
        return None
    for prefix, places in ONLY_IN.items():
        if target.startswith(prefix) and not any(path.startswith(place) for place in places):
            return f"<{target}> may only be included in {', '.join(places)}"
    if target.split("/")[0] not in ("checks", "pipelines", "cli", "tests"):
        return None
    for folder, others in MAY_INCLUDE:
        if path.startswith(folder):
            if allowed(target, folder, others):
                return None
            return f'{folder} must not include "{target}" (DESIGN: who may include whom)'
    return None


def breaches(path):
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    source = path.endswith((".h", ".cpp"))
    most = MOST_LINES_OF_TESTS if path.startswith("tests/") else MOST_LINES
    if source and len(lines) > most:
        yield f"{path}:1: {len(lines)} lines; a file has at most {most}"
    for number, line in enumerate(lines, 1):
        if word := LEFT_OVER.search(line):
            yield f"{path}:{number}: left over: {word.group()}"
        if source and (include := INCLUDE.match(line)):
            if text := include_breach(path, include.group(1)):
                yield f"{path}:{number}: {text}"


def main():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, text=True,
                            stdout=subprocess.PIPE).stdout.split("\n")
    text_files = [path for path in listed
                  if path.endswith((".h", ".cpp", ".py", ".md", ".yaml", ".mk", ".cmake", ".txt"))
                  or path == "Makefile"]
    found = [breach for path in text_files for breach in breaches(path)]
    print("\n".join(found), end="\n" if found else "")
    print(f"house rules: {len(text_files)} files, {len(found)} breaches")
    return 1 if found else 0


sys.exit(main())
