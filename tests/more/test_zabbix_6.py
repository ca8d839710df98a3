"""The gate against a real Zabbix 6: what was sent with zabbix_sender is judged as a file of it is, and
what Zabbix refuses is said in its own words."""
import json
import time

import pytest

import fleet
import zabbix_server
from support import check, environment
from test_prometheus import demo, trouble
from test_zabbix import use

pytestmark = pytest.mark.slow
AT = ("--deployed-at", str(fleet.DEPLOYED_AT))
PASSWORD = "Tr0ub4dor-and-3"
LOGIN = "user: gate, password: {env: ZABBIX_PASSWORD}"
FACTORS = {"good": 1, "bad": 3}
METRICS = """
metrics:
  - {name: latency, query: "last(app.latency[p99,CASE]) on {{hosts}}", unit: s, worse: higher}
  - {name: errors, errors: "sum(app.errors[CASE])", total: "sum(app.requests[CASE])", worse: higher}
"""
KEYS = {"latency": ("app.latency[p99,{}]", 0), "errors": ("app.errors[{}]", 3),
        "requests": ("app.requests[{}]", 3)}
DENSE = "app.dense"  # so many numbers a second that the window is more than a page, whose end is
EACH_SECOND = 30     # within a second
DENSE_HOSTS = fleet.HOSTS[:7]
TEXT = 4


def bends(case):
    return {name: fleet.after_deploy(FACTORS[case]) for name in ("latency", "errors")}


class Filled:
    """The fleet's numbers twice, with a good canary and with a bad one; a user `gate` who may read the
    group of these hosts, and no more."""

    def __init__(self, zabbix):
        self.zabbix, self.url = zabbix, zabbix.url
        self.group = zabbix.call("hostgroup.create", name="web")["groupids"][0]
        other = zabbix.call("hostgroup.create", name="other")["groupids"][0]
        self.hosts = {name: self.host(name, self.group) for name in fleet.HOSTS}
        self.hosts["hidden"] = self.host("hidden", other)
        self.items = []
        for case in FACTORS:
            for key, kind in KEYS.values():
                for host in fleet.HOSTS:
                    self.item(host, key.format(case), kind)
        for host in DENSE_HOSTS:
            self.item(host, DENSE, 0)
        self.item("web-1", "app.version", TEXT)
        self.item("hidden", "app.secret", 0)
        self.user()
        zabbix.open()
        rows = list(self.rows())
        zabbix.server.send(rows)
        zabbix.server.until(lambda: self.stored() == len(rows))

    def host(self, name, group):
        return self.zabbix.call("host.create", host=name, name=f"The {name}",
                                groups=[{"groupid": group}])["hostids"][0]

    def item(self, host, key, kind):
        kept = {"trends": "0"} if kind != TEXT else {}
        self.items += self.zabbix.call("item.create", name=key, key_=key, hostid=self.hosts[host], type=2,
                                       value_type=kind, history="3650d", **kept)["itemids"]

    def user(self):
        call = self.zabbix.call
        readers = call("usergroup.create", name="gates",
                       rights=[{"id": self.group, "permission": 2}])["usrgrpids"][0]
        role = call("role.get", filter={"name": "User role"})[0]["roleid"]
        user = call("user.create", username="gate", passwd=PASSWORD, roleid=role,
                    usrgrps=[{"usrgrpid": readers}])["userids"][0]
        def token(**settings):
            made = call("token.create", userid=user, **settings)["tokenids"]
            return self.zabbix.frontend.call("token.generate", made, self.zabbix.session)[0]["token"]
        self.token = token(name="gate")
        self.expired = token(name="old", expires_at=str(int(time.time()) - 60))

    def rows(self):
        for case in FACTORS:
            for at, host, metric, value in fleet.rows(bends(case)):
                yield host, KEYS[metric][0].format(case), at, value
        for n in range((fleet.END - fleet.START) * EACH_SECOND):
            for host in DENSE_HOSTS:
                yield host, DENSE, fleet.START + (n + 1) / EACH_SECOND, 7

    def stored(self):
        return sum(int(self.zabbix.call("history.get", history=kind, itemids=self.items,
                                        countOutput=True)) for kind in (0, 3))


@pytest.fixture(scope="module")
def zabbix():
    why = zabbix_server.missing()
    if why:
        pytest.skip(why)
    with zabbix_server.Zabbix() as running:
        yield Filled(running)


def refused(words):
    return lambda root, env: trouble(root, words, env=env)


@pytest.fixture
def ask(root, zabbix):
    """Runs the check of `metrics` against Zabbix, and no secret is in what it says."""
    def ask(metrics, credentials="token: {env: ZABBIX_TOKEN}", ran=None, **secrets):
        secrets = secrets or {"ZABBIX_TOKEN": zabbix.token}
        use(root, zabbix.url, credentials, metrics)
        ran = ran or (lambda root, env: check(root, "web", *AT, env=env))
        answer = ran(root, env=environment(**secrets))
        for secret in secrets.values():
            assert secret not in answer.out + answer.err + json.dumps(answer.json)
        return answer
    return ask


def metric(query):
    return f"\nmetrics:\n  - {{name: a, query: \"{query}\", worse: higher}}\n"


@pytest.mark.parametrize("case, code", [("good", 0), ("bad", 1)])
@pytest.mark.parametrize("login", [False, True])
def test_a_file_and_zabbix_of_the_same_numbers_say_the_same(root, ask, case, code, login):
    fleet.write(root, bends(case))
    from_file = check(root, "web", *AT)
    given = {"credentials": LOGIN, "ZABBIX_PASSWORD": PASSWORD} if login else {}
    answer = ask(METRICS.replace("CASE", case), **given)
    assert (answer.code, from_file.code) == (code, code), answer
    assert list(demo.differences(from_file.json, answer.json)) == []


def test_history_of_several_pages_is_read_once_and_whole(ask):
    answer = ask(metric(f"count({DENSE})"))
    groups = {name: answer.metric("a")[name] for name in ("canary", "baseline")}
    mean = EACH_SECOND * fleet.STEP
    assert groups == {"canary": {"mean": mean, "points": 2 * fleet.POINTS, "hosts": 2},
                      "baseline": {"mean": mean, "points": 5 * fleet.POINTS, "hosts": 5}}


@pytest.mark.parametrize("query, warning", [
    ("app.secret", "Zabbix has no enabled item 'app.secret' on these hosts, or its user may not see it"),
    ("app.requests[good] on web-1,hidden",
     "Zabbix monitors no host that is called hidden, or its user may not see it"),
])
def test_what_the_user_may_not_see_is_said_and_is_no_data(ask, query, warning):
    answer = ask(metric(query))
    assert (answer.code, answer.json["verdict"]) == (1, "no_data"), answer
    assert warning in json.dumps(answer.json["warnings"]), answer


def test_an_item_of_text_is_no_number(ask):
    ask(metric("app.version"), ran=refused("item 'app.version' of web-1 holds text, no numbers"))


TOKEN = "check `token` from the environment variable ZABBIX_TOKEN."


@pytest.mark.parametrize("secret, words", [
    ({"ZABBIX_TOKEN": "0" * 64}, f"(-32602: Invalid params. Not authorized.); {TOKEN}"),
    ({"ZABBIX_TOKEN": "not-of-a-token's-length"},
     f"(-32602: Invalid params. Session terminated, re-login, please.); {TOKEN}"),
    ({"credentials": LOGIN, "ZABBIX_PASSWORD": "s3cret-wrong"},
     "(-32500: Application error. Incorrect user name or password or account is temporarily blocked.); "
     "check `user` and `password` from the environment variable ZABBIX_PASSWORD."),
])
def test_credentials_that_are_wrong(ask, zabbix, secret, words):
    host = zabbix.url.removeprefix("http://")
    ask(METRICS.replace("CASE", "good"), ran=refused(f"{host} does not let canarygate in {words}"), **secret)


def test_a_token_that_has_expired(ask, zabbix):
    ask(METRICS.replace("CASE", "good"), ran=refused(f"(-32500: Application error. API token expired.); {TOKEN}"),
        ZABBIX_TOKEN=zabbix.expired)


def test_a_url_that_is_not_the_frontends(root, zabbix):
    use(root, zabbix.url + "/elsewhere")
    trouble(root, "has no Zabbix API at this url (status 404)", env=environment(ZABBIX_TOKEN=zabbix.token))
