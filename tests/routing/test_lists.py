"""Collated lists, originals and attributes on their way through the desk.

Municipalities by hand from the roster: 鳥取県 collects 18, all but 鳥取市 (core city).
"""

from __future__ import annotations

import io
from email import message_from_bytes
from email.policy import default

import pytest
from openpyxl import load_workbook

from intake.submission import AnswerSheet
from replies.workbooks.collated_list import write_list
from replies.workbooks.form import FillValue
from routing.journey.judge import Settled
from routing.tracking.exporting import export_rows
from routing.tracking.instant import open_instant
from routing.tracking.national import overview
from routing.tracking.overview import status_at
from routing.tracking.reports import prefecture_report
from tests.routing.desk_at_hand import Office, form, mail
from tests.routing.test_mail_table import with_survey
from tests.workbooks.forms_at_hand import reading, the_survey

TOTTORI, YONAGO, KURAYOSHI = "312", "312029", "312037"
NAMES = [
    "米子市", "倉吉市", "境港市", "岩美町", "若桜町", "智頭町", "八頭町", "三朝町", "湯梨浜町", "琴浦町",
    "北栄町", "日吉津村", "大山町", "南部町", "伯耆町", "日南町", "日野町", "江府町",
]  # fmt: skip
SUBJECT = "【鳥取県】マイナンバーアンケート回答"
SENDER = "yobou@pref.tottori.lg.jp"


def values(name: str, changes: dict[str, FillValue | None] | None = None) -> dict[str, FillValue | None]:
    own: dict[str, FillValue | None] = {
        "program": "予防接種",
        "kind": "市区町村",
        "organisation": f"31鳥取県{name}",
    }
    return own | (changes or {})


def row(name: str, changes: dict[str, FillValue | None] | None = None) -> AnswerSheet:
    return reading(form(values(name, changes))).sheets[0]


def made_list(*rows: AnswerSheet) -> bytes:
    return write_list(rows, the_survey().form("form1"), the_survey())


def send(office: Office, files: dict[str, bytes], sender: str = SENDER, subject: str = SUBJECT) -> Settled:
    return office.settle(mail(files, subject, sender), mailbox="yoboseshu")


def letter(settled: Settled) -> tuple[str, str]:
    """Subject and text of the reply."""
    assert settled.reply is not None
    message = message_from_bytes(settled.reply.data, policy=default)
    body = message.get_body(("plain",))
    assert body is not None
    return str(message["Subject"]), str(body.get_content())


def states(office: Office) -> dict[str, str]:
    found = status_at(office.desk, office.now, "31").municipalities
    return {m.lgcode: m.state for m in found if m.program == "yobosesshu"}


def outcomes(settled: Settled) -> list[tuple[str, str]]:
    return [(p.decision.outcome, p.decision.rule) for p in settled.decided.pieces]


def test_a_whole_list_completes_the_prefecture(office: Office) -> None:
    settled = send(office, {f"{SUBJECT}.xlsx": made_list(*map(row, NAMES))})
    assert outcomes(settled) == [("kept", "collated_list")] + [("accepted", "otherwise")] * 18
    assert letter(settled)[0].startswith("【受付】")
    (own,) = [
        s for s in status_at(office.desk, office.now, "31").standings
        if (s.obligation.lgcode, s.obligation.program) == ("310000", "yobosesshu")
    ]  # fmt: skip
    assert (own.state, own.missing) == ("accepted", ())


def test_good_rows_count_at_once_and_each_broken_row_is_told(office: Office) -> None:
    rows = [row(name, {"9": None} if name == "倉吉市" else None) for name in NAMES]
    settled = send(office, {f"{SUBJECT}.xlsx": made_list(*rows)})
    subject, text = letter(settled)
    assert subject.startswith("【一部受付】")
    assert "倉吉市" in text and "Q9" in text
    assert {code for code, state in states(office).items() if state == "correction"} == {KURAYOSHI}
    assert list(states(office).values()).count("accepted") == 17


def test_a_supplementary_list_adds_and_what_it_leaves_out_keeps_its_row(office: Office) -> None:
    first = send(office, {f"{SUBJECT}.xlsx": made_list(*map(row, NAMES[:16]))})
    subject, text = letter(first)
    assert subject.startswith("【一部受付】")
    assert "日野町" in text and "江府町" in text and "日南町" not in text
    second = send(office, {f"{SUBJECT}（追加）.xlsx": made_list(*map(row, NAMES[16:]))})
    assert letter(second)[0].startswith("【受付】")
    assert list(states(office).values()) == ["accepted"] * 18


def test_originals_without_a_list_are_kept_and_the_list_is_asked_for(office: Office) -> None:
    settled = send(office, {"米子市.xlsx": form(values("米子市"))})
    assert outcomes(settled) == [("kept", "original")]
    subject, text = letter(settled)
    assert subject.startswith("【一覧表のお願い】") and "一覧表" in text
    assert states(office)[YONAGO] == "outstanding"


@pytest.mark.parametrize("together", [True, False])
def test_an_original_that_differs_from_its_row_is_told(office: Office, together: bool) -> None:
    listed = {f"{SUBJECT}.xlsx": made_list(*map(row, NAMES))}
    original = {"米子市.xlsx": form(values("米子市", {"9": 4}))}
    if together:
        settled = send(office, listed | original)
    else:
        send(office, listed)
        settled = send(office, original)
    (piece,) = [p for p in settled.decided.pieces if p.decision.rule == "original"]
    told = [f for f in piece.findings if f.code == "original_differs"]
    assert [(f.question, f.found[:1], f.expected[:1]) for f in told] == [("9", "④", "①")]
    assert states(office)[YONAGO] == "accepted"


def test_rows_of_the_prefecture_and_of_its_core_city_are_no_fault(office: Office) -> None:
    own = row("", {"kind": "都道府県", "organisation": "31鳥取県", "1-1": None, "1-2": 1})
    city = row("鳥取市", {"kind": "中核市"})
    settled = send(office, {f"{SUBJECT}.xlsx": made_list(own, city, *map(row, NAMES))})
    assert outcomes(settled)[1:3] == [("kept", "row_of_prefecture"), ("kept", "row_of_city")]
    assert letter(settled)[0].startswith("【受付】")


    assert [p.decision.remarks for p in settled.decided.pieces[1:3]] == [("row_of_prefecture",), ("row_of_city",)]
    text = "".join(letter(settled)[1].split())
    assert "鳥取市：指定都市・中核市の行は" in text
    assert office.standing("312011", "yobosesshu").row_in_list == settled.decided.arrival.receipt
    assert office.standing("312011", "yobosesshu").state == "outstanding"
    city_form = form({"program": "予防接種", "kind": "中核市", "organisation": "31鳥取県鳥取市"})
    subject = "【鳥取市】マイナンバーアンケート回答"
    send(office, {f"{subject}.xlsx": city_form}, "a@city.tottori.lg.jp", subject)
    assert office.standing("312011", "yobosesshu").row_in_list == ""


def test_each_program_on_one_workbook_is_told_for_itself(office: Office) -> None:
    """予防接種 lacks 江府町, which stands among the rows of 自治体検診; what is passed on is the latter only."""
    screened = [
        reading(form({"kind": "市区町村", "organisation": f"31鳥取県{n}", "a": 1, "b": 1, "c": 1, "d": 1}, "form2"))
        for n in NAMES
    ]
    book = load_workbook(io.BytesIO(made_list(*[row(n, {"9": None} if n == "倉吉市" else None) for n in NAMES[:-1]])))
    other = load_workbook(
        io.BytesIO(write_list([r.sheets[0] for r in screened], the_survey().form("form2"), the_survey()))
    )
    sheet = book.create_sheet("自治体検診")
    for line in other.worksheets[0].iter_rows(values_only=True):
        sheet.append(list(line))
    data = io.BytesIO()
    book.save(data)
    settled = send(office, {f"{SUBJECT}.xlsx": data.getvalue()})
    text = "".join(letter(settled)[1].split())
    assert "◆倉吉市予防接種一覧表３行目" in text
    assert "予防接種：１団体町村：江府町" in text
    asked = text.partition("■修正をお願いしたい点")[2].partition("■一覧表への記載")[0]
    assert "引き継ぎました" in text and asked and "引き継ぎました" not in asked


def test_a_row_that_names_nobody_is_told_where_it_stands_and_not_of_the_mail(office: Office) -> None:
    """Row 1 of 「一覧用」 in place of row 2 of 倉吉市: one finding, of that row."""
    book = load_workbook(io.BytesIO(made_list(*map(row, NAMES))))
    sheet = book.worksheets[0]
    for cell in sheet[3]:
        cell.value = sheet.cell(1, cell.column).value
    data = io.BytesIO()
    book.save(data)
    settled = send(office, {f"{SUBJECT}.xlsx": data.getvalue()})
    (piece,) = [p for p in settled.decided.pieces if p.decision.outcome == "correction"]
    assert [(f.code, f.cell) for f in piece.findings] == [("row_is_heading", "D3")]


def test_a_ward_that_is_not_collected_is_kept_with_words_for_its_prefecture(office: Office) -> None:
    """葛飾区 has its child guidance centre from October 2023 only; 小慢 is collected of seven wards."""
    rows = [
        reading(form({"program": "小慢", "kind": "市区町村", "organisation": f"13東京都{n}"})).sheets[0]
        for n in ("港区", "葛飾区")
    ]
    subject = "【東京都】マイナンバーアンケート回答"
    settled = office.settle(mail({f"{subject}.xlsx": made_list(*rows)}, subject, "a@section.metro.tokyo.jp"))
    assert outcomes(settled)[1:] == [("accepted", "otherwise"), ("kept", "not_owed")]
    assert settled.decided.pieces[2].decision.remarks == ("row_not_owed",)


def test_a_municipality_of_another_prefecture_is_asked_about(office: Office) -> None:
    stranger = row("", {"organisation": "32島根県安来市"})
    settled = send(office, {f"{SUBJECT}.xlsx": made_list(*map(row, NAMES), stranger)})
    (piece,) = [p for p in settled.decided.pieces if p.decision.outcome == "correction"]
    assert [f.code for f in piece.findings] == ["row_other_prefecture"]


# --- 属性 (notice 記４③) ------------------------------------------------------------------------------------


def screening(attribute: str, **changes: FillValue | None) -> bytes:
    own: dict[str, FillValue | None] = {"attribute": attribute, "a": 1, "b": 1, "c": 1, "d": 1}
    return form(own | changes, "form2")


def kenshin(office: Office, files: dict[str, bytes]) -> Settled:
    return office.settle(mail(files), mailbox="sukoyaka")


def codes(settled: Settled) -> list[list[str]]:
    return [[f.code for f in p.findings] for p in settled.decided.pieces]


def test_a_gap_is_accepted_with_a_line_and_an_entry_for_the_operators(office: Office) -> None:
    """The notice's own example: 3, 4, 6 and 8 in one file; 1, 2, 5 and 7 are nobody's."""
    settled = kenshin(
        office, {"検診.xlsx": screening("３ 胃がん検診、４ 子宮頸がん検診、６ 肝炎ウイルス検診、８ 歯周疾患検診")}
    )
    assert codes(settled) == [["file_name_absent", "attribute_gap"]]
    gap = settled.decided.pieces[0].findings[-1]
    assert (gap.severity, gap.expected) == ("warning", "肺がん検診、乳がん検診、大腸がん検診、骨粗鬆検診")
    assert settled.decided.outcome == "accepted"
    assert office.held() == [("alarm", "attribute_gap")]


def test_a_sheet_that_is_sent_back_fills_no_gap_and_is_told_of_none(office: Office) -> None:
    """It is another sheet's gap, at the cell of that one's 属性, until the other comes back mended."""
    rest = screening("１、２、５、７", a=None)
    settled = kenshin(office, {"1.xlsx": screening("３、４、６、８"), "2.xlsx": rest})
    assert [p.decision.outcome for p in settled.decided.pieces] == ["accepted", "correction"]
    assert codes(settled)[0][-1] == "attribute_gap" and "attribute_gap" not in codes(settled)[1]
    gap = settled.decided.pieces[0].findings[-1]
    assert (gap.cell, gap.expected) == ("D4", "肺がん検診、乳がん検診、大腸がん検診、骨粗鬆検診")


def test_the_rest_in_a_second_mail_leaves_no_gap(office: Office) -> None:
    kenshin(office, {"1.xlsx": screening("３、４、６、８")})
    settled = kenshin(office, {"2.xlsx": screening("１、２、５、７")})
    assert codes(settled) == [["file_name_absent"]]


def test_an_overlap_within_one_mail_is_asked_about(office: Office) -> None:
    settled = kenshin(office, {"1.xlsx": screening("３、４"), "2.xlsx": screening("４、５", **{"9": 4})})
    assert [p.decision.outcome for p in settled.decided.pieces] == ["correction", "correction"]
    found = [f for f in settled.decided.pieces[0].findings if f.code == "attribute_overlap"]
    assert [f.found for f in found] == ["子宮頸がん検診"]


def test_a_later_mail_replaces_the_screenings_that_it_names(office: Office) -> None:
    kenshin(office, {"1.xlsx": screening("")})
    kenshin(office, {"2.xlsx": screening("３", **{"9": 4})})
    rows = list(export_rows(office.ledger, office.desk.register, office.now, with_open=False))
    assert [r.attribute for r in rows] == [
        "肺がん検診、乳がん検診、子宮頸がん検診、大腸がん検診、肝炎ウイルス検診、骨粗鬆検診、歯周疾患検診",
        "胃がん検診",
    ]


def test_two_different_sheets_on_one_program_in_one_mail_are_asked_about(office: Office) -> None:
    files = {"1.xlsx": form({"program": "難病"}), "2.xlsx": form({"program": "難病", "9": 4})}
    settled = office.settle(mail(files))
    assert [[f.code for f in p.findings if f.severity == "error"] for p in settled.decided.pieces] == [
        ["answered_twice"],
        ["answered_twice"],
    ]


# --- what reports and the export make of it ----------------------------------------------------------------


def test_the_report_counts_rows_and_names_the_open_correction(office: Office) -> None:
    rows = [row(name, {"9": None} if name == "倉吉市" else None) for name in NAMES[:16]]
    send(office, {f"{SUBJECT}.xlsx": made_list(*rows)})
    prefecture = office.desk.register.body("310000")
    assert prefecture is not None
    instant = open_instant(office.ledger, office.desk.register, office.now)
    report = prefecture_report(instant, prefecture)
    (line,) = [p for p in report.programs if p.program == "yobosesshu"]
    assert line.collected is not None
    tally = (line.collected.total, line.collected.accepted, line.collected.correction, line.collected.outstanding)
    assert tally == (18, 15, 1, 2)
    assert [(c.body, c.findings[0].question) for c in report.corrections] == [("鳥取県倉吉市", "9")]
    whole = overview(instant)
    (tile,) = [t for t in whole.tiles if t.code == "31"]
    # 難病 and 小慢 of its own, 18 municipalities × 予防接種 and 自治体検診
    assert (tile.total, tile.accepted, tile.correction) == (2 + 36, 15, 1)
    assert [(c.code, c.times) for c in whole.findings] == [("answer_missing", 1)]


def test_the_export_has_one_row_for_each_answer_that_counts(office: Office) -> None:
    send(office, {f"{SUBJECT}.xlsx": made_list(*map(row, NAMES[:2]))})
    send(office, {f"{SUBJECT}（差替え）.xlsx": made_list(row("米子市", {"9": 4}))})
    rows = list(export_rows(office.ledger, office.desk.register, office.now, with_open=False))
    assert [(r.lgcode, r.program, r.state) for r in rows] == [
        (YONAGO, "yobosesshu", "accepted"),
        (KURAYOSHI, "yobosesshu", "accepted"),
    ]
    answers = [next(v for v in r.values if (v[:1] in "④①" and "複数職員" in v) or "特に記録" in v) for r in rows]
    assert [a[:1] for a in answers] == ["④", "①"]


def test_the_forms_own_example_left_in_names_what_the_sender_is(office: Office) -> None:
    """「14神奈川県相模原市」 is printed on the form as the example of 組織名."""
    files = {"【横浜市】マイナンバーアンケート回答.xlsx": form({"program": "難病", "organisation": "14神奈川県相模原市"})}
    settled = office.settle(mail(files))
    (piece,) = settled.decided.pieces
    assert (piece.decision.outcome, piece.identity.body) == ("correction", "141003")
    assert [f.code for f in piece.findings if f.severity == "error"] == ["organisation_contradicts"]


def test_a_list_that_has_to_be_sent_elsewhere_is_told_so_once_and_promises_nothing(office: Office) -> None:
    """予防接種 goes to mailbox ② (notice 記２); to ① came four faultless rows and one with a blank."""
    with_survey(office, wrong_mailbox="resend")
    rows = (*(row(name) for name in NAMES[:4]), row(NAMES[4], {"2": None}))
    settled = office.settle(mail({f"{SUBJECT}.xlsx": made_list(*rows)}, SUBJECT, SENDER), mailbox="n_mynumber")
    text = "".join(letter(settled)[1].split())
    assert text.count("お送りいただきたい提出先：予防接種担当参事官室企画法令係yoboseshu@mhlw.go.jp") == 1
    assert "一覧表：送り直しをお願いします（下記）。・記載のある団体：５団体■お願い" in text
    assert "◆米子市" not in text and "◆若桜町予防接種一覧表６行目" in text
    for promised in ("先に受け付けた内容", "修正をお願いしたい団体"):
        assert promised not in text
