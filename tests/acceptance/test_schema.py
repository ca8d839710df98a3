"""The JSON Schemas and the parser accept and refuse the same files.

Every definition of tests/data/definitions, and many more made from the good ones by small changes of
structure, are given to both. Rules between keys ("the duration is a multiple of the step") and rules
of YAML itself are beyond a schema: the files that show them are listed here, each with its reason.
"""

import copy
import json
import os
import pathlib
import re
import subprocess

import jsonschema
import pytest
import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROGRAM = os.path.abspath(os.environ.get("CANARYGATE") or ROOT / "build/release/canarygate")
FILES = sorted((ROOT / "tests/data/definitions").glob("*.yaml"))
PLACES = {
    "check": "checks/web.yaml",
    "environment": "environments/prod.yaml",
    "root": "canarygate.yaml",
}
BACKEND = "backends: {default: {type: file, path: data.csv}}\n"

# What a schema cannot say. A file that it comes to refuse must leave this list.
BEYOND_A_SCHEMA = {
    "is not a tree of values yet: YAML's own rules": {
        "check-anchor", "check-alias", "check-tag", "check-duplicate-key",
        "check-duplicate-key-inside", "check-key-is-a-list",
    },
    "depends on another key": {
        "check-allow-all-of-it", "check-allow-number", "check-allow-percent-difference",
        "check-hosts-against-tags", "check-tags-against-hosts", "check-same-hosts",
        "check-hosts-variable-with-tags", "check-limit-for-longer-than-window",
        "check-limit-for-too-many", "check-limit-min-above-max",
        "check-limit-unit-differs", "check-limit-unit-missing", "check-limit-unit-unknown",
        "check-limit-without-bound", "check-min-traffic-without-total",
        "check-more-looks-in-a-metric", "check-more-looks-than-points",
        "check-neither-query-nor-errors", "check-one-step", "check-pseudo-count-with-query",
        "check-query-and-errors", "check-rest-of-nothing", "check-same-name-twice",
        "check-scale-with-errors", "check-step-does-not-divide", "check-step-longer-than-duration",
        "check-threshold-without-limit", "check-judge-without-baseline",
        "check-kayenta-allow-twice", "check-kayenta-effect-size-of-its-measure",
        "check-kayenta-factor-of-nothing", "check-kayenta-keys-of-another-judge",
        "check-kayenta-scale", "check-score-marginal-above-pass", "check-score-unknown-group",
        "check-score-weights-leave-nothing", "check-score-weights-too-little",
        "check-score-weights-too-much", "check-weight-and-groups", "check-too-many-points", "check-total-with-query",
        "check-traffic-without-bound", "environment-prometheus-settings", "environment-templates",
    },
    "depends on another file, or on the file's own name": {
        "check-backend-unknown", "check-name-is-not-the-files", "environment-name",
        "environment-checks", "environment-override-impossible", "environment-override-of-unknown-check",
        "environment-override-of-unknown-metric", "root-unknown-environment",
    },
    "is a number inside a text, a variable's name or a reserved word": {
        "check-judge-false-alarms-too-many", "check-variable-ill-formed", "check-variable-in-label",
        "check-variable-in-selection", "check-variable-not-closed", "check-variable-undefined",
        "check-variable-unknown", "check-vars-built-in",
    },
}
EXCUSED = set().union(*BEYOND_A_SCHEMA.values())


class CoreLoader(yaml.SafeLoader):
    """YAML 1.2's core schema, as editors read it: `yes` is a text, `1:30` too."""

    yaml_implicit_resolvers = {}


for tag, pattern, first in [
    ("null", r"^(~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    ("float", r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", list("-+.0123456789")),
]:
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), first)


def kind_of(path):
    return path.name.split("-")[0]


def stem_of(path):
    return path.name.removesuffix(".yaml").removesuffix(".bad").removesuffix(".good")


@pytest.fixture(scope="session")
def validators():
    made = {}
    for kind in PLACES:
        text = subprocess.run([PROGRAM, "schema", kind], check=True, capture_output=True).stdout
        schema = json.loads(text)
        jsonschema.Draft202012Validator.check_schema(schema)
        made[kind] = jsonschema.Draft202012Validator(schema)
    return made


def parser_accepts(folder, kind, text):
    for place in PLACES.values():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
    (folder / "canarygate.yaml").write_text(
        f"version: 1\n{BACKEND}discovery: {{prometheus_targets: {{url: 'http://127.0.0.1:9090'}}}}\n")
    (folder / "environments/prod.yaml").write_text(f"version: 1\nenvironment: prod\n{BACKEND}")
    (folder / "checks/web.yaml").write_text(
        "version: 1\ncheck: web\ncanary: {hosts: [web-1]}\nbaseline: {hosts: [web-2, web-3]}\n"
        "metrics:\n  - name: errors\n    query: app_errors\n")
    (folder / PLACES[kind]).write_bytes(text if isinstance(text, bytes) else text.encode())
    run = subprocess.run([PROGRAM, "validate"], cwd=folder, capture_output=True, text=True)
    assert run.returncode in (0, 2), run
    return run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_schema_and_parser_agree_on_every_definition(path, validators, tmp_path):
    good = path.name.endswith(".good.yaml")
    accepted, said = parser_accepts(tmp_path, kind_of(path), path.read_bytes())
    assert accepted == good, said
    try:
        value = yaml.load(path.read_text(encoding="utf-8-sig"), CoreLoader)
    except yaml.YAMLError:
        assert not good
        return
    complaints = [error.message for error in validators[kind_of(path)].iter_errors(value)]
    if stem_of(path) in EXCUSED:
        assert not complaints, "the schema does refuse this: take it from the list"
    else:
        assert (not complaints) == good, complaints


def test_every_excuse_has_a_file():
    assert EXCUSED - {stem_of(path) for path in FILES} == set()


def places_in(value, path=()):
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places_in(inner, path + (key,))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places_in(inner, path + (index,))


def changed(document, path, change):
    copied = copy.deepcopy(document)
    if not path:
        return change(copied)
    holder = copied
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = change(holder[path[-1]])
    return copied


def with_unknown_key(value):
    return {**value, "zzz": 1} if isinstance(value, dict) else [value]


CHANGES = {
    "unknown key or list": with_unknown_key,
    "nothing": lambda value: None,
    "number": lambda value: -1.5,
    "boolean": lambda value: "x" if isinstance(value, bool) else True,
    "text": lambda value: "\u0001",
    "map": lambda value: {"zzz": {}},
    "empty list": lambda value: [],
}


# What the parser may say of a changed file that the schema takes.
RULES_BETWEEN_KEYS = ["warning: ", "'min' must be less than 'max'", "no check '", "unknown metric '",
                      "judge threshold looks at limits only", "no metric is in group '",
                      "the weights add up to "]


@pytest.mark.parametrize("name", ["check-every-key", "environment-every-key", "root-every-key"])
@pytest.mark.parametrize("change", CHANGES)
def test_schema_and_parser_agree_on_changes_of_structure(name, change, validators, tmp_path):
    kind = name.split("-")[0]
    document = yaml.load((ROOT / f"tests/data/definitions/{name}.good.yaml").read_text(), CoreLoader)
    disagreements = []
    for path in places_in(document):
        value = changed(document, path, CHANGES[change])
        text = json.dumps(value)
        complaints = [error.message for error in validators[kind].iter_errors(value)]
        accepted, said = parser_accepts(tmp_path, kind, text)
        if accepted and complaints:
            disagreements.append((path, "only the schema refuses", complaints))
        elif not accepted and not complaints:
            unexcused = [line for line in said.splitlines()
                         if ": " in line and not any(words in line for words in RULES_BETWEEN_KEYS)]
            if unexcused:
                disagreements.append((path, "only the parser refuses", unexcused))
    assert disagreements == []


def keys_of(schema):
    for key, inner in schema.get("properties", {}).items():
        yield key
        yield from keys_of(inner)
    for inner in schema.get("anyOf", []):
        yield from keys_of(inner)
    if "items" in schema:
        yield from keys_of(schema["items"])


@pytest.mark.parametrize("kind", PLACES)
def test_the_documentation_names_every_key(kind, validators):
    # Sources, backends and the history have pages of their own.
    own = {key: value for key, value in validators[kind].schema["properties"].items()
           if key not in ("canary", "baseline", "backends", "discovery", "history", "overrides")}
    text = (ROOT / "docs/definition.md").read_text()
    keys = set(keys_of({"properties": own})) | {"canary", "baseline", "backends", "discovery", "history", "overrides"}
    assert [key for key in sorted(keys) if f"`{key}`" not in text and f"`{key}:" not in text] == []
