"""One contract over every source of mail (intake/sources/source.py): IMAP on a real Dovecot, and a Maildir."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta, timezone
from pathlib import Path
from typing import get_args

import pytest

from config.servers import MailboxSettings
from config.shape import keys_of
from intake.sources.source import Cursor, Source, SourceUnavailable
from routing.mailboxes.thread import Bell
from tests.intake.boxes import BOXES, DEADLINE, Box

JST = timezone(timedelta(hours=9))


@pytest.fixture(params=BOXES)
def box(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Box]:
    made = BOXES[request.param](request, tmp_path / "box")
    yield made
    made.close()


def test_every_kind_of_source_has_its_box() -> None:
    shapes = get_args(MailboxSettings)
    assert {tag for shape in shapes for tag in get_args(keys_of(shape)["source"].type)} == set(BOXES)


def mail(subject: str, size: int = 0) -> bytes:
    head = f"From: a@pref.kanagawa.lg.jp\r\nSubject: {subject}\r\n\r\n"
    return head.encode() + b"0123456789abcde\r\n" * (1 + size // 17)


def subjects(source: Source, uids: tuple[str, ...]) -> list[bytes]:
    return [fetched.raw.split(b"\r\n")[1].removeprefix(b"Subject: ") for fetched in source.fetch(uids)]


def test_an_empty_mailbox_has_nothing_new(box: Box) -> None:
    source = box.source()

    look = source.look(None)

    assert look.uids == ()
    assert list(source.fetch(look.uids)) == []


def test_mails_come_in_the_order_of_their_arrival_and_unchanged(box: Box) -> None:
    sent = [mail(f"{n}") for n in range(5)]
    for raw in sent:
        box.put(raw)
    source = box.source()

    fetched = list(source.fetch(source.look(None).uids))

    assert [f.raw for f in fetched] == sent
    assert [f.size for f in fetched] == [len(raw) for raw in sent]
    assert not any(f.header_only for f in fetched)


def test_fetch_keeps_the_order_it_was_asked_for(box: Box) -> None:
    for n in range(3):
        box.put(mail(f"{n}"))
    source = box.source()

    backwards = tuple(reversed(source.look(None).uids))

    assert [fetched.uid for fetched in source.fetch(backwards)] == list(backwards)
    assert subjects(source, backwards) == [b"2", b"1", b"0"]


def test_mail_that_comes_later_is_seen_by_the_same_source(box: Box) -> None:
    box.put(mail("first"))
    source = box.source()
    first = source.look(None)
    box.put(mail("second"))

    later = source.look(Cursor(first.uidvalidity, first.uids[-1]))

    new = tuple(uid for uid in later.uids if uid not in first.uids)
    assert subjects(source, new) == [b"second"]


def test_reading_changes_nothing_in_the_mailbox(box: Box) -> None:
    box.put(mail("small"))
    box.put(mail("large", size=5000))
    before = box.state()
    source = box.source(max_size=1000)

    assert len(list(source.fetch(source.look(None).uids))) == 2
    source.close()

    assert box.state() == before


def test_a_mail_that_has_vanished_is_left_out(box: Box) -> None:
    for name in ("first", "second", "third"):
        box.put(mail(name))
    source = box.source()
    look = source.look(None)
    box.remove(look.uids[1])

    assert subjects(source, look.uids) == [b"first", b"third"]


def test_of_a_mail_over_the_limit_only_the_header_is_read(box: Box) -> None:
    large = mail("large", size=20_000)
    box.put(mail("small"))
    box.put(large)
    source = box.source(max_size=10_000)

    small, cut = source.fetch(source.look(None).uids)

    assert not small.header_only
    assert cut.header_only
    assert cut.raw == b"From: a@pref.kanagawa.lg.jp\r\nSubject: large\r\n\r\n"
    assert cut.size == len(large)


def test_a_mail_of_exactly_the_limit_is_read_whole(box: Box) -> None:
    raw = mail("exact")
    box.put(raw)

    source = box.source(max_size=len(raw))

    assert [(f.raw, f.header_only) for f in source.fetch(source.look(None).uids)] == [(raw, False)]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_the_time_of_receipt_is_exact_and_in_jst_wherever_this_runs(
    box: Box, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.put(mail("in time"), DEADLINE)
    box.put(mail("late"), DEADLINE + timedelta(seconds=1))
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        source = box.source()
        fetched = list(source.fetch(source.look(None).uids))
    finally:
        monkeypatch.undo()
        time.tzset()

    assert [f.received_at.isoformat() for f in fetched] == [
        "2023-07-21T17:00:00+09:00",
        "2023-07-21T17:00:01+09:00",
    ]


def test_a_mailbox_that_is_away_is_unavailable_and_then_read_again(box: Box) -> None:
    box.put(mail("kept"))
    source = box.source()
    source.look(None)
    box.break_off()
    try:
        with pytest.raises(SourceUnavailable) as told:
            source.look(None)
    finally:
        box.mend()

    assert "。" in str(told.value)
    assert subjects(source, source.look(None).uids) == [b"kept"]


def test_an_order_ends_the_wait_and_the_source_goes_on(box: Box) -> None:
    source, bell = box.source(), Bell()
    bell.ring()
    assert source.wait(bell.fileno()) == "quiet"  # not even connected
    source.look(None)
    assert source.wait(bell.fileno()) == "quiet"
    box.put(mail("kept"))

    assert subjects(source, source.look(None).uids) == [b"kept"]


def test_close_can_be_repeated_and_the_next_look_works(box: Box) -> None:
    box.put(mail("kept"))
    source = box.source()
    source.close()
    source.look(None)
    source.close()
    source.close()

    assert subjects(source, source.look(None).uids) == [b"kept"]


# --- what is there, and what is kept back


def test_a_look_counts_the_mails_of_the_whole_mailbox(box: Box) -> None:
    source = box.source()
    assert source.look(None).count == 0
    for n in range(3):
        box.put(mail(f"{n}"))
    look = source.look(None)
    assert look.count == 3
    assert source.look(Cursor(look.uidvalidity, look.uids[-1])).count == 3


def test_all_uids_are_listed_whatever_was_read(box: Box) -> None:
    for n in range(3):
        box.put(mail(f"{n}"))
    source = box.source()
    look = source.look(None)
    source.look(Cursor(look.uidvalidity, look.uids[-1]))
    assert source.listed() == look.uids
    box.remove(look.uids[0])
    source.look(None)
    assert source.listed() == look.uids[1:]
    assert source.listed([look.uids[2], look.uids[0]]) == (look.uids[2],)
    assert source.listed([]) == ()
