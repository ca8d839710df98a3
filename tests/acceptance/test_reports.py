"""The golden reports against the formats they claim to be, judged by other people's parsers.

The unit tests hold the reporters to the golden files byte for byte, so what holds for the files
holds for the program. No program is started here.
"""

import copy
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from lxml import etree

TESTS = Path(__file__).resolve().parent.parent
GOLDEN = TESTS / "golden"
FILES = sorted(path.stem for path in (GOLDEN / "json").glob("*.json"))
SCENARIOS = [name for name in FILES if name != "several"]  # of one check each


def load(scenario):
    return json.loads((GOLDEN / "json" / f"{scenario}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def validator():
    schema = json.loads((GOLDEN / "schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.fixture(scope="module")
def xsd():
    return etree.XMLSchema(etree.parse(str(TESTS / "data" / "junit" / "jenkins-junit.xsd")))


def junit(scenario):
    return etree.parse(str(GOLDEN / "junit" / f"{scenario}.xml"))


def test_every_scenario_has_a_golden_file_of_every_reporter():
    assert len(SCENARIOS) >= 11
    for folder in ("text", "json", "junit", "html", "markdown", "tap", "github", "gitlab"):
        assert sorted(path.stem for path in (GOLDEN / folder).iterdir()) == FILES


@pytest.mark.parametrize("scenario", FILES)
def test_json_report_is_valid_by_its_schema(scenario, validator):
    errors = [f"{list(e.absolute_path)}: {e.message}" for e in validator.iter_errors(load(scenario))]
    assert errors == []


def every_object(value):
    """Every object below and including `value`."""
    if isinstance(value, dict):
        yield value
        for child in value.values():
            yield from every_object(child)
    elif isinstance(value, list):
        for child in value:
            yield from every_object(child)


@pytest.mark.parametrize("scenario", ["fail", "override", "several"])
def test_schema_refuses_any_field_that_is_new_or_missing(scenario, validator):
    report = load(scenario)
    links = [m["links"] for r in report.get("checks", [report]) for m in r["metrics"]]
    for position, found in enumerate(every_object(report)):
        for field in list(found):
            broken = copy.deepcopy(report)
            target = list(every_object(broken))[position]
            target.pop(field)
            if found not in links:
                assert not validator.is_valid(broken), f"{field} may be missing"
        broken = copy.deepcopy(report)
        list(every_object(broken))[position]["surprise"] = 1  # no text: not even a link
        assert not validator.is_valid(broken), f"a new field may stand beside {list(found)}"


@pytest.mark.parametrize(
    "path, value",
    [
        (["verdict"], "passed"),
        (["version"], 2),
        (["exit_code"], -1),
        (["deployed_at"], "2026-11-20 14:03:20"),
        (["deployed_at"], "2026-11-20T15:03:20+01:00"),
        (["reasons", 0, "code"], "because"),
        (["metrics", 0, "p_value"], 1.5),
        (["metrics", 0, "evidence"], "none"),
        (["metrics", 0, "effect", "kind"], "percent"),
        (["window", "step_seconds"], "15s"),
        (["run_id"], "1"),
    ],
)
def test_schema_refuses_values_that_are_none(path, value, validator):
    report = load("fail")
    target = report
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    assert not validator.is_valid(report)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_json_text_says_the_verdict_and_exit_codes_of_its_scenario(scenario):
    expected = {
        "pass": ("pass", 0, 0),
        "fail": ("fail", 1, 1),
        "soft_fail": ("fail", 0, 1),
        "override": ("fail", 0, 1),
        "undecided": ("undecided", 1, 1),
        "undecided_let_through": ("undecided", 0, 0),
        "no_data": ("no_data", 1, 1),
        "trouble": ("trouble", 2, 2),
        "interrupted": ("undecided", 143, 143),
        "limit": ("fail", 1, 1),
        "canary_silent": ("fail", 1, 1),
        "score": ("fail", 1, 1),
        "score_let_through": ("pass", 0, 0),
    }
    report = load(scenario)
    assert (report["verdict"], report["exit_code"], report["hard_exit_code"]) == expected[scenario]


@pytest.mark.parametrize("scenario", FILES)
def test_junit_report_is_valid_by_the_xsd(scenario, xsd):
    xsd.assertValid(junit(scenario))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_junit_counts_are_those_of_its_test_cases(scenario):
    suite = junit(scenario).getroot().find("testsuite")
    cases = suite.findall("testcase")
    assert int(suite.get("tests")) == len(cases) > 0
    for attribute, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(suite.get(attribute)) == sum(c.find(element) is not None for c in cases)
    assert len({c.get("name") for c in cases}) == len(cases)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_junit_carries_the_very_text_of_the_text_report(scenario):
    text = (GOLDEN / "text" / f"{scenario}.txt").read_text(encoding="utf-8")
    suite = junit(scenario).getroot().find("testsuite")
    carriers = list(suite.iter("failure", "error")) or [suite.find("system-out")]
    assert [carrier.text for carrier in carriers] == [text] * len(carriers)
