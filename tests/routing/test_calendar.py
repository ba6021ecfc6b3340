"""When the worker looks: every 5 minutes, every minute on the last day, every 15 seconds in the last hour."""

from __future__ import annotations

from datetime import datetime

import pytest

from config.jst import JST
from routing.register import Register
from routing.worker.calendar import next_look, polling_seconds


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


@pytest.mark.parametrize(
    ("at", "seconds"),
    [
        ("2023-07-01T00:00:00", 300),  # before the notice
        ("2023-07-20T23:59:59", 300),
        ("2023-07-21T00:00:00", 60),
        ("2023-07-21T15:59:59", 60),
        ("2023-07-21T16:00:00", 15),
        ("2023-07-21T17:00:00", 15),  # what arrives at the last moment is answered at once too
        ("2023-07-22T00:00:00", 300),
    ],
)
def test_the_nearer_the_deadline_the_more_often(register: Register, at: str, seconds: int) -> None:
    assert polling_seconds(register.survey.calendar, _at(at)) == seconds


@pytest.mark.parametrize(
    ("at", "then"),
    [
        ("2023-07-18T10:00:00", "2023-07-18T10:05:00"),
        ("2023-07-20T23:58:00", "2023-07-21T00:00:00"),  # not three minutes into the last day
        ("2023-07-21T15:59:50", "2023-07-21T16:00:00"),
        ("2023-07-21T16:00:00", "2023-07-21T16:00:15"),
    ],
)
def test_no_wait_reaches_over_the_beginning_of_a_busier_time(register: Register, at: str, then: str) -> None:
    assert next_look(register.survey.calendar, _at(at)) == _at(then)
