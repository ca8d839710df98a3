"""`canarygate compare`: the answers of R and of Kayenta's own classifier to the same questions, and
what a person sees who compares two files."""
import gzip
import json
import math
import random
import subprocess

import pytest

from support import HANG, PROGRAM, ROOT, environment, no_constants, no_control_characters, run

DATA = ROOT / "tests" / "data"


def cases(name):
    with gzip.open(DATA / f"{name}.jsonl.gz", "rt") as file:
        return [json.loads(line) for line in file]


def batch(judge, questions, *flags):
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    answer = run("compare", "--judge", judge, "--batch", "-", *flags, stdin=lines)
    return answer, [json.loads(line, parse_constant=no_constants) for line in answer.out.splitlines()]


def same(got, expected, relative, absolute=0.0):
    if got is None or expected is None:
        return got is expected
    return math.isclose(got, expected, rel_tol=relative, abs_tol=absolute)


def whole(case, side):
    return [0.0 if value is None else value for value in case[side]
            if value is not None or case["nan"] == "replace"]


def is_constant(case):
    """Both sides have one value each: Kayenta adds random noise to them."""
    return all(len(set(whole(case, side))) == 1 for side in ("baseline", "canary"))


def test_kayenta_classifies_all_of_its_cases_alike():
    questions = cases("kayenta_cases")
    answer, answers = batch("kayenta", questions)
    assert answer.code == 0, answer
    assert [given["id"] for given in answers] == [question["id"] for question in questions]
    for question, given in zip(questions, answers):
        expected = question["expected"]
        noisy = is_constant(question)
        for key in ("classification", "critical"):
            assert given[key] == expected[key], question["id"]
        for key in ("ratio", "lower", "upper", "estimate"):
            assert same(given[key], expected[key], 1e-4 if noisy else 1e-6, 2e-4 if noisy else 0.0), \
                (question["id"], key, given[key], expected[key])


def test_mann_whitney_is_r_s_wilcox_test():
    questions = cases("wilcox_r")
    answer, answers = batch("mann-whitney", questions)
    assert answer.code == 0, answer
    for question, given in zip(questions, answers):
        assert given["id"] == question["id"]
        for key, expected in question["expected"].items():
            assert same(given[key], expected, 1e-9), (question["id"], key, given[key], expected)


def test_a_line_alone_says_what_it_leaves_out():
    question = {"id": {"any": "thing"}, "baseline": [1.5, 2, None], "canary": [3, 4], "else": []}
    answer, answers = batch("mann-whitney", [question])
    assert (answer.code, answers) == (0, [{"id": {"any": "thing"}, "statistic": 4.0,
                                           "p_value": pytest.approx(1 / 3), "lower": 1.0,
                                           "upper": 2.5, "estimate": 1.75}])
    _, answers = batch("kayenta", [question])
    assert answers == [{"id": {"any": "thing"}, "classification": "High", "critical": False,
                        "ratio": 2.0, "lower": 1.0, "upper": 2.5, "estimate": pytest.approx(1.75, abs=.75)}]


def test_the_batch_s_own_flags_stand_in_for_what_a_line_leaves_out():
    question = {"id": 1, "baseline": list(range(10)), "canary": list(range(5, 15))}
    said = batch("mann-whitney", [{**question, "alternative": "greater", "conf_level": 0.9}])[1]
    assert batch("mann-whitney", [question], "--alternative", "greater", "--conf-level", "90%")[1] == said
    assert said[0]["upper"] is None


def test_lines_that_cannot_be_answered_are_named_and_the_others_answered(tmp_path):
    lines = tmp_path / "cases.jsonl"
    lines.write_text('{"id": 1, "baseline": [1], "canary": [2]}\n'
                     "\n"
                     "{not json\n"
                     '{"id": 3, "baseline": [1e999], "canary": [2]}\n'
                     '{"id": 4, "baseline": [1], "canary": ["\\u001b[31m"]}\n'
                     '{"id": 5, "baseline": [1]}\n'
                     '{"id": 6, "baseline": [1], "canary": [2], "alternative": "up"}\n'
                     '{"id": 7, "baseline": [1], "canary": [2], "conf_level": 1}\n'
                     '{"id": 8, "baseline": [1], "canary": [2], "exact": 1}\n'
                     '{"id": 9, "baseline": [], "canary": [2]}')
    answer = run("compare", "--batch", lines)
    assert answer.code == 2
    assert [json.loads(line)["id"] for line in answer.out.splitlines()] == [1, 9]
    assert json.loads(answer.out.splitlines()[1]) == {
        "id": 9, "statistic": None, "p_value": None, "lower": None, "upper": None, "estimate": None}
    assert answer.err.splitlines() == [
        f"canarygate: {lines}:3: not a JSON object; its numbers are finite or null",
        f"canarygate: {lines}:4: not a JSON object; its numbers are finite or null",
        f'canarygate: {lines}:5: canary "\\u001b[31m": expected a list of numbers and nulls',
        f"canarygate: {lines}:6: canary null: expected a list of numbers and nulls",
        f'canarygate: {lines}:7: alternative "up": expected two.sided, greater or less',
        f"canarygate: {lines}:8: conf_level 1.0: expected a number between 0 and 1",
        f"canarygate: {lines}:9: exact 1: expected true or false",
    ]


def test_a_line_nested_deeper_than_any_stack_is_answered_like_any_other():
    deep = "[" * 200_000 + "]" * 200_000
    answer = run("compare", "--batch", "-", stdin=(
        f'{{"id": 1, "baseline": [1, 2], "canary": [1, 2], "more": {deep}}}\n'
        f"{deep}\n"
        '{"id": 3, "baseline": [1, 2], "canary": [1, 2]}\n'))
    assert answer.code == 2
    assert [json.loads(line)["id"] for line in answer.out.splitlines()] == [1, 3]
    assert answer.err == "canarygate: stdin:2: not a JSON object; its numbers are finite or null\n"


def test_a_batch_that_is_not_there_is_trouble(tmp_path):
    answer = run("compare", "--batch", tmp_path / "none")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == f"canarygate: {tmp_path / 'none'}: cannot be opened: No such file or directory\n"


# ---- two files

def compare(folder, canary, baseline, *flags):
    """Text and JSON must agree on everything that both say."""
    for name, values in (("canary.txt", canary), ("baseline.txt", baseline)):
        (folder / name).write_text("".join(f"{value}\n" for value in values))
    args = ("compare", "--canary", "canary.txt", "--baseline", "baseline.txt", *flags)
    text = run(*args, cwd=folder)
    answer = run(*args, "--format", "json", cwd=folder)
    answer.json = json.loads(answer.out, parse_constant=no_constants)
    assert text.code == answer.code == answer.json["exit_code"], answer
    assert no_control_characters(text.out) and answer.json["text"] in text.out
    word = {"pass": "PASSED", "fail": "FAILED", "undecided": "UNDECIDED", "no_data": "NO DATA"}
    assert text.out.startswith(word[answer.json["verdict"]] + ": "), text
    answer.text = text.out
    return answer


def outcome(answer):
    return answer.code, answer.json["verdict"]


def noisy(seed, count, level, spread):
    draw = random.Random(seed)
    return [draw.gauss(level, spread) for _ in range(count)]


def shuffled(seed, values):
    random.Random(seed).shuffle(values)
    return values


@pytest.mark.parametrize("worse", ["higher", "either"])
def test_7_of_10_points_at_100_are_undecided_by_placebo_though_kayenta_passes_them(tmp_path, worse):
    for canary in ([100] * 7 + [1] * 3, shuffled(3, [100] * 7 + [1] * 3)):
        flags = ("--worse", worse)
        assert outcome(compare(tmp_path, canary, [1] * 10, "--judge", "kayenta", *flags)) == (0, "pass")
        placebo = compare(tmp_path, canary, [1] * 10, "--judge", "placebo", *flags)
        assert outcome(placebo) == (1, "undecided")
        assert "\n  sensitivity: " in placebo.text
        assert (placebo.json["sensitivity"] or 1e9) > 1
        for seed in range(4):
            forty = shuffled(seed, [100] * 28 + [1] * 12)
            found = compare(tmp_path, forty, [1] * 40, "--judge", "placebo", *flags)
            assert outcome(found) == (1, "fail")


@pytest.mark.parametrize("seed", range(3))
def test_a_sharp_small_shift_passes_under_its_margin_and_fails_without_one(tmp_path, seed):
    canary, baseline = noisy(seed, 60, 100.2, 0.1), noisy(seed + 100, 60, 100, 0.1)
    for judge in ("placebo", "mann-whitney", "kayenta"):
        allowed = compare(tmp_path, canary, baseline, "--judge", judge, "--allow", "5%")
        assert outcome(allowed) == (0, "pass"), allowed
        assert outcome(compare(tmp_path, canary, baseline, "--judge", judge)) == (1, "fail")
    placebo = compare(tmp_path, canary, baseline, "--judge", "placebo", "--allow", "5%")
    assert 0.05 < placebo.json["sensitivity"] < 0.06
    assert placebo.json["effect"]["lower"] < 0.002 < placebo.json["effect"]["upper"]


def test_moments_too_few_for_any_change_say_so(tmp_path):
    answer = compare(tmp_path, [100] * 7 + [1] * 3, [1] * 10, "--judge", "placebo")
    assert answer.json["sensitivity"] is None
    assert "  sensitivity: so few moments show no change of any size surely\n" in answer.text


def test_what_a_person_sees(tmp_path):
    answer = compare(tmp_path, [11, 12, 13, 14, 15, 16, "nan"], [1, 2, 3, 4, 5, 6])
    assert answer.text == """\
FAILED: the canary is different: shifted by +10 (98 % interval +7 to +13); otherwise chance alone would show this 1 time in 460.

                  n        mean          sd         min      median         max
  canary          6        13.5     1.87083          11        13.5          16  canary.txt, 1 missing
  baseline        6         3.5     1.87083           1         3.5           6  baseline.txt

  Mann-Whitney test, exact
"""
    assert answer.json["canary"] == {
        "file": "canary.txt", "numbers": 6, "missing": 1, "mean": 13.5,
        "sd": pytest.approx(1.8708286933869707), "min": 11, "median": 13.5, "max": 16}
    assert answer.json["p_value"] == pytest.approx(2 / 924)
    assert answer.json["kayenta"] is None and answer.json["sensitivity"] is None


def test_only_the_bad_direction_counts(tmp_path):
    low, high = [1, 2, 3, 4, 5, 6], [11, 12, 13, 14, 15, 16]
    for judge in ("mann-whitney", "kayenta"):
        flags = ("--judge", judge, "--worse")
        assert outcome(compare(tmp_path, high, low, *flags, "higher")) == (1, "fail")
        assert outcome(compare(tmp_path, high, low, *flags, "lower")) == (0, "pass")
        assert outcome(compare(tmp_path, low, high, *flags, "lower")) == (1, "fail")
        assert outcome(compare(tmp_path, low, high, *flags, "either")) == (1, "fail")


def test_the_alternative_opens_the_interval_and_says_which_way_is_bad(tmp_path):
    answer = compare(tmp_path, [11, 12, 13, 14, 15, 16], [1, 2, 3, 4, 5, 6], "--alternative", "greater")
    assert outcome(answer) == (1, "fail")
    assert answer.json["effect"]["lower"] is not None and answer.json["effect"]["upper"] is None
    assert "to +∞" in answer.text


def test_too_few_numbers_are_undecided_whatever_they_are(tmp_path):
    answer = compare(tmp_path, [4, 5, 6], [1, 2, 3])
    assert outcome(answer) == (1, "undecided")
    assert answer.json["text"] == (
        "3 numbers against 3 cannot show it: even with all of the canary's beyond the others chance alone "
        "would show this 1 time in 10, and false alarms are to be 1 % at most")
    assert outcome(compare(tmp_path, [4, 5, 6], [1, 2, 3], "--false-alarms", "10%")) == (1, "fail")


def test_equal_numbers_pass_where_there_are_enough(tmp_path):
    answer = compare(tmp_path, [5] * 9, [5] * 9)
    assert (outcome(answer), answer.json["text"]) == ((0, "pass"), "all numbers are the same")
    assert answer.json["p_value"] is None


def test_a_side_without_numbers_never_passes(tmp_path):
    for judge in ("mann-whitney", "kayenta", "placebo"):
        for sides in ((["nan"] * 9, [1] * 9), ([1] * 9, ["nan"] * 9), (["nan"] * 9, ["nan"] * 9)):
            answer = compare(tmp_path, *sides, "--judge", judge)
            assert answer.code == 1 and answer.json["verdict"] in ("fail", "no_data"), answer


def test_kayenta_s_error_is_undecided(tmp_path):
    answer = compare(tmp_path, [8.5], [7.9], "--judge", "kayenta")
    assert outcome(answer) == (1, "undecided")
    assert answer.json["kayenta"] == {"classification": "Error", "ratio": None}


def test_a_column_of_csv_and_stdin(tmp_path):
    table = "time,latency\n# a note\n1,11\n2,\n\n3,+12.5\n4,null\n5,1e1\n"
    (tmp_path / "table.csv").write_text(table)
    for args in (("--canary", "table.csv", "--baseline", "-"), ("--canary", "-", "--baseline", "table.csv")):
        answer = run("compare", *args, "--column", 2, "--format", "json", cwd=tmp_path, stdin=table)
        report = json.loads(answer.out)
        assert answer.code == 1 and report["verdict"] == "undecided", answer
        for side in ("canary", "baseline"):
            assert (report[side]["numbers"], report[side]["missing"]) == (3, 2)
            assert (report[side]["min"], report[side]["max"]) == (10, 12.5)


BAD_FILES = {
    "1\n2\nthree\n": "canary.txt:3: 'three' is no number; write nan for a missing one",
    "1\n12ms\n": "canary.txt:2: '12ms' is no number; write nan for a missing one",
    "1\n1e999\n": "canary.txt:2: '1e999' is no number; write nan for a missing one",
    "latency\nlatency\n": "canary.txt:2: 'latency' is no number; write nan for a missing one",
    "12ms\n": "canary.txt:1: '12ms' is no number; write nan for a missing one",
    "1,2\n": "canary.txt:1: 2 columns; say which with --column N",
    "\n": "canary.txt: no numbers in it",
    "latency\n": "canary.txt: no numbers in it",
    "": "canary.txt: no numbers in it",
}


@pytest.mark.parametrize("content", BAD_FILES)
def test_what_is_no_number_is_named_with_its_line(tmp_path, content):
    (tmp_path / "canary.txt").write_text(content)
    (tmp_path / "baseline.txt").write_text("1\n")
    answer = run("compare", "--canary", "canary.txt", "--baseline", "baseline.txt", cwd=tmp_path)
    assert (answer.code, answer.out, answer.err) == (2, "", f"canarygate: {BAD_FILES[content]}\n")


def test_a_column_that_is_not_there(tmp_path):
    (tmp_path / "canary.txt").write_text("1,2\n3\n")
    answer = run("compare", "--canary", "canary.txt", "--baseline", "nowhere", "--column", 2, cwd=tmp_path)
    assert (answer.code, answer.err) == (2, "canarygate: canary.txt:2: there is no column 2, only 1\n")


def test_moments_that_do_not_pair_are_trouble(tmp_path):
    (tmp_path / "canary.txt").write_text("1\n2\n3\n")
    (tmp_path / "baseline.txt").write_text("1\n")
    answer = run("compare", "--canary", "canary.txt", "--baseline", "baseline.txt", "--judge", "placebo",
                 cwd=tmp_path)
    assert (answer.code, answer.err) == (2, (
        "canarygate: canary.txt has 3 numbers and baseline.txt has 1; with --judge placebo line i of both "
        "is the same moment: write nan for a missing one\n"))


def test_an_answer_that_cannot_be_written_is_no_pass(tmp_path):
    (tmp_path / "same.txt").write_text("5\n" * 9)
    with open("/dev/full", "w") as full:
        process = subprocess.run([PROGRAM, "compare", "--canary", "same.txt", "--baseline", "same.txt"],
                                 cwd=tmp_path, env=environment(), stdout=full, stderr=subprocess.PIPE,
                                 text=True, timeout=HANG, check=False)
    assert (process.returncode, process.stderr) == (2, "canarygate: stdout cannot be written\n")


def test_the_page_about_it_shows_what_it_prints(tmp_path):
    page = (ROOT / "docs" / "compare.md").read_text()
    answer = compare(tmp_path, [11, 12, 13, 14, 15, 16], [1, 2, 3, 4, 5, 6], "--worse", "higher")
    shown = "".join(line[4:] if line.startswith("    ") else "\n"
                    for line in page[page.index("    FAILED"):page.index("Exit code 0")].splitlines(True))
    assert shown.strip() == answer.text.strip()
    question, line = page[page.index("    $ echo '") + 12:].split("' | canarygate compare --batch -\n")
    assert run("compare", "--batch", "-", stdin=question).out == line.splitlines()[0].strip() + "\n"
