"""docs/statistics.md and its figures: made from what was measured, and saying what was."""
import json
import math
import re
import shutil
import subprocess

import pytest
from lxml import etree

from support import HANG, PROGRAM, ROOT, environment

REPORT = PROGRAM.parent / "canarygate-judge-report"
DOCS = ROOT / "docs"
PAGE = (DOCS / "statistics.md").read_text()
SVG = {"svg": "http://www.w3.org/2000/svg"}
JUDGES = ["placebo", "mann-whitney", "kayenta"]
PARTS = ["measured", "false-alarms", "above", "found"]
EMPTY_PAGE = "Before.\n" + "".join(f"<!-- {p}: here -->\nold\n<!-- /{p} -->\n" for p in PARTS) + "After.\n"


def report(*arguments):
    return subprocess.run([REPORT, *map(str, arguments)], env=environment(), text=True,
                          capture_output=True, timeout=HANG, check=False)


def cell(family, effect, fleet, bar, *, trace=False, **judges):
    """`judges`: name to (runs, stopped, points)."""
    hosts, canaries, windows, metrics = fleet
    return {"family": family, "effect": effect, "hosts": hosts, "canaries": canaries,
            "windows": windows, "metrics": metrics, "points": 20, "trace": trace, "bar": bar,
            "judges": {name.replace("_", "-"):
                       {"runs": runs, "seed": 1, "placebos": 500, "stopped": stopped, "points": points}
                       for name, (runs, stopped, points) in judges.items()}}


SMALL, LARGE = (4, 1, 24, 10), (40, 3, 24, 1)
CELLS = [
    cell("plain", "none", SMALL, 0.01, placebo=(400, 10, 9), mann_whitney=(200, 150, 5), kayenta=(200, 80, 6)),
    cell("plain", "none", LARGE, 0.01, placebo=(400, 2, 11), mann_whitney=(200, 50, 5), kayenta=(200, 20, 6)),
    cell("plain", "+50%", SMALL, None, placebo=(400, 200, 15.25), mann_whitney=(200, 190, 4),
         kayenta=(200, 9, 7)),
    cell("plain", "+100%", SMALL, None, placebo=(400, 400, 8.6), mann_whitney=(200, 200, 3), kayenta=(200, 20, 6)),
    cell("noisy-canary", "+50%", (12, 2, 48, 10), None, placebo=(100, 90, 9)),
    cell("plain", "ramp", SMALL, None, placebo=(400, 100, 18)),
    cell("plain", "at-10%", SMALL, 0.01, placebo=(400, 0, None)),
    cell("noisy-canary", "none", SMALL, 0.025, placebo=(400, 4, 9)),
    cell('R&D <"rack" 7>', "none", LARGE, 0.01, trace=True, placebo=(1000, 7, 5), kayenta=(1000, 180, 5)),
    cell('R&D <"rack" 7>', "x5", LARGE, None, trace=True, placebo=(1000, 930, 5), kayenta=(1000, 480, 5)),
]
ROWS = ["plain", "plain, +10% of 10% allowed", "noisy-canary", 'R&D <"rack" 7>']


def wilson(stopped, runs):
    """The shares that a score test at 5 % would not refuse: found by bisection, not by formula."""
    def refused(share):
        error = math.sqrt(share * (1 - share) / runs)
        return abs(stopped / runs - share) > 1.959963984540054 * error

    def edge(inside, outside):
        for _ in range(60):
            middle = (inside + outside) / 2
            inside, outside = (inside, middle) if refused(middle) else (middle, outside)
        return inside
    return edge(stopped / runs, 0.0), edge(stopped / runs, 1.0)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs")
    (folder / "statistics.md").write_text(EMPTY_PAGE)
    (folder / "measured.json").write_text(json.dumps(CELLS))
    answer = report("--write-docs", folder, "--results", folder / "measured.json")
    assert answer.returncode == 0, answer.stderr
    return folder


def figure(folder, name):
    return etree.parse(folder / "figures" / name).getroot()


def marks(root, judge, kind="mark"):
    found = root.xpath(f"//svg:use[contains(@class, '{kind} {judge}')]", namespaces=SVG)
    return [(float(mark.get("x")), float(mark.get("y"))) for mark in found]


def intervals(root, judge, ends):
    found = root.xpath(f"//svg:line[@class='{judge} interval']", namespaces=SVG)
    return [tuple(float(line.get(end)) for end in ends) for line in found]


def texts(root):
    return root.xpath("//svg:text/text()", namespaces=SVG)


def share_at(share):
    """The false alarms' axis: logarithmic from 0.05 % at x = 210 to 100 % at x = 810."""
    return 210 + 600 * math.log10(max(share, 0.0005) / 0.0005) / math.log10(2000)


def close(numbers):
    return pytest.approx(numbers, abs=0.051)


def test_false_alarms_are_drawn_where_they_are_a_row_a_kind_of_fleet(rendered):
    root = figure(rendered, "false-alarms.svg")
    assert [text for text in texts(root) if text in ROWS] == ROWS
    pooled = [(12, 800), (0, 400), (4, 400), (7, 1000)]
    placebo = marks(root, "placebo")
    assert [x for x, _ in placebo] == close([share_at(stopped / runs) for stopped, runs in pooled])
    ends = [share_at(end) for stopped, runs in pooled for end in wilson(stopped, runs)]
    assert [x for pair in intervals(root, "placebo", ("x1", "x2")) for x in pair] == close(ends)
    rows = [y for _, y in placebo]
    assert [b - a for a, b in zip(rows, rows[1:])] == close([25.0] * 3)
    assert len(marks(root, "mann-whitney")) == 1 and len(marks(root, "kayenta")) == 2
    single = [10 / 400, 2 / 400, 0, 4 / 400, 7 / 1000]
    assert [x for x, _ in marks(root, "placebo", "dot")] == close([share_at(share) for share in single])


def test_what_is_asked_for_is_a_line_and_another_bar_is_marked_in_its_row(rendered):
    root = figure(rendered, "false-alarms.svg")
    lines = root.xpath("//svg:line[starts-with(@class, 'bar')]", namespaces=SVG)
    assert [(float(line.get("x1")), line.get("class")) for line in lines] == [
        (close(share_at(0.01)), "bar"), (close(share_at(0.025)), "bar other")]
    y = marks(root, "placebo")[2][1]
    assert float(lines[1].get("y1")) < y < float(lines[1].get("y2"))


def test_detection_is_drawn_against_the_logarithm_of_the_change(rendered):
    root = figure(rendered, "detection.svg")
    assert texts(root).count("4 hosts, 1 canary") == 1
    assert "40 hosts, 3 canaries" not in texts(root), "no change was measured there"
    assert {"none", "+50", "+100 %"} <= set(texts(root))
    shares = {"placebo": [10 / 400, 0.5, 1], "mann-whitney": [0.75, 0.95, 1], "kayenta": [0.4, 0.045, 0.1]}
    left, right, bottom, top = 54, 265, 203, 88
    for judge in JUDGES:
        x = [left + (right - left) * math.log2(1 + change) for change in (0, 0.5, 1)]
        y = [bottom - (bottom - top) * share for share in shares[judge]]
        assert marks(root, judge) == [(close(a), close(b)) for a, b in zip(x, y)], judge
    ends = [bottom - (bottom - top) * end for end in wilson(10, 400)]
    assert intervals(root, "placebo", ("y1", "y2"))[0] == close(ends)


def test_recorded_fleets_have_a_figure_of_their_own(rendered):
    root = figure(rendered, "detection-traces.svg")
    assert "40 hosts, 3 canaries" in texts(root) and "+400 %" in texts(root)
    assert [len(marks(root, judge)) for judge in JUDGES] == [2, 0, 2]


def test_a_time_to_detection_is_drawn_only_where_ten_gates_were_stopped_by_a_change(rendered):
    root = figure(rendered, "time-to-detection.svg")
    bottom, top = 203, 88
    assert [y for _, y in marks(root, "placebo")] == close(
        [bottom - (bottom - top) * points / 20 for points in (15.25, 8.6)])
    assert len(marks(root, "kayenta")) == 1, "9 of 200 say little"


@pytest.mark.parametrize("name", ["false-alarms.svg", "detection.svg", "time-to-detection.svg",
                                  "detection-traces.svg"])
def test_a_figure_is_readable_by_everybody(rendered, name):
    root = figure(rendered, name)
    ids = root.get("aria-labelledby").split()
    told = [root.xpath(f"//*[@id='{one}']/text()")[0] for one in ids]
    assert root.get("role") == "img" and all(len(text) > 10 for text in told)
    style = root.xpath("//svg:style/text()", namespaces=SVG)[0]
    light, dark = style.split("@media (prefers-color-scheme: dark)")
    colours = re.findall(r"--[\w-]+(?=:)", light)
    assert colours and set(colours) == set(re.findall(r"--[\w-]+(?=:)", dark))
    assert set(re.findall(r"var\((--[\w-]+)\)", style)) <= set(colours)
    keys = root.xpath("//svg:use[starts-with(@class, 'key')]/@href", namespaces=SVG)
    assert len(set(keys)) == len(JUDGES), "judges differ in shape, not in colour alone"
    defined = {f"#{one}" for one in root.xpath("//svg:defs/*/@id", namespaces=SVG)}
    assert set(root.xpath("//svg:use/@href", namespaces=SVG)) <= defined
    width, height = map(float, root.get("viewBox").split()[2:])
    for element in root.xpath("//svg:use | //svg:text", namespaces=SVG):
        assert 0 <= float(element.get("x")) <= width and 0 <= float(element.get("y")) <= height
        if not {"end", "middle"} & set(element.get("class").split()):
            assert float(element.get("x")) + 5.7 * len(element.text or "") <= width, element.text


def table(text, name):
    part = re.search(rf"^<!-- {name}: [^\n]*\n(.*?)^<!-- /{name} -->$", text, re.M | re.S).group(1)
    rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("|")]
    return rows[2:]


def test_the_tables_say_what_was_measured_and_nothing_else_of_the_page_changes(rendered):
    page = (rendered / "statistics.md").read_text()
    assert page.startswith("Before.\n<!-- measured: here -->\n\nGates a cell: 100 to 400 simulated, "
                           "1000 recorded. Placebos a gate: 500. Seed: 1.\n\n<!-- /measured -->\n")
    assert page.endswith("<!-- /found -->\nAfter.\n") and "\nold\n" not in page
    alarms = {row[0]: row[2:] for row in table(page, "false-alarms")}
    assert list(alarms) == [*ROWS[:3], r'R\&D \<"rack" 7\>']
    assert alarms["plain"] == ["1.5 %", "2.5 % (4, 1)", "50 %", "25 %", "–"]
    assert alarms["noisy-canary"] == ["1.0 %", "1.0 % (4, 1)", "–", "–", "90 %"]
    above = re.findall(r"^- (.*)$", page, re.M)
    assert above == ["plain: 4 hosts, 1 canary, 24 windows of history, 10 metrics: 2.5 % of 400"]
    assert table(page, "found") == [
        ["4, 1", "24, 10", "2.5 %", "50 % (15)", "100 % (9)", "–", "25 % (18)"],
        ["40, 3 (recorded)", "24, 1", "0.7 %", "–", "–", "93 % (5)", "–"]]


def test_a_later_file_of_results_counts_for_the_judges_that_it_has(tmp_path):
    (tmp_path / "statistics.md").write_text(EMPTY_PAGE)
    (tmp_path / "a.json").write_text(json.dumps(CELLS))
    (tmp_path / "b.json").write_text(json.dumps([cell("plain", "none", SMALL, 0.01, placebo=(1000, 4, 9))]))
    answer = report("--write-docs", tmp_path, "--results", tmp_path / "a.json", "--results", tmp_path / "b.json")
    assert answer.returncode == 0, answer.stderr
    merged = json.loads((tmp_path / "figures" / "results.json").read_text())
    assert len(merged) == len(CELLS)
    assert {name: (judge["runs"], judge["stopped"]) for name, judge in merged[0]["judges"].items()} == {
        "placebo": (1000, 4), "mann-whitney": (200, 150), "kayenta": (200, 80)}


def test_measurements_are_saved_in_pieces(tmp_path):
    saved = tmp_path / "saved.json"
    measure = ["--family", "alike", "--fleet", "4,1,6,1", "--effect", "none", "--save", saved]
    for runs, judge in ((2, "kayenta"), (2, "placebo"), (3, "placebo")):
        answer = report(*measure, "--runs", runs, "--judge", judge)
        assert answer.returncode == 0 and f"{runs} gates a cell" in answer.stdout, answer.stderr
    [only] = json.loads(saved.read_text())
    assert {name: judge["runs"] for name, judge in only["judges"].items()} == {"placebo": 3, "kayenta": 2}
    assert (only["hosts"], only["canaries"], only["windows"], only["metrics"], only["bar"]) == (4, 1, 6, 1, 0.01)


def test_an_interrupted_measurement_goes_on_where_it_stopped(tmp_path):
    measure = ["--family", "alike", "--fleet", "4,1,6,1", "--save", tmp_path / "saved.json", "--judge", "kayenta"]
    report(*measure, "--effect", "none", "--runs", 2)
    both = [*measure, "--effect", "none", "--effect", "+50%", "--resume"]

    def measured(*arguments):
        return re.findall(r"^alike +4,1 +6 +1 (\S+)", report(*both, *arguments).stdout, re.M)
    assert measured("--runs", 2) == ["+50%"]
    assert measured("--runs", 2) == []
    assert measured("--runs", 3) == measured("--runs", 3, "--seed", 2) == ["none", "+50%"]
    assert measured("--runs", 3, "--seed", 2, "--judge", "placebo") == ["none", "+50%"]


@pytest.mark.parametrize("results, page, message", [
    (None, EMPTY_PAGE, "results.json: cannot be read"),
    ("{", EMPTY_PAGE, "results.json: not a file of --save: "),
    ('[{"family": "plain"}]', EMPTY_PAGE, "results.json: not a file of --save: "),
    (json.dumps(CELLS), None, "statistics.md: cannot be read"),
    (json.dumps(CELLS), EMPTY_PAGE.replace("<!-- /above -->", ""),
     "statistics.md: has no lines `<!-- above: … -->` and `<!-- /above -->`, between which that part is "
     "written\n"),
])
def test_what_cannot_be_read_or_written_is_told_and_the_page_stays(tmp_path, results, page, message):
    if results is not None:
        (tmp_path / "results.json").write_text(results)
    if page is not None:
        (tmp_path / "statistics.md").write_text(page)
    answer = report("--write-docs", tmp_path, "--results", tmp_path / "results.json")
    assert answer.returncode == 2
    assert answer.stderr.startswith(f"{tmp_path}/{message}"), answer.stderr
    assert page is None or (tmp_path / "statistics.md").read_text() == page
    assert not (tmp_path / "figures").exists()


@pytest.mark.parametrize("fleet", ["4", "4,4", "4,1,6", "4,1,6,1x"])
def test_a_fleet_that_is_none_is_refused_with_its_form(fleet):
    answer = report("--fleet", fleet, "--runs", 1)
    assert answer.returncode == 2 and answer.stdout == ""
    assert answer.stderr == f"--fleet {fleet}: HOSTS,CANARIES or HOSTS,CANARIES,WINDOWS,METRICS\n"


def test_the_page_and_its_figures_are_those_of_the_committed_results(tmp_path):
    shutil.copy(DOCS / "statistics.md", tmp_path)
    answer = report("--write-docs", tmp_path, "--results", DOCS / "figures" / "results.json")
    assert answer.returncode == 0, answer.stderr
    again = {path.relative_to(tmp_path): path.read_text() for path in tmp_path.rglob("*.*") if path.is_file()}
    for path, text in again.items():
        assert (DOCS / path).read_text() == text, f"docs/{path}: make it again with --write-docs"
    figures = {path.name for path in (DOCS / "figures").iterdir()}
    assert figures == {path.name for path in again if path.parent.name == "figures"}


def test_every_figure_is_shown_on_the_page():
    shown = re.findall(r"\]\((figures/[^)]+)\)", PAGE)
    assert {path.name for path in (DOCS / "figures").iterdir()} == {path.split("/")[1] for path in shown}


def test_the_page_s_false_alarms_are_the_results_own():
    stopped, runs = {}, {}
    for one in json.loads((DOCS / "figures" / "results.json").read_text()):
        if one["bar"] is None or one["effect"] != "none":
            continue
        for name, judge in one["judges"].items():
            key = one["family"], name
            stopped[key] = stopped.get(key, 0) + judge["stopped"]
            runs[key] = runs.get(key, 0) + judge["runs"]
    rows = {row[0]: row for row in table(PAGE, "false-alarms")}
    assert {family for family, _ in runs} <= set(rows)
    for (family, judge), count in runs.items():
        shown = rows[family][{"placebo": 2, "mann-whitney": 4, "kayenta": 5}[judge]]
        digits = 1 if "." in shown else 0
        assert abs(float(shown.split()[0]) - 100 * stopped[family, judge] / count) <= 0.501 * 10 ** -digits
