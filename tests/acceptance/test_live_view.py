"""INTERFACE 4: live progress on a terminal, plain lines in a log; what a person's screen shows while
a gate waits for its window."""
import random
import re
import signal
import time

import pytest

from support import no_control_characters
from terminal import Terminal

CHECK = """
canary: {hosts: [web-1, web-2]}
baseline: {hosts: [web-3, web-4, web-5, web-6, web-7, web-8]}
window: {warmup: 1s, duration: 6s, step: 1s}
judge: {history: 240s, reference: 24s, looks: 3, false_alarms: 5%, detect: 1000%}
metrics:
"""
METRIC = "  - {{name: '{name}', query: m{number}, host_label: host, unit: s, worse: higher}}\n"
BLOCKS = "[▁▂▃▄▅▆▇█]"
SGR = re.compile(r"\x1b\[[0-9;]*m")


def write(root, names, worse=()):
    """A fleet up to a minute from now. The canary's numbers of `worse` are five times as high from
    now on."""
    root.check(CHECK + "".join(METRIC.format(name=name, number=i) for i, name in enumerate(names)))
    root.environment("backends: {default: {type: file, path: ../data.csv}}\n")
    now = int(time.time())
    rng = random.Random(1)
    root.numbers((second, f"web-{host}", f"m{i}",
                  f"{rng.uniform(0.19, 0.21) * (5 if host < 3 and second > now and name in worse else 1):.4f}")
                 for second in range(now - 400, now + 60) for host in range(1, 9)
                 for i, name in enumerate(names))
    return now


def terminal(root, *flags, **options):
    return Terminal("check", "web", "--config", root, *flags, **options)


def assert_clean(shown):
    """One frame, nothing hidden, the cursor where a shell's prompt belongs."""
    assert len([line for line in shown.lines if line.startswith("looks ")]) == 1, shown.lines
    assert "\x1b" not in "".join(shown.lines)
    assert not shown.screen.cursor.hidden and shown.screen.cursor.x == 0
    assert all(re.fullmatch(r"\x1b\[(K|J|\d+A|[0-9;]*m)", escape) for escape in shown.escapes())


def test_a_person_sees_the_gate_count_down_and_look(root):
    write(root, ["latency", "queue depth"])
    with terminal(root) as shown:
        shown.wait_for(r"^looks ○○○ · next look in 0:0\d · window ends in 0:0\d$")
        assert shown.shows("^canary: web-1 and web-2 · baseline: 6 hosts$")
        assert shown.shows("^latency +watching$") and shown.shows("^queue depth +watching$")
        for marks in ("●○○", "●●○"):
            shown.wait_for(f"^looks {marks} · next look in ")
            assert shown.shows(
                f"^latency +{BLOCKS}+ ?│{BLOCKS}{{2,4}} +{BLOCKS}+ ?│{BLOCKS}{{2,4}} +[-+0-9.]+ %  ok so far$"
            ), shown.lines
            assert shown.shows("^ +canary +baseline$")
        code = shown.finish()
        assert code == 0, shown.lines
        left = [int(seconds) for seconds in re.findall(r"window ends in 0:(\d\d)", shown.raw)]
        assert left == sorted(left, reverse=True) and len(set(left)) >= 5, left
        # The last frame stays, an empty line, and the verdict.
        top = shown.lines.index("web in test")
        assert re.fullmatch(r"looks ●●● · window \d\d:\d\d:\d\d UTC to \d\d:\d\d:\d\d UTC",
                            shown.lines[top + 1])
        assert re.search(r" %  ok$", shown.lines[top + 4])
        assert shown.lines[top + 6] == "" and shown.lines[top + 7].startswith("PASSED")
        assert_clean(shown)


def test_a_metric_that_is_worse_says_so(root):
    write(root, ["sound", "latency"], worse=["latency"])
    with terminal(root) as shown:
        assert shown.finish() == 1
        assert shown.shows(f"^latency +{BLOCKS}+ ?│[▅▆▇█]+ +{BLOCKS}+ ?│▁+ +[+]\\d+ %  WORSE$"), shown.lines
        assert shown.shows("^STOPPED"), shown.lines
        assert_clean(shown)


def test_a_small_screen_shows_the_worst_metrics(root):
    names = [f"metric {i}" for i in range(1, 30)] + ["処理済みタスクの遅延時間 per host"]
    write(root, names, worse=names[-1:])
    with terminal(root, columns=40, rows=12, stdout=open("/dev/null", "w")) as shown:
        shown.wait_for(r"^looks ○○○ · next look in")
        shown.wait_for("WORSE$")
        # The empty line between the last frame and the verdict moves the title off so low a screen.
        lines = [line for line in shown.lines if line and line != "web in test"]
        assert lines[0].startswith("looks ") and lines[1] == "canary: 2 hosts · baseline: 6 hosts"
        assert re.fullmatch(r"処理済みタスク… +\+\d+ %  WORSE", lines[2]), lines
        assert lines[9] == "… and 23 more" and len(lines) == 10
        assert not re.search(BLOCKS, "".join(lines))
        assert_clean(shown)
        assert shown.finish() == 1


@pytest.mark.parametrize("flags, variables, coloured", [
    ([], {}, True), ([], {"NO_COLOR": "1"}, False), (["--color=never"], {}, False)])
def test_colour_is_only_decoration(root, flags, variables, coloured):
    write(root, ["latency"], worse=["latency"])
    with terminal(root, *flags, **variables) as shown:
        assert shown.finish() == 1
        assert shown.shows("WORSE")
        assert bool(SGR.search(shown.raw)) == coloured
        assert_clean(shown)


def test_a_terminal_without_utf_8_gets_ascii(root):
    write(root, ["größe"], worse=["größe"])
    with terminal(root, stdout=open("/dev/null", "w"), LC_ALL="C") as shown:
        assert shown.finish() == 1
        assert shown.shows(r"^looks \*--, ") and shown.shows(r"^gr\?\?e +[_.:=+*# -]+\|")
        assert shown.raw.isascii()


def test_an_interrupt_leaves_a_clean_screen(root):
    write(root, ["latency"])
    with terminal(root) as shown:
        shown.wait_for("^looks ●○○ · next look in")
        shown.press(b"\x03")
        assert shown.finish() == 128 + signal.SIGINT
        top = shown.lines.index("web in test")
        assert shown.lines[top + 1].startswith("looks ●○○ · window ")
        assert shown.lines[top + 5] == "" and shown.lines[top + 6].startswith("INTERRUPTED")
        assert_clean(shown)


def test_an_end_by_force_leaves_a_clean_screen(root):
    write(root, ["latency"])
    with terminal(root) as shown:
        shown.wait_for("^looks ●○○ · next look in")
        shown.process.kill()
        shown.finish()
        assert_clean(shown)


def test_an_interrupt_before_any_look_leaves_no_frame(root):
    write(root, ["latency"])
    with terminal(root) as shown:
        shown.wait_for("^looks ○○○ · next look in")
        shown.press(b"\x03")
        assert shown.finish() == 128 + signal.SIGINT
        assert shown.lines[0].startswith("INTERRUPTED"), shown.lines


def test_the_frame_follows_the_screens_size(root):
    write(root, ["latency"])
    with terminal(root) as shown:
        shown.wait_for("^looks ●○○ · next look in .* · window ends in")
        shown.resize(40)
        shown.wait_for("^looks ●.○ · next look in [0-9:]*$")
        assert shown.shows("^canary: 2 hosts · baseline: 6 hosts$")
        assert shown.shows("^ +canary$"), "the baseline's chart has no room"
        shown.resize(90)
        shown.wait_for("^canary: web-1 and web-2 · baseline: 6 hosts$")
        assert shown.shows("^ +canary +baseline$")
        assert shown.finish() == 0
        assert_clean(shown)


@pytest.mark.parametrize("flags, variables", [
    ([], {"TERM": "dumb"}), (["-v"], {}), ([], {"GITLAB_CI": "true"}), ([], {"CI": "true"})])
def test_where_no_person_looks_on_there_are_plain_lines(root, flags, variables):
    write(root, ["latency"], worse=["latency"])
    with terminal(root, "--color=never", *flags, **{"TERM": "xterm", **variables}) as shown:
        assert shown.finish() == 1
        assert shown.shows("^canarygate: web: look 1 of 3: latency ")
        assert not shown.escapes()


def test_a_log_has_no_control_characters(root):
    write(root, ["latency"], worse=["latency"])
    log = root.folder / "log"
    with open(log, "w") as err, terminal(root, stderr=err) as shown:
        assert shown.finish() == 1
        assert shown.lines[0].startswith("STOPPED"), shown.lines
    text = log.read_text()
    assert "waiting for look 1 of 3" in text and no_control_characters(text)
    assert len(text.splitlines()) < 15, "nothing is said while it waits"


def test_quiet_shows_nothing_while_it_waits(root):
    write(root, ["latency"], worse=["latency"])
    with terminal(root, "--quiet") as shown:
        assert shown.finish() == 1
        assert shown.lines[0].startswith("STOPPED"), shown.lines
