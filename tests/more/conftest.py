from pathlib import Path

import pytest

from support import ConfigRoot

import debs


@pytest.fixture
def root(tmp_path):
    return ConfigRoot(tmp_path / "root")


@pytest.fixture(scope="session")
def deb():
    """deb(suite, package) → the folder it was unpacked in; the test is skipped where it cannot be had."""
    def get(suite, package):
        folder = Path(__file__).resolve().parents[2] / "build" / "debs" / f"{package}-{suite}"
        reason = debs.unpack(suite, package, folder)
        if reason:
            pytest.skip(f"no {package} of {suite}: {reason}")
        return folder
    return get
