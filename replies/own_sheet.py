"""A row of a list, told by the cells of the municipality's own sheet: it has that sheet, and the list it has not.

Arithmetic over a Form; never looks into a workbook and decides nothing.
"""

from __future__ import annotations

from config.form import Form, Question
from config.frozen import replace
from config.survey import Survey
from intake.finding import Finding
from replies.form_layout import layout
from replies.wording import Wording


def form_of(form_title: str, program: str, survey: Survey) -> Form | None:
    """The form with this title, else that of a program (by name); None where neither tells one."""
    ids = {p.form for p in survey.programs if p.name == program}
    titled = [form for form in survey.forms if form.title == form_title]
    return next(iter(titled or [form for form in survey.forms if form.id in ids]), None)


def on_own_sheet(finding: Finding, form: Form | None, wording: Wording) -> Finding:
    """The finding at the cell of the form as it was sent out, with the list's cell behind it; as it is where it stands
    at no question or field of the form, or on the form's sheet already."""
    if form is None or not finding.cell or finding.sheet == form.sheet:
        return finding
    key = _key(finding, form)
    if not key:
        return finding
    both = wording.listing["cell_in_list"].format(own=layout(form).cell(key), listed=finding.cell)
    return replace(finding, sheet=form.sheet, cell=both)


def _key(finding: Finding, form: Form) -> str:
    """The key of the input in the form's layout; empty if the form has none such."""
    question = next((q for q in form.questions if q.key == finding.question), None)
    if question is None:
        labelled = (f.key for f in form.fields if f.label == finding.label and not finding.question)
        return next(labelled, "")
    return _text(finding, question) or _mark(finding, question) or ("" if question.in_lines else question.key)


def _text(finding: Finding, question: Question) -> str:
    if not finding.code.startswith(("text_", "outline_")):
        return ""
    texts = [text.key for text in question.free_texts if text.label == finding.label] or [
        text.key for text in question.free_texts
    ]
    return next(iter(texts), "")


def _mark(finding: Finding, question: Question) -> str:
    if not question.in_lines:
        return ""
    named = (n for n, line in question.by_number.items() if finding.label.startswith(line.head))
    return question.keys[next(named, next(iter(question.keys)))]
