"""Forms with what is known of a body filled in: its name, code and kind, and the program. Nothing of a person.

The blank form is made once; for each body only the cells that are filled are written anew, in a thirtieth of the time
that making the workbook takes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from html import escape

from config.form import Field, Form
from config.kinds.organisation import OrganisationKind, prescribed
from config.roster import Body
from config.survey import Program, Survey
from replies.form_layout import layout
from replies.workbooks.form import blank

_SHEET = "xl/worksheets/sheet1.xml"  # of the workbook that `blank` makes

Filler = Callable[[Mapping[str, str]], bytes]


def known_values(form: Form, body: Body, program: Program) -> dict[str, str]:
    """What stands in the form's fields before the body has written anything, by field key."""
    values = {field.key: _known(field, body, program) for field in form.fields if not field.personal}
    return {key: value for key, value in values.items() if value}


def _known(field: Field, body: Body, program: Program) -> str:
    if isinstance(field.kind, OrganisationKind):
        return prescribed(body)
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
    with zipfile.ZipFile(io.BytesIO(blank(form, survey))) as book:
        parts = [(info.filename, book.read(info)) for info in book.infolist()]
    sheet = dict(parts)[_SHEET].decode("utf-8")
    places = layout(form)

    def filled(values: Mapping[str, str]) -> bytes:
        text = sheet
        for key, value in values.items():
            text = _put(text, places.cell(key), value)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
            for name, part in parts:
                data = text.encode("utf-8") if name == _SHEET else part
                book.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
        return out.getvalue()

    return filled


def _put(sheet: str, cell: str, value: str) -> str:
    """Raises ValueError where the sheet has no such empty cell."""
    empty = re.compile(rf'<c r="{cell}"( s="\d+")?( t="n")? ?/>')
    inside = f't="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    text, times = empty.subn(lambda hit: f'<c r="{cell}"{hit[1] or ""} {inside}', sheet)
    if times != 1:
        raise ValueError(f"the blank form has no empty cell {cell}")
    return text
