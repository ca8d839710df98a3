"""notify: others are told of the start and the verdict, and the run never depends on it."""
import json
import re
import shutil
import signal
import socket
import time
import urllib.request

import pytest

import fleet
import graphite_server
import notify_stub
import statsd_server
from notify_stub import Grafana, Service, anything
from programs import PATIENCE, Program, accepts, free_port
from servers import silent
from support import ROOT, environment, finish, read_reports, run, start

AT = ("--deployed-at", str(fleet.DEPLOYED_AT))
BAD = {"latency": fleet.after_deploy(3)}
JENKINS = {"JENKINS_URL": "https://ci.example.com/", "BUILD_URL": "https://ci.example.com/job/web/4711/",
           "GIT_COMMIT": "7c1d0f2", "GIT_BRANCH": "main", "CHANGE_AUTHOR": "jane@example.com",
           "CHANGE_URL": "https://git.example.com/web/pull/17", "BUILD_USER_ID": "joe"}


def listen(root, *entries):
    """Puts `notify` with these entries into the environment."""
    lines = "".join(f"  - {entry}\n" for entry in entries)
    root.environment(fleet.FILE + f"notify:\n{lines}")


def check(root, *flags, names=("web",), **variables):
    folder = root.folder / "reports"
    answer = run("check", *names, "--config", root, "--report", f"json={folder / 'gate.json'}",
                 "--report", f"junit={folder / 'gate.xml'}", *AT, *flags, env=environment(**variables))
    return read_reports(answer, folder)


@pytest.fixture
def bad(root):
    fleet.write(root, BAD)
    return root


@pytest.fixture
def good(root):
    fleet.write(root)
    return root


def warnings(answer):
    return [line for line in answer.err.splitlines() if "notify" in line]


# --- real servers -----------------------------------------------------------------------------

class Graphite:
    """carbon with graphite-web in front, of which every second is kept."""

    def __init__(self, carbon, web):
        self.carbon, self.web = carbon, web
        self.since = int(time.time())

    def numbers(self, path):
        points = self.web.render(path, self.since - 60, int(time.time()) + 60).get(path, [])
        return [value for _, value in points if value is not None]


@pytest.fixture(scope="module")
def graphite():
    if graphite_server.missing():
        pytest.skip(graphite_server.missing())
    with graphite_server.Store(((1, 3600),)) as store, graphite_server.Carbon(store) as carbon, \
         graphite_server.Frontend(store, carbon) as web:
        yield Graphite(carbon, web)


def wait_for(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_graphite_has_an_event_for_the_deploy_and_one_for_the_verdict(bad, graphite):
    web = graphite.web
    listen(bad, f"{{type: graphite-events, url: '{web.url}', tags: [\"of team web\"]}}")
    before = int(time.time())
    answer = check(bad, **JENKINS)
    assert (answer.code, warnings(answer)) == (1, [])
    (begun,) = web.events("canarygate", "start", "check:web")
    (decided,) = web.events("verdict:fail", "environment:test", "of_team_web")
    assert begun["when"] == fleet.DEPLOYED_AT
    assert begun["what"] == ("STARTED: the canary of web in test, deployed at 2024-10-15T12:00:00Z, "
                             "is watched for 1m40s")
    assert before <= decided["when"] <= time.time()
    assert decided["what"] == answer.out.splitlines()[0]
    for line in ("build: https://ci.example.com/job/web/4711/", "commit: 7c1d0f2",
                 "author: jane@example.com", "pull request: https://git.example.com/web/pull/17",
                 "started by: joe", f"canarygate {answer.json['canarygate']}, run {answer.json['run_id']}"):
        assert line in decided["data"].splitlines(), decided
    assert "What to do now: canarygate only reports" in decided["data"]


class Pushgateway(Program):
    def __init__(self):
        super().__init__("pushgateway")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self):
        self.run("prometheus-pushgateway", f"--web.listen-address=127.0.0.1:{self.port}",
                 ready=lambda: accepts(self.port))


def scraped(url):
    """{(metric, its labels but job and instance): value} of what is ours."""
    with urllib.request.urlopen(url + "/metrics") as reply:
        text = reply.read().decode()
    samples = {}
    for name, labels, value in re.findall(r'^(canarygate_\w+){(.*)} (\S+)$', text, re.M):
        pairs = dict(re.findall(r'(\w+)="([^"]*)"', labels))
        assert pairs.pop("job") == "canarygate"
        pairs.pop("instance", None)
        samples[name, tuple(sorted(pairs.items()))] = float(value)
    return samples


def test_a_pushgateway_has_the_numbers_of_the_last_verdict(bad):
    if not shutil.which("prometheus-pushgateway"):
        pytest.skip("prometheus-pushgateway is missing; `deps/install test` installs it")
    group = (("check", "web"), ("environment", "test"))
    latency = (group[0], group[1], ("metric", "latency"))
    with Pushgateway() as gateway:
        url = gateway.url
        listen(bad, f"{{type: pushgateway, url: '{url}'}}")
        soft = check(bad, "--soft-fail")
        assert (soft.code, warnings(soft)) == (0, [])
        samples = scraped(url)
        assert samples["canarygate_would_have_failed", group] == 1
        assert samples["canarygate_exit_code", group] == 0
        assert samples["canarygate_verdict", (*group, ("verdict", "fail"))] == 1
        assert samples["canarygate_verdict", (*group, ("verdict", "pass"))] == 0
        assert samples["canarygate_metric_failed", latency] == 1
        found = soft.metric("latency")
        assert samples["canarygate_metric_effect_ratio", latency] == pytest.approx(found["effect"]["estimate"])
        assert samples["canarygate_metric_canary_mean", latency] == pytest.approx(found["canary"]["mean"])

        fleet.write(bad)  # and now it is well, and one metric less
        bad.check(fleet.CHECK + "metrics: [{name: requests, query: requests, host_label: host, worse: higher}]\n")
        listen(bad, f"{{type: pushgateway, url: '{url}'}}")
        assert check(bad).code == 0
        after = scraped(url)
        assert after["canarygate_would_have_failed", group] == 0
        assert ("canarygate_metric_failed", latency) not in after


def test_graphite_charts_what_was_sent_to_carbon(bad, graphite):
    listen(bad, f"{{type: graphite-plaintext, address: '127.0.0.1:{graphite.carbon.port}', prefix: deploys.test}}")
    answer = check(bad, "--soft-fail")
    assert (answer.code, warnings(answer)) == (0, [])
    stem = "deploys.test.web."
    found = answer.metric("latency")
    for name, expected in (("would_have_failed", 1), ("verdict.fail", 1), ("verdict.pass", 0),
                           ("metric.latency.effect", pytest.approx(found["effect"]["estimate"])),
                           ("metric.latency.canary", pytest.approx(found["canary"]["mean"]))):
        wait_for(lambda path=stem + name: graphite.numbers(path))  # carbon takes one after the other
        assert graphite.numbers(stem + name) == [expected]
    wait_for(lambda: graphite.numbers(stem + "duration"))
    assert graphite.numbers(stem + "duration")[0] > 0


def test_statsd_counts_and_carbon_keeps_it(root, graphite):
    if statsd_server.missing():
        pytest.skip(statsd_server.missing())
    # The canary is lower here, so that the gauge is negative.
    fleet.write(root, {"latency": fleet.after_deploy(0.4)},
                check=fleet.CHECK + "metrics: [{name: p99 latency, query: latency, host_label: host, worse: lower}]\n")
    with statsd_server.Statsd(graphite.carbon) as statsd:
        listen(root, f"{{type: statsd, address: '127.0.0.1:{statsd.port}'}}")
        answer = check(root, "--soft-fail")
        assert (answer.code, warnings(answer)) == (0, [])
        effect = "stats.gauges.canarygate.web.metric.p99_latency.effect"
        wait_for(lambda: graphite.numbers(effect))
        assert graphite.numbers(effect)[-1] == pytest.approx(answer.metric("p99 latency")["effect"]["estimate"])
        assert graphite.numbers(effect)[-1] < -0.4
        assert "canarygate.web.duration" in statsd.ask("timers")
        for counted in ("would_have_failed", "verdict.fail"):
            wait_for(lambda name=f"stats.counters.canarygate.web.{counted}.count": sum(graphite.numbers(name)) == 1)
        assert sum(graphite.numbers("stats.counters.statsd.bad_lines_seen.count")) == 0


def test_dogstatsd_gets_datagrams_with_tags(bad):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as agent:
        agent.bind(("127.0.0.1", 0))
        agent.settimeout(PATIENCE)
        listen(bad, f"{{type: dogstatsd, address: '127.0.0.1:{agent.getsockname()[1]}', tags: ['team:web']}}")
        answer = check(bad)
        assert (answer.code, warnings(answer)) == (1, [])
        lines = agent.recv(65536).decode().split("\n")
        assert "canarygate.would_have_failed:1|c|#check:web,environment:test,team:web" in lines
        assert "canarygate.verdict:1|c|#check:web,environment:test,team:web,verdict:fail" in lines


def test_numbers_that_nobody_takes_are_a_warning(bad):
    port = free_port()
    listen(bad, f"{{type: graphite-plaintext, address: '127.0.0.1:{port}'}}",
           "{type: graphite-plaintext, address: no-such-host.invalid}")
    answer = check(bad)
    assert answer.code == 1
    assert warnings(answer) == [
        f"canarygate: warning: notify: graphite-plaintext: 127.0.0.1:{port}: nobody listens there (connection "
        "refused); check host and port in `address`",
        "canarygate: warning: notify: graphite-plaintext: no-such-host.invalid:2003: no such host; check the name "
        "in `address` and this machine's DNS"]


# --- services of the net ------------------------------------------------------------------------

def test_services_take_what_they_are_sent(bad):
    grafana_api = Grafana()
    with Service(notify_stub.slack) as slack, Service(notify_stub.pagerduty) as pagerduty, \
         Service(notify_stub.datadog) as datadog, Service(grafana_api) as grafana:
        listen(bad,
               "{type: slack, webhook: {env: SLACK_WEBHOOK}}",
               f"{{type: pagerduty-change, routing_key: {{env: PD_KEY}}, url: '{pagerduty.url}'}}",
               f"{{type: datadog-event, api_key: {{file: '{bad}/dd.key'}}, url: '{datadog.url}'}}",
               f"{{type: grafana-annotation, url: '{grafana.url}', auth: {{bearer: {{env: GRAFANA_TOKEN}}}}}}")
        bad.write("dd.key", notify_stub.API_KEY + "\n")
        secrets = {"SLACK_WEBHOOK": slack.url + notify_stub.SLACK_PATH, "PD_KEY": notify_stub.ROUTING_KEY,
                   "GRAFANA_TOKEN": notify_stub.TOKEN}
        answer = check(bad, "--override", "known <b>issue</b> of *web*", **secrets, **JENKINS)
        assert (answer.code, warnings(answer)) == (0, [])
        headline = answer.out.splitlines()[0]
        assert headline.startswith("OVERRIDDEN")
        begun, decided = slack.bodies()
        assert begun["text"].startswith("🐤 STARTED: the canary of web in test")
        assert decided["text"] == "⚠️ " + headline
        assert "The deploy goes on whatever the verdict." in json.dumps(begun)
        said = json.dumps(decided, ensure_ascii=False)
        assert r'Overridden by joe: \"known &lt;b&gt;issue&lt;/b&gt; of *web*\"' in said
        assert "<https://ci.example.com/job/web/4711/|build>" in said
        assert [event["payload"]["summary"] for event in pagerduty.bodies()][1] == headline
        first, second = datadog.bodies()
        assert (first["alert_type"], second["alert_type"]) == ("info", "warning")
        assert grafana.refused == []
        (annotation,) = grafana_api.annotations.values()
        assert annotation["time"] == fleet.DEPLOYED_AT * 1000 and annotation["timeEnd"] > annotation["time"]
        assert annotation["text"].startswith(headline)


def test_a_webhook_gets_its_own_body(good):
    with anything(204) as hook:
        good.environment(fleet.FILE + f"""
notify:
  - type: webhook
    url: {hook.url}/deploys
    headers: {{X-Token: {{env: HOOK_TOKEN}}}}
    send: verdict
    body: |
      {{"title": "{{{{headline}}}}", "code": {{{{exit_code}}}}, "run": "{{{{ run_id }}}}"}}
""")
        answer = check(good, HOOK_TOKEN="opensesame")
        assert (answer.code, warnings(answer)) == (0, [])
        (request,) = hook.requests
        assert (request.method, request.path, request.headers["X-Token"]) == ("POST", "/deploys", "opensesame")
        assert json.loads(request.body) == {"title": answer.out.splitlines()[0], "code": 0,
                                            "run": answer.json["run_id"]}


# --- when ---------------------------------------------------------------------------------------

def events(service):
    return [(body["event"], body["check"], body.get("verdict")) for body in service.bodies()]


def test_each_check_of_a_run_is_told_of(bad):
    bad.check(fleet.CHECK + "metrics: [{name: requests, query: requests, host_label: host, worse: higher}]\n", "busy")
    with anything() as hook:
        listen(bad, f"{{type: webhook, url: '{hook.url}'}}")
        answer = check(bad, names=("web", "busy"))
        assert answer.code == 1
        assert sorted(events(hook), key=str) == [("start", "busy", None), ("start", "web", None),
                                                 ("verdict", "busy", "pass"), ("verdict", "web", "fail")]
        for body in hook.bodies():  # the same run as in the reports
            report = next(r for r in answer.json["checks"] if r["check"] == body["check"])
            assert body["run_id"] == report["run_id"]


def test_the_deploy_command_makes_the_start(good):
    with anything() as hook:
        listen(good, f"{{type: webhook, url: '{hook.url}'}}")
        folder = good.folder / "reports"
        answer = run("check", "web", "--config", good, "--deploy", "date +%s%3N > reports/began; exit 3",
                     "--report", f"json={folder / 'gate.json'}", env=environment(), cwd=good.folder)
        assert answer.code == 2, answer
        first, second = hook.bodies()
        assert first["event"] == "start" and "is being deployed" in first["headline"]
        assert second["verdict"] == "trouble" and "the deploy command failed" in second["headline"]
        assert second["deployed_at"] == first["time"]
        assert "What to do" not in second["headline"] and second["what_to_do"].startswith("See what the deploy")


@pytest.mark.parametrize("way", [("--no-notify",), {"CANARYGATE_NO_NOTIFY": "1"}])
def test_no_notify_tells_nobody(bad, way):
    with anything() as hook:
        listen(bad, f"{{type: webhook, url: '{hook.url}'}}")
        answer = check(bad, *way) if isinstance(way, tuple) else check(bad, **way)
        assert (answer.code, hook.requests, warnings(answer)) == (1, [], [])


def test_without_an_environment_the_root_file_says_who_is_told(good):
    with anything() as hook:
        good.write("canarygate.yaml", "version: 1\nbackends: {default: {type: file, path: data.csv}}\n"
                                      f"notify: [{{type: webhook, url: '{hook.url}'}}]\n")
        assert check(good).code == 0
        assert events(hook) == [("start", "web", None), ("verdict", "web", "pass")]


def test_a_definition_that_is_not_valid_tells_nobody(bad):
    with anything() as hook:
        listen(bad, f"{{type: webhook, url: '{hook.url}'}}")
        bad.check(fleet.CHECK, "web")  # without metrics
        answer = check(bad)
        assert (answer.code, hook.requests) == (2, [])


@pytest.mark.parametrize("bend, flags, code, verdict, opening", [
    (None, (), 2, "trouble", "TROUBLE"),
    (fleet.after_deploy(None, fleet.HOSTS), (), 1, "no_data", "STOPPED"),
    (fleet.after_deploy(None, fleet.HOSTS), ("--soft-fail",), 0, "no_data", "WARNING, NOT STOPPED"),
])
def test_what_is_no_verdict_on_the_canary_is_told_as_well(root, bend, flags, code, verdict, opening):
    fleet.write(root, {"*": bend} if bend else None)
    with anything() as hook:
        listen(root, f"{{type: webhook, url: '{hook.url}'}}")
        if not bend:
            (root.folder / "data.csv").unlink()
        assert check(root, *flags).code == code
        decided = hook.bodies()[-1]
        assert (decided["verdict"], decided["exit_code"]) == (verdict, code)
        assert decided["headline"].startswith(opening) and decided["what_to_do"]


def test_a_run_that_is_interrupted_tells_nobody_more(good):
    with anything() as hook:
        listen(good, f"{{type: webhook, url: '{hook.url}'}}")
        process = start("check", "web", "--config", good, "--timeout", "1h", env=environment())
        deadline = time.monotonic() + PATIENCE
        while not hook.requests and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        answer = finish(process)
        assert (answer.code, warnings(answer)) == (143, [])
        assert [kind for kind, *_ in events(hook)] == ["start"]


# --- failures -------------------------------------------------------------------------------------

def test_when_everybody_refuses_the_exit_code_is_the_gates(root):
    secret = "/services/T0/B0/SecretSecret"
    with anything(403, f"no {secret}") as slack, anything(500) as hook:
        for code in (0, 1):
            fleet.write(root, BAD if code else None)
            listen(root,
                   "{type: statsd, address: no-such-host.invalid}",
                   "{type: slack, webhook: {env: SLACK_WEBHOOK}}",
                   f"{{type: graphite-events, url: '{hook.url}'}}",
                   f"{{type: grafana-annotation, url: 'http://127.0.0.1:{free_port()}'}}",
                   "{type: pagerduty-change, routing_key: {env: NOT_SET}}",
                   f"{{type: pushgateway, url: '{hook.url}'}}")
            answer = check(root, "--debug", SLACK_WEBHOOK=slack.url + secret)
            assert answer.code == code, answer
            host = slack.url.removeprefix("http://")
            said = [line for line in warnings(answer) if line.startswith("canarygate: warning: ")]
            assert (f"canarygate: warning: notify: slack: {host} lets nobody in with `webhook` from the "
                    "environment variable SLACK_WEBHOOK (403: no [hidden]); check that it is right and "
                    "still valid") in said
            assert sum("notify: slack" in line for line in said) == 2  # the start's and the verdict's
            assert any("grafana-annotation: 127.0.0.1:" in line and "cannot connect" in line for line in said)
            assert any("pagerduty-change: " in line and "NOT_SET" in line for line in said)
            assert "SecretSecret" not in answer.err + answer.out


def test_who_never_answers_costs_a_few_seconds_and_changes_nothing(bad):
    with silent() as url:
        listen(bad, *[f"{{type: webhook, url: '{url}/{n}', send: verdict}}" for n in range(3)])
        began = time.monotonic()
        answer = check(bad)
        took = time.monotonic() - began
        assert answer.code == 1
        assert took < 20, took
        assert warnings(answer) == [
            f"canarygate: warning: notify: webhook: {url.removeprefix('http://')} did not answer within 5s; "
            "see whether it is well and can be reached"]


# --- hostile names ------------------------------------------------------------------------------

def test_hostile_names_are_harmless_texts(root):
    name = "<script>alert(1)</script> *b* <!channel> @joe %%% \\\" ::set-output name=a::b"
    metric = json.dumps({"name": name.replace("\\\"", '"'), "query": "latency", "host_label": "host", "worse": "higher"})
    fleet.write(root, BAD, check=fleet.CHECK + f"owner: '<@U1> \\e[31m'\nmetrics: [{metric}]\n")
    grafana_api = Grafana()
    with Service(notify_stub.slack) as slack, Service(grafana_api) as grafana, \
         Service(notify_stub.datadog) as datadog:
        listen(root, "{type: slack, webhook: {env: SLACK_WEBHOOK}}",
               f"{{type: datadog-event, api_key: {{env: DD}}, url: '{datadog.url}'}}",
               f"{{type: grafana-annotation, url: '{grafana.url}', auth: {{bearer: {{env: GRAFANA_TOKEN}}}}}}")
        answer = check(root, SLACK_WEBHOOK=slack.url + notify_stub.SLACK_PATH, GRAFANA_TOKEN=notify_stub.TOKEN,
                       DD=notify_stub.API_KEY, CI="1", BUILD_URL="javascript:alert(1)",
                       GIT_AUTHOR_NAME="\x1b[31m<b>Jane</b>")
        assert (answer.code, warnings(answer)) == (1, [])
        decided = slack.bodies()[-1]
        assert any("&lt;script&gt;alert(1)&lt;/script&gt; *b* &lt;!channel&gt;" in block["text"]["text"]
                   for block in decided["blocks"] if "text" in block)
        (annotation,) = grafana_api.annotations.values()
        assert "<script" not in annotation["text"] and "&lt;script&gt;" in annotation["text"]
        assert "&lt;b&gt;Jane&lt;/b&gt;" in annotation["text"] and "\x1b" not in annotation["text"]
        assert "javascript:" not in annotation["text"]
        assert "%%%" not in datadog.bodies()[-1]["text"]


# --- the page -----------------------------------------------------------------------------------

PAGE = (ROOT / "docs" / "notify.md").read_text()


def test_the_examples_of_the_page_are_accepted(root):
    blocks = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.M | re.S)
    assert len(blocks) == 2
    for number, block in enumerate(blocks):
        root.environment(fleet.FILE + block, name=f"example-{number}")
    answer = run("validate", "--config", root)
    assert answer.code == 0, answer


def test_the_page_has_every_type_with_its_keys_and_every_name_of_a_body():
    schema = json.loads(run("schema", "environment").out)
    headings = re.findall(r"^## (.*)$", PAGE, re.M)
    types = {}
    for one in schema["properties"]["notify"]["items"]["allOf"]:
        types[one["if"]["properties"]["type"]["const"]] = set(one["then"]["properties"]) - {"type"}
    assert len(types) >= 10
    everybodys = PAGE[:PAGE.index("\n## ")]
    for name, known in types.items():
        heading = next(line for line in headings if name in line.split(", "))
        section = PAGE[PAGE.index(f"## {heading}\n"):].split("\n## ")[0]
        for key in known:
            assert f"`{key}`" in section + everybodys, (name, key)
