"""What a prefecture's clerk does first: whom to call, by name and reason; what changed; a text for each municipality.

Expected values by hand from tests/replies/reports_at_hand.py: at "middle" 15 of 神奈川県's 29 have answered 予防接種 in the
order of their codes, one is to mend it, one lies with us and 12 are silent.
"""

from __future__ import annotations

import io
from dataclasses import replace

from openpyxl import load_workbook

from config.roster import load_roster
from replies.reports.book import prefecture_book
from replies.reports.data import MunicipalityCell, MunicipalityLine, OpenCorrection, PrefectureReport
from replies.reports.page import prefecture_page
from replies.reports.today import by_own_cells, calls, changes, town_texts
from replies.wording import load_wording
from tests.replies.letters_at_hand import the_survey
from tests.replies.reports_at_hand import ANSWER, at, prefecture_report

WORDING = load_wording()


def _report(*lines: MunicipalityLine, when: str = "middle") -> PrefectureReport:
    report = prefecture_report(when, the_survey(), load_roster())
    return replace(report, municipalities=lines, corrections=()) if lines else report


def _town(name: str, *cells: MunicipalityCell, code: str = "142042") -> MunicipalityLine:
    return MunicipalityLine(code, name, cells)


def test_who_is_to_be_called_is_told_by_reason_and_name() -> None:
    report = _report(
        _town("鎌倉市", MunicipalityCell("yobosesshu", "outstanding")),
        _town("藤沢市", MunicipalityCell("yobosesshu", "correction")),
        _town("茅ヶ崎市", MunicipalityCell("yobosesshu", "correction", direct=True, unbooked=True)),
        _town("逗子市", MunicipalityCell("yobosesshu", "accepted")),
        _town("三浦市", MunicipalityCell("yobosesshu", "held")),
    )
    assert calls(report, WORDING) == (
        "未提出　１団体：鎌倉市", "受信・要差替え　１団体：茅ヶ崎市", "修正　１団体：藤沢市"
    )  # fmt: skip


def test_a_list_of_the_prefectures_own_that_cannot_be_opened_sends_it_to_nobody_else() -> None:
    town = _town("鎌倉市", MunicipalityCell("yobosesshu", "correction", unbooked=True))
    sent = OpenCorrection("140007", "神奈川県", "yobosesshu", "予防接種", "Y0718-1", at("18 09:00:00"), "一覧表.xlsx", ())
    report = replace(_report(town), corrections=(sent,))
    assert calls(report, WORDING) == (
        "貴県からお送り直しいただきたいもの　１件（「ご確認いただきたい点」をご覧ください）",
    )
    assert town_texts(report, the_survey(), WORDING) == ()
    assert "現在、ご確認・修正をお願いしている点はございません" not in prefecture_page(report, the_survey(), WORDING)


def test_where_nobody_has_anything_to_do_nobody_is_to_be_called() -> None:
    assert calls(_report(_town("逗子市", MunicipalityCell("yobosesshu", "accepted"))), WORDING) == ("ございません。",)


def test_what_changed_since_the_last_report_is_told_by_name() -> None:
    report = _report(
        _town("鎌倉市", MunicipalityCell("yobosesshu", "accepted", changed=True)),
        _town("藤沢市", MunicipalityCell("yobosesshu", "correction", changed=True)),
        _town("逗子市", MunicipalityCell("yobosesshu", "accepted")),
    )
    assert changes(report, WORDING) == ()  # the first report
    assert changes(replace(report, since=at("19 10:00:00")), WORDING) == (
        "前回（7/19 10:00）の提出状況一覧より後：受け付けたもの　１団体：鎌倉市",
        "前回（7/19 10:00）の提出状況一覧より後：修正・差替えをお願いしたもの　１団体：藤沢市",
    )


def test_a_text_tells_one_municipality_its_own_points_and_no_other() -> None:
    report = _report()
    texts = {t.name: t.text for t in town_texts(report, the_survey(), WORDING)}
    names = {line.name for line in report.municipalities}
    assert len(texts) == len({line.name for line in report.municipalities for c in line.cells if c.state == "outstanding"}
                             | {c.body for c in report.corrections} | {report.municipalities[2].name})  # fmt: skip
    for name, text in texts.items():
        assert text.startswith(f"{name}　御担当者様")
        assert not [other for other in names - {name} if other in text and other not in name]
        assert "月　　日" in text and "神奈川県" in text
    silent = report.municipalities[-1].name
    assert "・予防接種：未提出です。別添１の様式にご記入のうえ" in texts[silent]


def test_a_lists_cell_stands_in_brackets_behind_the_forms_own() -> None:
    """Q7-1 of form 1 is answered in E24 (tests/goldens/forms.txt); the list's row has it somewhere else."""
    row = replace(ANSWER, sheet="一覧表", cell="AF4")
    sent = OpenCorrection("142042", "鎌倉市", "yobosesshu", "予防接種", "Y", at("18 09:00:00"), "一覧表.xlsx", (row,))
    (finding,) = by_own_cells(sent, the_survey(), WORDING).findings
    assert (finding.sheet, finding.cell) == ("様式", "E24（一覧表では AF4）")


def test_special_wards_stand_in_tokyos_report() -> None:
    report = prefecture_report("start", the_survey(), load_roster(), "13")
    ward = MunicipalityLine("131032", "港区", (MunicipalityCell("shoman", "outstanding"),))
    told = calls(replace(report, municipalities=(ward,)), WORDING)
    assert told == ("未提出　１団体：港区",)


def test_texts_and_columns_for_notes_stand_in_the_workbook() -> None:
    book = load_workbook(io.BytesIO(prefecture_book(_report(), the_survey(), WORDING)))
    rows = list(book["市区町村あての文例"].iter_rows(min_row=3, values_only=True))
    assert rows[0] == ("団体コード", "団体名", "担当・電話", "文例")
    assert all(str(row[3]).startswith(f"{row[1]}　御担当者様") for row in rows[1:])
