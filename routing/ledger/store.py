"""Opening the ledger: one SQLite file, WAL, synchronous=FULL, and its transactions.

Every writing transaction starts with BEGIN IMMEDIATE, so that what is read inside it still holds when it
writes. Knows nothing of mail: `arrivals`, `verdicts`, `outbox` and `people` hold the statements.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from routing.ledger.migrations import VIEWS, migrations


class LedgerBusy(Exception):
    """Another desk works on this ledger, or a program holds it locked (exit code 75)."""


class DiskFull(Exception):
    """The disk under the ledger is full; nothing was recorded, try again when there is room."""


class Ledger:
    """One connection to the ledger, for one thread.

    `path` is created with mode 0600 if it does not exist. Raises LedgerBusy.
    """

    def __init__(self, path: Path, busy_seconds: float = 10.0) -> None:
        self.path = path
        path.touch(mode=0o600, exist_ok=True)
        self.connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
        self.connection.row_factory = sqlite3.Row
        with _named_errors():
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute("PRAGMA synchronous = FULL")
            self.connection.execute("PRAGMA foreign_keys = ON")
            self._migrate()

    def _migrate(self) -> None:
        database = Database(self.connection)
        if migrations.pending(database):
            migrations.apply(database)
        known = {
            str(r["name"]): str(r["sql"])
            for r in self.rows("SELECT name, sql FROM sqlite_master WHERE type = 'view'")
        }
        for name, select in VIEWS.items():
            statement = f"CREATE VIEW {name} AS {select}"
            if known.get(name) != statement:
                self.connection.execute(f"DROP VIEW IF EXISTS {name}")
                self.connection.execute(statement)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: everything inside is committed together, or nothing is. Not nested."""
        with _named_errors():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    def run(self, statement: str, *values: Any) -> int:
        """Runs one writing statement inside `writing`; the id of the row it inserted."""
        return int(self.connection.execute(statement, values).lastrowid or 0)

    def run_many(self, statement: str, rows: list[tuple[Any, ...]]) -> None:
        """Runs one writing statement for each row, inside `writing`."""
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
        """Closes the connection."""
        self.connection.close()


@contextmanager
def _named_errors() -> Iterator[None]:
    """SQLite's errors that mean "try again later", under our names for them."""
    try:
        yield
    except sqlite3.OperationalError as error:
        text = str(error)
        if "locked" in text or "busy" in text:
            raise LedgerBusy("台帳が他のプログラムに使われています") from error
        if "full" in text:
            raise DiskFull("ディスクに空きがありません") from error
        raise


@contextmanager
def desk_lock(ledger_path: Path) -> Iterator[None]:
    """One desk per ledger: an exclusive flock on a file beside it, which the kernel releases when the
    process ends, however it ends. Raises LedgerBusy at once if another desk holds it."""
    lock_path = ledger_path.with_name(ledger_path.name + ".lock")
    handle = os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LedgerBusy("この台帳では別の uketsuke が動いています") from error
        yield
    finally:
        os.close(handle)
