import signal

import pytest

from support import PROGRAM, ConfigRoot


def pytest_configure(config):
    if not PROGRAM.exists():
        pytest.exit(f"{PROGRAM} is missing; run `make dev` first", returncode=2)
    # A shell starts what runs in its background with these ignored, and the program, which leaves
    # ignored what it finds ignored, would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)


@pytest.fixture
def root(tmp_path):
    return ConfigRoot(tmp_path / "root")
