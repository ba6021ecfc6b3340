"""Opening the ledger: one SQLite file, WAL, synchronous=FULL, and its transactions.

Every writing transaction starts with BEGIN IMMEDIATE, so that what is read inside it still holds when it
writes. Knows nothing of mail: `arrivals`, `verdicts`, `outbox` and `people` hold the statements.
"""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from routing.ledger.migrations import VIEWS, applied, are_pending, migrate, names

CACHE_KIB = 32 << 10  # pages kept at hand; a look-up in a large ledger touches many, and reads each once


class LedgerBusy(Exception):
    """Another desk works on this ledger, or a program holds it locked (exit code 75)."""


class DiskFull(Exception):
    """The disk under the ledger is full; nothing was recorded, try again when there is room."""


class NotWritable(DiskFull):
    """The disk under the ledger is read-only or fails; nothing was recorded, try again when it is mended."""


class NotALedger(Exception):
    """The file cannot be opened as a ledger: no right to, or it is something else. Trying again is no use."""


class NewerLedger(Exception):
    """The ledger is of a newer release, whose tables this program does not know; nothing was changed (exit code 78)."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            f"この台帳は新しい版のプログラムのものです（{file}）。台帳はそのままに、新しい版の uketsuke でお使いください。"
        )


class Ledger:
    """One connection to the ledger, for one thread.

    `path` is created with mode 0600 if it does not exist. Raises LedgerBusy, DiskFull, NotALedger, NewerLedger.
    """

    def __init__(self, path: Path, busy_seconds: float = 10.0) -> None:
        self.path = path
        try:
            path.touch(mode=0o600, exist_ok=True)
            if not os.access(path, os.R_OK | os.W_OK):  # SQLite would open it, and fail at the first mail
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            self.connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, cached_statements=512)
            self.connection.row_factory = sqlite3.Row
            with _named_errors():
                self._prepare()
        except (OSError, sqlite3.DatabaseError, NotWritable) as error:
            self._tell_why(error)
            raise NotALedger(f"台帳として開けません（{error}）。") from error

    def _tell_why(self, error: Exception) -> None:
        """Raise DiskFull where the trouble is the disk and not the file: time may mend that; NotALedger where the
        file may not be used."""
        folder = self.path.parent
        if not folder.is_dir():
            return
        disk = os.statvfs(folder)
        if disk.f_flag & os.ST_RDONLY:
            raise NotWritable("台帳のあるディスクが読み取り専用になっています") from error
        if disk.f_bavail * disk.f_frsize < _LEAST_FREE:  # SQLite may not say so while it opens the file
            raise DiskFull("ディスクに空きがありません") from error
        if self.path.exists() and not os.access(self.path, os.R_OK | os.W_OK):
            raise NotALedger("台帳を読み書きする権限がありません。持ち主と権限（0600）をご確認ください。") from error

    def wait_at_most(self, seconds: float) -> None:
        """Set how long a turn at writing is waited for from now on, before LedgerBusy."""
        self.connection.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")

    def refuse_newer(self) -> None:
        """Raise NewerLedger if a newer release has been at the ledger, even after this connection was opened."""
        refuse_newer(self.connection, self.path)

    def _prepare(self) -> None:
        self.refuse_newer()
        self.connection.execute("PRAGMA synchronous = FULL")
        self.connection.execute("PRAGMA foreign_keys = ON")
        self.connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        self.connection.execute("PRAGMA secure_delete = ON")  # what is erased leaves no bytes in free pages
        if not self._is_set_up():
            with _alone_in(self.path.parent):
                self._set_up()

    def _is_set_up(self) -> bool:
        mode = self.connection.execute("PRAGMA journal_mode").fetchone()[0]
        return mode == "wal" and not are_pending(self.connection) and not self._stale_views()

    def _set_up(self) -> None:
        self.connection.execute("PRAGMA journal_mode = WAL")
        migrate(self.connection)
        for name, statement in self._stale_views().items():
            self.connection.execute(f"DROP VIEW IF EXISTS {name}")
            self.connection.execute(statement)

    def _stale_views(self) -> dict[str, str]:
        """Views that are missing or of an older release, with the statement that makes each."""
        rows = self.rows("SELECT name, sql FROM sqlite_master WHERE type = 'view'")
        known = {row["name"]: row["sql"] for row in rows}
        wanted = {name: f"CREATE VIEW {name} AS {select}" for name, select in VIEWS.items()}
        return {name: statement for name, statement in wanted.items() if known.get(name) != statement}

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: everything inside is committed together, or nothing is. Inside another one it is
        a part of that, and committed with it."""
        if self.connection.in_transaction:
            yield
            return
        with _named_errors():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A SAVEPOINT inside `writing`: what fails here is undone alone, and the transaction goes on."""
        with _named_errors():
            self.connection.execute("SAVEPOINT apart")
            try:
                yield
                self.connection.execute("RELEASE apart")
            except BaseException:
                if self.connection.in_transaction:  # a full disk may have ended the whole of it
                    self.connection.execute("ROLLBACK TO apart")
                    self.connection.execute("RELEASE apart")
                raise

    def run(self, statement: str, *values: Any) -> int:
        """Run one writing statement inside `writing`; return the id of the row that it inserted."""
        return int(self.connection.execute(statement, values).lastrowid or 0)

    def run_many(self, statement: str, rows: list[tuple[Any, ...]]) -> None:
        """Run one writing statement for each row, inside `writing`."""
        self.connection.executemany(statement, rows)

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """All rows of a query."""
        with _named_errors():
            return self.connection.execute(query, values).fetchall()

    def row(self, query: str, *values: Any) -> sqlite3.Row | None:
        """The first row of a query, if any."""
        with _named_errors():
            found: sqlite3.Row | None = self.connection.execute(query, values).fetchone()
            return found

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


def refuse_newer(connection: sqlite3.Connection, file: Path) -> None:
    """Raise NewerLedger where a migration was applied that this program does not have. Only reads."""
    if not set(applied(connection)) <= set(names()):
        raise NewerLedger(file)


class _named_errors:
    """SQLite's errors that mean "try again later", under our own names."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if not isinstance(error, sqlite3.OperationalError):
            return
        primary = getattr(error, "sqlite_errorcode", 0) & 0xFF  # https://sqlite.org/rescode.html
        if primary in _MEANINGS:
            kind, said = _MEANINGS[primary]
            raise kind(said) from error


_LEAST_FREE = 1 << 16  # bytes that the ledger's side files need to be opened
_MEANINGS: dict[int, tuple[type[Exception], str]] = {
    sqlite3.SQLITE_BUSY: (LedgerBusy, "台帳が他のプログラムに使われています"),
    sqlite3.SQLITE_LOCKED: (LedgerBusy, "台帳が他のプログラムに使われています"),
    sqlite3.SQLITE_FULL: (DiskFull, "ディスクに空きがありません"),
    sqlite3.SQLITE_READONLY: (NotWritable, "台帳に書き込めません（読み取り専用か、権限がありません）"),
    sqlite3.SQLITE_IOERR: (NotWritable, "台帳のあるディスクを読み書きできません"),
    sqlite3.SQLITE_CANTOPEN: (NotWritable, "台帳のファイルを開けません（権限か、フォルダーをご確認ください）"),
}


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Let programs that open a new ledger at the same time set it up one after the other. The folder is locked and
    not the ledger: closing a file of its own would take away SQLite's locks on it."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def desk_lock(ledger_path: Path) -> Iterator[None]:
    """One desk per ledger: an exclusive flock on a file beside it, which the kernel releases when the process ends,
    however it ends. Raises LedgerBusy at once if another desk holds it, NotWritable if the file cannot be made."""
    lock_path = ledger_path.with_name(ledger_path.name + ".lock")
    try:
        handle = os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise NotWritable(f"{lock_path} を作れません（{error.strerror}）") from error
    try:
        _take(handle)
        yield
    finally:
        os.close(handle)


def _take(handle: int) -> None:
    """Take the lock; whoever only asks whether it is taken (`a_desk_works`) holds it for no time. Raises LedgerBusy."""
    for pause in (0.1, 0.2, 0.4, None):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            if pause is None:
                raise LedgerBusy("この台帳では別の uketsuke が動いています") from error
            time.sleep(pause)


def a_desk_works(ledger_path: Path) -> bool:
    """Whether a desk holds its place at this ledger now. Changes nothing."""
    try:
        handle = os.open(ledger_path.with_name(ledger_path.name + ".lock"), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
