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
    assert re.findall(r"^block-(\d+)$", followed.stdout, re.M) == ["0", "0", "1", "0", "0"], followed
    assert "3 files read, all valid" in followed.stdout, followed
    assert "5 files read, all valid" in followed.stdout, followed
    assert "7 files read, all valid" in followed.stdout, followed
    assert "STOPPED" in followed.stdout and "failed tasks" in followed.stdout
    assert no_control_characters(followed.stdout)


def anchors(page):
    titles = re.findall(r"^#+ (.*)$", page.read_text(), re.M)
    return {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))],
                         ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    for link in re.findall(r"\]\(([^):]+)\)", page.read_text()):
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_readme_leads_to_every_page_of_the_docs():
    for page in (ROOT / "docs").glob("*.md"):
        assert f"](docs/{page.name})" in README, page.name


def test_what_the_readme_shows_is_what_the_program_says():
    shown = re.findall(r"^    (STOPPED.*?)^That one is recorded", README, re.M | re.S)[0].replace("[…]", "")
    said = run("check", "web-bg-tasks", "--config", EXAMPLES, "--env", "bad",
               "--deployed-at", "2024-10-15T14:00:00Z").out
    for sentence in re.split(r"\n\s*\n", shown):
        assert " ".join(sentence.split()) in " ".join(said.split())


def test_every_make_target_of_the_readme_exists():
    targets = set(re.findall(r"make ([a-z-]+)", README))
    makefile = (ROOT / "Makefile").read_text()
    assert targets and all(re.search(rf"^([a-z- ]+ )?{target}( [a-z- ]+)?:", makefile, re.M)
                           for target in targets)


def test_the_first_example_of_the_definitions_is_valid(tmp_path):
    check, root = re.findall(r"^```yaml\n(.*?)^```", (ROOT / "docs/definition.md").read_text(), re.M | re.S)[:2]
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks/web.yaml").write_text(check)
    (tmp_path / "canarygate.yaml").write_text(root)
    answer = run("validate", "--config", tmp_path)
    assert (answer.code, answer.err) == (0, ""), answer
