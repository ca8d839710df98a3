import pytest

from support import PROGRAM, ConfigRoot


def pytest_configure(config):
    if not PROGRAM.exists():
        pytest.exit(f"{PROGRAM} is missing; run `make dev` first", returncode=2)


@pytest.fixture
def root(tmp_path):
    return ConfigRoot(tmp_path / "root")
