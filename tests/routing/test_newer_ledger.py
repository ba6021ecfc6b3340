"""A ledger of a newer release: every command that opens it refuses in one sentence and leaves it as it is."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from routing.cli.app import run_command
from routing.ledger import backup
from routing.ledger.store import Ledger, NewerLedger
from tests.routing.desk_at_hand import SETTINGS

BY = ("--by", "職員", "--why", "確認")
COMMANDS = (
    ("status",),
    ("status", "--json"),
    ("held",),
    ("show", "1"),
    ("run", "--once"),
    ("decide", "1", "retry", *BY),
    ("resend", "--all-refused", *BY),
    ("remind", "--dry-run"),
    ("report", "--all", "-o", "out"),
    ("export", "-o", "out.xlsx"),
    ("doctor",),
    ("erase", "1", *BY),
    ("purge", "--keep-days", "1", "--dry-run"),
    ("backup", "copy.db"),
    ("verify",),
)


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings beside a ledger at which a release of the future was: a table renamed, a migration unknown here."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    for box in ("n_mynumber", "yoboseshu", "sukoyaka"):
        for part in ("cur", "new", "tmp"):
            (tmp_path / "inbox" / box / part).mkdir(parents=True)
    Ledger(tmp_path / "ledger.db").close()
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as connection, connection:
        connection.execute("ALTER TABLE health RENAME COLUMN detail TO words")
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('uketsuke', 'm999_words', '2030')"
        )
    return tmp_path / "ledger.db"


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:2]))
def test_every_command_refuses_it_in_one_sentence(
    newer: Path, words: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    before = _hash(newer)

    assert run_command(["--settings", str(newer.with_name("settings.toml")), *words]) == 78

    said = capfd.readouterr().err
    assert "この台帳は新しい版のプログラムのものです" in said
    assert said.count("\n") == 1
    assert "Traceback" not in said
    assert _hash(newer) == before
    assert not newer.with_name("copy.db").exists()


def test_a_copy_of_it_is_not_put_back_in_an_older_ones_place(newer: Path, capfd: pytest.CaptureFixture[str]) -> None:
    copy = newer.rename(newer.with_name("copy.db"))
    Ledger(newer).close()
    before = _hash(newer)

    words = ["--settings", str(newer.with_name("settings.toml")), "restore", str(copy), *BY]
    assert run_command(words) == 78
    assert run_command([*words, "--yes"]) == 78

    said = capfd.readouterr().err
    assert said.count("この台帳は新しい版のプログラムのものです") == said.count("\n") == 2
    assert _hash(newer) == before
    assert not list(newer.parent.glob("ledger-*")) + list(newer.parent.glob(".ledger*"))


def test_going_back_to_the_backup_of_before_an_upgrade_is_what_restore_is_for(
    newer: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The ledger of the newer release is put aside as it is; its deeds cannot be told by this program."""
    aside_hash = _hash(newer)
    with closing(Ledger(newer.with_name("older.db"))) as older:
        backup.backup(older, newer.with_name("copy.db"), replace=False)
    words = ["--settings", str(newer.with_name("settings.toml")), "restore", str(newer.with_name("copy.db")), *BY]
    assert run_command(words) == 0, capfd.readouterr().err
    (aside,) = newer.parent.glob("ledger-*.db")
    with closing(sqlite3.connect(aside)) as connection:
        assert connection.execute("SELECT count(*) FROM _sqlite_migrations WHERE name LIKE 'm999%'").fetchone() == (1,)
    assert "判断と記録は分かりません" in capfd.readouterr().out
    assert aside_hash != _hash(newer)


def test_a_copy_of_it_is_refused_by_verify(newer: Path, capfd: pytest.CaptureFixture[str]) -> None:
    copy = newer.rename(newer.with_name("copy.db"))
    assert run_command(["--settings", str(newer.with_name("settings.toml")), "verify", str(copy)]) == 78
    assert "新しい版" in capfd.readouterr().err


def test_a_connection_that_was_open_before_the_upgrade_learns_of_it(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path / "ledger.db")) as ledger:
        ledger.refuse_newer()
        with closing(sqlite3.connect(tmp_path / "ledger.db")) as connection, connection:
            connection.execute(
                "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('uketsuke', 'm999', '2030')"
            )
        with pytest.raises(NewerLedger):
            ledger.refuse_newer()


def test_the_notes_of_another_program_in_the_same_file_are_none_of_ours(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path / "ledger.db")) as ledger, ledger.writing():
        ledger.run(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('others', 'm999', '2030')"
        )
    Ledger(tmp_path / "ledger.db").close()
