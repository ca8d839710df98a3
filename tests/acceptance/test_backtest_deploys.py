"""backtest --deploys: the real deploys that it replays come from a file, or from where deploys are
marked anyway, by canarygate's own notifier or by others; and the page that shows what came of them."""
import gzip
import json

import pytest

import fleet
import graphite_server
from browser import Browser
from notify_stub import API_KEY, APP_KEY, TOKEN, Datadog, Grafana, Service
from support import ConfigRoot, environment, run

CHECK = """canary: {hosts: [web-1, web-2]}
baseline: {hosts: [web-3, web-4, web-5, web-6, web-7, web-8]}
window: {warmup: 20s, duration: 100s, step: 10s}
judge: {method: threshold, history: 100s, reference: 100s}
metrics:
  - {name: latency, query: latency, host_label: host, limit: {max: 1}}
  - {name: rate, query: requests, host_label: host, limit: {min: 1}}
"""
FIRST, SECOND, THIRD = (fleet.DEPLOYED_AT - back for back in (1500, 1000, 500))
DATADOG = "{type: datadog, url: '%s', api_key: {env: DD_API}, app_key: {env: DD_APP}}"
SECRETS = {"GRAFANA": TOKEN, "DD_API": API_KEY, "DD_APP": APP_KEY}


def bad_second(host, time):
    return 10 if host in fleet.CANARY and SECOND < time < SECOND + 200 else 1


def write(root, notify="", backends=""):
    fleet.write(root, {"latency": bad_second}, check=CHECK)
    root.environment(fleet.FILE.replace("}}", "}" + backends + "}") +
                     (f"notify: [{notify}]\n" if notify else ""))


def backtest(root, *flags):
    return run("backtest", "web", "--config", root, "--runs", 3, "--no-cache", "--no-history", "--since",
               fleet.FIRST, "--until", fleet.END, *flags, env=environment(**SECRETS))


def replayed(root, *sources):
    """[(when, what it is called, whether it would have been stopped, what people said, source)]"""
    answer = backtest(root, "--format", "json", *(flag for source in sources for flag in ("--deploys", source)))
    assert answer.code == 0, answer
    return [(deploy["deployed_at"], deploy["label"], deploy["stopped"], deploy["good"], deploy["source"])
            for deploy in json.loads(answer.out)["real"]["deploys"]]


def told(root, *times, **ci):
    """The notifier's own events of a run for each of the deploys."""
    for time in times:
        answer = run("check", "web", "--config", root, "--deployed-at", time, "--no-history",
                     env=environment(**SECRETS, **ci))
        assert answer.code in (0, 1) and "warning" not in answer.err, answer


AT_FIRST, AT_SECOND, AT_THIRD = "2024-10-15T11:35:00Z", "2024-10-15T11:43:20Z", "2024-10-15T11:51:40Z"


# --- files ------------------------------------------------------------------------------------

def test_deploys_of_a_file_are_replayed(root):
    write(root)
    table = root.folder / "deploys.csv"
    table.write_text(f"time,label,good\n{THIRD},v3,\n{FIRST},v1,yes\n{SECOND},v2,no\n"
                     f"{fleet.FIRST - 1},too early,\n")
    expected = [(AT_FIRST, "v1", False, True, f"{table}:3"), (AT_SECOND, "v2", True, False, f"{table}:4"),
                (AT_THIRD, "v3", False, None, f"{table}:2")]
    assert replayed(root, table) == expected
    lines = root.folder / "deploys.jsonl.gz"
    lines.write_bytes(gzip.compress(json.dumps({"time": FIRST, "label": "the same", "good": True}).encode()))
    assert replayed(root, table, lines) == [(AT_FIRST, "the same", False, True, f"{table}:3"), *expected[1:]]


def test_the_canary_of_a_deploy_may_be_another_than_todays(root):
    write(root)
    (root.folder / "deploys.csv").write_text(f"time,canary\n{SECOND},web-5 web-6\n")
    assert [deploy[2] for deploy in replayed(root, root.folder / "deploys.csv")] == [False]


def test_a_file_that_cannot_be_read_ends_it_with_the_place(root):
    write(root)
    table = root.folder / "deploys.csv"
    table.write_text("time\nyesterday\n")
    answer = backtest(root, "--deploys", table)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (f"canarygate: --deploys: {table}:2: 'yesterday' is no time; expected Unix seconds or "
                          "RFC 3339, as in 2026-11-20T14:03:20Z\n")
    answer = backtest(root, "--deploys", "grafana-annotation:deploy")
    assert (answer.code, answer.err) == (
        2, "canarygate: --deploys: there is no file 'grafana-annotation:deploy' (did you mean "
           "'grafana-annotations'?); deploys come from a file, or from datadog-events, "
           "grafana-annotations or graphite-events\n")


# --- events -----------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def graphite():
    if graphite_server.missing():
        pytest.skip(graphite_server.missing())
    with graphite_server.Store() as store, graphite_server.Frontend(store) as web:
        yield web


def test_graphite_tells_of_deploys_that_the_notifier_or_others_have_written(root, graphite):
    write(root, f"{{type: graphite-events, url: '{graphite.url}'}}")
    # What others have in there.
    for what, when, tags in (("v3", THIRD, ["deploy", "web"]), ("of another", THIRD + 60, ["deploy", "other"]),
                             ("the second, begun", SECOND - 30, ["web", "deploy"])):
        assert graphite.post_event(what=what, when=when, tags=tags)[0] == 200
    assert replayed(root, "graphite-events:deploy,web") == [
        ("2024-10-15T11:42:50Z", "the second, begun", True, None, "graphite-events"),
        (AT_THIRD, "v3", False, None, "graphite-events")]
    assert replayed(root, "graphite-events") == []
    jenkins = {"JENKINS_URL": "https://ci.example.com/", "GIT_COMMIT": "7c1d0f2"}
    told(root, FIRST, SECOND, **jenkins)
    mine = [(AT_FIRST, "commit: 7c1d0f2", False, None, "graphite-events"),
            (AT_SECOND, "commit: 7c1d0f2", True, None, "graphite-events")]
    assert replayed(root, "graphite-events") == mine
    assert replayed(root, "graphite-events:deploy,web") == [
        mine[0], (AT_SECOND, "the second, begun", True, None, "graphite-events"),
        (AT_THIRD, "v3", False, None, "graphite-events")]


def test_grafana_tells_of_deploys_that_the_notifier_or_others_have_written(root):
    grafana = Grafana()
    with Service(grafana) as service:
        write(root, f"{{type: grafana-annotation, url: '{service.url}', auth: {{bearer: {{env: GRAFANA}}}}}}")
        told(root, SECOND)
        grafana.annotations[2] = {"time": THIRD * 1000, "text": "<b>v3</b>", "tags": ["deploy", "web"]}
        grafana.annotations[3] = {"time": THIRD * 1000, "text": "other", "tags": ["deploy"]}
        found = replayed(root, "grafana-annotations:deploy,web")
    assert service.refused == []
    assert [(deploy[0], deploy[2]) for deploy in found] == [(AT_SECOND, True), (AT_THIRD, False)]
    assert found[0][1].startswith("canarygate ") and found[1][1] == "v3"


def test_datadog_tells_of_deploys_that_the_notifier_or_others_have_written(root):
    datadog = Datadog()
    with Service(datadog) as service:
        write(root, f"{{type: datadog-event, url: '{service.url}', api_key: {{env: DD_API}}}}",
              ", dd: " + DATADOG % service.url)
        datadog.events += [{"date_happened": THIRD, "title": "v3", "text": "", "tags": ["deploy", "service:web"]},
                           {"date_happened": THIRD, "title": "other", "text": "", "tags": ["deploy"]}]
        assert replayed(root, "datadog-events:deploy,service:web") == [
            (AT_THIRD, "v3", False, None, "datadog-events")]
    assert service.refused == []


def test_events_that_cannot_be_had_end_it_with_the_cause(root):
    def deny(request):
        request.parameters("from", "to", "type", "matchAny", "limit", "tags")
        return 403, '{"message": "Access denied"}', "application/json"

    with Service(deny) as service:
        host = service.url.removeprefix("http://")
        write(root, f"{{type: grafana-annotation, url: '{service.url}', auth: {{bearer: {{env: GRAFANA}}}}}}")
        answer = backtest(root, "--deploys", "grafana-annotations")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        f"canarygate: --deploys: grafana-annotations: {host} does not allow this query (403: Access denied). "
        "Sent was `auth.bearer` from the environment variable GRAFANA, which must be allowed "
        "`annotations:read`; check that it is right and still valid\n")


# --- the page ---------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def browser():
    found = Browser()
    yield found
    found.quit()


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    root = ConfigRoot(tmp_path_factory.mktemp("page") / "root")
    write(root)
    (root.folder / "deploys.csv").write_text(
        f"time,label,good\n{FIRST},<i>v1</i>,yes\n{SECOND},v2,no\n{fleet.FIRST + 1},v0,\n")
    path = root.folder / "new" / "backtest.html"
    answer = backtest(root, "--deploys", root.folder / "deploys.csv", "--html", path)
    assert answer.code == 0, answer
    return path


def test_the_page_shows_what_came_of_each_deploy(browser, page):
    assert browser.open(page) == ([], [])
    assert browser.all("h1") == ["It would have stopped none of 3 deploys with nothing wrong"]
    assert browser.all("h2") == ["What this means", "False stops", "What it finds",
                                 "What other settings would give", "Real deploys", "How it was run"]
    rows = browser.run("""return [...document.querySelectorAll('table')].find(
        (t) => t.caption.textContent.startsWith('Real deploys')).innerText.split('\\n').slice(2)""")
    text = "\n".join(rows)
    assert text.index("2024-10-15 11:43:20") < text.index("2024-10-15 11:35:00"), "the youngest first"
    for part in ("v2", "fail", "yes after", "bad", "<i>v1</i>", "pass", "good", "deploys.csv:2"):
        assert part in text
    assert browser.all("i") == []


def test_a_detection_curve_is_where_its_shares_are(browser, page):
    browser.open(page)
    figures = browser.run("""return [...document.querySelectorAll('figure.placebo svg')].map((svg) => ({
        words: svg.getAttribute('aria-label'),
        goal: svg.querySelector('path.limit').getBBox().y,
        dots: [...svg.querySelectorAll('rect.bars')].map((r) => r.y.baseVal.value + r.height.baseVal.value / 2),
        ticks: [...svg.querySelectorAll('path.grid')].map((p) => p.getBBox().y)}))""")
    assert [figure["words"].split(":")[0] for figure in figures] == ["latency", "rate"]
    for figure in figures:
        nothing, *_, everything = figure["ticks"]
        assert figure["goal"] == pytest.approx(nothing + 0.8 * (everything - nothing), abs=0.2)
        # Neither a limit of 1 s at 0.2 s nor one of 1 at 1000 sees a doubling.
        assert figure["dots"] == pytest.approx([nothing] * 5, abs=0.2)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 360])
def test_the_page_is_accessible_and_fits_a_phone(browser, page, scheme, width):
    assert browser.open(page, scheme=scheme, width=width) == ([], [])
    assert browser.run("return document.documentElement.scrollWidth") == width
    assert browser.axe() == []
    assert browser.axe(["color-contrast", "link-in-text-block"]) == []


def test_a_page_that_cannot_be_written_is_told(root):
    write(root)
    (root.folder / "file").write_text("")
    answer = backtest(root, "--html", root.folder / "file" / "page.html")
    assert answer.code == 2
    assert f"cannot write the page '{root.folder / 'file' / 'page.html'}'" in answer.err
