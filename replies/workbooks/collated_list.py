"""一覧表: the workbook in which a prefecture sends its municipalities' answers (notice 記３（３）).

Row 1 bears the headings of 「一覧用」, each further row what one answer sheet's row 2 would hold, as values.
Writes texts, numbers and dates, so that no answer can become a formula; checks nothing, leaves no row out, asks no clock.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from math import ceil
from unicodedata import east_asian_width

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from config.form import Form
from config.kinds.kind import Kind
from config.kinds.organisation import OrganisationKind
from config.survey import Survey
from intake.sheets.columns import Column, kind_of, list_columns
from intake.submission import AnswerSheet
from replies.cells import FONT, SAFE_OPTIONS, put, put_typed

_A4 = 9  # ECMA-376 part 1 §18.3.1.63
_PAGES_WIDE = 3  # on one page the letters would be two points high
_WIDTHS = {"field": 12.0, "answer": 18.0, "mark": 5.0, "text": 24.0}  # characters, by what a column holds
_DIGITS = 0.85  # width of a 9-point digit, in those of the standard font, in which columns are measured
_LINE_HEIGHT = 12.0  # points, for 9 points of text
_MOST_HEIGHT = 400.0  # points; Excel allows 409
_HEADER_HEIGHT = 32.0  # points
_STAMP = datetime(2023, 1, 1, tzinfo=UTC)  # of every list: no clock, so that equal rows give equal bytes


def write_list(rows: Sequence[AnswerSheet], form: Form, survey: Survey) -> bytes:
    """The list of these answer sheets as .xlsx, one row each in the order given, one sheet named as the
    form's own. A blank 制度等 is filled with the program of the sheet, where one is known."""
    out = io.BytesIO()
    book = Workbook(out, {**SAFE_OPTIONS, "in_memory": True})
    book.set_properties({"title": form.heading, "author": survey.phrases.ministry, "created": _STAMP})
    sheet = book.add_worksheet(form.list_sheet)
    columns = list_columns(form)
    header, body = _styles(book)
    kinds = [(place, kind) for place, column in enumerate(columns) if (kind := kind_of(form, column)) and kind.format]
    typed = {place: (kind, _style(book, num_format=kind.format)) for place, kind in kinds}
    for place, column in enumerate(columns):
        sheet.set_column(place, place, _WIDTHS[column.holds])
        put(sheet, (0, place), column.heading, header)
    for number, row in enumerate(rows, 1):
        values = _values(row, columns, survey)
        sheet.set_row(number, _height(values, columns))
        for place, value in enumerate(values):
            kind, style = typed.get(place, (None, body))
            put_typed(sheet, (number, place), _typed(kind, value) if kind else value, style)
    _set_up(sheet, form, len(rows), len(columns))
    book.close()
    return out.getvalue()


def _values(row: AnswerSheet, columns: Sequence[Column], survey: Survey) -> list[str]:
    """The cells of one row, as the respondent wrote them."""
    values = {("field", field.key): field.value for field in row.fields}
    if row.program and not values.get(("field", "program")):
        values["field", "program"] = survey.program(row.program).choice
    for answer in row.answers:
        values["answer", answer.question] = answer.value
        values.update({("text", text.key): text.value for text in answer.texts})
    form = survey.form(row.form, row.version)
    circles = {(answer.question, number) for answer in row.answers for number in answer.taken}
    return [
        (form.question(c.key).kind.sign if (c.key, c.number) in circles else "")
        if c.holds == "mark"
        else values.get((c.holds, c.key), "")
        for c in columns
    ]


def _typed(kind: Kind, text: str) -> str | Decimal | date:
    """What was written as a number or a date that Excel can add up; as it is where something had to be worked out, or
    where Excel would round it."""
    meaning = kind.meaning(text)
    if not meaning.value or meaning.reckoned or meaning.remark:
        return text
    typed = kind.typed(meaning.value)
    return text if isinstance(typed, Decimal) and Decimal(repr(float(typed))) != typed else typed


def _height(values: Sequence[str], columns: Sequence[Column]) -> float:
    """Points that a row needs; estimated for a wide Japanese font, since not every program works it out."""
    lines = 1
    for value, column in zip(values, columns, strict=True):
        room = (_WIDTHS[column.holds] - 1.5) / _DIGITS
        written = [
            sum(2 if east_asian_width(c) in "WFA" else 1.2 for c in line) for line in value.split("\n")
        ]
        lines = max(lines, sum(max(1, ceil(units / room)) for units in written))
    return min(_LINE_HEIGHT * lines + 4, _MOST_HEIGHT)


def _styles(book: Workbook) -> tuple[Format, Format]:
    """The styles of the headings and of everything else; both keep what is typed over them a text."""
    head = _style(book, quote_prefix=True, bold=True, align="center", valign="vcenter", bg_color="#EDEDED")
    return head, _style(book, quote_prefix=True)


def _style(book: Workbook, **own: str | bool) -> Format:
    return book.add_format({"font_name": FONT, "font_size": 9, "text_wrap": True, "border": 1, "valign": "top", **own})


def _set_up(sheet: Worksheet, form: Form, rows: int, columns: int) -> None:
    """Heading frozen, filtered and on every page; A4 landscape, with the columns up to 組織名 on each."""
    sheet.set_row(0, _HEADER_HEIGHT)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(rows, 1), columns - 1)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(_PAGES_WIDE, 0)
    sheet.repeat_rows(0)
    sheet.repeat_columns(0, max(n for n, f in enumerate(form.fields) if isinstance(f.kind, OrganisationKind)))
    sheet.set_margins(left=0.4, right=0.4, top=0.65, bottom=0.6)
    sheet.set_header(f"&R{form.title.replace('&', '&&')}")
    sheet.set_footer("&C&P / &N")
