"""The markdown, tap, github and gitlab reports as other people's parsers read them.

The golden files stand for what the program prints: the unit tests hold it to them byte for byte.
`hostile` is a report whose names, hosts, reasons and links are full of markup and commands.
"""
import json
import re
import subprocess
from pathlib import Path

import jsonschema
import lxml.html
import pytest
from lxml import etree

from support import HANG, environment, run, valid_json

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
SCENARIOS = sorted(path.stem for path in (GOLDEN / "json").glob("*.json"))
ALL = [*SCENARIOS, "hostile"]
ENDINGS = {"markdown": "md", "tap": "tap", "github": "txt", "gitlab": "json", "text": "txt", "junit": "xml"}


def golden(reporter, scenario):
    if scenario == "hostile":
        return GOLDEN / "hostile" / f"{reporter}.{ENDINGS[reporter]}"
    return GOLDEN / reporter / f"{scenario}.{ENDINGS[reporter]}"


def words(text):
    return " ".join(text.split())


# Markdown, as GitHub's own parser reads it. Raw HTML is let through, so that it would be seen.

def html(scenario):
    page = subprocess.run(["cmark-gfm", "--unsafe", "-e", "table", "-e", "autolink", "-e", "strikethrough",
                           "-e", "tasklist", golden("markdown", scenario)],
                          capture_output=True, text=True, timeout=HANG, check=True).stdout
    return lxml.html.fromstring(f"<div>{page}</div>")


@pytest.mark.parametrize("scenario", ALL)
def test_markdown_becomes_the_elements_that_are_meant_and_no_others(scenario):
    page = html(scenario)
    tags = {element.tag for element in page.iterdescendants()}
    assert tags <= {"h2", "h3", "h4", "p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "code", "a"}
    assert not page.xpath("//li//li") and not page.xpath("//*[self::h2 or self::h3 or self::h4]//p")
    links = {link.get("href") for link in page.iter("a")}
    assert links <= {"https://grafana.example.com/d/abc?var-host=web-7%3A9100", "https://grafana.example.com/d/lat",
                     "https://wiki.example.com/web-bg-tasks", "https://ci.example.com/job/web/4711/"}
    for row in page.iter("tr"):
        assert len(row) == 4


@pytest.mark.parametrize("scenario", ALL)
def test_markdown_says_the_very_words_of_the_text_report(scenario):
    # The backticks of our own names, and of what looks like one, become code.
    text = words(golden("text", scenario).read_text()).replace("`", "")
    page = html(scenario)
    said = [words(part.text_content()) for part in page.xpath("./p | ./h2 | ./h3 | ./h4")]
    assert said
    for part in said:
        assert re.sub("^(✅|⚠️|❌) ", "", part).replace("`", "") in text


def test_nothing_that_a_forge_looks_for_stands_outside_of_code():
    page = html("hostile")
    codes = words(" ".join(code.text_content() for code in page.iter("code")))
    for part in page.iter("code", "a"):
        part.text = ""
    rest = page.text_content()
    for found in ("@everyone", "#123", "!45", "%6", "GH-7", "www.example.com", "://", ":tada:", ":100:", "$x$",
                  "<script>", "``", "**", "[l]"):
        assert found in codes, found
        assert found not in rest, found
    assert not any(line.lstrip().startswith("/close") for line in golden("markdown", "hostile").read_text().split("\n"))


# TAP, as Perl's own harness reads it.

TAP_READER = r"""
use strict; use warnings; use TAP::Parser; use JSON::PP;
my $parser = TAP::Parser->new({source => $ARGV[0]});
my @tests; my @yaml;
while (my $result = $parser->next) {
  if ($result->is_test) {
    push @tests, {ok => $result->is_ok ? 1 : 0, name => $result->description, skip => $result->has_skip ? 1 : 0,
                  todo => $result->has_todo ? 1 : 0, why => $result->explanation};
  }
  push @yaml, $result->data if $result->is_yaml;
  push @tests, {unknown => $result->as_string} if $result->is_unknown || $result->is_bailout;
}
print JSON::PP->new->encode({tests => \@tests, yaml => \@yaml, errors => [$parser->parse_errors],
                             planned => $parser->tests_planned, good => $parser->is_good_plan ? 1 : 0});
"""


def tap(scenario):
    read = subprocess.run(["perl", "-e", TAP_READER, golden("tap", scenario)], capture_output=True, timeout=HANG,
                          check=True)
    return json.loads(read.stdout.decode("latin-1"))


@pytest.mark.parametrize("scenario", ALL)
def test_tap_has_a_test_for_each_of_the_junit_report(scenario):
    result = tap(scenario)
    assert result["errors"] == [] and result["good"], result
    cases = etree.parse(str(golden("junit", scenario))).getroot().findall(".//testcase")
    assert int(result["planned"]) == len(result["tests"]) == len(cases)
    for test, case in zip(result["tests"], cases):
        red = case.find("failure") is not None or case.find("error") is not None
        assert test["ok"] == (not red) and test["skip"] == (case.find("skipped") is not None)
        assert test["todo"] == 0
    messages = [e.get("message") for e in etree.parse(str(golden("junit", scenario))).iter("failure", "error")]
    assert [data["message"].encode("latin-1").decode() for data in result["yaml"]] == messages


def test_prove_fails_what_stopped_the_deploy_and_nothing_else():
    for scenario, good in (("pass", True), ("soft_fail", True), ("fail", False), ("trouble", False)):
        process = subprocess.run(["prove", golden("tap", scenario)], capture_output=True, timeout=HANG, check=False)
        assert (process.returncode == 0) == good, process.stdout


# Workflow commands, by the rules that GitHub publishes for its runner.

def annotations(text):
    found = []
    for line in text.splitlines():
        match = re.fullmatch(r"::(error|warning|notice) title=([^:,]*)::(.*)", line)
        assert match, line
        level, title, message = match.groups()
        for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
            title = title.replace(code, character)
            if code not in ("%3A", "%2C"):
                message = message.replace(code, character)
        found.append((level, title, message))
    return found


@pytest.mark.parametrize("scenario", ALL)
def test_github_annotations_carry_the_text_report_and_a_line_for_each_metric_that_did_not_pass(scenario):
    found = annotations(golden("github", scenario).read_text())
    cases = etree.parse(str(golden("junit", scenario))).getroot().findall(".//testcase")
    not_passed = [case for case in cases if len(case) > 0]
    if scenario == "several":
        assert len(found) == 2 + len(not_passed)
        return
    assert len(found) == 1 + len(not_passed)
    assert found[0][2] == golden("text", scenario).read_text().strip()
    for (_, title, message), case in zip(found[1:], not_passed):
        assert title.endswith(": " + case.get("name"))
        assert message == case[0].get("message")


# Code Quality, by the fields that GitLab's documentation asks for.

CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1, "pattern": r"^[^\x00-\x1f]*$"},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {"path": {"type": "string", "pattern": r"^(?!\./|/).+\.yaml$"},
                               "lines": {"type": "object", "required": ["begin"],
                                         "properties": {"begin": {"type": "integer", "minimum": 1}}}},
            },
        },
    },
}


@pytest.mark.parametrize("scenario", ALL)
def test_gitlab_report_is_what_gitlab_asks_for(scenario):
    entries = json.loads(golden("gitlab", scenario).read_text())
    jsonschema.validate(entries, CODE_QUALITY)
    prints = [entry["fingerprint"] for entry in entries]
    assert len(set(prints)) == len(prints)
    cases = etree.parse(str(golden("junit", scenario))).getroot().findall(".//testcase")
    assert len(entries) == sum(len(case) > 0 for case in cases)
    stops = [entry for entry in entries if entry["severity"] in ("blocker", "critical")]
    assert len(stops) == sum(case.find("skipped") is None and len(case) > 0 for case in cases)


# The program.

def test_annotations_have_stdout_to_themselves_and_the_step_summary_is_the_markdown_report(tmp_path):
    summary = tmp_path / "summary.md"
    answer = run("check", "nonsense", "--report", "github", "--report", f"markdown={tmp_path / 'gate.md'}",
                 "--report", f"json={tmp_path / 'gate.json'}", cwd=tmp_path,
                 env=environment(GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary)))
    assert answer.code == 2
    assert [level for level, _, _ in annotations(answer.out)] == ["error", "error"]
    assert "TROUBLE: " in answer.err
    assert summary.read_text() == "\n" + (tmp_path / "gate.md").read_text()
    assert valid_json(tmp_path / "gate.json")["verdict"] == "trouble"


def test_a_step_summary_that_cannot_be_written_is_a_warning(tmp_path):
    def said(path):
        answer = run("check", "nonsense", "--report", "github", cwd=tmp_path,
                     env=environment(GITHUB_STEP_SUMMARY=str(path)))
        return answer.code, "canarygate: warning: " in answer.err, answer.err

    assert said(tmp_path / "page.md")[:2] == (2, False)
    code, warned, err = said(tmp_path / "no" / "page.md")
    assert (code, warned) == (2, True)
    assert (f"canarygate: warning: cannot append to '{tmp_path}/no/page.md' (GITHUB_STEP_SUMMARY): No such file or "
            "directory; the verdict stands, only the CI system's page lacks it\n") in err
