"""The examples through a Prometheus of the next major version."""
import shutil

import pytest

from support import EXAMPLES, PROGRAM, example_script

pytestmark = pytest.mark.server


@pytest.mark.parametrize("scenario", ["bad", "silent"])
def test_the_examples_are_judged_alike_from_file_and_prometheus_3(deb, tmp_path, monkeypatch, scenario):
    folder = deb("sid", "prometheus")
    monkeypatch.setenv("PATH", f"{folder}/usr/bin", prepend=":")
    demo = example_script("demo_prometheus")
    demo.PROGRAM = PROGRAM
    root = tmp_path / "examples"
    shutil.copytree(EXAMPLES, root)
    assert demo.compare(scenario, root) == 0
