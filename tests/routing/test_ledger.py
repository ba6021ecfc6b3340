"""The ledger (docs/design.md, "The ledger"): one file, nothing twice, nothing half, one desk."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from intake.sources.source import Cursor, Fetched
from routing.ledger import approvals, arrivals, outbox, returned, sent_counts, verdicts
from routing.ledger.arrivals import Origin, receipt_number
from routing.ledger.migrations import VIEWS
from routing.ledger.store import Ledger, LedgerBusy, desk_lock
from routing.records import FinishedReply, Note
from tests.routing.cases_at_hand import DEADLINE, IN_TIME, YOKOHAMA, submission

ROOT = Path(__file__).parents[2]
BOX = Origin("n_mynumber", "N", "7")
WHO = ("山田", "電話で確認")


def fetched(uid: str, raw: bytes = b"Subject: x\r\n\r\n", **changes: object) -> Fetched:
    values = {"received_at": IN_TIME, "size": len(raw), "raw": raw, **changes}
    return Fetched(uid, **values)  # type: ignore[arg-type]


def kept(ledger: Ledger, *mails: Fetched, place: Origin = BOX) -> list[int]:
    return arrivals.keep(ledger, place, mails, IN_TIME)


def count(ledger: Ledger, table: str) -> int:
    row = ledger.row(f"SELECT count(*) AS n FROM {table}")
    assert row is not None
    return int(row["n"])


# --- the file ---------------------------------------------------------------------------------------------


def test_a_new_ledger_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Ledger(tmp_path / "a.db").close()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.db").stat().st_mode) == 0o600


def test_reopening_changes_nothing_and_loses_nothing(tmp_path: Path) -> None:
    first = Ledger(tmp_path / "a.db")
    kept(first, fetched("1"))
    schema = [tuple(r) for r in first.rows("SELECT type, name, sql FROM sqlite_master ORDER BY name")]
    first.close()
    again = Ledger(tmp_path / "a.db")
    assert [tuple(r) for r in again.rows("SELECT type, name, sql FROM sqlite_master ORDER BY name")] == schema
    assert count(again, "arrival") == 1
    again.close()


def test_an_older_view_is_made_anew(ledger: Ledger) -> None:
    ledger.connection.execute("DROP VIEW mail_overview")
    ledger.connection.execute("CREATE VIEW mail_overview AS SELECT 1 AS old")
    again = Ledger(ledger.path)
    assert "receipt" in [c[1] for c in again.connection.execute("PRAGMA table_info(mail_overview)")]
    again.close()


def test_it_writes_through_to_the_disk(ledger: Ledger) -> None:
    assert ledger.connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert ledger.connection.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
    assert ledger.connection.execute("PRAGMA foreign_keys").fetchone()[0] == 1


@pytest.mark.parametrize("view", sorted(VIEWS))
def test_a_person_can_read_every_view(ledger: Ledger, view: str) -> None:
    assert ledger.rows(f"SELECT * FROM {view}") == []


def test_sqlite_utils_lists_the_tables(ledger: Ledger) -> None:
    command = [str(Path(sys.executable).with_name("sqlite-utils")), "tables", str(ledger.path), "--counts"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    tables = {"arrival", "raw", "sighting", "message", "attachment", "finding", "evidence", "verdict", "event",
              "outbox", "posting"}  # fmt: skip
    assert tables <= set(re.findall(r'"table": "(\w+)"', said))


def test_several_programs_may_open_a_new_ledger_at_once(tmp_path: Path) -> None:
    code = f"from pathlib import Path; from routing.ledger.store import Ledger; Ledger(Path({str(tmp_path / 'a.db')!r}))"
    children = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE) for _ in range(4)
    ]
    said = [child.communicate(timeout=30)[1].decode() for child in children]
    assert [child.returncode for child in children] == [0, 0, 0, 0], said


# --- arrivals ---------------------------------------------------------------------------------------------


def test_the_same_bytes_twice_are_one_arrival_and_two_sightings(ledger: Ledger) -> None:
    assert kept(ledger, fetched("1")) == [1]
    assert kept(ledger, fetched("2")) == []
    assert (count(ledger, "arrival"), count(ledger, "raw"), count(ledger, "sighting")) == (1, 1, 2)


def test_the_same_sighting_twice_is_one(ledger: Ledger) -> None:
    kept(ledger, fetched("1"))
    kept(ledger, fetched("1"))
    assert (count(ledger, "arrival"), count(ledger, "sighting")) == (1, 1)


def test_the_same_bytes_in_two_mailboxes_are_two_arrivals(ledger: Ledger) -> None:
    """One mail to several mailboxes: each answers for its own programs (rule `another_mailbox_answers`)."""
    kept(ledger, fetched("1"))
    kept(ledger, fetched("1"), place=Origin("yoboseshu", "Y", "9"))
    receipts = [r["receipt"] for r in ledger.rows("SELECT receipt FROM arrival ORDER BY id")]
    assert len(set(receipts)) == 2
    assert [r[0] for r in receipts] == ["N", "Y"]


def test_a_mailbox_that_was_made_anew_gives_sightings_only(ledger: Ledger) -> None:
    kept(ledger, fetched("1"), fetched("2", b"Subject: y\r\n\r\n"))
    assert kept(ledger, fetched("1", b"Subject: y\r\n\r\n"), place=Origin("n_mynumber", "N", "8")) == []
    assert count(ledger, "sighting") == 3
    assert arrivals.cursor(ledger, "n_mynumber") == Cursor("8", "1", IN_TIME)


def test_the_cursor_moves_with_the_batch_or_not_at_all(ledger: Ledger) -> None:
    kept(ledger, fetched("1"))
    broken = fetched("3", b"Subject: z\r\n\r\n", received_at=None)  # fails in the middle of the batch
    with pytest.raises(AttributeError):
        kept(ledger, fetched("2", b"Subject: y\r\n\r\n"), broken)
    assert arrivals.cursor(ledger, "n_mynumber") == Cursor("7", "1", IN_TIME)
    assert count(ledger, "arrival") == 1


def test_only_what_has_no_sighting_is_fetched(ledger: Ledger) -> None:
    kept(ledger, fetched("3"))
    many = [str(n) for n in range(1, 1202)]
    assert arrivals.unseen(ledger, "n_mynumber", "7", many) == [n for n in many if n != "3"]
    assert arrivals.unseen(ledger, "n_mynumber", "8", ["3"]) == ["3"]


def test_the_shape_of_a_receipt_number() -> None:
    number = receipt_number("N", "n_mynumber", "00" * 32, IN_TIME)
    assert re.fullmatch(r"N0718-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", number)


def test_a_receipt_number_comes_from_mailbox_and_bytes_and_the_day_in_japan(ledger: Ledger) -> None:
    one = receipt_number("N", "n_mynumber", "ab" * 32, IN_TIME)
    assert one == receipt_number("N", "n_mynumber", "ab" * 32, IN_TIME)
    assert one != receipt_number("N", "n_mynumber", "cd" * 32, IN_TIME)
    utc = IN_TIME.astimezone(tz=None)
    assert one == receipt_number("N", "n_mynumber", "ab" * 32, utc)


def test_a_receipt_number_does_not_depend_on_the_uid(tmp_path: Path) -> None:
    found = []
    for name, uid in (("a.db", "1"), ("b.db", "99")):
        ledger = Ledger(tmp_path / name)
        kept(ledger, fetched(uid))
        found.append(ledger.rows("SELECT receipt FROM arrival")[0]["receipt"])
        ledger.close()
    assert found[0] == found[1]


def test_a_person_finds_a_mail_by_number_or_receipt(ledger: Ledger) -> None:
    kept(ledger, fetched("1"))
    arrival = arrivals.get(ledger, 1)
    assert arrival is not None
    assert arrivals.find(ledger, "1") == arrival
    assert arrivals.find(ledger, f" {arrival.receipt.lower()} ") == arrival
    for nobody in ("2", "９", "N0718-0000-0000", "1" * 40, "-1", ""):
        assert arrivals.find(ledger, nobody) is None


def test_instants_are_text_in_japans_time(ledger: Ledger) -> None:
    kept(ledger, fetched("1", received_at=DEADLINE.astimezone(tz=None)))
    row = ledger.rows("SELECT received_at, recorded_at FROM arrival")[0]
    assert tuple(row) == ("2023-07-21T17:00:00+09:00", "2023-07-18T10:00:00+09:00")


def test_the_health_of_a_mailbox_is_told_since_its_first_failure(ledger: Ledger) -> None:
    arrivals.health(ledger, "n_mynumber", "", IN_TIME)
    assert arrivals.unhealthy(ledger) == ()
    arrivals.health(ledger, "n_mynumber", "応答がありません", IN_TIME + timedelta(minutes=5))
    arrivals.health(ledger, "n_mynumber", "接続できません", IN_TIME + timedelta(minutes=10))
    told = ("n_mynumber", "2023-07-18T10:05:00+09:00 から読めません: 接続できません")
    assert arrivals.unhealthy(ledger) == (told,)
    arrivals.health(ledger, "n_mynumber", "", IN_TIME + timedelta(minutes=15))
    assert arrivals.unhealthy(ledger) == ()


# --- one writer -------------------------------------------------------------------------------------------


def test_a_write_beside_another_writer_is_busy_and_writes_nothing(ledger: Ledger) -> None:
    other = sqlite3.connect(ledger.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerBusy):
        kept(ledger, fetched("1"))
    other.execute("ROLLBACK")
    assert count(ledger, "arrival") == 0
    assert kept(ledger, fetched("1")) == [1]
    other.close()


def test_a_read_then_a_write_holds_against_a_writer_in_between(ledger: Ledger) -> None:
    """BEGIN IMMEDIATE: whoever reads in order to write has the write lock already."""
    other = sqlite3.connect(ledger.path, isolation_level=None, timeout=0.1)
    with ledger.writing():
        ledger.row("SELECT count(*) FROM arrival")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    other.close()


def test_what_fails_inside_a_transaction_leaves_nothing(ledger: Ledger) -> None:
    with pytest.raises(ZeroDivisionError), ledger.writing():
        ledger.run("INSERT INTO health (mailbox) VALUES ('x')")
        raise ZeroDivisionError
    assert count(ledger, "health") == 0
    with ledger.writing():
        ledger.run("INSERT INTO health (mailbox) VALUES ('x')")
    assert count(ledger, "health") == 1


HOLD = """
import sys, time
from pathlib import Path
from routing.ledger.store import desk_lock
with desk_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@contextmanager
def lock_holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the desk's lock."""
    command = [sys.executable, "-c", HOLD, str(path)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == "held\n"
        yield child
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def test_a_second_desk_leaves_and_sigkill_frees_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with lock_holder(path) as child:
        with pytest.raises(LedgerBusy), desk_lock(path):
            pytest.fail("two desks on one ledger")
        child.send_signal(signal.SIGKILL)
        child.wait()
        with desk_lock(path):
            assert stat.S_IMODE((tmp_path / "ledger.db.lock").stat().st_mode) == 0o600


def test_the_lock_is_free_again_after_the_desk(tmp_path: Path) -> None:
    for _ in range(2):
        with desk_lock(tmp_path / "ledger.db"):
            assert (tmp_path / "ledger.db.lock").exists()


# --- the outbox -------------------------------------------------------------------------------------------


def posted(key: str = "N1:acknowledgement", recipient: str = "a@city.lg.jp") -> FinishedReply:
    message_id = f"<{key.replace(':', '.')}@mhlw.go.jp>"
    return FinishedReply(key, "acknowledgement", message_id, "n_mynumber", "n_mynumber@mhlw.go.jp", recipient,
                  recipient, YOKOHAMA, "【受付】", b"x")  # fmt: skip


def queued(ledger: Ledger, reply: FinishedReply | None = None) -> None:
    with ledger.writing():
        outbox.queue(ledger, reply or posted(), None, IN_TIME)


def steps(ledger: Ledger) -> list[str]:
    return [r["state"] for r in ledger.rows("SELECT state FROM posting ORDER BY id")]


def test_a_reply_is_queued_once(ledger: Ledger) -> None:
    queued(ledger)
    queued(ledger)
    assert (count(ledger, "outbox"), steps(ledger)) == (1, ["queued"])


def test_two_replies_never_share_a_message_id(ledger: Ledger) -> None:
    queued(ledger)
    other = posted("N2:acknowledgement")
    twin = FinishedReply(**{**{f: getattr(other, f) for f in other.__struct_fields__}, "message_id": posted().message_id})
    with pytest.raises(sqlite3.IntegrityError):
        queued(ledger, twin)
    assert count(ledger, "outbox") == 1


def test_a_sent_reply_is_done(ledger: Ledger) -> None:
    queued(ledger)
    (outgoing,) = outbox.due(ledger, IN_TIME)
    assert (outgoing.interrupted, outgoing.tries) == (0, 0)
    outbox.begin(ledger, outgoing.id, IN_TIME)
    outbox.finish(ledger, outgoing, "sent", "250 OK", IN_TIME)
    assert outbox.due(ledger, IN_TIME + timedelta(days=1)) == []
    assert steps(ledger) == ["queued", "sending", "sent"]


def test_later_waits_longer_each_time(ledger: Ledger) -> None:
    """1, 2, 5, 10, 20, 30, 30 … minutes."""
    queued(ledger)
    now = IN_TIME
    for minutes in (1, 2, 5, 10, 20, 30, 30, 30):
        (outgoing,) = outbox.due(ledger, now)
        outbox.begin(ledger, outgoing.id, now)
        outbox.finish(ledger, outgoing, "later", "451", now)
        assert outbox.due(ledger, now + timedelta(minutes=minutes, seconds=-1)) == []
        now += timedelta(minutes=minutes)
    (outgoing,) = outbox.due(ledger, now)
    assert outgoing.interrupted == 0  # a "later" is an answer: nothing went out


def test_a_crash_while_sending_is_seen_at_the_next_start(ledger: Ledger) -> None:
    queued(ledger)
    for interrupted in (0, 1, 2):
        (outgoing,) = outbox.due(ledger, IN_TIME)
        assert outgoing.interrupted == interrupted
        outbox.begin(ledger, outgoing.id, IN_TIME)  # … and the worker dies before it is finished


def test_a_crash_counts_though_a_later_lies_between(ledger: Ledger) -> None:
    queued(ledger)
    (outgoing,) = outbox.due(ledger, IN_TIME)
    outbox.begin(ledger, outgoing.id, IN_TIME)
    (outgoing,) = outbox.due(ledger, IN_TIME)
    outbox.begin(ledger, outgoing.id, IN_TIME)
    outbox.finish(ledger, outgoing, "later", "451", IN_TIME)
    tomorrow = IN_TIME + timedelta(days=1)
    (outgoing,) = outbox.due(ledger, tomorrow)
    outbox.begin(ledger, outgoing.id, tomorrow)
    (outgoing,) = outbox.due(ledger, tomorrow)
    assert outgoing.interrupted == 2


@pytest.mark.parametrize("state", ["drafted", "refused", "unsure"])
def test_what_is_final_is_never_tried_again(ledger: Ledger, state: str) -> None:
    queued(ledger)
    (outgoing,) = outbox.due(ledger, IN_TIME)
    outbox.begin(ledger, outgoing.id, IN_TIME)
    outbox.finish(ledger, outgoing, state, "", IN_TIME)
    assert outbox.due(ledger, IN_TIME + timedelta(days=9)) == []


def test_a_bounce_is_tied_to_its_reply(ledger: Ledger) -> None:
    queued(ledger)
    with ledger.writing():
        bounced = submission(answers=posted().message_id)
        assert returned.mark_undelivered(ledger, bounced, "N0718-1", IN_TIME)
        assert not returned.mark_undelivered(ledger, bounced, "N0718-2", IN_TIME)  # that is known
        other = submission(answers="<somebody@else.jp>")
        assert not returned.mark_undelivered(ledger, other, "N0718-1", IN_TIME)
    assert steps(ledger) == ["queued", "undelivered"]
    assert outbox.due(ledger, IN_TIME) == []


def test_replies_are_counted_for_the_caps(ledger: Ledger) -> None:
    queued(ledger)
    queued(ledger, posted("N2:acknowledgement", "b@city.lg.jp"))
    before = IN_TIME - timedelta(seconds=1)
    assert sent_counts.count_since(ledger, "recipient", "a@city.lg.jp", before) == 1
    assert sent_counts.count_since(ledger, "respondent", YOKOHAMA, before) == 2
    assert sent_counts.count_since(ledger, "respondent", YOKOHAMA, IN_TIME) == 0
    with pytest.raises(ValueError, match="subject"):
        sent_counts.count_since(ledger, "subject", "x", before)


# --- what people decided ----------------------------------------------------------------------------------


def test_an_approval_of_an_address_wins_over_one_of_its_domain(ledger: Ledger) -> None:
    assert approvals.approval(ledger, "a@example.com") is None
    approvals.approve(ledger, "@Example.com", "", WHO, IN_TIME)
    assert approvals.approval(ledger, "A@example.COM") == ""
    approvals.approve(ledger, "a@example.com", YOKOHAMA, WHO, IN_TIME)
    approvals.approve(ledger, "@example.com", "", WHO, IN_TIME)
    assert approvals.approval(ledger, "a@example.com") == YOKOHAMA
    assert approvals.approval(ledger, "b@example.com") == ""
    assert approvals.approval(ledger, "a@sub.example.com") is None


@pytest.mark.parametrize(
    ("kinds", "poison"),
    [
        (["reader_died", "reader_died"], False),
        (["reader_died", "decision_died", "reader_died"], True),
        (["reader_hung"], False),
        (["reader_hung", "reader_hung"], True),
        (["decision_died"] * 2 + ["retry", "decision_died"], False),
        (["reader_hung", "retry", "reader_hung"], False),
    ],
)
def test_three_deaths_or_two_timeouts_since_the_last_retry_are_poison(
    ledger: Ledger, kinds: list[str], poison: bool
) -> None:
    kept(ledger, fetched("1"))
    for kind in kinds:
        verdicts.add_event(ledger, Note(kind), 1, WHO, IN_TIME)
    assert verdicts.is_poison(ledger, 1) is poison
