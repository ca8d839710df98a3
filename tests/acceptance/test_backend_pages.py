"""The examples of the backends' pages are what `canarygate validate` accepts."""
import re

import pytest
import yaml

from support import ROOT, run

PAGES = ["elasticsearch", "influxdb", "newrelic"]
WINDOW = "window: {warmup: 2m, duration: 20m, step: 1m}\n"
GROUPS = "canary: {hosts: [web-1]}\nbaseline: {hosts: [web-2, web-3]}\n"


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_of_the_page_are_accepted(root, page):
    text = (ROOT / "docs" / "backends" / f"{page}.md").read_text()
    blocks = re.findall(r"^```yaml\n(.*?)^```$", text, re.M | re.S)
    backends = [block for block in blocks if block.startswith("backends:")]
    checks = [block for block in blocks if "metrics:" in block]
    assert len(backends) == 1 and checks
    root.environment(backends[0])
    for number, block in enumerate(checks):
        window = "" if "window" in yaml.safe_load(block) else WINDOW
        root.check(GROUPS + window + block, name=f"example-{number}")
    answer = run("validate", "--config", root)
    assert answer.code == 0, answer
