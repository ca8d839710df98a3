"""`canarygate import`: files of other tools become checks that are valid, say the same, and run.

What is expected of each file of tests/data/import was worked out by hand from the other tool's own
documentation, not taken from what the program prints.
"""
import math

import pytest
import yaml

import importing
from importing import metrics_of, refused
from prometheus_server import PrometheusServer
from support import ROOT, check, run

DATA = ROOT / "tests" / "data" / "import"
T0 = 1795212000
BACKENDS = """version: 1
backends:
  default: {type: file, path: data.csv}
  prometheus: {type: prometheus, urls: ["http://127.0.0.1:9"]}
  datadog: {type: datadog, api_key: {env: DD}, app_key: {env: DD}}
  graphite: {type: graphite, urls: ["http://127.0.0.1:9"]}
  influxdb: {type: influxdb, urls: ["http://127.0.0.1:9"], database: x}
  newrelic: {type: newrelic, account_id: 1, api_key: {env: NR}}
"""


def imported(folder, kind, *arguments):
    return importing.imported(folder, BACKENDS, kind, *arguments)[:2]


# --- what is carried over

def test_a_canary_config_is_judged_and_scored_as_kayenta_does(tmp_path):
    checks, answer = imported(tmp_path, "kayenta", DATA / "kayenta" / "orders.json")
    content = checks["orders-api-canary"]
    assert content["description"] == "Errors and latency of the orders API"
    assert content["judge"] == {"method": "kayenta", "looks": 1}
    assert content["score"] == {"pass": 90, "marginal": 60,
                                "groups": {"Errors": 50, "Latency": 30, "Resources": 20}}
    metrics = metrics_of(content)
    assert list(metrics) == ["error share", "request time", "memory"]
    errors = metrics["error share"]
    assert errors["worse"] == "higher" and errors["critical"] is True
    assert errors["judge"] == {"nan": "replace", "must_have_data": True, "min_coverage": "0%",
                               "effect_size": {"allowed_increase": 1.2, "critical_increase": 2.5}}
    time = metrics["request time"]
    assert "worse" not in time and time["groups"] == ["Latency"]
    assert time["judge"]["outliers"] == {"strategy": "remove", "factor": 2.5}
    assert time["judge"]["effect_size"] == {"measure": "cles", "allowed_increase": 0.6,
                                            "allowed_decrease": 0.3}
    assert 'version="{{canary_hosts}}",region="{{location}}",job="orders"' in time["query"]
    memory = metrics["memory"]
    assert memory["worse"] == "lower" and memory["groups"] == ["Resources", "Latency"]
    assert 'asg_groupName="{{baseline_hosts}}"' in memory["query"]
    place = DATA / "kayenta" / "orders.json"
    assert answer.err == f"""not carried over to orders-api-canary:
  {place}: metrics[1].query.groupByFields: Kayenta judges each route apart; here they are averaged to one
  {place}: metrics[3]: metric 'cpu' is not in the check: no query of stackdriver can be carried over
  {place}: metrics[4]: it is muted
"""


def test_a_request_also_tells_the_scopes(tmp_path):
    checks, _ = imported(tmp_path, "kayenta", DATA / "kayenta" / "request.json")
    content = checks["search"]
    assert content["canary"] == {"hosts": ["search-v042"]}
    assert content["baseline"] == {"hosts": ["search-v041"]}
    assert content["vars"] == {"location": "eu-1"}
    assert content["score"] == {"pass": 95, "marginal": 75, "groups": {"errors": 70, "load": 30}}
    assert [metric["backend"] for metric in content["metrics"]] == [
        "datadog", "graphite", "newrelic", "influxdb"]


def test_the_placebo_judge_can_be_had_instead(tmp_path):
    checks, _ = imported(tmp_path, "kayenta", "--judge", "placebo", "--name", "orders",
                         DATA / "kayenta" / "orders.json")
    content = checks["orders"]
    assert "judge" not in content
    metrics = metrics_of(content)
    assert metrics["error share"]["allow"] == "20%"
    assert all("judge" not in metric for metric in content["metrics"])


def test_the_limits_of_an_analysis_template_are_the_check_s(tmp_path):
    checks, _ = imported(tmp_path, "argo-rollouts", DATA / "argo-rollouts" / "checkout.yaml")
    content = checks["checkout-quality"]
    assert content["judge"] == "threshold" and content["baseline"] == "none"
    assert content["window"] == {"duration": "20m", "step": "5m"}
    assert content["vars"] == {"namespace": "shop", "service_name": "fill-in-service-name"}
    metrics = metrics_of(content)
    assert list(metrics) == ["success-rate", "slow-routes", "queue"]
    assert metrics["success-rate"]["limit"] == {"min": 0.95, "for": "2 of 4"}
    assert metrics["slow-routes"]["limit"] == {"max": 0.5, "for": "1 of 4"}
    assert metrics["slow-routes"]["query"].startswith("label_replace(max(")
    queue = metrics["queue"]["limit"]
    assert queue["for"] == "1 of 4" and math.nextafter(queue["max"], math.inf) == 100
    assert metrics["queue"]["optional"] is True


def test_several_templates_and_rhythms_make_several_checks(tmp_path):
    checks, answer = imported(tmp_path, "argo-rollouts", DATA / "argo-rollouts" / "several.yaml")
    assert sorted(checks) == ["no-errors", "search", "search-2"]
    assert checks["search"]["window"] == {"warmup": "2m", "duration": "10m", "step": "1m"}
    assert checks["search"]["canary"] == {"hosts": ["{{app}}"]}
    metrics = metrics_of(checks["search"])
    assert metrics["error rate"]["limit"]["for"] == "4 of 10"
    assert math.nextafter(metrics["error rate"]["limit"]["max"], 1) == 0.05
    assert metrics["latency"]["limit"] == {"max": 250, "for": "1 of 10"}
    assert metrics_of(checks["search-2"])["apdex"]["limit"] == {"min": 0.9, "max": 1,
                                                               "for": "3 of 10"}
    assert answer.out == "".join(f"{tmp_path}/checks/{name}.yaml written: {count}\n" for name, count in [
        ("no-errors", "1 metric"), ("search", "2 metrics"), ("search-2", "1 metric")])


def test_a_canary_of_flagger_keeps_its_ranges_and_its_patience(tmp_path):
    checks, _ = imported(tmp_path, "flagger", DATA / "flagger")
    content = checks["podinfo"]
    # 5 steps of 10 % up to 50 % need 5 good checks; with the 5th bad one it is over: 9 at most.
    assert content["window"] == {"duration": "4m30s", "step": "30s"}
    limits = {name: metric["limit"] for name, metric in metrics_of(content).items()}
    assert limits == {"request-success-rate": {"min": 99, "for": "5 of 9"},
                      "request-duration": {"max": 500, "for": "5 of 9"},
                      "404s percentage": {"max": 5, "for": "5 of 9"}}
    assert content["vars"] == {"namespace": "test", "target": "podinfo"}
    assert 'response_code!="404"' in metrics_of(content)["404s percentage"]["query"]


# --- that it runs: the same queries, asked of a real Prometheus

def samples(bad):
    """Requests of two versions for 50 minutes; from `T0` on v2 fails a share `bad` of them."""
    lines = ["# TYPE http_requests counter"]
    for version in ("v1", "v2"):
        for code in ("200", "500"):
            total = 0.0
            for i, t in enumerate(range(T0 - 1500, T0 + 1500, 15)):
                share = bad if version == "v2" and t > T0 else 0.01
                # Not quite even, as no traffic is.
                per_step = (600 + i * 37 % 50) * (share if code == "500" else 1 - share)
                total += per_step
                lines.append(f'http_requests_total{{app="orders",version="{version}",code="{code}"}} '
                             f"{total} {t}")
    return "\n".join(lines + ["# EOF", ""])


@pytest.fixture(name="servers", scope="module")
def both_servers():
    with PrometheusServer(openmetrics=samples(0.01)) as good, \
            PrometheusServer(openmetrics=samples(0.2)) as bad:
        yield {"good": good, "bad": bad}


RATIO = ('sum(rate(http_requests_total{{app="orders",version="{0}",code="500"}}[1m])) / '
         'sum(rate(http_requests_total{{app="orders",version="{0}"}}[1m]))')
SOURCES = {
    "kayenta": """{"name": "orders", "metrics": [{"name": "errors", "groups": ["g"],
        "query": {"type": "prometheus", "customInlineTemplate": %s},
        "analysisConfigurations": {"canary": {"direction": "increase", "critical": true,
                                              "nanStrategy": "replace"}}}]}"""
               % ('"PromQL:' + RATIO.format("${scope}").replace('"', '\\"') + '"'),
    "argo-rollouts": f"""kind: AnalysisTemplate
metadata: {{name: orders}}
spec:
  args: [{{name: version}}]
  metrics:
    - name: errors
      interval: 1m
      count: 5
      failureLimit: 2
      successCondition: result[0] < 0.05
      provider: {{prometheus: {{query: '{RATIO.format("{{args.version}}")}'}}}}
""",
    "flagger": f"""kind: MetricTemplate
metadata: {{name: errors}}
spec: {{provider: {{type: prometheus}}, query: '{RATIO.format("{{ target }}")}'}}
---
kind: Canary
metadata: {{name: orders}}
spec:
  targetRef: {{name: v2}}
  analysis:
    interval: 30s
    threshold: 3
    iterations: 6
    metrics: [{{name: errors, templateRef: {{name: errors}}, thresholdRange: {{max: 0.05}}}}]
""",
}
FLAGS = {"kayenta": ["--canary", "v2", "--baseline", "v1"], "argo-rollouts": ["--var", "arg_version=v2"],
         "flagger": []}


@pytest.mark.parametrize("kind", list(SOURCES))
def test_an_imported_check_passes_a_good_canary_and_stops_a_bad_one(tmp_path, servers, kind):
    source = tmp_path / "source"
    source.write_text(SOURCES[kind])
    for health, expected in (("good", "pass"), ("bad", "fail")):
        root = tmp_path / health
        root.mkdir()
        (root / "canarygate.yaml").write_text(
            f'version: 1\nbackends: {{default: {{type: prometheus, urls: ["{servers[health].url}"]}}}}\n')
        assert run("import", kind, source, "--output", root).code == 0
        answer = check(root, "orders", "--deployed-at", T0, "--now", T0 + 1400, *FLAGS[kind])
        assert answer.json["verdict"] == expected, answer


@pytest.mark.parametrize("kind", list(SOURCES))
def test_an_imported_check_that_nobody_filled_in_never_passes(tmp_path, servers, kind):
    source = tmp_path / "source"
    # Nobody of these names is known to the server.
    source.write_text(SOURCES[kind].replace("targetRef: {name: v2}", "targetRef: {name: v3}"))
    (tmp_path / "canarygate.yaml").write_text(
        f'version: 1\nbackends: {{default: {{type: prometheus, urls: ["{servers["good"].url}"]}}}}\n')
    assert run("import", kind, source, "--output", tmp_path).code == 0
    answer = check(tmp_path, "orders", "--deployed-at", T0, "--now", T0 + 1400)
    assert (answer.code, answer.json["verdict"]) == (1, "no_data"), answer


# --- the command

def test_one_check_goes_to_stdout_and_several_need_a_folder(tmp_path):
    template = (DATA / "argo-rollouts" / "several.yaml").read_text()
    first = template.split("---")[0]
    answer = run("import", "argo-rollouts", "-", stdin=first)
    assert answer.code == 0 and yaml.safe_load(answer.out)["check"] == "no-errors"
    assert answer.err == ("not carried over:\n  -:10:25: NaN passes it; here that is no data, which fails "
                          "unless the metric says `optional: true`\n")
    assert refused("argo-rollouts", "-", stdin=template) == (
        "canarygate: these are 3 checks (no-errors, search and search-2); give a config root to write "
        "them into with --output DIR\n")
    assert refused("argo-rollouts", "-", "--name", "x", stdin=template) == (
        "-: --name is for one check, and these are 3\n")
    assert not list(tmp_path.iterdir())


def test_a_check_that_is_there_is_not_overwritten(tmp_path):
    source = DATA / "flagger" / "podinfo.yaml"
    target = tmp_path / "new" / "root" / "checks" / "podinfo.yaml"
    assert run("import", "flagger", source, "--output", tmp_path / "new" / "root").code == 0
    target.write_text("mine\n")
    assert refused("flagger", source, "--output", tmp_path / "new" / "root") == (
        f"canarygate: {target} is there already, and nothing was written; replace it with --force, or "
        "choose another --name\n")
    assert target.read_text() == "mine\n"
    answer = run("import", "flagger", source, "--output", tmp_path / "new" / "root", "--force")
    assert answer.code == 0 and "check: podinfo" in target.read_text()
    assert sorted(path.name for path in target.parent.iterdir()) == ["podinfo.yaml"]


def test_what_cannot_be_read_or_written_is_said(tmp_path):
    assert refused("kayenta", tmp_path / "no.json") == (
        f"{tmp_path}/no.json: there is no such file or folder\n")
    assert refused("kayenta", tmp_path) == (
        f"{tmp_path}: there is no file in it whose name ends with .json\n")
    assert refused("flagger", tmp_path) == (
        f"{tmp_path}: there is no file in it whose name ends with .yaml and .yml\n")
    (tmp_path / "file").write_text("")
    error = refused("flagger", DATA / "flagger" / "podinfo.yaml", "--output", tmp_path / "file")
    assert error == (f"canarygate: cannot write the check '{tmp_path}/file/checks/podinfo.yaml': Not a "
                     "directory; a part of that path is a file, not a folder; choose another path\n")
    (tmp_path / "large.json").write_text(" " * (16 * 1024 * 1024 + 1))
    assert refused("kayenta", tmp_path / "large.json") == (
        f"{tmp_path}/large.json: the file is larger than 16 MiB\n")


def test_a_file_of_another_kind_is_refused_by_name():
    orders = DATA / "kayenta" / "orders.json"
    podinfo = DATA / "flagger" / "podinfo.yaml"
    assert refused("argo-rollouts", podinfo) == (
        f"{podinfo}: there is no AnalysisTemplate or ClusterAnalysisTemplate in it\n")
    assert refused("flagger", orders) == (
        f"{orders}: there is no Canary in it; a MetricTemplate alone has no limits, so give the Canary "
        "that names it, too\n")
    assert refused("kayenta", podinfo) == (
        f"{podinfo}:1:1: not valid JSON: this is not what can stand here\n")


def test_what_is_beyond_is_refused_with_its_line():
    template = """kind: AnalysisTemplate
metadata: {name: t}
spec:
  metrics:
    - name: m
      successCondition: result[0] / 2 < 5
      provider: {prometheus: {query: up}}
"""
    assert refused("argo-rollouts", "-", stdin=template) == (
        "-:6:25: successCondition: column 11 of it: '/' is beyond what can be imported; possible are "
        "comparisons of result, result[0] or default(result, N) with a number, isNaN, isNil, "
        "len(result) with 0, all, any and none of (result, # < N), and &&, ||, ! and parentheses\n")


def test_the_help_and_the_documentation_list_every_kind():
    answer = run("import", "--help")
    kinds = [line.split()[0] for line in answer.out.partition("Kinds:\n")[2].splitlines()
             if line.startswith("  ")]
    assert kinds == sorted(kinds) and {"argo-rollouts", "flagger", "kayenta"} <= set(kinds)
    page = (ROOT / "docs" / "import.md").read_text()
    sections = [line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")]
    assert [section for section in sections if section in kinds] == kinds
