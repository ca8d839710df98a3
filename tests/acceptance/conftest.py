import pytest

from support import PROGRAM, ConfigRoot


def pytest_configure(config):
    config.addinivalue_line("markers", "server: starts a real server; left out under a sanitizer")
    assert PROGRAM.exists(), f"{PROGRAM} is missing; run `make dev` first"


@pytest.fixture
def root(tmp_path):
    return ConfigRoot(tmp_path / "root")
