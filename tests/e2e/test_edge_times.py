"""The edge of the deadline (21 July 2023, 17:00:00 is in time; notice 記２) through the whole program, started
as an operator starts it, on machines whose clocks tell different hours."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.policy import default
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from config.jst import JST
from config.load import default_survey
from tests.e2e.office import COMMAND, MAILBOXES, Answer, Office, mail
from tests.routing.desk_at_hand import settings_in

pytestmark = pytest.mark.long
DEADLINE = datetime(2023, 7, 21, 17, tzinfo=JST)
SECOND = timedelta(seconds=1)
ANSWER = Answer("14神奈川県横浜市", "指定都市", "難病")
SENDER = "nanbyo@city.yokohama.lg.jp"
NEW_YORK = timezone(timedelta(hours=-4))


def uketsuke(
    settings: Path, *arguments: str, zone: str = "UTC", now: datetime = DEADLINE + 300 * SECOND
) -> str:
    """One command on a machine of this time zone; what it printed."""
    options = ["--survey", default_survey(), "--settings", settings, "--now", now.isoformat()]
    command = [COMMAND, *options, *arguments]
    done = subprocess.run(
        command, env={**os.environ, "TZ": zone}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def delivered(received: datetime, zone: timezone | None = None) -> bytes:
    """A mail with the ministry's Received line on top; its own Date tells nonsense, as some do."""
    line = f"Received: from mx.example.jp by mx.mhlw.go.jp; {format_datetime(received.astimezone(zone or JST))}\r\n"
    raw = mail(SENDER, MAILBOXES["n_mynumber"], "<edge@city.yokohama.lg.jp>", ANSWER, ANSWER.workbook())
    return line.encode() + b"Date: Sat, 22 Jul 2023 09:00:00 +0900\r\n" + raw


def standing(settings: Path, **how: Any) -> dict[str, Any]:
    """横浜市's 難病 as `status --json` tells it."""
    told = json.loads(uketsuke(settings, "status", "--json", **how))
    (found,) = [o for o in told["obligations"] if (o["lgcode"], o["program"]) == ("141003", "nanbyo")]
    return dict(found)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Settings with three empty Maildirs."""
    for mailbox in settings_in(tmp_path).mailboxes:
        for part in ("new", "cur", "tmp"):
            (tmp_path / "inbox" / mailbox / part).mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize(
    ("received", "late"), [(DEADLINE - SECOND, False), (DEADLINE, False), (DEADLINE + SECOND, True)]
)
def test_the_last_second_counts_whatever_hour_the_machine_thinks_it_is(
    folder: Path, zone: str, received: datetime, late: bool
) -> None:
    written_in = {"UTC": UTC, "Asia/Tokyo": JST, "America/New_York": NEW_YORK}[zone]
    (folder / "inbox" / "n_mynumber" / "new" / "1.M1").write_bytes(delivered(received, written_in))
    uketsuke(folder / "settings.toml", "run", "--once", zone=zone)
    found = standing(folder / "settings.toml", zone=zone)
    assert (found["state"], found["late"]) == ("accepted", late)
    assert found["received_at"] == f"2023-07-21T{received:%H:%M:%S}+09:00"
    (reply,) = (folder / "outgoing" / "new").iterdir()
    body = message_from_bytes(reply.read_bytes(), policy=default).get_body(("plain",))
    assert body is not None
    assert ("の後に受領しました" in body.get_content()) is late


@pytest.mark.parametrize("days", [1, 40])
def test_what_came_in_time_is_in_time_however_late_the_worker_reads_it(folder: Path, days: int) -> None:
    """The worker stood still over the deadline, or its clock leapt."""
    (folder / "inbox" / "n_mynumber" / "new" / "1.M1").write_bytes(delivered(DEADLINE))
    when = DEADLINE + timedelta(days=days)
    uketsuke(folder / "settings.toml", "run", "--once", now=when)
    found = standing(folder / "settings.toml", now=when)
    assert (found["state"], found["late"]) == ("accepted", False)
    before = standing(folder / "settings.toml", now=when - SECOND)
    assert (before["state"], before["received_at"]) == ("outstanding", None)  # nobody knew of it then


@pytest.mark.parametrize(("internal", "late"), [(DEADLINE, False), (DEADLINE + SECOND, True)])
def test_the_servers_own_time_of_receipt_decides_not_what_the_header_says(
    office: Office, internal: datetime, late: bool
) -> None:
    """IMAP: INTERNALDATE (RFC 3501 §2.3.3). The header was written a minute on the other side of the edge."""
    header = DEADLINE + (-60 if late else 60) * SECOND
    office.servers.dovecot.put(MAILBOXES["n_mynumber"], delivered(header), internal)
    settings = office.folder / "settings.toml"
    uketsuke(settings, "run", "--once")
    found = standing(settings)
    assert (found["late"], found["received_at"]) == (late, f"2023-07-21T{internal:%H:%M:%S}+09:00")
