"""The steps of pipelines/steps against what their systems know: by what the systems publish where npm has it
(steps.mjs), else by the keys of their references. Each check is shown a mistake, too, that it must find."""
import json
import subprocess

import pytest
import yaml

from support import HANG, ROOT

STEPS = ROOT / "pipelines" / "steps"

# name: (how it is read, file, what is replaced, by what)
PUBLISHED = {
    "github": ("workflow", "github/workflow.yml", None, None),
    "github, a key": ("workflow", "github/workflow.yml", "timeout-minutes:", "timeout-minute:"),
    "github, a job": ("workflow", "github/workflow.yml", "needs: canary\n", "needs: canaries\n"),
    "github, a function": ("workflow", "github/workflow.yml", "always()", "allways()"),
    "github action": ("action", "github/action.yml", None, None),
    "github action, no shell": ("action", "github/action.yml", "      shell: bash\n", ""),
    "github action, a kind": ("action", "github/action.yml", "using: composite", "using: compose"),
    "circleci": ("circle", "circleci/config.yml", None, None),
    "circleci, a step": ("circle", "circleci/config.yml", "store_artifacts", "store_artifact"),
    "circleci, an executor": ("circle", "circleci/config.yml", "executor: deployer", "executor: deploy"),
    "buildkite": ("buildkite", "buildkite/pipeline.yml", None, None),
    "buildkite, a key": ("buildkite", "buildkite/pipeline.yml", "soft_fail:", "soft_fails:"),
    "buildkite, a number": ("buildkite", "buildkite/pipeline.yml", "in_minutes: 30", "in_minutes: 30m"),
    "argo": ("argo", "argo-rollouts/analysis-template.yaml", None, None),
    "argo, a key": ("argo", "argo-rollouts/analysis-template.yaml", "failureLimit:", "failureLimits:"),
    "argo, a key of the Job": ("argo", "argo-rollouts/analysis-template.yaml", "backoffLimit:", "backOffLimit:"),
    "argo, a number": ("argo", "argo-rollouts/analysis-template.yaml", "backoffLimit: 0", "backoffLimit: none"),
}


@pytest.fixture(scope="module")
def published():
    def text_of(path, old, new):
        text = (STEPS / path).read_text()
        assert old is None or old in text
        return text if old is None else text.replace(old, new)

    asked = {name: {"kind": kind, "text": text_of(*rest)} for name, (kind, *rest) in PUBLISHED.items()}
    process = subprocess.run(["node", ROOT / "tests/acceptance/steps.mjs", ROOT / "deps/npm"], text=True,
                             input=json.dumps(asked), capture_output=True, timeout=HANG, check=False)
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_a_system_publishes_accepts_its_step_and_no_mistake(published, name):
    mistake = PUBLISHED[name][2]
    assert bool(published[name]) == (mistake is not None), published[name]


# What the references of the others know: a key's own keys; `text`, `number` or `boolean`; of a list what is in it;
# "*" is a name that the user gives.
TEXT, NUMBER, BOOLEAN = "text", "number", "boolean"
ANY = object()
TEXTS = [TEXT]

GITLAB_JOB = dict(
    stage=TEXT, script=TEXTS, before_script=TEXTS, after_script=TEXTS, image=TEXT, tags=TEXTS, needs=TEXTS,
    dependencies=TEXTS, environment=TEXT, extends=TEXT, interruptible=BOOLEAN, resource_group=TEXT, retry=NUMBER,
    rules=ANY, timeout=TEXT, variables={"*": TEXT}, when=TEXT, allow_failure={"exit_codes": [NUMBER]},
    artifacts=dict(paths=TEXTS, exclude=TEXTS, expose_as=TEXT, expire_in=TEXT, name=TEXT, public=BOOLEAN, access=TEXT,
                   untracked=BOOLEAN, when=TEXT, reports=dict(junit=TEXT, codequality=TEXT, dotenv=TEXT)))
GITLAB = {"stages": TEXTS, "default": ANY, "variables": {"*": TEXT}, "workflow": ANY, "include": ANY, "*": GITLAB_JOB}
TRAVIS_JOB = dict(stage=TEXT, script=TEXT, name=TEXT, language=TEXT, os=TEXT, env=ANY)
TRAVIS = dict(language=TEXT, os=TEXT, dist=TEXT, stages=TEXTS, jobs={"include": [TRAVIS_JOB]})
# https://github.com/tomzo/gocd-yaml-config-plugin, https://github.com/tomzo/gocd-json-config-plugin
GOCD_YAML_JOB = dict(
    timeout=NUMBER, run_instances=NUMBER, resources=TEXTS, elastic_profile_id=TEXT, environment_variables={"*": TEXT},
    tabs={"*": TEXT}, tasks=[{"script": TEXT, "exec": ANY}],
    artifacts=[{kind: dict(source=TEXT, destination=TEXT) for kind in ("build", "test")}])
GOCD_YAML = dict(format_version=NUMBER, pipelines={"*": dict(
    group=TEXT, label_template=TEXT, lock_behavior=TEXT, display_order=NUMBER,
    materials={"*": dict(git=TEXT, branch=TEXT, shallow_clone=BOOLEAN, username=TEXT)},
    stages=[{"*": dict(approval=ANY, clean_workspace=BOOLEAN, fetch_materials=BOOLEAN, jobs={"*": GOCD_YAML_JOB})}])})
GOCD_JSON_JOB = dict(
    name=TEXT, timeout=NUMBER, run_instance_count=NUMBER, resources=TEXTS, elastic_profile_id=TEXT,
    artifacts=[dict(type=TEXT, source=TEXT, destination=TEXT)], tabs=[dict(name=TEXT, path=TEXT)],
    tasks=[dict(type=TEXT, command=TEXT, arguments=TEXTS, working_directory=TEXT, run_if=TEXT, timeout=NUMBER)])
GOCD_JSON = dict(
    format_version=NUMBER, name=TEXT, group=TEXT, label_template=TEXT, lock_behavior=TEXT,
    materials=[dict(type=TEXT, name=TEXT, url=TEXT, branch=TEXT, shallow_clone=BOOLEAN, auto_update=BOOLEAN)],
    stages=[dict(name=TEXT, fetch_materials=BOOLEAN, never_cleanup_artifacts=BOOLEAN, clean_working_directory=BOOLEAN,
                 jobs=[GOCD_JSON_JOB])])
# Its parser, above, does not look at these.
CIRCLECI = dict(
    version=NUMBER, executors=ANY, workflows={"*": dict(jobs=[{"*": dict(requires=TEXTS, filters=ANY, context=ANY)}])},
    jobs={"*": dict(executor=TEXT, resource_class=TEXT, steps=[dict(
        run=dict(name=TEXT, command=TEXT, no_output_timeout=TEXT, when=TEXT, shell=TEXT, working_directory=TEXT),
        store_test_results=dict(path=TEXT), store_artifacts=dict(path=TEXT, destination=TEXT))])})
# A step or a job by its name alone, or with its command alone.
CIRCLECI_SHORT = ("checkout", "canary", "./deploy.sh canary", "./deploy.sh rest")

KNOWN = {
    "gitlab": ("gitlab/gitlab-ci.yml", GITLAB, "expose_as:", "exposed_as:"),
    "travis": ("travis/travis.yml", TRAVIS, "script:", "scripts:"),
    "gocd, yaml": ("gocd/canarygate.gocd.yaml", GOCD_YAML, "tabs:", "tab:"),
    "gocd, json": ("gocd/canarygate.gopipeline.json", GOCD_JSON, '"timeout": 30', '"timeout": "30"'),
    "circleci": ("circleci/config.yml", CIRCLECI, "requires:", "require:"),
}
SCALARS = {TEXT: str, NUMBER: (int, float), BOOLEAN: bool}


def strangers(document, known, where=""):
    """The places of all that is not known, or of another kind."""
    if known is ANY or (isinstance(document, str) and document in CIRCLECI_SHORT):
        return []
    if isinstance(known, dict) and isinstance(document, dict):
        return [found for key, value in document.items() for found in (
            strangers(value, known.get(key, known.get("*")), f"{where}.{key}")
            if key in known or "*" in known else [f"{where}.{key}"])]
    if isinstance(known, list) and isinstance(document, list):
        return [found for i, value in enumerate(document) for found in strangers(value, known[0], f"{where}[{i}]")]
    if isinstance(known, str) and isinstance(document, SCALARS[known]):
        return []
    return [where]


@pytest.mark.parametrize("name", KNOWN)
def test_a_step_has_only_keys_that_its_system_knows(name):
    path, known, old, new = KNOWN[name]
    text = (STEPS / path).read_text()
    read = json.loads if path.endswith(".json") else yaml.safe_load
    assert strangers(read(text), known) == []
    assert old in text
    assert strangers(read(text.replace(old, new)), known) != [], "a check that finds nothing is none"


def test_every_step_is_looked_at():
    """By a parser or reference here, or run by its own interpreter in test_steps.py."""
    run = {"jenkins/Jenkinsfile", "jenkins/Jenkinsfile.library", "jenkins/Jenkinsfile.regions",
           "jenkins/vars/canarygate.groovy", "capistrano/canarygate.rake", "buildkite/canarygate.sh"}
    read = {path for _, path, _, _ in PUBLISHED.values()} | {path for path, _, _, _ in KNOWN.values()}
    assert {str(path.relative_to(STEPS)) for path in STEPS.rglob("*") if path.is_file()} == run | read
