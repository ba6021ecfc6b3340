"""Does a mail cost more when many have come before? The same mails, with so many already in mailboxes and ledger.

Those before are real: one answer to each obligation was fetched, decided and answered by the worker; the others
are copies of their rows, with keys and days of their own, and files in the mailboxes. Only the copies' raw bytes are
short. The mails that are measured are new versions of the same answers, so that each has a history as long as
the ledger gives it: of 50,000 mails, more than a hundred earlier answers to the same question.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from imapclient import IMAPClient

from intake.sources.network import tls_context
from routing.clock import stamp
from tests.bench.machine import DESK, fsync_p50_ms
from tests.bench.rig import Rig, timed, warm_worker
from tests.e2e.office import MAILBOXES, Office
from tests.e2e.traffic import Traffic
from tests.servers.dovecot import PASSWORD

# Each table with the columns that name a mail; its other keys are told apart by `_other`.
_COPIED = {
    "arrival": ("id",),
    "message": ("arrival_id",),
    "attachment": ("arrival_id",),
    "verdict": ("id", "arrival_id"),
    "finding": ("id", "arrival_id", "verdict_id"),
    "evidence": ("id", "arrival_id"),
    "event": ("id", "arrival_id"),
    "outbox": ("id", "arrival_id"),
    "posting": ("id", "outbox_id"),
}
_UNIQUE = ("sha256", "receipt", "key", "message_id", "content")
_DAYS_BEFORE = timedelta(days=3)  # so that no cap of a day counts them


def growth(
    rig: Rig, sizes: Sequence[int], base: Sequence[Traffic], mails: Sequence[Traffic]
) -> dict[str, float]:
    """Mails per second on one core with so many mails there before, for each size; the smallest first."""
    found = {"fsync_p50_ms": fsync_p50_ms(rig.folder)}
    for size in sizes:
        rig.empty()
        with rig.office() as office:
            with warm_worker(rig, office, DESK, base):
                pass
            if size > len(base):
                _fill(rig, office, size - len(base))
            with closing(sqlite3.connect(office.folder / "ledger.db", isolation_level=None)) as ledger:
                ledger.execute("DELETE FROM health")  # so that its rows tell of this worker's first looks
            with warm_worker(rig, office, DESK, ()) as worker:
                office.wait_for_rows("SELECT count(*) FROM health", [(len(MAILBOXES),)], 120)
                run = timed(rig, office, worker, mails, len(mails))
        found[f"with_{size}_mails_per_second"] = len(mails) / run.seconds
    first, last = (found[f"with_{size}_mails_per_second"] for size in (sizes[0], sizes[-1]))
    found["slope"] = first / last
    return found


def _fill(rig: Rig, office: Office, count: int) -> None:
    """Adds so many mails to the ledger and, as files, to the mailboxes; every one of them is known."""
    with closing(sqlite3.connect(office.folder / "ledger.db", isolation_level=None)) as ledger:
        ledger.execute("PRAGMA synchronous = OFF")
        ledger.execute("BEGIN")
        (there,) = ledger.execute("SELECT count(*) FROM arrival").fetchone()
        for copy in range(1, -(-count // there) + 1):
            copy_rows(ledger, copy, min(there, count - (copy - 1) * there))
        for mailbox, address in MAILBOXES.items():
            _copy_files(rig, ledger, mailbox, address)
        ledger.execute("COMMIT")
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def copy_rows(ledger: sqlite3.Connection, copy: int, upto: int) -> None:
    """One copy of the rows of the first `upto` mails."""
    for table, ids in _COPIED.items():
        columns = [row[1] for row in ledger.execute(f"PRAGMA table_info({table})")]
        values = ", ".join(_other(column, ids, copy) for column in columns)
        mail = {"arrival": "id", "posting": "(SELECT arrival_id FROM outbox o WHERE o.id = outbox_id)"}
        ledger.execute(
            f"INSERT INTO {table} SELECT {values} FROM {table} WHERE {ids[0]} < {STEP}"
            f" AND {mail.get(table, 'arrival_id')} <= {upto}"
        )
    ledger.execute(
        f"INSERT INTO raw SELECT arrival_id + {copy * STEP}, zeroblob(1000) FROM raw WHERE arrival_id <= {upto}"
    )


STEP = 1_000_000


def _other(column: str, ids: tuple[str, ...], copy: int) -> str:
    if column in ids:
        return f"{column} + {copy * STEP}"
    if column in _UNIQUE:
        return f"{column} || '.{copy}'"
    if column in ("received_at", "recorded_at"):
        before = f"'-{_DAYS_BEFORE.days} days', '-{copy} minutes'"  # each copy at a time of its own
        return f"strftime('%Y-%m-%dT%H:%M:%S', substr({column}, 1, 19), {before}) || '+09:00'"
    return column


def _copy_files(rig: Rig, ledger: sqlite3.Connection, mailbox: str, address: str) -> None:
    """A file in the mailbox for each mail of the ledger that has none, and its sighting."""
    unseen = ledger.execute(
        "SELECT id FROM arrival a WHERE mailbox = ? AND id NOT IN (SELECT arrival_id FROM sighting)",
        (mailbox,),
    ).fetchall()
    if not unseen:
        return
    folder = rig.servers.maildir(address)
    small = _small_file(folder)
    for _ in unseen:
        os.link(small, folder / "new" / uuid4().hex)
    context = tls_context(rig.servers.ca)
    with IMAPClient(rig.servers.host, rig.servers.imaps_port, ssl_context=context) as client:
        client.login(address, PASSWORD)
        validity = str(client.select_folder("INBOX", readonly=True)[b"UIDVALIDITY"])
        client.normalise_times = False  # keeps the offset of INTERNALDATE
        uids = client.search(["ALL"])
        last = client.fetch([max(uids)], ["INTERNALDATE"])[max(uids)][b"INTERNALDATE"]
    known = {int(uid) for (uid,) in ledger.execute("SELECT uid FROM sighting WHERE mailbox = ?", (mailbox,))}
    at = ledger.execute("SELECT max(recorded_at) FROM sighting").fetchone()[0]
    new = [uid for uid in uids if uid not in known]
    ledger.executemany(
        "INSERT INTO sighting (mailbox, uidvalidity, uid, arrival_id, recorded_at) VALUES (?, ?, ?, ?, ?)",
        [(mailbox, validity, str(uid), id, at) for uid, (id,) in zip(new, unseen, strict=True)],
    )
    cursor = (str(max(uids)), stamp(last), mailbox)
    ledger.execute("UPDATE cursor SET uid = ?, received_at = ? WHERE mailbox = ?", cursor)


def _small_file(folder: Path) -> Path:
    file = folder / "tmp" / "small"
    file.write_bytes(b"Subject: x\r\n\r\n" + b"x" * 900)
    shutil.chown(file, folder.stat().st_uid, folder.stat().st_gid)
    return file
