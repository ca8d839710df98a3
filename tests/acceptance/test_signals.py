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


def test_a_second_signal_ends_it_at_once(root):
    fleet.write(root)
    process = start("check", "web", "--config", root, "--deployed-at", int(time.time()))
    for line in process.stderr:
        if "waiting for" in line:
            break
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    assert finish(process).code == 143
