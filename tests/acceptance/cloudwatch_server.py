"""A strict CloudWatch: it knows GetMetricData, checks every signature by a computation of its own, and
remembers what it refused."""
import datetime
import hashlib
import hmac
import random
import re
import urllib.parse
from xml.sax.saxutils import escape

from servers import Quiet, serving

REGION = "eu-west-1"
NAMESPACE = 'xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"'


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def signature(secret, scope, date, method, path, headers, signed, body):
    """Signature Version 4 of a request without a query string. `headers` by lower-case name."""
    canonical = "\n".join([method, path, "", *(f"{name}:{headers[name]}" for name in signed), "",
                           ";".join(signed), sha256(body)])
    to_sign = "\n".join(["AWS4-HMAC-SHA256", date, "/".join(scope), sha256(canonical.encode())])
    key = ("AWS4" + secret).encode()
    for part in scope:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()


def fault_in_signature(handler, body, keys):
    """What is wrong with the signature of a request; None when nothing is. `keys`: (id, secret,
    token or None)."""
    headers = {name.lower(): value.strip() for name, value in handler.headers.items()}
    parts = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(.+), SignedHeaders=([a-z0-9;-]+), "
                         r"Signature=([0-9a-f]{64})", headers.get("authorization", ""))
    if not parts:
        return "no Authorization of Signature Version 4"
    key_id, scope, signed, given = parts.groups()
    scope, signed, date = scope.split("/"), signed.split(";"), headers.get("x-amz-date", "")
    sent_at = datetime.datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    age = datetime.datetime.now(datetime.timezone.utc) - sent_at
    must = {"host", "x-amz-date", "content-type"} | ({"x-amz-security-token"} if keys[2] else set())
    if abs(age.total_seconds()) > 300:
        return "a date that is not now"
    if scope != [date[:8], REGION, "monitoring", "aws4_request"]:
        return f"the scope {scope}"
    if key_id != keys[0] or headers.get("x-amz-security-token") != keys[2]:
        return "another key or token"
    if not must <= set(signed) or signed != sorted(signed):
        return f"signs {signed}"
    if given != signature(keys[1], scope, date, handler.command, handler.path, headers, signed, body):
        return "the signature does not match"
    return None


def iso(time):
    return datetime.datetime.fromtimestamp(time, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(text):
    return int(datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
               .replace(tzinfo=datetime.timezone.utc).timestamp())


def error_xml(code, message):
    return (f"<ErrorResponse {NAMESPACE}><Error><Type>Sender</Type><Code>{code}</Code>"
            f"<Message>{escape(message)}</Message></Error></ErrorResponse>")


class CloudWatch:
    """`numbers`: {(metric, statistic, period): {host: {period's begin: value}}}, of the namespace
    App/Web and the dimensions Service=web and InstanceId. `page`: numbers a page. `throttle`: how many
    requests are told to come again. Pages hold the newest numbers first, within them in any order."""

    MEMBER = re.compile(r"MetricDataQueries\.member\.(\d+)\.(.+)")
    STAT = {"Id", "MetricStat.Metric.Namespace", "MetricStat.Metric.MetricName", "MetricStat.Period",
            "MetricStat.Stat", *(f"MetricStat.Metric.Dimensions.member.{n}.{what}"
                                 for n in (1, 2) for what in ("Name", "Value"))}
    SEARCH = {"Id", "Expression", "Label"}

    def __init__(self, numbers, keys=("AKIDEXAMPLE", "s3cret/key", "s3cret-token"), page=500,
                 throttle=0):
        self.numbers, self.keys, self.page, self.throttle = numbers, keys, page, throttle
        self.random = random.Random(1)
        self.refused = []
        self.served = 0

    def series_of(self, member):
        """(label, numbers) of each series that a query of the request asks for."""
        if set(member) == self.SEARCH:
            expression = re.fullmatch(r"SEARCH\('\{App/Web,InstanceId,Service\} MetricName=\"(\w+)\" "
                                      r"Service=\"web\"', '(\w+)', (\d+)\)", member["Expression"])
            assert expression, member
            assert member["Label"] == "|${PROP('Dim.InstanceId')}|", member
            metric, statistic, period = expression.groups()
            hosts = self.numbers[metric, statistic, int(period)]
            return [(f"|{host}| {metric}", points) for host, points in hosts.items()]
        assert set(member) == self.STAT, member
        assert member["MetricStat.Metric.Namespace"] == "App/Web"
        dimensions = {member[f"MetricStat.Metric.Dimensions.member.{n}.Name"]:
                      member[f"MetricStat.Metric.Dimensions.member.{n}.Value"] for n in (1, 2)}
        assert dimensions.pop("Service") == "web" and list(dimensions) == ["InstanceId"], member
        hosts = self.numbers[member["MetricStat.Metric.MetricName"], member["MetricStat.Stat"],
                             int(member["MetricStat.Period"])]
        return [(member["MetricStat.Metric.MetricName"], hosts.get(dimensions["InstanceId"], {}))]

    def answer(self, form):
        assert form.pop("Action") == "GetMetricData" and form.pop("Version") == "2010-08-01"
        assert form.pop("ScanBy") == "TimestampAscending"
        begin, end = seconds(form.pop("StartTime")), seconds(form.pop("EndTime"))
        offset = int(form.pop("NextToken", "0"))
        members = {}
        for name, value in form.items():
            number, key = self.MEMBER.fullmatch(name).groups()
            members.setdefault(int(number), {})[key] = value
        assert list(members) == list(range(1, len(members) + 1)) and len(members) <= 500
        rows, left, skip = [], self.page, offset
        for member in members.values():
            for label, points in self.series_of(member):
                wanted = sorted((t for t in points if begin <= t < end), reverse=True)
                times = wanted[skip:skip + left]
                skip = max(0, skip - len(wanted))
                left -= len(times)
                rest = left == 0 and len(times) < len(wanted)
                shuffled = self.random.sample(times, len(times))
                rows.append(
                    f"<member><Id>{member['Id']}</Id><Label>{escape(label)}</Label>"
                    f"<StatusCode>{'PartialData' if rest else 'Complete'}</StatusCode><Timestamps>"
                    + "".join(f"<member>{iso(t)}</member>" for t in shuffled)
                    + "</Timestamps><Values>"
                    + "".join(f"<member>{points[t]}</member>" for t in shuffled)
                    + "</Values></member>")
        token = f"<NextToken>{offset + self.page}</NextToken>" if left == 0 else ""
        return (f"<GetMetricDataResponse {NAMESPACE}><GetMetricDataResult>{token}<MetricDataResults>"
                + "".join(rows) + "</MetricDataResults></GetMetricDataResult></GetMetricDataResponse>")

    def serve(self):
        stub = self

        class Strict(Quiet):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                fault = fault_in_signature(self, body, stub.keys)
                if fault:
                    self.answer(403, error_xml("SignatureDoesNotMatch", fault), "text/xml")
                    return
                if stub.throttle > 0:
                    stub.throttle -= 1
                    self.answer(400, error_xml("Throttling", "Rate exceeded"), "text/xml")
                    return
                form = dict(urllib.parse.parse_qsl(body.decode(), strict_parsing=True))
                try:
                    assert self.path == "/", self.path
                    assert self.headers["Content-Type"] == "application/x-www-form-urlencoded"
                    text = stub.answer(form)
                except (AssertionError, KeyError, ValueError) as problem:
                    stub.refused.append((repr(problem), form))
                    self.answer(400, error_xml("ValidationError", "not expected"), "text/xml")
                    return
                stub.served += 1
                self.answer(200, text, "text/xml")

            def do_GET(self):
                stub.refused.append((self.path, {}))
                self.answer(404, "")
        return serving(Strict)
