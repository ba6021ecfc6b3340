"""`restore`: a backup takes the ledger's place, what was there is kept, and nothing leaves a second time by itself."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from intake.sources.source import Fetched
from routing import operate
from routing.cli.app import run_command
from routing.clock import JST
from routing.decision.cases import Override
from routing.ledger import arrivals, backup, outbox, promises, snapshots
from routing.ledger.backup import BackupRefused
from routing.ledger.holds import Scope
from routing.ledger.snapshots import OtherLedger
from routing.ledger.store import Ledger, desk_lock
from routing.operate import Who
from routing.reading.reader import Reader
from routing.register import Register
from routing.tracking import held_letters, sending_holds
from routing.tracking.held_letters import LetterSelection
from tests.e2e.driver import Driver
from tests.routing.cases_at_hand import IN_TIME, YOKOHAMA
from tests.routing.desk_at_hand import Office, mail, open_office
from tests.routing.test_mailbox_tasks import People

WHO = Who("職員", "ディスクの故障")
LATER = IN_TIME + timedelta(hours=3)


@cache
def answer(number: int) -> bytes:
    """The very same bytes each time: their boundary is drawn by lot."""
    return mail(body=f"{number}", headers={"Message-ID": f"<{number}@city>"})


@pytest.fixture
def folder(tmp_path: Path, register: Register, reader: Reader) -> Path:
    """A ledger with one answered mail; a backup of it; then a second answered mail, and a decision about the first."""
    with closing(Ledger(tmp_path / "ledger.db")) as ledger:
        office = open_office(tmp_path, register, reader, ledger)
        first = office.settle(answer(1)).decided.arrival
        list(office.desk.dispatch.deliver(office.sender))
        backup.backup(ledger, tmp_path / "copy.db", replace=False)
        office.now += timedelta(minutes=30)
        office.settle(answer(2))
        list(office.desk.dispatch.deliver(office.sender))
        operate.decide_again(office.desk, first, Override(outcome="ignored", take_in=True, by="山田", why="取下げ"))
    return tmp_path


@pytest.fixture
def again(folder: Path, register: Register, reader: Reader) -> Iterator[Office]:
    """The office on the ledger that was put back, some hours later."""
    snapshots.put_back(folder / "copy.db", folder / "ledger.db", WHO.pair, LATER)
    with closing(Ledger(folder / "ledger.db")) as ledger:
        office = open_office(folder, register, reader, ledger)
        office.now, office._uid = LATER + timedelta(minutes=1), 10  # UIDs go on
        yield office


def rows(file: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchall()


def test_the_backup_stands_there_and_the_ledger_of_before_beside_it(folder: Path) -> None:
    done = snapshots.put_back(folder / "copy.db", folder / "ledger.db", WHO.pair, LATER)

    assert done.aside == folder / "ledger-20230718-130000.db"
    assert rows(done.aside, "SELECT count(*) FROM arrival") == [(2,)]
    assert rows(folder / "ledger.db", "SELECT count(*) FROM arrival") == [(1,)]
    assert done.last == IN_TIME
    assert done.deeds is not None
    assert [(d.by, d.what) for d in done.deeds] == [("山田", "ignored")]
    event = "SELECT detail, done_by, why, recorded_at FROM event WHERE kind = 'restored'"
    assert rows(folder / "ledger.db", event) == [
        ("2023-07-18T10:00:00+09:00", "職員", "ディスクの故障", "2023-07-18T13:00:00+09:00")
    ]
    assert (folder / "ledger.db").stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in folder.glob("*ledger*")) == ["ledger-20230718-130000.db", "ledger.db"]
    assert (folder / "copy.db").exists()


def test_the_same_mail_gets_the_same_letter_which_waits_for_an_official(again: Office, folder: Path) -> None:
    """Nothing can be asked whether it left: it waits, however often the desk looks, until the release."""
    before = rows(folder / "ledger-20230718-130000.db", "SELECT key, message_id FROM outbox WHERE arrival_id = 2")
    again.settle(answer(2), IN_TIME + timedelta(minutes=29))

    assert list(again.desk.dispatch.deliver(again.sender)) == []
    assert rows(folder / "ledger.db", "SELECT key, message_id FROM outbox WHERE arrival_id = 2") == before
    (stop,) = sending_holds.in_force(again.desk)
    assert (stop.waiting, stop.last_record) == (1, IN_TIME)
    assert "控えの最後の記録 令和５年７月18日" in sending_holds.said(stop).replace("（火）", "")

    sending_holds.release_sending(again.desk, None, WHO)
    assert [d.state for d in again.desk.dispatch.deliver(again.sender)] == ["sent"]


def test_a_mail_that_came_after_the_restore_is_answered_at_once(again: Office) -> None:
    again.settle(answer(3), LATER + timedelta(seconds=1))
    assert [d.state for d in again.desk.dispatch.deliver(again.sender)] == ["sent"]


def test_after_the_release_the_sent_mails_are_asked_before_each_such_letter(again: Office) -> None:
    again.settle(answer(2), IN_TIME + timedelta(minutes=29))
    (letter,) = list(again.ledger.rows("SELECT o.message_id FROM outbox o JOIN to_send q ON q.outbox_id = o.id"))
    sending_holds.release_sending(again.desk, None, WHO)
    people = People(away=True)

    for _ in range(6):  # however long the mailbox cannot be asked
        assert [d.state for d in again.desk.dispatch.deliver(again.sender, {"n_mynumber": people})] == ["later"]
        again.now += timedelta(hours=1)
    people.away, people.sent = False, {letter["message_id"]}
    assert [d.state for d in again.desk.dispatch.deliver(again.sender, {"n_mynumber": people})] == ["sent"]
    assert again.sender.posted == []
    assert [a.name for a in promises.ask(again.ledger.connection) if not a.holds] == []


def test_what_is_found_among_the_sent_mails_is_marked_while_it_is_held(again: Office) -> None:
    again.settle(answer(2), IN_TIME + timedelta(minutes=29))
    (row,) = again.ledger.rows("SELECT outbox_id FROM to_send")

    outbox.note_found_sent(again.ledger, row["outbox_id"], again.now)
    outbox.note_found_sent(again.ledger, row["outbox_id"], again.now)  # told twice after a crash

    assert [s.waiting for s in sending_holds.in_force(again.desk)] == [0]
    states = again.ledger.rows("SELECT state FROM posting WHERE outbox_id = ? ORDER BY id", row["outbox_id"])
    assert [s["state"] for s in states] == ["queued", "sending", "sent"]
    assert [a.name for a in promises.ask(again.ledger.connection) if not a.holds] == []


def test_of_what_may_have_left_an_official_sends_one_and_marks_another_as_sent(again: Office) -> None:
    numbers = [again.settle(answer(n), IN_TIME + timedelta(minutes=n)).decided.arrival.receipt for n in (2, 3, 4)]
    again.settle(answer(5), LATER + timedelta(seconds=30))  # cannot have left: under no hold

    held_letters.let_go(again.desk, None, LetterSelection((numbers[0],)), WHO)
    held_letters.note_left(again.desk, None, LetterSelection((numbers[1],)), WHO)

    assert sending_holds.in_force(again.desk)[0].waiting == 1
    assert [d.state for d in again.desk.dispatch.deliver(again.sender)] == ["sent", "sent"]
    told = "SELECT receipt, detail FROM reply_overview WHERE state = 'sent' AND receipt IN (?, ?) ORDER BY receipt = ?"
    sent = again.ledger.rows(told, *numbers[:2], numbers[1])
    assert [row["detail"] == outbox.SAID_SENT for row in sent] == [False, True]
    assert again.events("letter_left") == [(numbers[1], WHO.by, WHO.why)]
    assert len(again.sender.posted) == 2
    assert [a.name for a in promises.ask(again.ledger.connection) if not a.holds] == []


def test_a_decision_that_is_repeated_makes_the_letter_of_before(again: Office, folder: Path) -> None:
    arrival = arrivals.get(again.ledger, 1)
    assert arrival is not None
    operate.decide_again(again.desk, arrival, Override(outcome="ignored", take_in=True, by="山田", why="取下げ"))
    assert again.standing(YOKOHAMA, "nanbyo").state == "outstanding"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("nothing", b""),
        ("no database", b"no ledger" * 1000),
        ("half of one", None),
        ("a database of others", "CREATE TABLE x (y)"),
        ("a promise broken", "DELETE FROM raw"),
    ],
)
def test_what_is_no_whole_backup_is_refused_and_nothing_changes(folder: Path, name: str, data: bytes | str | None) -> None:
    bad = folder / "bad.db"
    if isinstance(data, bytes):
        bad.write_bytes(data)
    elif data is None:
        whole = (folder / "copy.db").read_bytes()
        bad.write_bytes(whole[: len(whole) // 2])
    else:
        if data.startswith("DELETE"):
            shutil.copy(folder / "copy.db", bad)
        with closing(sqlite3.connect(bad)) as connection, connection:
            connection.execute(data)
    before = (folder / "ledger.db").read_bytes()

    with pytest.raises(BackupRefused):
        snapshots.put_back(bad, folder / "ledger.db", WHO.pair, LATER)

    assert (folder / "ledger.db").read_bytes() == before, name
    assert not list(folder.glob("ledger-*")) + list(folder.glob(".ledger*"))


def test_the_ledger_itself_is_refused_by_whatever_name(folder: Path) -> None:
    os.link(folder / "ledger.db", folder / "other.db")
    (folder / "link.db").symlink_to(folder / "ledger.db")
    for name in ("ledger.db", "other.db", "link.db"):
        with pytest.raises(BackupRefused, match="台帳そのもの"):
            snapshots.put_back(folder / name, folder / "ledger.db", WHO.pair, LATER)


def test_a_second_restore_in_the_same_second_overwrites_nothing(folder: Path) -> None:
    asides = {snapshots.put_back(folder / "copy.db", folder / "ledger.db", WHO.pair, LATER).aside for _ in range(3)}
    assert len(asides) == 3
    assert all(aside is not None and aside.exists() for aside in asides)


def test_a_damaged_ledger_is_put_aside_as_it_is(folder: Path) -> None:
    (folder / "ledger.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    (folder / "ledger.db-wal").write_bytes(b"log")
    done = snapshots.put_back(folder / "copy.db", folder / "ledger.db", WHO.pair, LATER)

    assert done.deeds is None
    assert done.aside is not None
    assert done.aside.read_bytes().endswith(b"\xff" * 5000)
    assert done.aside.with_name(done.aside.name + "-wal").exists()
    with closing(Ledger(folder / "ledger.db")) as ledger:
        assert all(a.holds for a in promises.ask(ledger.connection))


def test_a_ledger_that_is_gone_is_made_anew(folder: Path) -> None:
    (folder / "ledger.db").unlink()
    done = snapshots.put_back(folder / "copy.db", folder / "ledger.db", WHO.pair, LATER)
    assert (done.aside, done.deeds) == (None, None)
    assert rows(folder / "ledger.db", "SELECT count(*) FROM arrival") == [(1,)]


def test_an_older_backup_is_brought_to_todays_schema(folder: Path) -> None:
    golden = Path(__file__).parents[1] / "ledgers" / "m004.db"
    snapshots.put_back(golden, folder / "ledger.db", WHO.pair, datetime(2024, 1, 1, tzinfo=JST))
    with closing(Ledger(folder / "ledger.db")) as ledger:
        assert ledger.rows("SELECT count(*) FROM sending_hold")[0][0] == 1


def test_after_a_restore_of_a_restore_the_deeds_of_both_lives_are_named(
    folder: Path, register: Register, reader: Reader
) -> None:
    """Numbers were given twice: the second life's rows have those of the backup's."""
    (folder / "full.db").write_bytes(b"")
    with closing(Ledger(folder / "ledger.db")) as ledger:
        backup.backup(ledger, folder / "full.db", replace=True)
    snapshots.put_back(folder / "copy.db", folder / "ledger.db", WHO.pair, LATER)
    with closing(Ledger(folder / "ledger.db")) as ledger:
        office = open_office(folder, register, reader, ledger)
        office.now = LATER + timedelta(minutes=5)
        first = arrivals.get(ledger, 1)
        assert first is not None
        operate.decide_again(office.desk, first, Override(outcome="accepted", take_in=True, by="鈴木", why="確認済み"))
        sending_holds.hold_sending(office.desk, Scope(kind="reminder"), Who("佐藤", "来週から"))

    done = snapshots.put_back(folder / "full.db", folder / "ledger.db", WHO.pair, LATER + timedelta(hours=1))

    assert done.deeds is not None
    assert [(d.by, d.what) for d in done.deeds] == [("鈴木", "accepted"), ("佐藤", "hold-sending")]
    back = snapshots.put_back(folder / "copy.db", folder / "ledger.db", WHO.pair, LATER + timedelta(hours=2))
    assert back.deeds is not None
    assert [(d.by, d.what) for d in back.deeds] == [("山田", "ignored")]
    with closing(Ledger(folder / "ledger.db")) as ledger:
        assert len(sending_holds.in_force(open_office(folder, register, reader, ledger).desk)) == 1


def test_the_ledger_that_was_put_aside_can_be_put_back_itself(folder: Path) -> None:
    """Whoever restored the wrong file: a backup newer than the ledger, with nothing of it missing."""
    done = snapshots.put_back(folder / "copy.db", folder / "ledger.db", WHO.pair, LATER, BOXES)
    assert done.aside is not None
    again = snapshots.put_back(done.aside, folder / "ledger.db", WHO.pair, LATER + timedelta(minutes=1), BOXES)
    assert again.deeds == ()
    assert rows(folder / "ledger.db", "SELECT count(*) FROM arrival") == [(2,)]
    with closing(Ledger(folder / "ledger.db")) as ledger:
        assert all(a.holds for a in promises.ask(ledger.connection))


def test_what_was_held_when_the_backup_was_made_is_held_again_and_the_release_is_named(
    folder: Path, register: Register, reader: Reader
) -> None:
    with closing(Ledger(folder / "ledger.db")) as ledger:
        office = open_office(folder, register, reader, ledger)
        office.now = IN_TIME + timedelta(hours=1)
        sending_holds.hold_sending(office.desk, Scope(mailbox="yoboseshu"), WHO)
        backup.backup(ledger, folder / "held.db", replace=False)
        sending_holds.release_sending(office.desk, None, WHO)
    done = snapshots.put_back(folder / "held.db", folder / "ledger.db", WHO.pair, LATER)
    assert done.deeds is not None
    assert [(d.what, d.about) for d in done.deeds] == [("release-sending", "1")]
    with closing(Ledger(folder / "ledger.db")) as ledger:
        office = open_office(folder, register, reader, ledger)
        assert [one.scope.mailbox for one in sending_holds.in_force(office.desk)] == ["yoboseshu", ""]


def test_a_backup_of_another_ledger_wants_a_yes(folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """One of another year's survey, which lies in the same folder of backups."""
    (tmp_path / "other").mkdir()
    with closing(Ledger(tmp_path / "other" / "ledger.db")) as other:
        place = arrivals.Origin("n_mynumber", "N", "7")
        with other.writing():
            arrivals.keep(other, place, [Fetched("1", IN_TIME, len(answer(9)), answer(9))], IN_TIME)
            other.run("DELETE FROM cursor")
        backup.backup(other, folder / "other.db", replace=False)
    before = (folder / "ledger.db").read_bytes()
    words = ["--settings", str(folder / "settings.toml"), "restore", str(folder / "other.db"), *BY]

    assert run_command(words) == 1
    said = capfd.readouterr().err
    assert "別の台帳の控えです" in said
    assert "--yes" in said
    assert (folder / "ledger.db").read_bytes() == before

    assert run_command([*words, "--yes"]) == 0


def test_a_backup_of_another_survey_wants_a_yes_even_where_no_ledger_is_left(folder: Path) -> None:
    (folder / "ledger.db").unlink()
    with pytest.raises(OtherLedger, match="この調査にない提出先（n_mynumber）"):
        snapshots.put_back(folder / "copy.db", folder / "ledger.db", WHO.pair, LATER, {"another"})
    assert not (folder / "ledger.db").exists()


@pytest.mark.parametrize("state", ["new", "damaged", "gone", "of before there were keys"])
def test_beside_a_ledger_that_tells_nothing_no_yes_is_wanted(folder: Path, state: str) -> None:
    """A program that was started on the new disk before somebody restored has made an empty ledger."""
    file = folder / "copy.db"
    (folder / "ledger.db").unlink()
    if state == "new":
        Ledger(folder / "ledger.db").close()
    elif state == "damaged":
        (folder / "ledger.db").write_bytes(b"\0" * 5000)
    elif state == "of before there were keys":
        shutil.copy(file, folder / "ledger.db")
        file = Path(__file__).parents[1] / "ledgers" / "m012.db"
    snapshots.put_back(file, folder / "ledger.db", WHO.pair, datetime(2024, 1, 1, tzinfo=JST), BOXES)
    with closing(Ledger(folder / "ledger.db")) as ledger:
        assert ledger.rows("SELECT count(*) FROM arrival")[0][0] > 0


def test_what_a_restore_that_was_cut_short_left_behind_is_removed_by_the_next(folder: Path) -> None:
    left = folder / ".ledger.db.999999.part"
    for side in ("", "-wal"):
        left.with_name(left.name + side).write_bytes(b"personal data")
    snapshots.put_back(folder / "copy.db", folder / "ledger.db", WHO.pair, LATER)
    assert not list(folder.glob(".ledger*"))


def test_a_backup_on_a_medium_that_cannot_be_written_is_put_back(folder: Path) -> None:
    """As from a read-only share."""
    (folder / "backups").mkdir()
    shutil.move(folder / "copy.db", folder / "backups" / "copy.db")
    (folder / "backups" / "copy.db").chmod(0o400)
    (folder / "backups").chmod(0o500)
    try:
        snapshots.put_back(folder / "backups" / "copy.db", folder / "ledger.db", WHO.pair, LATER, BOXES)
    finally:
        (folder / "backups").chmod(0o700)
    assert (folder / "ledger.db").stat().st_mode & 0o777 == 0o600


def test_while_somebody_has_the_ledger_open_it_waits_its_turn(folder: Path) -> None:
    with closing(Ledger(folder / "ledger.db")):
        words = ["--settings", str(folder / "settings.toml"), "restore", str(folder / "copy.db"), *BY]
        assert run_command(words) == 75
    assert not list(folder.glob("ledger-*"))


BOXES = frozenset({"n_mynumber", "yoboseshu", "sukoyaka"})
BY = ("--by", "職員", "--why", "故障")


def test_the_command(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    program = ["--settings", str(folder / "settings.toml"), "--now", "2023-07-18T13:00:00+09:00"]
    words = [*program, "restore", str(folder / "copy.db"), *BY]
    with desk_lock(folder / "ledger.db"):
        assert run_command(words) == 75
    capfd.readouterr()

    assert run_command(words) == 0
    said = capfd.readouterr().out
    assert "この間の職員の判断と記録は 1件です。もう一度行ってください。" in said
    assert "2023-07-18 10:30　山田　対応不要　N0718-" in said
    assert "release-sending 1" in said
    assert run_command([*program, "held"]) == 0
    told = capfd.readouterr().out.replace("\n", "")
    assert "台帳を控えから戻しました（停止 1：" in told
    assert "職員「故障」" in told
    assert run_command([*program, "verify"]) == 0
    assert run_command([*program, "restore", str(folder / "ledger.db"), *BY]) == 1


PLACES = (
    "os:open", "os:link", "os:fsync", "pathlib:Path.unlink", "pathlib:Path.replace", "routing.ledger.snapshots:_copy",
    "routing.ledger.snapshots:_check", "routing.ledger.snapshots:_emptied_log", "routing.ledger.restored:note",
    "routing.ledger.store:Ledger.close",
)  # fmt: skip
OLD, NEW = ["ignored"], ["restored"]


def lives(folder: Path) -> list[list[object]]:
    """What the last deed in each ledger there is, today's first; each is whole and keeps its promises."""
    told = []
    for file in (folder / "ledger.db", *folder.glob("ledger-*.db")):
        with snapshots.read_only(file) as connection:
            assert [a.name for a in promises.ask(connection) if not a.holds] == []
            told.append([row[0] for row in connection.execute(
                "SELECT outcome FROM verdict WHERE decided_by = '山田' UNION SELECT kind FROM event WHERE kind = 'restored'"
            )])  # fmt: skip
    return told


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    made = Driver()
    yield made
    made.close()


@pytest.mark.long
@pytest.mark.parametrize("at_step", [(place, when) for place in PLACES for when in ("before", "after")], ids=" ".join)
@pytest.mark.parametrize("log", [False, True], ids=["log empty", "log full"])
def test_killed_anywhere_within_it_the_ledger_is_the_old_or_the_new_one_and_nothing_is_lost(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, driver: Driver, at_step: tuple[str, str], log: bool
) -> None:
    """`log`: whether a write-ahead log lies there, as a crash leaves it, without which the ledger is not whole."""
    words = ["--settings", "", "--now", LATER.isoformat(), "restore", "", *BY]
    for passage in range(1, 100):
        at = tmp_path_factory.mktemp("killed")
        shutil.copytree(folder, at, dirs_exist_ok=True)
        if log:
            _crash_while_writing(at / "ledger.db")
        words[1], words[5] = str(at / "settings.toml"), str(at / "copy.db")
        code = driver.run(words, at / "said", (*at_step, passage))
        if code == 0:  # fewer passages than that
            break
        assert code == -signal.SIGKILL, (at / "said").read_text()
        told = lives(at)
        assert told[0] in (OLD, NEW)
        assert OLD in told
        assert driver.run(words, at / "said") == 0, (at / "said").read_text()
        assert lives(at)[0] == NEW
        assert OLD in lives(at)
        assert not list(at.glob(".ledger*"))
        assert rows(at / "ledger.db", "SELECT count(*) FROM sending_hold") == [(1,)]
    assert passage > 1, "it never came by"


def _crash_while_writing(file: Path) -> None:
    """The last deed stands in the write-ahead log alone."""
    whole = file.with_name("whole.db")
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("CREATE TABLE of_the_log (x)")
        connection.execute("DROP TABLE of_the_log")
        connection.execute("UPDATE verdict SET why = why || '。' WHERE decided_by = '山田'")
        for side in ("", "-wal"):
            shutil.copy(file.with_name(file.name + side), whole.with_name(whole.name + side))
    for side in ("", "-wal"):
        whole.with_name(whole.name + side).replace(file.with_name(file.name + side))
    assert file.with_name(file.name + "-wal").stat().st_size > 0
