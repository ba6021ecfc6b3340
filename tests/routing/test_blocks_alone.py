"""The files of a mail as its letter shows them: each block, row and finding, and what keeps it out.

What mutation testing found that no pure test held (docs/mutants.md).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from intake.finding import Finding
from replies.letter import FileBlock, RowBlock
from routing.decision.blocks import blocks, file_block, told_of, with_name
from routing.records import FileDecision, Identity, Piece
from routing.versions import VersionChange
from tests.routing.cases_at_hand import (
    ERROR,
    IN_TIME,
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
)

CITY = "神奈川県横浜市"


# One file or sheet


def test_a_sheet_is_shown_with_what_it_is_about_and_what_it_changes() -> None:
    made = sheet("14神奈川県横浜市", YOKOHAMA, form="form2", attributes=(3, 6))
    change = VersionChange(booking(receipt="N1"), ("7-4", "10"), ("organisation", "gone"))
    told = piece("accepted", "otherwise", "replaces", sheet=made, program="kenshin", stood=booking(receipt="N0"))
    assert file_block(replace(told, since=change, findings=(WARNING,)), REGISTER) == FileBlock(
        filename="回答.xlsx",
        form_title="別添２",
        program="自治体検診",
        body=CITY,
        result="accepted",
        findings=(WARNING,),
        remarks=("replaces",),
        attributes=("胃がん検診", "肝炎ウイルス検診"),
        stood=("N0", IN_TIME),
        since=("N1", IN_TIME, ("組織名", "gone", "Q7-4", "Q10")),
    )


def test_a_file_without_a_sheet_is_shown_by_its_name() -> None:
    """Whose it is, is not said of what could not be read."""
    locked = piece("correction", "no_form", sheet=None, program="", findings=(Finding("encrypted", "error"),))
    assert file_block(locked, REGISTER) == FileBlock(
        filename="回答.xlsx", form_title="", program="", body="", result="correction", findings=locked.findings
    )


@pytest.mark.parametrize(
    ("outcome", "result"),
    [
        ("accepted", "accepted"),
        ("correction", "correction"),
        ("held", "held"),
        ("kept", "kept"),
        ("ignored", "elsewhere"),
    ],
)
def test_what_became_of_a_sheet(outcome: str, result: str) -> None:
    assert file_block(piece(outcome), REGISTER).result == result


# What its sender is told

SUBJECT = Finding("subject_contradicts", "error")  # of the mail: said once, above


@pytest.mark.parametrize(
    ("outcome", "rule", "told"),
    [
        ("correction", "findings", (ERROR, WARNING)),
        ("accepted", "otherwise", (WARNING,)),
        ("accepted", "operator", (WARNING,)),  # an official takes it as it is
        ("kept", "original", (WARNING,)),
        ("kept", "supporting", ()),
        ("kept", "not_owed", ()),
        ("kept", "row_of_prefecture", ()),
        ("kept", "row_of_city", ()),
        ("held", "double", ()),
        ("ignored", "other_mailbox_answers", ()),
    ],
)
def test_what_is_told_of_a_piece(outcome: str, rule: str, told: tuple[Finding, ...]) -> None:
    assert told_of(piece(outcome, rule, findings=(SUBJECT, ERROR, WARNING)), REGISTER) == told


AS_PRINTED = "【都道府県・指定都市・中核市名】マイナンバーアンケート回答"  # notice 記３
PLACEHOLDER = Finding("file_name_placeholder", "warning", expected=AS_PRINTED)
UNKNOWN = replace(PLACEHOLDER, code="file_name_unknown_body")


def test_the_name_to_write_is_the_bodys_own() -> None:
    for finding in (PLACEHOLDER, UNKNOWN):
        named = with_name(finding, YOKOHAMA, REGISTER)
        assert named == replace(finding, expected="【横浜市】マイナンバーアンケート回答")
    assert with_name(PLACEHOLDER, "", REGISTER) == replace(PLACEHOLDER, expected="")
    assert with_name(UNKNOWN, "", REGISTER) == UNKNOWN


def test_where_the_convention_asks_for_a_code_the_bodys_own_is_written() -> None:
    asked = REGISTER.survey.convention.changed({"pattern": "{code}_{name}_{text}"})
    coded = replace(REGISTER, survey=REGISTER.survey.changed({"convention": asked}))
    wanted = replace(PLACEHOLDER, expected="団体コード_都道府県・指定都市・中核市名_回答")
    assert with_name(wanted, YOKOHAMA, coded).expected == "141003_横浜市_回答"
    assert with_name(wanted, YOKOHAMA, REGISTER).expected == "団体コード_横浜市_回答"  # not asked for: left as written


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        (Identity(KANAGAWA, KAMAKURA, (), True), "【鎌倉市】マイナンバーアンケート回答"),
        (Identity(KANAGAWA, "", (), True), "【神奈川県】マイナンバーアンケート回答"),
    ],
)
def test_a_file_name_is_that_of_its_body_else_of_its_sender(identity: Identity, expected: str) -> None:
    (told,) = told_of(piece(identity=identity, findings=(PLACEHOLDER,)), REGISTER)
    assert told.expected == expected


# A collated list


def row(number: int, name: str, body: str, outcome: str = "accepted", **changes: Any) -> Piece:
    """A row of 神奈川県's list of 予防接種."""
    made = sheet(name, *([body] if body else []), row=number, sheet=changes.pop("on", "一覧用"))
    whose = Identity(KANAGAWA, body, (), True)
    values = {"sheet": made, "identity": whose, "file": LIST, "program": "yobosesshu", "part": "collected"}
    rule = "findings" if outcome == "correction" else "otherwise"
    return piece(outcome, rule, **{"id": f"2/{number}", **values, **changes})


LIST = file(filename="一覧.xlsx", kind="collated_list", position=2)
WHOLE = piece(
    "kept", "collated_list", "original", id="2", sheet=None, file=LIST, program="", part="",
    identity=Identity(KANAGAWA, KANAGAWA, (), True), findings=(WARNING,),
)  # fmt: skip
IN_KAMAKURA, IN_OISO = row(3, "鎌倉市", KAMAKURA), row(4, "大磯町", OISO)


def shown(*pieces: Piece) -> tuple[FileBlock, ...]:
    return blocks(decided(*pieces), REGISTER)


def test_a_list_is_one_block_with_a_row_for_each_municipality_by_code() -> None:
    faulty = replace(IN_OISO, findings=(ERROR, WARNING), decision=FileDecision("correction", "findings", ("stands",)))
    nobody = row(2, "どこか市", "", "correction")
    again = row(9, "鎌倉市", KAMAKURA)
    assert shown(WHOLE, nobody, faulty, again, IN_KAMAKURA) == (
        FileBlock(
            filename="一覧.xlsx",
            form_title="別添１",
            program="予防接種",
            body="神奈川県",
            result="partial",
            findings=(WARNING,),
            remarks=("original",),
            rows=(
                RowBlock(KAMAKURA, "鎌倉市", 3, "accepted"),
                RowBlock(KAMAKURA, "鎌倉市", 9, "accepted"),
                RowBlock(OISO, "大磯町", 4, "correction", (ERROR, WARNING), ("stands",)),
                RowBlock("", "どこか市", 2, "correction"),
            ),
        ),
    )


def test_a_number_in_place_of_a_name_is_not_repeated() -> None:
    """Twelve digits with the check digit of a My Number (総務省令: 123456789018)."""
    (block,) = shown(WHOLE, row(2, "123456789018", ""))
    assert block.rows[0].name == "（番号は表示しません）"


def test_a_list_stands_in_its_place_beside_other_files() -> None:
    first = piece(id="1/1")
    other = piece("kept", "supporting", id="3", sheet=None, file=file(filename="概要.pdf", position=3), program="")
    told = shown(first, WHOLE, IN_KAMAKURA, other)
    assert [b.filename for b in told] == ["回答.xlsx", "一覧.xlsx", "概要.pdf"]
    assert [len(b.rows) for b in told] == [0, 1, 0]
    assert [b.result for b in shown(WHOLE)] == ["kept"]  # a list without rows


def test_a_list_of_two_programs_is_two_blocks_and_what_concerns_it_is_said_once() -> None:
    screening = row(7, "大磯町", OISO, "correction", program="kenshin")
    first, second = shown(WHOLE, IN_KAMAKURA, screening)
    assert [(b.program, b.result) for b in (first, second)] == [("予防接種", "accepted"), ("自治体検診", "correction")]
    assert [(b.findings, b.remarks) for b in (first, second)] == [((WARNING,), ("original",)), ((), ())]
    assert [[r.lgcode for r in b.rows] for b in (first, second)] == [[KAMAKURA], [OISO]]


def test_a_row_of_no_program_goes_with_the_others_of_its_sheet() -> None:
    named = row(8, "大磯町", OISO, program="")
    named = replace(named, sheet=replace(named.sheet, program="kenshin"))  # type: ignore[arg-type]
    stray = row(5, "大磯町", OISO, program="")
    elsewhere = row(6, "鎌倉市", KAMAKURA, program="", on="別の一覧")
    told = shown(WHOLE, IN_KAMAKURA, stray, named, elsewhere)
    assert [(b.program, [r.row for r in b.rows]) for b in told] == [("予防接種", [3]), ("自治体検診", [5, 8]), ("", [6])]


def test_what_every_row_says_of_the_file_is_said_once() -> None:
    """That it belongs to another mailbox, where the survey has it sent again."""
    moved = Finding("sent_elsewhere", "error", expected="予防接種担当　yoboseshu@mhlw.go.jp")
    rows = [replace(row(n, "鎌倉市", KAMAKURA, "correction"), findings=(moved, ERROR)) for n in (3, 4)]
    (block,) = shown(replace(WHOLE, findings=()), *rows)
    assert block.findings == (moved,)
    assert [r.findings for r in block.rows] == [(ERROR,), (ERROR,)]


@pytest.mark.parametrize(
    ("whole", "rows", "result"),
    [
        ("kept", ("accepted", "accepted"), "accepted"),
        ("kept", ("accepted", "kept"), "accepted"),
        ("kept", ("accepted", "correction"), "partial"),
        ("kept", ("correction", "kept"), "correction"),
        ("correction", ("accepted",), "partial"),
        ("correction", ("kept",), "correction"),
        ("kept", ("kept", "held"), "held"),  # whichever row comes first
        ("kept", ("held", "ignored"), "held"),
        ("kept", ("ignored",), "kept"),
    ],
)
def test_what_a_list_comes_to(whole: str, rows: tuple[str, ...], result: str) -> None:
    made = [row(n, "鎌倉市", KAMAKURA, outcome) for n, outcome in enumerate(rows, 3)]
    assert [b.result for b in shown(replace(WHOLE, decision=FileDecision(whole, "r", ())), *made)] == [result]  # type: ignore[arg-type]


def test_what_the_second_program_of_a_list_comes_to_is_told_by_its_rows_alone() -> None:
    faulty_list = replace(WHOLE, decision=FileDecision("correction", "list_findings", ()))
    held = row(5, "大磯町", OISO, "held", program="kenshin")
    kept = row(4, "大磯町", OISO, "kept", program="kenshin")
    accepted = row(5, "大磯町", OISO, program="kenshin")
    assert [b.result for b in shown(faulty_list, IN_KAMAKURA, kept, held)] == ["partial", "held"]
    assert [b.result for b in shown(faulty_list, IN_KAMAKURA, accepted)] == ["partial", "accepted"]
