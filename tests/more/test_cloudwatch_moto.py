"""The gate against moto, which answers in CloudWatch's own words (and looks at no signature)."""
import datetime
import urllib.parse
import urllib.request

import pytest

import fleet
from programs import Program, free_port
from support import HANG, check, environment
from test_cloudwatch import AT, KEYS, use

LATENCY = """
metrics:
  - name: latency
    query: App/Web Latency Average {Service=web, InstanceId={{hosts}}}
    unit: s
    worse: higher
"""
AUTHORIZATION = ("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20241015/eu-west-1/monitoring/aws4_request, "
                 "SignedHeaders=host, Signature=none")


def post(url, form):
    request = urllib.request.Request(url, urllib.parse.urlencode(form).encode(),
                                     {"Authorization": AUTHORIZATION})
    with urllib.request.urlopen(request, timeout=HANG) as reply:
        return reply.read()


def put(url, rows):
    """Rows of (time, host, metric, value), each in the period that ends at its time."""
    form = {"Action": "PutMetricData", "Version": "2010-08-01", "Namespace": "App/Web"}
    for n, (at, host, _, value) in enumerate(rows, 1):
        member = f"MetricData.member.{n}."
        begin = datetime.datetime.fromtimestamp(at - fleet.STEP, datetime.timezone.utc)
        form |= {member + "MetricName": "Latency", member + "Value": value,
                 member + "Timestamp": begin.strftime("%Y-%m-%dT%H:%M:%SZ")}
        for d, (name, content) in enumerate((("Service", "web"), ("InstanceId", host)), 1):
            form[f"{member}Dimensions.member.{d}.Name"] = name
            form[f"{member}Dimensions.member.{d}.Value"] = content
    post(url, form)


class Moto(Program):
    def __init__(self, packages):
        super().__init__("moto")
        self.packages = packages
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"

    def start(self):
        self.run("/usr/bin/python3", "-m", "moto.server", "-H", "127.0.0.1", "-p", self.port,
                 PYTHONPATH=str(self.packages),
                 ready=lambda: post(self.url, {"Action": "ListMetrics", "Version": "2010-08-01"}))


@pytest.fixture
def cloudwatch(moto):
    with Moto(moto) as server:
        yield server.url


@pytest.mark.slow
def test_a_file_and_moto_of_the_same_numbers_say_the_same(root, cloudwatch):
    bends = {"latency": fleet.after_deploy(3)}
    fleet.write(root, bends, fleet.CHECK + LATENCY.replace(
        "App/Web Latency Average {Service=web, InstanceId={{hosts}}}", "latency"))
    from_file = check(root, "web", *AT).json
    rows = list(fleet.numbers("latency", bends.get("latency")))
    for first in range(0, len(rows), 500):
        put(cloudwatch, rows[first:first + 500])
    use(root, cloudwatch, LATENCY)
    answer = check(root, "web", *AT, env=environment(**KEYS))
    assert answer.code == 1, answer
    mine, theirs = (r["metrics"][0] for r in (answer.json, from_file))
    for group in ("canary", "baseline"):
        assert mine[group]["points"] == theirs[group]["points"] > 0
        assert mine[group]["mean"] == pytest.approx(theirs[group]["mean"])
    assert mine["verdict"] == theirs["verdict"]
