"""An interrupted gate says what it saw so far, in every report, and never passes."""
import signal
import time

import pytest

import fleet
from support import finish, read_reports, start


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("soft", [False, True])
def test_a_signal_ends_the_wait_with_the_reports_written(root, number, code, soft):
    now = int(time.time())
    fleet.write(root)
    process = start("check", "web", "--config", root, "--deployed-at", now,
                    *(["--soft-fail"] if soft else []),
                    "--report", f"json={root}/reports/gate.json",
                    "--report", f"junit={root}/reports/gate.xml")
    for line in process.stderr:
        if "waiting for" in line:
            break
    process.send_signal(number)
    answer = read_reports(finish(process), root.folder / "reports")
    assert answer.code == code, answer
    assert answer.json["verdict"] != "pass"
    assert "interrupted" in answer.codes(), answer


def test_a_signal_that_comes_in_a_burst_ends_the_wait_with_the_reports_written(root):
    """As from timeout(1), which signals its command and then the whole group."""
    fleet.write(root)
    reports = root.folder / "reports"
    process = start("check", "web", "--config", root, "--deployed-at", int(time.time()),
                    "--report", f"json={reports}/gate.json", "--report", f"junit={reports}/gate.xml")
    for line in process.stderr:
        if "waiting for" in line:
            break
    burst_ends = time.monotonic() + 0.02
    while time.monotonic() < burst_ends:
        process.send_signal(signal.SIGTERM)
    answer = read_reports(finish(process), reports)
    assert answer.code == 143, answer
    assert "interrupted" in answer.codes(), answer
