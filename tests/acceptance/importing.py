"""Importing into a config root of the test's own, and what came of it."""
import yaml

from support import run


def imported(folder, root_file, kind, *arguments):
    """The checks that a config root has afterwards, by name; each of them is valid there."""
    (folder / "canarygate.yaml").write_text(root_file)
    answer = run("import", kind, *arguments, "--output", folder)
    assert answer.code == 0, answer
    checks = {path.stem: yaml.safe_load(path.read_text())
              for path in sorted((folder / "checks").iterdir())}
    assert all(name == content["check"] for name, content in checks.items())
    valid = run("validate", "--config", folder)
    assert valid.code == 0, valid
    assert "all valid" in valid.out
    return checks, answer, valid


def metrics_of(content):
    return {metric["name"]: metric for metric in content["metrics"]}


def refused(*arguments, stdin=None):
    answer = run("import", *arguments, stdin=stdin)
    assert (answer.code, answer.out) == (2, ""), answer
    return answer.err
