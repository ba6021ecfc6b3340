"""Copies of a ledger as files: read without a change, and put in the ledger's place.

What took the place is whole before it has the name: it was checked, brought to today's schema, and holds what may
have left since. What stood there is kept under another name and never overwritten. Decides nothing.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from config.frozen import frozen
from routing.ledger import promises, restored
from routing.ledger.backup import BackupRefused, flush, named_disk
from routing.ledger.migrations import are_pending, migrate
from routing.ledger.store import Ledger, LedgerBusy, refuse_newer

_PASSING = frozenset({"wiped"})  # true of a desk at work, and of no copy of it
_BUSY_MILLISECONDS = 5000


class OtherLedger(BackupRefused):
    """The copy seems to be of another ledger; the text says why. It is put back where somebody says yes to that."""


@frozen
class MissingDeed:
    """An official's act that a ledger tells and its copy does not: when, who, what, about which mail."""

    at: str
    by: str
    what: str
    about: str


@frozen
class PutBack:
    """A ledger that was put back. `aside`: where the one before it lies (None: there was none); `last`: the last
    record of the copy; `hold`: the number of the hold over what may have left since; `deeds`: of officials since,
    None where the ledger before could not be read."""

    aside: Path | None
    last: datetime | None
    hold: int
    deeds: tuple[MissingDeed, ...] | None


@contextmanager
def read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """One moment of a ledger, without writing to it. A ledger of an older release is brought up to date in memory.
    Raises NewerLedger, sqlite3.DatabaseError."""
    with closing(
        sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    ) as file:
        refuse_newer(file, path)
        if not are_pending(file):
            file.execute("BEGIN")
            yield file
            return
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
            file.backup(copy)
            migrate(copy)
            yield copy


def put_back(
    file: Path, ledger: Path, who: tuple[str, str], now: datetime, mailboxes: Collection[str] | None = None
) -> PutBack:
    """Put a copy in the ledger's place; the caller holds the desk's lock. `mailboxes`: the ids of the survey; None
    where the copy may be of another ledger. Raises BackupRefused, OtherLedger, NewerLedger, LedgerBusy, DiskFull;
    then the ledger is as it was."""
    ledger = ledger.resolve()
    if ledger.exists() and file.samefile(ledger):
        raise BackupRefused(f"{file} は台帳そのものです。")
    _check(file)
    if mailboxes is not None and (told := _doubts(file, ledger, mailboxes)):
        raise OtherLedger("\n".join(told))
    for left in ledger.parent.glob(f".{ledger.name}.*.part*"):  # by one that was cut short: full of personal data
        left.unlink(missing_ok=True)
    unfinished = ledger.with_name(f".{ledger.name}.{os.getpid()}.part")
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with named_disk(ledger):
            _copy(file, unfinished)
        with closing(Ledger(unfinished)) as new:
            deeds, last = _since(ledger, new), restored.last_record(new)
            hold = restored.note(new, who, now)
        _as_owned(ledger, unfinished)
        flush(unfinished)
        aside = _put_aside(ledger, now)
        for side in ("-wal", "-shm"):  # of the ledger before: SQLite would play them over the new one
            ledger.with_name(ledger.name + side).unlink(missing_ok=True)
        unfinished.replace(ledger)
        flush(ledger.parent)
    finally:
        for side in ("", "-wal", "-shm", "-journal"):
            with suppress(OSError):
                unfinished.with_name(unfinished.name + side).unlink(missing_ok=True)
    return PutBack(aside, last, hold, deeds)


def _check(file: Path) -> None:
    """Refuse what `verify` faults, and what was never a ledger: an empty file would answer everybody anew."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            made = connection.execute("SELECT count(*) FROM sqlite_master WHERE name IN ('arrival', 'outbox')")
            if made.fetchone()[0] != 2:
                raise BackupRefused(f"{file} は台帳の控えではありません。")
        with read_only(file) as connection:
            faults = [a for a in promises.ask(connection) if not a.holds and a.name not in _PASSING]
    except sqlite3.DatabaseError as error:
        raise BackupRefused(f"{file} は台帳として読めません（{error}）。別の控えをお使いください。") from error
    if faults:
        told = "、".join(f"{a.name}（{a.sentence}）" for a in faults)
        raise BackupRefused(f"{file} は約束どおりではありません: {told}。verify で確かめ、別の控えをお使いください。")


def _copy(file: Path, to: Path) -> None:
    with (
        closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(to, isolation_level=None)) as copy,
    ):
        source.backup(copy)


_DEEDS = """SELECT v.recorded_at, v.decided_by,
        iif(a.added_by <> '' AND v.id = (SELECT min(w.id) FROM verdict w WHERE w.arrival_id = a.id), 'add', v.outcome),
        a.receipt FROM verdict v JOIN arrival a ON a.id = v.arrival_id
        WHERE v.piece = '0' AND v.decided_by <> 'uketsuke'
    UNION ALL SELECT e.recorded_at, e.done_by, e.kind, coalesce(a.receipt, e.lgcode || ' ' || e.detail) FROM event e
        LEFT JOIN arrival a ON a.id = e.arrival_id WHERE e.done_by <> 'uketsuke' AND e.kind <> 'restored'
    UNION ALL SELECT recorded_at, done_by, iif(revoked, 'revoke', 'approve-sender'), sender FROM approval
    UNION ALL SELECT x.recorded_at, x.done_by, x.kind, a.receipt FROM erasure x JOIN arrival a ON a.id = x.arrival_id
        WHERE x.done_by <> 'uketsuke' AND x.kind <> 'purged'
    UNION ALL SELECT recorded_at, done_by, 'purge', count(*) || '通' FROM erasure
        WHERE kind = 'purged' GROUP BY recorded_at, done_by
    UNION ALL SELECT recorded_at, done_by, 'hold-sending', trim(kind || ' ' || mailbox) FROM sending_hold
        WHERE mails_before = ''
    UNION ALL SELECT l.recorded_at, l.done_by, 'release-sending', h.id FROM sending_release l
        JOIN sending_hold h ON h.id = l.hold_id WHERE h.mails_before = ''
    UNION ALL SELECT g.recorded_at, g.done_by, 'let_go', o.message_id FROM let_go g
        JOIN sending_hold h ON h.id = g.hold_id JOIN outbox o ON o.id = g.outbox_id WHERE h.mails_before = ''
    ORDER BY 1"""


def _since(ledger: Path, new: Ledger) -> tuple[MissingDeed, ...] | None:
    """The acts of officials that stand in the ledger and not in the copy, compared one by one: where a copy was put
    back before, numbers were given twice. None where the ledger cannot be read."""
    if not ledger.exists():
        return None
    known = {MissingDeed(*map(str, row)) for row in new.connection.execute(_DEEDS)}
    try:
        with read_only(ledger) as connection:
            done = [MissingDeed(*map(str, row)) for row in connection.execute(_DEEDS)]
    except Exception:  # noqa: BLE001 - whatever ails it (damage, no right, a newer release) it is put aside
        return None
    return tuple(deed for deed in dict.fromkeys(done) if deed not in known)


def _doubts(file: Path, ledger: Path, mailboxes: Collection[str]) -> list[str]:
    """What speaks against this being a copy of that ledger, of a survey with these mailboxes: in sentences."""
    found = []
    with read_only(file) as connection:
        known = {row[0] for row in connection.execute("SELECT DISTINCT mailbox FROM arrival")}
    if strange := sorted(known - set(mailboxes)):
        found.append(f"控えには、この調査にない提出先（{'、'.join(strange)}）のメールがあります。")
    keys = [_key(each) for each in (file, ledger)]
    if None not in keys and keys[0] != keys[1]:
        found.append("控えは、今の台帳から取ったものではありません（別の台帳の控えです）。")
    return found


def _key(file: Path) -> bytes | None:
    """What a ledger shares with its copies and with no other ledger. None where it cannot be told: there is no
    ledger, it is older than the key, or it has no mail, as when a program that finds no ledger makes one."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            row = connection.execute("SELECT value FROM secret WHERE EXISTS (SELECT 1 FROM arrival)").fetchone()
    except sqlite3.Error:
        return None
    return bytes(row[0]) if row else None


def _as_owned(ledger: Path, unfinished: Path) -> None:
    """Give the ledger the owner that it had: the service goes on under its own user, whoever puts the ledger back."""
    if ledger.exists():
        with suppress(PermissionError):
            os.chown(unfinished, ledger.stat().st_uid, ledger.stat().st_gid)


def _put_aside(ledger: Path, now: datetime) -> Path | None:
    """Give the ledger that stands there a second name, and its write-ahead log too, if SQLite cannot empty that:
    opening a damaged file may take it away. Raises LedgerBusy where another program has it open."""
    if not ledger.exists():
        return None
    aside = _second_name(ledger, now)
    log, aside_log = (path.with_name(path.name + "-wal") for path in (ledger, aside))
    try:
        if log.exists():
            os.link(log, aside_log)
        if _emptied_log(ledger):
            aside_log.unlink(missing_ok=True)
    except BaseException:
        aside_log.unlink(missing_ok=True)
        aside.unlink()
        raise
    return aside


def _second_name(ledger: Path, now: datetime) -> Path:
    for number in range(1, 100):
        more = f"-{number}" if number > 1 else ""
        aside = ledger.with_name(f"{ledger.stem}-{now:%Y%m%d-%H%M%S}{more}{ledger.suffix}")
        with suppress(FileExistsError):
            os.link(ledger, aside)
            return aside
    raise BackupRefused(f"{ledger.parent} に、今の台帳を残す名前がありません。")


def _emptied_log(ledger: Path) -> bool:
    """Whether leaving WAL mode emptied the log, which SQLite only grants to who has the file alone
    (https://sqlite.org/wal.html). False where the file is damaged."""
    try:
        with closing(sqlite3.connect(ledger, isolation_level=None)) as connection:
            connection.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise LedgerBusy("台帳が他のプログラムに使われています") from error
        return False
    except sqlite3.DatabaseError:
        return False
    return True
