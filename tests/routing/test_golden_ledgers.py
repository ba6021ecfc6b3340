"""A ledger of every released schema is opened by today's program and tells the same story (docs/design.md, "The ledger").

The expected values are the story of tests/ledgers/README.md, written down by hand.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from config.jst import JST
from intake.mail.ids import is_our_message_id
from routing.cli.app import run_command
from routing.ledger import held_queue, promises
from routing.ledger.history import story
from routing.ledger.migrations import applied, are_pending
from routing.ledger.store import Ledger
from routing.reading.reader import Reader
from routing.register import Register
from tests.routing.cases_at_hand import IN_TIME, YOKOHAMA
from tests.routing.desk_at_hand import SETTINGS, Office, mail, open_office

HERE = Path(__file__).parents[1] / "ledgers"
# In the order in which they were released, which from m022 on is not that of their numbers.
SCHEMAS = (
    "m004", "m012", "m013", "m017", "m018", "m019", "m020", "m022", "m029", "m024", "m030", "m026", "m027", "m025",
)  # fmt: skip
LATER = datetime(2023, 7, 18, 11, 0, tzinfo=JST)


@pytest.fixture(params=SCHEMAS)
def old(
    request: pytest.FixtureRequest, tmp_path: Path, register: Register, reader: Reader
) -> Iterator[Office]:
    """An office on a copy of a golden ledger, twenty minutes after the story's end."""
    shutil.copy(HERE / f"{request.param}.db", tmp_path / "ledger.db")
    ledger = Ledger(tmp_path / "ledger.db")
    office = open_office(tmp_path, register, reader, ledger)
    office.now = LATER
    yield office
    ledger.close()


def test_every_golden_ledger_is_tested_and_is_of_the_schema_of_its_name() -> None:
    assert sorted(p.stem for p in HERE.glob("*.db")) == sorted(SCHEMAS)
    for place, name in enumerate(SCHEMAS):
        with closing(sqlite3.connect(f"file:{HERE / name}.db?mode=ro", uri=True)) as database:
            had = {step.partition("_")[0] for step in applied(database)}
        assert had & set(SCHEMAS) == set(SCHEMAS[: place + 1])  # its own, and none that was released later


def test_it_is_brought_to_todays_schema(old: Office) -> None:
    assert not are_pending(old.ledger.connection)


def test_every_promise_is_kept_once_it_was_brought_up(old: Office) -> None:
    assert [(a.name, a.broken) for a in promises.ask(old.ledger.connection) if not a.holds] == []


def test_the_letters_of_before_keep_their_ids_and_a_new_one_has_one_that_nobody_can_guess(old: Office) -> None:
    before = old.ledger.rows("SELECT message_id FROM outbox ORDER BY id")
    old.arrive(mail(subject="八通目", body="八通目"))
    assert len(list(old.desk.settle_waiting())) == 2
    after = old.ledger.rows("SELECT message_id FROM outbox ORDER BY id")
    assert [row["message_id"] for row in after[: len(before)]] == [row["message_id"] for row in before]
    assert len(after) > len(before)
    assert all(is_our_message_id(row["message_id"]) for row in after)
    key = old.ledger.row("SELECT value FROM secret WHERE name = 'message_id'")
    assert key is not None and len(key["value"]) == 32


def test_the_standings_are_those_of_the_story(old: Office) -> None:
    states = {
        key: old.standing_now(*key).state
        for key in ((YOKOHAMA, "nanbyo"), (YOKOHAMA, "shoman"), ("140007", "nanbyo"), ("130001", "nanbyo"))
    }
    assert states == {
        (YOKOHAMA, "nanbyo"): "accepted",
        (YOKOHAMA, "shoman"): "correction",
        ("140007", "nanbyo"): "outstanding",
        ("130001", "nanbyo"): "not_applicable",
    }
    assert old.standing_now(YOKOHAMA, "nanbyo").received_at == datetime(2023, 7, 18, 10, 29, tzinfo=JST)
    assert old.standing_now(YOKOHAMA, "shoman", IN_TIME).state == "outstanding"  # not yet at 10:00


def test_what_waits_for_officials_is_what_waited(old: Office) -> None:
    noticed = old.ledger.row("SELECT 1 FROM outbox WHERE kind = 'arrival' AND arrival_id = 3") is not None
    assert [(h.id, h.queue, h.reason) for h in held_queue.held(old.ledger, LATER)] == [
        (3, "inquiry", "inquiry"),
        (5, "submission", "unknown_sender"),
        (3 if noticed else 6, "outbox", "refused"),  # from m022 on the question gets a notice, the first to leave
    ]


def test_questions_get_a_notice_of_arrival_from_m022_on(old: Office, request: pytest.FixtureRequest) -> None:
    name = request.node.callspec.params["old"]
    kinds = [row["kind"] for row in old.ledger.rows("SELECT kind FROM outbox ORDER BY id")]
    answers = ["acknowledgement", "correction", "acknowledgement"]
    assert kinds == (answers if name in SCHEMAS[:7] else [*answers[:2], "arrival", answers[2]])


def test_show_tells_who_ignored_the_fourth_mail_and_why(old: Office) -> None:
    told = {entry.title: entry.as_dict()["rows"] for entry in story(old.ledger, 4)}
    assert [(v["判定"], v["判定者"], v["理由"]) for v in told["判定"]] == [
        ("held", "uketsuke", ""),
        ("ignored", "山田", "電話で確認した"),
    ]


def test_the_mail_that_waited_is_read_by_todays_reader(old: Office) -> None:
    (settled,) = old.desk.settle_waiting()
    assert settled.decided.arrival.id == 7
    assert settled.decided.submission is not None
    assert settled.decided.submission.message.subject == "七通目"


def test_the_export_has_the_newest_accepted_answer_and_no_other(old: Office, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    out = tmp_path / "out.xlsx"
    now = ["--now", LATER.isoformat()]
    assert run_command(["--settings", str(tmp_path / "settings.toml"), *now, "export", "-o", str(out)]) == 0
    text = {
        str(cell)
        for sheet in openpyxl.load_workbook(out, read_only=True)
        for row in sheet.iter_rows(values_only=True)
        for cell in row
    }
    sixth = old.ledger.row("SELECT receipt FROM arrival WHERE id = 6")
    others = old.ledger.rows("SELECT receipt FROM arrival WHERE id <> 6")
    assert sixth is not None and sixth["receipt"] in text
    assert not text & {row["receipt"] for row in others}
