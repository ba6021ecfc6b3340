"""On a busy machine nothing is laid to a file for want of a processor."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator
from multiprocessing.process import BaseProcess

import pytest

from intake.own_time import own_time
from routing.reading.pipe import Patience, receive

WORK = 0.4  # seconds of a processor
OTHERS = 7


def spin() -> None:
    while True:
        pass


@pytest.fixture
def busy() -> Iterator[None]:
    """One processor is ours, and seven others want it."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    others: list[BaseProcess] = [multiprocessing.Process(target=spin, daemon=True) for _ in range(OTHERS)]
    for other in others:
        other.start()
    yield
    for other in others:
        other.kill()
        other.join()
    os.sched_setaffinity(0, before)


def work(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


@pytest.mark.long
@pytest.mark.usefixtures("busy")
def test_a_process_that_is_kept_waiting_does_not_grow_older() -> None:
    """What is left is its time on the processor, which the kernel counts in another place."""
    wall, own, processor = time.monotonic(), own_time(), time.process_time()
    work(WORK)
    processor = time.process_time() - processor
    assert processor <= (own_time() - own) + 0.05 < processor + 0.3
    assert time.monotonic() - wall > 2 * processor


def test_one_that_sleeps_grows_older_as_everybody_does() -> None:
    own = own_time()
    time.sleep(0.3)
    assert own_time() - own > 0.28


@pytest.mark.long
@pytest.mark.usefixtures("busy")
def test_the_answer_of_a_child_that_is_kept_waiting_is_waited_for() -> None:
    read, write = os.pipe()

    def answer() -> None:
        work(WORK)
        os.write(write, b"\x00\x00\x00\x02ok")

    child = multiprocessing.Process(target=answer)
    child.start()
    assert child.pid is not None
    pid = child.pid
    began = time.monotonic()
    assert receive(read, bytearray(), Patience(2 * WORK, lambda: own_time(pid))) == b"ok"
    assert time.monotonic() - began > 2 * WORK  # by the clock on the wall it would have been given up
    child.join()


def test_a_child_that_sleeps_is_given_up_in_time() -> None:
    read, _ = os.pipe()
    child = multiprocessing.Process(target=time.sleep, args=(60,))
    child.start()
    assert child.pid is not None
    pid = child.pid
    with pytest.raises(TimeoutError):
        receive(read, bytearray(), Patience(0.3, lambda: own_time(pid)))
    child.kill()
    child.join()
