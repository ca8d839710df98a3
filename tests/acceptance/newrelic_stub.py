"""A strict NerdGraph that knows the fleet's three queries, and refuses and remembers any other.

It checks method, path, headers and the whole body, the query with its times and buckets included. The
shapes of its replies are those of the documentation and of its vendor's test data for the official
client, not recorded.
"""
import json
import re

import fleet
from servers import Quiet, serving

ACCOUNT = 1234567
QUESTION = ("query($account: Int!, $nrql: Nrql!) { actor { account(id: $account) { nrql(query: $nrql, "
            "timeout: 15) { results otherResult metadata { facets messages } queryProgress { "
            "completed } } } } }")
WHERE = "FROM Transaction WHERE appName = 'web' AND host IN ({})"
SELECTS = {"latency": "SELECT percentile(duration, 99)",
           "errors": "SELECT filter(count(*), WHERE error IS true)", "requests": "SELECT count(*)"}
KEYS = {"latency": "percentile.duration", "errors": "count", "requests": "count"}
MOST_BUCKETS = 366
SENT = re.compile(re.escape(" " + WHERE.format(", ".join(f"'{host}'" for host in fleet.HOSTS))) +
                  rf" FACET host SINCE (\d+) UNTIL (\d+) TIMESERIES {fleet.STEP} seconds LIMIT MAX")


class NewRelicStub:
    """`bends` as of fleet.write. `changed(nrql)`: a reply bent. `refusal`: (status, body, type)."""

    def __init__(self, bends=None, key="NRAK-S3CRETWORD", changed=None, refusal=None):
        self.numbers = fleet.table(bends)
        self.key, self.changed, self.refusal = key, changed, refusal
        self.refused = []
        self.asked = 0

    def row(self, metric, host, begin):
        time = begin + fleet.STEP  # the end of the bucket, where the fleet's samples are
        value = self.numbers[metric].get(host, {}).get(time)
        if metric == "latency":
            value = {"99": value}
        elif value is None:
            value = 0
        return {"beginTimeSeconds": begin, KEYS[metric]: value, "endTimeSeconds": time, "facet": host,
                "host": host,
                "inspectedCount": int(self.numbers["requests"].get(host, {}).get(time, 0))}

    def nrql(self, text):
        for metric, select in SELECTS.items():
            sent = SENT.fullmatch(text[len(select):]) if text.startswith(select) else None
            if not sent:
                continue
            since, until = int(sent[1]), int(sent[2])
            begins = range(since // 1000, until // 1000, fleet.STEP)
            if since % 1000 or (until - since) % (fleet.STEP * 1000) or len(begins) > MOST_BUCKETS:
                return None
            hosts = [host for host, values in self.numbers["requests"].items()
                     if any(begin + fleet.STEP in values for begin in begins)]
            answer = {"metadata": {"facets": ["host"], "messages": []}, "otherResult": None,
                      "queryProgress": {"completed": True},
                      "results": [self.row(metric, host, begin) for begin in begins
                                  for host in hosts]}
            if self.changed:
                self.changed(answer)
            return answer
        return None

    def serve(self):
        stub = self

        class Strict(Quiet):
            def do_GET(self):
                self.refuse()

            def refuse(self):
                stub.refused.append((self.command, self.path))
                self.answer(400, '{"errors":[{"message":"not expected"}]}')

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.headers["API-Key"] != stub.key:
                    self.answer(401, json.dumps({"errors": [{
                        "message": f"unknown key {self.headers['API-Key']}"}]}))
                    return
                nrql = stub.nrql(body.get("variables", {}).get("nrql", ""))
                expected = {"query": QUESTION, "variables": {
                    "account": ACCOUNT, "nrql": body.get("variables", {}).get("nrql")}}
                kind = (self.headers["Accept"], self.headers["Content-Type"])
                if (nrql is None or body != expected or self.path != "/graphql"
                        or kind != ("application/json", "application/json")):
                    self.refuse()
                    return
                stub.asked += 1
                if stub.refusal:
                    self.answer(*stub.refusal)
                    return
                self.answer(200, json.dumps({"data": {"actor": {"account": {"nrql": nrql}}}}))

        return serving(Strict)
