"""`canarygate init`: a configuration that runs, from what Consul and Prometheus offer; and what it
does where they offer nothing."""
import re

import pytest
import yaml

import consul_server
from programs import free_port
from prometheus_server import PrometheusServer
from servers import answering
from service_metrics import exposition
from support import environment, run
from terminal import Terminal

HOSTS = [f"10.0.0.{n}:8080" for n in range(1, 6)]
FILES = [".canarygate/schema/check.json", ".canarygate/schema/environment.json",
         ".canarygate/schema/root.json", "canarygate.yaml", "checks/web.yaml",
         "environments/production.yaml"]
PROPOSED = ["http requests error ratio", "mail errors", "tasks failed", "p99 http request duration",
            "cpu", "memory", "goroutines"]


def services(tag="canary"):
    return [{"id": f"web-{n}", "name": "web", "address": f"10.0.0.{n}", "port": 8080,
             "tags": ["prod", tag] if n == 1 else ["prod"]} for n in range(1, 6)] + [
        {"id": "db-1", "name": "db", "address": "10.0.1.1", "port": 5432}]


@pytest.fixture(scope="module")
def consul(tmp_path_factory):
    if consul_server.missing():
        pytest.skip(consul_server.missing())
    agent = consul_server.Agent(tmp_path_factory.mktemp("consul"), "bench",
                                config={"services": services()})
    try:
        agent.until(lambda: len(agent.passing("web")) == 5)
        yield agent
    finally:
        agent.stop()


@pytest.fixture(scope="module")
def prometheus():
    with PrometheusServer(openmetrics=exposition(HOSTS)) as server:
        yield server


def files_in(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def read(root, path):
    return yaml.safe_load((root / path).read_text())


def is_valid(root, warnings=0):
    answer = run("validate", "--config", root)
    assert answer.code == 0, answer
    assert answer.out == "3 files read, all valid\n"
    assert answer.err.count("warning: ") == warnings, answer
    for path in ("canarygate.yaml", "checks/web.yaml", "environments/production.yaml"):
        first = (root / path).read_text().splitlines()[0]
        schema = first.removeprefix("# yaml-language-server: $schema=")
        assert schema != first and ((root / path).parent / schema).exists(), first


def test_consul_and_prometheus_make_a_check_that_runs(tmp_path, consul, prometheus):
    root = tmp_path / "root"
    answer = run("init", root, "--consul", consul.url, "--url", prometheus.url)
    assert (answer.code, answer.err) == (0, ""), answer
    assert files_in(root) == FILES
    is_valid(root)
    server = prometheus.url.removeprefix("http://")
    assert answer.out.splitlines()[:2] == [
        "Consul lists 1 host of web with the tag canary and 4 without",
        f"{server} exposes 10 metrics of these hosts; proposed, with numbers for each of 5 hosts:"]
    assert answer.out.splitlines()[-4:] == [
        "Next:",
        f"  canarygate validate --config {root}               # after each change, offline",
        f"  canarygate explain web --config {root}            # hosts, queries, and how small a change it could catch",
        f"  canarygate check web --config {root} --soft-fail  # right after a deploy to the canary"]
    check = read(root, "checks/web.yaml")
    assert check["canary"] == {"consul": {"service": "web", "tags": ["canary"]}}
    assert check["baseline"] == {"consul": {"service": "web", "not_tags": ["canary"]}}
    assert [metric["name"] for metric in check["metrics"]] == PROPOSED
    assert read(root, "environments/production.yaml") == {
        "version": 1, "environment": "production",
        "backends": {"default": {"type": "prometheus", "urls": [prometheus.url]}},
        "discovery": {"consul": {"url": consul.url}}}

    hosts = run("hosts", "web", "--config", root)
    assert hosts.code == 0, hosts
    assert "Every host has its series." in hosts.out
    explained = run("explain", "web", "--config", root)
    assert explained.code == 0, explained
    assert run("doctor", "--config", root).code == 0


def test_what_not_every_host_has_is_left_out_and_said(tmp_path):
    with PrometheusServer(openmetrics=exposition(HOSTS, idle=HOSTS[3:])) as server:
        root = tmp_path / "root"
        answer = run("init", root, "--url", server.url, "--canary", HOSTS[0], "--baseline",
                     ",".join(HOSTS[1:]))
        assert answer.code == 0, answer
        assert ("  left out: http_requests_total: numbers for 3 of 5 hosts\n"
                "  left out: http_request_duration_seconds_bucket: numbers for 3 of 5 hosts\n"
                in answer.out), answer
        is_valid(root)
        check = read(root, "checks/web.yaml")
        assert check["canary"] == {"hosts": HOSTS[:1]}
        assert check["baseline"] == {"hosts": HOSTS[1:]}
        assert [metric["name"] for metric in check["metrics"]] == [
            name for name in PROPOSED if not name.endswith(("ratio", "duration"))]


def test_metrics_that_call_the_hosts_otherwise_are_found(tmp_path, consul):
    """An exporter on another port of the same addresses, whose series are labelled `host`."""
    exporters = [host.replace(":8080", ":9100") for host in HOSTS]
    with PrometheusServer(openmetrics=exposition(exporters, interval=30, label="host")) as server:
        root = tmp_path / "root"
        answer = run("init", root, "--consul", consul.url, "--url", server.url)
        assert answer.code == 0, answer
        check = read(root, "checks/web.yaml")
        assert check["canary"]["consul"]["as"] == "address"
        assert check["window"] == {"warmup": "2m", "duration": "5m", "step": "30s"}
        assert read(root, "environments/production.yaml")["backends"]["default"][
            "scrape_interval"] == "30s"
        assert [metric["name"] for metric in check["metrics"]] == PROPOSED
        is_valid(root)
        hosts = run("hosts", "web", "--config", root)
        assert "Every host has its series." in hosts.out, hosts


def test_without_any_server_it_is_a_valid_template(tmp_path):
    root = tmp_path / "new" / "root"
    answer = run("init", root)
    assert (answer.code, answer.err) == (0, ""), answer
    assert files_in(root) == FILES
    is_valid(root)
    text = (root / "checks/web.yaml").read_text()
    assert "# Put your hosts here" in text
    assert "no server was asked for them" in text


def test_here_is_where_it_is_made_when_no_folder_is_named(tmp_path):
    answer = run("init", "--check", "jobs", "--environment", "staging", cwd=tmp_path)
    assert answer.code == 0, answer
    assert answer.out.endswith(
        "Next:\n"
        "  canarygate validate               # after each change, offline\n"
        "  canarygate explain jobs            # hosts, queries, and how small a change it could catch\n"
        "  canarygate check jobs --soft-fail  # right after a deploy to the canary\n"), answer
    assert (tmp_path / "checks/jobs.yaml").exists()
    assert (tmp_path / "environments/staging.yaml").exists()
    assert run("validate", cwd=tmp_path).code == 0


def test_servers_that_cannot_be_asked_are_notes_and_the_files_are_made(tmp_path):
    dead = f"127.0.0.1:{free_port()}"
    root = tmp_path / "root"
    answer = run("init", root, "--consul", f"http://{dead}", "--service", "web", "--url",
                 f"http://{dead}")
    assert answer.code == 0, answer
    assert answer.err == (
        f"note: {dead}: cannot connect (connection refused); check host and port, and that the server "
        "runs\n") * 2
    is_valid(root)
    assert read(root, "checks/web.yaml")["canary"] == {"consul": {"service": "web", "tags": ["canary"]}}
    assert read(root, "environments/production.yaml")["discovery"] == {
        "consul": {"url": f"http://{dead}"}}


def test_a_prometheus_that_asks_for_a_token_is_told_apart(tmp_path):
    with answering(401, "who are you", "text/plain") as url:
        answer = run("init", tmp_path / "root", "--url", url, "--token-env", "PROM_TOKEN",
                     env=environment(PROM_TOKEN="the-secret-token"))
        assert answer.code == 0, answer
        host = url.removeprefix("http://")
        assert answer.err == (
            f"note: {host} does not know who asks (401: who are you). Sent was `auth.bearer` from the "
            "environment variable PROM_TOKEN; check that it is right and still valid\n")
        text = (tmp_path / "root/environments/production.yaml").read_text()
        assert 'auth: {bearer: {env: "PROM_TOKEN"}}' in text
        assert "the-secret-token" not in text + answer.out
        is_valid(tmp_path / "root")


def test_nothing_is_ever_overwritten(tmp_path):
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks/web.yaml").write_text("mine\n")
    answer = run("init", tmp_path)
    assert (answer.code, answer.out) == (2, ""), answer
    assert answer.err == (f"canarygate: {tmp_path}/checks/web.yaml is there already, and init writes over "
                          "nothing; name another folder, or add files to that one by hand\n")
    assert files_in(tmp_path) == ["checks/web.yaml"]
    (tmp_path / "canarygate.yaml").write_text("version: 1\n")
    answer = run("init", tmp_path, "--check", "other")
    assert answer.code == 2
    assert f"{tmp_path}/canarygate.yaml is there already" in answer.err


def test_nothing_is_half_written(tmp_path):
    (tmp_path / "environments").write_text("a file where a folder should be\n")
    answer = run("init", tmp_path)
    assert answer.code == 2, answer
    assert answer.err == (f"canarygate: {tmp_path}/environments: cannot be written: File exists; "
                          "nothing was\n")
    assert files_in(tmp_path) == ["environments"]
    assert not (tmp_path / "checks").exists()


@pytest.mark.parametrize("flags, error", [
    (["--url", "prometheus:9090"],
     "--url 'prometheus:9090': expected an address like http://prometheus.example.com:9090"),
    (["--url", "http://user:password@prometheus"],
     "--url 'http://user:password@prometheus': expected an address like "
     "http://prometheus.example.com:9090"),
    (["--check", "a/b"], "--check 'a/b': a name has letters, digits, '.', '_' and '-'"),
    (["--environment", ".."], "--environment '..': a name has letters, digits, '.', '_' and '-'"),
    (["--service", "web"], "--service 'web': needs --consul, the agent that knows the service"),
    (["--canary", "a"], "--canary 'a': give both --canary and --baseline"),
    (["--baseline", "a,b"], "--baseline 'a,b': give both --canary and --baseline"),
])
def test_bad_flags_are_usage_errors(tmp_path, flags, error):
    answer = run("init", *flags, cwd=tmp_path)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == f"canarygate: {error}\nTry `canarygate init --help`.\n"
    assert files_in(tmp_path) == []


def test_on_a_terminal_it_asks_and_enter_takes_what_is_usual(tmp_path, consul, prometheus):
    root = tmp_path / "root"
    with Terminal("init", root, columns=140, CONSUL_HTTP_ADDR=consul.url.removeprefix("http://")) as screen:
        screen.wait_for(r"Consul's address \[http://127\.0\.0\.1:\d+\]:$")
        screen.press(b"\n")
        screen.wait_for(r"  2 services: db and web\n  with a tag like canary: web\nService \[web\]:$")
        screen.press(b"wbe\n")
        screen.wait_for(r"  Consul has no service 'wbe'; did you mean 'web'\?\nService \[web\]:$")
        screen.press(b"\n")
        screen.wait_for(r"The tag that its canaries carry \[canary\]:$")
        screen.press(b"\n")
        screen.wait_for(r"Prometheus' address \[http://127\.0\.0\.1:9090\]:$")
        screen.press(b"prometheus at home\n")
        screen.wait_for(r"expected an address like http://prometheus\.example\.com:9090\n")
        screen.press(prometheus.url.encode() + b"\n")
        screen.wait_for(r"proposed, with numbers for each of 5 hosts:\n  http requests error ratio")
        screen.wait_for(r"The check's name \[web\]:$")
        screen.press(b"\n")
        screen.wait_for(r"The environment's name \[production\]:$")
        screen.press(b"\n")
        screen.wait_for(r"Write it\? \[Y/n\]:$")
        screen.press(b"\n")
        assert screen.finish() == 0
    assert files_in(root) == FILES
    assert [metric["name"] for metric in read(root, "checks/web.yaml")["metrics"]] == PROPOSED
    is_valid(root)


@pytest.mark.parametrize("keys, code", [(b"\x03", 130), (b"\x04", 2)])
def test_who_leaves_a_question_leaves_nothing_behind(tmp_path, keys, code):
    root = tmp_path / "root"
    with Terminal("init", root) as screen:
        screen.wait_for(r"Consul's address")
        screen.press(keys)
        assert screen.finish() == code
        assert screen.shows("canarygate: nothing was written")
    assert not root.exists()


def test_none_of_the_servers_is_an_answer_too(tmp_path):
    root = tmp_path / "root"
    with Terminal("init", root) as screen:
        for question in ("Consul's address", "Canary hosts", "Prometheus' address"):
            screen.wait_for(question + r".*:$")
            screen.press(b"-\n")
        screen.wait_for(r"The check's name \[web\]:$")
        screen.press(b"\n")
        screen.wait_for(r"The environment's name \[production\]:$")
        screen.press(b"\n")
        screen.wait_for(r"Write it\? \[Y/n\]:$")
        screen.press(b"n\n")
        assert screen.finish() == 2
    assert not root.exists()
    with Terminal("init", root, "--yes") as screen:
        assert screen.finish() == 0
        assert not screen.shows(r"\?")
    assert files_in(root) == FILES
    assert re.search(r"^mode: soft$", (root / "checks/web.yaml").read_text(), re.M)
