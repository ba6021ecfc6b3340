"""Fixtures of the routing tests: one reader child and one register for all of them, a desk for each."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.load import default_survey
from routing.ledger.secret import give_key
from routing.ledger.store import Ledger
from routing.reading.reader import Reader
from routing.register import Register, build_register
from tests.routing.desk_at_hand import Office, open_office


@pytest.fixture(scope="session")
def register() -> Register:
    return build_register(default_survey())


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    """The real child process."""
    made = Reader(default_survey())
    yield made
    made.close()


@pytest.fixture(scope="session")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One as the program makes it. To make it, migration by migration, takes longer than most tests."""
    file = tmp_path_factory.mktemp("empty") / "ledger.db"
    Ledger(file).close()
    return file


@pytest.fixture
def ledger(tmp_path: Path, empty_ledger: Path) -> Iterator[Ledger]:
    """With a key of its own, as each has."""
    shutil.copy(empty_ledger, tmp_path / "ledger.db")
    made = Ledger(tmp_path / "ledger.db", busy_seconds=0.2)
    give_key(made, os.urandom(32))
    yield made
    made.close()


@pytest.fixture
def office(tmp_path: Path, register: Register, reader: Reader, ledger: Ledger) -> Office:
    """A desk over an empty ledger, with a clock that the test sets."""
    return open_office(tmp_path, register, reader, ledger)
