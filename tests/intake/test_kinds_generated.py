"""The ways of strangers made over every question of both forms: expected values come from the maker of the case, and
sheet, list row and `check` read them alike."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from config.form import Form, Question
from config.kinds.attributes import AttributesKind
from config.kinds.marks import Mark
from config.kinds.numbered import bare, read_choice
from config.kinds.option import Choice
from config.kinds.year_month import YearMonthKind
from config.load import default_survey
from config.spelling import circled, label_key
from intake.sheets.columns import list_columns
from intake.submission import AnswerSheet
from replies.workbooks.form import FillValue, layout
from routing.offline import as_by_mail
from routing.register import Register, build_register
from tests.workbooks.forms_at_hand import (
    COMPLETE,
    COMPLETE_2,
    choices_of,
    edited,
    filled,
    marks_of,
    reading,
    the_sheet,
    the_survey,
)

Case = tuple[str, int | None]  # what is written, and which choice a careful clerk takes
QUESTIONS = [
    pytest.param(question, id=f"{form.id} {question.key}")
    for form in the_survey().forms
    for question in form.questions
    if choices_of(question)
]


def agreeing(choice: Choice) -> Iterator[Case]:
    """Number alone, in its usual spellings; number and words; a remark behind them."""
    n, words = choice.number, bare(choice).strip()
    for head in (circled(n), f"({n})", str(n), f"{n}.", f"　{circled(n)} "):
        yield head, n
        yield f"{head} {words}", n
    for remark in ("2名で対応", "（令和５年４月から）", "0件", "2023年導入", "。詳細は別紙①のとおり", "（Q3②も参照）"):
        none_of_some = remark == "0件" and "事例はある" in words
        yield f"{circled(n)} {remark}", None if none_of_some else n
        yield f"{circled(n)} {words}{remark}", n
    yield choice.text.replace("。", ""), n


def undecided(choice: Choice, other: Choice) -> Iterator[Case]:
    """Two numbers, a range, a question, a denial; the number of one and the words of the other."""
    one, two = circled(choice.number), circled(other.number)
    for join in ("又は", "、", "→", "～", "\n", "；", "及び", "か"):
        yield f"{one}{join}{two}", None
    for doubt in ("以外", "ではない", "？", "でよいでしょうか", "は行っていない", "を除く"):
        yield f"{one}{doubt}", None
    yield f"{one}（一部は{two}）", None
    yield f"{choice.text}、{other.text}", None
    own, words = label_key(bare(choice)), label_key(bare(other))
    if not own.startswith(words) and own not in words:
        yield f"{one} {bare(other)}", None


@pytest.mark.parametrize("question", QUESTIONS)
def test_number_and_words_over_every_question(question: Question) -> None:
    wrong = []
    for choice in choices_of(question):
        cases = list(agreeing(choice))
        for other in choices_of(question):
            cases += undecided(choice, other) if other is not choice else ()
        wrong += [(w, n, r) for w, n in cases if (r := read_choice(w, choices_of(question)).number) != n]
    assert wrong == []


def listed(form: Form, values: dict[str, str]) -> bytes:
    """A collated list with one row of these values, by key as in `fill`, with 0 in every cell that is left blank."""
    book = Workbook()
    columns = list_columns(form)
    book.worksheets[0].append([column.heading for column in columns])
    keys = [f"{c.key}#{c.number}" if c.holds == "mark" else c.key for c in columns]
    book.worksheets[0].append([values.get(key, 0) for key in keys])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def row_of(form: Form, values: Mapping[str, FillValue | None]) -> dict[str, str]:
    """The same answers as a row of a list has them."""
    texts = {q.key: {c.number: c.text for c in choices_of(q)} for q in form.questions}
    row: dict[str, str] = {}
    for key, value in values.items():
        if isinstance(value, tuple):
            row |= {f"{key}#{n}": "〇" for n in value}
        elif value is not None:
            row[key] = texts[key][value] if isinstance(value, int) else value
    return row


FIRST = the_survey().forms[0]
# The forms share most questions: the first is asked always, the others when there is time.
EVERY = [
    pytest.param(form, question, id=f"{form.id} {question.key}", marks=() if form is FIRST else pytest.mark.long)
    for form in the_survey().forms
    for question in form.questions
    if choices_of(question)
]


@pytest.mark.parametrize(("form", "question"), EVERY)
def test_sheet_row_and_check_take_the_same_choice_of_every_question(
    form: Form, question: Question, register: Register
) -> None:
    base = COMPLETE if form.id == "form1" else COMPLETE_2
    first, last = choices_of(question)[0], choices_of(question)[-1]
    one, two = circled(first.number), circled(last.number)
    cases: list[Case] = [
        (f"{one} 2名で対応", first.number), (f"（{last.number}）{bare(last)}", last.number), (f"{one}又は{two}", None),
        (f"{two}ではない", None), (f"{one}～{two}", None), (bare(last).strip(), last.number), ("未定？", None),
    ]  # fmt: skip
    for written, expected in cases:
        values = {**base, question.key: written}
        file = reading(filled({question.key: written}, base, form.id))
        (by_row,) = reading(listed(form, row_of(form, values)), "一覧表.xlsx").sheets
        for sheet in (*file.sheets, by_row):
            assert [a.number for a in sheet.answers if a.question == question.key] == [expected], written
        told = {(f.code, f.question) for f in file.sheets[0].findings}
        assert told == {(f.code, f.question) for f in by_row.findings}, written
        by_check = {(f.code, f.question) for f in as_by_mail(file, register)}
        assert {(code, key) for code, key in told ^ by_check if key == question.key and code != "outline_missing"} == set()


@pytest.fixture(scope="module")
def register() -> Register:
    return build_register(default_survey())


WRITTEN = ["② 2件あり", "①または②", "①以外", "①", "－", "①？"]


@pytest.mark.parametrize("id", ["form1", "form2"])
@pytest.mark.parametrize("written", WRITTEN)
def test_sheet_and_list_row_read_alike(id: str, written: str) -> None:
    form = the_survey().form(id)
    base = COMPLETE if id == "form1" else COMPLETE_2
    by_sheet = the_sheet(filled({"9": written, "2": written}, base, id))
    (by_row,) = reading(listed(form, row_of(form, {**base, "9": written, "2": written})), "一覧表.xlsx").sheets
    assert [(a.question, a.number, a.marks) for a in by_row.answers] == [
        (a.question, a.number, a.marks) for a in by_sheet.answers
    ]
    assert [(f.code, f.question) for f in by_row.findings] == [(f.code, f.question) for f in by_sheet.findings]


NOTHING = ["－", "／", "×", "該当なし", "対象外", "回答不要", "N/A", "特になし", "（該当なし）", "ー", "―――", "0"]


@pytest.mark.parametrize("written", NOTHING)
def test_nothing_is_nothing_where_nothing_is_asked(written: str) -> None:
    skipped = {"8-1": 2, "8-1-text": written, "8-2": written, "1-2": written, "2-text": written, "7-4#2": written}
    assert the_sheet(filled(skipped)).findings == ()


@pytest.mark.parametrize("id", ["form1", "form2"])
def test_circles_over_before_and_behind_every_line(id: str) -> None:
    """Of each question with circles every other line is circled, in five ways in turn; the rest stay as printed."""
    form, base = the_survey().form(id), COMPLETE if id == "form1" else COMPLETE_2
    ways = ("〇{}", "{}　○", "■{}", "〇", "レ {}")
    places = layout(form)
    for question in (q for q in form.questions if marks_of(q)):
        circled_lines = marks_of(question)[::2]

        def edit(sheet: Worksheet, lines: tuple[Mark, ...] = circled_lines, key: str = question.key) -> None:
            for number, mark in enumerate(lines):
                cell = places.cell(f"{key}#{mark.number}")
                sheet[f"E{cell[1:]}"] = ways[number % len(ways)].format(mark.text)

        read = the_sheet(edited(filled({question.key: None}, base, id), edit))
        answers = {answer.question: answer for answer in read.answers}
        assert answers[question.key].marks == tuple(mark.number for mark in circled_lines)
        assert read.findings == ()


OUTLINE = "届いた書類を担当者二人で照合し、記録を残す。"


@pytest.mark.parametrize("id", ["form1", "form2"])
@pytest.mark.parametrize("way", ["{}\n→{}", "{}{}", "{1}", "answer"])
def test_texts_over_behind_and_instead_of_every_label(id: str, way: str) -> None:
    form, base = the_survey().form(id), COMPLETE if id == "form1" else COMPLETE_2
    places = layout(form)
    for question in form.questions:
        for text in (t for t in question.free_texts if t.label and t.kind.kind == "text"):
            choice = next(c for c in choices_of(question) if c.number == text.choices[0])
            answer = f"{choice.text}（{OUTLINE}）" if way == "answer" else choice.text

            def edit(sheet: Worksheet, cell: str = places.cell(text.key), label: str = text.label) -> None:
                if way != "answer":
                    sheet[f"E{cell[1:]}"] = way.format(label.strip(), OUTLINE)

            read = the_sheet(edited(filled({question.key: answer, text.key: None}, base, id), edit))
            texts = {t.key: t.value for a in read.answers for t in a.texts}
            assert OUTLINE in texts[text.key], (question.key, texts)
            assert read.findings == ()


SOFFICE = shutil.which("soffice") or ""


@pytest.mark.long
@pytest.mark.skipif(not SOFFICE, reason="LibreOffice is not there")
def test_libreoffice_saves_what_is_read_alike(tmp_path: Path) -> None:
    values = {"2": "③（2024年3月予定）", "9": "①（一部の業務は④）", "1-2": "－", "7-4#2": "■", "8-2": "① 2名体制"}
    written = tmp_path / "a.xlsx"
    written.write_bytes(filled(values))
    command = [SOFFICE, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "ods"]
    subprocess.run([*command, "--outdir", str(tmp_path), str(written)], check=True, timeout=180, capture_output=True)
    for name in ("a.xlsx", "a.ods"):
        read = the_sheet((tmp_path / name).read_bytes())
        answers = {answer.question: answer for answer in read.answers}
        assert [answers[key].number for key in ("2", "9", "8-2")] == [3, None, 1]
        assert answers["7-4"].marks == (1, 2, 3)
        assert [(f.code, f.question) for f in read.findings] == [("answer_not_a_choice", "9")]


FORMS = [pytest.param(form, id=form.id, marks=() if form is FIRST else pytest.mark.long) for form in the_survey().forms]
Told = set[tuple[str, str]]  # (code, question)


def three_ways(form: Form, values: dict[str, FillValue | None], register: Register) -> tuple[list[AnswerSheet], list[Told]]:
    """The same answers as a sheet and as a row of a list; and what of them a sheet, a row and `check` are told."""
    base = COMPLETE if form.id == "form1" else COMPLETE_2
    file = reading(filled(values, base, form.id))
    rows = reading(listed(form, row_of(form, {**base, **values})), "一覧表.xlsx").sheets
    by_check = {(f.code, f.question) for f in as_by_mail(file, register) if f.question}
    told = [{(f.code, f.question) for f in sheet.findings} for sheet in (*file.sheets, *rows)]
    return [*file.sheets, *rows], [*told, by_check]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("circle", ["〇", "■", "✅", "丸", "レ", "✓", "○（一部）"])
def test_circles_are_read_alike_three_ways(form: Form, circle: str, register: Register) -> None:
    """Of each question with circles the last line is circled alone, so; the others stay blank or bear a □."""
    for question in (q for q in form.questions if marks_of(q)):
        *others, last = (mark.number for mark in marks_of(question))
        cells: dict[str, FillValue | None] = {question.key: None, f"{question.key}#{last}": circle}
        cells |= {f"{question.key}#{number}": "□" for number in others[:1]}
        sheets, told = three_ways(form, cells, register)
        assert [a.marks for sheet in sheets for a in sheet.answers if a.question == question.key] == [(last,)] * 2
        assert told == [set()] * 3, question.key


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("written", ["－", "／", "該当なし", "回答不要", "N/A"])
def test_nothing_where_something_is_asked_is_missing_three_ways(form: Form, written: str, register: Register) -> None:
    """A choice that is asked for and holds a word for nothing is told, with a code of its own, everywhere alike."""
    for question in (q for q in form.questions if choices_of(q) and q.key in COMPLETE):  # those that it is asked
        sheets, told = three_ways(form, {question.key: written}, register)
        assert [a.number for sheet in sheets for a in sheet.answers if a.question == question.key] == [None] * 2
        for way in told:
            assert ("answer_says_nothing", question.key) in way, question.key
            assert not {code for code, key in way if key == question.key} - {"answer_says_nothing", "outline_missing"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("written", ["－", "／", "該当なし", "対象外", "0", "×"])
def test_nothing_where_nothing_is_asked_is_silent_three_ways(form: Form, written: str, register: Register) -> None:
    """Every free text that the choice taken does not ask for."""
    base = COMPLETE if form.id == "form1" else COMPLETE_2
    unasked = [t.key for q in form.questions if choices_of(q) for t in q.free_texts if base.get(q.key) not in t.choices]
    assert unasked
    assert three_ways(form, dict.fromkeys(unasked, written), register)[1] == [set()] * 3


MONTHS = {
    "令和五年九月": "2023-09", "（令和５）年（９）月": "2023-09", "令和５年１２月頃": "2023-12", "R6.3": "2024-03",
    "2024/3": "2024-03", "令和６年３月末": "2024-03", "令和５年度３月": "2024-03", "未定": "", "令和５年度中": "",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("written", MONTHS)
def test_months_are_read_alike_three_ways(form: Form, written: str, register: Register) -> None:
    """By hand: the financial year 令和５ ends with March 2024. What is no month is told."""
    for question in form.questions:
        for text in (t for t in question.free_texts if isinstance(t.kind, YearMonthKind)):
            sheets, told = three_ways(form, {question.key: text.choices[0], text.key: written}, register)
            for sheet in sheets:
                texts = {t.key: t.value for a in sheet.answers for t in a.texts}
                assert text.kind.read(texts[text.key]) == MONTHS[written]
            assert told[0] == told[1]
            assert bool({key for _, key in told[0]}) == (not MONTHS[written] or "年度" in written)
            assert {pair for pair in told[0] if pair[1]} == told[2]


ATTRIBUTES = {"①④": (1, 4), "1・4": (1, 4), "①、④（集団検診）": (1, 4), "全検診": (), "－": (), "": ()}


def test_attributes_are_read_alike_three_ways(register: Register) -> None:
    """A sheet for every screening is restricted to none."""
    (form,) = (f for f in the_survey().forms if f.id == the_survey().attributes_form)
    (field,) = (f.key for f in form.fields if isinstance(f.kind, AttributesKind))
    for written, expected in ATTRIBUTES.items():
        sheets, told = three_ways(form, {field: written or None}, register)
        assert [sheet.attributes for sheet in sheets] == [expected] * 2, written
        assert told == [set()] * 3, written
