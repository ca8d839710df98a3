"""Our PromQL of scraped numbers gives what a real Prometheus gives that scraped the same endpoints.

The server scrapes endpoints of ours for some seconds. Its samples are read back and handed to our
evaluator with every query; label sets, presence at each point and values must be the same.
"""
import pytest

from promql_compare import Recorded, compare, probe
from promql_queries import BEYOND, REFUSED_BY_BOTH, drawn, hand_written

pytestmark = pytest.mark.server
DRAWN = 300
SEED = 20261121


@pytest.fixture(scope="module")
def recorded():
    with Recorded() as recorded:
        yield recorded


def test_the_samples_are_those_that_were_exposed(recorded):
    assert recorded.is_the_past_that_was_served()
    assert recorded.markers >= 40  # vanished series, and all of a host that did not answer


def test_queries_written_by_hand_give_what_prometheus_gives(recorded):
    queries = hand_written()
    assert len(queries) >= 200
    valued, failed = compare(recorded, queries, recorded.grids())
    assert valued >= 200
    assert failed >= 5


def test_drawn_queries_give_what_prometheus_gives(recorded):
    valued, _ = compare(recorded, drawn(DRAWN, SEED), recorded.grids())
    assert valued >= DRAWN // 2


def refusals(queries):
    jobs = [{"query": query, "start": 0, "step": 1000, "points": 1, "lookback": 0} for query in queries]
    return probe([], jobs)


@pytest.mark.parametrize("queries, status", [(REFUSED_BY_BOTH, 400), (BEYOND, 200)],
                         ids=["as Prometheus does", "of what Prometheus knows more"])
def test_queries_are_refused(recorded, queries, status):
    grid = recorded.grids()[0]
    for query, answer in zip(queries, refusals(queries), strict=True):
        asked = recorded.asked(query, grid)
        assert (asked if isinstance(asked, int) else 200) == status, query
        assert answer.get("refused"), query
        assert 1 <= answer["column"] <= len(query) + 1, query
