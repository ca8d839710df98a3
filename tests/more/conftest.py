import pytest

import debs
from support import ConfigRoot


@pytest.fixture(scope="session")
def prometheus_3():
    """A Prometheus of the next major version; the test is skipped where it cannot be had."""
    program, why = debs.program_of("sid", "prometheus", "prometheus")
    if why:
        pytest.skip(why)
    return program


@pytest.fixture(scope="session")
def moto():
    """Where Python finds moto, an emulator of AWS; the test is skipped where it cannot be had."""
    for needed in ("boto3", "flask", "flask_cors", "responses", "xmltodict"):
        pytest.importorskip(needed)
    folder, why = debs.python_packages_of("trixie", "python3-moto")
    if why:
        pytest.skip(why)
    return folder


@pytest.fixture
def root(tmp_path):
    return ConfigRoot(tmp_path / "root")
