"""The HTML report as a reader's browser shows it: what is drawn, what is asked of the network, who
can read it, and what becomes of hostile text."""
import json
import random
import re
import statistics

import pytest

from browser import Browser, points_of
from support import ConfigRoot, run

STEP = 15
DEPLOYED = 1_729_000_800  # 2024-10-15 14:00:00 UTC
START = DEPLOYED + 60
POINTS = 20
CANARY = ["web-1", "web-2"]
BASELINE = [f"web-{i}" for i in range(3, 11)]

CHECK = """description: Orders & payments
owner: team-web
runbook: https://wiki.example.com/web
canary: {hosts: [web-1, web-2]}
baseline: {hosts: [%s]}
window: {warmup: 1m, duration: 5m, step: 15s}
judge: {history: 1h, reference: 5m%s}
metrics:
  - name: latency
    query: latency
    unit: ms
    worse: higher
    limit: {max: 240ms}
    links: {dashboard: "https://grafana.example.com/d/1?var-host={{canary_hosts}}"}
  - {name: queue, query: queue, worse: either}
"""


def numbers(factor, metrics=("latency", "queue"), hosts=None, back=5400):
    """A number a host and point, {(metric, host, time): value}; the canary's times `factor` from
    the deploy on."""
    noise = random.Random(7)
    out = {}
    for metric in metrics:
        for host in hosts or [*CANARY, *BASELINE]:
            level = 100 * noise.uniform(0.9, 1.1)
            for time in range(DEPLOYED - back, START + POINTS * STEP + STEP, STEP):
                changed = host in CANARY and time > DEPLOYED and metric == "latency"
                out[metric, host, time] = round(level * noise.uniform(0.9, 1.1)
                                                * (factor if changed else 1), 4)
    return out


def write(root, data, judge=""):
    root.environment("backends:\n  default: {type: file, path: ../data.csv}\n")
    root.check(CHECK % (", ".join(BASELINE), judge))
    root.numbers((time, host, metric, value) for (metric, host, time), value in data.items())


def report(root, *names, code, flags=()):
    path = root.folder / "report.html"
    answer = run("check", *(names or ["web"]), "--config", root, "--deployed-at", DEPLOYED,
                 "--report", f"html={path}", *flags)
    assert answer.code == code, answer
    assert path.exists(), answer
    return path


@pytest.fixture(scope="module")
def browser():
    found = Browser()
    yield found
    found.quit()


@pytest.fixture
def failing(root):
    data = numbers(1.8)
    write(root, data)
    return report(root, code=1), data


def clean(browser, path, **how):
    requests, console = browser.open(path, **how)
    assert requests == [] and console == []


class Chart:
    """One of the page's charts, read back: positions to values by the ticks."""

    def __init__(self, browser, selector):
        self.browser, self.selector = browser, selector
        self.value = self.axis("y", "text.tick", lambda text: float(text.replace(",", "")))
        self.time = self.axis("x", "text.time", seconds_of)

    def ticks(self, coordinate, labels):
        return self.browser.run(
            "return [...document.querySelectorAll(arguments[0])].map((t) => "
            "[Number(t.getAttribute(arguments[1])), t.textContent])",
            f"{self.selector} {labels}", coordinate)

    def axis(self, coordinate, labels, number):
        marks = [(at, number(text)) for at, text in self.ticks(coordinate, labels)]
        (a, low), (b, high) = marks[0], marks[-1]
        # A label stands four below the line it belongs to.
        down = 4 if coordinate == "y" else 0
        return lambda position: low + (position + down - a) * (high - low) / (b - a)

    def points(self, shape):
        """[(second of the day, value)] of all paths of that class."""
        return [(STEP * round(self.time(x) / STEP), self.value(y))
                for d in self.browser.all(f"{self.selector} path.{shape}", "d")
                for stretch in points_of(d) for x, y in stretch]


def seconds_of(text):
    hours, minutes, seconds = [*map(int, text.split(":")), 0][:3]
    return hours * 3600 + minutes * 60 + seconds


def quantile(values, share):
    values = sorted(values)
    at = share * (len(values) - 1)
    low = int(at)
    return values[low] + (at - low) * (values[min(low + 1, len(values) - 1)] - values[low])


def day(time):
    return time % 86400


BEFORE = range(DEPLOYED - 19 * STEP, DEPLOYED + 1, STEP)
WINDOW = range(START + STEP, START + POINTS * STEP + 1, STEP)
PRECISE = 0.3  # ms: a tenth of a unit of the drawing


def test_the_course_is_drawn_with_the_numbers_that_were_read(browser, failing):
    path, data = failing
    clean(browser, path)
    assert browser.all("h1") == ["The canary is worse than the rest of the fleet"]
    chart = Chart(browser, "#c0m0 .course svg")
    canary = dict(chart.points("canary"))
    seen = [time for time in WINDOW if day(time) in canary]
    assert 0 < len(seen) < POINTS, "it ends where the gate did"
    assert sorted(canary) == [day(time) for time in [*BEFORE, *seen]], "no warm-up, nothing else"
    for time in [*BEFORE, *seen]:
        mean = statistics.mean(data["latency", host, time] for host in CANARY)
        assert canary[day(time)] == pytest.approx(mean, abs=PRECISE)
    hosts = chart.points("one")
    for host in CANARY:
        for time in BEFORE:
            assert any(at == day(time) and value == pytest.approx(data["latency", host, time],
                                                                  abs=10 * PRECISE)
                       for at, value in hosts), (host, time)
    middle, band = dict(chart.points("middle")), chart.points("band")
    for time in [*BEFORE, *seen]:
        now = [data["latency", host, time] for host in BASELINE]
        assert middle[day(time)] == pytest.approx(quantile(now, 0.5), abs=PRECISE)
        edges = sorted(value for at, value in band if at == day(time))
        assert edges == [pytest.approx(quantile(now, 0.1), abs=PRECISE),
                         pytest.approx(quantile(now, 0.9), abs=PRECISE)]
    assert [value for _, value in chart.points("limit")] == [pytest.approx(240, abs=PRECISE)] * 2
    deploy = points_of(browser.all("#c0m0 .course path.deploy", "d")[0])[0][0][0]
    assert chart.time(deploy) == pytest.approx(day(DEPLOYED), abs=1)
    looks = points_of(browser.all("#c0m0 .course path.look", "d")[0])
    assert [round(chart.time(look[0][0])) for look in looks] == [
        day(START + 4 * STEP * number) for number in range(1, 6)]


def test_tables_and_data_have_the_same_numbers(browser, failing):
    path, data = failing
    clean(browser, path)
    browser.unfold()
    rows = browser.all("#c0m0 .numbers .scroll:first-of-type tbody tr", "innerText")
    assert rows
    for time, row in zip(WINDOW, rows):
        clock, canary, low, middle, high = row.split()
        now = [data["latency", host, time] for host in BASELINE]
        assert seconds_of(clock) == day(time)
        assert float(canary) == pytest.approx(
            statistics.mean(data["latency", host, time] for host in CANARY), rel=0.01)
        assert [float(low), float(middle), float(high)] == [
            pytest.approx(quantile(now, share), rel=0.01) for share in (0.1, 0.5, 0.9)]
    seen = list(WINDOW)[:len(rows)]
    hosts = browser.all("#c0m0 .hosts li b")
    means = {host: statistics.mean(data["latency", host, time] for time in seen)
             for host in [*CANARY, *BASELINE]}
    assert hosts == [*sorted(CANARY, key=means.get, reverse=True),
                     *sorted(BASELINE, key=means.get, reverse=True)], "the worst first"


def test_the_placebo_chart_marks_this_deploy_beyond_what_is_normal(browser, failing):
    clean(browser, failing[0])
    words = browser.all("#c0m0 .placebo figcaption p")[0]
    chart = "#c0m0 .placebo svg"
    ticks = browser.run("return [...document.querySelectorAll(arguments[0])].map((t) => "
                        "[Number(t.getAttribute('x')), Number(t.textContent)])", f"{chart} .tick")
    (a, low), (b, high) = ticks[0], ticks[-1]

    def score(shape):
        x = points_of(browser.all(f"{chart} path.{shape}", "d")[0])[0][0][0]
        return low + (x - a) * (high - low) / (b - a)

    said = [float(n) for n in re.findall(r"(?:this deploy|stopped beyond) (-?[\d.]+)",
                                         " ".join(browser.all(f"{chart} text")))]
    assert len(said) == 2
    assert score("critical") == pytest.approx(said[0], rel=0.06)
    assert score("observed") >= score("critical") and said[1] > said[0]
    bars = points_of(browser.all(f"{chart} path.bars", "d")[0])[0]
    assert max(low + (x - a) * (high - low) / (b - a) for x, _ in bars) < said[1], "none so high"
    assert min(y for _, y in bars) == 56, "the tallest fills the chart"
    assert "not one of them scored as high" in words
    assert "1 time in 100" in words


def test_a_passing_report_is_folded_and_opens_what_its_table_leads_to(browser, root):
    write(root, numbers(1.0))
    path = report(root, code=0)
    clean(browser, path)
    assert browser.all("details.metric", "open") == [False, False]
    assert [text.strip() for text in browser.all(".metrics .pill")] == ["ok", "ok"]
    browser.run("document.querySelector('.metrics a[href=\"#c0m1\"]').click()")
    browser.wait("return document.getElementById('c0m1').open")
    words = browser.all("#c0m0 .placebo figcaption p")[0]
    beyond, share = re.search(r"([\d,]+) of them \(([\d.]+) %\) scored as high", words).groups()
    draws = re.search(r"The bars are ([\d,]+) comparisons", words).group(1)
    count = [int(n.replace(",", "")) for n in (beyond, draws)]
    assert 100 * count[0] / count[1] == pytest.approx(float(share), rel=0.06)


def test_pointing_and_arrow_keys_tell_a_points_numbers(browser, failing):
    path, data = failing
    clean(browser, path)

    def said():
        return browser.all("#c0m0 .readout")[0]

    def expected(time):
        mean = statistics.mean(data["latency", host, time] for host in CANARY)
        return f"canary {float(f'{mean:.3g}'):g} ms"

    slider = browser.driver.find_element("css selector", "#c0m0 .scrub")
    browser.run("arguments[0].focus()", slider)
    slider.send_keys("\ue011")  # Home
    clock = said()[:8]
    assert seconds_of(clock) == day(BEFORE[0])
    assert expected(BEFORE[0]) in said()
    slider.send_keys("\ue014")  # right
    assert seconds_of(said()[:8]) == day(BEFORE[1])
    assert expected(BEFORE[1]) in said()
    assert slider.get_attribute("aria-valuetext") == said()
    browser.run("""const svg = document.querySelector('#c0m0 .course svg');
        const box = svg.getBoundingClientRect();
        const x = Number(svg.dataset.x) + 5 * Number(svg.dataset.dx);
        svg.dispatchEvent(new PointerEvent('pointermove',
            {clientX: box.left + x * box.width / 640, clientY: box.top + 50}));""")
    assert seconds_of(said()[:8]) == day(BEFORE[5])
    assert expected(BEFORE[5]) in said()


@pytest.fixture(scope="module")
def every(tmp_path_factory):
    """A report of each kind."""
    root = ConfigRoot(tmp_path_factory.mktemp("every") / "root")
    reports = {}

    def keep(name, path):
        reports[name] = path.rename(path.with_name(f"{name}.html"))

    write(root, numbers(1.8))
    keep("fail", report(root, code=1))
    keep("soft", report(root, code=0, flags=["--soft-fail"]))
    write(root, numbers(1.0), ", detect: 2%")
    keep("undecided", report(root, code=1))
    write(root, numbers(1.0))
    keep("pass", report(root, code=0))
    root.check((CHECK % ("nobody-1, nobody-2", "")).replace("web-1, web-2", "nobody-3"), "other")
    keep("no_data", report(root, "other", code=1))
    for judge in ("kayenta", "mann-whitney"):
        write(root, numbers(1.8), f", method: {judge}")
        keep(judge, report(root, code=1))
    root.folder.joinpath("data.csv").unlink()
    keep("trouble", report(root, code=2))
    return reports


KINDS = ["fail", "soft", "undecided", "pass", "no_data", "kayenta", "mann-whitney",
         "trouble"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_report_is_accessible_and_fits_a_phone(browser, every, kind):
    clean(browser, every[kind], width=375)
    browser.unfold()
    assert browser.run("return document.documentElement.scrollWidth") == 375
    assert browser.axe() == []
    clean(browser, every[kind], scheme="dark")
    browser.unfold()
    assert browser.axe(["color-contrast", "link-in-text-block"]) == []


def test_light_and_dark_follow_the_reader(browser, every):
    papers = []
    for scheme in ("light", "dark"):
        clean(browser, every["pass"], scheme=scheme)
        papers.append(browser.run("return getComputedStyle(document.body).backgroundColor"))
    light, dark = ([int(n) for n in re.findall(r"\d+", paper)] for paper in papers)
    assert min(light) > 200 and max(dark) < 60


def test_without_scripts_nothing_but_the_pointing_is_missing(browser, every):
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        clean(browser, every["fail"])
        assert browser.all("#c0m0 .readout") == []
        assert browser.all("#c0m0 path.canary", "d")
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


EVIL = "</script><script>window.hurt=1</script><img src=x onerror=window.hurt=1>'`"


def test_hostile_names_are_only_text(browser, root):
    host = "h<script>window.hurt=1</script>"
    data = {**numbers(1.8),
            **{("latency", host, time): 100 for time in range(DEPLOYED - 5400, START + 400, STEP)}}
    write(root, data)
    check = root.folder / "checks/web.yaml"
    text = check.read_text()
    for plain in ("Orders & payments", "team-web", "name: latency"):
        key, value = plain.split(": ") if ": " in plain else (None, plain)
        text = text.replace(plain, f"{key + ': ' if key else ''}{json.dumps(value + EVIL)}")
    text = text.replace("web-10]", f"web-10, {json.dumps(host)}]")
    check.write_text(text)
    path = report(root, code=1)
    clean(browser, path)
    assert browser.run("return [window.hurt, document.scripts.length, document.images.length]") == [
        None, 2, 0]
    assert browser.run("return document.querySelectorAll('[onerror]').length") == 0
    assert any("<script>window.hurt=1</script>" in name for name in browser.all("#c0m0 .hosts b"))
    assert "<img src=x onerror=window.hurt=1>" in browser.all("#c0m0 h3")[0]


def test_fifty_metrics_of_fifty_hosts_stay_below_a_megabyte(browser, root):
    hosts = [f"worker-{i:02}.eu-central-1.example.com:9100" for i in range(50)]
    noise = random.Random(3)
    shape = [[round(noise.uniform(0.5, 1.5), 3) for _ in range(200)] for _ in range(20)]
    rows = ((time, host, f"m{m}", shape[(h + m) % 20][(time // STEP + 7 * h) % 200])
            for m in range(50) for h, host in enumerate(hosts)
            for time in range(DEPLOYED - 1500, START + 301, STEP))
    root.environment("backends:\n  default: {type: file, path: ../data.csv}\n")
    metrics = "\n".join(f"  - {{name: 'metric number {m}', query: m{m}, unit: ms, worse: higher}}"
                        for m in range(50))
    root.check("canary: {hosts: ['%s']}\nbaseline: {hosts: ['%s']}\n"
               "window: {warmup: 1m, duration: 5m, step: 15s}\n"
               "judge: {history: 0s, reference: 10m}\nmetrics:\n%s\n"
               % ("', '".join(hosts[:5]), "', '".join(hosts[5:]), metrics))
    root.numbers(rows)
    path = root.folder / "report.html"
    run("check", "web", "--config", root, "--deployed-at", DEPLOYED, "--report", f"html={path}")
    assert path.stat().st_size < 1_000_000
    clean(browser, path)
    assert len(browser.all(".course svg", "id")) == 50
    assert len(browser.all(".hosts svg", "id")) >= 300
