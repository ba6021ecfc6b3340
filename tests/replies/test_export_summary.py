"""「集計」: its figures are those of an independent count, its charts can be read without colour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from openpyxl import Workbook

from config.survey import Survey
from tests.replies.rows_at_hand import exported, one, opened, some_rows
from tests.workbooks.forms_at_hand import the_survey


@pytest.fixture(scope="module")
def survey() -> Survey:
    return the_survey()


def counted(sheet_rows: list[dict[str, str]], heading: str, program: str) -> Counter[str]:
    """An independent count: of the texts in one column of the rows that are accepted."""
    chosen = [row for row in sheet_rows if row["状態"] == "受付済み" and row["対象制度"] == program]
    return Counter(row[heading] for row in chosen)


def test_counts_are_those_of_an_independent_count(survey: Survey) -> None:
    book = opened(exported(survey, some_rows(survey, 400)))
    rows: dict[str, list[dict[str, str]]] = {}
    for title in ("別添１", "別添２"):
        head, *lines = book[title].iter_rows(values_only=True)
        rows[title] = [dict(zip(head, [v or "" for v in line], strict=True)) for line in lines]  # type: ignore[arg-type]
    checked = Counter[str]()
    for title, name, text, program, figure in figures(book):
        kind, expected = expect(rows[title], name.replace("項番", "Q"), text, program)
        assert figure == expected, (title, name, text, program)
        checked[kind] += 1
    # By hand from the notice: 別添１ has 34 choices in 13 questions and 7 circles in 2, for three programs;
    # a to d have 15 choices more.
    assert checked == {
        "choice": 3 * 34 + 34 + 15,
        "circle": 3 * 7 + 7,
        "no answer": 3 * 13 + 17,
        "no circle": 3 * 2 + 2,
        "answers": 3 * 15 + 19,
    }


def expect(rows: list[dict[str, str]], name: str, text: str, program: str) -> tuple[str, int]:
    """What a figure of 「集計」 is about, and an independent count of it."""
    if text == "回答の件数":
        return "answers", counted(rows, "状態", program)["受付済み"]
    if text.startswith("〇なし"):
        chosen = [r for r in rows if r["状態"] == "受付済み" and r["対象制度"] == program]
        return "no circle", sum(all(r[h] != "〇" for h in r if h.startswith(name)) for r in chosen)
    if text.startswith("ご記入なし"):
        return "no answer", counted(rows, name, program)[""]
    if name in ("Q6", "Q7-4"):
        return "circle", counted(rows, name + text[0], program)["〇"]
    return "choice", counted(rows, name, program)[text]


def figures(book: Workbook) -> Iterator[tuple[str, str, str, str, int]]:
    """(form, question, line, program, figure) of every figure on 「集計」."""
    title, name, programs = "", "", []
    for row in book["集計"].iter_rows(min_row=5, values_only=True):
        mark, text = str(row[0] or ""), str(row[1] or "")
        if mark.startswith("別添"):
            title = mark[:3]
        elif mark.startswith(("Q", "項番")):
            name = mark
            programs = [str(v) for v in row[2:] if v and v not in ("計", "構成比")]
        elif text:
            for program, figure in zip(programs, row[2:], strict=False):
                yield title, name, text, program, int(str(figure))


def test_sums_and_shares_fit_the_figures(survey: Survey) -> None:
    book = opened(exported(survey, some_rows(survey, 200)))
    rows = book["集計"].iter_rows(min_row=5, max_col=7, values_only=True)
    lines = [r for r in rows if isinstance(r[6], int | float)]  # of 別添１: three programs, sum, share
    assert len(lines) == 34 + 7 + 15 + 15
    for _, _, nanbyo, shoman, yobosesshu, total, _ in lines:
        assert total == nanbyo + shoman + yobosesshu
    answers = next(r for r in lines if r[1] == "回答の件数")
    assert answers[6] == 1
    assert lines[0][6] == pytest.approx(lines[0][5] / answers[5])


def test_what_is_not_accepted_is_marked_and_not_counted(survey: Survey) -> None:
    rows = [one(survey, state="held", receipt="Y-1"), one(survey, receipt="Y-2")]
    book = opened(exported(survey, rows))
    title = "別添１" if rows[0].form == "form1" else "別添２"
    assert [cell.value for cell in book[title]["F"]] == ["状態", "確認中", "受付済み"]
    assert "受け付けたご回答 1件（受付が完了していないもの 1件は含みません）" in str(book["集計"]["A3"].value)


def test_every_question_has_a_chart_with_named_axes(survey: Survey) -> None:
    charts = opened(exported(survey, some_rows(survey, 20)))["集計"]._charts  # type: ignore[attr-defined]
    assert len(charts) == 15 + 19  # notice: 1-1 … 10, and a to d
    for chart in charts:
        titles = [axis.title.tx.rich.p[0].r[0].t for axis in (chart.x_axis, chart.y_axis)]
        assert titles == ["選択肢", "回答数（件）"]
    patterns = [str(s.spPr.pattFill or s.spPr.solidFill.srgbClr) for s in charts[0].series]
    assert len(set(patterns)) == 3  # told apart without colour
