"""What speaks Prometheus' API, each with what is peculiar to it: VictoriaMetrics (a real one), Thanos
(its parameters and partial answers), Cortex and Mimir (tenants, prefixes, basic credentials), and pairs
of Prometheus servers that scrape the same hosts."""
import base64
import contextlib
import json
import time
import urllib.parse
import urllib.request

import pytest

import fleet
from prometheus_server import PrometheusServer
from servers import Quiet, serving
from support import HANG, PROGRAM, Answer, check, environment, example_script, read_reports, start
from victoria_server import VictoriaServer

pytestmark = pytest.mark.server
AT = ("--deployed-at", str(fleet.DEPLOYED_AT))
BAD = {"latency": fleet.after_deploy(3), "errors": fleet.after_deploy(5)}

demo = example_script("demo_prometheus")
demo.PROGRAM = PROGRAM


def rows(bends=None, shift=0):
    """The fleet's numbers, `shift` seconds later than they are."""
    return [(time + shift, host, metric, value)
            for time, host, metric, value in fleet.rows(bends)]


def prometheus(data, flags=()):
    fields = ("time", "host", "metric", "value")
    return PrometheusServer(demo.openmetrics([dict(zip(fields, map(str, row))) for row in data]),
                            flags=flags)


def use(root, *urls, more="", metrics=fleet.METRICS):
    fleet.write(root, check=fleet.CHECK + metrics, environment=f"""
backends:
  default: {{type: prometheus, urls: {json.dumps(urls)}, scrape_interval: 5s{more}}}
""")


def words(answer):
    return " ".join(answer.out.split())


# VictoriaMetrics

@pytest.mark.parametrize("bends, code", [({}, 0), (BAD, 1), ({"*": fleet.after_deploy(None)}, 1)],
                         ids=["good", "bad", "silent"])
def test_victoria_metrics_judges_as_a_file_does(root, bends, code):
    fleet.write(root, bends)
    expected = check(root, "web", *AT).json
    with VictoriaServer() as server:
        server.put(rows(bends))
        for url in (server.url, server.url + "/prometheus"):
            use(root, url)
            said = check(root, "web", *AT)
            assert said.code == code, said
            assert list(demo.differences(expected, said.json)) == []


def test_victoria_metrics_refuses_a_query_with_422_and_knows_more_than_promql(root):
    with VictoriaServer() as server:
        server.put(rows())
        use(root, server.url, metrics="""
metrics:
  - {name: latency, query: "sum(latency", host_label: host, worse: higher}
""")
        said = check(root, "web", *AT)
        assert said.code == 2, said
        assert "refuses the query: " in words(said) and "(422). Correct the query: sum(latency" in words(said)
        use(root, server.url, metrics="""
metrics:
  - {name: latency, query: "WITH (x = latency) x", host_label: host, worse: higher}
""")
        said = check(root, "web", *AT)
        assert said.code == 0, said
        told = " ".join(warning["text"] for warning in said.json["warnings"])
        assert "canarygate cannot read this query itself" in told, said


# Thanos

class Thanos:
    """In front of a Prometheus, with the parameters of a Thanos querier: it answers in part, with a
    warning, unless it is told not to, which makes a store that is down an error."""

    def __init__(self, upstream, store_is_down):
        self.upstream = upstream
        self.store_is_down = store_is_down
        self.seen = []

    def serve(self):
        thanos = self

        class Querier(Quiet):
            def do_GET(self):
                form = self.form()
                thanos.seen.append(form)
                down = "fetch series for 10.0.0.3:10901: connection refused"
                if thanos.store_is_down and form.get("partial_response") == "false":
                    self.answer(422, json.dumps({"status": "error", "errorType": "execution",
                                                 "error": down}))
                    return
                path = urllib.parse.urlsplit(self.path).path
                url = f"{thanos.upstream}{path}?{urllib.parse.urlencode(form)}"
                with urllib.request.urlopen(url, timeout=HANG) as reply:
                    document = json.load(reply)
                if thanos.store_is_down:
                    document["warnings"] = [down]
                self.answer(200, json.dumps(document))
        return serving(Querier)


def test_thanos_is_told_how_to_answer_and_a_part_is_never_judged(root):
    told = ', parameters: {dedup: "true", partial_response: "false"}'
    with prometheus(rows()) as server:
        whole, broken = Thanos(server.url, False), Thanos(server.url, True)
        with whole.serve() as good_url, broken.serve() as bad_url:
            use(root, good_url, more=told)
            assert check(root, "web", *AT).code == 0
            assert all((form["dedup"], form["partial_response"]) == ("true", "false")
                       for form in whole.seen) and whole.seen
            use(root, bad_url)
            said = check(root, "web", *AT)
            assert said.code == 2 and "has only a part of the data: fetch series" in words(said), said
            use(root, bad_url, more=told)
            said = check(root, "web", *AT)
            assert said.code == 2 and "connection refused" in words(said), said
            # Another querier may reach the store.
            use(root, bad_url, good_url)
            assert check(root, "web", *AT).code == 0


# Cortex, Mimir, and what is hosted of them

def cortex(upstream, prefix, tenant, password):
    """In front of a Prometheus: below `prefix` only, for one tenant's data only."""
    class Gateway(Quiet):
        def do_GET(self):
            form = self.form()
            path = urllib.parse.urlsplit(self.path).path
            login = base64.b64encode(f"user-1:{password}".encode()).decode()
            if self.headers.get("Authorization") != f"Basic {login}":
                self.answer(401, '{"status":"error","error":"authentication error: invalid token"}')
            elif not path.startswith(prefix + "/api/v1/"):
                self.answer(404, "404 page not found\n", "text/plain")
            elif "X-Scope-OrgID" not in self.headers:
                self.answer(401, "no org id\n", "text/plain")
            elif self.headers["X-Scope-OrgID"] != tenant:
                self.answer(200, '{"status":"success","data":{"resultType":"matrix","result":[]}}')
            else:
                url = f"{upstream}{path.removeprefix(prefix)}?{urllib.parse.urlencode(form)}"
                with urllib.request.urlopen(url, timeout=HANG) as reply:
                    self.answer(reply.status, reply.read().decode())
    return serving(Gateway)


AUTH = ", auth: {basic: {username: user-1, password: {env: API_KEY}}}"
TENANT = ", headers: {X-Scope-OrgID: team-a}"
KEY = environment(API_KEY="glc_right-key")


def test_cortex_and_mimir_want_a_prefix_a_tenant_and_credentials(root):
    with prometheus(rows()) as server:
        for prefix in ("/prometheus", "/api/prom"):
            with cortex(server.url, prefix, "team-a", "glc_right-key") as url:
                use(root, url + prefix, more=AUTH + TENANT)
                assert check(root, "web", *AT, env=KEY).code == 0

        def trouble(path, more, env, *told):
            use(root, url + path, more=more)
            said = check(root, "web", *AT, env=env)
            assert said.code == 2, said
            for text in told:
                assert text in words(said), said
            assert "key" not in words(said).replace("API_KEY", ""), said

        with cortex(server.url, "/prometheus", "team-a", "glc_right-key") as url:
            trouble("", AUTH + TENANT, KEY, "no Prometheus API at the address in `urls` (404)", "/prometheus")
            trouble("/prometheus", AUTH, KEY, "(401: no org id)", "`headers: {X-Scope-OrgID: …}`")
            trouble("/prometheus", AUTH + TENANT, environment(API_KEY="glc_old-key"),
                    "does not know who asks (401", "`auth.basic` from the environment variable API_KEY")


def test_an_unknown_tenant_looks_like_no_data_and_the_message_says_both(root):
    with prometheus(rows()) as server, \
            cortex(server.url, "/prometheus", "team-a", "glc_right-key") as url:
        use(root, url + "/prometheus", more=AUTH + TENANT.replace("team-a", "team-A"))
        said = check(root, "web", *AT, env=KEY)
    assert (said.code, said.json["verdict"]) == (1, "no_data"), said
    assert "there is no such data, or the tenant in `headers` (X-Scope-OrgID) is not the one" in words(said)


def test_a_prometheus_below_a_path(root):
    with contextlib.ExitStack() as stack:
        server = prometheus(rows(), flags=("--web.route-prefix=/prom",))
        server.url += "/prom"
        stack.enter_context(server)
        use(root, server.url)
        assert check(root, "web", *AT).code == 0


# Pairs

def test_one_of_a_pair_is_killed_in_mid_run_and_the_other_goes_on(root):
    # The numbers are all there; the window ends some seconds from now.
    deployed_at = int(time.time()) + 4 - (fleet.END - fleet.DEPLOYED_AT)
    data = rows(BAD, deployed_at - fleet.DEPLOYED_AT)
    reports = root.folder / "reports"
    with prometheus(data) as first, prometheus(data) as second:
        use(root, first.url, second.url)
        running = start("check", "web", "--config", root, "--deployed-at", str(deployed_at), "--debug",
                        "--report", f"json={reports / 'gate.json'}",
                        "--report", f"junit={reports / 'gate.xml'}")
        asked_first = next(line for line in running.stderr if "query_range" in line)
        first.process.kill()
        first.process.wait()
        out, err = running.communicate(timeout=HANG)
    said = read_reports(Answer(running.returncode, out, err), reports)
    assert str(first.port) in asked_first and str(second.port) in err
    assert (said.code, said.json["verdict"]) == (1, "fail"), said


@pytest.mark.parametrize("lost, verdict, points", [(10, "pass", 54), (60, "undecided", 0)])
def test_one_of_a_pair_restarted_and_lost_data_which_is_missing_and_nothing_else(root, lost, verdict,
                                                                               points):
    gap = range(fleet.START + 20, fleet.START + 20 + lost)
    with prometheus([row for row in rows() if row[0] not in gap]) as first, prometheus(rows()) as second:
        use(root, first.url, second.url)
        said = check(root, "web", *AT)
        use(root, second.url, first.url)
        assert check(root, "web", *AT).code == 0
    assert said.json["verdict"] == verdict, said
    # Of hosts with too few points none count.
    assert said.metric("latency")["baseline"]["points"] == points, said
