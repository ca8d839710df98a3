"""Strict stand-ins for the services that can only be had on the net: each takes exactly the requests
that its documentation describes, answers as it does, and remembers anything else as refused."""
import json
import re
import time
import urllib.parse

from servers import Quiet, serving

SLACK_PATH = "/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"
ROUTING_KEY = "a0000000aa0000a0a000aa0a0a0aa000"
API_KEY = "9775a026f1ca7d1c6c5af9d94d9595a4"
APP_KEY = "87ce4a24b5553d2e482ea8a8500e71b8ad4554ff"
TOKEN = "glsa_HOruNAb7SOiCdshU9algkrq7FDsNSLAa_55e2f8be"


class Refused(Exception):
    pass


def demand(condition, what):
    if not condition:
        raise Refused(what)


def keys(document, required, optional=()):
    demand(isinstance(document, dict), "an object is expected")
    demand(set(required) <= set(document), f"missing of {required}: {document}")
    demand(set(document) <= {*required, *optional}, f"unknown keys in {sorted(document)}")


def text(value, longest):
    demand(isinstance(value, str) and 0 < len(value) <= longest, f"not a text up to {longest}: {value}")


def slack_text(value, longest=3000):
    keys(value, ["type", "text"], ["emoji"] if value.get("type") == "plain_text" else ["verbatim"])
    demand(value["type"] in ("plain_text", "mrkdwn"), value["type"])
    text(value["text"], longest)
    for entity in re.findall(r"&[^;]{0,6};?", value["text"]):
        demand(entity in ("&amp;", "&lt;", "&gt;"), f"a bare & in {value}")
    if value["type"] == "plain_text":
        demand(not set("<>") & set(value["text"]), value)


def slack(request):
    """Incoming webhooks: https://api.slack.com/messaging/webhooks"""
    demand((request.method, request.path) == ("POST", SLACK_PATH), request.path)
    message = request.json()
    keys(message, ["text"], ["blocks", "mrkdwn"])
    text(message["text"], 40000)
    demand(len(message["blocks"]) <= 50, "too many blocks")
    for block in message["blocks"]:
        if block["type"] == "section":
            keys(block, ["type", "text"])
            slack_text(block["text"])
        else:
            demand(block["type"] == "context", block)
            keys(block, ["type", "elements"])
            demand(0 < len(block["elements"]) <= 10, block)
            for element in block["elements"]:
                slack_text(element)
    return 200, "ok", "text/html"  # as Slack calls it


def pagerduty(request):
    """Change events of the Events API v2."""
    demand((request.method, request.path) == ("POST", "/v2/change/enqueue"), request.path)
    event = request.json()
    keys(event, ["routing_key", "payload"], ["links", "images"])
    demand(event["routing_key"] == ROUTING_KEY, event["routing_key"])
    payload = event["payload"]
    keys(payload, ["summary"], ["source", "timestamp", "custom_details"])
    text(payload["summary"], 1024)
    demand(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", payload["timestamp"]), payload)
    for link in event["links"]:
        keys(link, ["href"], ["text"])
        demand(link["href"].startswith("http"), link)
    return 202, '{"message":"Change event processed","status":"success"}', "application/json"


def datadog(request):
    """Events, version 1, sent."""
    demand((request.method, request.path) == ("POST", "/api/v1/events"), request.path)
    demand(request.headers.get("DD-API-KEY") == API_KEY, "no key")
    demand("DD-APPLICATION-KEY" not in request.headers, "a key that is not needed")
    event = request.json()
    keys(event, ["title", "text"], ["tags", "alert_type", "date_happened", "aggregation_key",
                                    "priority", "host", "source_type_name", "device_name"])
    text(event["title"], 100)
    text(event["text"], 4000)
    demand(event["alert_type"] in ("error", "warning", "info", "success"), event["alert_type"])
    text(event["aggregation_key"], 100)
    return 202, json.dumps({"status": "ok", "event": {"id": 1, "title": event["title"]}}), "application/json"


class Datadog:
    """Events, version 1, sent and read again: whole pages only, and not without both keys."""

    def __init__(self):
        self.events = []

    def __call__(self, request):
        if request.method == "POST":
            answer = datadog(request)
            event = request.json()
            self.events.append({"date_happened": int(time.time()), **event, "id": len(self.events) + 1})
            return answer
        demand((request.method, request.path) == ("GET", "/api/v1/events"), request.path)
        demand(request.headers.get("DD-API-KEY") == API_KEY, "no key")
        demand(request.headers.get("DD-APPLICATION-KEY") == APP_KEY, "no application key")
        asked = request.parameters("start", "end", "tags", "unaggregated", "exclude_aggregate", "page")
        demand(asked["unaggregated"] == asked["exclude_aggregate"] == ["true"], "pages need one of them")
        (start,), (end,), (tags,), (page,) = (asked[key] for key in ("start", "end", "tags", "page"))
        if int(start) >= int(end):
            return 400, '{"errors":["start param must be greater than end param"]}', "application/json"
        # Whether all of the tags or any of them are meant its documentation does not say.
        found = [event for event in self.events if int(start) <= event["date_happened"] <= int(end)
                 and {tag.lower() for tag in event["tags"]} & set(tags.split(","))]
        found = found[1000 * int(page):][:1000]
        return 200, json.dumps({"events": found, "status": "ok"}), "application/json"


class Grafana:
    """Annotations by the HTTP API, with a service account's token."""

    def __init__(self):
        self.annotations = {}

    def found(self, request):
        """Those that reach into the time and carry all tags, the youngest of them up to a limit."""
        asked = request.parameters("from", "to", "type", "matchAny", "limit", "tags")
        demand(asked["type"] == ["annotation"] and asked["matchAny"] == ["false"], asked)
        (first,), (last,), (limit,) = (asked[key] for key in ("from", "to", "limit"))
        found = []
        for number, one in self.annotations.items():
            begin, end = one["time"], one.get("timeEnd", one["time"])
            if begin <= int(last) and end >= int(first) and set(asked["tags"]) <= set(one["tags"]):
                found.append({"id": number, "alertId": 0, "dashboardId": 0, "panelId": 0, "userId": 1,
                              "newState": "", "prevState": "", "data": {}, "timeEnd": end, **one})
        found.sort(key=lambda one: one["timeEnd"], reverse=True)
        return 200, json.dumps(found[:int(limit)]), "application/json"

    def __call__(self, request):
        demand(request.headers.get("Authorization") == f"Bearer {TOKEN}", "no token")
        if (request.method, request.path) == ("GET", "/api/annotations"):
            return self.found(request)
        annotation = request.json()
        for key in ("time", "timeEnd"):
            value = annotation.get(key, 1_700_000_000_000)
            demand(isinstance(value, int) and value > 1_600_000_000_000, f"{key} is no milliseconds")
        if (request.method, request.path) == ("POST", "/api/annotations"):
            keys(annotation, ["text"], ["time", "timeEnd", "tags", "dashboardUID", "panelId"])
            number = len(self.annotations) + 1
            self.annotations[number] = annotation
            return 200, json.dumps({"message": "Annotation added", "id": number}), "application/json"
        known = re.fullmatch(r"/api/annotations/(\d+)", request.path)
        demand(request.method == "PATCH" and known, request.path)
        keys(annotation, [], ["text", "time", "timeEnd", "tags"])
        self.annotations[int(known.group(1))].update(annotation)
        return 200, '{"message":"Annotation patched"}', "application/json"


class Request:
    def __init__(self, method, path, headers, body):
        self.method, self.headers, self.body = method, headers, body
        self.path, self.query = urllib.parse.urlsplit(path)[2:4]
        self.query_read = False

    def json(self):
        demand(self.headers.get("Content-Type") == "application/json", "not JSON")
        return json.loads(self.body)

    def parameters(self, *names):
        """The query's, all of these names and no others: a list of values each."""
        self.query_read = True
        asked = urllib.parse.parse_qs(self.query, strict_parsing=True)
        demand(set(asked) == set(names), f"other parameters than {names}: {self.query}")
        return asked


class Service:
    """Serves a function from a Request to (status, body, Content-Type); `with` gives its URL."""

    def __init__(self, answer):
        self.answer = answer
        self.requests = []
        self.refused = []

    def __enter__(self):
        service = self

        class Handler(Quiet):
            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                request = Request(self.command, self.path, self.headers, body)
                try:
                    answer = service.answer(request)
                    demand(not request.query or request.query_read, "a query string")
                    service.requests.append(request)
                except (Refused, KeyError, ValueError) as problem:
                    service.refused.append(repr(problem))
                    answer = 400, '{"message": "not expected"}', "application/json"
                self.answer(*answer)

            do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

        self.serving = serving(Handler)
        self.url = self.serving.__enter__()
        return self

    def __exit__(self, *problem):
        self.serving.__exit__(*problem)

    def bodies(self):
        assert self.refused == []
        return [json.loads(request.body) for request in self.requests]


def anything(status=200, body="", kind="text/plain"):
    """Takes all that comes."""
    return Service(lambda request: (status, body, kind))
