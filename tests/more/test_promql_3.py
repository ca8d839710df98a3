"""Our PromQL beside a Prometheus of the next major version, whose rules it follows where the two
majors differ: ranges without their beginning, and where a counter began."""
import pytest

from promql_compare import Recorded, compare
from promql_queries import RATES_OF_GAUGES, drawn, hand_written


@pytest.fixture(scope="module")
def recorded(prometheus_3):
    with Recorded(str(prometheus_3)) as recorded:
        yield recorded


@pytest.mark.parametrize("phase", [None, 0], ids=["between the samples", "at the samples"])
def test_queries_give_what_prometheus_3_gives(recorded, phase):
    valued, _ = compare(recorded, hand_written() + RATES_OF_GAUGES, recorded.grids(phase))
    assert valued >= 200
    valued, _ = compare(recorded, drawn(1000, 3), recorded.grids(phase))
    assert valued >= 500
