"""The forms that a ministry hands out, one for each body and program, called as the notice asks for.

Pure but for the workbooks' bytes; whoever calls writes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePath

from config.frozen import frozen
from config.roster import Body
from config.survey import Program
from replies.workbooks.prefilled import Prefiller, known_values, last_year, prefilled
from routing.register import Register


@frozen
class HandedOut:
    """A workbook for one body, and where it belongs. `previous`: what it answered last year stands in it."""

    path: PurePath
    data: bytes
    previous: bool


def handed_out(bodies: Iterable[Body], register: Register) -> Iterator[HandedOut]:
    """Each form that these bodies fill in: a folder for each body, in it one for each program where there are several,
    since the notice wants all of them called alike."""
    survey = register.survey
    fillers: dict[tuple[str, bool], Prefiller] = {}
    for body in bodies:
        programs = _programs(body, register)
        for program in programs:
            form = survey.form(program.form)
            printed = last_year(form, survey, (body, program))
            if (form.id, bool(printed)) not in fillers:
                fillers[form.id, bool(printed)] = prefilled(form, survey, bool(printed))
            data = fillers[form.id, bool(printed)](known_values(form, body, program), printed)
            inside = program.name if len(programs) > 1 else ""
            path = PurePath(body.lgcode + body.full_name, inside, file_name(body, register))
            yield HandedOut(path, data, bool(printed))


def file_name(body: Body, register: Register) -> str:
    """【横浜市】….xlsx by the survey's pattern; with its prefecture where another body is called the same."""
    alone = register.roster.find(body.name).bodies == (body,)
    return register.survey.convention.written(body.name if alone else body.full_name, body.lgcode) + ".xlsx"


def _programs(body: Body, register: Register) -> tuple[Program, ...]:
    """The programs of which it fills in a form itself: not those of which it only collects."""
    named = register.programs_of(body.lgcode)
    only_collects = {o.program for o in register.owed_by(body.lgcode) if o.own == "none"}
    return tuple(p for p in register.survey.programs if p.id in named - only_collects)
