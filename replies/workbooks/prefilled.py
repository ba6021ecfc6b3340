"""Forms with what is known of a body filled in: its name, code and kind, and the program; beside the questions, what it
answered last year, where the survey says so. Nothing of a person.

The blank form is made once; for each body only the cells that are filled are written anew, in a thirtieth of the time
that making the workbook takes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from config.form import Field, Form
from config.kinds.organisation import OrganisationKind
from config.roster import Body
from config.survey import Program, Survey
from replies.form_layout import layout
from replies.workbooks.form import blank
from replies.workbooks.form_previous import cells_of, printed_last_year
from replies.workbooks.put_cells import filler

Prefiller = Callable[[Mapping[str, str], Mapping[str, str]], bytes]


def known_values(form: Form, body: Body, program: Program) -> dict[str, str]:
    """What stands in the form's fields before the body has written anything, by field key."""
    values = {field.key: _known(field, body, program) for field in form.fields if not field.personal}
    return {key: value for key, value in values.items() if value}


def _known(field: Field, body: Body, program: Program) -> str:
    if isinstance(field.kind, OrganisationKind):
        return field.kind.spelling(body)
    if field.key == "code":
        return body.lgcode
    if field.key == "program":
        options = field.kind.options
        return program.choice if not options or program.choice in options else ""
    fitting = sorted((len(field.kind.bodies(name)), name) for name in field.kind.open_to(body))
    if not fitting or [size for size, _ in fitting].count(fitting[0][0]) > 1:
        return ""
    return fitting[0][1]  # 指定都市 before 市区町村, which it is too


def last_year(form: Form, survey: Survey, whose: tuple[Body, Program]) -> dict[str, str]:
    """What is printed of the body's answers of last year, by the key of the cell beside which it stands."""
    body, program = whose
    told = survey.last_year(body.lgcode, program.id) if survey.shows_previous and not form.given else {}
    return printed_last_year(form, told)


def prefilled(form: Form, survey: Survey, previous: bool = False) -> Prefiller:
    """A function that returns the form with values by field key in it, as `fill` shows them, and (`previous`) the answers
    of last year beside the questions."""
    put_in, places = filler(blank(form, survey, previous), form.sheet), layout(form, previous)

    def made(values: Mapping[str, str], printed: Mapping[str, str]) -> bytes:
        return put_in({places.cell(key): value for key, value in values.items()} | cells_of(places, printed))

    return made
