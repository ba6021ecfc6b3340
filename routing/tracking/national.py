"""The national overview, filled from the ledger at one instant: tiles, cities, totals, receipts, what waits.

Brings values into the shapes of `replies/reports/data.py`; counts, and judges by `standing.py` only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from config.body import Body
from config.obligations import Obligation
from replies.reports.data import (
    FindingCount,
    Overview,
    ProgramTotal,
    QuestionCount,
    Receipts,
    Tile,
    Waiting,
)
from routing.ledger import held_queue, reporting
from routing.ledger.finding_rounds import rounds
from routing.register import Register
from routing.standing import part_state, standing_of
from routing.tracking.finding_lives import Life, lives, summed
from routing.tracking.instant import LedgerAt
from routing.tracking.reports import city_line, occasion
from routing.tracking.timing import timings_of


def overview(instant: LedgerAt) -> Overview:
    """The whole country at one instant."""
    roster, known = instant.register.roster, lives(rounds(instant.ledger, instant.at))
    return Overview(
        occasion=occasion(instant),
        tiles=tuple(_tile(p.lgcode, p.name, instant) for p in roster.of_kind("prefecture")),
        cities=tuple(city_line(c, instant) for c in instant.register.respondents if c.kind != "prefecture"),
        programs=tuple(_total(p.id, p.name, instant) for p in instant.register.survey.programs),
        receipts=tuple(_receipts(p.id, p.name, instant) for p in instant.register.survey.programs),
        waiting=tuple(sorted(_waiting(instant), key=lambda w: (w.since, w.receipt))),
        findings=_findings(instant, known),
        questions=_questions(instant, known),
        collecting=any(_is_apart(body, instant.register) for body in instant.register.respondents),
    )


def _tile(lgcode: str, name: str, instant: LedgerAt) -> Tile:
    """The demanded sheets of the bodies that count here, and the rows that it collects (`Overview.collecting`)."""
    states: list[str] = []
    for o in _counted(lgcode, instant.register):
        if o.own == "demanded":
            states.append(part_state(instant.books.part("own", o.lgcode, o.program)))
        states += [part_state(instant.books.part("collected", c, o.program)) for c in o.collected]
    counted = Counter(states)
    return Tile(lgcode[:2], name, len(states), counted["accepted"], counted["correction"], counted["held"])


def _counted(lgcode: str, register: Register) -> Iterator[Obligation]:
    """The obligations that a prefecture's tile counts."""
    for body in register.respondents:
        if register.prefecture_code(body.lgcode) == lgcode and not _is_apart(body, register):
            yield from register.owed_by(body.lgcode)


def _is_apart(body: Body, register: Register) -> bool:
    """Whether it is told beside the map, and not in it: a designated or core city where others are collected."""
    return register.collecting and body.kind in ("designated", "core")


def _owed(program: str, instant: LedgerAt) -> list[Obligation]:
    return [o for o in instant.register.obligations if o.program == program]


def _total(program: str, name: str, instant: LedgerAt) -> ProgramTotal:
    found = [standing_of(o, instant.books) for o in _owed(program, instant)]
    states = Counter(s.state for s in found)
    return ProgramTotal(
        program=program,
        name=name,
        total=len(found),
        accepted=states["accepted"],
        partial=states["partial"],
        correction=states["correction"],
        held=states["held"],
        outstanding=states["outstanding"],
        not_applicable=states["not_applicable"],
        late=sum(s.late for s in found if s.state == "accepted"),
        checked_only=sum(s.checked_only for s in found),
        unmended=sum(_is_unmended(o, instant) for o in _owed(program, instant)),
    )


def _is_unmended(obligation: Obligation, instant: LedgerAt) -> bool:
    """Whether a part of it was handed in in time, and what was to be mended in it was not by its deadline."""
    found = timings_of(obligation, instant.books, instant.deadlines, instant.at)
    return bool(found["unmended"] or found["unmended_due"])


def _receipts(program: str, name: str, instant: LedgerAt) -> Receipts:
    """How many obligations had been received whole by each instant at which one more was."""
    owed = _owed(program, instant)
    moments = sorted(m for o in owed if (m := _completed_at(o, instant)) is not None)
    points = tuple((moment, place) for place, moment in enumerate(moments, 1))
    return Receipts(program, name, len(owed), points)


def _completed_at(obligation: Obligation, instant: LedgerAt) -> datetime | None:
    """When the last part of an accepted obligation was received."""
    standing = standing_of(obligation, instant.books)
    return standing.received_at if standing.state == "accepted" else None


def _waiting(instant: LedgerAt) -> list[Waiting]:
    """Everything that stands still: what people must look at, and corrections that have not come."""
    register = instant.register
    found = [
        Waiting(
            queue=item.queue,  # type: ignore[arg-type]
            since=item.received_at,
            receipt=item.receipt,
            body=register.full_name(item.body),
            program_name=register.survey.program(item.program).name if item.program else "",
        )
        for item in held_queue.held(instant.ledger, instant.at)
    ]
    for part in instant.books.parts.values():
        found += [
            Waiting(None, b.received_at, b.receipt, register.full_name(b.body), register.survey.program(b.program).name)
            for b in part.correction
        ]
    return found


def _findings(instant: LedgerAt, known: Sequence[Life]) -> tuple[FindingCount, ...]:
    by_code: dict[str, list[Life]] = {}
    for life in known:
        by_code.setdefault(life.finding.code, []).append(life)
    return tuple(
        FindingCount(c.what, c.times, c.bodies, summed(by_code.get(c.what, ())))
        for c in reporting.count_codes(instant.ledger, instant.at)
    )


def _questions(instant: LedgerAt, known: Sequence[Life]) -> tuple[QuestionCount, ...]:
    survey = instant.register.survey
    titles = {f.id: f.title for f in survey.forms}
    by_question: dict[tuple[str, str], list[Life]] = {}
    for life in known:
        by_question.setdefault((life.finding.form, life.finding.question), []).append(life)
    return tuple(
        QuestionCount(
            titles.get(c.form, ""), survey.question_name(c.what), c.times, c.bodies,
            summed(by_question.get((c.form, c.what), ())),
        )
        for c in reporting.count_questions(instant.ledger, instant.at)
    )  # fmt: skip
