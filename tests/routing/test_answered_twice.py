"""Two answer sheets in one mail: of one body or of two, the same or different, however each names itself;
and samples, which are nobody's answer."""

from __future__ import annotations

import pytest

from replies.workbooks.form import FillValue
from tests.routing.desk_at_hand import Office, form, mail

Changes = dict[str, FillValue | None]
# 組織名 as somebody may write it in 横浜市's name, from 横浜市's address, under a subject that says 横浜市
SPELLINGS = ("14神奈川県横浜市", "横浜市", "横浜市こども青少年局医療援助係", "よこはま市", "", "141003")
OTHER_ANSWER: Changes = {"9": 4}


def settled(office: Office, one: Changes, other: Changes) -> list[tuple[str, bool]]:
    """The outcome of each of two sheets, and whether it was told to have been answered twice."""
    files = {"1.xlsx": form({"program": "難病"} | one), "2.xlsx": form({"program": "難病"} | other)}
    pieces = office.settle(mail(files)).decided.pieces
    return [(p.decision.outcome, any(f.code == "answered_twice" for f in p.findings)) for p in pieces]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_body_is_the_one_that_the_whole_mail_tells(office: Office, spelling: str) -> None:
    told = settled(office, {}, {"organisation": spelling or None} | OTHER_ANSWER)
    assert told == [("correction", True), ("correction", True)]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_same_answers_twice_are_no_fault(office: Office, spelling: str) -> None:
    told = settled(office, {}, {"organisation": spelling or None})
    assert [twice for _, twice in told] == [False, False]


def test_the_program_is_the_one_that_the_whole_mail_tells(office: Office) -> None:
    files = {"難病1.xlsx": form(), "難病2.xlsx": form(OTHER_ANSWER | {"program": "難病"})}
    pieces = office.settle(mail(files)).decided.pieces
    assert [p.program for p in pieces] == ["nanbyo", "nanbyo"]
    assert all(any(f.code == "answered_twice" for f in p.findings) for p in pieces)


def test_two_programs_of_one_body_are_two_answers(office: Office) -> None:
    assert settled(office, {}, OTHER_ANSWER | {"program": "小慢"}) == [("accepted", False)] * 2


def test_two_bodies_are_two_answers(office: Office) -> None:
    """A prefecture sends the sheets of two of its municipalities."""
    own: Changes = {"kind": "市区町村", "program": "予防接種"}
    files = {
        "1.xlsx": form(own | {"organisation": "31鳥取県米子市"}),
        "2.xlsx": form(own | {"organisation": "31鳥取県倉吉市"} | OTHER_ANSWER),
    }
    sent = mail(files, "【鳥取県】マイナンバーアンケート回答", "yobou@pref.tottori.lg.jp")
    pieces = office.settle(sent, mailbox="yoboseshu").decided.pieces
    assert [p.identity.body for p in pieces] == ["312029", "312037"]
    assert not any(f.code == "answered_twice" for p in pieces for f in p.findings)


@pytest.mark.parametrize("subject", ["【横浜市】マイナンバーアンケート回答", "回答の送付"])
def test_a_file_that_shows_how_to_fill_in_is_no_second_answer(office: Office, subject: str) -> None:
    files = {
        "【横浜市】マイナンバーアンケート回答.xlsx": form({"program": "難病"}),
        "記入例.xlsx": form({"organisation": "14神奈川県相模原市"}),
    }
    settled = office.settle(mail(files, subject))
    first = settled.decided.pieces[0]
    assert (first.decision.outcome, first.identity.body) == ("accepted", "141003")
    assert settled.decided.pieces[1].decision.rule == "supporting"


def test_such_a_file_alone_asks_for_the_answer(office: Office) -> None:
    settled = office.settle(mail({"記入例.xlsx": form({"organisation": "14神奈川県相模原市"})}))
    (piece,) = settled.decided.pieces
    assert (piece.decision.rule, [f.code for f in piece.findings]) == ("no_form", ["sample_alone"])


def test_two_municipalities_that_their_prefecture_sends_are_two_however_they_are_spelt(office: Office) -> None:
    """What names no body is not taken for the prefecture that sends it, and not for the other one either."""
    own: Changes = {"kind": "市区町村", "program": "予防接種"}
    files = {
        "1.xlsx": form(own | {"organisation": "31鳥取県よなご市"}),
        "2.xlsx": form(own | {"organisation": "31鳥取県くらよし市"} | OTHER_ANSWER),
    }
    sent = mail(files, "【鳥取県】マイナンバーアンケート回答", "yobou@pref.tottori.lg.jp")
    pieces = office.settle(sent, mailbox="yoboseshu").decided.pieces
    assert not any(f.code == "answered_twice" for p in pieces for f in p.findings)
    assert [p.decision.outcome for p in pieces] == ["correction", "correction"]
    assert all("body_unknown" in {f.code for f in p.findings if f.severity == "error"} for p in pieces)


def test_a_prefecture_that_misspells_itself_is_settled_by_its_address(office: Office) -> None:
    own: Changes = {"kind": "都道府県", "program": "難病", "organisation": "鳥取けん庁舎の健康医療", "1-1": None, "1-2": 1}
    sent = mail({"1.xlsx": form(own)}, "【鳥取県】マイナンバーアンケート回答", "yobou@pref.tottori.lg.jp")
    (piece,) = office.settle(sent).decided.pieces
    assert (piece.decision.outcome, piece.identity.body) == ("accepted", "310000")
