"""The forms that a ministry hands out, one for each body and program, called as the notice asks for.

Pure but for the workbooks' bytes; whoever calls writes them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePath

from config.frozen import frozen
from config.names import as_file
from config.obligations import filling_in
from config.roster import Body
from config.survey import MUNICIPALITIES, Program
from replies.workbooks.prefilled import Prefiller, known_values, last_year, prefilled
from routing.register import Register


@frozen
class HandedOut:
    """A workbook for one body, and where it belongs. `previous`: what it answered last year stands in it."""

    body: Body
    path: PurePath
    data: bytes
    previous: bool


@frozen
class _FormToFill:
    """A form that somebody fills in: about which program, and whoever collects it. `alone`: it is all that he fills in."""

    body: Body
    program: Program
    collector: Body | None
    alone: bool


def handed_out(bodies: Iterable[Body], register: Register) -> Iterator[HandedOut]:
    """Each form that these bodies fill in, and whoever they collect from; of the whole country where they are all that
    owe anything."""
    made: dict[tuple[str, bool], Prefiller] = {}
    for wanted in _wanted(bodies, register):
        form = register.survey.form(wanted.program.form)
        printed = last_year(form, register.survey, (wanted.body, wanted.program))
        if (form.id, bool(printed)) not in made:
            made[form.id, bool(printed)] = prefilled(form, register.survey, bool(printed))
        data = made[form.id, bool(printed)](known_values(form, wanted.body, wanted.program), printed)
        yield HandedOut(wanted.body, _path(wanted, register), data, bool(printed))


def _wanted(bodies: Iterable[Body], register: Register) -> Iterator[_FormToFill]:
    """The forms that these bodies fill in, by whoever hands them in, his own first."""
    of, filled = {body.lgcode for body in bodies}, tuple(filling_in(register.obligations))
    forms = Counter(lgcode for lgcode, _, _ in filled)
    named = [(collector or lgcode, collector, lgcode, program) for lgcode, program, collector in filled]
    for _, collector, lgcode, program in sorted(named):
        body = register.body(lgcode)
        if body and not of.isdisjoint((lgcode, collector)):
            yield _FormToFill(body, register.survey.program(program), register.body(collector), forms[lgcode] == 1)


def _path(wanted: _FormToFill, register: Register) -> PurePath:
    """A folder for each body that hands in, in it one for each program where there are several, since the notice wants all
    of them called alike; what it is to pass on stands together in one folder, of which it can send each file on."""
    folder, inside = _folder(wanted.body), "" if wanted.alone else as_file(wanted.program.name)
    if wanted.collector:
        together = as_file(register.survey.word("member", MUNICIPALITIES))
        folder = PurePath(_folder(wanted.collector), together, "" if wanted.alone else folder)
    return PurePath(folder, inside, file_name(wanted.body, register))


def _folder(body: Body) -> PurePath:
    return PurePath(body.lgcode + body.full_name)


def file_name(body: Body, register: Register) -> str:
    """【横浜市】….xlsx by the survey's pattern; with its prefecture where another body is called the same."""
    alone = register.roster.find(body.name).bodies == (body,)
    return register.survey.convention.written(body.name if alone else body.full_name, body.lgcode) + ".xlsx"
