"""One tuple of columns for the workbook and the page: a column that stands in one of them stands in the other."""

from __future__ import annotations

import io
import re

from openpyxl import load_workbook

from config.roster import load_roster
from replies.reports.book import prefecture_book
from replies.reports.columns import CELL, CORRECTION, POINT, PROGRAM, headings
from replies.reports.page import prefecture_page
from replies.wording import load_wording
from tests.replies.letters_at_hand import the_survey
from tests.replies.reports_at_hand import prefecture_report


def test_every_column_stands_in_the_workbook_and_on_the_page() -> None:
    survey, wording = the_survey(), load_wording()
    report = prefecture_report("middle", survey, load_roster())
    book = load_workbook(io.BytesIO(prefecture_book(report, survey, wording)))
    page = prefecture_page(report, survey, wording)
    heads = [
        [cell.value for cell in next(r for r in book[name].iter_rows() if r[0].value == first)]
        for name, first in (("提出状況", "制度等"), ("市区町村別", "団体コード"), ("ご確認いただきたい点", "団体名"))
    ]
    assert {"制度等", "状況", "取りまとめ分", "受信日時", "備考", "残っているもの", "お願いしたいこと"} <= set(heads[0])
    assert heads[0] == [heading for heading, _ in headings(PROGRAM, wording)]
    assert [str(text).partition("\n")[2] for text in heads[1][2:-4]] == [h for h, _ in headings(CELL, wording)] * 2
    assert heads[1][-4:] == ["担当・電話", "連絡済み", "回答予定日", "メモ"]
    assert heads[2] == [h for h, _ in (*headings(CORRECTION, wording), *headings(POINT, wording))]
    on_page = set(re.findall(r"<th>([^<]+)</th>", page))
    shown = [column for column in PROGRAM if column.kind != "tags"]  # those stand within the column before
    assert {h for h, _ in (*headings(shown, wording), *headings(POINT, wording))} <= on_page
    about = [column for column in CORRECTION if column.key not in ("body", "program", "filename")]  # those head its table
    for heading, _ in headings(about, wording):
        assert f"{heading} " in page
