"""What a respondent still owes, as letters of every kind tell it: one way from a standing to their shape."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from config.frozen import replace
from replies.letter import OwedProgram
from routing.deadline import Deadlines
from routing.register import Register
from routing.standing import Standing


def owed_program(standing: Standing, register: Register) -> OwedProgram:
    """One obligation in names; its counts add up: accepted, nothing come, to mend and held make `total`."""
    program = register.survey.program(standing.obligation.program)
    return OwedProgram(
        program=program.name,
        state=standing.state,
        missing=_names(standing.missing, register),
        total=len(standing.obligation.collected),
        asked=_names(standing.asked, register),
        held=_names(standing.held, register),
        own="unbooked" if standing.unbooked and standing.own_state == "correction" else standing.own_state or "",
        to_replace=_names(standing.to_replace, register),
        unbooked=standing.unbooked,
        address=register.survey.mailbox(program.mailbox).address,
    )


def with_deadlines(
    owed: Iterable[OwedProgram], lgcode: str, until: Deadlines, now: datetime
) -> tuple[OwedProgram, ...]:
    """These obligations, each with its deadline, if that is ahead and the survey's deadlines for this respondent
    differ."""
    programs = {until.register.survey.program(o.program).name: o.program for o in until.register.owed_by(lgcode)}
    if len({until.set_for(lgcode, program) for program in programs.values()}) < 2:
        return tuple(owed)
    ends = {name: until.of(lgcode, program) for name, program in programs.items()}
    return tuple(replace(o, due=ends[o.program] if now <= ends[o.program] else None) for o in owed)


def _names(codes: Iterable[str], register: Register) -> tuple[str, ...]:
    return tuple(body.name for code in codes if (body := register.body(code)))
