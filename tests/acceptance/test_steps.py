"""The steps of pipelines/steps, each read by what reads it in the field (or by its format's parser) and its
commands run: a good canary goes on to the rest, a bad one does not, and what is let through without a pass shows as
each system shows a warning."""
import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

import fleet
from support import HANG, PROGRAM, ROOT, environment

STEPS = ROOT / "pipelines" / "steps"
BAD = {"latency": fleet.after_deploy(3)}
WARNED = 80  # the exit code that GitLab and Buildkite show as a warning

class Case(NamedTuple):
    """What the canary is, the variables of the run, and what then becomes of the gate."""
    bends: dict
    variables: dict
    code: int
    verdict: str
    opening: str  # of the explanation
    check: str = fleet.CHECK + fleet.METRICS

    @property
    def warned(self):
        return self.code == 0 and self.verdict != "pass"


# More than these few points could ever show, and a policy that does not mind.
BLUNT = "on_undecided: pass\n" + fleet.CHECK.replace("history: 2000s", "history: 2000s, detect: 1%") + fleet.METRICS
CASES = {
    "good": Case({}, {}, 0, "pass", "PASSED: "),
    "bad": Case(BAD, {}, 1, "fail", "STOPPED: "),
    "bad, soft": Case(BAD, {"CANARYGATE_SOFT_FAIL": "1"}, 0, "fail", "WARNING, NOT STOPPED (soft mode): "),
    "bad, override": Case(BAD, {"CANARYGATE_OVERRIDE": "we know"}, 0, "fail", "OVERRIDDEN: "),
    "undecided, by policy": Case({}, {}, 0, "undecided", "LET THROUGH, NOT PASSED: ", BLUNT),
    "trouble": Case({}, {"CANARYGATE_ENV": "gone"}, 2, "trouble", "TROUBLE: "),
}


class Workspace:
    """A checkout: the config root, a deploy.sh that notes what it is asked for, and the program."""

    def __init__(self, root, bends, variables, check=fleet.CHECK + fleet.METRICS):
        fleet.write(root, bends, check)
        root.write("environments/gone.yaml", "version: 1\nenvironment: gone\n"
                   "backends: {default: {type: file, path: ../gone.csv}}\n")
        for region in ("us", "eu"):
            root.write(f"environments/{region}.yaml", f"version: 1\nenvironment: {region}\n{fleet.FILE}")
        root.write("deploy.sh", "#!/bin/sh\necho \"$1\" >> deployed\n").chmod(0o755)
        programs = root.folder / "bin"
        programs.mkdir()
        (programs / "canarygate").symlink_to(PROGRAM)
        (root.folder / ".buildkite").mkdir()
        (root.folder / ".buildkite/canarygate.sh").symlink_to(STEPS / "buildkite/canarygate.sh")
        self.folder = root.folder
        self.env = environment(CI="true", CANARYGATE_DEPLOYED_AT=str(fleet.DEPLOYED_AT), **variables)
        self.env["PATH"] = f"{programs}:{self.env['PATH']}"

    def sh(self, script, shell=("sh", "-e", "-c"), **variables):
        return subprocess.run([*shell, script], cwd=self.folder, env={**self.env, **variables}, text=True,
                              capture_output=True, timeout=HANG, check=False)

    def stand_in(self, name, script):
        """A program of the CI system's."""
        program = self.folder / "bin" / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        return program

    def deployed(self):
        log = self.folder / "deployed"
        return log.read_text().split() if log.exists() else []


@pytest.fixture(params=CASES)
def case(request, root):
    expected = CASES[request.param]
    return Workspace(root, expected.bends, expected.variables, expected.check), expected


def read_yaml(path):
    return yaml.safe_load((STEPS / path).read_text())


def lines_of(commands):
    return "\n".join([commands] if isinstance(commands, str) else commands)


def run_stages(workspace, stages, allowed=()):
    """Each in its order, as long as they go well or are allowed not to. The gate's answer."""
    gate = None
    for name, script in stages.items():
        answer = workspace.sh(script)
        if name == "canarygate":
            gate = answer
        if answer.returncode not in (0, *allowed):
            break
    return gate


def check_stages(case, stages, published=(), warning=0):
    workspace, expected = case
    assert list(stages) == ["canary", "canarygate", "rest"]
    gate = run_stages(workspace, stages, (warning,))
    assert gate.returncode == (warning if expected.warned else expected.code), gate
    assert workspace.deployed() == (["canary", "rest"] if expected.code == 0 else ["canary"]), gate
    assert gate.stdout.startswith(expected.opening), gate
    for path in published:
        assert list(workspace.folder.glob(path)), f"nothing to publish at {path}"


def test_travis(case):
    jobs = read_yaml("travis/travis.yml")["jobs"]["include"]
    check_stages(case, {job["stage"]: lines_of(job["script"]) for job in jobs})


def test_gocd_as_yaml(case):
    pipeline = read_yaml("gocd/canarygate.gocd.yaml")["pipelines"]["web"]
    stages, published = {}, []
    for stage in pipeline["stages"]:
        [(name, body)] = stage.items()
        [job] = body["jobs"].values()
        stages[name] = lines_of([task["script"] for task in job["tasks"]])
        published += [one["source"] for kind in job.get("artifacts", []) for one in kind.values()]
        published += job.get("tabs", {}).values()
    check_stages(case, stages, published)


def test_gocd_as_json(case):
    pipeline = json.loads((STEPS / "gocd/canarygate.gopipeline.json").read_text())
    stages, published = {}, []
    for stage in pipeline["stages"]:
        [job] = stage["jobs"]
        stages[stage["name"]] = lines_of([shlex.join([task["command"], *task["arguments"]]) for task in job["tasks"]])
        published += [one["source"] for one in job.get("artifacts", [])]
        published += [tab["path"] for tab in job.get("tabs", [])]
    check_stages(case, stages, published)


def test_gitlab(case):
    config = read_yaml("gitlab/gitlab-ci.yml")
    gate = config["canarygate"]
    assert [config[stage]["stage"] for stage in config["stages"]] == config["stages"]
    assert gate["allow_failure"]["exit_codes"] == [WARNED]
    artifacts = gate["artifacts"]
    assert artifacts["when"] == "always"
    # A merge request links to the page itself only where it is the one path, without a wildcard.
    assert artifacts["expose_as"] and artifacts["paths"] == ["canarygate/report.html"]
    reports = artifacts["reports"]
    check_stages(case, {stage: lines_of(config[stage]["script"]) for stage in config["stages"]},
                 [*artifacts["paths"], *reports.values()], WARNED)
    assert set(reports) == {"junit", "codequality"}
    workspace, expected = case
    entries = json.loads((workspace.folder / reports["codequality"]).read_text())
    assert (entries == []) == (expected.verdict == "pass")


def test_circleci(case):
    config = read_yaml("circleci/config.yml")
    order = [name for job in config["workflows"]["deploy"]["jobs"] for name in ([job] if isinstance(job, str) else job)]
    stages, published = {}, []
    for name in order:
        runs = []
        for step in config["jobs"][name]["steps"]:
            if not isinstance(step, dict):
                continue
            [(kind, body)] = step.items()
            if kind == "run":
                runs.append(body if isinstance(body, str) else body["command"])
            else:
                published.append(body["path"])
        stages[name] = lines_of(runs)
    check_stages(case, stages, published)


def test_buildkite(case):
    steps = read_yaml("buildkite/pipeline.yml")["steps"]
    gate = steps[1]
    assert gate["soft_fail"] == [{"exit_status": WARNED}]
    assert [step.get("depends_on") for step in steps] == [None, "canary", "canarygate"]
    workspace, expected = case
    agent = workspace.stand_in("buildkite-agent", "echo \"$@\" > agent-said; cat > annotation")
    check_stages(case, {step["key"]: step["command"] for step in steps}, gate["artifact_paths"], WARNED)
    style = "success" if expected.verdict == "pass" else "warning" if expected.warned else "error"
    assert (workspace.folder / "agent-said").read_text() == f"annotate --style {style} --context canarygate-gate\n"
    annotation = (workspace.folder / "annotation").read_text()
    assert annotation == (workspace.folder / "canarygate/report.md").read_text()
    assert expected.opening in annotation.splitlines()[0]
    agent.write_text("#!/bin/sh\nexit 1\n")
    answer = workspace.sh(gate["command"])
    assert answer.returncode == (WARNED if expected.warned else expected.code), "an annotation is no gate"
    assert answer.stderr.endswith("canarygate: there is no annotation; the gate stands\n")


def test_the_buildkite_step_tells_its_own_annotations_from_those_of_another_step(root):
    workspace = Workspace(root, {}, {})
    workspace.stand_in("buildkite-agent", "echo \"$@\" > agent-said")
    assert workspace.sh(".buildkite/canarygate.sh web", BUILDKITE_STEP_KEY="eu").returncode == 0
    assert (workspace.folder / "agent-said").read_text().endswith("--context canarygate-eu\n")
    (workspace.folder / "agent-said").unlink()
    answer = workspace.sh(".buildkite/canarygate.sh web --no-such-flag")
    assert answer.returncode == 2 and "no-such-flag" in answer.stderr
    assert not (workspace.folder / "agent-said").exists(), "nothing of an earlier run is shown"


def test_github(case):
    workspace, expected = case
    jobs = read_yaml("github/workflow.yml")["jobs"]
    action = read_yaml("github/action.yml")
    used = next(step for step in jobs["canarygate"]["steps"] if "canarygate" in step.get("uses", ""))
    assert set(used["with"]) <= set(action["inputs"])
    given = {name: used["with"].get(name, about["default"]) for name, about in action["inputs"].items()}
    [step] = action["runs"]["steps"]
    variables = {name: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda m: given[m[1]], value)
                 for name, value in step["env"].items()}
    assert "${{" not in step["run"], "a script must not be made of inputs"
    for name in ("CANARYGATE_ENV", "CANARYGATE_SOFT_FAIL"):  # the case's, as if they were inputs
        variables[name] = workspace.env.get(name, variables[name])
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        variables[name] = str(workspace.folder / name)
    answer = workspace.sh(step["run"], ("bash", "-e", "-o", "pipefail", "-c"), **variables)
    assert answer.returncode == expected.code, answer
    assert (workspace.folder / "GITHUB_OUTPUT").read_text() == f"verdict={expected.verdict}\n"
    level = "notice" if expected.verdict == "pass" else "warning" if expected.warned else "error"
    assert answer.stdout.startswith(f"::{level} title=canarygate web::{expected.opening}"), answer
    assert answer.stderr.lstrip("canarygate: 0123456789").startswith(expected.opening) or \
        f"\n{expected.opening}" in answer.stderr, "the log has the explanation too"
    summary = (workspace.folder / "GITHUB_STEP_SUMMARY").read_text()
    assert re.match(r"\n## \S+ " + re.escape(expected.opening), summary), summary
    upload = next(step for step in jobs["canarygate"]["steps"] if "upload-artifact" in step.get("uses", ""))
    assert upload["if"] == "always()"
    kept = {path.name for path in (workspace.folder / upload["with"]["path"]).iterdir()}
    assert kept == {"report.html", "report.xml", "report.json"}
    assert [jobs[name].get("needs") for name in jobs] == [None, "canary", "canarygate"]


def test_the_action_runs_all_checks_where_none_is_named(root):
    workspace = Workspace(root, {}, {})
    root.check(fleet.CHECK + fleet.METRICS, "jobs")
    [step] = read_yaml("github/action.yml")["runs"]["steps"]
    for named, found in (("", {"web", "jobs"}), ("jobs", {"jobs"}), ("web jobs", {"web", "jobs"})):
        answer = workspace.sh(step["run"], ("bash", "-e", "-c"), CHECKS=named, FOLDER="out", GITHUB_OUTPUT="o",
                              GITHUB_STEP_SUMMARY="s")
        assert answer.returncode == 0, answer
        report = json.loads((workspace.folder / "out/report.json").read_text())
        assert {one["check"] for one in report.get("checks", [report])} == found


def test_argo_rollouts(root):
    """The Job's words, with its arguments filled in and its volume where the config root is."""
    template = read_yaml("argo-rollouts/analysis-template.yaml")
    assert (template["apiVersion"], template["kind"]) == ("argoproj.io/v1alpha1", "AnalysisTemplate")
    [metric] = template["spec"]["metrics"]
    assert (metric["count"], metric["failureLimit"]) == (1, 0)
    job = metric["provider"]["job"]["spec"]
    assert job["backoffLimit"] == 0, "a gate that says no is not asked again"
    pod = job["template"]["spec"]
    [container] = pod["containers"]
    [volume] = pod["volumes"]
    assert volume["name"] == container["volumeMounts"][0]["name"]
    paths = [item["path"] for item in volume["configMap"]["items"]]
    assert paths == ["canarygate.yaml", "checks/web.yaml", "environments/production.yaml"]
    given = {"check": "web", "environment": "test"}
    assert {arg["name"] for arg in template["spec"]["args"]} == set(given)
    workspace = Workspace(root, {}, {})
    words = [re.sub(r"\{\{args\.([a-z]+)\}\}", lambda m: given[m[1]], word) for word in container["args"]]
    words = [str(root) if word == container["volumeMounts"][0]["mountPath"] else word for word in words]
    answer = workspace.sh(shlex.join(["canarygate", *words]))
    assert answer.returncode == 0, answer


CAPISTRANO = """
def fetch(name) = {{canarygate_check: 'web', canarygate_environment: '{environment}',
                   canarygate_arguments: {arguments}}}[name]
def namespace(_name) = yield
def desc(_text) = nil
def task(_name, &body) = define_method(:check, &body)
load {file}
begin
  check
  puts 'ON'
rescue RuntimeError => e
  puts e.message
  exit 1
end
"""


@pytest.mark.parametrize("bends, where, arguments, code, last", [
    ({}, "test", [], 0, "ON"),
    (BAD, "test", [], 1, "canarygate stopped the deploy; its explanation is above"),
    (BAD, "test", ["--soft-fail"], 0, "ON"),
    ({}, "gone", [], 1, "canarygate could not judge the deploy (exit 2); what it said is above"),
])
def test_capistrano(root, bends, where, arguments, code, last):
    workspace = Workspace(root, bends, {})
    file = STEPS / "capistrano/canarygate.rake"
    script = CAPISTRANO.format(environment=where, arguments=json.dumps(arguments), file=json.dumps(str(file)))
    answer = workspace.sh(script, ("ruby", "-W0", "-e"))
    assert answer.returncode == code, answer
    assert answer.stdout.splitlines()[-1] == last, answer


def test_capistrano_is_ruby_without_a_warning():
    answer = subprocess.run(["ruby", "-wc", STEPS / "capistrano/canarygate.rake"], text=True, capture_output=True,
                            timeout=HANG, check=False)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "Syntax OK\n", "")


# ---- Jenkins: one Java machine for all of them

SOFT = {"CANARYGATE_SOFT_FAIL": "1"}
JENKINS = {
    # name: (canary, variables, what is run, result, error). A bare Jenkins has no HTML Publisher.
    "plain, good": ({}, {}, "Jenkinsfile", "SUCCESS", None),
    "plain, bad": (BAD, {}, "Jenkinsfile", "FAILURE", "script returned exit code 1"),
    "plain, soft": (BAD, SOFT, "Jenkinsfile", "UNSTABLE", None),
    "cells, good": ({}, {}, "Jenkinsfile.regions", "SUCCESS", None),
    "cells, bad": (BAD, {}, "Jenkinsfile.regions", "FAILURE", "script returned exit code 1"),
    "cells, soft": (BAD, SOFT, "Jenkinsfile.regions", "UNSTABLE", None),
    "regions, good": ({}, {}, "Jenkinsfile.library", "SUCCESS", None),
    "regions, bad": (BAD, {}, "Jenkinsfile.library", "FAILURE",
                     "canarygate stopped the deploy in us; its explanation is in the log and on the test page"),
    "regions, soft": (BAD, SOFT, "Jenkinsfile.library", "UNSTABLE", None),
    "step, soft": (BAD, {}, {"check": "web", "softFail": True}, "UNSTABLE", None),
    "step, override": (BAD, {}, {"check": "web", "arguments": ["--override", "we know"]}, "UNSTABLE", None),
    "step, by policy": ({}, {}, {"check": "web"}, "UNSTABLE", None),
    "step, bare": (BAD, {}, {"check": "web", "softFail": True}, "UNSTABLE", None),
    "plain, bare": ({}, {}, "Jenkinsfile", "SUCCESS", None),
    "cells, bare": ({}, {}, "Jenkinsfile.regions", "SUCCESS", None),
    "step, trouble": ({}, {}, {"check": "web", "environment": "gone"}, "FAILURE",
                      "canarygate could not judge the deploy in gone (exit 2); the log says why"),
    "step, all": ({}, {}, {"folder": "it's here", "arguments": ["--var", "version=it's 1.2"]}, "SUCCESS", None),
    "step, fail fast": ({}, {}, {"check": ["web"], "environments": ["us", "eu"], "failFast": True}, "SUCCESS", None),
}


@pytest.fixture(scope="module")
def jenkins(tmp_path_factory):
    from support import ConfigRoot
    folder = tmp_path_factory.mktemp("jenkins")
    cases = []
    for number, (name, (bends, variables, what, _, _)) in enumerate(JENKINS.items()):
        text = BLUNT if name.endswith("by policy") else fleet.CHECK + fleet.METRICS
        workspace = Workspace(ConfigRoot(folder / str(number)), bends, variables, text)
        run = {"file": str(STEPS / "jenkins" / what)} if isinstance(what, str) else {"options": what}
        plugins = [] if name.endswith("bare") else ["htmlpublisher"]
        cases.append({"folder": str(workspace.folder), "env": workspace.env, "plugins": plugins, **run})
    setting = folder / "setting.json"
    setting.write_text(json.dumps({"library": str(STEPS / "jenkins/vars/canarygate.groovy"), "cases": cases}))
    java = subprocess.run(["readlink", "-f", "/usr/bin/java"], text=True, capture_output=True, check=True).stdout
    answer = subprocess.run(["groovy", ROOT / "tests/acceptance/jenkins.groovy", setting], text=True,
                            env=environment(JAVA_HOME=java.rsplit("/bin/", 1)[0]), capture_output=True,
                            timeout=HANG, check=False)
    assert answer.returncode == 0, answer.stderr
    results = [json.loads(line) for line in answer.stdout.splitlines()]
    return {name: (result, case["folder"]) for name, result, case in zip(JENKINS, results, cases)}


@pytest.mark.parametrize("name", JENKINS)
def test_jenkins(jenkins, name):
    result, _ = jenkins[name]
    assert (result["result"], result["error"]) == JENKINS[name][3:], result


def steps_of(result, step):
    return [call for call in result["calls"] if call["step"] == step]


def test_jenkins_publishes_the_reports_in_every_case(jenkins):
    for name, (result, _) in jenkins.items():
        assert steps_of(result, "junit") and all(call["there"] for call in steps_of(result, "junit"))
        assert len(steps_of(result, "archiveArtifacts")) == len(steps_of(result, "junit"))
        pages = steps_of(result, "publishHTML")
        assert all(page["there"] for page in pages)
        assert len(pages) == (0 if name.endswith("bare") else len(steps_of(result, "junit")))


def test_without_its_plugin_the_page_is_missed_with_a_word_and_nothing_else(jenkins):
    words = "Without the HTML Publisher plugin the page with the charts is an artifact only."
    for name, (result, folder) in jenkins.items():
        gates = len(steps_of(result, "junit"))
        said = [{"step": "echo", "message": words}] * (gates if name.endswith("bare") else 0)
        assert steps_of(result, "echo") == said
        assert len(list(Path(folder).rglob("report.html"))) == gates, "it is among the artifacts"


def test_jenkins_deploys_to_the_rest_only_after_a_gate_that_went_on(jenkins):
    for name in ("plain", "regions", "cells"):
        for canary, deployed in (("good", "canary rest"), ("bad", "canary"), ("soft", "canary rest")):
            _, folder = jenkins[f"{name}, {canary}"]
            assert (Workspace.deployed(type("At", (), {"folder": ROOT / folder})())) == deployed.split()


def test_jenkins_regions_are_one_parallel_stage_with_a_report_each(jenkins):
    for name in ("regions, bad", "cells, bad"):
        result, _ = jenkins[name]
        assert steps_of(result, "parallel") == [{"step": "parallel", "branches": ["us", "eu"], "failFast": False}]
        assert [call["what"] for call in steps_of(result, "archiveArtifacts")] == [
            "canarygate/us/report.*", "canarygate/eu/report.*"]
        assert [call["name"] for call in steps_of(result, "publishHTML")] == ["canarygate us", "canarygate eu"]
    assert steps_of(jenkins["step, fail fast"][0], "parallel")[0]["failFast"]


def test_what_is_let_through_makes_a_build_unstable_and_says_so(jenkins):
    words = "canarygate has not passed the canary{}, and lets the deploy go on"
    for name in ("step, soft", "step, override", "step, by policy", "plain, soft", "regions, soft", "cells, soft"):
        result = jenkins[name][0]
        places = [" in us", " in eu"] if name.startswith(("regions", "cells")) else [""]
        assert [call["message"] for call in steps_of(result, "unstable")] == [words.format(place) for place in places]


def test_no_word_of_an_option_is_read_by_the_shell(jenkins):
    result, folder = jenkins["step, all"]
    assert (ROOT / folder / "it's here" / "report.json").exists()
    assert "'--var' 'version=it'\\''s 1.2'" in steps_of(result, "sh")[0]["script"]
