"""No verdict depends on the order of series, hosts or metrics in a reply or a definition."""
import random

import yaml

import fleet
from servers import Stub
from support import check


def shuffled_check(seed):
    """The fleet's check with its metrics and hosts in another order."""
    rng = random.Random(seed)
    definition = yaml.safe_load(fleet.CHECK + fleet.METRICS)
    rng.shuffle(definition["metrics"])
    for group in ("canary", "baseline"):
        rng.shuffle(definition[group]["hosts"])
    return yaml.safe_dump(definition, sort_keys=False)


def comparable(report):
    """All of the report but what tells one run from another, and the order of the metrics."""
    kept = {key: value for key, value in report.items()
            if key not in ("run_id", "started_at", "finished_at", "timings")}
    kept["metrics"] = sorted(kept["metrics"], key=lambda metric: metric["name"])
    kept["reasons"] = sorted(kept["reasons"], key=str)
    kept["warnings"] = sorted(kept["warnings"], key=str)
    return kept


def reports(root, bends, shuffles):
    for seed in range(shuffles):
        stub = Stub(fleet.table(bends), seed)
        with stub.serve() as url:
            fleet.write(root, check=shuffled_check(seed), environment=f"""
backends:
  default: {{type: prometheus, urls: ["{url}"], scrape_interval: 5s}}
""")
            answer = check(root, "web", "--deployed-at", str(fleet.DEPLOYED_AT))
        assert stub.refused == []
        yield answer, comparable(answer.json)


def test_order_never_changes_what_is_found(root):
    for bends, verdict in (({}, "pass"), ({"latency": fleet.after_deploy(3)}, "fail"),
                           ({"errors": fleet.after_deploy(4)}, "fail")):
        (answer, first), *others = reports(root, bends, 6)
        assert first["verdict"] == verdict, answer
        for _, other in others:
            assert other == first
