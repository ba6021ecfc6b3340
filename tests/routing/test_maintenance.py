"""Care of the ledger: backup while it works, verify, purge; each command by its own door."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import sqlite3
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from routing import operate
from routing.cli.app import run_command
from routing.ledger import backup, erasure, promises, retention
from routing.ledger.store import Ledger, desk_lock
from routing.operate import Who
from tests.routing.cases_at_hand import YOKOHAMA
from tests.routing.desk_at_hand import SETTINGS, Office, mail

GOLDEN = Path(__file__).parents[1] / "ledgers" / "m004.db"
WHO = ("山田", "保存期間の満了")


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger with the story of tests/ledgers/README.md in it."""
    shutil.copy(GOLDEN, tmp_path / "ledger.db")
    (tmp_path / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    ledger = Ledger(tmp_path / "ledger.db")
    yield ledger
    ledger.close()


def command(ledger: Ledger, *words: str) -> int:
    """`uketsuke` with the settings beside this ledger, on 18 July 2024."""
    settings = str(ledger.path.with_name("settings.toml"))
    return run_command(["--settings", settings, "--now", "2024-07-18T10:00:00+09:00", *words])


def broken(ledger: Ledger) -> dict[str, tuple[str, ...]]:
    """The promises that do not hold, with what breaks them."""
    return {a.name: a.broken for a in promises.ask(ledger.connection) if not a.holds}


def test_a_second_that_passes_in_mid_decision_makes_no_reply_older_than_its_verdict(office: Office) -> None:
    ticks = itertools.count()
    office.desk.clock = lambda: office.now + timedelta(seconds=next(ticks))  # a second at every look
    office.settle(mail())
    assert office.count("outbox") == 1
    assert broken(office.ledger) == {}


# --- backup -----------------------------------------------------------------------------------------------


def test_a_backup_is_one_whole_file_that_only_its_owner_can_read(told: Ledger, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        assert command(told, "backup", str(tmp_path / "copy.db")) == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert sorted(p.name for p in tmp_path.glob("*copy.db*")) == ["copy.db"]
    with closing(sqlite3.connect(f"file:{tmp_path / 'copy.db'}?mode=ro", uri=True)) as copy:
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert copy.execute("SELECT count(*) FROM arrival").fetchone() == (7,)


def test_a_backup_replaces_nothing_unless_it_is_told_to(
    told: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "copy.db").write_text("the copy of yesterday")
    assert command(told, "backup", str(tmp_path / "copy.db")) == 1
    assert "--force" in capsys.readouterr().err
    assert (tmp_path / "copy.db").read_text() == "the copy of yesterday"
    assert command(told, "backup", "--force", str(tmp_path / "copy.db")) == 0
    assert (tmp_path / "copy.db").read_bytes()[:15] == b"SQLite format 3"


def test_a_backup_never_takes_the_place_of_the_ledger(told: Ledger) -> None:
    assert command(told, "backup", "--force", str(told.path)) == 1
    assert told.row("SELECT count(*) AS n FROM arrival")["n"] == 7  # type: ignore[index]


def test_a_backup_into_a_folder_that_is_not_there_says_so(
    told: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(told, "backup", str(tmp_path / "nowhere" / "copy.db")) == 1
    assert "控えを書けません" in capsys.readouterr().err


def test_a_backup_is_taken_while_a_desk_holds_the_ledger_and_writes(told: Ledger, tmp_path: Path) -> None:
    """Twenty copies while another connection commits without a pause: each is one moment, and whole."""
    done = threading.Event()

    def write() -> None:
        other = Ledger(told.path)
        while not done.is_set():
            with other.writing():
                first = other.run(
                    "INSERT INTO event (kind, recorded_at) VALUES ('a', '2023-07-18T10:00:00+09:00')"
                )
                other.run("INSERT INTO event (kind, recorded_at) VALUES ('b', '2023-07-18T10:00:00+09:00')")
                assert first
        other.close()

    writer = threading.Thread(target=write)
    with desk_lock(told.path):
        writer.start()
        counts = []
        for n in range(20):
            backup.backup(told, tmp_path / f"{n}.db", replace=False)
            with closing(sqlite3.connect(tmp_path / f"{n}.db")) as copy:
                counts.append(copy.execute("SELECT sum(kind = 'a'), sum(kind = 'b') FROM event").fetchone())
        done.set()
        writer.join()
    assert all(a == b for a, b in counts)  # never half a transaction
    assert counts[-1][0] > counts[0][0]  # it did write meanwhile


@pytest.mark.long
def test_a_backup_by_command_waits_for_a_desk_that_writes_longer_than_other_commands_wait(
    told: Ledger, tmp_path: Path
) -> None:
    """A minute, where others say 75 after ten seconds; and it is recorded, with all that was written until then."""
    locked = threading.Event()

    def write() -> None:
        other = Ledger(told.path)
        with other.writing():
            locked.set()
            time.sleep(14)
            other.run("INSERT INTO event (kind, recorded_at) VALUES ('a', '2023-07-18T10:00:00+09:00')")
        other.close()

    writer = threading.Thread(target=write)
    writer.start()
    assert locked.wait(30)
    assert command(told, "backup", str(tmp_path / "copy.db")) == 0
    writer.join()
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        rows = copy.execute("SELECT kind FROM event WHERE kind IN ('a', 'backup') ORDER BY kind").fetchall()
    assert rows == [("a",), ("backup",)]


def test_a_backup_opens_as_a_ledger_again(told: Ledger, tmp_path: Path) -> None:
    backup.backup(told, tmp_path / "copy.db", replace=False)
    again = Ledger(tmp_path / "copy.db")
    assert broken(again) == {}
    again.close()


# --- verify -----------------------------------------------------------------------------------------------

BREAKS: dict[str, str] = {
    "foreign_keys": "INSERT INTO to_read VALUES (99)",
    "raw_or_erased": "DELETE FROM raw WHERE arrival_id = 3",
    "sighted": "DELETE FROM sighting WHERE arrival_id = 3",
    "cursor_kept": "UPDATE cursor SET uid = '99'",
    "judged": "DELETE FROM to_read WHERE arrival_id = 7",
    "committed": "DELETE FROM verdict WHERE arrival_id = 6",
    "queued_first": "DELETE FROM posting WHERE state = 'queued' AND outbox_id = 1",
    "begun": "DELETE FROM posting WHERE state = 'sending' AND outbox_id = 1",
    "sent_once": "INSERT INTO posting (outbox_id, state, recorded_at) SELECT outbox_id, state, recorded_at"
    " FROM posting WHERE id = 4",
    "never_thrice": "INSERT INTO posting (outbox_id, state, recorded_at) VALUES"
    " (3, 'sending', '2023-07-18T10:50:00+09:00'), (3, 'sending', '2023-07-18T10:51:00+09:00'),"
    " (3, 'sending', '2023-07-18T10:52:00+09:00'), (3, 'unsure', '2023-07-18T10:53:00+09:00')",
    "waiting_replies": "INSERT INTO posting (outbox_id, state, recorded_at)"
    " VALUES (3, 'later', '2023-07-18T10:50:00+09:00')",
    "finished_replies": "INSERT INTO to_send VALUES (1, '2023-07-18T10:00:00+09:00')",
    "withdrawn_stays": "INSERT INTO posting (outbox_id, state, recorded_at) VALUES"
    " (1, 'withdrawn', '2023-07-18T10:50:00+09:00'), (1, 'drafted', '2023-07-18T10:51:00+09:00')",
    "newest_letter": "UPDATE outbox SET arrival_id = 1 WHERE id = 2;"
    "INSERT INTO to_send VALUES (1, '2023-07-18T10:00:00+09:00')",
    "no_loop": "UPDATE message SET kind = 'auto_reply' WHERE arrival_id = 1",
    "readable": "DELETE FROM raw WHERE arrival_id = 7",
    "queued_to_read": "INSERT INTO deferred VALUES (1, '2023-07-18T10:00:00+09:00')",
    "characters": "UPDATE message SET subject = '【横浜\ufffd】' WHERE arrival_id = 1",
    "rules": "UPDATE verdict SET rules = '[]' WHERE id = 1",
    "who_and_why": "UPDATE verdict SET why = '' WHERE decided_by = '山田'",
    "correction_named": "DELETE FROM finding WHERE arrival_id = 2",
    "erased_gone": "INSERT INTO erasure VALUES (1, 'erased', 1, '山田', 'x', '2023-07-18T10:00:00+09:00')",
    "words_kept": "UPDATE words SET said = '' WHERE arrival_id = 1",
    "wiped": "INSERT INTO to_wipe VALUES (1)",
    "secret": "DELETE FROM secret",
    "instants": "UPDATE arrival SET received_at = '2023-07-18T01:00:00+00:00' WHERE id = 1",
    "proven_stays": "UPDATE verdict SET proof = 1 WHERE arrival_id = 6 AND piece <> '0'",
    "bounces_named": "UPDATE posting SET state = 'undelivered', detail = 'N0718-0000-0000' WHERE state = 'refused'",
    "bounded": "UPDATE message SET submission = hex(zeroblob(9000000)) WHERE arrival_id = 1",
    "held_after_restore": "INSERT INTO event (kind, done_by, why, recorded_at)"
    " VALUES ('restored', '山田', '故障', '2023-07-19T10:00:00+09:00')",
    "not_again": "INSERT INTO sending_hold (kind, mailbox, mails_before, done_by, why, recorded_at) VALUES"
    " ('', '', '2023-07-18T10:05:00+09:00', '山田', '故障', '2023-07-18T10:05:00+09:00')",
    "raw_hash": "UPDATE raw SET bytes = x'00' WHERE arrival_id = 1",
}


def test_the_story_breaks_no_promise(told: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(told, "verify", "--json") == 0
    answers = json.loads(capsys.readouterr().out)
    assert {a["name"] for a in answers} == {*BREAKS, "integrity"}
    assert all(a["holds"] for a in answers)
    assert {a["number"] for a in answers} == set(range(11))  # of docs/design.md, "Promises"


@pytest.mark.parametrize("name", BREAKS)
def test_each_broken_promise_is_found(told: Ledger, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    told.connection.execute("PRAGMA foreign_keys = OFF")
    for statement in BREAKS[name].split(";"):
        assert told.connection.execute(statement).rowcount > 0
    assert command(told, "verify", "--json") == 1
    found = [a["name"] for a in json.loads(capsys.readouterr().out) if not a["holds"]]
    assert name in found
    assert len(found) <= 2, found


def test_a_damaged_page_is_found(told: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The entries of one page overwritten; what else a damaged file would answer is not asked."""
    backup.backup(told, tmp_path / "copy.db", replace=False)
    data = bytearray((tmp_path / "copy.db").read_bytes())
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        name = "outbox_recipient"
        (root,) = copy.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()
        (size,) = copy.execute("PRAGMA page_size").fetchone()
    data[(root - 1) * size + 100 : root * size] = b"\x55" * (size - 100)
    (tmp_path / "damaged.db").write_bytes(data)
    assert command(told, "verify", "--json", str(tmp_path / "damaged.db")) == 2
    said = capsys.readouterr()
    assert [(a["name"], a["holds"]) for a in json.loads(said.out)] == [("integrity", False)]
    assert "控えから戻してください" in said.err


def test_a_file_that_is_no_ledger_is_exit_code_2(
    told: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "no.db").write_bytes(b"no ledger" * 1000)
    assert command(told, "verify", str(tmp_path / "no.db")) == 2
    assert "台帳として読めません" in capsys.readouterr().err


def test_verify_reads_a_copy_of_an_older_release_without_changing_it(told: Ledger) -> None:
    assert command(told, "verify", str(GOLDEN)) == 0
    with closing(sqlite3.connect(f"file:{GOLDEN}?mode=ro", uri=True)) as copy:
        (newest,) = copy.execute("SELECT max(name) FROM _sqlite_migrations").fetchone()
    assert newest == "m004_outbox"


def test_verify_knows_an_erased_mail(office: Office) -> None:
    settled = office.settle(mail())
    operate.erase(office.desk, settled.decided.arrival, Who("山田", "x"))
    assert broken(office.ledger) == {}


# --- purge ------------------------------------------------------------------------------------------------


class Every(tuple[str, ...]):
    """Whatever its number, it is named: what was not handed over is tried in test_handover.py."""

    def __contains__(self, number: object) -> bool:
        return True


EVERYTHING = Every()


def due(office: Office) -> retention.Due:
    limits = retention.Limits.all(office.now - timedelta(days=30))
    return retention.due(office.ledger, limits, office.now, EVERYTHING)


def test_purge_takes_the_content_and_leaves_standing_verdicts_and_hashes(office: Office) -> None:
    accepted = office.settle(mail())
    list(office.desk.dispatch.deliver(office.sender))
    before = office.standing(YOKOHAMA, "nanbyo")
    kept = [office.count(t) for t in ("arrival", "verdict", "posting", "attachment", "sighting")]
    office.now += timedelta(days=31)

    found = due(office)
    assert (found.arrivals, found.answers, found.waiting) == ((accepted.decided.arrival.id,), 1, 0)
    assert retention.purge(office.ledger, found, WHO, office.now)

    assert office.standing(YOKOHAMA, "nanbyo") == before
    assert [office.count(t) for t in ("arrival", "verdict", "posting", "attachment", "sighting")] == kept
    assert office.count("raw") == 0
    trace = erasure.of(office.ledger, accepted.decided.arrival.id)
    assert trace is not None and (trace.kind, trace.done_by, trace.why) == ("purged", *WHO)
    assert broken(office.ledger) == {}
    assert due(office).arrivals == ()


def test_purge_leaves_alone_what_waits_and_what_is_younger(office: Office) -> None:
    office.settle(mail(sender="x@example.com"))  # held
    office.settle(mail(subject="【横浜市】二"))  # its reply has not left
    office.arrive(mail(subject="【横浜市】三"))  # not read yet
    office.now += timedelta(days=31)
    fresh = office.arrive(mail(subject="【横浜市】四"))
    assert fresh is not None
    found = due(office)
    assert (found.arrivals, found.waiting) == ((), 3)


def test_purge_tells_first_and_does_nothing_on_a_dry_run(
    told: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(told, "purge", "--keep-days", "30", "--dry-run") == 0
    said = capsys.readouterr().out
    # mails 1, 2 and 4 go; 3 and 5 are held, 6 has a refused reply, 7 is not read
    assert "メール 0通" in said and "4通は、残します" in said and "引き継いでいない 3通" in said
    assert told.row("SELECT count(*) AS n FROM raw")["n"] == 7  # type: ignore[index]
    assert command(told, "purge", "--before", "2023-07-19", "--by", "山田") == 1
    assert "引き継いでいない 3通は、残します" in capsys.readouterr().out
    assert command(told, "handover", str(told.path.with_name("引継ぎ")), "--by", "山田") == 0
    assert command(told, "purge", "--before", "2023-07-19", "--by", "山田") == 0
    rows = told.rows("SELECT arrival_id FROM raw ORDER BY arrival_id")
    assert [r["arrival_id"] for r in rows] == [3, 5, 6, 7]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--before", "2023-07-19"], 64),  # nobody named
        (["--dry-run"], 64),
        (["--before", "2023-07-19", "--keep-days", "3", "--by", "山田"], 64),
        (["--before", "2030-01-01", "--by", "山田"], 1),
    ],
)
def test_purge_refuses_what_is_not_clear(told: Ledger, words: list[str], code: int) -> None:
    assert command(told, "purge", *words) == code
    assert told.row("SELECT count(*) AS n FROM raw")["n"] == 7  # type: ignore[index]


def test_what_an_official_takes_up_again_meanwhile_is_not_purged(office: Office) -> None:
    settled = office.settle(mail())
    list(office.desk.dispatch.deliver(office.sender))
    office.now += timedelta(days=31)
    found = due(office)
    operate.retry(office.desk, settled.decided.arrival, Who("山田", "読み直し"))
    retention.purge(office.ledger, found, WHO, office.now)
    assert office.count("raw") == 1


def test_an_erased_mail_is_not_purged_again(office: Office) -> None:
    settled = office.settle(mail())
    operate.erase(office.desk, settled.decided.arrival, Who("山田", "x"))
    office.now += timedelta(days=31)
    assert due(office).arrivals == ()


# --- who may read -----------------------------------------------------------------------------------------


def test_every_file_of_the_ledger_is_the_owners_only_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        ledger = Ledger(tmp_path / "a.db")
        with desk_lock(tmp_path / "a.db"), ledger.writing():
            ledger.run("INSERT INTO event (kind, recorded_at) VALUES ('x', '2023-07-18T10:00:00+09:00')")
            modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()}
        ledger.close()
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("a.db", "a.db-wal", "a.db-shm", "a.db.lock"), 0o600)
