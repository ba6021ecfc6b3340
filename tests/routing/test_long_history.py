"""A long history is summed up in SQL: what a mail's decision rests on must not change by that, nor its cost."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import timedelta

from routing.clock import stamp
from routing.ledger import bookings
from routing.ledger.books import books_at, books_of, deadlines_at
from routing.ledger.store import Ledger
from routing.register import Register
from routing.standing import standings
from tests.routing.cases_at_hand import DEADLINE, IN_TIME, KANAGAWA, YOKOHAMA

OUTCOMES = ("accepted", "correction", "held", "kept", "ignored")
SENDERS = ("a@city.yokohama.lg.jp", "b@city.yokohama.lg.jp")


def _fill(ledger: Ledger, draw: random.Random, mails: int) -> None:
    """Mails as they may come: in any order of receipt, in time or late, some decided a second time."""
    with ledger.writing():
        for id in range(1, mails + 1):
            at = stamp(DEADLINE + timedelta(minutes=draw.randrange(-9, 9)))
            ledger.run(
                "INSERT INTO arrival VALUES (?, 'sukoyaka', ?, 1, 0, ?, ?, ?, '')",
                id,
                str(id),
                at,
                at,
                f"S{id}",
            )
            ledger.run(
                "INSERT INTO message VALUES (?, 'submission', '', ?, '', '', '', '', '{}', ?)",
                id,
                draw.choice(SENDERS),
                at,
            )
            for _ in range(draw.choice((1, 1, 2))):
                _decide(ledger, draw, id, at)


def _decide(ledger: Ledger, draw: random.Random, id: int, at: str) -> None:
    body, part = draw.choice(
        [(YOKOHAMA, "own"), (KANAGAWA, "own"), ("142018", "own"), ("142051", "collected")]
    )
    rule = draw.choice(("otherwise", "row_of_city"))
    outcome = "kept" if rule == "row_of_city" else draw.choice(OUTCOMES)
    for piece, whose in (
        ("0", ("", "", "", "")),
        ("1/1", (body, "kenshin", part, draw.choice(("", "1", "1 2", "3")))),
    ):
        ledger.run(
            "INSERT INTO verdict (arrival_id, piece, outcome, rules, submitter, body, program, part, attribute, late,"
            " received_at, recorded_at, decided_by, why) VALUES (?, ?, ?, ?, '', ?, ?, ?, ?, ?, ?, ?, '', '')",
            *(id, piece, outcome, f'["{rule}"]', *whose, int(at > stamp(DEADLINE)), at, stamp(IN_TIME)),
        )


def test_the_sum_gives_the_same_standing_as_every_booking(ledger: Ledger, register: Register) -> None:
    owed = [o for o in register.obligations if o.lgcode in (YOKOHAMA, KANAGAWA, "142018")]
    bodies = {code for o in owed for code in (o.lgcode, *o.collected)}
    states = set()
    for seed in range(150):
        draw = random.Random(seed)
        with suppress(_Undone), ledger.writing():
            _fill(ledger, draw, draw.choice((3, 10, 40)))

            in_force = deadlines_at(ledger, register, DEADLINE)
            summed = standings(owed, books_of(ledger, in_force, bodies, DEADLINE))

            assert summed == standings(owed, books_at(ledger, register, DEADLINE)), seed
            states |= {(s.state, s.late, bool(s.open_corrections), bool(s.row_in_list)) for s in summed}
            raise _Undone
    assert len(states) >= 12


class _Undone(Exception):
    """Takes back what was filled in."""


def test_the_history_of_a_body_keeps_every_sender_and_the_last_correction(ledger: Ledger) -> None:
    _fill(ledger, random.Random(20230721), 500)
    every = [b for b in bookings.at(ledger, DEADLINE) if (b.body, b.program) == (YOKOHAMA, "kenshin")]
    every.sort(key=lambda b: (b.received_at, b.id))

    history = bookings.history(ledger, YOKOHAMA, "kenshin", 0)

    assert len(history) < len(every) / 2
    for outcome in OUTCOMES:
        alike = [b for b in every if b.outcome == outcome]
        told = [b for b in history if b.outcome == outcome]
        assert {(b.sender, b.attributes) for b in told} == {(b.sender, b.attributes) for b in alike}
        assert told[-1].id == alike[-1].id
