"""Runs the program as a pipeline would, and checks every report it writes against its schema."""
import functools
import importlib.util
import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import jsonschema
from lxml import etree

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLES = ROOT / "examples"
PROGRAM = Path(os.environ.get("CANARYGATE") or ROOT / "build" / "dev" / "canarygate").resolve()
HANG = 120  # seconds: a guard against hanging, never an expectation


def environment(**variables):
    """Nothing of the machine that runs the tests: no CI, no CANARYGATE_ variables, no colours."""
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", **variables}


@dataclass
class Answer:
    code: int
    out: str
    err: str
    json: dict = field(default_factory=dict)  # the JSON report, where one was asked for
    junit: object = None                      # the JUnit report's root element

    def __repr__(self):
        return f"exit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"

    def codes(self):
        """The codes of the gate's reasons."""
        return [reason["code"] for reason in self.json["reasons"]]

    def metric(self, name):
        return next(metric for metric in self.json["metrics"] if metric["name"] == name)


def run(*args, cwd=None, env=None, stdin=None):
    process = subprocess.run([PROGRAM, *map(str, args)], cwd=cwd, env=env or environment(), text=True,
                             input=stdin, capture_output=True, timeout=HANG, check=False)
    return Answer(process.returncode, process.stdout, process.stderr)


def start(*args, cwd=None, env=None):
    """The same without waiting: for signals and for servers that change while it runs."""
    return subprocess.Popen([PROGRAM, *map(str, args)], cwd=cwd, env=env or environment(), text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finish(process):
    out, err = process.communicate(timeout=HANG)
    return Answer(process.returncode, out, err)


def check(root, name, *flags, env=None):
    """`canarygate check` with a JSON and a JUnit report, both valid by their schemas and both saying
    what the exit code says."""
    folder = Path(root) / "reports"
    for old in folder.glob("gate.*"):
        old.unlink()
    answer = run("check", name, "--config", root, "--report", f"json={folder / 'gate.json'}",
                 "--report", f"junit={folder / 'gate.xml'}", *flags, env=env)
    return read_reports(answer, folder)


def read_reports(answer, folder):
    assert (folder / "gate.json").exists(), answer
    answer.json = valid_json(folder / "gate.json")
    answer.junit = valid_junit(folder / "gate.xml")
    assert answer.json["exit_code"] == answer.code, answer
    red = int(answer.junit.get("failures")) + int(answer.junit.get("errors"))
    assert (red > 0) == (answer.code != 0), "the test page has the colour of the exit code"
    assert no_control_characters(answer.out) and no_control_characters(answer.err), answer
    return answer


def no_control_characters(text):
    return all(c == "\n" or c >= " " for c in text)


@functools.lru_cache(maxsize=None)
def report_schema():
    return json.loads(run("schema", "report").out)


@functools.lru_cache(maxsize=None)
def junit_schema():
    return etree.XMLSchema(etree.parse(str(ROOT / "tests" / "data" / "junit" / "jenkins-junit.xsd")))


def no_constants(constant):
    raise AssertionError(f"{constant} is no JSON")


def valid_json(path):
    report = json.loads(path.read_text(), parse_constant=no_constants)
    jsonschema.validate(report, report_schema())
    return report


def valid_junit(path):
    document = etree.parse(str(path))
    junit_schema().assertValid(document)
    return document.getroot()


class ConfigRoot:
    """A config root in an empty folder."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.write("canarygate.yaml", "version: 1\n")

    def __fspath__(self):
        return str(self.folder)

    def __str__(self):
        return str(self.folder)

    def write(self, path, text):
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        return target

    def environment(self, text, name="test"):
        self.write(f"environments/{name}.yaml", f"version: 1\nenvironment: {name}\n{text}")
        self.write("canarygate.yaml", f"version: 1\nenvironment: {name}\n")

    def check(self, text, name="web"):
        self.write(f"checks/{name}.yaml", f"version: 1\ncheck: {name}\n{text}")

    def numbers(self, rows, path="data.csv"):
        """`rows` of (time, host, metric, value)."""
        lines = ["time,host,metric,value", *(",".join(map(str, row)) for row in rows)]
        self.write(path, "\n".join(lines) + "\n")


def example_script(name):
    """A Python script of examples/ as a module."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
