"""The gate against a strict Zabbix of one fixed set of numbers, before and after 6.4."""
import json

import pytest

import fleet
from servers import Quiet, answering, serving
from support import check, environment, run
from test_prometheus import both, demo, trouble

pytestmark = pytest.mark.server
AT = ("--deployed-at", str(fleet.DEPLOYED_AT))
TOKEN = {"ZABBIX_TOKEN": "s3cret-token"}
METRICS = """
metrics:
  - {name: latency, query: "last(app.latency[p99]) on {{hosts}}", unit: s, worse: higher}
  - {name: errors, errors: "sum(app.errors)", total: "sum(app.requests)", worse: higher}
"""
KEYS = {"latency": ("app.latency[p99]", 0), "errors": ("app.errors", 3),
        "requests": ("app.requests", 3)}


class Zabbix:
    """Knows the calls that a query needs, each with exactly the parameters it should have, and refuses
    everything else. `limit`: samples a page, whatever more is asked for."""

    def __init__(self, version="6.0.14", bends=None):
        self.bearer = tuple(map(int, version.split(".")[:2])) >= (6, 4)
        self.version, self.refused, self.calls = version, [], []
        self.items = {}
        for time, host, metric, value in fleet.rows(bends):
            key, kind = KEYS[metric]
            number = str(1000 * len(self.items) + 7)
            item = self.items.setdefault((key, host), {"id": number, "type": kind, "history": []})
            item["history"].append((time, value))

    def result(self, method, params):
        ids = {host: str(n) for n, host in enumerate(fleet.HOSTS, 10)}
        if method == "host.get":
            assert params == {"output": ["hostid", "host", "name"], "monitored_hosts": True,
                              "filter": {"host": params["filter"]["host"]}}, params
            return [{"hostid": ids[host], "host": host, "name": host.upper()}
                    for host in params["filter"]["host"] if host in ids]
        if method == "item.get":
            wanted = params.pop("hostids", list(ids.values()))
            key = params["filter"]["key_"]
            assert params == {"output": ["itemid", "value_type"], "filter": {"key_": key},
                              "selectHosts": ["host", "name"], "monitored": True, "webitems": True,
                              "limit": 10001}, params
            return [{"itemid": item["id"], "value_type": str(item["type"]),
                     "hosts": [{"hostid": ids[host], "host": host, "name": host.upper()}]}
                    for (name, host), item in self.items.items()
                    if [name] == key and ids[host] in wanted]
        assert method == "history.get", method
        kind, first, last = params["history"], params["time_from"], params["time_till"]
        assert params == {"output": ["itemid", "clock", "ns", "value"], "history": kind,
                          "itemids": params["itemids"], "time_from": first, "time_till": last,
                          "sortfield": "clock", "sortorder": "ASC", "limit": 20000}, params
        found = sorted((time, item["id"], value) for item in self.items.values()
                       if item["id"] in params["itemids"] and item["type"] == kind
                       for time, value in item["history"] if first <= time <= last)
        return [{"itemid": number, "clock": str(time), "ns": "0", "value": str(value)}
                for time, number, value in found[:params["limit"]]]

    def answer_to(self, headers, body):
        call = json.loads(body)
        method, params = call.pop("method"), call.pop("params")
        self.calls.append(method)
        assert call.pop("jsonrpc") == "2.0" and call.pop("id") == 1
        assert headers["Content-Type"] == "application/json-rpc"
        if method == "apiinfo.version":
            assert not call and params == [] and "Authorization" not in headers
            return {"result": self.version}
        if method == "user.login":
            assert not call and set(params) == {"username", "password"}
            if params != {"username": "gate", "password": "s3cret-pw"}:
                return {"error": {"code": -32500, "message": "Application error.",
                                  "data": "Incorrect user name or password or account is temporarily "
                                          "blocked."}}
            return {"result": "s3cret-token"}
        token = headers.get("Authorization", "").removeprefix("Bearer ") if self.bearer else call.pop(
            "auth", None)
        assert not call, call
        if token != "s3cret-token":
            return {"error": {"code": -32602, "message": "Invalid params.", "data": "Not authorized."}}
        return {"result": self.result(method, params)}

    def serve(self):
        stub = self

        class Strict(Quiet):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                try:
                    assert self.path == "/zabbix/api_jsonrpc.php", self.path
                    reply = stub.answer_to(self.headers, body)
                except (AssertionError, KeyError, ValueError) as problem:
                    stub.refused.append((repr(problem), body))
                    self.answer(500, "not expected")
                    return
                self.answer(200, json.dumps({"jsonrpc": "2.0", **reply, "id": 1}))
        return serving(Strict)


def use(root, url, credentials="token: {env: ZABBIX_TOKEN}", metrics=METRICS):
    fleet.write(root, check=fleet.CHECK + metrics, environment=f"""
backends:
  default: {{type: zabbix, url: "{url}/zabbix", {credentials}}}
""")


@pytest.mark.parametrize("version, factor, code", [("6.0.14", 1, 0), ("6.0.14", 3, 1),
                                                   ("7.0.3", 3, 1)])
def test_a_file_and_zabbix_of_the_same_numbers_say_the_same(root, version, factor, code):
    bends = {name: fleet.after_deploy(factor) for name in ("latency", "errors")}
    fleet.write(root, bends)
    from_file = check(root, "web", *AT)
    stub = Zabbix(version, bends)
    with stub.serve() as url:
        use(root, url)
        answer = check(root, "web", *AT, "--debug", env=environment(**TOKEN))
    assert stub.refused == []
    assert (answer.code, from_file.code) == (code, code), answer
    assert list(demo.differences(from_file.json, answer.json)) == []
    assert stub.calls.count("apiinfo.version") == 1
    assert "s3cret" not in answer.out + answer.err + json.dumps(answer.json)


def test_a_user_logs_in(root):
    stub = Zabbix()
    login = "user: gate, password: {env: ZABBIX_PASSWORD}"
    with stub.serve() as url:
        use(root, url, login)
        right = check(root, "web", *AT, env=environment(ZABBIX_PASSWORD="s3cret-pw"))
        wrong = trouble(root, "does not let canarygate in (-32500", "ZABBIX_PASSWORD",
                        env=environment(ZABBIX_PASSWORD="s3cret-other"))
    assert stub.refused == []
    assert right.code == 0, right
    for answer in (right, wrong):
        assert "s3cret" not in answer.out + answer.err + json.dumps(answer.json)


def test_a_token_that_is_wrong(root):
    with Zabbix().serve() as url:
        use(root, url)
        answer = trouble(root, "Not authorized", "`token` from the environment variable ZABBIX_TOKEN",
                         env=environment(ZABBIX_TOKEN="s3cret-other"))
    assert "s3cret" not in answer.out + answer.err + json.dumps(answer.json)


def test_a_canary_that_falls_silent_fails(root):
    with Zabbix(bends={"*": fleet.after_deploy(None)}).serve() as url:
        use(root, url)
        hard, _ = both(root, env=environment(**TOKEN))
    assert (hard.code, hard.json["verdict"]) == (1, "fail"), hard
    assert "canary_silent" in hard.codes()


def test_an_item_that_nobody_has_is_no_data_and_said(root):
    with Zabbix().serve() as url:
        use(root, url, metrics="\nmetrics:\n  - {name: a, query: app.nothing, worse: higher}\n")
        answer = check(root, "web", *AT, env=environment(**TOKEN))
    assert (answer.code, answer.json["verdict"]) == (1, "no_data"), answer
    assert "Zabbix has no enabled item 'app.nothing'" in json.dumps(answer.json["warnings"]), answer


def test_a_login_page_is_not_an_answer(root):
    with answering(200, "<html>Please log in</html>", "text/html") as url:
        use(root, url)
        trouble(root, "has no Zabbix API at this url (status 200)", env=environment(**TOKEN))


def test_validate_refuses_what_zabbix_has_not(root):
    use(root, "http://127.0.0.1:1",
        metrics="\nmetrics:\n  - {name: a, query: \"mean(app.errors)\", worse: higher}\n")
    answer = run("validate", "--config", root)
    assert answer.code == 2, answer
    assert ("backend 'default' (type zabbix) cannot evaluate this query: column 1 of it: unknown "
            "function 'mean'; there are avg, sum, min, max, last and count of an item's key"
            ) in answer.out + answer.err, answer
