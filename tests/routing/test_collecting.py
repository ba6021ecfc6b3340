"""Nothing is left behind in a mailbox, or the operators are told which UIDs (promise 1 of docs/design.md).

Over the two real sources, Dovecot and a Maildir; when all UIDs are compared is shown on a counting one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from intake.sources.source import Cursor, Fetched, Heard, Look, SourceUnavailable
from routing.ledger import arrivals, held_queue, missing_uids
from routing.mailboxes import collecting
from routing.mailboxes.collecting import Collector
from tests.intake.boxes import Box, ImapBox, MaildirBox
from tests.routing.cases_at_hand import IN_TIME
from tests.routing.desk_at_hand import Office
from tests.servers.mail import MailServers


@pytest.fixture(params=["imap", "maildir"])
def box(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Box]:
    if request.param == "maildir":
        yield MaildirBox(tmp_path / "box")
        return
    yield request.getfixturevalue("imap_box")


@pytest.fixture
def imap_box(mail_servers: MailServers) -> Iterator[ImapBox]:
    made = ImapBox(mail_servers)
    yield made
    made.close()


def look(office: Office, collector: Collector) -> list[bytes]:
    """One look, taken in as the desk does it; the subjects of what came."""
    came = []
    for uidvalidity, mails in collector.new_mail(office.ledger):
        office.desk.keep(collector.mailbox, uidvalidity, mails)
        came += [mail.raw.split(b"\r\n")[0].removeprefix(b"Subject: ") for mail in mails]
    assert collector.difference is not None
    office.desk.note_difference(collector.difference)
    return came


def missing(office: Office) -> list[str]:
    return [m.uid for m in missing_uids.missing(office.ledger, office.now)]


def put(box: Box, *names: str) -> None:
    for name in names:
        box.put(f"Subject: {name}\r\nFrom: a@pref.kanagawa.lg.jp\r\n\r\nx\r\n".encode())


def uids(box: Box) -> tuple[str, ...]:
    return box.source().look(None).uids


# --- kept back by a real server ---------------------------------------------------------------------------


def test_a_mail_that_is_kept_back_hides_no_other_is_told_by_uid_and_comes_when_it_can(
    office: Office, box: Box
) -> None:
    put(box, "first", "second", "third")
    second = uids(box)[1]
    box.keep_back(second)
    collector = Collector("n_mynumber", box.source())

    assert look(office, collector) == [b"first", b"third"]
    assert missing(office) == [second]
    held = [(h.queue, h.reason, h.receipt) for h in held_queue.held(office.ledger, office.now)]
    assert held == [("alarm", "missing", f"UID {second}")]

    put(box, "fourth")
    assert look(office, collector) == [b"fourth"]
    assert look(office, collector) == []
    assert office.count("missing") == 1  # told once, however often it was tried

    box.give_back(second)
    assert look(office, collector) == [b"second"]
    assert missing(office) == []
    assert [h.reason for h in held_queue.held(office.ledger, office.now)] == []
    assert office.count("arrival") == 4


def test_the_only_new_mail_kept_back_makes_no_trouble_for_what_comes_later(office: Office, box: Box) -> None:
    put(box, "first")
    box.keep_back(uids(box)[0])
    collector = Collector("n_mynumber", box.source())
    assert look(office, collector) == []
    assert missing(office) == [uids(box)[0]]
    put(box, "second")
    assert look(office, collector) == [b"second"]


def test_several_mails_kept_back_among_many_are_all_told(office: Office, box: Box) -> None:
    put(box, *(f"{n}" for n in range(12)))
    back = [uids(box)[n] for n in (2, 3, 7)]
    for uid in back:
        box.keep_back(uid)
    collector = Collector("n_mynumber", box.source())
    assert look(office, collector) == [f"{n}".encode() for n in range(12) if n not in (2, 3, 7)]
    assert missing(office) == back


def test_what_people_delete_is_missing_no_longer(office: Office, box: Box) -> None:
    put(box, "first", "second")
    first, second = uids(box)
    box.keep_back(first)
    collector = Collector("n_mynumber", box.source())
    look(office, collector)
    assert missing(office) == [first]
    box.give_back(first)
    box.remove(first)
    assert look(office, collector) == []
    assert missing(office) == []
    box.remove(second)  # was taken in: its going is nobody's business
    look(office, Collector("n_mynumber", box.source()))
    assert missing(office) == []


def test_the_cursor_does_not_go_back_for_a_mail_that_comes_late(office: Office, imap_box: ImapBox) -> None:
    put(imap_box, "first", "second")
    first, second = uids(imap_box)
    imap_box.keep_back(first)
    collector = Collector("n_mynumber", imap_box.source())
    look(office, collector)
    imap_box.give_back(first)
    assert look(office, collector) == [b"first"]
    cursor = arrivals.cursor(office.ledger, "n_mynumber")
    assert cursor is not None and cursor.uid == second


def test_a_mail_below_the_cursor_is_found_on_connecting(office: Office, box: Box) -> None:
    """As after a crash between two batches, or a ledger restored from a backup."""
    put(box, "first", "second")
    first, _ = uids(box)
    look(office, Collector("n_mynumber", box.source()))
    forget(office, first)
    assert look(office, Collector("n_mynumber", box.source())) == [b"first"]


def forget(office: Office, uid: str) -> None:
    with office.ledger.writing():
        office.ledger.run("DELETE FROM sighting WHERE uid = ?", uid)


# --- when all UIDs are compared ---------------------------------------------------------------------------


@dataclass
class Counting:
    """A mailbox that counts how often all its UIDs were asked for."""

    here: list[int] = field(default_factory=list)
    fresh: bool = False
    asked: int = 0
    breaks_over: set[int] = field(default_factory=set)
    away: bool = False

    def look(self, cursor: Cursor | None) -> Look:
        if self.away:
            raise SourceUnavailable("away")
        last = int(cursor.uid) if cursor else 0
        above = tuple(str(n) for n in self.here if n > last)
        return Look("1", above, len(self.here), self.fresh)

    def fetch(self, uids: Sequence[str]) -> Iterator[Fetched]:
        for uid in uids:
            if int(uid) in self.breaks_over:
                raise SourceUnavailable("hung up")
            raw = f"Subject: {uid}\r\n\r\n".encode()
            yield Fetched(uid, IN_TIME - timedelta(hours=1), len(raw), raw)

    def listed(self, uids: Sequence[str] | None = None) -> tuple[str, ...]:
        self.asked += uids is None
        return tuple(str(n) for n in self.here if uids is None or str(n) in uids)

    def sizes(self, uids: Sequence[str]) -> Mapping[str, int]:
        return {}

    def samples(self, uids: Sequence[str]) -> Mapping[str, bytes]:
        return {}

    def wait(self, wake: int) -> Heard:
        return "quiet"

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def settled(office: Office) -> tuple[Office, Counting, Collector]:
    """Three mails taken in, all UIDs compared once."""
    source = Counting([1, 2, 3])
    collector = Collector("n_mynumber", source)
    look(office, collector)
    assert source.asked == 1
    return office, source, collector


def test_an_ordinary_look_asks_for_nothing_below_the_cursor(
    settled: tuple[Office, Counting, Collector],
) -> None:
    office, source, collector = settled
    for n in range(4, 8):
        source.here.append(n)
        assert look(office, collector) == [str(n).encode()]
        assert look(office, collector) == []
    assert source.asked == 1


def test_a_new_connection_compares(settled: tuple[Office, Counting, Collector]) -> None:
    office, source, collector = settled
    source.fresh = True
    look(office, collector)
    assert source.asked == 2


def test_more_mails_than_there_should_be_compare_at_once(
    settled: tuple[Office, Counting, Collector],
) -> None:
    """A UID below the cursor that was not there before, which RFC 9051 §2.3.1.1 forbids."""
    office, source, collector = settled
    forget(office, "2")
    source.here = [1, 3]
    look(office, collector)
    source.here = [1, 2, 3]
    assert look(office, collector) == [b"2"]


def test_fewer_mails_than_before_compare_after_five_minutes_and_once(
    settled: tuple[Office, Counting, Collector], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, source, collector = settled
    source.here = [1, 3]
    look(office, collector)
    look(office, collector)
    assert source.asked == 1
    monkeypatch.setattr(collecting, "MOVED_SECONDS", 0.0)
    look(office, collector)
    look(office, collector)
    assert source.asked == 2
    assert missing(office) == []


def test_every_hour_all_are_compared(
    settled: tuple[Office, Counting, Collector], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, source, collector = settled
    assert collecting.COMPARE_SECONDS == 3600
    monkeypatch.setattr(collecting, "COMPARE_SECONDS", 0.0)
    look(office, collector)
    assert source.asked == 2


def test_of_many_mails_over_which_the_server_hangs_up_some_are_tried_at_each_look(office: Office) -> None:
    source = Counting(list(range(1, 31)), breaks_over=set(range(1, 21)))
    collector = Collector("n_mynumber", source)
    for _ in range(6):
        look(office, collector)
    assert missing(office) == [str(n) for n in range(1, 21)]
    assert office.count("arrival") == 10
    source.breaks_over = set()
    for _ in range(4):
        look(office, collector)
    assert missing(office) == []
    assert office.count("arrival") == 30


def test_a_server_that_does_not_come_back_is_unavailable_and_no_mail_is_blamed(office: Office) -> None:
    source = Counting([1, 2], breaks_over={2})
    collector = Collector("n_mynumber", source)
    generator = collector.new_mail(office.ledger)
    original = source.fetch

    def fetch(uids: Sequence[str]) -> Iterator[Fetched]:
        try:
            yield from original(uids)
        except SourceUnavailable:
            source.away = True
            raise

    source.fetch = fetch  # type: ignore[method-assign]
    with pytest.raises(SourceUnavailable):
        list(generator)
    assert collector.difference is None
    assert missing(office) == []
