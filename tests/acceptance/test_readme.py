"""README's own blocks, followed by a new user with an empty home."""
import re
import subprocess

import pytest

from support import EXAMPLES, PROGRAM, ROOT, environment, no_control_characters, run

README = (ROOT / "README.md").read_text()


def blocks():
    return re.findall(r"^```sh\n(.*?)^```$", README, re.M | re.S)


@pytest.fixture
def followed(tmp_path):
    """All blocks typed one after the other into one shell; only what is on the PATH differs."""
    script = "".join(f"{block}echo block-$?\n" for block in blocks())
    script = script.replace("export PATH=$PWD/build:$PATH", f"export PATH={PROGRAM.parent}:$PATH")
    return subprocess.run(["bash", "-c", script], cwd=ROOT, env={**environment(), "HOME": str(tmp_path)},
                          text=True, capture_output=True, timeout=120, check=False)


def test_a_new_user_gets_a_verdict_by_following_the_readme(followed):
    assert re.findall(r"^block-(\d+)$", followed.stdout, re.M) == ["0", "0", "1", "0"], followed
    assert "3 files read, all valid" in followed.stdout, followed
    assert "5 files read, all valid" in followed.stdout, followed
    assert "STOPPED" in followed.stdout and "failed tasks" in followed.stdout
    assert no_control_characters(followed.stdout)


def test_what_the_readme_shows_is_what_the_program_says():
    shown = re.findall(r"^    (STOPPED.*?)^`make", README, re.M | re.S)[0].replace("[…]", "")
    said = run("check", "web-bg-tasks", "--config", EXAMPLES, "--env", "bad",
               "--deployed-at", "2024-10-15T14:00:00Z").out
    for sentence in re.split(r"\n\s*\n", shown):
        assert " ".join(sentence.split()) in " ".join(said.split())


def test_every_link_of_the_readme_leads_somewhere():
    for target in re.findall(r"\]\(([^)#:]+)", README):
        assert (ROOT / target).exists(), target


def test_every_make_target_of_the_readme_exists():
    targets = set(re.findall(r"make ([a-z-]+)", README))
    makefile = (ROOT / "Makefile").read_text()
    assert targets and all(re.search(rf"^([a-z- ]+ )?{target}( [a-z- ]+)?:", makefile, re.M)
                           for target in targets)
