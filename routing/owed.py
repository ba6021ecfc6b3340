"""What a respondent still owes, as letters of every kind tell it: one way from a standing to their shape."""

from __future__ import annotations

from collections.abc import Iterable

from replies.letter import OwedProgram
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


def _names(codes: Iterable[str], register: Register) -> tuple[str, ...]:
    return tuple(body.name for code in codes if (body := register.body(code)))
