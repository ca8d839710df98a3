"""A strict Datadog: it knows the two ways to ask for metrics and the list of hosts, checks the whole
request, and answers in the shapes that were recorded from the real one. Any other request is answered
as Datadog answers it or with 500, and remembered in `unexpected`."""
import copy
import json
import re
import urllib.parse

from servers import Quiet, serving
from support import ROOT

API_KEY = "0123456789abcdef-api"
APP_KEY = "fedcba9876543210-app"
FIXTURES = ROOT / "tests" / "data" / "fixtures" / "datadog"
QUERY = re.compile(r"^(avg|sum):([a-z.]+)\{(.*)\} by \{(host(?:,[a-z]+)*)\}(\.as_count\(\))?"
                   r"\.rollup\((avg|sum), (\d+)\)$")
SCOPE = re.compile(r"^service:web(?: AND host IN \(([a-z0-9-]+(?:, [a-z0-9-]+)*)\))?$")
PAGE = 3  # hosts at once, so that there are several


def recorded(name):
    return json.loads((FIXTURES / f"{name}.json").read_text())["response"]


class Datadog:
    """`numbers`: {metric: {host: {time: value}}}, `tags`: {host: [tag, …]}. `limits`: how many of the
    next requests are refused with 429, and the seconds it says that lasts. `finest`: the shortest
    bucket it has."""

    def __init__(self, numbers, tags, limits=(0, 0), finest=1):
        self.numbers = numbers
        self.tags = tags
        self.refusals, self.reset = limits
        self.finest = finest
        self.app_key = APP_KEY
        self.unexpected = []
        self.asked = []

    def serve(self):
        datadog = self

        class Strict(Quiet):
            def do_GET(self):
                body = b""
                if self.command == "POST":
                    body = self.rfile.read(int(self.headers["Content-Length"]))
                datadog.asked.append(f"{self.command} {urllib.parse.urlsplit(self.path).path}")
                status, headers, answer = datadog.respond(self.command, self.path, self.headers, body)
                if status == 500:
                    datadog.unexpected.append((self.command, self.path, body))
                data = json.dumps(answer).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
        return serving(Strict)

    def respond(self, method, path, headers, body):
        kind = {"Content-Type": "application/json"}
        if (headers["DD-API-KEY"], headers["DD-APPLICATION-KEY"]) != (API_KEY, self.app_key):
            return 403, kind, recorded("v1_query_403")["json"]
        if headers["Accept"] != "application/json":
            return 500, kind, {}
        if self.refusals > 0:
            self.refusals -= 1
            limit = {name: value for name, value in recorded("v2_429")["headers"].items()
                     if name.startswith("X-Ratelimit-")}
            return 429, kind | limit | {"X-Ratelimit-Reset": str(self.reset)}, {"errors": []}
        url = urllib.parse.urlsplit(path)
        form = urllib.parse.parse_qs(url.query, strict_parsing=bool(url.query))
        known = {("GET", "/api/v1/query"): self.v1, ("GET", "/api/v1/hosts"): self.hosts,
                 ("POST", "/api/v2/query/timeseries"): self.v2}.get((method, url.path))
        answer = known and known({name: value[-1] for name, value in form.items()}, headers, body)
        return (200, kind, answer) if answer else (500, kind, {})

    def buckets(self, text, first, last):
        """[(tags, {bucket: value})] for a query, or None for one that is not expected."""
        query = QUERY.match(text)
        scope = query and SCOPE.match(query[3])
        if not scope or query[2] not in self.numbers or bool(query[5]) != (query[6] == "sum"):
            return None
        step = max(int(query[7]), self.finest)
        wanted = scope[1].split(", ") if scope[1] else list(self.numbers[query[2]])
        found = []
        for host in wanted:
            inside = {}
            for time, value in self.numbers[query[2]].get(host, {}).items():
                if first <= time <= last:
                    inside.setdefault(time // step * step, []).append(value)
            if not inside:
                continue
            tags = [tag for tag in [f"host:{host}", *self.tags[host]]
                    if tag.split(":")[0] in query[4].split(",")]
            merged = {time: sum(values) / (1 if query[5] else len(values))
                      for time, values in sorted(inside.items())}
            found.append((tags, merged, step))
        return found

    def v1(self, form, _headers, body):
        if set(form) != {"from", "to", "query"} or body:
            return None
        series = self.buckets(form["query"], int(form["from"]), int(form["to"]))
        if series is None:
            return None
        shape = recorded("v1_query_by_host")["json"]
        answer = copy.deepcopy(shape) | {"query": form["query"], "series": []}
        for tags, values, step in series:
            points = [[time * 1000.0, value] for time, value in values.items()]
            answer["series"].append(shape["series"][0] | {
                "tag_set": tags, "scope": ",".join(tags), "interval": step, "pointlist": points,
                "length": len(points), "start": points[0][0], "end": points[-1][0] + step * 1000 - 1})
        return answer

    def v2(self, form, headers, body):
        request = json.loads(body)["data"]
        asked = request["attributes"]
        if form or headers["Content-Type"] != "application/json" or \
                request["type"] != "timeseries_request" or \
                set(asked) != {"from", "to", "interval", "formulas", "queries"} or \
                asked["formulas"] != [{"formula": "query1"}] or \
                [(query["name"], query["data_source"]) for query in asked["queries"]] != \
                [("query1", "metrics")]:
            return None
        series = self.buckets(asked["queries"][0]["query"], asked["from"] // 1000, asked["to"] // 1000)
        if series is None or asked["interval"] != 1000 * series[0][2]:
            return None
        times = sorted({time for _, values, _ in series for time in values})
        answer = recorded("v2_timeseries")["json"]
        answer["data"]["attributes"] = {
            "series": [{"group_tags": tags, "query_index": 0, "unit": None} for tags, _, _ in series],
            "times": [time * 1000 for time in times],
            "values": [[values.get(time) for time in times] for _, values, _ in series]}
        return answer

    def hosts(self, form, _headers, body):
        if set(form) != {"filter", "start", "count"} or form["count"] != "1000" or body:
            return None
        matching = [host for host in sorted(self.tags) if form["filter"] in self.tags[host]]
        start = int(form["start"])
        shape = recorded("v1_hosts")["json"]
        listed = [shape["host_list"][0] | {"id": 1 + int(host.split("-")[1]), "name": host.title(),
                                           "host_name": host,
                                           "tags_by_source": {"Datadog": self.tags[host]}}
                  for host in matching[start:start + PAGE]]
        return shape | {"host_list": listed, "total_returned": len(listed),
                        "total_matching": len(matching)}
