"""A traced erasure (rule `personal_data`): the bytes are gone from every file of the ledger; hash, who, why stay."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from routing import operate
from routing.decision.override import Override
from routing.ledger import arrivals, erasure
from routing.ledger.history import story
from routing.operate import Refused, Who
from tests.routing.cases_at_hand import YOKOHAMA
from tests.routing.desk_at_hand import Office, mail, nanbyo, settle_one

WHO = Who("山田", "個人番号が書かれていたため")
MARK = b"SECRET-7381-MARK"
NAME = "【横浜市】SECRET-7381-MARK.xlsx"


def marked() -> bytes:
    """A complete answer whose text, subject, file name and Message-IDs carry the mark."""
    ids = {"Message-ID": "<SECRET-7381-MARK@x.jp>", "In-Reply-To": "<SECRET-7381-MARK@mhlw.go.jp>"}
    return mail({NAME: nanbyo()}, subject="【横浜市】SECRET-7381-MARK", body="SECRET-7381-MARK\n" * 400, headers=ids)


def bytes_on_disk(office: Office) -> bytes:
    """Every file of the ledger, one after the other."""
    files = sorted(office.ledger.path.parent.glob(office.ledger.path.name + "*"))
    assert len(files) >= 2
    return b"".join(file.read_bytes() for file in files)


def text_of(office: Office) -> str:
    """Every value of every table, as text."""
    tables = office.ledger.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    rows = (row for t in tables for row in office.ledger.rows(f"SELECT * FROM {t['name']}"))
    return "\n".join(v.decode("latin-1") if isinstance(v, bytes) else str(v) for row in rows for v in row)


def test_no_file_of_the_ledger_holds_the_bytes_any_more(office: Office) -> None:
    settled = office.settle(marked())
    assert MARK in bytes_on_disk(office)
    assert operate.erase(office.desk, settled.decided.arrival, WHO)
    assert MARK not in bytes_on_disk(office)
    assert MARK.decode() not in text_of(office)


def test_what_was_written_over_before_is_gone_too(office: Office) -> None:
    """A mail read again has its old reading replaced: that one's bytes lie in free pages unless zeroed."""
    settled = office.settle(marked())
    operate.retry(office.desk, settled.decided.arrival, WHO)
    assert [s.decided.arrival.id for s in office.desk.settle_waiting()] == [settled.decided.arrival.id]
    operate.erase(office.desk, settled.decided.arrival, WHO)
    assert MARK not in bytes_on_disk(office)


def test_hash_who_and_why_stay_and_show_tells_it(office: Office) -> None:
    raw = marked()
    arrival = office.settle(raw).decided.arrival
    operate.erase(office.desk, arrival, WHO)
    trace = erasure.of(office.ledger, arrival.id)
    assert trace is not None
    assert (trace.kind, trace.size, trace.done_by, trace.why) == ("erased", len(raw), WHO.by, WHO.why)
    told = {entry.title: entry.as_dict()["rows"] for entry in story(office.ledger, arrival.id)}
    assert told["到着"][0]["sha256"] == hashlib.sha256(raw).hexdigest()
    assert (told["消去"][0]["実施者"], told["消去"][0]["理由"]) == ("山田", "個人番号が書かれていたため")
    assert told["添付ファイル"][0]["名前"] == ""
    assert told["添付ファイル"][0]["sha256"] != ""


def test_an_erased_answer_counts_no_more_and_is_not_held(office: Office) -> None:
    arrival = office.settle(marked()).decided.arrival
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"
    before = office.now
    office.now += timedelta(minutes=1)
    operate.erase(office.desk, arrival, WHO)
    assert office.standing(YOKOHAMA, "nanbyo").state == "outstanding"
    assert office.standing(YOKOHAMA, "nanbyo", before).state == "accepted"  # the past stays as it was
    assert office.held() == []


def test_a_my_number_alarm_is_off_the_list_once_the_mail_is_erased(office: Office) -> None:
    settled = office.settle(mail(body="受給者の個人番号は 123456789018 です。"))
    assert office.held() == [("alarm", "personal_data")]
    operate.erase(office.desk, settled.decided.arrival, WHO)
    assert office.held() == []
    assert b"123456789018" not in bytes_on_disk(office)


def test_the_same_bytes_seen_again_are_known_and_not_stored(office: Office) -> None:
    raw = marked()
    arrival = office.settle(raw).decided.arrival
    operate.erase(office.desk, arrival, WHO)
    with pytest.raises(AssertionError, match="had arrived before"):
        office.arrive(raw)
    assert (office.count("raw"), office.count("sighting"), office.count("to_read")) == (0, 2, 0)


def test_the_same_mail_in_another_mailbox_is_told(office: Office) -> None:
    raw = marked()
    first = office.arrive(raw)
    second = office.arrive(raw, mailbox="yoboseshu")
    assert erasure.same_bytes(office.ledger, first.id) == [second.receipt]
    operate.erase(office.desk, second, WHO)
    assert erasure.same_bytes(office.ledger, first.id) == []


def test_an_erased_mail_can_neither_be_decided_nor_read_again(office: Office) -> None:
    arrival = office.settle(marked()).decided.arrival
    operate.erase(office.desk, arrival, WHO)
    for again in (
        lambda: operate.erase(office.desk, arrival, WHO),
        lambda: operate.retry(office.desk, arrival, WHO),
        lambda: operate.assign(office.desk, arrival, YOKOHAMA, WHO),
        lambda: operate.decide_again(office.desk, arrival, Override(outcome="accepted", by="山田", why="x")),
    ):
        with pytest.raises(Refused, match="消去済み"):
            again()


def test_a_mail_that_waits_to_be_read_is_not_read_after_its_erasure(office: Office) -> None:
    arrival = office.arrive(marked())
    waiting = office.desk.settle_waiting()
    operate.erase(office.desk, arrival, WHO)
    assert list(waiting) == []
    assert settle_one(office.desk, arrival) is None
    assert [r["rules"] for r in office.ledger.rows("SELECT rules FROM verdict")] == ['["erased"]']


def test_a_reply_that_quotes_the_mail_and_has_not_left_does_not_leave(office: Office) -> None:
    arrival = office.settle(marked()).decided.arrival
    assert office.count("to_send") == 1
    operate.erase(office.desk, arrival, WHO)
    assert list(office.desk.dispatch.deliver(office.sender)) == []
    assert office.sender.posted == []


def test_while_another_program_reads_the_desk_finishes_later(office: Office) -> None:
    arrival = office.settle(marked()).decided.arrival
    with closing(sqlite3.connect(office.ledger.path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM arrival").fetchone()
        assert not operate.erase(office.desk, arrival, WHO)
        assert MARK in bytes_on_disk(office)
        other.execute("COMMIT")
    assert erasure.wipe(office.ledger)
    assert MARK not in bytes_on_disk(office)
    assert office.count("to_wipe") == 0


def test_erasing_is_part_of_the_callers_transaction(office: Office) -> None:
    raw = marked()
    arrival = office.arrive(raw)
    with pytest.raises(RuntimeError), office.ledger.writing():
        erasure.erase(office.ledger, arrival.id, ("山田", "x"), office.now)
        raise RuntimeError
    assert arrivals.raw_bytes(office.ledger, arrival.id) == raw
