import pytest

import debs


@pytest.fixture(scope="session")
def prometheus_3():
    """A Prometheus of the next major version; the test is skipped where it cannot be had."""
    program, why = debs.program_of("sid", "prometheus", "prometheus")
    if why:
        pytest.skip(why)
    return program
