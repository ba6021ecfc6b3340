"""What a body answered last year, printed beside the questions of its form, and never read as an answer."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.check_survey import check_survey
from config.errors import SurveyError
from config.load import default_survey, load_survey
from intake.submission import AnswerSheet
from replies.form_layout import layout
from replies.workbooks.form import FillValue, blank, fill
from replies.workbooks.prefilled import known_values
from routing.authoring.handed_out import handed_out
from routing.authoring.trial import read, values_of
from routing.authoring.walks import walks
from routing.cli.app import run_command
from routing.register import Register, build_register
from tests.config.surveys_at_hand import TINY

HINAN = Path(__file__).parents[2] / "config" / "surveys" / "hinan2025"
KOKUBUNJI = "132144"
# What stood in the file, and what is printed for it: question → text, cell → text.
LAST = {
    "hinan2025": (
        {"1": "①", "2": "1,5", "2-other": "ホテル\n旅館", "3": "一部を公示している",
         "6": "③", "7": "1", "7-when": "2026年4月"},
        {"1": "① 指定している。", "2#1": "〇", "2#5": "〇", "2-other": "ホテル\n旅館", "3": "② 一部を公示している。",
         "6#3": "〇", "7": "① ある。", "7-when": "令和８年４月"},
    ),
    "gakudo2024": (
        {"1": "9校", "2": "有", "3.jidokan.koei": "12", "3.jidokan.komin": "３", "3.jidokan.total": "15", "4": "1234",
         "6": "=SUM(A1)"},
        {"1": "9校", "2": "有", "3.jidokan.koei": "公立公営 12か所\n公立民営 3か所\n合計 15か所",
         "4": "1,234人", "6": "=SUM(A1)"},
    ),
    "hokago": (
        {"4-d": "0", "4-r": "12.5%", "5": "2020-04-01", "6": "一行目\n二行目"},
        {"4-d": "0人", "4-r": "12.5％", "5": "令和２年４月１日", "6": "一行目\n二行目"},
    ),
}  # fmt: skip


@pytest.fixture(scope="module", params=LAST)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def folder(name: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The survey, with what one city answered last year."""
    made = tmp_path_factory.mktemp("previous") / "survey"
    shutil.copytree(HINAN if name == "hinan2025" else TINY.parent / name, made)
    values = LAST[name][0]
    rows = (("code", *values), (KOKUBUNJI, *values.values()))
    quoted = (",".join(f'"{text}"' for text in row) for row in rows)
    (made / "2023.csv").write_text("\n".join(quoted), encoding="utf-8")
    survey = made / "survey.toml"
    survey.write_text('previous = "2023.csv"\nshows_previous = true\n' + survey.read_text("utf-8"), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def register(folder: Path) -> Register:
    return build_register(folder)


def the_workbook(register: Register, lgcode: str = KOKUBUNJI) -> bytes:
    body = register.body(lgcode)
    assert body is not None
    (made,) = handed_out([body], register)
    assert made.previous is (lgcode == KOKUBUNJI)
    return made.data


def filled(register: Register, data: bytes, values: Mapping[str, FillValue]) -> bytes:
    """The workbook with the values that `fill` writes into the blank form."""
    (form,) = register.survey.forms
    book, theirs = load_workbook(io.BytesIO(data)), load_workbook(io.BytesIO(fill(form, register.survey, values)))
    for place in layout(form).inputs.values():
        book[form.sheet].cell(*place).value = theirs[form.sheet].cell(*place).value
    return saved(book)


def saved(book: object) -> bytes:
    out = io.BytesIO()
    book.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def sheet_of(register: Register, data: bytes) -> AnswerSheet:
    (sheet,) = read(data, register.survey, register.roster).sheets
    return sheet


def ways(register: Register) -> list[Mapping[str, FillValue]]:
    (form,), (program,), body = register.survey.forms, register.survey.programs, register.body(KOKUBUNJI)
    assert body is not None
    known = known_values(form, body, program)
    honest = [values_of(form, register.survey, (body, program), way) for way in walks(form, body.kind).ways]
    return [known, *({**values, **known} for values in honest)]


def test_it_stands_beside_its_question_under_a_heading(name: str, register: Register) -> None:
    """Nothing else does, and nothing of it in the cells of the answers."""
    (form,) = register.survey.forms
    places = layout(form)
    page = load_workbook(io.BytesIO(the_workbook(register)))[form.sheet]
    column = places.last_column + 1
    wanted = {places.inputs[key][0]: text for key, text in LAST[name][1].items()}
    found = {row: page.cell(row, column).value for row in range(1, page.max_row + 1) if page.cell(row, column).value}
    assert found == {places.header: "前年の回答", **wanted}
    assert all(page.cell(row, column).data_type == "s" and page.cell(row, column).protection.locked for row in found)
    assert not any(page.cell(*places.inputs[q.key]).value for q in form.questions if not q.in_lines)


def test_a_body_of_which_nothing_is_known_gets_the_form_as_it_was(register: Register) -> None:
    (form,) = register.survey.forms
    plain, other = (load_workbook(io.BytesIO(data))[form.sheet] for data in
                    (blank(form, register.survey), the_workbook(register, "131032")))  # fmt: skip
    assert (plain.dimensions, layout(form).last_column) == (other.dimensions, layout(form).last_column)
    assert "前年の回答" not in {cell.value for row in other.iter_rows() for cell in row}


def test_it_is_read_as_the_form_without_it(register: Register) -> None:
    """Blank, and on every way through it; cells, findings and all. Not even what would be a finding is another one."""
    (form,) = register.survey.forms
    data = the_workbook(register)
    for values in ways(register):
        plain = fill(form, register.survey, values)
        assert sheet_of(register, filled(register, data, values)) == sheet_of(register, plain)


@pytest.mark.parametrize("heading", [None, "（参考）昨年度", "確認"])
def test_it_is_no_answer_either_where_its_heading_is_gone(register: Register, heading: str | None) -> None:
    (form,) = register.survey.forms
    places = layout(form)
    for values in ways(register)[:2]:
        book = load_workbook(io.BytesIO(filled(register, the_workbook(register), values)))
        book[form.sheet].cell(places.header, places.last_column + 1).value = heading
        ours, theirs = sheet_of(register, saved(book)), sheet_of(register, fill(form, register.survey, values))
        assert (ours.answers, ours.fields, ours.elsewhere) == (theirs.answers, theirs.fields, theirs.elsewhere)


@pytest.mark.parametrize("column", [1, 5, 7])
def test_also_where_rows_and_a_column_were_put_in(register: Register, column: int) -> None:
    """Left of everything, among the cells of the form, and between them and last year's: no other answer, no other
    finding than in the form without it."""
    form, data = register.survey.forms[0], the_workbook(register)
    for values in ways(register)[:2]:
        plain = fill(form, register.survey, values)
        ours, theirs = (sheet_of(register, moved(book, column)) for book in (filled(register, data, values), plain))
        assert [(a.question, a.understood) for a in ours.answers] == [(a.question, a.understood) for a in theirs.answers]
        assert {(f.code, f.question) for f in ours.findings} == {(f.code, f.question) for f in theirs.findings}


def moved(data: bytes, column: int) -> bytes:
    book = load_workbook(io.BytesIO(data))
    page = book.worksheets[0]
    for area in list(page.merged_cells.ranges):  # openpyxl leaves them behind
        page.unmerge_cells(str(area))
    page.insert_cols(column)
    page.insert_rows(2, 2)
    return saved(book)


def test_what_is_copied_from_there_into_the_answers_is_an_answer(name: str, register: Register) -> None:
    """As it stands there: every one of them is read as what it was last year."""
    form, (values, _) = register.survey.forms[0], LAST[name]
    book = load_workbook(io.BytesIO(the_workbook(register)))
    page, places = book[form.sheet], layout(form)
    copied = {key for key, text in LAST[name][1].items() if not re.search("[#.]", key) and text[0] != "="}
    single = {key: place for key, place in places.inputs.items() if key in copied}
    for row, column in single.values():
        page.cell(row, column).value = page.cell(row, places.last_column + 1).value
    answers = {answer.question: answer for answer in sheet_of(register, saved(book)).answers}
    for key, text in values.items():
        if key in single and key in answers:
            assert answers[key].understood == form.question(key).kind.read(text)


def with_programs(folder: Path, rows: str) -> Path:
    """The survey of four programs with these rows of last year, and a rule that compares an answer with them."""
    made = folder / "survey"
    shutil.copytree(default_survey(), made)
    (made / "2022.csv").write_text(rows, encoding="utf-8")
    survey, form = made / "survey.toml", made / "form1.toml"
    survey.write_text('previous = "2022.csv"\nshows_previous = true\n' + survey.read_text("utf-8"), encoding="utf-8")
    rule = '\n[[rules]]\ncheck = "last.Q9 == 1"\nsay = "前年は{last.Q9}です。"\nseverity = "note"\n'
    form.write_text(form.read_text("utf-8") + rule, encoding="utf-8")
    return made


YOKOHAMA = "141003"
OF_PROGRAMS = f"団体コード,制度等,Q9,a\n{YOKOHAMA},難病,①,\n{YOKOHAMA},shoman,②,\n{YOKOHAMA},自治体検診,③,①\n"


def test_what_was_answered_about_one_program_is_said_of_no_other(tmp_path: Path) -> None:
    """Neither in its form nor by a rule; of a fourth program nothing is known."""
    register = build_register(with_programs(tmp_path, OF_PROGRAMS))
    body = register.body(YOKOHAMA)
    assert body is not None
    shown, told = {}, {}
    for one in handed_out([body], register):
        (sheet,) = read(one.data, register.survey, register.roster).sheets
        form = register.survey.form(sheet.form)
        row, column = layout(form).inputs["9"][0], layout(form).last_column + 1
        page = load_workbook(io.BytesIO(one.data))[form.sheet]
        shown[sheet.program] = str(page.cell(row, column).value or "")[:1]
        page.cell(row, column - 2).value = "① 求めている。"
        findings = sheet_of(register, saved(page.parent)).findings
        told[sheet.program] = [finding.expected for finding in findings if finding.code == "rule_broken"]
    assert shown == {"nanbyo": "①", "shoman": "②", "yobosesshu": "", "kenshin": "③"}
    assert told == {"nanbyo": [], "shoman": ["前年は②です。"], "yobosesshu": [], "kenshin": []}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (f"code,9\n{YOKOHAMA},①\n", "2022.csv 1行目: B列「9」は、二つ以上の制度等で尋ねています。見出しに program"),
        (f"code,program,9\n{YOKOHAMA},難,①\n", "2022.csv 2行目: program: 「難」という制度等はありません。難病、小慢、"),
        (f"code,program,a\n{YOKOHAMA},難病,①\n", "2022.csv 2行目: C列（a）: この制度等では尋ねていません。空欄にして"),
        (f"code,program,9\n{YOKOHAMA},難病,①\n{YOKOHAMA},nanbyo,②\n", "2022.csv 3行目: code: 団体コード 141003 が2回以上"),
    ],
)
def test_what_is_wrong_with_the_programs_is_told(tmp_path: Path, rows: str, said: str) -> None:
    with pytest.raises(SurveyError, match=re.escape(said)):
        load_survey(with_programs(tmp_path, rows))


def test_of_a_question_of_one_program_no_program_need_be_said(tmp_path: Path) -> None:
    survey = load_survey(with_programs(tmp_path, f"code,a\n{YOKOHAMA},①\n"))
    assert survey.last_year(YOKOHAMA, "kenshin") == {"a": "①"}


def test_by_command(folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run_command(["--survey", str(folder), "form", str(tmp_path), "--for", "国分寺市", "--for", "港区"]) == 0
    assert "前年の回答は、1件に印字しました（前年の値のない団体には、その列がありません）。" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("shows_previous = true", "shows_previous: 前年の値の CSV ファイルの名前を、previous に書いてください。"),
    ],
)
def test_what_is_wrong_with_the_key_is_told(tmp_path: Path, head: str, said: str) -> None:
    made = tmp_path / "survey"
    shutil.copytree(TINY, made)
    (made / "survey.toml").write_text(head + "\n" + (TINY / "survey.toml").read_text("utf-8"), encoding="utf-8")
    with pytest.raises(SurveyError, match=said):
        load_survey(made)


def test_a_given_form_cannot_show_it() -> None:
    survey = load_survey(TINY)
    given = survey.forms[0].changed({"given": "様式.xlsx"})
    shows = survey.changed({"forms": (given,), "previous": "2023.csv", "shows_previous": True})
    told = {mistake.key: mistake.reason for mistake in check_survey(shows, "survey.toml", forms_known=True)}
    assert told["shows_previous"] == "given の様式には、前年の回答を印字できません。"
