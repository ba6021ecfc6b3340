"""A list made of the sheets in a mail, and a check before handing in: each rule by itself, and what keeps it from hitting.

What mutation testing found that no pure test held (docs/mutants.md).
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from openpyxl import load_workbook

from intake.finding import Finding
from intake.submission import FileReading
from replies.letter import FileBlock, RowBlock
from routing.decision.collating import Collated, collated, in_letter, with_earlier
from routing.decision.override import NO_OVERRIDE, Override
from routing.decision.pre_check import as_checked, service_asked
from routing.records import FileDecision, Identity, Piece
from tests.routing.cases_at_hand import (
    ERROR,
    FACTS,
    KAMAKURA,
    KANAGAWA,
    OISO,
    REGISTER,
    WARNING,
    YOKOHAMA,
    booking,
    decided,
    file,
    piece,
    sheet,
    submission,
)
from tests.routing.test_reply_alone import letter, owes

# Sheets that were sent before

IN_KAMAKURA, IN_OISO = sheet("鎌倉市", KAMAKURA), sheet("大磯町", OISO)


def at(position: int, *sheets: Any, **changes: Any) -> FileReading:
    return file(*sheets, position=position, **changes)


def gathered(files: tuple[FileReading, ...], *earlier: tuple[FileReading, ...]) -> list[tuple[int, str]]:
    """(place, first body) of each file, where these mails came before, oldest first."""
    found = with_earlier(submission(*files), [submission(*one) for one in earlier]).files
    return [(f.position, f.sheets[0].body.lgcode if f.sheets else "") for f in found]


FIRST, SECOND = 10_000_000, 20_000_000  # places of the first and the second mail before


def test_what_was_sent_before_stands_before_what_is_sent_now() -> None:
    assert gathered((at(1, IN_OISO), at(2)), (at(3, IN_KAMAKURA),)) == [(FIRST + 3, KAMAKURA), (1, OISO), (2, "")]
    both = gathered((at(1),), (at(1, IN_KAMAKURA),), (at(1, IN_OISO),))
    assert both == [(FIRST + 1, KAMAKURA), (SECOND + 1, OISO), (1, "")]
    assert gathered((at(1, IN_OISO),)) == [(1, OISO)]


@pytest.mark.parametrize(
    ("now", "before", "left"),
    [
        (IN_KAMAKURA, (IN_KAMAKURA,), False),  # it has come again
        (IN_KAMAKURA, (IN_OISO, IN_KAMAKURA), False),  # … with others in its file
        (replace(IN_KAMAKURA, attributes=(3,)), (replace(IN_KAMAKURA, attributes=(6,)),), True),
        (replace(IN_KAMAKURA, program="kenshin"), (replace(IN_KAMAKURA, program="yobosesshu"),), True),
        (replace(IN_KAMAKURA, form="form2"), (IN_KAMAKURA,), True),
        (IN_OISO, (), False),  # no sheet: nothing for the list
    ],
)
def test_of_what_was_sent_before_that_is_left_which_did_not_come_again(now: Any, before: Any, left: bool) -> None:
    assert len(gathered((at(1, now),), (at(1, *before),))) == (2 if left else 1)


def test_of_two_earlier_mails_the_newer_one_counts() -> None:
    assert gathered((at(1),), (at(1, IN_KAMAKURA),), (at(2, IN_KAMAKURA),)) == [(SECOND + 2, KAMAKURA), (1, "")]


# The lists


def theirs(lgcode: str, position: int = 1, program: str = "yobosesshu", **changes: Any) -> Piece:
    """A sheet of one of 神奈川県's municipalities."""
    names = {KAMAKURA: "鎌倉市", OISO: "大磯町", YOKOHAMA: "横浜市"}
    made = sheet(names[lgcode], lgcode, program=program, **({"form": "form2"} if program == "kenshin" else {}))
    made = replace(made, attributes=changes.pop("attributes", ()))
    whose = Identity(KANAGAWA, lgcode, (), True)
    attached = at(position, made, filename=f"{names[lgcode]}{position}.xlsx")
    return piece(sheet=made, file=attached, identity=whose, program=program, **{"id": f"{position}/1", **changes})


def of_prefecture(*pieces: Piece) -> Collated:
    return collated(decided(*pieces, identity=Identity(KANAGAWA, "", (), True)), REGISTER)


def names(made: Collated) -> list[list[str]]:
    """The municipalities in each list, in its order."""
    return [[row.name for row in block.rows] for block in made.files if block.rows]


NAMED = "【神奈川県】マイナンバーアンケート回答（予防接種）.xlsx"


def test_a_list_holds_each_municipality_by_code_and_says_who_is_missing() -> None:
    """神奈川県 has 33 municipalities; 横浜市, 川崎市, 相模原市 and 横須賀市 answer themselves."""
    faulty = theirs(OISO, 1, findings=(ERROR, WARNING), decision=piece("correction", "findings").decision)
    made = of_prefecture(faulty, theirs(KAMAKURA, 2))
    assert made.files == (
        FileBlock(
            filename=NAMED,
            form_title="別添１",
            program="予防接種",
            body="神奈川県",
            result="correction",
            rows=(
                RowBlock(KAMAKURA, "鎌倉市", 2, "accepted"),
                RowBlock(OISO, "大磯町", 3, "correction", (ERROR, WARNING)),
            ),
        ),
    )
    (owed,) = made.owed
    assert (owed.program, owed.state, owed.total, len(owed.missing)) == ("予防接種", "outstanding", 29, 27)
    assert not {"鎌倉市", "大磯町"} & set(owed.missing) and "逗子市" in owed.missing
    (attached,) = made.lists
    assert attached.filename == NAMED
    rows = list(load_workbook(io.BytesIO(attached.content)).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert [("鎌倉市" in row, "大磯町" in row) for row in rows] == [(False, False), (True, False), (False, True)]


def test_each_program_has_a_list_of_its_own_where_anybody_answers_it() -> None:
    made = of_prefecture(theirs(KAMAKURA), theirs(OISO, 2, "kenshin"))
    assert [block.program for block in made.files] == ["予防接種", "自治体検診"]
    assert names(made) == [["鎌倉市"], ["大磯町"]]
    assert [block.result for block in made.files] == ["accepted", "accepted"]
    assert len(made.lists) == len(made.owed) == 2
    assert names(of_prefecture(theirs(OISO, 1, "kenshin"))) == [["大磯町"]]
    assert of_prefecture() == Collated((), (), ())


def test_of_two_versions_the_one_that_came_last_counts() -> None:
    first, second = theirs(KAMAKURA, 1, findings=(ERROR,)), theirs(KAMAKURA, 2)
    assert [row.result for row in of_prefecture(first, second).files[0].rows] == ["accepted"]
    assert [row.result for row in of_prefecture(second, replace(first, file=at(3))).files[0].rows] == ["correction"]
    earlier = theirs(KAMAKURA, FIRST + 5, findings=(ERROR,))
    assert [row.result for row in of_prefecture(earlier, second).files[0].rows] == ["accepted"]
    older = theirs(KAMAKURA, FIRST + 7)  # what the second mail before brought is newer than what the first did
    newer = theirs(KAMAKURA, SECOND + 5, findings=(ERROR,))
    assert [row.result for row in of_prefecture(older, newer).files[0].rows] == ["correction"]


def test_a_file_of_an_archive_is_no_earlier_mails_however_far_behind_it_is_attached() -> None:
    """The third file of an archive that is the tenth leaf of its mail stands at 10003."""
    packed = theirs(KAMAKURA, 10_003, findings=(ERROR,))
    assert [row.result for row in of_prefecture(theirs(KAMAKURA, 2), packed).files[0].rows] == ["correction"]


def test_screenings_of_their_own_stand_beside_each_other() -> None:
    third, sixth = (theirs(KAMAKURA, n, "kenshin", attributes=(n,)) for n in (3, 6))
    assert names(of_prefecture(sixth, third)) == [["鎌倉市", "鎌倉市"]]
    again = theirs(KAMAKURA, 7, "kenshin", attributes=(6, 7))
    made = of_prefecture(sixth, third, again)
    assert [row.row for row in made.files[0].rows] == [2, 3]
    assert names(made) == [["鎌倉市", "鎌倉市"]]


# What is in no list

ENCRYPTED = Finding("encrypted", "error")


def left(*pieces: Piece) -> list[tuple[str, str, tuple[str, ...], list[str]]]:
    """(file, result, remarks, findings) of each file that is in no list."""
    made = of_prefecture(*pieces)
    return [(b.filename, b.result, b.remarks, [f.code for f in b.findings]) for b in made.files if not b.rows]


@pytest.mark.parametrize(
    "other",
    [
        theirs(YOKOHAMA),  # answers itself
        theirs(KAMAKURA, program="shoman"),  # which 神奈川県 collects of nobody
        theirs(KAMAKURA, program=""),
        theirs(KAMAKURA, findings=(WARNING,), program="nanbyo"),
    ],
)
def test_what_is_none_of_the_collectors_is_in_no_list(other: Piece) -> None:
    assert left(other, theirs(OISO, 2)) == [(other.file.filename, "kept", ("not_listed",), [])]


def test_a_sheet_in_which_a_number_stands_is_in_no_list() -> None:
    alarming = theirs(KAMAKURA)
    alarming = replace(alarming, file=replace(alarming.file, personal=("様式!E5",)))
    assert left(alarming) == [("鎌倉市1.xlsx", "kept", ("not_listed",), [])]


def test_what_nobody_could_open_is_asked_for_again() -> None:
    shut = at(4, filename="locked.xlsx", findings=(ENCRYPTED,))
    locked = piece("kept", "supporting", "supporting", sheet=None, file=shut, program="", id="4")
    assert left(locked) == [("locked.xlsx", "correction", (), ["encrypted"])]  # also beside sheets
    wrong = replace(locked, decision=FileDecision("correction", "no_form", ()), findings=(ENCRYPTED, WARNING))
    assert left(wrong) == [("locked.xlsx", "correction", (), ["encrypted", "should_be_blank"])]
    hint = replace(wrong, file=at(4, filename="メモ.xlsx"), findings=(WARNING,))
    assert left(hint) == [("メモ.xlsx", "kept", ("not_listed",), [])]  # a hint asks for nothing
    outline = replace(locked, file=at(4, filename="概要.pdf", findings=(Finding("not_a_workbook", "error"),)))
    assert left(outline) == [("概要.pdf", "kept", ("not_listed",), [])]


def test_what_is_a_list_already_is_told_once() -> None:
    row = replace(IN_KAMAKURA, row=3)
    listed = at(4, row, filename="一覧.xlsx", kind="collated_list")
    whole = piece("kept", "collated_list", sheet=None, file=listed, program="", id="4")
    third, fourth = (
        replace(theirs(lgcode), sheet=replace(row, row=n), file=listed, id=f"4/{n}")
        for n, lgcode in ((3, KAMAKURA), (4, OISO))
    )
    assert left(whole, third, fourth) == [("一覧.xlsx", "kept", ("listed_already",), [])]


def test_beside_a_sheet_that_is_listed_the_rest_of_its_file_is_not_called_left_out() -> None:
    inside = theirs(KAMAKURA)
    older = replace(theirs(KAMAKURA), id="1/2", findings=(WARNING,))
    assert left(inside, older) == []


def test_the_letter_tells_of_the_lists_and_of_what_they_lack_alone() -> None:
    made = of_prefecture(theirs(KAMAKURA))
    said = in_letter(letter(**owes("nanbyo", "kenshin")), made)
    assert (said.files, said.owed_here, said.owed_elsewhere) == (made.files, made.owed, ())


# A check before handing in


@pytest.mark.parametrize(
    ("threaded", "override", "asked"),
    [
        (False, NO_OVERRIDE, "pre_check"),
        (True, NO_OVERRIDE, ""),  # it answers a letter of ours
        (False, Override(counts=True), ""),
        (False, Override(take_in=True), "pre_check"),
    ],
)
def test_when_what_a_subject_asks_for_is_done(threaded: bool, override: Override, asked: str) -> None:
    assert service_asked(submission(service="pre_check"), replace(FACTS, threaded=threaded), override) == asked


@pytest.mark.parametrize(
    ("made", "outcome", "remarks"),
    [
        (piece("held", "double"), "accepted", ()),
        (piece("held", "double", findings=(ERROR,)), "correction", ()),
        (piece("held", "double", findings=(WARNING,)), "accepted", ()),
        (piece("accepted", "otherwise", "transfer", "replaces"), "accepted", ("wrong_mailbox",)),
        (piece("correction", "findings", "transfer_mend", "stands", findings=(ERROR,)), "correction", ("wrong_mailbox",)),
        (piece("kept", "original", "original"), "accepted", ()),
        (piece("accepted", "otherwise", "on_behalf"), "accepted", ()),
        (piece("kept", "not_owed", "not_owed", findings=(ERROR,)), "kept", ("not_owed",)),
        (piece("kept", "supporting", "supporting"), "kept", ("supporting",)),
        (piece("held", "check_failed"), "held", ()),
        (piece("kept", "collated_list"), "kept", ()),
        (piece("kept", "row_of_city"), "kept", ()),
        (piece("kept", "row_of_prefecture"), "kept", ()),
    ],
)
def test_a_check_tells_what_is_to_be_mended_and_decides_nothing_else(
    made: Piece, outcome: str, remarks: tuple[str, ...]
) -> None:
    told = as_checked(replace(made, displaced=(booking(),), stood=booking()))
    assert (told.decision.outcome, told.decision.rule, told.decision.remarks) == (outcome, made.decision.rule, remarks)
    assert (told.displaced, told.stood) == ((), None)
