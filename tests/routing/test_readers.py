"""Reading ahead: in order, no further than the children can use, and each mail answers for itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime

import pytest

from config.load import default_survey
from intake.submission import Submission
from routing.clock import JST
from routing.ledger.arrivals import Arrival
from routing.readers import Readers, read_ahead
from routing.reading import Reader, ReaderDied
from tests.routing.desk_at_hand import mail

AT = datetime(2023, 7, 18, 10, tzinfo=JST)


def _arrival(id: int) -> Arrival:
    return Arrival(id, "n_mynumber", f"N{id}", AT, header_only=False, added_by="")


class Noting(Reader):
    """A child that notes what it is given and dies over b"bad"."""

    def __init__(self) -> None:
        super().__init__(default_survey())
        self.given: list[bytes] = []

    def read_mail(self, raw: bytes) -> Submission:
        self.given.append(raw)
        if raw == b"bad":
            raise ReaderDied("EOFError")
        return None  # type: ignore[return-value]


def test_the_order_is_kept_and_only_the_next_mail_is_read_ahead() -> None:
    reader = Noting()
    drawn: list[int] = []

    def mails() -> Iterator[tuple[Arrival, bytes | None]]:
        for n in range(5):
            drawn.append(n)
            yield _arrival(n), str(n).encode()

    ahead = read_ahead(reader, mails())
    arrival, reading = next(ahead)

    assert arrival.id == 0 and reading is not None
    reading()
    assert drawn == [0, 1]
    assert [(a.id, later()) for a, later in ahead if later] == [(n, None) for n in (1, 2, 3, 4)]
    assert reader.given == [b"0", b"1", b"2", b"3", b"4"]


def test_a_death_is_told_with_the_mail_over_which_it_happened() -> None:
    mails = [(_arrival(1), b"good"), (_arrival(2), b"bad"), (_arrival(3), None), (_arrival(4), b"good")]
    died = []

    for arrival, reading in read_ahead(Noting(), mails):
        try:
            if reading is not None:
                reading()
        except ReaderDied:
            died.append(arrival.id)

    assert died == [2]


def test_left_half_way_it_reads_nothing_more() -> None:
    reader = Noting()
    ahead = read_ahead(reader, ((_arrival(n), b"x") for n in range(100)))
    next(ahead)

    ahead.close()  # type: ignore[attr-defined]

    assert len(reader.given) <= 2


@pytest.mark.parametrize("count", [1, 2])
def test_so_many_children_answer_at_once(count: int) -> None:
    readers = Readers(default_survey(), count)
    mails = [(_arrival(n), mail({}, subject=f"【横浜市】{n}")) for n in range(6)]
    try:
        read = [(a.id, reading().message.subject) for a, reading in read_ahead(readers, mails) if reading]
        alive = sum(1 for r in readers._all if r._child is not None)
    finally:
        readers.close()

    assert read == [(n, f"【横浜市】{n}") for n in range(6)]
    assert alive == count
    assert [t for t in threading.enumerate() if t.name.startswith("reader")] == []
