"""The gate over real Graphite: two frontends, each over a store of its own, as a redundant pair has
them. Both stores hold the same numbers, except where a test says otherwise."""
import random
import time

import pytest

import graphite_server
from graphite_server import Carbon, Frontend, Store
from support import check, finish, read_reports, run, start
from victoria_server import VictoriaServer

pytestmark = [pytest.mark.server, pytest.mark.skipif(graphite_server.missing() != "",
                                                     reason=graphite_server.missing())]

CANARY = "web-1.example.com"
HOSTS = [CANARY, *(f"web-{i}.example.com" for i in range(2, 7))]
HISTORY = 2700  # seconds of it, and
FUTURE = 60     # what the live run will see
ARCHIVES = ((1, 7200), (10, 8640))

CHECK = """
canary:   {hosts: [%s]}
baseline: {hosts: [%s]}
window:   {warmup: 5s, duration: 60s, step: 5s}
judge:    {history: 30m, reference: 2m, looks: 2}
metrics:
  - name: error ratio
    errors: aliasByNode({{fleet}}.{{hosts}}.web.errors, 1)
    total: aliasByNode({{fleet}}.{{hosts}}.web.requests, 1)
    worse: higher
    allow: 20%%
  - name: latency
    query: aliasByNode({{fleet}}.{{hosts}}.web.latency, 1)
    worse: higher
    allow: 20%%
""" % (CANARY, ", ".join(HOSTS[1:]))


def node(host):
    return host.replace(".", "_")


class Pair:
    """Two frontends over two stores, with the fleets `good` and `bad`, whose canary got worse at
    `deployed_at`, and `torn`, of whose canary the second store has almost nothing since then."""

    def __init__(self):
        self.now = int(time.time())
        self.deployed_at = self.now - 120
        self.stores = [Store(ARCHIVES), Store(ARCHIVES)]
        self.frontends = [Frontend(store) for store in self.stores]
        times = range(self.now - HISTORY, self.now + FUTURE)
        for fleet in ("good", "bad", "torn"):
            self.write(fleet, times, self.deployed_at)
        for store in self.stores:
            store.write("minutes.web.latency", {t: 1 for t in times}, archives=((60, 1440),))
            for host in HOSTS:
                store.write(f"latency;host={host};tier=web", {t: 0.2 for t in times})

    def write(self, fleet, times, deployed_at):
        rand = random.Random(1)
        for host in HOSTS:
            canary = host == CANARY
            worse = {t: fleet == "bad" and canary and t >= deployed_at for t in times}
            numbers = {
                "requests": {t: rand.randint(80, 120) for t in times},
                "errors": {t: rand.randint(6, 14) if worse[t] else rand.randint(0, 4) for t in times},
                "latency": {t: rand.uniform(0.18, 0.22) for t in times}}
            for name, values in numbers.items():
                self.stores[0].write(f"{fleet}.{node(host)}.web.{name}", values)
                if fleet == "torn" and canary:
                    values = {t: v for t, v in values.items() if t < deployed_at + 20}
                self.stores[1].write(f"{fleet}.{node(host)}.web.{name}", values)

    def urls(self):
        return [frontend.url for frontend in self.frontends]


@pytest.fixture(scope="module")
def pair():
    pair = Pair()
    with pair.stores[0], pair.stores[1], pair.frontends[0] as first, pair.frontends[1] as second:
        for frontend in (first, second):
            for host in HOSTS:
                frontend.tag(f"latency;host={host};tier=web")
        yield pair


def use(root, urls, text=CHECK):
    listed = ", ".join(f'"{url}"' for url in urls)
    root.environment(f"backends: {{default: {{type: graphite, urls: [{listed}], "
                     "scrape_interval: 1s}}\nvars: {fleet: good}\n")
    root.check(text)


def judge(root, pair, *flags):
    return check(root, "web", "--deployed-at", pair.deployed_at, "--no-wait", *flags)


def warnings(answer):
    return [warning["text"] for warning in answer.json["warnings"]]


def reasons(answer):
    return "\n".join(reason["text"] for reason in answer.json["reasons"])


def test_a_good_deploy_passes_and_a_bad_one_fails(pair, root):
    use(root, pair.urls())
    good = judge(root, pair)
    assert (good.code, good.json["verdict"]) == (0, "pass"), good
    assert not [text for text in warnings(good) if "frontend" in text or "lacks" in text], good
    bad = judge(root, pair, "--var", "fleet=bad")
    assert (bad.code, bad.json["verdict"]) == (1, "fail"), bad
    assert bad.metric("error ratio")["verdict"] == "fail"
    assert bad.metric("latency")["verdict"] != "fail"


def test_one_frontend_may_be_killed_while_the_gate_runs(pair, root):
    with Frontend(pair.stores[0]) as mortal:
        use(root, [mortal.url, pair.frontends[1].url],
            CHECK.replace("warmup: 5s, duration: 60s, step: 5s",
                          "warmup: 4s, duration: 10s, step: 1s"))
        now = int(time.time())
        pair.write("bad", range(now - HISTORY, now + FUTURE), now)
        gate = start("check", "web", "--config", root, "--var", "fleet=bad", "--deployed-at", now,
                     "--report", f"json={root}/reports/gate.json",
                     "--report", f"junit={root}/reports/gate.xml")
        for line in gate.stderr:
            if "waiting for look 1" in line:
                break
        mortal.stop()
        answer = read_reports(finish(gate), root.folder / "reports")
    assert (answer.code, answer.json["verdict"]) == (1, "fail"), answer
    assert answer.metric("error ratio")["verdict"] == "fail", answer
    host = pair.frontends[1].url.removeprefix("http://")
    assert any(text.startswith(f"only {host} answered, the other of the pair did not: ")
               for text in warnings(answer)), answer


@pytest.mark.parametrize("order", [1, -1], ids=["fuller first", "fuller last"])
def test_of_a_pair_that_disagrees_the_fuller_is_taken(pair, root, order):
    use(root, pair.urls()[::order])
    answer = judge(root, pair, "--var", "fleet=torn")
    assert (answer.code, answer.json["verdict"]) == (0, "pass"), answer
    full, torn = (frontend.url.removeprefix("http://") for frontend in pair.frontends)
    assert any(text.startswith(f"{torn} lacks numbers that {full} has; the fuller answer was taken: ")
               for text in warnings(answer)), answer
    use(root, pair.urls()[1:])
    alone = judge(root, pair, "--var", "fleet=torn")
    assert alone.code == 1, alone
    assert alone.json["verdict"] != "pass", alone


def test_steps_coarser_than_the_checks_are_refused_with_both(pair, root):
    use(root, pair.urls()[:1], CHECK.replace("{{fleet}}.{{hosts}}.web.latency", "minutes.web.latency"))
    answer = judge(root, pair)
    assert (answer.code, answer.json["verdict"]) == (2, "trouble"), answer
    assert " answers in steps of 1m, and the check's step is 5s. Make `window.step` 1m or a " \
           "multiple of it" in reasons(answer), answer


def test_history_beyond_the_finest_archive_is_left_out_and_that_is_said(pair, root):
    pair.write("old", range(pair.now - HISTORY, pair.now), 0)
    for host in HOSTS:  # numbers that would change the verdict, in the coarse archive only
        for name, value in (("errors", 200), ("requests", 100), ("latency", 9)):
            pair.stores[0].write(f"old.{node(host)}.web.{name}",
                                 {t: value for t in range(pair.now - 5 * 3600, pair.now - 7200, 10)})
    use(root, pair.urls()[:1], CHECK.replace("history: 30m", "history: 3h").replace("step: 5s", "step: 10s"))
    answer = judge(root, pair, "--var", "fleet=old")
    assert (answer.code, answer.json["verdict"]) == (0, "pass"), answer
    assert any(" in steps of 10s, and later ones in steps of 1s; the earlier ones were left out"
               in text for text in warnings(answer)), answer


def test_hosts_by_tags_are_found_by_a_regular_expression(pair, root):
    query = "seriesByTag('name=latency', 'host=~^({{hosts}})$')"
    use(root, pair.urls(), CHECK[:CHECK.index("metrics:")] + f"""metrics:
  - {{name: latency, query: "{query}", host_label: host, worse: higher, allow: 20%}}
""")
    answer = judge(root, pair)
    assert answer.metric("latency")["canary"]["hosts"] == 1, answer
    assert answer.metric("latency")["baseline"]["hosts"] == len(HOSTS) - 1, answer


@pytest.mark.parametrize("query, said", [
    ("nosuch({{fleet}}.{{hosts}}.web.latency)",
     "refuses the query: Invalid parameters (Received request for unknown function: nosuch)"),
    ("aliasByNode(scale({{fleet}}.{{hosts}}.web.latency), 1)",
     "failed at this query: TypeError: scale() missing 1 required positional argument: 'factor' (500)"),
])
def test_what_the_server_says_of_a_wrong_query_is_shown(pair, root, query, said):
    use(root, pair.urls()[:1], CHECK.replace("aliasByNode({{fleet}}.{{hosts}}.web.latency, 1)", query))
    answer = judge(root, pair)
    assert (answer.code, answer.json["verdict"]) == (2, "trouble"), answer
    assert said in reasons(answer), answer


def test_a_victoria_metrics_that_has_no_render_api_is_told_apart_from_a_wrong_query(pair, root):
    with VictoriaServer() as server:
        use(root, [server.url])
        answer = judge(root, pair)
    assert (answer.code, answer.json["verdict"]) == (2, "trouble"), answer
    assert ("has no Graphite Render API at the address in `urls` (400: unsupported path). Does it need another path, "
            "or is it a VictoriaMetrics that is too old to have one?") in reasons(answer), answer


def test_a_target_that_graphite_would_answer_with_nothing_is_refused_offline(root):
    use(root, ["http://127.0.0.1:1"], CHECK.replace(".web.latency, 1)", ".web.latency, 1"))
    answer = run("validate", "--config", root)
    assert answer.code == 2, answer
    assert "backend 'default' (type graphite) cannot evaluate this query: column 12 of it: this '(' " \
           "is never closed" in answer.out + answer.err, answer


def test_what_carbon_is_sent_at_a_time_stands_at_the_beginning_of_its_step(pair):
    step = int(time.time()) // 10 * 10 - 60
    with Carbon(pair.stores[0], archives=((10, 360),)) as carbon:
        for when, value in ((step, 1), (step + 9, 2), (step + 10, 3)):
            carbon.send("live.web-1.depth", when, value)
        # `from` itself is left out; within a step the last value stays.
        expected = [(step, 2.0), (step + 10, 3.0), (step + 20, None)]
        deadline = time.monotonic() + graphite_server.PATIENCE
        found = None
        while found != expected and time.monotonic() < deadline:
            found = pair.frontends[0].render("live.*.depth", step - 10, step + 20).get("live.web-1.depth")
    assert found == expected


def test_a_frontend_takes_events(pair):
    web = pair.frontends[0]
    assert web.post_event(what="canary failed", tags=["canarygate", "web"], data="x") == (200, "")
    assert [event["what"] for event in web.events("canarygate", "web")] == ["canary failed"]
