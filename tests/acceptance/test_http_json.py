"""The gate against a JSON API of somebody's own: a strict stub that knows one request and no other."""
import json
import urllib.parse

import pytest

import fleet
from servers import Quiet, answering, serving, silent
from support import check, environment, run

pytestmark = pytest.mark.server
AT = ("--deployed-at", str(fleet.DEPLOYED_AT))

PAIRS = """
backends:
  default:
    type: http_json
    url: {url}
    path: /api/{{{{query}}}}
    query: {{from: "{{{{from_s}}}}", to: "{{{{to_s}}}}", step: "{{{{step_s}}}}", hosts: "{{{{hosts}}}}"}}
    headers: {{X-Team: web}}
    auth: {{bearer: {{env: API_TOKEN}}}}
    scrape_interval: 5s
    error: /error
    series: /series
    host: /host
    points: /points
"""
COLUMNS = """
backends:
  default:
    type: http_json
    url: {url}
    method: POST
    path: /query
    body: |
      {{"metric": "{{{{query}}}}", "hosts": {{{{hosts}}}},
        "range": [{{{{from_ms}}}}, {{{{to_ms}}}}], "step": {{{{step_ms}}}}}}
    auth: {{bearer: {{env: API_TOKEN}}}}
    scrape_interval: 5s
    time_format: ms
    time_is: start
    times: /at
    values: /value
"""
TOKEN = environment(API_TOKEN="t0k3n-right")


class Api:
    """Knows the fleet's numbers, and two ways to be asked for them. What it did not expect is
    answered with 500 and kept in `refused`."""

    def __init__(self, bends=None):
        bends = bends or {}
        self.numbers = {}
        self.refused = []
        self.answered = 0
        for metric in ("latency", "errors", "requests"):
            for time, host, _, value in fleet.numbers(metric, bends.get(metric, bends.get("*"))):
                self.numbers.setdefault(metric, {}).setdefault(host, {})[time] = value

    def within(self, metric, first, last):
        """{host: [(time, value)]} of first < time <= last."""
        return {host: [(t, v) for t, v in samples.items() if first < t <= last]
                for host, samples in self.numbers[metric].items()}

    def pairs(self, handler):
        url = urllib.parse.urlsplit(handler.path)
        form = dict(urllib.parse.parse_qsl(url.query, strict_parsing=True))
        assert handler.command == "GET" and url.path.startswith("/api/")
        assert set(form) == {"from", "to", "step", "hosts"}
        assert form["hosts"] == ",".join(fleet.CANARY + fleet.BASELINE)
        assert form["step"] == str(fleet.STEP) and handler.headers["X-Team"] == "web"
        found = self.within(url.path.removeprefix("/api/"), int(form["from"]), int(form["to"]))
        return {"error": "", "series": [{"host": host, "points": points}
                                        for host, points in found.items()]}

    def columns(self, handler):
        asked = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        assert (handler.command, handler.path) == ("POST", "/query")
        assert handler.headers["Content-Type"] == "application/json"
        assert set(asked) == {"metric", "hosts", "range", "step"}
        assert asked["hosts"] == fleet.CANARY + fleet.BASELINE and asked["step"] == fleet.STEP * 1000
        first, last = (time // 1000 for time in asked["range"])
        # A time is its step's beginning here.
        return {host: {"at": [(t - fleet.STEP) * 1000 for t, _ in points],
                       "value": [str(v) for _, v in points]}
                for host, points in self.within(asked["metric"], first, last).items()}

    def serve(self, shape):
        api = self

        class Strict(Quiet):
            def do_GET(self):
                try:
                    assert self.headers["Authorization"] == "Bearer t0k3n-right"
                    reply = shape(api, self)
                except (AssertionError, KeyError, ValueError) as error:
                    api.refused.append((self.command, self.path, repr(error)))
                    self.answer(500, '{"error":"not expected"}')
                    return
                api.answered += 1
                self.answer(200, json.dumps(reply))
        return serving(Strict)


def use(root, text, url):
    fleet.write(root, environment=text.format(url=url))


BAD = {"latency": fleet.after_deploy(3), "errors": fleet.after_deploy(5)}
SHAPES = {"pairs": (PAIRS, Api.pairs), "columns": (COLUMNS, Api.columns)}


@pytest.mark.parametrize("shape", SHAPES)
def test_good_and_bad_are_judged_as_from_a_file(root, shape):
    text, answer = SHAPES[shape]
    for bends, code in (({}, 0), (BAD, 1)):
        fleet.write(root, bends)
        expected = check(root, "web", *AT).json
        api = Api(bends)
        with api.serve(answer) as url:
            use(root, text, url)
            said = check(root, "web", *AT, env=TOKEN)
        assert not api.refused and api.answered > 3, said
        assert said.code == code == expected["exit_code"], said
        for mine, other in zip(said.json["metrics"], expected["metrics"], strict=True):
            assert (mine["name"], mine["verdict"], mine["canary"], mine["p_value"]) == \
                (other["name"], other["verdict"], other["canary"], other["p_value"])


def test_a_canary_that_is_silent_does_not_pass(root):
    api = Api({"*": fleet.after_deploy(None)})
    with api.serve(Api.pairs) as url:
        use(root, PAIRS, url)
        said = check(root, "web", *AT, env=TOKEN)
    assert (said.code, said.json["verdict"]) == (1, "fail"), said
    assert "canary_silent" in said.codes()


def trouble(root, text, url, *told):
    use(root, text, url)
    said = check(root, "web", *AT, env=TOKEN)
    assert (said.code, said.json["verdict"]) == (2, "trouble"), said
    for words in told:
        assert words in " ".join(said.out.split()), said
    assert "t0k3n-right" not in said.out + said.err + json.dumps(said.json)


def test_answers_that_are_none_are_trouble(root):
    for status, body, words in (
            (200, '{"error":"no metric latency","series":[]}', "no metric latency"),
            (200, '{"result":[]}', "nothing stands at '/series'; there is an object with 'result'"),
            (200, '{"series":[{"host":"web-1","points":[[1728', "it is not valid JSON, or was cut off"),
            (401, '{"error":"token expired"}', "does not know who asks (401: token expired)"),
            (500, "Bearer t0k3n-right broke it", "failed (500: Bearer [hidden] broke it)")):
        with answering(status, body) as url:
            trouble(root, PAIRS, url, url.removeprefix("http://"), words)


def test_a_server_that_does_not_answer_is_trouble(root):
    with silent() as url:
        trouble(root, PAIRS + "    request_timeout: 300ms\n", url, url.removeprefix("http://"))


def test_a_template_that_cannot_be_is_told_before_anything_is_asked(root):
    use(root, PAIRS.replace("{{{{from_s}}}}", "{{{{form_s}}}}"), "http://127.0.0.1:1")
    said = check(root, "web", *AT, env=TOKEN)
    assert said.code == 2
    words = "environments/test.yaml:9:19: `query.from`: unknown variable {{form_s}}; there are query,"
    assert words in " ".join(said.out.split())
    offline = run("validate", "--config", root)
    assert offline.code == 2
    assert words in offline.err
