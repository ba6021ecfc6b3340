"""Reading ahead: in order, no further than the children can use, and each mail answers for itself."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import termios
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any

import pytest

from config.jst import JST
from config.load import default_survey
from intake.submission import Submission
from routing.reading import pool
from routing.reading.errors import ReaderDied
from routing.reading.pool import AHEAD_BYTES, TOGETHER, ReadAhead, Readers
from routing.reading.request import Request
from routing.records import Arrival
from tests.routing.desk_at_hand import OneByOne, form, mail
from tests.servers.machine import eventually, halt

DOZEN = 12  # mails on their way to one child, as docs/journey.md tells
AT = datetime(2023, 7, 18, 10, tzinfo=JST)


def _arrival(id: int) -> Arrival:
    return Arrival(id, "n_mynumber", f"N{id}", AT, header_only=False, added_by="")


class Noting(OneByOne):
    """A child that notes what it is given and dies over b"bad"."""

    def __init__(self) -> None:
        super().__init__(default_survey())
        self.given: list[bytes] = []

    def read_mail(self, raw: bytes, *args: object) -> Submission:
        self.given.append(raw)
        if raw == b"bad":
            raise ReaderDied("EOFError")
        return None  # type: ignore[return-value]


def _all(ahead: ReadAhead) -> Iterator[tuple[Arrival, Request[Submission] | None]]:
    while (taken := ahead.take(wait=True)) is not None:
        yield from taken
    ahead.close()


def test_the_order_is_kept_and_no_more_is_begun_than_the_children_can_use() -> None:
    reader = Noting()
    drawn: list[int] = []

    def mails() -> Iterator[tuple[Arrival, bytes | None]]:
        for n in range(40):
            drawn.append(n)
            yield _arrival(n), str(n).encode()

    ahead = ReadAhead(reader, mails())
    taken = ahead.take(wait=True)

    assert taken is not None and taken[0][0].id == 0
    assert len(drawn) <= len(taken) + DOZEN
    rest = [(a.id, reading.result()) for a, reading in _all(ahead) if reading]
    assert rest == [(n, None) for n in range(len(taken), 40)]
    assert reader.given == [str(n).encode() for n in range(40)]


def test_nobody_waits_for_a_slow_reading_and_it_is_told_when_it_is_over() -> None:
    class Slow(Noting):
        def read_mail(self, raw: bytes, *args: object) -> Submission:
            go_on.wait(5)
            return super().read_mail(raw)

    go_on, told = threading.Event(), threading.Event()
    ahead = ReadAhead(Slow(), [(_arrival(1), b"x")], told.set)

    assert ahead.take(wait=False) == []
    go_on.set()
    assert told.wait(5)
    taken = ahead.take(wait=False)
    assert taken is not None and [arrival.id for arrival, _ in taken] == [1]
    assert ahead.take(wait=False) is None
    ahead.close()


class Gated(Noting):
    """Reads as many mails as it was let, and then waits."""

    def __init__(self, at_first: int) -> None:
        super().__init__()
        self.gate = threading.Semaphore(at_first)

    def read_mail(self, raw: bytes, *args: object) -> Submission:
        self.gate.acquire()
        return super().read_mail(raw)


def _numbers(taken: list[tuple[Arrival, Request[Submission] | None]] | None) -> list[int]:
    assert taken is not None
    return [arrival.id for arrival, _ in taken]


def test_a_few_readings_are_taken_together_and_told_of_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "HELD_SECONDS", 60.0)
    told: list[None] = []
    child = Gated(TOGETHER - 1)
    ahead = ReadAhead(child, [(_arrival(n), b"x") for n in range(TOGETHER + 2)], lambda: told.append(None))
    ahead.begin()

    assert eventually(lambda: len(child.given) == TOGETHER - 1, 5)
    time.sleep(0.2)
    assert ahead.take(wait=False) == [] and told == []
    child.gate.release()
    assert eventually(lambda: len(told) == 1, 5)
    assert _numbers(ahead.take(wait=False)) == list(range(TOGETHER))
    child.gate.release(2)
    assert eventually(lambda: len(told) == 2, 5)
    assert _numbers(ahead.take(wait=False)) == [TOGETHER, TOGETHER + 1]  # there are no others to wait for
    ahead.close()


def test_what_has_been_read_does_not_wait_long_for_one_that_takes_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "HELD_SECONDS", 0.3)
    child = Gated(2)
    ahead = ReadAhead(child, [(_arrival(n), b"x") for n in range(4)])
    ahead.begin()

    taken: list[int] = []
    assert eventually(lambda: bool(taken.extend(_numbers(ahead.take(wait=False))) or taken), 5)
    assert taken == [0, 1]
    child.gate.release(2)
    ahead.close()


def test_not_more_bytes_are_begun_than_fit_beside_one_mail() -> None:
    drawn: list[int] = []

    def mails() -> Iterator[tuple[Arrival, bytes | None]]:
        for n in range(3):
            drawn.append(n)
            yield _arrival(n), bytes(AHEAD_BYTES)

    ahead = ReadAhead(Readers(default_survey(), 8), mails())
    ahead.begin()
    ahead.close()

    assert drawn == [0]


def test_a_death_is_told_with_the_mail_over_which_it_happened() -> None:
    mails = [(_arrival(1), b"good"), (_arrival(2), b"bad"), (_arrival(3), None), (_arrival(4), b"good")]
    died = []

    for arrival, reading in _all(ReadAhead(Noting(), mails)):
        try:
            if reading is not None:
                reading.result()
        except ReaderDied:
            died.append(arrival.id)

    assert died == [2]


def test_what_nobody_foresaw_in_handing_over_is_that_mails_own_and_the_next_is_read() -> None:
    class Failing(Noting):
        def hand_over(self, request: Request[Any]) -> None:
            if request.data == b"bad":
                raise ZeroDivisionError("nobody foresaw it")
            super().hand_over(request)

    mails = [(_arrival(1), b"x"), (_arrival(2), b"bad"), (_arrival(3), b"y")]
    first, second, third = (reading for _, reading in _all(ReadAhead(Failing(), mails)) if reading)

    with pytest.raises(ZeroDivisionError):
        second.result()
    assert (first.result(), third.result()) == (None, None)


def test_left_half_way_it_reads_nothing_more() -> None:
    reader = Noting()
    ahead = ReadAhead(reader, ((_arrival(n), b"x") for n in range(100)))
    taken = ahead.take(wait=True)
    assert taken is not None

    ahead.close()

    assert len(reader.given) <= len(taken) + DOZEN
    begun = len(reader.given)
    time.sleep(0.1)
    assert len(reader.given) == begun


def test_closed_it_waits_for_the_mail_in_hand_and_lets_the_others_go() -> None:
    """What a stop must not wait for: a dozen workbooks that take their ten seconds each."""

    class Slow(Noting):
        def read_mail(self, raw: bytes, *args: object) -> Submission:
            in_hand.set()
            go_on.wait(5)
            return super().read_mail(raw)

    in_hand, go_on = threading.Event(), threading.Event()
    reader = Slow()
    ahead = ReadAhead(reader, ((_arrival(n), b"x") for n in range(9)))
    assert ahead.take(wait=False) == []
    assert in_hand.wait(5)

    closing = threading.Thread(target=ahead.close)
    closing.start()
    assert eventually(lambda: ahead._lines[0]._closed, 5)
    go_on.set()
    closing.join(5)

    assert not closing.is_alive()
    assert len(reader.given) == 1


def test_the_next_mails_lie_with_the_child_while_it_reads() -> None:
    """It is stopped with the first one in its hands: the others can be on their way only if nobody waits for it."""
    readers = Readers(default_survey())
    with readers.one() as reader:
        reader.read_mail(mail())
        child = reader._child
    assert child is not None and child.stdin is not None
    mails = [(_arrival(n), mail({"回答.xlsx": form()}, subject=f"【横浜市】{n}")) for n in range(5)]
    size = sum(len(raw) for _, raw in mails)
    halt(child.pid)
    try:
        ahead = ReadAhead(readers, mails)
        assert ahead.take(wait=False) == []
        assert eventually(lambda: _lies_in(child.stdin) > size, 5)
    finally:
        os.kill(child.pid, signal.SIGCONT)

    read = [(a.id, reading.result().message.subject) for a, reading in _all(ahead) if reading]
    readers.close()
    assert read == [(n, f"【横浜市】{n}") for n in range(5)]


def _lies_in(pipe: IO[bytes] | None) -> int:
    """Bytes in a pipe that nobody has read yet."""
    assert pipe is not None
    count = bytearray(4)
    fcntl.ioctl(pipe.fileno(), termios.FIONREAD, count)
    return int.from_bytes(count, sys.byteorder)


@pytest.mark.parametrize("count", [1, 2])
def test_so_many_children_answer_at_once(count: int) -> None:
    readers = Readers(default_survey(), count)
    mails = [(_arrival(n), mail({}, subject=f"【横浜市】{n}")) for n in range(6)]
    try:
        ahead = ReadAhead(readers, mails)
        read = [(a.id, reading.result().message.subject) for a, reading in _all(ahead) if reading]
        alive = sum(1 for r in readers._all if r._child is not None)
    finally:
        readers.close()

    assert read == [(n, f"【横浜市】{n}") for n in range(6)]
    assert alive == count
    assert [t for t in threading.enumerate() if t.name.startswith("reader")] == []
