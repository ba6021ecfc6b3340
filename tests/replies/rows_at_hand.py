"""Rows for the export, at random but the same each time, and the workbook made of them."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from openpyxl import Workbook, load_workbook

from config.form import Form
from config.jst import JST
from config.survey import Survey
from replies.workbooks.export import ExportRow, write_export
from tests.workbooks.forms_at_hand import choices_of, marks_of, the_roster

MADE = datetime(2023, 7, 24, 9, 0, tzinfo=JST)
# By hand: how many columns row 2 of 「一覧用」 has. 別添１: ten fields, 1-1 1-2 2 2's month 3 4 5, two circles
# of 6, 7-1 7-2 7-3, five circles of 7-4, 8-1 8-1's text 8-2 9 10 10's outline; 別添２: a, b, c, d and three texts more.
COLUMNS = {"form1": 33, "form2": 40}
TEXTS = (
    "",
    "マニュアルあり。\n二人で確認する。",
    '=HYPERLINK("http://example.org")',
    "髙槻𠮷野①",
    " 前後の空白 ",
)


def some_rows(survey: Survey, number: int, seed: int = 1) -> Iterator[ExportRow]:
    """Answers at random, drawn one by one; every tenth is not accepted yet."""
    chance = random.Random(seed)
    bodies = list(the_roster())
    for n in range(number):
        program = chance.choice(survey.programs)
        form = survey.form(program.form)
        body = bodies[n * 7 % len(bodies)]
        yield ExportRow(
            form=form.id,
            version=form.version,
            lgcode=body.lgcode,
            prefecture=body.prefecture,
            name=body.name,
            program=program.id,
            attribute="３ 胃がん検診" if program.id == "kenshin" and n % 2 else "",
            state="correction" if n % 10 == 9 else "accepted",
            late=n % 5 == 0,
            amended=n % 7 == 0,
            received_at=datetime(2023, 7, 20, 14, 3, 12, tzinfo=JST),
            receipt=f"Y-{n:04}",
            values=tuple(_values(form, chance)),
        )


def _values(form: Form, chance: random.Random) -> Iterator[str]:
    for field in form.fields:
        yield {"telephone": "045-000-0000", "responsible": "山田　太郎"}.get(field.key, "課長")
    for question in form.questions:
        if choices_of(question):
            yield chance.choice(["", *(choice.text for choice in choices_of(question))])
        for _ in marks_of(question):
            yield chance.choice(["〇", ""])
        for _ in question.free_texts:
            yield chance.choice(TEXTS)


def exported(survey: Survey, rows: Iterable[ExportRow], personal: bool = False) -> bytes:
    raw = io.BytesIO()
    write_export(raw, rows, survey, MADE, personal)
    return raw.getvalue()


def opened(data: bytes) -> Workbook:
    return load_workbook(io.BytesIO(data))


def one(survey: Survey, **changes: object) -> ExportRow:
    row = next(some_rows(survey, 1, seed=3))
    return replace(row, **changes)  # type: ignore[arg-type]
