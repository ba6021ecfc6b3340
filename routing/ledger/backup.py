"""A copy of the ledger while the desk works on it, by SQLite's own backup (https://sqlite.org/backup.html).

The copy is one file without a write-ahead log, readable by its owner only, whole or not there at all: it gets
its name after it was checked and written through to the disk.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from routing.clock import unstamp
from routing.ledger import verdicts
from routing.ledger.store import DiskFull, Ledger
from routing.records import Note

BACKED_UP = "backup"  # the event; its detail is the file
_FULL = (errno.ENOSPC, errno.EDQUOT)


class BackupRefused(Exception):
    """The copy cannot be made there; the text says why."""


def backup(ledger: Ledger, file: Path, replace: bool, begun: Callable[[], None] = lambda: None) -> int:
    """Copy the ledger as it stands at one moment into `file`; return its size in bytes. An existing file stays unless
    `replace`. `begun` is called before anything is copied. Raises BackupRefused, DiskFull; then no file was changed."""
    if file.exists() and (not replace or file.samefile(ledger.path)):
        reason = (
            "台帳そのものです" if file.samefile(ledger.path) else "既にあります（置き換えるには --force）"
        )
        raise BackupRefused(f"{file} は{reason}。")
    begun()
    unfinished = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with named_disk(file):
            os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            _copy(ledger, unfinished)
            _keep(unfinished, file, replace)
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return file.stat().st_size


@contextmanager
def named_disk(file: Path) -> Iterator[None]:
    """Tell in a sentence what goes wrong while a file is written. Raises DiskFull, BackupRefused."""
    try:
        yield
    except FileExistsError as error:
        raise BackupRefused(f"{file} は既にあります（置き換えるには --force）。") from error
    except (OSError, sqlite3.Error) as error:
        if getattr(error, "errno", 0) in _FULL or "full" in str(error):
            raise DiskFull(f"{file} を書く場所に空きがありません") from error
        raise BackupRefused(f"{file} に控えを書けません（{error}）。") from error


def note_begun(ledger: Ledger, file: Path, now: datetime) -> None:
    """Record that a copy is made into `file`: what is erased later has to be erased there, too."""
    verdicts.add_event(ledger, Note(BACKED_UP, str(file.absolute())), None, ("uketsuke", ""), now)


def _copy(ledger: Ledger, to: Path) -> None:
    """Copy all pages in one step: a reader of the write-ahead log holds up no writer and sees one moment."""
    with closing(sqlite3.connect(to, isolation_level=None)) as copy:
        ledger.connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        for check in ("integrity_check", "foreign_key_check"):
            found = [tuple(row) for row in copy.execute(f"PRAGMA {check}")]
            if found not in ([], [("ok",)]):
                raise BackupRefused(
                    f"控えが壊れています（{check}: {found[0]}）。verify で台帳を確かめてください。"
                )


def _keep(unfinished: Path, file: Path, replace: bool) -> None:
    """Write the copy through to the disk, then name it: by a link where nothing may be replaced, so that nobody who
    makes the same file meanwhile loses it."""
    flush(unfinished)
    if replace:
        unfinished.replace(file)
    else:
        os.link(unfinished, file)
    flush(file.parent)


def flush(path: Path) -> None:
    """Write a file, or the names in a folder, through to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def newest(ledger: Ledger) -> datetime | None:
    """When the newest backup was recorded; None if none was."""
    row = ledger.row("SELECT max(recorded_at) AS at FROM event WHERE kind = ?", BACKED_UP)
    return unstamp(row["at"]) if row and row["at"] else None
