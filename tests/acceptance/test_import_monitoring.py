"""`canarygate import` of alerts and dashboards: monitors of Datadog, rules of Prometheus, dashboards
of Grafana.

What is expected of each file of tests/data/import was worked out by hand from what the file asks,
not taken from what the program prints.
"""
import json
import math

import pytest

import importing
from importing import metrics_of, refused
from prometheus_server import PrometheusServer
from support import ROOT, check, run

DATA = ROOT / "tests" / "data" / "import"
T0 = 1795212000
PROMETHEUS = '{type: prometheus, urls: ["http://127.0.0.1:9"]}'
DATADOG = "{type: datadog, api_key: {env: DD}, app_key: {env: DD}}"
INFLUXDB = '{type: influxdb, urls: ["http://127.0.0.1:9"], database: x}'
GRAPHITE = '{type: graphite, urls: ["http://127.0.0.1:9"]}'
FILL_IN = """# Fill in:
#   - canary and baseline: the hosts, or how they are found (docs/definition.md, Who is who)
#   - traffic: a count of what the canary was given, so that one without any work cannot pass
"""


def imported(folder, kind, *files, **backends):
    lines = [f"  {name}: {keys}\n" for name, keys in backends.items()]
    checks, answer, valid = importing.imported(folder, "version: 1\nbackends:\n" + "".join(lines), kind, *files)
    assert all(FILL_IN in path.read_text() for path in (folder / "checks").iterdir())
    assert "longer than the warm-up" not in valid.out + valid.err
    return checks, answer


# --- Datadog

def test_monitors_of_a_service_become_its_check(tmp_path):
    source = DATA / "datadog-monitors" / "team.json"
    checks, answer = imported(tmp_path, "datadog-monitors", source, default=DATADOG)
    assert list(checks) == ["db", "web"]
    web = checks["web"]
    assert web["window"] == {"step": "30s"}
    assert (web["owner"], web["tags"]) == ("web", ["service:web"])
    metrics = metrics_of(web)
    assert list(metrics) == ["Load of host.name is high", "Failed requests", "Share of failed requests",
                             "Free workers", "Traffic is unusual", "Latency jumped"]
    load = metrics["Load of host.name is high"]
    assert load["query"] == "avg:system.load.1{role:web AND env:prod AND host IN ({{hosts}})} by {host}"
    assert (load["worse"], load["limit"], load["critical"]) == ("higher", {"max": 4, "per": "host"}, True)
    # 100 in five minutes, of which a step of 30 s is a tenth.
    assert metrics["Failed requests"]["limit"] == {"max": 10, "per": "host"}
    share = metrics["Share of failed requests"]
    assert share["query"] == (
        "( default_zero(sum:web.requests.failed{service:web AND host IN ({{hosts}})} by {host}.as_count()) / "
        "sum:web.requests{service:web AND host IN ({{hosts}})} by {host}.as_count() ) * 100")
    assert list(share["limit"]) == ["max"] and math.nextafter(share["limit"]["max"], 9) == 2.5
    workers = metrics["Free workers"]
    assert workers["worse"] == "lower" and "limit" not in workers
    assert workers["query"] == ("min:web.workers.idle{((env:prod OR env:canary),!role:batch) AND "
                                "host IN ({{hosts}})} by {host}.rollup(min)")
    assert metrics["Traffic is unusual"]["worse"] == "lower"
    assert metrics["Latency jumped"]["query"] == (
        "p99:web.latency{service:web AND host IN ({{hosts}})} by {host}")
    assert checks["db"]["metrics"][0]["limit"] == {"max": 0.9, "for": "10 of 10", "per": "host"}
    assert answer.err == f"""not carried over to web:
  {source}: monitors[3]: monitor `Free workers`: no limit of 2: it was about parts of a host, and this is about a host as a whole
  {source}: monitors[4]: monitor `Traffic is unusual`: no limit of 1: it is held against what `anomalies` makes of it
  {source}: monitors[5]: monitor `Latency jumped`: no limit of 50: it is held against a change over time (`pct_change`)
  {source}: monitors[6]: monitor `Agent is up`: it is a `service check`, which compares no metric with a number
  {source}: monitors[7]: monitor `Web is broken`: it is a `composite`, which compares no metric with a number
"""


def test_a_folder_of_monitors_becomes_a_check_a_service_and_a_check_a_file(tmp_path):
    checks, answer = imported(tmp_path, "datadog-monitors", DATA / "datadog-monitors" / "repository",
                              default=DATADOG)
    assert list(checks) == ["api", "disk"] and answer.err == ""
    metrics = metrics_of(checks["api"])
    assert list(metrics) == ["API errors", "API latency on host.name"]
    errors = metrics["API errors"]
    # 20 in five minutes are 2 in 30 s, and 2 is already too many.
    assert errors["limit"]["per"] == "host" and math.nextafter(errors["limit"]["max"], 9) == 2
    latency = metrics["API latency on host.name"]
    assert latency["query"] == (
        "p99:api.latency{env:prod AND team:api AND host IN ({{hosts}})} by {host}")
    assert latency["limit"] == {"max": 0.75, "per": "host"}
    disk = checks["disk"]["metrics"][0]
    assert disk["worse"] == "lower"
    assert disk["limit"] == {"min": 1e9, "for": "10 of 10", "per": "host"}


# --- Prometheus

def test_alerting_rules_become_metrics_with_limits(tmp_path):
    source = DATA / "prometheus-rules" / "web.rules.yaml"
    checks, answer = imported(tmp_path, "prometheus-rules", source, default=PROMETHEUS)
    content = checks["web"]
    assert (content["owner"], content["window"]) == ("web", {"warmup": "2m"})
    assert content["runbook"] == "https://wiki.example.com/web/errors"
    metrics = metrics_of(content)
    assert list(metrics) == ["WebErrorRatioHigh", "WebLatencyHigh", "WebBusy", "WebFewWorkers",
                             "WebPanics"]
    errors = metrics["WebErrorRatioHigh"]
    assert " ".join(errors["query"].split()) == (
        '(sum by (instance) (rate(http_requests_total{instance=~"{{hosts}}", job="web", code=~"5.."}'
        '[{{rate_window}}])) or 0 * '
        'sum by (instance) (rate(http_requests_total{instance=~"{{hosts}}",job="web"}[{{rate_window}}]))) / '
        'sum by (instance) (rate(http_requests_total{instance=~"{{hosts}}",job="web"}[{{rate_window}}]))')
    assert errors["limit"] == {"max": 0.05, "for": "12 of 12"} and errors["critical"] is True
    latency = metrics["WebLatencyHigh"]
    assert latency["query"] == (
        'histogram_quantile(0.99, sum by (instance, le) (rate(http_request_duration_seconds_bucket'
        '{instance=~"{{hosts}}",job="web"}[{{rate_window}}])))')
    assert latency["limit"] == {"max": 2.5, "for": "20 of 20"}
    assert latency["links"] == {"dashboard": "https://grafana.example.com/d/web",
                                "runbook": "https://wiki.example.com/web/errors"}
    assert metrics["WebBusy"]["worse"] == "higher" and "limit" not in metrics["WebBusy"]
    workers = metrics["WebFewWorkers"]
    assert (workers["worse"], workers["limit"]) == ("lower", {"min": 2, "per": "host"})
    assert metrics["WebPanics"]["limit"] == {"max": 0, "per": "host"}
    assert answer.err == f"""not carried over to web:
  {source}:29:15: alert `WebBusy`: no limit of 10000: it was about all hosts together, and this is about each
  {source}:32:15: alert `WebFewWorkers`: `and on (instance) up == 1`; the metric is judged whether it holds or not
  {source}:38:15: alert `WebDown`: `up{{job="web"}} == 0` asks for one exact value, which is no limit
  {source}:41:15: alert `WebGone`: `absent(up{{job="web"}})` is about series that are not there; canarygate itself fails a canary that falls silent
  {source}:43:15: alert `WebDiskFillsUp`: `predict_linear` is a forecast
"""


def test_resources_of_kubernetes_are_rules_about_pods(tmp_path):
    checks, answer = imported(tmp_path, "prometheus-rules", DATA / "prometheus-rules" / "queue.yaml",
                              default=PROMETHEUS)
    content = checks["queue-alerts"]
    assert content["owner"] == "team-shop" and answer.err == ""
    metrics = metrics_of(content)
    assert list(metrics) == ["QueueAgeHigh", "WorkersIdle", "WorkersIdle 2"]
    age = metrics["QueueAgeHigh"]
    assert age["host_label"] == "pod"
    assert age["query"] == (
        'max by (pod) (queue_oldest_message_age_seconds{pod=~"{{hosts}}",namespace="shop"})')
    assert math.nextafter(age["limit"].pop("max"), 999) == 300
    assert age["limit"] == {"for": "8 of 8", "per": "host"}
    assert metrics["WorkersIdle"]["limit"] == {"min": 0.1, "per": "host"}
    assert metrics["WorkersIdle 2"]["limit"] == {"max": 0.95, "per": "host"}


def samples(bad):
    """Requests of two hosts, of which share 0.01 fails, and on the canary share `bad` from T0 on; where
    that is 0, none has ever failed there, and no such series exists."""
    lines = ["# TYPE http_requests counter"]
    for host in ("baseline-1:9100", "canary-1:9100"):
        for code in ("200", "500"):
            if host.startswith("canary") and code == "500" and bad == 0:
                continue
            total = 0
            for i, t in enumerate(range(T0 - 1500, T0 + 1500, 15)):
                share = bad if host.startswith("canary") and t > T0 else 0.01
                total += (600 + i * 37 % 50) * (share if code == "500" else 1 - share)
                lines.append(f'http_requests_total{{job="web",instance="{host}",code="{code}"}} '
                             f"{total} {t}")
    return "\n".join(lines + ["# EOF", ""])


@pytest.fixture(name="servers", scope="module")
def both_servers():
    with PrometheusServer(openmetrics=samples(0.01)) as good, \
            PrometheusServer(openmetrics=samples(0.2)) as bad, \
            PrometheusServer(openmetrics=samples(0)) as spotless:
        yield {"good": good, "bad": bad, "spotless": spotless}


SHARE = ('sum(rate(http_requests_total{{job="web",code=~"5.."}}[{0}])) / '
         'sum(rate(http_requests_total{{job="web"}}[{0}]))')
SOURCES = {
    "prometheus-rules": f"""groups:
- name: shares
  rules: [{{alert: Errors, for: 2m, expr: '{SHARE.format("5m")} > 0.05'}}]
""",
    "grafana-dashboard": json.dumps({"title": "source", "panels": [{
        "title": "Errors", "type": "timeseries", "datasource": {"type": "prometheus"},
        "fieldConfig": {"defaults": {
            "custom": {"thresholdsStyle": {"mode": "line"}},
            "thresholds": {"mode": "absolute", "steps": [
                {"color": "green", "value": None}, {"color": "red", "value": 0.05}]}}},
        "targets": [{"refId": "A", "expr": SHARE.format("$__rate_interval")}]}]}),
}


@pytest.mark.parametrize("kind", list(SOURCES))
@pytest.mark.parametrize("health,expected", [("good", "pass"), ("bad", "fail"), ("spotless", "pass")])
def test_an_imported_check_runs_against_a_real_prometheus(tmp_path, servers, kind, health, expected):
    source = tmp_path / "source.json"
    source.write_text(SOURCES[kind])
    (tmp_path / "canarygate.yaml").write_text(
        f'version: 1\nbackends: {{default: {{type: prometheus, urls: ["{servers[health].url}"]}}}}\n')
    assert run("import", kind, source, "--output", tmp_path).code == 0
    path = tmp_path / "checks" / "source.yaml"
    unfilled = check(tmp_path, "source", "--deployed-at", T0, "--now", T0 + 1400)
    assert (unfilled.code, unfilled.json["verdict"]) == (1, "no_data"), unfilled
    # The limit alone, to see that it is the one that decides.
    text = path.read_text().replace("fill-in-canary", "canary-1:9100")
    path.write_text(text.replace("fill-in-baseline", "baseline-1:9100")
                    .replace("\nmetrics:", "\njudge: threshold\nmetrics:", 1))
    answer = check(tmp_path, "source", "--deployed-at", T0, "--now", T0 + 1400)
    assert answer.json["verdict"] == expected, answer
    metric = answer.metric("Errors")
    assert metric["canary"]["hosts"] == 1 and metric["baseline"]["hosts"] == 1
    assert abs(metric["canary"]["mean"] - {"good": 0.01, "bad": 0.2, "spotless": 0}[health]) < 1e-6
    assert answer.codes() == (["limit_exceeded"] if health == "bad" else []), answer


# One a line, each compared with a number: what teams write, in the ways in which they write it.
QUERIES = """
sum(x)
sum (rate(x{a="b", c!~"d|e"}[5m])) by (job)
sum without (instance) (x) / sum without (code, instance) (y)
sum(rate(x[5m])) by (job) / on (job) sum(rate(y[5m])) by (job) * 100
sum by (job, code) (x) / ignoring (code) group_left sum by (job) (x)
x * on (instance) group_left (nodename) node_uname_info
histogram_quantile(0.99, sum(rate(x_bucket[5m])) by (le, job))
histogram_quantile(0.9, rate(x_bucket[5m]))
1 - avg(rate(x{mode="idle"}[5m])) by (instance)
(sum(x) - sum(y)) / sum(x)
100 * sum(rate(x{c="5"}[5m])) / sum(rate(x[5m]))
1 - (sum by (a) (rate(x{c="5"}[5m])) / sum by (a) (rate(x[5m])))
-(x) + 2 ^ 3 ^ 2
x % 2
topk(3, sum by (pod) (x))
quantile(0.5, x)
max(max_over_time(x[5m:1m]))
avg_over_time(sum(x)[5m:])
time() - max by (instance) (x)
clamp_max(sum(x), 1e3)
label_replace(x, "a", "$1", "b", "(.*)")
count by (instance) (x{}) or vector(0)
sum(x{a='}', b=~`{.+`}) # the end
changes(x[10m])
stddev by (job) (x)
sum(delta(x[5m])) + sum(idelta(y[5m]))
x > bool 0.5
{__name__=~"http_.*", instance="web-1"}
sum by (a) (x) + on () group_left sum(y)
""".strip().splitlines()


def test_what_is_asked_for_each_host_is_promql(tmp_path, servers):
    ask = servers["good"].get
    rules = tmp_path / "all.yaml"
    rules.write_text(json.dumps({"groups": [{"name": "g", "rules": [
        {"alert": query, "expr": f"({query}\n) > 1"} for query in QUERIES]}]}))
    checks, answer = imported(tmp_path, "prometheus-rules", rules, default=PROMETHEUS)
    assert "cannot be read" not in answer.err
    metrics = checks["all"]["metrics"]
    assert [metric["name"] for metric in metrics] == QUERIES
    for metric in metrics:
        label = metric.get("host_label", "instance")
        asked = metric["query"].replace("{{hosts}}", "web-1").replace("{{rate_window}}", "1m")
        assert f'{label}=~"web-1"' in asked
        status, reply = ask("/api/v1/query", query=asked)
        assert status == 200 or reply["errorType"] == "execution", (metric["name"], asked, reply)
        assert ask("/api/v1/query", query=metric["name"])[0] == 200, metric["name"]


# --- Grafana

def test_a_dashboard_becomes_a_check_of_its_panels(tmp_path):
    source = DATA / "grafana-dashboard" / "web.json"
    checks, answer = imported(tmp_path, "grafana-dashboard", source, prometheus=PROMETHEUS,
                              graphite=GRAPHITE, influxdb=INFLUXDB, datadog=DATADOG)
    content = checks["web-overview"]
    assert content["description"] == "Dashboard Web / Overview"
    assert content["tags"] == ["web", "team-web"] and content["vars"] == {"job": "web"}
    metrics = metrics_of(content)
    assert list(metrics) == ["Requests", "Answers by kind", "Answer time: p50", "Answer time: p99",
                             "Memory", "Load: A", "Disk writes", "Failed tasks"]
    requests = metrics["Requests"]
    assert requests["query"] == (
        'sum by (instance) (rate(http_requests_total{job=~"{{job}}", env=~"(prod|canary)", path=~".*", '
        'instance=~"{{hosts}}"}[{{rate_window}}]))')
    assert (requests["unit"], requests["backend"]) == ("1/s", "prometheus")
    assert "worse" not in requests and "limit" not in requests
    kinds = metrics["Answers by kind"]
    assert (kinds["worse"], kinds["limit"]) == ("higher", {"max": 0.05})
    assert metrics["Answer time: p99"]["unit"] == "s"
    assert metrics["Memory"]["query"] == (
        'avg by (instance) ((process_resident_memory_bytes{instance=~"{{hosts}}"} / 1e6))')
    assert metrics["Memory"]["unit"] == "MB" and "limit" not in metrics["Memory"]
    assert metrics["Load: A"]["query"] == "groupByNode(servers.{{hosts}}.loadavg.*, 1, 'sum')"
    assert metrics["Disk writes"]["query"] == (
        'SELECT mean("writes") FROM "diskio" WHERE "host" =~ /^({{hosts}})$/ AND $timeFilter '
        'GROUP BY time($__interval), "host" fill(null)')
    assert metrics["Failed tasks"]["query"] == (
        "sum:bg.tasks.failed{service:web AND host IN ({{hosts}})} by {host}.as_count()")
    assert answer.err == f"""not carried over to web-overview:
  {source}: panels[0].panels[0].targets[1]: panel `Requests`: query B is hidden there
  {source}: panels[0].panels[2].targets[2]: `Answer time: again`: the same query as `Answer time: p99`
  {source}: panels[2].targets[0]: `Uptime`: its range is `$__range`, which is chosen with the dashboard's time
  {source}: panels[3].targets[1]: `Load: B`: no node of its path is a variable for the host: servers.web.loadavg.01
  {source}: panels[7]: panel `Shared` is a library panel, whose queries are not in this file; export the dashboard for sharing externally
  {source}: panels[8]: panel `Logs` is a `logs`, which has no numbers to compare
  {source}: panels[9].targets[0]: `Queue`: queries of data source `cloudwatch` are not carried over
"""


# --- what is refused

def test_files_of_another_kind_are_refused_with_what_to_give():
    rules = DATA / "prometheus-rules" / "web.rules.yaml"
    monitors = DATA / "datadog-monitors" / "team.json"
    assert refused("prometheus-rules", monitors) == (
        f"{monitors}:1:1: no rules: there is no list `groups`; give a rule file of Prometheus or a "
        "PrometheusRule resource\n")
    assert refused("datadog-monitors", DATA / "grafana-dashboard" / "web.json") == (
        f"{DATA}/grafana-dashboard/web.json: no monitor: it has no text `query`; export monitors as JSON "
        "from Datadog's page of the monitor, or ask its API for /api/v1/monitor\n")
    assert refused("grafana-dashboard", monitors) == (
        f"{monitors}: no dashboard: there is neither a list `panels` nor a list `rows`; export the "
        "dashboard as JSON from Grafana's menu Share or Export\n")
    assert refused("grafana-dashboard", rules) == (
        f"{rules}:1:1: not valid JSON: this is not what can stand here\n")


def test_rules_of_which_nothing_can_be_carried_over_say_why():
    assert refused("prometheus-rules", "-", stdin="groups:\n- rules:\n  - {alert: Down, expr: up == 0}\n") == (
        "-:3:25: alert `Down`: `up == 0` asks for one exact value, which is no limit\n")
