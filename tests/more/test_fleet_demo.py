"""`make demo`, as a newcomer sees it: two minutes of watching two deploys."""
import shutil
import subprocess
import time

from support import EXAMPLES, PROGRAM, environment

LONGEST = 180  # seconds: what the README promises


def test_the_demo_stops_a_bad_deploy_and_passes_a_good_one(tmp_path):
    root = tmp_path / "examples" / "fleet"
    shutil.copytree(EXAMPLES / "fleet", root, ignore=shutil.ignore_patterns("state", "__pycache__"))
    began = time.monotonic()
    process = subprocess.run([root / "demo"], env=environment(CANARYGATE=str(PROGRAM)), text=True,
                             capture_output=True, timeout=2 * LONGEST, check=False)
    said = process.stdout + process.stderr
    assert process.returncode == 0, said
    assert time.monotonic() - began < LONGEST
    stopped, passed = (process.stdout.index(word) for word in ("STOPPED", "PASSED"))
    told = [process.stdout.index(f"Exit code {code}") for code in (1, 0)]
    assert stopped < told[0] < passed < told[1]
    assert "error ratio" in process.stdout
    assert not (root / "state" / "hosts.json").exists(), "the fleet is still running"
