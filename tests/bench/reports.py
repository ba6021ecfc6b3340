"""All 47 reports and the overview by one command: how long it takes, and how much memory at most.

The ledger is one in which every prefecture handed
in a list of all its municipalities, each with a row to be mended, so that every sheet of every report is full.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from config.load import default_survey
from intake.sources.source import Fetched
from routing.clock import rehearsed, stamp
from routing.journey.desk import Desk
from routing.ledger.store import Ledger
from routing.reading.reader import Reader
from routing.register import build_register
from tests.e2e.fortnight import DEADLINE, collected_by
from tests.e2e.fortnight_count import prefectures
from tests.e2e.fortnight_mails import PROGRAMS, Sent, collated, raw, subject_of
from tests.routing.desk_at_hand import settings_in

COMMAND = Path(sys.executable).with_name("uketsuke")
RECEIVED = DEADLINE - timedelta(hours=6)


def measure() -> dict[str, float]:
    """Seconds and peak MiB of `report --all` over a full ledger, with the number of files and of rows."""
    with tempfile.TemporaryDirectory(prefix="uk-reports-") as folder:
        rows = _fill(Path(folder))
        out = Path(folder) / "out"
        settings = ["--settings", str(Path(folder) / "settings.toml"), "--now", stamp(DEADLINE)]
        began = time.perf_counter()
        child = subprocess.Popen(
            [COMMAND, *settings, "report", "--all", "-o", str(out)], stdout=subprocess.DEVNULL
        )
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        assert child.returncode == 0
        return {
            "report_all_seconds": round(seconds, 2),
            "report_all_peak_mib": round(used.ru_maxrss / 1024, 1),  # Linux: KiB
            "report_all_files": len(list(out.iterdir())),
            "report_all_rows": rows,
        }


def _fill(folder: Path) -> int:
    """A ledger with a list from each prefecture for 予防接種 and 自治体検診; how many rows they have."""
    settings = settings_in(folder)
    with closing(Ledger(settings.ledger)) as ledger, closing(Reader(default_survey())) as reader:
        desk = Desk(build_register(default_survey()), settings, ledger, reader, rehearsed(RECEIVED))
        rows = 0
        for number, (body, program) in enumerate(
            ((b, p) for b in prefectures() for p in ("yobosesshu", "kenshin")), 1
        ):
            bodies = collected_by(body, program)
            rows += len(bodies)
            subject = subject_of(body.full_name)
            data = collated(bodies, program, {bodies[0].lgcode: "both"})
            files = ((f"{subject}.xlsx", data),)
            sent = Sent(
                RECEIVED, PROGRAMS[program][2], body.lgcode, f"{program}@b{body.lgcode}.lg.jp", subject, files
            )
            _settle(desk, sent, number)
    return rows


def _settle(desk: Desk, sent: Sent, number: int) -> None:
    mail = raw(sent, number)
    desk.keep(sent.mailbox, "7", [Fetched(str(number), RECEIVED, len(mail), mail)])
    (settled,) = desk.settle_waiting()
    assert settled.decided.pieces


if __name__ == "__main__":
    print(measure())
