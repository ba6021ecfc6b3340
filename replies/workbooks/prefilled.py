"""Forms with what is known of a body filled in: its name, code and kind, and the program. Nothing of a person.

The blank form is made once; for each body only the cells that are filled are written anew, in a thirtieth of the time
that making the workbook takes.
"""

from __future__ import annotations

from config.form import Field, Form
from config.kinds.organisation import OrganisationKind
from config.roster import Body
from config.survey import Program, Survey
from replies.form_layout import layout
from replies.workbooks.form import blank
from replies.workbooks.put_cells import Filler, filler

__all__ = ["Filler", "known_values", "prefilled"]

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


def prefilled(form: Form, survey: Survey) -> Filler:
    """A function that returns the form with values by field key in it. It shows what `fill`
    shows."""
    put_in, places = filler(blank(form, survey), form.sheet), layout(form)
    return lambda values: put_in({places.cell(key): value for key, value in values.items()})
