"""The examples through a Prometheus of the next major version."""
import shutil

import pytest

from support import EXAMPLES, PROGRAM, example_script


@pytest.mark.parametrize("scenario", ["bad", "silent"])
def test_the_examples_are_judged_alike_from_file_and_prometheus_3(prometheus_3, tmp_path, monkeypatch,
                                                                  scenario):
    monkeypatch.setenv("PATH", str(prometheus_3.parent), prepend=":")
    demo = example_script("demo_prometheus")
    demo.PROGRAM = PROGRAM
    root = tmp_path / "examples"
    shutil.copytree(EXAMPLES, root)
    assert demo.compare(scenario, root) == 0
