"""The report of one prefecture, filled from the ledger at one instant.

Brings values into the shapes of `replies/reports/data.py`; says nothing and decides nothing. The same
instant asked later gives the same report.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import get_args

from config.obligations import Obligation, working_days_left
from config.roster import Body
from replies.reports.data import (
    CityCell,
    CityLine,
    Contact,
    MunicipalityCell,
    MunicipalityLine,
    Occasion,
    OpenCorrection,
    PrefectureReport,
    ProgramLine,
    Tally,
)
from replies.reports.today import by_own_cells
from replies.states import State, Timing
from replies.wording import load_wording
from routing.ledger import reporting
from routing.provisional import programs_here
from routing.standing import Booking, PartStanding, part_state, standing_of
from routing.tracking.instant import LedgerAt
from routing.tracking.row_contacts import RowContacts
from routing.tracking.timing import timing_of, timings_of
from routing.unbooked import Unbooked


def occasion(instant: LedgerAt, owed: Sequence[Obligation] = ()) -> Occasion:
    """Survey and instant, as every report begins; with the deadlines of what is `owed`, else all of the survey's."""
    survey = instant.register.survey
    ends = sorted({o.deadline or survey.deadline for o in owed}) or list(survey.deadlines)
    deadline = next((end for end in ends if instant.at <= end), ends[-1])
    return Occasion(
        at=instant.at,
        deadline=deadline,
        correct_by=survey.mended_by,
        working_days_left=working_days_left(instant.at, deadline, survey.calendar.holidays),
        survey_title=survey.title,
        ministry=survey.phrases.ministry,
        counts_as_in_time=survey.counts_as_in_time,
        others=tuple(end for end in ends if end != deadline),
    )


def prefecture_report(instant: LedgerAt, prefecture: Body) -> PrefectureReport:
    """Everything that this prefecture owes, with its municipalities and open corrections."""
    register = instant.register
    owed = register.owed_by(prefecture.lgcode)
    since = reporting.last_told(instant.ledger, prefecture.lgcode, instant.at)
    told = occasion(instant, owed)
    return PrefectureReport(
        occasion=told,
        code=prefecture.number,
        name=prefecture.name,
        honorific=register.roster.honorific(prefecture),
        programs=tuple(_program_line(o, instant, told) for o in owed),
        municipalities=_municipalities(owed, since, instant),
        corrections=tuple(
            by_own_cells(c, register.survey, load_wording()) for c in _corrections(owed, prefecture.lgcode, instant)
        ),
        since=since,
    )


def _program_line(obligation: Obligation, instant: LedgerAt, told: Occasion) -> ProgramLine:
    register = instant.register
    own_days = obligation.deadline or obligation.correct_by
    program = register.survey.program(obligation.program)
    mailbox = register.survey.mailbox(program.mailbox)
    standing = standing_of(obligation, instant.books)
    own = instant.books.part("own", obligation.lgcode, obligation.program)
    return ProgramLine(
        program=program.id,
        name=program.name,
        form_title=register.survey.form(program.form).title,
        contact=Contact(mailbox.address, mailbox.section, mailbox.telephone, program.extension),
        state=standing.state,
        own=obligation.own,
        own_state=_own_state(obligation, own, instant),
        collected=_tally(obligation, instant) if obligation.collected else None,
        late=standing.late,
        received_at=standing.received_at,
        version=own.versions,
        open_corrections=len(standing.open_corrections),
        missing=tuple(b.name for c in standing.missing if (b := register.body(c))),
        extended_to=instant.deadlines.extension(obligation.lgcode, obligation.program),
        timings=_timings(obligation, instant),
        unbooked=standing.unbooked,
        deadline=instant.deadlines.set_for(obligation.lgcode, obligation.program) if told.others else None,
        correct_by=_mended_by(obligation, instant) if own_days else None,
    )


def _mended_by(obligation: Obligation, instant: LedgerAt) -> datetime:
    """The day that mending is given after its deadline; else the deadline itself."""
    whose = (obligation.lgcode, obligation.program)
    return instant.deadlines.correct_by(*whose) or instant.deadlines.set_for(*whose)


def _timings(obligation: Obligation, instant: LedgerAt) -> tuple[tuple[Timing, int], ...]:
    found = timings_of(obligation, instant.books, instant.deadlines, instant.at)
    return tuple((timing, found[timing]) for timing in get_args(Timing) if found[timing])


def _own_state(obligation: Obligation, own: PartStanding, instant: LedgerAt) -> State | None:
    """The state of the prefecture's own sheet; None where no such sheet was asked for and none came."""
    if (obligation.lgcode, obligation.program) in instant.books.not_applicable:
        return "not_applicable"
    state = part_state(own)
    return None if state == "outstanding" and obligation.own != "demanded" else state


def _tally(obligation: Obligation, instant: LedgerAt) -> Tally:
    states = [
        part_state(instant.books.part("collected", code, obligation.program)) for code in obligation.collected
    ]
    return Tally(
        total=len(states),
        accepted=states.count("accepted"),
        correction=states.count("correction"),
        held=states.count("held"),
        outstanding=states.count("outstanding"),
    )


def _municipalities(
    owed: tuple[Obligation, ...], since: datetime | None, instant: LedgerAt
) -> tuple[MunicipalityLine, ...]:
    """The municipalities, the most urgent first: nothing has come of it, what came is to be replaced, to be mended,
    lies with us."""
    codes = sorted({code for o in owed for code in o.collected})
    told = RowContacts(instant.ledger)
    lines = []
    for code in codes:
        body = instant.register.body(code)
        cells = tuple(_cell(code, o.program, since, instant) for o in owed if code in o.collected)
        if body is not None:
            parts = [instant.books.part("collected", code, o.program) for o in owed if code in o.collected]
            lines.append(MunicipalityLine(code, body.name, cells, told.of(parts)))
    return tuple(sorted(lines, key=_urgency))


_MOST_URGENT = ("outstanding", "unbooked", "correction", "held", "accepted")


def _urgency(line: MunicipalityLine) -> tuple[list[int], str]:
    """Sort key: the municipality's most urgent program, and among equals the next one."""
    return sorted(_MOST_URGENT.index(c.shown) for c in line.cells if c.shown in _MOST_URGENT), line.lgcode


def _cell(lgcode: str, program: str, since: datetime | None, instant: LedgerAt) -> MunicipalityCell:
    part = instant.books.part("collected", lgcode, program)
    newest = part.accepted or next(iter((*part.held, *part.correction)), None)
    every = [b for b in (part.accepted, *part.held, *part.correction, *part.redirected) if b]
    return MunicipalityCell(
        program=program,
        state=part_state(part),
        received_at=newest.received_at if newest else None,
        late=part.late,
        direct=any(b.submitter == lgcode for b in every),
        correction_open=bool(part.accepted and part.correction),
        extended_to=instant.deadlines.extension(lgcode, program),
        timing=timing_of(part, lgcode, program, instant.deadlines, instant.at),
        redirected=bool(part.redirected) and part_state(part) == "outstanding",
        unbooked=part.unbooked,
        changed=since is not None and any(b.recorded_at > since for b in every),
    )


def _corrections(owed: tuple[Obligation, ...], lgcode: str, instant: LedgerAt) -> tuple[OpenCorrection, ...]:
    """Open corrections of the prefecture itself and of its municipalities, by code; then what could not be booked."""
    found: list[Booking] = []
    for o in owed:
        found += instant.books.part("own", o.lgcode, o.program).correction
        for code in o.collected:
            found += instant.books.part("collected", code, o.program).correction
    found = sorted((b for b in found if not b.provisional), key=lambda b: (b.body, b.received_at, b.id))
    theirs = {lgcode, *(code for o in owed for code in o.collected)}
    arrived = [u for u in instant.books.unbooked if u.vouched and u.outcome == "correction" and u.whose in theirs]
    return (*(open_correction(b, instant) for b in found), *(to_replace(u, instant) for u in arrived))


def open_correction(booking: Booking, instant: LedgerAt) -> OpenCorrection:
    """One booking that waits for a mended file, with what was noticed."""
    return OpenCorrection(
        lgcode=booking.body,
        body=instant.register.full_name(booking.body),
        program=booking.program,
        program_name=instant.register.survey.program(booking.program).name,
        receipt=booking.receipt,
        since=booking.received_at,
        filename=reporting.filename_of(instant.ledger, booking.arrival_id, booking.piece),
        findings=reporting.findings_of(instant.ledger, booking.id),
    )


def to_replace(arrived: Unbooked, instant: LedgerAt) -> OpenCorrection:
    """A correction for what came and could not be booked; `program` is empty where it may be about several."""
    survey, programs = instant.register.survey, programs_here(arrived, instant.register)
    told = programs[0] if len(programs) == 1 else ""
    return OpenCorrection(
        lgcode=arrived.whose,
        body=instant.register.full_name(arrived.whose),
        program=told,
        program_name=survey.program(told).name if told else load_wording().of(survey).report["program_unclear"],
        receipt=arrived.receipt,
        since=arrived.received_at,
        filename=arrived.filename,
        findings=reporting.findings_of(instant.ledger, arrived.verdict_id),
    )


def city_line(city: Body, instant: LedgerAt) -> CityLine:
    """A municipality that answers by itself: its states and nothing else."""
    survey = instant.register.survey
    cells = tuple(
        CityCell(o.program, survey.program(o.program).name, standing_of(o, instant.books).state)
        for o in instant.register.owed_by(city.lgcode)
    )
    return CityLine(city.lgcode, city.name, city.kind, cells, city.prefecture)
