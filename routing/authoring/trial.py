"""A form put to the trial: made blank, filled in on every way through it, and read back as the desk would read it.

What was written must come back, with nothing noticed; also after somebody put rows and a column in, and from the row of
a list where another body collects it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping

from config.form import Field, Form, Question
from config.frozen import frozen
from config.given import opened
from config.kinds.organisation import OrganisationKind
from config.kinds.position import PositionKind
from config.obligations import filling_in, obligations
from config.roster import Body, Roster
from config.survey import Program, Survey
from intake.answers import AttachedFile, read_file
from intake.submission import Answer, AnswerSheet, FileReading
from replies.form_layout import layout
from replies.wording import Wording, load_wording
from replies.workbooks.collated_list import write_list
from replies.workbooks.form import Fill, FillValue, blank, filling
from routing.authoring.walks import Choices, Walks, is_relevant, walks

_TEXT = "別紙のとおり運用している。"
_EXAMPLES: Mapping[str, str] = {
    "text": "総務課", "position": "課長", "telephone": "03-0000-0000", "email": "tanto@example.lg.jp", "attributes": "",
}  # fmt: skip


@frozen
class Trial:
    """What came of one form for one kind of body. `collector`: whoever collects its answer. `faults`: in Japanese, each
    with its question where it has one."""

    form: Form
    body: Body
    collector: Body | None
    ways: int
    faults: tuple[str, ...]


@frozen
class Whose:
    """Somebody that fills in a form: about which program, and through whom."""

    body: Body
    program: Program
    collector: Body | None


def try_all(survey: Survey, roster: Roster) -> Iterator[Trial]:
    """Every form of the survey, for the first body of each kind that fills it in, itself asked or through another."""
    for form in survey.forms:
        fill = filling(form, survey)
        tried: dict[tuple[str, bool], Whose] = {}
        for whose in filling_in_form(form, survey, roster):
            tried.setdefault((whose.body.kind, whose.collector is None), whose)
        faults = tuple(_untouched(form, survey, roster))
        for whose in tried.values():
            found = walks(form, whose.body.kind)
            told = [*faults, *_tried(form, survey, roster, (whose, found.ways, fill))]
            yield Trial(form, whose.body, whose.collector, len(found.ways), tuple(dict.fromkeys(told)))


def filling_in_form(form: Form, survey: Survey, roster: Roster) -> Iterator[Whose]:
    """Everybody that fills in a form: first who answers itself, then whose answers are collected."""
    programs = {p.id: p for p in survey.programs if p.form == form.id}
    found = filling_in(o for o in obligations(survey, roster) if o.program in programs)
    for lgcode, program, collector in sorted(found, key=lambda one: bool(one[2])):
        if body := roster.by_code(lgcode):
            yield Whose(body, programs[program], roster.by_code(collector))


def _tried(form: Form, survey: Survey, roster: Roster, what: tuple[Whose, tuple[Choices, ...], Fill]) -> Iterator[str]:
    """What is wrong with the form filled in on these ways and read back."""
    whose, ways, fill = what
    for way in ways:
        values = values_of(form, survey, (whose.body, whose.program), way)
        data = fill(values)
        reading = read(data, survey, roster)
        yield from _told(reading, form, (way, values))
        if way is ways[0]:
            yield from _told(read(_moved(data, form), survey, roster), form, (way, values), "行と列を足した様式で、")
        if whose.collector:
            rows = read(write_list(reading.sheets, form, survey), survey, roster)
            yield from _told(rows, form, (way, values), "一覧表の行で、")


def never_asked(survey: Survey, roster: Roster) -> Iterator[tuple[Form, str]]:
    """(form, question) of what none of the bodies that fill in the form is ever asked."""
    for form in survey.forms:
        kinds = dict.fromkeys(whose.body.kind for whose in filling_in_form(form, survey, roster))
        each: list[Walks] = [walks(form, kind) for kind in kinds]
        for question, *_ in form.blocks:
            if each and all(w.whole and question.key in w.never for w in each):
                yield form, question.key


def read(data: bytes, survey: Survey, roster: Roster) -> FileReading:
    """The workbook as the desk reads it, without the child: it is ours."""
    return read_file(AttachedFile("回答.xlsx", data), survey, roster)


def values_of(form: Form, survey: Survey, whose: tuple[Body, Program], way: Choices) -> dict[str, FillValue]:
    """Everything that a body writes about a program on one way through the form."""
    values: dict[str, FillValue] = {field.key: _field(field, *whose) for field in form.fields}
    planned = f"{survey.deadline.year + 1}-03"  # a month in which a plan may still be carried out
    for question, *others in form.blocks:
        if question.key in way:
            values.update(_answer(question, way[question.key], planned))
        elif (question.part or not question.by_number) and is_relevant(form, way, whose[0].kind, question.key):
            values |= {cell.key: _in_cell(cell) for cell in (question, *others)}
    return {key: value for key, value in values.items() if value != ""}


def _in_cell(question: Question) -> str:
    """What is written into one cell: into a line of an open table what begins one, which 特になし does not."""
    free = question.in_open_table and question.kind.free
    return _TEXT if free else question.kind.examples().read[0][0]


def _field(field: Field, body: Body, program: Program) -> str:
    if isinstance(field.kind, OrganisationKind):
        return field.kind.spelling(body)
    if options := field.kind.options:
        return program.choice if program.choice in options else next(iter((*field.kind.open_to(body), *options)))
    if isinstance(field.kind, PositionKind) and field.kind.fitting:
        return field.kind.fitting[0]
    return _EXAMPLES.get(field.kind.kind) or field.kind.examples().read[0][0]


def _answer(question: Question, number: int, planned: str) -> Iterator[tuple[str, FillValue]]:
    if not question.by_number:
        yield question.key, str(number)
        return
    yield question.key, (number,) if question.in_lines else number
    for text in question.free_texts:
        if text.asked_by(number):
            example = text.kind.shown(planned) if text.upcoming else text.kind.examples().read[0][0]
            yield text.key, _TEXT if text.kind.free else example


def _untouched(form: Form, survey: Survey, roster: Roster) -> Iterator[str]:
    reading = read(blank(form, survey), survey, roster)
    beside = {(form.id, form.version), *((f.id, f.version) for f in survey.forms if form.given and f.given == form.given)}
    if not reading.sheets or (reading.sheets[0].form, reading.sheets[0].version) not in beside:
        yield "書き出した様式が、この様式として見分けられません。"


def _told(
    reading: FileReading, form: Form, written: tuple[Choices, Mapping[str, FillValue]], where: str = ""
) -> Iterator[str]:
    """What was read otherwise than written; in the form as it is (`where` is empty), nothing may be noticed either."""
    if len(reading.sheets) != 1:
        yield f"{where}記入した様式が、回答シートとして読めません。"
        return
    sheet, (way, values) = reading.sheets[0], written
    for field in form.fields:
        if field.key in values and field.kind.kept(str(values[field.key])) != sheet.field(field.key):
            yield f"「{field.label}」：{where}記入した値と異なる値が読み取られます。"
    answers = {answer.question: answer for answer in sheet.answers}
    for question in form.questions:
        answer = answers.get(question.key)
        read_as = answer and next(iter(answer.taken), None)
        chosen = way.get(question.key) if question.by_number else None
        if (not question.part and read_as != chosen) or not _same_texts(question, answer, values):
            yield f"{form.question_name(question.key)}：{where}記入した回答と異なる回答が読み取られます。"
    if not where:
        yield from _noticed(reading, sheet, load_wording().changed({"numbering": form.numbering}))


def _same_texts(question: Question, answer: Answer | None, values: Mapping[str, FillValue]) -> bool:
    """Whether whatever is no choice was read as it was written."""
    own = values.get(question.key)
    if isinstance(own, str) and (answer is None or answer.canonical != question.kind.read(own)):
        return False
    told = {text.key: text.value for text in answer.texts} if answer else {}
    written = ((text, str(values[text.key])) for text in question.free_texts if text.key in values)
    return all(text.kind.read(told.get(text.key, "")) == text.kind.read(value) for text, value in written)


def _noticed(reading: FileReading, sheet: AnswerSheet, wording: Wording) -> Iterator[str]:
    for finding in (*reading.findings, *sheet.findings):
        if finding.code == "rule_broken":
            continue  # the examples keep no rule but by chance
        yield f"正しく記入した様式に、次の指摘が出ます：{wording.message(finding)}"


def _moved(data: bytes, form: Form) -> bytes:
    """The workbook with two rows put in above its first question, with what is printed over that, and a column on its
    left."""
    book = opened(data)
    assert book
    sheet = book[form.sheet]
    for area in list(sheet.merged_cells.ranges):  # openpyxl leaves them behind
        sheet.unmerge_cells(str(area))
    places = layout(form).inputs
    first = min(places[key][0] for question in form.questions for key in question.keys.values())
    above = max((row for row, _ in form.print.texts if row < first), default=first) if form.print else 0
    sheet.insert_rows(above or len(form.fields) + 2, 2)
    sheet.insert_cols(1)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
