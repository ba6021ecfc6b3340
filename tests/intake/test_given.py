"""Workbooks that a ministry has already, as forms: every value is read from its place, whatever was done to the form."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from config.load import load_survey
from config.roster import load_roster
from config.survey import Survey
from config.tables import line_of
from intake.answers import AttachedFile, read_file
from intake.finding import CATALOGUE
from intake.submission import AnswerSheet, FileReading
from replies.points import requests
from replies.wording import load_wording
from replies.workbooks.form import blank, fill
from routing.authoring.draft import FormDraft, draft
from routing.authoring.drafted import add_draft
from routing.authoring.trial import try_all
from tests.replies.office import convert_all
from tests.replies.office_hands import Job, Step, by_hand
from tests.workbooks.given_forms import MAKERS, GivenForm, Value, saved
from tests.workbooks.ministry_habits import HABITS
from tests.workbooks.published_forms import PUBLISHED

NAMES = (*MAKERS, *PUBLISHED, *HABITS)
REST = [name for name in (*MAKERS, *PUBLISHED) if name != "children"]


@cache
def form_of(name: str) -> GivenForm:
    return {**MAKERS, **PUBLISHED, **HABITS}[name]()


@pytest.fixture(scope="module")
def surveys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Survey]:
    """A survey for each of the workbooks, just as it was drafted."""
    return {name: survey_of(form_of(name), tmp_path_factory.mktemp(name)) for name in NAMES}


def survey_of(form: GivenForm, folder: Path) -> Survey:
    book = folder / f"{form.name}.xlsx"
    book.write_bytes(form.data)
    made = draft(form.data, book.name, 1, date(2025, 5, 30))
    assert isinstance(made, FormDraft)
    assert made.sheet == form.sheet
    list(add_draft(made, book, folder / "survey"))
    return load_survey(folder / "survey", frozenset(CATALOGUE), load_roster())


def read(data: bytes, survey: Survey, name: str = "回答.xlsx") -> FileReading:
    return read_file(AttachedFile(name, data), survey, load_roster())


def shown(value: Value) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def values_of(sheet: AnswerSheet, survey: Survey) -> dict[str, str]:
    """What was understood, by the cell in which the survey has it; of an open table line by line as they are begun."""
    (form,) = survey.forms
    places = cells_of(survey)
    told = {places[f.key]: f.value for f in sheet.fields}
    lines: dict[str, list[int]] = {}
    for answer in sheet.answers:
        kind, key = form.question(answer.question).kind, answer.question
        if line := line_of(key):
            begun = lines.setdefault(line[0], [])
            begun += [line[1]] if line[1] not in begun else []
            key = f"{line[0]}.{len(begun)}.{line[2]}"
        told[places[key]] = kind.shown(answer.canonical) if kind.options else answer.canonical.rstrip("%")
    return told


def cells_of(survey: Survey) -> dict[str, str]:
    """The cell of each answer, by its key."""
    (form,) = survey.forms
    assert form.print
    return {key: f"{get_column_letter(column)}{row}" for key, (row, column) in form.print.inputs.items()}


def expected(form: GivenForm, survey: Survey) -> dict[str, str]:
    """What belongs to each cell, as the kind of its answer has it."""
    (made,) = survey.forms
    wanted = {cell: shown(value) for cell, value in form.values.items()}
    places = cells_of(survey)
    for question in made.questions:
        if question.kind.options:  # boxes
            at = places[question.key]
            wanted[at] = next(o for o in question.kind.options if o in wanted[at].replace("□" + o, ""))
    dates = {"schools": {"J9": "2024-05-07"}, "care": {"C7": "2016-04-01"}}  # 令和６年５月７日、平成28年４月１日
    return wanted | dates.get(form.name, {})


def written(form: GivenForm, change: Callable[[Worksheet], None] = lambda sheet: None, **other: Value) -> bytes:
    """The form as somebody fills it in, cell by cell, and then changes it."""
    book = load_workbook(io.BytesIO(form.data))
    sheet = book[form.sheet]
    for cell, value in {**form.values, **other}.items():
        sheet[cell] = value
    change(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def moved(sheet: Worksheet, row: int = 0, column: int = 0) -> None:
    """Rows or columns put in as Excel does it: what is merged goes with them, or grows where it lies in the middle."""
    areas = [(a.min_row, a.min_col, a.max_row, a.max_col) for a in sheet.merged_cells.ranges]
    for area in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(area))
    if row:
        sheet.insert_rows(row)
    if column:
        sheet.insert_cols(column)
    for top, left, bottom, right in areas:
        a, b = (top + (0 < row <= top), left + (0 < column <= left))
        c, d = (bottom + (0 < row <= bottom), right + (0 < column <= right))
        sheet.merge_cells(start_row=a, start_column=b, end_row=c, end_column=d)


@pytest.mark.parametrize("name", NAMES)
def test_the_draft_knows_every_cell_that_is_to_be_filled_and_no_other(name: str, surveys: Mapping[str, Survey]) -> None:
    assert {*cells_of(surveys[name]).values()} == set(form_of(name).values)


@pytest.mark.parametrize("name", NAMES)
def test_every_value_is_read_from_its_place(name: str, surveys: Mapping[str, Survey]) -> None:
    reading = read(written(form_of(name)), surveys[name])
    (sheet,) = reading.sheets
    assert values_of(sheet, surveys[name]) == expected(form_of(name), surveys[name])
    assert [f.code for f in reading.findings] == []
    assert [f.code for f in sheet.findings] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_survey_check_finds_no_fault(name: str, surveys: Mapping[str, Survey]) -> None:
    trials = list(try_all(surveys[name], load_roster()))
    assert all(trial.ways for trial in trials)
    assert [fault for trial in trials for fault in trial.faults] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_workbook_itself_is_handed_out_and_is_blank(name: str, surveys: Mapping[str, Survey]) -> None:
    (form,) = surveys[name].forms
    assert blank(form, surveys[name]) == form_of(name).data
    (sheet,) = read(form_of(name).data, surveys[name]).sheets
    assert [f.code for f in sheet.findings] == ["sheet_blank"]


@pytest.mark.parametrize("name", ["children", *(pytest.param(name, marks=pytest.mark.long) for name in REST)])
def test_wherever_one_row_or_column_is_put_in_every_value_is_read(name: str, surveys: Mapping[str, Survey]) -> None:
    form = form_of(name)
    book = load_workbook(io.BytesIO(form.data))[form.sheet]
    wanted = expected(form, surveys[name])
    places: Iterator[dict[str, int]] = iter(
        [*({"row": n} for n in range(1, book.max_row + 1)), *({"column": n} for n in range(1, book.max_column + 1))]
    )
    for place in places:
        (sheet,) = read(written(form, lambda sheet, at=place: moved(sheet, **at)), surveys[name]).sheets  # type: ignore[misc]
        assert values_of(sheet, surveys[name]) == wanted, place


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("cut", [0, 1, 2, 3])
def test_with_every_fourth_word_rewritten_every_value_is_read(name: str, cut: int, surveys: Mapping[str, Survey]) -> None:
    form = form_of(name)
    asked = set(form.values)

    def rewrite(sheet: Worksheet) -> None:
        rows = (row for row in sheet.iter_rows() if row[0].value != "（例）")  # whoever writes there makes it a line
        texts = [c for row in rows for c in row if isinstance(c.value, str) and c.coordinate not in asked]
        for cell in [c for c in texts if not str(c.value).startswith("=")][cut::4]:
            cell.value = f"{cell.value}（修正）"

    (sheet,) = read(written(form, rewrite), surveys[name]).sheets
    assert values_of(sheet, surveys[name]) == expected(form, surveys[name])
    assert "label_edited" in {f.code for f in sheet.findings}
    assert not [f for f in sheet.findings if f.code == "question_replaced"]


def test_answers_that_repeat_printed_words_lead_nothing_astray(surveys: Mapping[str, Survey]) -> None:
    form = form_of("children")
    data = written(form, lambda sheet: moved(sheet, row=8), A18="区分", C4="合計", G3="保育所")
    (sheet,) = read(data, surveys["children"]).sheets
    told = values_of(sheet, surveys["children"])
    wanted = expected(form, surveys["children"]) | {"A18": "区分", "C4": "合計", "G3": "保育所"}
    assert told == wanted


def test_a_row_that_was_deleted_is_asked_for_and_no_other_answer_is_taken_for_it(surveys: Mapping[str, Survey]) -> None:
    form, survey = form_of("clubs"), surveys["clubs"]

    def delete(sheet: Worksheet) -> None:
        for area in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(area))
        sheet.delete_rows(12)

    (sheet,) = read(written(form, delete), survey).sheets
    wanted = {cell: value for cell, value in expected(form, survey).items() if cell not in ("D12", "E12", "F12")}
    assert values_of(sheet, survey) == wanted
    assert [f.question for f in sheet.findings if f.code == "label_missing"] == ["5", "6", "7"]


def test_a_label_that_became_another_question_is_told(surveys: Mapping[str, Survey]) -> None:
    def replace(sheet: Worksheet) -> None:
        sheet["B7"] = "令和５年度の職員の総数"

    (sheet,) = read(written(form_of("hospitals"), replace), surveys["hospitals"]).sheets
    assert [(f.code, f.question, f.cell) for f in sheet.findings if f.code == "question_replaced"] == [
        ("question_replaced", "1", "B7")
    ]


def test_a_blank_is_told_at_its_own_cell(surveys: Mapping[str, Survey]) -> None:
    form, survey = form_of("clubs"), surveys["clubs"]
    (sheet,) = read(written(form, lambda sheet: moved(sheet, row=9), E12=""), survey).sheets
    assert [(f.code, f.cell) for f in sheet.findings if f.severity == "error"] == [("number_missing", "E13")]


def test_two_ticked_boxes_are_asked_and_none_is_missing(surveys: Mapping[str, Survey]) -> None:
    form, survey = form_of("schools"), surveys["schools"]
    for text, code in {"■有　■無": "answer_not_a_choice", "□有　□無": "answer_missing", "無": ""}.items():
        (sheet,) = read(written(form, J8=text), survey).sheets
        assert [f.code for f in sheet.findings if f.cell == "J8"] == ([code] if code else [])


def test_of_words_in_one_cell_the_circled_one_is_read_or_the_one_that_is_left(surveys: Mapping[str, Survey]) -> None:
    """「有　・　無」 is printed."""
    form, survey = form_of("shelters"), surveys["shelters"]
    read_as = {"〇有　・　無": "有", "有 ・ ○ 無": "無", "◎無・有": "無", "無": "無"}
    read_as |= dict.fromkeys(("有・無", "〇有・〇無", "有・〇"), "")
    for text, answer in read_as.items():
        (sheet,) = read(written(form, S12=text), survey).sheets
        assert values_of(sheet, survey)["S12"] == answer, text
        code = {"有・無": "answer_missing", "〇有・〇無": "answer_not_a_choice", "有・〇": "answer_not_a_choice"}.get(text)
        assert [f.code for f in sheet.findings if f.severity == "error"] == ([code] if code else []), text


MARKS = """
[[questions]]
key = "1"
item = "１"
text = "応援協定を締結している相手方（該当するもの全てにチェック）"
marks = [
    { number = 1, text = "国の機関" }, { number = 2, text = "都道府県" }, { number = 3, text = "市町村" },
    { number = 4, text = "民間企業" }, { number = 5, text = "社会福祉法人" }, { number = 6, text = "その他" },
]
at = "B6, F6, J6, B7, F7, J7"
"""


def test_boxes_in_cells_of_their_own_are_one_question_as_the_draft_says(tmp_path: Path) -> None:
    """The draft has a question for each box, and says how they are put together."""
    form = form_of("boxes")
    survey_of(form, tmp_path)
    file = tmp_path / "survey" / "form1.toml"
    head, *questions = file.read_text(encoding="utf-8").split("\n[[questions]]\n")
    assert all("marks と at" in question for question in questions[:6])
    file.write_text("\n[[questions]]\n".join([head, *questions[6:]]) + MARKS, encoding="utf-8")
    survey = load_survey(tmp_path / "survey", frozenset(CATALOGUE), load_roster())
    (sheet,) = read(written(form, F6="□", B7="☐", F7="", J7="〇"), survey).sheets
    (answer,) = (answer for answer in sheet.answers if answer.question == "1")
    assert answer.marks == (1, 3, 6)
    assert not sheet.findings


def test_a_sample_sheet_in_the_workbook_is_no_answer(surveys: Mapping[str, Survey]) -> None:
    reading = read(written(form_of("costs")), surveys["costs"])
    assert [sheet.sheet for sheet in reading.sheets] == ["所要額調書"]


def test_filling_keeps_every_other_part_of_the_workbook(surveys: Mapping[str, Survey]) -> None:
    survey = surveys["hospitals"]
    (form,) = survey.forms
    before, after = (
        zipfile.ZipFile(io.BytesIO(data))
        for data in (form_of("hospitals").data, fill(form, survey, {"organisation": "大鹿村<&>", "1": "120"}))
    )
    assert before.namelist() == after.namelist()
    assert [n for n in before.namelist() if before.read(n) != after.read(n)] == ["xl/worksheets/sheet1.xml"]
    book = load_workbook(io.BytesIO(fill(form, survey, {"organisation": "大鹿村<&>", "1": "120"})))
    assert (book["回答票"]["C3"].value, book["回答票"]["C7"].value) == ("大鹿村<&>", "120")
    assert book["回答票"].protection.sheet


@pytest.mark.long
@pytest.mark.parametrize("to", ["xlsx", "xls", "ods"])
def test_filled_and_saved_by_libreoffice(to: str, surveys: Mapping[str, Survey], tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    books = [tmp_path / "in" / f"{name}.xlsx" for name in NAMES]
    for name, book in zip(NAMES, books, strict=True):
        book.write_bytes(written(form_of(name)))
    saved = {file.stem: file for file in convert_all(books, to, tmp_path)}
    assert sorted(saved) == sorted(NAMES)
    for name, file in saved.items():
        (sheet,) = read(file.read_bytes(), surveys[name], file.name).sheets
        assert values_of(sheet, surveys[name]) == expected(form_of(name), surveys[name]), name
        assert [f for f in sheet.findings if f.severity == "error"] == [], name


STEPS: dict[str, tuple[Step, ...]] = {  # a row and a column put in, a label rewritten, a printed text repeated
    "damage": (("rows", "14", "1"), ("columns", "G", "1"), ("type", "A30", "災害対策本部の状況"), ("type", "B2", "被害")),
    "care": (("rows", "12", "1"), ("columns", "C", "1"), ("type", "A3", "①事業所名"), ("type", "K2", "計")),
    "settlement": (("rows", "9", "1"), ("columns", "C", "1"), ("type", "A26", "支出の合計"), ("type", "H3", "小計")),
    "research": (("rows", "33", "1"), ("columns", "K", "1"), ("type", "C9", "備品費の明細"), ("type", "P5", "総計")),
    "duty": (("rows", "5", "1"), ("columns", "E", "1"), ("type", "D6", "職員の氏名"), ("type", "B2", "合計")),
    "shelters": (("rows", "14", "1"), ("columns", "S", "1"), ("type", "E10", "避難所の数"), ("type", "A26", "有・無")),
    "vaccines": (("rows", "11", "1"), ("columns", "D", "1"), ("type", "B9", "対象者の数"), ("type", "J2", "単位")),
    "staff": (("rows", "12", "1"), ("columns", "G", "1"), ("type", "B9", "栄養士"), ("type", "L3", "小計")),
    "boxes": (("rows", "9", "1"), ("columns", "F", "1"), ("type", "C6", "国"), ("type", "B14", "年")),
    "equipment": (("rows", "4", "1"), ("columns", "D", "1"), ("type", "A5", "施設の名称"), ("type", "J2", "備考")),
    "grants": (("rows", "13", "1"), ("columns", "F", "1"), ("type", "A5", "事業"), ("type", "J3", "合計")),
}


def test_typed_in_and_changed_by_libreoffice_every_value_is_read(surveys: Mapping[str, Survey], tmp_path: Path) -> None:
    jobs = []
    for name in STEPS:
        form, book = form_of(name), tmp_path / f"{name}.xlsx"
        book.write_bytes(form.data)
        typed: tuple[Step, ...] = tuple(("type", cell, str(value)) for cell, value in form.values.items())
        for kind, steps in {"filled": typed, "changed": (("unprotect",), *typed, *STEPS[name])}.items():
            jobs.append(Job(book, form.sheet, steps, tmp_path / f"{name}-{kind}.xlsx"))
    by_hand(jobs, tmp_path)
    for job in jobs:
        name, _, kind = job.to.stem.partition("-")
        reading = read(job.to.read_bytes(), surveys[name], job.to.name)
        (sheet,) = reading.sheets
        assert values_of(sheet, surveys[name]) == expected(form_of(name), surveys[name]), job.to.stem
        assert [f for f in sheet.findings if f.severity == "error"] == [], job.to.stem
        assert kind == "changed" or not sheet.findings


def test_with_one_value_alone_every_other_cell_that_must_be_filled_is_told(surveys: Mapping[str, Survey]) -> None:
    """Of a table with a line for each thing its first cell; none of what may be blank."""
    for name in STEPS:
        form, survey = form_of(name), surveys[name]
        first, *others = form.values
        book = load_workbook(io.BytesIO(form.data))
        book[form.sheet][first] = form.values[first]
        (made,) = survey.forms
        may, places = {q.key for q in made.questions if not q.required}, cells_of(survey)
        later = {key for key in places if (line := line_of(key)) and key != made.open_tables[line[0]].key}
        wanted = {at for key, at in places.items() if at in others and key not in may | later}
        (sheet,) = read(saved(book), survey).sheets
        assert {f.cell for f in sheet.findings if f.severity == "error"} == wanted, name


def test_a_letter_names_what_is_asked_by_the_words_of_the_workbook(surveys: Mapping[str, Survey]) -> None:
    """No number of ours is printed on it."""
    (sheet,) = read(written(form_of("damage"), E9="多数"), surveys["damage"]).sheets
    places = [place for point in requests(sheet.findings, surveys["damage"], load_wording()) for place in point.places]
    assert [place.where for place in places] == ["セル E9　Q8　「人的被害 負傷者 重傷」"]


TABLE = """
[[questions]]
key = "2"
item = "２"
text = "実施場所別、設置・運営主体別のクラブ数"
kind = "table"
cell = { kind = "number", unit = "か所" }
rows = { jidokan = "児童館", yoyu = "余裕教室", other = "その他の場所", total = "合計" }
columns = { koei = "公立公営", komin = "公立民営", minmin = "民立民営", total = "合計" }
totals = ["total"]
at = "D11:G14"
"""


def test_a_table_has_its_cells_in_an_area_and_its_totals_are_looked_at(tmp_path: Path) -> None:
    """Rows 11 to 13 hold 110, 111, 112; 120, 121, 122; 130, 131, 132: by hand 333, 363, 393, and 1,089 in all."""
    form = form_of("clubs")
    survey_of(form, tmp_path)
    file = tmp_path / "survey" / "form1.toml"
    head, *questions = file.read_text(encoding="utf-8").split("\n[[questions]]\n")
    kept = [q for q in questions if not any(f'at = "{c}{r}"' in q for c in "DEF" for r in (11, 12, 13))]
    kept = [q for q in kept if 'key = "2"' not in q]
    file.write_text("\n[[questions]]\n".join([head, *kept]) + TABLE, encoding="utf-8")
    survey = load_survey(tmp_path / "survey", frozenset(CATALOGUE), load_roster())
    sums: dict[str, Value] = {"G11": 333, "G12": 363, "G13": 393, "D14": 360, "E14": 363, "F14": 366, "G14": 1089}
    (sheet,) = read(written(form, lambda sheet: moved(sheet, row=12, column=2), **sums), survey).sheets
    told = {answer.question: answer.canonical for answer in sheet.answers}
    assert (told["2.jidokan.koei"], told["2.other.minmin"], told["2.total.total"]) == ("110", "132", "1089")
    assert [f.code for f in sheet.findings if f.severity == "error"] == []
    (sheet,) = read(written(form, **{**sums, "G14": 1098}), survey).sheets
    assert {(f.code, f.cell) for f in sheet.findings if f.severity == "error"} == {("rule_broken", "G14")}
