"""A strict Elasticsearch that knows the fleet's three searches, and refuses and remembers any other.

It checks method, path, parameters, headers and the whole body. The shapes of its replies are those of
the reference documentation; the buckets' are also those of an exchange recorded from OpenSearch.
"""
import json
import urllib.parse

import fleet
from servers import Quiet, serving

INDEX = "logs-web-*"
HOSTS = " OR ".join(f'"{host}"' for host in fleet.HOSTS)
FILTER = f"service.name:web AND host.name:({HOSTS})"
FIELDS = {"@timestamp": "date", "host.name": "keyword", "service.name": "keyword", "status": "long",
          "duration": "float"}
WHOLE = {"total": 4, "successful": 4, "skipped": 2, "failed": 0}


def query_string(text):
    return {"query_string": {"query": text, "analyze_wildcard": True}}


NUMBERS = {  # the aggregation in each bucket, and which of the fleet's metrics it is answered with
    "requests": None,
    "errors": {"filter": query_string("status:>=500")},
    "latency": {"percentiles": {"field": "duration", "percents": [99.0], "keyed": False}},
}


def search(metric, begin, end):
    """The whole body of the search for the stretch from `begin` to `end` (ms)."""
    step = fleet.STEP * 1000
    times = {"date_histogram": {"field": "@timestamp", "fixed_interval": f"{step}ms",
                                "offset": f"+{begin % step}ms", "min_doc_count": 0,
                                "extended_bounds": {"min": begin, "max": end - step}}}
    if NUMBERS[metric]:
        times["aggs"] = {"number": NUMBERS[metric]}
    window = {"range": {"@timestamp": {"gte": begin, "lt": end, "format": "epoch_millis"}}}
    return {"size": 0, "track_total_hits": False,
            "query": {"bool": {"filter": [window, query_string(FILTER)]}},
            "aggs": {"hosts": {"terms": {"field": "host.name", "size": 1000},
                               "aggs": {"times": times}}}}


class ElasticsearchStub:
    """`bends` as of fleet.write. `key`: what Authorization must be. `changed(reply)`: a reply bent."""

    def __init__(self, bends=None, key=None, changed=None, fields=None, refusal=None):
        self.numbers = fleet.table(bends)
        self.key, self.changed, self.refusal = key, changed, refusal
        self.fields = FIELDS if fields is None else fields
        self.refused = []

    def bucket(self, metric, host, key):
        time = (key - 1) // 1000 + fleet.STEP  # the end of the bucket, where the fleet's samples are
        requests = self.numbers["requests"].get(host, {}).get(time, 0)
        value = self.numbers[metric].get(host, {}).get(time)
        bucket = {"key_as_string": str(key), "key": key, "doc_count": int(requests)}
        if metric == "errors":
            bucket["number"] = {"doc_count": int(value or 0)}
        if metric == "latency":
            bucket["number"] = {"values": [{"key": 99.0, "value": value}]}
        return bucket

    def answer(self, body):
        window = body["query"]["bool"]["filter"][0]["range"]["@timestamp"]
        begin, end = window["gte"], window["lt"]
        metric = next((m for m in NUMBERS if body == search(m, begin, end)), None)
        if metric is None:
            return None
        hosts = []
        for host in self.numbers["requests"]:
            times = [self.bucket(metric, host, key) for key in range(begin, end, fleet.STEP * 1000)]
            count = sum(time["doc_count"] for time in times)
            if count:
                hosts.append({"key": host, "doc_count": count, "times": {"buckets": times}})
        reply = {"took": 3, "timed_out": False, "_shards": dict(WHOLE),
                 "hits": {"max_score": None, "hits": []},
                 "aggregations": {"hosts": {"doc_count_error_upper_bound": 0,
                                            "sum_other_doc_count": 0, "buckets": hosts}}}
        if self.changed:
            self.changed(reply)
        return reply

    def field_caps(self, asked):
        return {"indices": ["logs-web-1"],
                "fields": {name: {kind: {"type": kind, "searchable": True,
                                         "aggregatable": kind != "text"}}
                           for name, kind in self.fields.items() if name in asked.split(",")}}

    def serve(self):
        stub = self

        class Strict(Quiet):
            def reply_to(self, method):
                path, _, parameters = self.path.partition("?")
                parameters = dict(urllib.parse.parse_qsl(parameters, strict_parsing=True))
                path = urllib.parse.unquote(path)
                if method == "GET" and path == f"/{INDEX}/_field_caps":
                    fields = parameters.pop("fields", "")
                    if parameters == {"allow_no_indices": "false"}:
                        return stub.field_caps(fields)
                if method == "POST" and path == f"/{INDEX}/_search" and parameters == {
                        "allow_no_indices": "false", "allow_partial_search_results": "false"}:
                    body = self.rfile.read(int(self.headers["Content-Length"]))
                    if self.headers["Content-Type"] == "application/json":
                        return stub.answer(json.loads(body))
                return None

            def do(self, method):
                if stub.key and self.headers["Authorization"] != stub.key:
                    self.rfile.read(int(self.headers["Content-Length"] or 0))
                    reason = "unable to authenticate with provided credentials"
                    self.answer(401, json.dumps({"error": {
                        "root_cause": [{"type": "security_exception", "reason": reason}],
                        "type": "security_exception", "reason": reason}, "status": 401}))
                    return
                reply = self.reply_to(method)
                if reply is None or self.headers["Accept"] != "application/json":
                    stub.refused.append((method, self.path))
                    self.answer(400, '{"error":"not expected","status":400}')
                elif stub.refusal and method == "POST":
                    self.answer(*stub.refusal)
                else:
                    self.answer(200, json.dumps(reply))

            def do_GET(self):
                self.do("GET")

            def do_POST(self):
                self.do("POST")

        return serving(Strict)
