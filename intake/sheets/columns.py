"""The columns of a form's 「一覧用」 sheet: one for each field, answer, circle and free text.

The one source for writing that sheet and for reading lists made of its row 2 (notice 記３（３）).
"""

from __future__ import annotations

from typing import Literal

from config.cache import cache_by_identity
from config.form import Form
from config.frozen import frozen
from config.kinds.kind import Kind
from config.numbering import numbered


@frozen
class Column:
    """One column: what it holds, and of which field or question (`key`; of a free text its own key); `number`: the
    line of a circle; `heading` is its text in row 1, `bare` the heading without the survey's numbering."""

    holds: Literal["field", "answer", "mark", "text"]
    key: str
    heading: str
    number: int = 0
    bare: str = ""

    def __hash__(self) -> int:  # asked for some hundred times a row
        return hash(self.heading)


@cache_by_identity
def list_columns(form: Form) -> tuple[Column, ...]:
    """The columns of 「一覧用」 from the left."""
    columns = [Column("field", field.key, field.label) for field in form.fields]
    for question in form.listed:
        place = f"（{question.part.label}）" if question.part else ""
        name, bare = f"{numbered(question.printed_key, form.numbering)}{place}", f"{question.printed_key}{place}"
        for slot in question.kind.slots:
            mark = question.by_number[slot.number].head if slot.label else ""
            lined = Column("mark", question.key, f"{name}{mark}", slot.number, f"{bare}{mark}")
            columns.append(lined if slot.label else Column("answer", question.key, name, bare=bare))
        for nth, text in enumerate(question.free_texts, 1):
            which = "（記載欄）" if len(question.free_texts) == 1 else f"（記載欄{numbered(str(nth), '{wide_key}')}）"
            columns.append(Column("text", text.key, f"{name}{which}", bare=f"{bare}{which}"))
    return tuple(columns)


def kind_of(form: Form, column: Column) -> Kind | None:
    """The kind of what stands in a column; None for a column of circles."""
    return next((ask.kind for ask in form.asks if ask.key == column.key and column.holds != "mark"), None)
