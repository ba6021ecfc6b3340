"""What arrived and could not be booked: it is never called 未提出, and only who is the body's by proof says so.

Expected values by hand from the survey: 横浜市 owes 難病 and 小慢 in mailbox ①, 予防接種 in ② and 自治体検診 in ③; 神奈川県
collects 29 municipalities (33 without 横浜市, 川崎市, 相模原市 and 横須賀市) for 予防接種 in ②.
"""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import openpyxl
import pytest

from config.jst import JST
from routing.ledger.books import books_at
from routing.notices.remind import recipients
from routing.notices.reminding import at_hand
from routing.office import Office as AnyOffice
from routing.tracking.overview import status_at
from routing.tracking.status_json import status_json
from tests.routing.desk_at_hand import Office, form, mail, nanbyo
from tests.routing.test_desk import letter

YOKOHAMA, KANAGAWA, KAMAKURA = "141003", "140007", "142042"
BROKEN = b"PK\x03\x04 this is no workbook"
ROUND = datetime(2023, 7, 19, 10, tzinfo=JST)


def _status(office: Office) -> dict[str, object]:
    return status_json(status_at(office.desk, office.now), office.desk.register)


def _unbooked(office: Office) -> list[tuple[str, str, str]]:
    return [(u["lgcode"], u["program"], u["state"]) for u in _status(office)["unbooked"]]  # type: ignore[attr-defined]


def _broken(name: str = "回答.xlsx", **rest: str) -> bytes:
    return mail({name: BROKEN}, **rest)  # type: ignore[arg-type]


def test_a_file_that_cannot_be_opened_is_received_and_to_be_replaced(office: Office) -> None:
    office.settle(_broken("難病.xlsx"))
    standing = office.standing_now(YOKOHAMA, "nanbyo")
    assert (standing.state, standing.unbooked) == ("correction", True)
    assert office.standing_now(YOKOHAMA, "shoman").state == "outstanding"  # the name says 難病
    assert _unbooked(office) == [(YOKOHAMA, "nanbyo", "correction")]


def test_where_nothing_names_the_program_it_counts_for_all_that_is_owed_in_the_mailbox(office: Office) -> None:
    office.settle(_broken())
    assert [office.standing_now(YOKOHAMA, p).state for p in ("nanbyo", "shoman")] == ["correction"] * 2
    assert office.standing_now(YOKOHAMA, "yobosesshu").state == "outstanding"  # another mailbox
    assert _unbooked(office) == [(YOKOHAMA, "", "correction")]


def test_a_mail_without_a_file_is_received(office: Office) -> None:
    office.settle(mail({}))
    assert office.standing_now(YOKOHAMA, "nanbyo").unbooked


def test_beside_a_good_sheet_it_counts_for_the_other_program_only(office: Office) -> None:
    office.settle(mail({"a.xlsx": nanbyo(), "【横浜市】マイナンバーアンケート回答.xlsx": BROKEN}))
    assert [office.standing_now(YOKOHAMA, p).state for p in ("nanbyo", "shoman")] == ["accepted", "correction"]


@pytest.mark.parametrize(
    "name",
    ["小慢.xlsx", "横浜市_小児慢性特定疾病（修正版）.xls", "ｼｮｳﾏﾝ（小慢）.xlsx", "マイナンバーアンケート回答.xlsx",
     "【横浜市】２.xlsx"],
)  # fmt: skip
def test_a_broken_file_of_a_program_without_an_answer_in_the_mail_is_to_be_replaced(office: Office, name: str) -> None:
    settled = office.settle(mail({"難病.xlsx": nanbyo(), name: BROKEN}))
    assert [p.decision.rule for p in settled.decided.pieces] == ["otherwise", "no_form"]
    assert [office.standing_now(YOKOHAMA, p).state for p in ("nanbyo", "shoman")] == ["accepted", "correction"]
    assert office.standing_now(YOKOHAMA, "shoman").unbooked
    assert settled.reply is not None and settled.reply.kind == "partial"
    assert name in letter(office)


YOBOSESSHU = form({"program": "予防接種"})


@pytest.mark.parametrize("name", ["小慢.xlsx", "横浜市_小児慢性特定疾病（修正版）.xls"])
def test_a_broken_file_in_another_section_s_mailbox_is_asked_for_and_counts_for_its_own_program(
    office: Office, name: str
) -> None:
    raw = mail({"予防接種.xlsx": YOBOSESSHU, name: BROKEN}, headers={"To": "yoboseshu@mhlw.go.jp"})
    settled = office.settle(raw, mailbox="yoboseshu")
    assert [p.decision.rule for p in settled.decided.pieces] == ["otherwise", "no_form"]
    assert settled.reply is not None and settled.reply.kind == "partial" and name in letter(office)
    states = [office.standing_now(YOKOHAMA, p) for p in ("yobosesshu", "shoman", "nanbyo")]
    assert [s.state for s in states] == ["accepted", "correction", "outstanding"]
    assert states[0].open_corrections == () and states[1].unbooked
    office.now += timedelta(hours=1)
    office.settle(mail({"小慢.xlsx": form({"program": "小慢"})}))  # where it belongs
    assert office.standing_now(YOKOHAMA, "shoman").state == "accepted" and _unbooked(office) == []


def test_alone_in_another_section_s_mailbox_it_counts_for_its_own_program_too(office: Office) -> None:
    office.settle(mail({"小慢.xlsx": BROKEN}), mailbox="yoboseshu")
    assert [office.standing_now(YOKOHAMA, p).state for p in ("yobosesshu", "shoman")] == ["outstanding", "correction"]


def test_what_goes_to_both_mailboxes_is_asked_for_in_one(office: Office) -> None:
    """①'s copy asks for 小慢; ②'s has nothing to ask."""
    raw = mail({"予防接種.xlsx": YOBOSESSHU, "小慢.xlsx": BROKEN}, headers={"Cc": "yoboseshu@mhlw.go.jp"})
    rules = [[p.decision.rule for p in office.settle(raw, mailbox=m).decided.pieces] for m in ("n_mynumber", "yoboseshu")]
    assert [found[1] for found in rules] == ["no_form", "supporting"]


@pytest.mark.parametrize(
    "name",
    ["参考資料.xlsx", "添付資料.xls", "小慢の参考資料.xlsx", "小慢システム構成図.xlsx", "難病.xlsx", "難病（写し）.xlsx",
     "小慢記入例.xlsx", "横浜市.xlsx", "Book1.xlsx", "予防接種の参考資料.xlsx", "小慢要綱.pdf"],
)  # fmt: skip
def test_a_broken_file_that_is_no_other_answer_accuses_nobody(office: Office, name: str) -> None:
    settled = office.settle(mail({"横浜市の回答.xlsx": nanbyo(), name: BROKEN}))
    assert [p.decision.rule for p in settled.decided.pieces] == ["otherwise", "supporting"]
    assert office.standing_now(YOKOHAMA, "shoman").state == "outstanding" and _unbooked(office) == []


def test_a_workbook_that_opens_and_is_no_form_accuses_nobody_by_its_name(office: Office) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "小慢の受給者数"
    out = io.BytesIO()
    book.save(out)
    settled = office.settle(mail({"a.xlsx": nanbyo(), "小慢.xlsx": out.getvalue()}))
    assert [p.decision.rule for p in settled.decided.pieces] == ["otherwise", "supporting"]


def test_where_both_programs_are_answered_a_broken_file_of_one_accuses_nobody(office: Office) -> None:
    answers = {"a.xlsx": nanbyo(), "b.xlsx": form({"program": "小慢"})}
    settled = office.settle(mail({**answers, "小慢（前の版）.xlsx": BROKEN}))
    assert [p.decision.rule for p in settled.decided.pieces] == ["otherwise", "otherwise", "supporting"]


def test_the_mended_file_closes_it(office: Office) -> None:
    office.settle(_broken(), office.now - timedelta(hours=2))
    office.settle(mail())
    assert [office.standing_now(YOKOHAMA, p).state for p in ("nanbyo", "shoman")] == ["accepted", "outstanding"]
    assert _unbooked(office) == []


def test_what_came_before_closes_nothing_and_an_answer_that_stands_goes_on(office: Office) -> None:
    office.settle(mail(), office.now - timedelta(hours=2))
    office.settle(_broken("難病.xlsx"))
    standing = office.standing_now(YOKOHAMA, "nanbyo")
    assert standing.state == "accepted" and standing.open_corrections
    assert _unbooked(office) == [(YOKOHAMA, "nanbyo", "correction")]


def test_the_newest_of_two_from_one_address_is_told(office: Office) -> None:
    office.settle(_broken(), office.now - timedelta(hours=2))
    second = office.settle(_broken("回答２.xlsx", body="差し替えます。"))
    assert [u.receipt for u in books_at(office.ledger, office.desk.register, office.now).unbooked] == [
        second.decided.arrival.receipt
    ]


@pytest.mark.parametrize("sender", ["x@city.kawasaki.lg.jp", "x@gmail.com", "x@kouiki.lg.jp"])
def test_a_stranger_who_names_the_body_changes_nothing(office: Office, sender: str) -> None:
    office.settle(_broken("【横浜市】マイナンバーアンケート回答.xlsx", sender=sender))
    assert office.standing_now(YOKOHAMA, "nanbyo").state == "outstanding"
    assert not [u for u in _status(office)["unbooked"] if u["vouched"] and u["lgcode"] == YOKOHAMA]  # type: ignore[attr-defined]


def test_a_list_that_cannot_be_opened_counts_for_the_municipalities_that_are_missing(office: Office) -> None:
    office.settle(
        _broken("一覧表.xlsx", sender="y@pref.kanagawa.lg.jp", subject="【神奈川県】マイナンバーアンケート回答"),
        mailbox="yoboseshu",
    )
    standing = office.standing_now(KANAGAWA, "yobosesshu")
    assert (standing.state, standing.unbooked, len(standing.to_replace)) == ("correction", True, 29)
    assert len(standing.open_corrections) == 1


def test_a_municipalitys_own_file_counts_for_its_row_only(office: Office) -> None:
    office.settle(_broken(sender="k@city.kamakura.lg.jp", subject="【鎌倉市】回答"), mailbox="yoboseshu")
    standing = office.standing_now(KANAGAWA, "yobosesshu")
    assert standing.to_replace == (KAMAKURA,)


def test_what_arrived_is_no_answer_in_time(office: Office) -> None:
    office.settle(_broken())
    owed = [o for o in status_at(office.desk, office.now).owed if o.standing.obligation.lgcode == YOKOHAMA]
    assert {o.timing for o in owed} == {"none"}


def test_who_sent_it_is_reminded_and_a_stranger_is_listed_for_the_telephone(office: Office) -> None:
    office.settle(_broken())
    office.settle(_broken("【川崎市】マイナンバーアンケート回答.xlsx", sender="x@kouiki.lg.jp", subject="【川崎市】回答"))
    office.now = ROUND + timedelta(days=1)
    everybody: AnyOffice = office.desk
    found = {r.lgcode: r for r in recipients(at_hand(everybody), ROUND + timedelta(days=1), office.now, ["n_mynumber"])}
    assert found[YOKOHAMA].addresses == ("kenko@city.yokohama.lg.jp",)
    assert found["141305"].addresses == () and "x@kouiki.lg.jp" in found["141305"].refused


def test_the_same_instant_asked_later_gives_the_same(office: Office) -> None:
    office.settle(_broken())
    then = office.now
    office.now += timedelta(days=1)
    office.settle(mail())
    assert office.standing_now(YOKOHAMA, "nanbyo", then).unbooked
    assert not office.standing_now(YOKOHAMA, "nanbyo").unbooked


def test_a_sheet_of_no_program_is_received(office: Office) -> None:
    office.settle(mail({"回答.xlsx": form({"program": None})}))
    assert office.standing_now(YOKOHAMA, "nanbyo").unbooked


# --- several files in one mail --------------------------------------------------------------------------------


def _two(first: str = "難病.xlsx", second: str = "小慢.xlsx", **more: bytes) -> bytes:
    return mail({first: BROKEN, second: BROKEN, **more})


def _shoman() -> dict[str, bytes]:
    return {"【横浜市】マイナンバーアンケート回答.xlsx": form({"program": "小慢"})}


def _states(office: Office) -> list[tuple[str, bool]]:
    standings = [office.standing_now(YOKOHAMA, p) for p in ("nanbyo", "shoman")]
    return [(s.state, s.unbooked) for s in standings]


TO_REPLACE, MENDED, OUTSTANDING = ("correction", True), ("accepted", False), ("outstanding", False)


@pytest.mark.parametrize("names", [("難病.xlsx", "小慢.xlsx"), ("a.xlsx", "b.xlsx"), ("回答.xlsx", "小慢.xlsx")])
def test_of_two_files_that_cannot_be_opened_the_one_that_is_mended_closes_itself_only(
    office: Office, names: tuple[str, str]
) -> None:
    office.settle(_two(*names), office.now - timedelta(hours=2))
    assert _states(office) == [TO_REPLACE, TO_REPLACE] and len(_unbooked(office)) == 2
    office.settle(mail())
    assert _states(office) == [MENDED, TO_REPLACE] and len(_unbooked(office)) == 1
    office.now += timedelta(hours=1)
    office.settle(mail(_shoman(), body="小慢です。"))
    assert _states(office) == [MENDED, MENDED] and _unbooked(office) == []


def test_mended_the_other_way_round_it_is_the_same(office: Office) -> None:
    office.settle(_two(), office.now - timedelta(hours=2))
    office.settle(mail(_shoman()))
    assert _states(office) == [TO_REPLACE, MENDED] and _unbooked(office) == [(YOKOHAMA, "nanbyo", "correction")]


def test_a_newer_file_that_cannot_be_opened_either_stands_for_its_own_program_only(office: Office) -> None:
    office.settle(_two(), office.now - timedelta(hours=2))
    second = office.settle(mail({"難病（再送）.xlsx": BROKEN + b"another"}, body="難病を再送します。"))
    assert _states(office) == [TO_REPLACE, TO_REPLACE]
    waiting = books_at(office.ledger, office.desk.register, office.now).unbooked
    assert [(u.receipt == second.decided.arrival.receipt, u.filename) for u in waiting] == [
        (False, "小慢.xlsx"), (True, "難病（再送）.xlsx")
    ]  # fmt: skip


def test_the_same_broken_file_again_is_received_still_and_waits_for_a_person(office: Office) -> None:
    office.settle(_broken("難病.xlsx"), office.now - timedelta(hours=2))
    again = office.settle(_broken("難病.xlsx", body="再送します。"))
    assert again.decided.mail.rule == "no_form_again"
    standing = office.standing_now(YOKOHAMA, "nanbyo")
    assert (standing.state, standing.unbooked) == ("held", True)


def test_a_picture_beside_the_file_is_no_second_answer(office: Office) -> None:
    office.settle(mail({"難病.xlsx": BROKEN, "小慢.png": b"\x89PNG\r\n\x1a\n"}), office.now - timedelta(hours=2))
    assert _states(office) == [TO_REPLACE, OUTSTANDING]
    office.settle(mail())
    assert _states(office) == [MENDED, OUTSTANDING] and _unbooked(office) == []


def test_the_same_file_twice_is_closed_by_the_one_that_comes(office: Office) -> None:
    office.settle(_two("難病.xlsx", "難病 (1).xlsx"), office.now - timedelta(hours=2))
    assert len(_unbooked(office)) == 1
    office.settle(mail())
    assert _states(office) == [MENDED, OUTSTANDING] and _unbooked(office) == []


def test_two_files_of_which_one_program_is_left_are_both_answered_by_it(office: Office) -> None:
    office.settle(mail(_shoman()), office.now - timedelta(hours=3))
    office.settle(_two("a.xlsx", "b.xlsx"), office.now - timedelta(hours=2))
    office.settle(mail())
    assert _states(office) == [MENDED, MENDED] and _unbooked(office) == []


def test_thirty_locked_files_of_a_prefecture_are_told_once(office: Office) -> None:
    files = {f"市町村{n}.xlsx": BROKEN for n in range(30)}
    office.settle(
        mail(files, sender="y@pref.kanagawa.lg.jp", subject="【神奈川県】マイナンバーアンケート回答"), mailbox="yoboseshu"
    )
    assert _unbooked(office) == [(KANAGAWA, "yobosesshu", "correction")]
