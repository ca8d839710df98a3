"""`canarygate doctor`: what it says of servers that are well, and of each way in which one is not."""
import json
import re
import socket

import pytest

import consul_server
import doctor_stub
import graphite_server
from doctor_stub import JSON, Stub
from influx_server import Influx
from programs import free_port
from prometheus_server import PrometheusServer
from servers import answering
from support import ConfigRoot, environment, run

CHECK = """
canary: {consul: {service: web, tags: [canary]}}
baseline: {rest: true}
traffic: {query: 'sum by (instance) (increase(up[1m]))', min: 1}
metrics: [{name: up, query: 'up', worse: lower}]
"""
BY_HAND = CHECK.replace("{consul: {service: web, tags: [canary]}}", "{hosts: [a]}").replace(
    "{rest: true}", "{hosts: [b, c]}")


@pytest.fixture
def root(tmp_path):
    config = ConfigRoot(tmp_path / "root")
    config.check(BY_HAND)
    return config


def doctor(root, *flags, **variables):
    return run("doctor", "--config", root, *flags, env=environment(**variables))


def found(root, *flags, **variables):
    """The JSON document, by what and name; of several of one name the last."""
    answer = doctor(root, "--format", "json", *flags, **variables)
    assert answer.err == "", answer
    document = json.loads(answer.out)
    assert document["version"] == 1
    assert document["exit_code"] == answer.code
    assert (answer.code == 2) == any(one["state"] == "failure" for one in document["examined"])
    return {(one["what"], one["name"]): one for one in document["examined"]}


def backend_of(root, text, **variables):
    root.environment(f"backends:\n  default: {text}\n")
    one = found(root, **variables)["backend", "default"]
    return one["state"], one["cause"], one["text"], one["warnings"]


def test_all_that_is_well_is_said_in_a_line_each(tmp_path):
    if consul_server.missing():
        pytest.skip(consul_server.missing())
    root = ConfigRoot(tmp_path / "root")
    root.check(CHECK)
    services = [{"id": f"web-{n}", "name": "web", "address": f"10.0.0.{n}", "port": 80,
                 "tags": ["canary"] if n == 1 else []} for n in range(1, 5)]
    agent = consul_server.Agent(tmp_path / "consul", "bench", config={"services": services})
    try:
        with PrometheusServer() as prometheus:
            agent.until(lambda: len(agent.passing("web")) == 4)
            root.environment(f"backends: {{default: {{type: prometheus, urls: ['{prometheus.url}']}}}}\n"
                             f"discovery: {{consul: {{url: '{agent.url}'}}}}\n")
            answer = doctor(root)
            assert answer.code == 0, answer
            assert answer.out.splitlines()[1:] == [
                "  ok        definitions  3 files read, all valid",
                "",
                "environment test",
                f"  ok        backend default   127.0.0.1:{prometheus.port} answers queries",
                f"  ok        discovery consul  {agent.url.removeprefix('http://')} lists 2 services",
                "  ok        check web         canary 1 host, baseline 3",
                f"  ok        history           sqlite:{root}/.canarygate/history.db is made by the first run",
                "",
                "5 things looked at, nothing wrong."]
            backend = found(root)["backend", "default"]
            assert backend["clock_skew_seconds"] == 0
            assert backend["seconds"] >= 0
    finally:
        agent.stop()


GOOD = '{"status":"success","data":{"resultType":"matrix","result":[]}}'


class Asked(dict):
    """The one request of a Prometheus backend; its times are not known beforehand."""

    def __init__(self, *answer):
        super().__init__()
        self.reply = answer

    def get(self, question):
        return self.reply if re.match(r"(GET|POST) /api/v1/query_range(\?query=[^&]*vector%281%29%20%3D%3D%200|$)",
                                      question) else None


@pytest.mark.parametrize("skew, words", [
    (90, r"its clock is (89|90) s ahead of this machine's by the Date of its answer, and windows "
         r"move by as much; set both by NTP"),
    (-90, r"its clock is (88|89|90) s behind this machine's by the Date of its answer, and windows "
          r"move by as much; set both by NTP"),
    (2, None), (-2, None),
])
def test_a_clock_that_is_off_is_a_warning(root, skew, words):
    with Stub(Asked(200, GOOD, JSON), skew=skew) as stub:
        state, cause, text, warnings = backend_of(root, f"{{type: prometheus, urls: ['{stub.url}']}}")
        assert (cause, text) == (None, f"{stub.host} answers queries")
        if words is None:
            assert (state, warnings) == ("ok", [])
        else:
            assert state == "warning"
            assert [bool(re.fullmatch(words, one)) for one in warnings] == [True], warnings


@pytest.mark.parametrize("status, said", [
    (401, "does not know who asks (401: who are you). Sent was `auth.bearer` from the environment "
          "variable PROM_TOKEN; check that it is right and still valid"),
    (403, "does not allow this query (403: who are you). Sent was `auth.bearer` from the environment "
          "variable PROM_TOKEN; check that it is right and still valid"),
])
def test_a_token_that_is_not_taken_is_no_server_that_is_down(root, status, said):
    secret = "s3cr3t-of-the-test"
    with Stub(Asked(status, "who are you", "text/plain"),
              demands={"Authorization": f"Bearer {secret}"}) as stub:
        backend = f"{{type: prometheus, urls: ['{stub.url}'], auth: {{bearer: {{env: PROM_TOKEN}}}}}}"
        assert backend_of(root, backend, PROM_TOKEN=secret) == (
            "failure", "refused", f"{stub.host} {said}", [])
        assert secret not in doctor(root, PROM_TOKEN=secret).out


def test_a_secret_that_is_not_there_is_told_before_anybody_is_asked(root):
    with Stub({}) as stub:
        assert backend_of(root, f"{{type: prometheus, urls: ['{stub.url}'], "
                                "auth: {bearer: {env: PROM_TOKEN}}}") == (
            "failure", "secret",
            "the environment variable PROM_TOKEN, which should hold a secret, is not set", [])
        assert stub.asked == []


def test_who_cannot_be_reached_is_told_with_the_cause(root):
    port = free_port()
    assert backend_of(root, f"{{type: prometheus, urls: ['http://127.0.0.1:{port}']}}") == (
        "failure", "unreachable", f"127.0.0.1:{port}: cannot connect (connection refused); check host "
        "and port, and that the server runs", [])
    assert backend_of(root, "{type: prometheus, urls: ['http://prometheus.invalid:9090']}") == (
        "failure", "unreachable",
        "prometheus.invalid:9090: no such host; check that name and this machine's DNS", [])


def test_a_certificate_that_nobody_trusts_is_told_apart(root, tmp_path):
    pem = doctor_stub.certificate(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    doctor_stub.certificate(other)
    with Stub(Asked(200, GOOD, JSON), certificate=pem) as stub:
        url = f"type: prometheus, urls: ['{stub.url}']"
        assert backend_of(root, f"{{{url}}}") == (
            "failure", "unreachable", f"{stub.host}: its TLS certificate is from an authority this "
            "machine does not know; set `ca` to that authority's PEM file", [])
        assert backend_of(root, f"{{{url}, ca: '{other}/cert.pem'}}") == (
            "failure", "unreachable", f"{stub.host}: its TLS certificate is not from the authority in "
            f"'{other}/cert.pem'; set `ca` to the right one's PEM file", [])
        assert backend_of(root, f"{{{url}, ca: '{tmp_path}/cert.pem'}}") == (
            "ok", None, f"{stub.host} answers queries", [])


def test_one_of_two_servers_that_is_down_is_a_warning(root):
    with Stub(Asked(200, GOOD, JSON)) as stub:
        dead = f"127.0.0.1:{free_port()}"
        root.environment("backends: {default: {type: prometheus, "
                         f"urls: ['{stub.url}', 'http://{dead}']}}}}\n")
        answer = doctor(root)
        assert answer.code == 0, answer
        assert f"  ok        backend default  {stub.host} answers queries\n" in answer.out
        assert (f"  warning   backend default  {dead}: cannot connect (connection refused); check host "
                "and port, and that the server runs; the backend's other servers are asked instead\n"
                in answer.out)
        assert answer.out.endswith("\n5 things looked at: 0 failures, 1 warning.\n")


def test_graphite_and_influxdb_answer_the_question_they_are_asked(root, tmp_path):
    if graphite_server.missing():
        pytest.skip(graphite_server.missing())
    with graphite_server.Store() as store, graphite_server.Frontend(store) as web, \
            Influx(tmp_path / "influx") as influx:
        assert backend_of(root, f"{{type: graphite, urls: ['{web.url}']}}")[:2] == ("ok", None)
        influx.write("telegraf", ["cpu,host=a value=1 1700000000"])
        wanted = f"{{type: influxdb, urls: ['{influx.url}'], database: %s}}"
        assert backend_of(root, wanted % "telegraf")[:2] == ("ok", None)
        state, cause, text, _ = backend_of(root, wanted % "telegraph")
        assert (state, cause) == ("failure", "answer")
        assert "database not found: telegraph" in text
        root.environment("backends: {default: {type: file, path: x.csv}}\n"
                         f"notify: [{{type: graphite-events, url: '{web.url}'}}]\n")
        events = found(root)["notifier", "graphite-events"]
        assert (events["state"], events["text"]) == (
            "ok", f"{web.url.removeprefix('http://')} lists events; whether it takes new ones only the "
            "first one shows")


def test_backends_that_only_a_check_can_ask_are_not_called_well(root):
    root.numbers([(1, "a", "up", 1)], "environments/data.csv")
    with answering(404, "{}") as url:
        host = url.removeprefix("http://")
        root.environment(f"""backends:
  default: {{type: file, path: data.csv}}
  gone: {{type: file, path: gone.csv}}
  json: {{type: http_json, url: '{url}', path: '/q?m={{{{query}}}}', series: /s, host: /h, points: /p}}
  own: {{type: exec, command: 'false'}}
  hosts: {{type: scrape, port: 9100}}
""")
        seen = {name: (one["state"], one["text"]) for (what, name), one in found(root).items()
                if what == "backend"}
    folder = f"{root.folder}/environments"
    shows = "whether it answers queries, `canarygate explain NAME` shows"
    assert seen == {
        "default": ("ok", f"{folder}/data.csv can be read"),
        "gone": ("failure", f"{folder}/gone.csv: cannot be opened: No such file or directory"),
        "hosts": ("unproven",
                  "asks each host itself; whether they answer, `canarygate hosts NAME` shows"),
        "json": ("unproven", f"{host} can be reached; {shows}"),
        "own": ("unproven", f"not asked: {shows}"),
    }


def test_a_json_api_that_lets_nobody_in_is_a_failure(root):
    with Stub({"GET /": (403, "no", "text/plain")}) as stub:
        assert backend_of(root, f"{{type: http_json, url: '{stub.url}', path: '/q?m={{{{query}}}}', "
                                "series: /s, host: /h, points: /p}") == (
            "failure", "refused",
            f"{stub.host} lets nobody in with no credentials (403); check that it is right and still "
            "valid", [])


def test_consul_tells_an_unknown_token_from_one_that_may_read_nothing(tmp_path):
    if consul_server.missing():
        pytest.skip(consul_server.missing())
    master = "11111111-1111-1111-1111-111111111111"
    root = ConfigRoot(tmp_path / "root")
    root.check(CHECK)
    agent = consul_server.Agent(tmp_path / "consul", "guarded", config={
        "acl": {"enabled": True, "default_policy": "deny", "tokens": {"master": master}},
        "services": [{"id": "web-1", "name": "web", "address": "10.0.0.1", "port": 80, "token": master}]})
    host = agent.url.removeprefix("http://")
    connection = f"backends: {{default: {{type: file, path: x.csv}}}}\n" \
                 f"discovery: {{consul: {{url: '{agent.url}'%s}}}}\n"
    try:
        agent.until(lambda: len(agent.passing("web", master)) == 1)
        root.environment(connection % "")
        seen = found(root)
        consul = seen["discovery", "consul"]
        assert (consul["state"], consul["text"]) == ("warning", f"{host} lists 0 services")
        assert consul["warnings"] == [f"Consul at {host} lists no service: none may be read without a "
                                      "token; give the connection a `token`"]
        assert seen["check", "web"]["state"] == "warning"
        assert seen["check", "web"]["text"] == (
            f"no canary host was found: Consul at {host} lists no instance of service 'web'. Either the "
            "service is misspelt, or it may not be read without a token (none is configured): Consul "
            "answers both with an empty list")

        root.environment(connection % ", token: {env: CONSUL_HTTP_TOKEN}")
        seen = found(root, CONSUL_HTTP_TOKEN=master.replace("1", "2"))
        consul = seen["discovery", "consul"]
        assert (consul["state"], consul["cause"]) == ("failure", "refused")
        assert consul["text"] == (f"Consul at {host} answered 403: ACL not found; it does not know the "
                                  "token it was sent: check `token` (the environment variable "
                                  "CONSUL_HTTP_TOKEN)")
        check = seen["check", "web"]
        assert (check["state"], check["cause"], check["text"]) == (
            "failure", "refused", "its hosts cannot be found: see discovery consul")

        seen = found(root, CONSUL_HTTP_TOKEN=master)
        assert seen["discovery", "consul"]["text"] == f"{host} lists 2 services"
        assert seen["check", "web"]["text"].startswith("no baseline host was found: ") or \
            seen["check", "web"]["text"].startswith("no canary host was found: ")
    finally:
        agent.stop()


SECRETS = {"SLACK": "https://hooks.invalid/services/T0/B0/verysecretpart", "DD": "key-of-datadog",
           "GRAFANA": "token-of-grafana", "PD": "routing-key-of-pagerduty"}


def test_notifiers_are_looked_at_and_nobody_is_told_anything(root):
    annotations = "GET /api/annotations?limit=1&tags=canarygate"
    with Stub({"GET /api/v1/validate": (200, '{"valid":true}', JSON)},
              demands={"DD-API-KEY": SECRETS["DD"]}) as datadog, \
            Stub({annotations: (200, "[]", JSON)},
                 demands={"Authorization": f"Bearer {SECRETS['GRAFANA']}"}) as grafana, \
            Stub({"GET /": (404, "", "text/plain")}) as others, \
            Stub({"GET /-/ready": (200, "", "text/plain")}) as gateway, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as statsd:
        statsd.bind(("127.0.0.1", 0))
        statsd.setblocking(False)
        statsd_port = statsd.getsockname()[1]
        root.environment(f"""
backends: {{default: {{type: file, path: x.csv}}}}
notify:
  - {{type: datadog-event, api_key: {{env: DD}}, url: '{datadog.url}'}}
  - {{type: grafana-annotation, url: '{grafana.url}', auth: {{bearer: {{env: GRAFANA}}}}}}
  - {{type: pagerduty-change, routing_key: {{env: PD}}, url: '{others.url}'}}
  - {{type: slack, webhook: {{env: SLACK}}}}
  - {{type: webhook, url: '{others.url}/secret/place?token=x'}}
  - {{type: pushgateway, url: '{gateway.url}'}}
  - {{type: statsd, address: '127.0.0.1:{statsd_port}'}}
""")
        variables = {**SECRETS, "SLACK": f"{others.url}/services/T0/B0/verysecretpart"}
        seen = {name: (one["state"], one["text"])
                for (what, name), one in found(root, **variables).items() if what == "notifier"}
        assert seen == {
            "datadog-event": ("ok", f"{datadog.host} knows the API key"),
            "grafana-annotation": ("ok", f"{grafana.host} lists annotations; whether it may write them "
                                         "only the first one shows"),
            "pagerduty-change": ("ok", f"{others.host} can be reached; whether it knows the routing key "
                                       "only the first event shows"),
            "slack": ("ok", f"{others.host} can be reached; whether it knows the webhook only the first "
                            "message shows"),
            "webhook": ("ok", f"{others.host} can be reached; whether it takes the message only the "
                              "first one shows"),
            "pushgateway": ("ok", f"{gateway.host} is ready"),
            "statsd": ("unproven", f"127.0.0.1:{statsd_port} is a host that there is; by UDP nobody "
                                   "says whether a number arrived"),
        }
        assert others.asked == ["GET /"] * 3
        text = doctor(root, **variables).out
        assert not [secret for secret in variables.values() if secret in text]
        assert "verysecretpart" not in text
        with pytest.raises(BlockingIOError):
            statsd.recv(1)


def test_notifiers_that_let_nobody_in_are_failures(root):
    with Stub({"GET /api/v1/validate": (403, '{"errors":["Forbidden"]}', JSON)}) as datadog:
        root.environment(f"""
backends: {{default: {{type: file, path: x.csv}}}}
notify:
  - {{type: datadog-event, api_key: {{env: DD}}, url: '{datadog.url}'}}
  - {{type: slack, webhook: {{env: SLACK}}}}
  - {{type: graphite-plaintext, address: '127.0.0.1:1'}}
""")
        seen = {name: (one["state"], one["cause"], one["text"])
                for (what, name), one in found(root, **SECRETS).items() if what == "notifier"}
    assert seen == {
        "datadog-event": ("failure", "refused", f"{datadog.host} lets nobody in with `api_key` from the "
                          "environment variable DD (403: Forbidden); check that it is right and still "
                          "valid"),
        "slack": ("failure", "unreachable", "hooks.invalid: no such host; check that name and this "
                  "machine's DNS; its address is in `webhook` from the environment variable SLACK"),
        "graphite-plaintext": ("failure", "unreachable", "127.0.0.1:1: nobody listens there (connection "
                               "refused); check host and port in `address`"),
    }


def test_every_environment_is_looked_at_where_none_is_the_default(root):
    for name in ("eu", "us"):
        root.environment("backends: {default: {type: file, path: x.csv}}\n", name)
    root.write("canarygate.yaml", "version: 1\n")
    root.numbers([(1, "a", "up", 1)], "environments/x.csv")
    answer = doctor(root)
    assert answer.code == 0, answer
    assert [line for line in answer.out.splitlines() if line.startswith("environment ")] == [
        "environment eu", "environment us"]
    root.write("canarygate.yaml", "version: 1\nenvironment: eu\n")
    assert "environment us" not in doctor(root).out
    assert "environment us" in doctor(root, "--all").out
    assert "environment eu" not in doctor(root, "--env", "us").out


def test_bad_definitions_are_counted_and_end_with_2(root):
    root.environment("backends: {default: {type: file, path: x.csv}}\n")
    root.check("metrics: []\n", "broken")
    answer = doctor(root)
    assert answer.code == 2
    assert re.search(r"  failure   definitions  \d+ problems, the first: .*checks/broken.yaml:\d+:\d+: "
                     r".*; `canarygate validate` lists them\n", answer.out), answer
    assert re.search(r"  failure   check broken     .*checks/broken.yaml:\d+", answer.out), answer
    unknown = doctor(root, "--env", "nowhere")
    assert unknown.code == 2
    assert "no environment 'nowhere'" in unknown.out


def test_the_history_is_opened_and_nothing_is_made(root):
    root.environment("backends: {default: {type: file, path: x.csv}}\n")
    database = root.folder / ".canarygate" / "history.db"

    def history(**variables):
        one = found(root, **variables)["history", None]
        return one["state"], one["cause"], one["text"]

    assert history() == ("ok", None, f"sqlite:{database} is made by the first run")
    assert not database.exists()
    run("check", "web", "--no-wait", "--config", root)
    assert database.exists()
    assert history() == ("ok", None, f"sqlite:{database} can be read")
    for path in database.parent.glob("history.db*"):
        path.unlink()
    database.write_text("no database at all, but a text that is long enough to be looked at" * 50)
    assert history()[:2] == ("failure", "answer")
    root.write("canarygate.yaml", "version: 1\nenvironment: test\nhistory: sqlite:checks/web.yaml/x.db\n")
    state, cause, text = history()
    assert (state, cause) == ("failure", "answer"), text
    port = free_port()
    root.write("canarygate.yaml", "version: 1\nenvironment: test\n"
               f"history: {{url: 'postgresql://ci@127.0.0.1:{port}/gate', password: {{env: TEAM_DB}}}}\n")
    assert history() == ("failure", "secret", f"history postgresql://ci@127.0.0.1:{port}/gate: the "
                         "environment variable TEAM_DB, which should hold a secret, is not set")
    state, cause, text = history(TEAM_DB="the-password")
    assert (state, cause) == ("failure", "unreachable")
    assert text.startswith(f"history postgresql://ci@127.0.0.1:{port}/gate: "), text
    assert "the-password" not in text
