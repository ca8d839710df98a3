"""`canarygate migrate`: version 1 is the only one there is."""
from support import ConfigRoot, run

CHECK = "canary: {hosts: [a]}\nbaseline: {hosts: [b]}\nmetrics: [{name: m, query: up, worse: higher}]\n"


def test_files_of_version_1_need_nothing(tmp_path):
    root = ConfigRoot(tmp_path)
    root.check(CHECK)
    root.environment("backends: {default: {type: file, path: x.csv}}\n")
    before = {path: path.read_text() for path in tmp_path.rglob("*.yaml")}
    answer = run("migrate", "--config", root)
    assert (answer.code, answer.out, answer.err) == (
        0, "nothing to migrate: all 3 files are version 1\n", "")
    answer = run("migrate", "checks/web.yaml", cwd=tmp_path)
    assert (answer.code, answer.out) == (0, "nothing to migrate: the file is version 1\n")
    assert {path: path.read_text() for path in tmp_path.rglob("*.yaml")} == before


def test_other_versions_are_told_with_their_place(tmp_path):
    root = ConfigRoot(tmp_path)
    root.write("checks/new.yaml", "version: 2\ncheck: new\n")
    root.write("checks/none.yaml", "check: none\n")
    root.write("checks/word.yaml", "check: word\nversion: one\n")
    root.write("checks/zero.yaml", "version: 0\n")
    answer = run("migrate", cwd=tmp_path)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        "checks/new.yaml:1:10: this file has version 2, and this canarygate reads version 1 at most; "
        "upgrade canarygate\n"
        "checks/none.yaml:1:1: there is no `version`; it must begin with `version: 1`\n"
        "checks/word.yaml:2:10: 'one' is no version; there is only 1\n"
        "checks/zero.yaml:1:10: '0' is no version; there is only 1\n")


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    answer = run("migrate", "gone.yaml", cwd=tmp_path)
    assert answer.code == 2
    assert answer.err.startswith("gone.yaml: "), answer
