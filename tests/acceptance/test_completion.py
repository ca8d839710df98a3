"""`canarygate completion`: each shell itself says what it completes."""
import re
import shlex
import shutil
import subprocess
import tempfile

import pytest

from support import HANG, PROGRAM, ConfigRoot, environment, run

CHECK = "canary: {hosts: [a]}\nbaseline: {hosts: [b]}\nmetrics: [{name: m, query: up, worse: higher}]\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    config = ConfigRoot(tmp_path_factory.mktemp("root"))
    for name in ("web", "web-admin", "jobs"):
        config.check(CHECK, name)
    for name in ("eu", "us"):
        config.environment("backends: {default: {type: file, path: x.csv}}\n", name)
    return config


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scripts")
    for shell in ("bash", "zsh", "fish"):
        answer = run("completion", shell)
        assert (answer.code, answer.err) == (0, "")
        (folder / shell).write_text(answer.out)
    return folder


def shell_says(argv, cwd):
    # A shell makes folders of its own where it is at home.
    with tempfile.TemporaryDirectory() as home:
        return shell_at_home_says(argv, cwd, home)


def shell_at_home_says(argv, cwd, home):
    env = environment(PATH=f"{PROGRAM.parent}:/usr/bin:/bin", HOME=home)
    done = subprocess.run(argv, cwd=cwd, env=env, text=True, capture_output=True, timeout=HANG, check=False)
    assert done.stderr == "", done.stderr
    return sorted(set(done.stdout.split("\n")) - {""})


def bash(scripts, cwd, *words):
    quoted = " ".join(map(shlex.quote, ("canarygate", *words)))
    return shell_says(["bash", "--norc", "-c", f"source {scripts}/bash; COMP_WORDS=({quoted}); "
                       f"COMP_CWORD={len(words)}; _canarygate; printf '%s\\n' \"${{COMPREPLY[@]}}\""], cwd)


def zsh(scripts, cwd, *words):
    """zsh's own filter by what is typed already is done here."""
    quoted = " ".join(map(shlex.quote, ("canarygate", *words)))
    offered = shell_says(["zsh", "-f", "-c", f"""
compdef() {{ : }}; compset() {{ : }}; compadd() {{ shift; print -l -- "$@" }}
_files() {{ print FILES "$@" }}
source {scripts}/zsh; words=({quoted}); CURRENT={len(words) + 1}; _canarygate"""], cwd)
    typed = words[-1].rsplit("=", 1)[-1] if words[-1].startswith("--") else words[-1]
    return [word for word in offered if word.startswith(typed)]


def fish(scripts, cwd, *words):
    line = " ".join(("canarygate", *words))
    offered = shell_says(["fish", "--no-config", "-c", f"source {scripts}/fish; complete -C {shlex.quote(line)}"],
                         cwd)
    return sorted({word.split("\t")[0].rsplit("=", 1)[-1] if "=" in words[-1] else word.split("\t")[0]
                   for word in offered})


SHELLS = {"bash": bash, "zsh": zsh, "fish": fish}


@pytest.fixture(params=SHELLS)
def complete(request, scripts, root):
    if not shutil.which(request.param):
        pytest.skip(f"{request.param} is missing; `deps/install test` installs it")

    def ask(*words, cwd=None):
        return SHELLS[request.param](scripts, cwd or root.folder, *words)
    ask.shell = request.param
    return ask


def commands():
    """Of the help: each command, those of `history` with their actions."""
    listed = re.findall(r"^  ([a-z]+) ", run("--help").out.split("Subcommands:")[1], re.M)
    assert "check" in listed and "completion" in listed
    for command in listed:
        page = run(command, "--help").out
        actions = re.findall(r"^  ([a-z]+) ", page.split("Subcommands:")[1], re.M) if "Subcommands:" in page else []
        yield from ([(command, action) for action in actions] or [(command,)])


def long_flags(command):
    return sorted(set(re.findall(r"^  (?:-\w,)?(--[a-z-]+)", run(*command, "--help").out, re.M)))


def test_each_command_is_completed(complete):
    listed = sorted({command[0] for command in commands()})
    assert [word for word in complete("") if not word.startswith("-")] == listed
    assert complete("dep") == []
    assert complete("che") == ["check"]


def test_each_flag_of_each_command_is_completed(complete):
    for command in commands():
        flags = long_flags(command)
        assert "--help" in flags
        assert complete(*command, "--") == flags, command


def test_names_are_those_of_the_configuration(complete, root, tmp_path):
    assert complete("check", "") == ["jobs", "web", "web-admin"]
    assert complete("explain", "web") == ["web", "web-admin"]
    assert complete("check", "web", "--env", "") == ["eu", "us"]
    assert complete("check", "--no-wait", "j") == ["jobs"]
    assert complete("history", "list", "--check", "web-") == ["web-admin"]
    assert complete("check", "--config", str(root), "j", cwd=tmp_path) == ["jobs"]
    assert complete("check", "", cwd=tmp_path) == []


def test_actions_and_words_are_completed(complete):
    assert complete("history", "s") == ["show", "stats"]
    assert complete("hosts", "--format", "") == ["json", "text"]
    assert complete("check", "web", "--color", "a") == ["always", "auto"]
    assert complete("check", "web", "--report", "j") == ["json", "junit"]
    assert complete("compare", "--judge", "") == ["kayenta", "mann-whitney", "placebo"]
    assert complete("completion", "") == ["bash", "fish", "zsh"]


def test_a_value_behind_an_equals_sign_is_completed(complete):
    words = ["--format", "=", "j"] if complete.shell == "bash" else ["--format=j"]
    assert complete("hosts", "web", *words) == ["json"]


def test_files_are_completed_where_a_file_is_wanted(complete, root):
    offered = complete("validate", "")
    if complete.shell == "zsh":
        assert offered == ["FILES"]
    else:
        assert "canarygate.yaml" in offered
        assert [word.rstrip("/") for word in complete("hosts", "--config", "env")] == ["environments"]


def test_the_words_that_are_completed_are_those_that_are_taken(root):
    """Each list of words against the program's own message about a word that is none."""
    script = run("completion", "bash").out
    lists = re.findall(r"'([a-z ]+) (--[a-z-]+)'\) echo 'words ([^']+)'", script)
    assert {flag for _, flag, _ in lists} >= {"--format", "--color", "--report", "--judge", "--worse"}
    for command, flag, words in lists:
        needed = {"check": ["web"], "explain": ["web"], "hosts": ["web"], "judge": ["x.json"],
                  "backtest": ["web"], "promote": ["web"], "import": ["kayenta", "x.json"],
                  "history show": ["1"], "history mark": ["1", "right"],
                  "history prune": ["--older-than", "1d"],
                  "compare": ["--canary", "a", "--baseline", "b"]}.get(command, [])
        answer = run(*command.split(), *needed, flag, "nonsense", cwd=root)
        assert answer.code == 2, answer
        for word in words.split():
            assert word in answer.err, (command, flag, word, answer)


def test_another_shell_is_a_usage_error():
    answer = run("completion", "tcsh")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == ("canarygate: completion 'tcsh': expected bash, zsh or fish\n"
                          "Try `canarygate completion --help`.\n")


def test_without_a_configuration_there_are_no_names_and_no_complaint(tmp_path):
    answer = run("completion", "checks", cwd=tmp_path)
    assert (answer.code, answer.out, answer.err) == (0, "", "")
