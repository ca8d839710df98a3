"""The steps of pipelines/steps, each read by what reads it in the field (or by its format's parser) and its
commands run: a good canary goes on to the rest, a bad one does not, soft mode shows as each system shows it."""
import json
import re
import shlex
import subprocess

import pytest
import yaml

import fleet
from support import HANG, PROGRAM, ROOT, environment

STEPS = ROOT / "pipelines" / "steps"
BAD = {"latency": fleet.after_deploy(3)}
WARNED = 80  # the exit code that GitLab and Buildkite show as a warning

# What the canary is, the flags of the run, and what then becomes of the gate's step.
CASES = {
    "good": ({}, {}, 0),
    "bad": (BAD, {}, 1),
    "bad, soft": (BAD, {"CANARYGATE_SOFT_FAIL": "1"}, 0),
    "trouble": ({}, {"CANARYGATE_ENV": "gone"}, 2),
}


class Workspace:
    """A checkout: the config root, a deploy.sh that notes what it is asked for, and the program."""

    def __init__(self, root, bends, variables):
        fleet.write(root, bends)
        root.write("environments/gone.yaml", "version: 1\nenvironment: gone\n"
                   "backends: {default: {type: file, path: ../gone.csv}}\n")
        for region in ("us", "eu"):
            root.write(f"environments/{region}.yaml", f"version: 1\nenvironment: {region}\n{fleet.FILE}")
        root.write("deploy.sh", "#!/bin/sh\necho \"$1\" >> deployed\n").chmod(0o755)
        programs = root.folder / "bin"
        programs.mkdir()
        (programs / "canarygate").symlink_to(PROGRAM)
        self.folder = root.folder
        self.env = environment(CI="true", CANARYGATE_DEPLOYED_AT=str(fleet.DEPLOYED_AT), **variables)
        self.env["PATH"] = f"{programs}:{self.env['PATH']}"

    def sh(self, script, shell=("sh", "-e", "-c"), **variables):
        return subprocess.run([*shell, script], cwd=self.folder, env={**self.env, **variables}, text=True,
                              capture_output=True, timeout=HANG, check=False)

    def deployed(self):
        log = self.folder / "deployed"
        return log.read_text().split() if log.exists() else []


@pytest.fixture(params=CASES)
def case(request, root):
    bends, variables, code = CASES[request.param]
    return Workspace(root, bends, variables), code, "soft" in request.param


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
    workspace, code, soft = case
    assert list(stages) == ["canary", "canarygate", "rest"]
    gate = run_stages(workspace, stages, (warning,))
    assert gate.returncode == (warning if soft else code), gate
    assert workspace.deployed() == (["canary", "rest"] if code == 0 else ["canary"]), gate
    expected = {0: "WARNING, NOT STOPPED (soft mode)" if soft else "PASSED", 1: "STOPPED", 2: "TROUBLE"}
    assert gate.stdout.startswith(expected[code]), gate
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
    assert gate["artifacts"]["when"] == "always"
    check_stages(case, {stage: lines_of(config[stage]["script"]) for stage in config["stages"]},
                 [*gate["artifacts"]["paths"], gate["artifacts"]["reports"]["junit"]], WARNED)


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
    check_stages(case, {step["key"]: lines_of(step.get("commands") or step["command"]) for step in steps},
                 gate["artifact_paths"], WARNED)


def test_github(case):
    workspace, code, soft = case
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
    assert answer.returncode == code, answer
    verdict = {0: "fail" if soft else "pass", 1: "fail", 2: "trouble"}[code]
    assert (workspace.folder / "GITHUB_OUTPUT").read_text() == f"verdict={verdict}\n"
    assert ("::warning title=canarygate::WARNING, NOT STOPPED (soft mode): " in answer.stdout) == soft, answer
    summary = (workspace.folder / "GITHUB_STEP_SUMMARY").read_text()
    assert summary == "```\n" + (workspace.folder / "canarygate/report.txt").read_text() + "```\n"
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

JENKINS = {
    # name: (canary, variables, what is run, result, error)
    "plain, good": ({}, {}, "Jenkinsfile", "SUCCESS", None),
    "plain, bad": (BAD, {}, "Jenkinsfile", "FAILURE", "script returned exit code 1"),
    "regions, good": ({}, {}, "Jenkinsfile.library", "SUCCESS", None),
    "regions, bad": (BAD, {}, "Jenkinsfile.library", "FAILURE",
                     "canarygate stopped the deploy in us; its explanation is in the log and on the test page"),
    "step, soft": (BAD, {}, {"check": "web", "softFail": True}, "UNSTABLE", None),
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
    for number, (bends, variables, what, _, _) in enumerate(JENKINS.values()):
        workspace = Workspace(ConfigRoot(folder / str(number)), bends, variables)
        run = {"file": str(STEPS / "jenkins" / what)} if isinstance(what, str) else {"options": what}
        cases.append({"folder": str(workspace.folder), "env": workspace.env, **run})
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
    for result, _ in jenkins.values():
        assert steps_of(result, "junit") and all(call["there"] for call in steps_of(result, "junit"))
        assert len(steps_of(result, "archiveArtifacts")) == len(steps_of(result, "junit"))


def test_jenkins_deploys_to_the_rest_only_after_a_gate_that_went_on(jenkins):
    for name in ("plain", "regions"):
        for canary, deployed in (("good", "canary rest"), ("bad", "canary")):
            _, folder = jenkins[f"{name}, {canary}"]
            assert (Workspace.deployed(type("At", (), {"folder": ROOT / folder})())) == deployed.split()


def test_jenkins_regions_are_one_parallel_stage_with_a_report_each(jenkins):
    result, folder = jenkins["regions, bad"]
    assert steps_of(result, "parallel") == [{"step": "parallel", "branches": ["us", "eu"], "failFast": False}]
    assert [call["what"] for call in steps_of(result, "archiveArtifacts")] == [
        "canarygate/us/report.*", "canarygate/eu/report.*"]
    assert steps_of(jenkins["step, fail fast"][0], "parallel")[0]["failFast"]


def test_what_soft_mode_lets_through_makes_a_build_unstable_and_says_so(jenkins):
    assert steps_of(jenkins["step, soft"][0], "unstable") == [
        {"step": "unstable", "message": "canarygate would have stopped the deploy, and let it through"}]


def test_no_word_of_an_option_is_read_by_the_shell(jenkins):
    result, folder = jenkins["step, all"]
    assert (ROOT / folder / "it's here" / "report.json").exists()
    assert "'--var' 'version=it'\\''s 1.2'" in steps_of(result, "sh")[0]["script"]
