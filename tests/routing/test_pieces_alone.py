"""What stands beside a piece: other sheets of the mail, its row in a list, earlier answers, parts, outlines. Each rule by
itself and by what keeps it from hitting.

What mutation testing found that no pure test held (docs/mutants.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from intake.finding import Finding
from intake.submission import Answer, AnswerSheet, FieldValue
from routing.decision.compare import Told, differences, listed_in, same_body_twice
from routing.decision.gaps import with_gaps
from routing.decision.joined import may_join, remarked, without_wanted
from routing.decision.mail_set import MailSet, gather, stem
from routing.decision.remained import asked_before
from routing.decision.replacing import Newcomer, standing_ones
from routing.proof import Proof
from routing.records import Identity, Note, PartRow, Piece
from routing.standing import Booking
from tests.routing.cases_at_hand import (
    ERROR,
    IN_TIME,
    KAMAKURA,
    YOKOHAMA,
    YOKOSUKA,
    booking,
    decided,
    file,
    piece,
    sheet,
    submission,
)
from tests.workbooks.forms_at_hand import the_survey

MINUTE = timedelta(minutes=1)
SURVEY = the_survey()


# Two sheets of one body in one mail


def taken(number: int, text: str = "") -> tuple[Answer, ...]:
    """The answer to question 10, with a text of its own."""
    return (Answer("10", f"{number}", "E36", number, texts=(FieldValue("10-text", text, "E37"),)),)


ONE = sheet("横浜市", YOKOHAMA, answers=taken(1))
TWO = replace(ONE, sheet="様式 (2)", answers=taken(2))
SCREENING = replace(ONE, form="form2")


def twice(*sheets: AnswerSheet, **changes: str) -> list[tuple[str, str, str]]:
    """(code, sheet, names) that is said of the first of these sheets of 横浜市's 難病."""
    made = [Told(s, YOKOHAMA, "nanbyo") for s in sheets]
    first = replace(made[0], **changes)
    return [(f.code, f.sheet, f.found) for f in same_body_twice(first, (first, *made[1:]), SURVEY)]


def test_two_different_sheets_of_one_body_are_told() -> None:
    assert twice(ONE, TWO) == [("answered_twice", "様式", "")]
    assert twice(TWO, ONE) == [("answered_twice", "様式 (2)", "")]
    assert twice(ONE, replace(ONE, sheet="様式 (2)"), TWO) == [("answered_twice", "様式", "")]
    written, wrapped = (replace(ONE, answers=taken(1, text)) for text in ("二人で 確認", "二人で\n確認"))
    assert twice(ONE, written) == [("answered_twice", "様式", "")]
    assert twice(written, wrapped) == []


@pytest.mark.parametrize(
    "other",
    [
        ONE,
        replace(ONE, sheet="様式 (2)"),  # the same answers once more
        replace(TWO, row=5),  # a list's row is another matter
        replace(TWO, form="form2"),
    ],
)
def test_what_is_no_second_answer(other: AnswerSheet) -> None:
    assert twice(ONE, other) == []


def test_of_whom_nobody_is_told_nothing_is_answered_twice() -> None:
    assert twice(ONE, TWO, body="") == []
    assert twice(ONE, TWO, program="shoman") == []
    assert twice(replace(ONE, row=4), TWO) == []
    unclear = (Told(ONE, "", "nanbyo"), Told(TWO, "", "nanbyo"))
    assert same_body_twice(unclear[0], unclear, SURVEY) == []


@pytest.mark.parametrize(
    ("mine", "other", "names"),
    [
        ((3,), (3, 6), "胃がん検診"),
        ((3, 6), (3, 6), "胃がん検診、肝炎ウイルス検診"),
        ((3,), (), "胃がん検診"),
        ((), (6,), "肝炎ウイルス検診"),
        ((), (), ""),
        ((3,), (6,), None),  # each screening may have a sheet of its own (notice 記４③)
    ],
)
def test_sheets_about_the_same_screening_are_in_each_others_way(
    mine: tuple[int, ...], other: tuple[int, ...], names: str | None
) -> None:
    first, second = replace(SCREENING, attributes=mine), replace(SCREENING, attributes=other, answers=taken(2))
    assert twice(first, second) == ([] if names is None else [("attribute_overlap", "様式", names)])


# An original and its row

ROW = Told(sheet("鎌倉市", KAMAKURA, row=3, answers=taken(2)), KAMAKURA, "yobosesshu")
ORIGINAL = Told(sheet("鎌倉市", KAMAKURA, answers=taken(1)), KAMAKURA, "yobosesshu")


@pytest.mark.parametrize(
    ("row", "original", "found"),
    [
        (ROW, ORIGINAL, True),
        (replace(ROW, program=""), ORIGINAL, True),  # either may be without its program
        (ROW, replace(ORIGINAL, program=""), True),
        (replace(ROW, program="shoman"), ORIGINAL, False),
        (replace(ROW, sheet=replace(ROW.sheet, row=0)), ORIGINAL, False),
        (replace(ROW, sheet=replace(ROW.sheet, form="form2")), ORIGINAL, False),
        (replace(ROW, body=YOKOSUKA), ORIGINAL, False),
        (replace(ROW, body=""), replace(ORIGINAL, body=""), False),
        (replace(ROW, sheet=replace(ROW.sheet, attributes=(3,))), ORIGINAL, True),
        (
            replace(ROW, sheet=replace(ROW.sheet, attributes=(3,))),
            replace(ORIGINAL, sheet=replace(ORIGINAL.sheet, attributes=(6,))),
            False,
        ),
    ],
)
def test_the_row_of_an_original_is_of_the_same_body_form_program_and_screening(
    row: Told, original: Told, found: bool
) -> None:
    assert listed_in(original, (original, row)) == (row.sheet if found else None)


def test_only_what_both_answer_otherwise_is_a_difference() -> None:
    """記入 of one's own (a telephone, a text) is held against the list's and never quoted."""
    same, unlisted = Answer("2", "①", "E17", 1), Answer("3", "②", "E18", 2)
    mine = replace(ORIGINAL.sheet, answers=(unlisted, same, Answer("5", "① ある。", "E21", 1)))
    listed = replace(ROW.sheet, answers=(same, Answer("5", "② ない。", "H3", 2)))
    assert differences(mine, listed, SURVEY) == (
        Finding(
            "original_differs", "warning", "様式", "E21", "5", about=KAMAKURA, found="① ある。", expected="② ない。"
        ),
    )


# Screenings that nothing accepted is about


def about(*attributes: int, **changes: Any) -> Piece:
    """横浜市's sheet of 自治体検診, accepted, about these screenings."""
    fields = (FieldValue("organisation", "横浜市", "C6"), FieldValue("attribute", "胃がん検診", "C4"))
    made = sheet("横浜市", YOKOHAMA, form="form2", attributes=attributes, fields=fields)
    return replace(piece(sheet=made, program="kenshin"), **changes)


def nothing_before(body: str, program: str) -> tuple[Booking, ...]:
    return ()


MISSING = "肺がん検診、乳がん検診、子宮頸がん検診、大腸がん検診、骨粗鬆検診、歯周疾患検診"  # of eight, all but 3 and 6
GAP = Note("attribute_gap", MISSING, YOKOHAMA, "kenshin")


def test_the_last_sheet_of_a_body_tells_what_is_not_covered() -> None:
    pieces, notes = with_gaps((about(3), about(6)), nothing_before, SURVEY)
    assert notes == (GAP,)
    assert [p.findings for p in pieces] == [
        (),
        (Finding("attribute_gap", "warning", "様式", "C4", label="属性", expected=MISSING),),
    ]


@pytest.mark.parametrize(
    "pieces",
    [
        (about(),),  # no 属性 means all
        (about(3), about()),
        (about(3, **{"decision": piece("correction", "findings").decision}),),
        (replace(about(3), sheet=None),),
        tuple(about(n) for n in range(1, 9)),
    ],
)
def test_where_everything_is_covered_or_nothing_accepted_no_gap_is_told(pieces: tuple[Piece, ...]) -> None:
    assert with_gaps(pieces, nothing_before, SURVEY) == (pieces, ())


def test_what_was_accepted_before_counts_and_what_was_not_does_not() -> None:
    def before(body: str, program: str) -> tuple[Booking, ...]:
        assert (body, program) == (YOKOHAMA, "kenshin")
        return booking(attributes=(6,)), booking("correction", attributes=(1,))

    assert with_gaps((about(3),), before, SURVEY)[1] == (GAP,)
    assert with_gaps((about(3),), lambda *key: (booking(attributes=()),), SURVEY)[1] == ()


def test_another_bodys_sheet_and_one_to_be_mended_cover_nothing() -> None:
    anothers = about(1, identity=Identity(YOKOSUKA, YOKOSUKA, (), True))
    faulty = about(2, decision=piece("correction", "findings").decision)
    notes = with_gaps((about(3), about(6), anothers, faulty), nothing_before, SURVEY)[1]
    assert GAP in notes
    assert [n.lgcode for n in notes] == [YOKOSUKA, YOKOHAMA]


# What a newcomer may do to an answer that stands

PROVEN, STRANGER = "a@city.yokohama.lg.jp", "b@city.kawasaki.lg.jp"
BODY, GOVERNMENT = Proof.BODY, Proof.GOVERNMENT


@pytest.mark.parametrize(
    ("sender", "proof", "at", "standing", "gone"),
    [
        (STRANGER, BODY, IN_TIME, booking(), True),  # received in the very same second: the one decided later
        (STRANGER, BODY, IN_TIME - MINUTE, booking(), False),
        (STRANGER, BODY, IN_TIME - MINUTE, booking(proof=1), True),  # of whom nobody knows who he is, whichever came first
        (STRANGER, GOVERNMENT, IN_TIME + MINUTE, booking(), False),
        (STRANGER, GOVERNMENT, IN_TIME + MINUTE, booking(proof=1), True),
        (PROVEN, BODY, IN_TIME + MINUTE, booking(), False),  # his own: a new version, nobody else's answer is gone
        (PROVEN.upper(), BODY, IN_TIME + MINUTE, booking(), False),
        ("", BODY, IN_TIME, booking(sender=""), True),  # two that name nobody are not one person
    ],
)
def test_whose_answer_no_longer_counts(
    sender: str, proof: Proof, at: Any, standing: Booking, gone: bool
) -> None:
    assert Newcomer(sender, proof).displaces(standing, at) is gone


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (booking(), True),
        (booking(proof=1), True),
        (booking(sender=STRANGER), True),
        (booking(sender=STRANGER, proof=1), False),
    ],
)
def test_a_strangers_faults_are_nobody_elses(asked: Booking, told: bool) -> None:
    assert Newcomer(PROVEN, BODY).was_told(asked) is told


def test_only_in_his_own_thread_may_who_proves_little_replace_what_he_sent() -> None:
    weak = Newcomer(PROVEN, GOVERNMENT)
    assert not weak.may_replace(booking(proof=1))
    assert replace(weak, own_thread=True).may_replace(booking(proof=1))
    assert not replace(weak, own_thread=True).may_replace(booking())


def test_of_the_answers_that_stand_none_is_covered_by_a_newer_one() -> None:
    whole, third, sixth = booking(id=3), booking(id=1, attributes=(3,)), booking(id=2, attributes=(6,))
    assert standing_ones((third, sixth, whole), ()) == (whole,)
    both = booking(id=4, attributes=(3, 6))
    assert standing_ones((third, sixth, both), ()) == (both,)
    assert standing_ones((third, sixth), ()) == (third, sixth)
    assert standing_ones((whole, booking(id=5, attributes=(3,))), ()) == (whole, booking(id=5, attributes=(3,)))
    assert standing_ones((third, booking("correction", id=9)), ()) == (third,)


def test_an_equal_one_takes_the_place_of_the_one_before_it() -> None:
    older, newer = booking(id=1, attributes=(3,)), booking(id=2, attributes=(3,))
    assert standing_ones((older, newer), ()) == (newer,)


# What we have asked for before

KEY = ERROR.key
FAULTY = piece("correction", "findings", findings=(ERROR,))
REQUEST = booking("correction", errors=(KEY,), received_at=IN_TIME - MINUTE, receipt="N0718-0000-0002")


@pytest.mark.parametrize(
    ("made", "history", "receipt"),
    [
        (FAULTY, (REQUEST,), "N0718-0000-0002"),
        (FAULTY, (), ""),
        (FAULTY, (replace(REQUEST, outcome="held"),), ""),
        (FAULTY, (replace(REQUEST, errors=("answer_missing/7/",)),), ""),
        (FAULTY, (replace(REQUEST, received_at=IN_TIME),), ""),  # not before this one
        (FAULTY, (replace(REQUEST, proof=1),), "N0718-0000-0002"),  # a stranger is told what he was asked for himself
        (FAULTY, (replace(REQUEST, proof=1, sender=STRANGER),), ""),
        (FAULTY, (replace(REQUEST, sender=STRANGER),), "N0718-0000-0002"),
        (FAULTY, (REQUEST, replace(REQUEST, received_at=IN_TIME - 2 * MINUTE, receipt="N1")), "N0718-0000-0002"),
        (FAULTY, (REQUEST, replace(REQUEST, id=2, receipt="N2")), "N2"),
        (replace(FAULTY, findings=(replace(ERROR, severity="warning"),)), (REQUEST,), ""),
        (replace(FAULTY, decision=piece("held", "double").decision), (REQUEST,), ""),
        (replace(FAULTY, program=""), (REQUEST,), ""),
        (replace(FAULTY, identity=Identity(YOKOHAMA, "", (), False)), (REQUEST,), ""),
    ],
)
def test_a_letter_says_that_a_point_was_asked_for_before(
    made: Piece, history: tuple[Booking, ...], receipt: str
) -> None:
    assert asked_before(decided(made), lambda body, program: history, PROVEN.upper()) == receipt


# An outline that comes alone

PDF = file(filename="概要.PDF")
JOINING = {"outcome": "held", "rule": "material"}


@pytest.mark.parametrize(
    ("files", "said", "joins"),
    [
        ((PDF,), {}, True),
        ((replace(PDF, size=1),), {}, True),
        ((replace(PDF, size=0),), {}, False),
        ((PDF, file(filename="ロゴ.png", attached=False)), {}, True),
        ((PDF, file(filename="ロゴ.png")), {}, False),
        ((PDF, file(filename="戻り.png", returned=True)), {}, True),
        ((), {}, False),
        ((replace(PDF, returned=True),), {}, False),
        ((PDF,), {"amends": "withdrawal"}, False),
        ((PDF,), {"personal": ("本文",)}, False),
    ],
)
def test_a_mail_of_documents_alone_may_join_the_answer(files: Sequence[Any], said: dict[str, Any], joins: bool) -> None:
    mail = submission(*files, **said)
    assert may_join(decided(**JOINING), mail) is joins
    assert not may_join(decided(rule="no_form"), mail)


def test_an_outline_that_has_come_is_wanted_no_more() -> None:
    wanting = submission(file(replace(ONE, outlines_wanted=("10",))))
    assert without_wanted(wanting) == submission(file(ONE))


def test_only_an_answer_sheet_that_is_answered_says_that_its_outline_came() -> None:
    pieces = (piece("accepted", "otherwise", "stands"), piece("correction", "findings"), piece("held", "double"))
    said = [p.decision.remarks for p in remarked(decided(*pieces, piece(sheet=None, id="2"))).pieces]
    assert said == [("stands", "outline_joined"), ("outline_joined",), (), ()]


# Parts of one submission

FIRST = MailSet(1, 3, (1,), ("N1",), False, False, True)


def test_the_parts_that_have_not_come() -> None:
    assert FIRST.missing == (2, 3)
    assert replace(FIRST, received=(3, 2)).missing == (1,)
    assert replace(FIRST, total=0).missing == ()


@pytest.mark.parametrize(
    ("changes", "open_"),
    [
        ({}, True),
        ({"over": True}, False),
        ({"received": (1, 2, 3)}, False),
        ({"total": 0}, True),  # nobody said how many
        ({"total": 0, "over": True}, False),
    ],
)
def test_whether_the_rest_is_awaited(changes: dict[str, Any], open_: bool) -> None:
    assert replace(FIRST, **changes).open is open_


def test_a_set_as_it_stands_with_its_newest_part() -> None:
    others = (PartRow(7, "N7", 3, True), PartRow(5, "N5", 1, False))
    assert gather((2, 3, "N8"), others, 8, False) == MailSet(2, 3, (1, 2, 3), ("N5", "N8", "N7"), True, False, True)
    assert not gather((2, 3, "N6"), others, 6, False).newest
    assert not gather((2, 3, "N8"), others[1:], 8, False).form_elsewhere


def test_the_stem_of_a_subject_is_the_one_that_ledgers_keep() -> None:
    """printf 横浜市回答 | sha256sum"""
    assert stem("Re: 【横浜市】回答（１／２）") == "80cc18402c267941"


def test_of_an_endless_subject_the_beginning_is_looked_at() -> None:
    assert stem("あ" * 500 + "甲") == stem("あ" * 500 + "乙")
    assert stem("あ" * 499 + "甲") != stem("あ" * 499 + "乙")
