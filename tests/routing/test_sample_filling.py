"""The sample filling of `survey preview` (記入見本): read back by the desk it shows nothing, and it keeps the rules."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.kinds.date import DateKind
from config.kinds.kind import Around, Kind
from config.kinds.number import NumberKind
from config.kinds.text import TextKind
from config.kinds.year_month import YearMonthKind
from config.load import default_survey
from intake.submission import AnswerSheet
from replies.workbooks.form import fill
from routing.authoring.sample import sample
from routing.authoring.trial import filling_in_form, read
from routing.register import build_register
from tests.config.surveys_at_hand import TINY
from tests.replies.office import convert_all

FOLDERS = (*sorted(TINY.parent.iterdir()), *sorted(f for f in default_survey().parent.iterdir() if f.is_dir()))

QUESTIONS = """
[[questions]]
key = "4"
item = "4"
text = "公園の数"
kind = "number"
unit = "か所"

[[questions]]
key = "5"
item = "5"
text = "うち、ぶらんこのある公園の数"
kind = "number"
unit = "か所"

[[questions]]
key = "6"
item = "6"
text = "大きさ別の公園の数"
kind = "table"
rows = { big = "大", small = "小", total = "合計" }
columns = { old = "以前から", new = "今年度から", total = "合計" }
cell = { unit = "か所" }
totals = ["total"]

[[questions]]
key = "7"
item = "7"
text = "最初の公園を開いた日"
kind = "date"
max = 1990-12-31

[[questions]]
key = "8"
item = "8"
text = "最後の公園を開いた日"
kind = "date"

[[questions]]
key = "9"
item = "9"
text = "公園の一覧"
kind = "table"
lines = 30
[questions.columns]
name = "名称"
area = { label = "面積", kind = "number", unit = "㎡" }
note = { label = "備考", required = false }

[[questions]]
key = "10"
item = "10"
text = "芝生の割合"
kind = "number"
unit = "％"
min = 20
max = 60

[[rules]]
check = "Q6.total.total == Q4 and count(Q9.name) == Q4"
say = "公園の数が合いません。"

[[rules]]
when = "Q4 > 0"
check = "Q7 < Q8"
say = "最後の公園は、最初の公園より後です。"

[[rules]]
check = "sum(Q9.area) <= 100000 and Q5 <= Q4"
say = "面積か、ぶらんこのある公園が多すぎます。"
"""


def filled_in(folder: Path) -> list[AnswerSheet]:
    """Each form of a survey, filled in by the first body, as the desk reads it."""
    register = build_register(folder)
    survey, found = register.survey, []
    for form in survey.forms:
        whose = next(filling_in_form(form, survey, register.roster))
        reading = read(fill(form, survey, sample(form, survey, whose)), survey, register.roster)
        assert reading.findings == ()
        found += reading.sheets
    return found


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_sample_of_a_survey_shows_nothing_to_ask_about(folder: Path) -> None:
    sheets = filled_in(folder)
    assert sheets and [sheet.findings for sheet in sheets] == [()] * len(sheets)


def test_numbers_days_and_sums_keep_the_rules(tmp_path: Path) -> None:
    shutil.copytree(TINY, tmp_path / "s")
    with (tmp_path / "s" / "form1.toml").open("a", encoding="utf-8") as file:
        file.write(QUESTIONS)
    (sheet,) = filled_in(tmp_path / "s")
    assert sheet.findings == ()
    told = {answer.question: answer.canonical for answer in sheet.answers}
    assert [told[f"9.{line}.name"] for line in (1, 2, 3)] == ["中央", "東部", "西部"]
    assert told["4"] == told["6.total.total"] == "3"  # as many as lines are filled in
    assert told["7"] <= "1990-12-31"
    assert 20 <= Decimal(told["10"].rstrip("%")) <= 60


def test_the_form_itself_finds_nothing_wrong_with_its_sample(tmp_path: Path) -> None:
    """A form that helps, with sums by row and column and rules, as LibreOffice computes it; and what it says where one
    total is wrong and another is missing."""
    shutil.copytree(TINY.parent / "hokago", tmp_path / "s")
    file = tmp_path / "s" / "form1.toml"
    file.write_text("helps = true\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    register = build_register(tmp_path / "s")
    survey, form = register.survey, register.survey.forms[0]
    good = dict(sample(form, survey, next(filling_in_form(form, survey, register.roster))))
    wrong = {**good, "3.jidokan.total": Decimal(99)}
    del wrong["3.total.koei"]
    for name, values in (("good", good), ("wrong", wrong)):
        (tmp_path / f"{name}.xlsx").write_bytes(fill(form, survey, values))
    (tmp_path / "out").mkdir()
    books = convert_all([tmp_path / "good.xlsx", tmp_path / "wrong.xlsx"], "xlsx", tmp_path / "out")
    said = []
    for book in books:
        sheet = load_workbook(book, data_only=True)[form.sheet]
        cells = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
        said.append([text for text in cells if text.startswith(("※", "未回答"))])
    assert said == [
        [],
        [
            "未回答あり（Q3）",
            "※ 「児童館・合計」（99）が、内訳の計（14）と合いません。",
            "※ 未回答です※ 「合計・合計」（37）が、内訳の計（122）と合いません。",  # 99 + 9 + 14
        ],
    ]


@pytest.mark.parametrize(
    "kind",
    [
        NumberKind(unit="人"), NumberKind(unit="千円", min=Decimal(10_000)), NumberKind(unit="％", max=Decimal(1)),
        NumberKind(min=Decimal(-5), max=Decimal(-5)), NumberKind(max=Decimal("0.5"), places=1), TextKind(length=3),
        DateKind(max=date(1999, 1, 1)), DateKind(min=date(2030, 4, 1)), YearMonthKind(), NumberKind(max=Decimal(3)),
    ],
    ids=str,
)  # fmt: skip
def test_what_a_kind_holds_for_plausible_is_right(kind: Kind) -> None:
    for place in range(30):
        text = kind.plausible(place, date(2024, 6, 30))
        assert kind.read(text) and not list(kind.faults(text, Around()))
