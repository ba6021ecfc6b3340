"""What only the whole mail shows about one piece of it: names that contradict, outlines, what stays unclear."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intake.finding import Finding
from intake.submission import AnswerSheet, FileReading, Submission
from routing.decision.findings import Piecework, piece_findings
from routing.records import EvidenceSource, Identity
from routing.register import Register
from tests.routing.cases_at_hand import SAGAMIHARA, YOKOHAMA, claim, file, sheet, submission
from tests.workbooks.forms_at_hand import filled, reading

KNOWN = Identity(YOKOHAMA, YOKOHAMA, (), True)
NOBODY = Identity("", "", (), False)


def told(
    register: Register,
    attached: FileReading,
    identity: Identity = KNOWN,
    program: str = "nanbyo",
    mail: Submission | None = None,
) -> list[Finding]:
    """The findings on the first sheet of a file, or on the file."""
    first = attached.sheets[0] if attached.sheets else None
    piece = Piecework(mail or submission(attached), attached, first, identity, program)
    return list(piece_findings(piece, register, lambda body, program: None))


def codes(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(f.code, f.severity) for f in findings]


@pytest.mark.parametrize(
    ("source", "code"), [("subject", "subject_contradicts"), ("file_name", "file_name_contradicts")]
)
def test_a_name_that_contradicts_is_quoted_beside_the_body_it_should_be(
    register: Register, source: EvidenceSource, code: str
) -> None:
    name = claim("相模原市", SAGAMIHARA)
    attached = file(sheet("横浜市", YOKOHAMA), name=name)
    mail = submission(attached, subject=name)
    (found,) = told(register, attached, replace(KNOWN, disagree=(source,)), mail=mail)
    assert found == Finding(code, "error", found="相模原市", expected="神奈川県横浜市")


def test_a_supporting_file_contradicts_nobody(register: Register) -> None:
    identity = replace(KNOWN, disagree=("subject", "file_name"))
    assert told(register, file(name=claim("相模原市", SAGAMIHARA)), identity, "") == []


def misnamed(code: str) -> AnswerSheet:
    return sheet("府中市", findings=(Finding(code, "error", sheet="様式", cell="C6", label="組織名"),))


@pytest.mark.parametrize(
    ("code", "identity", "left"),
    [
        ("body_ambiguous", KNOWN, []),
        ("body_unknown", KNOWN, [("body_unknown", "warning")]),
        ("body_unknown", replace(KNOWN, strong=False), [("body_unknown", "error")]),
        ("body_ambiguous", NOBODY, [("body_ambiguous", "error")]),
    ],
)
def test_what_other_evidence_settles_for_certain_is_no_fault(
    register: Register, code: str, identity: Identity, left: list[tuple[str, str]]
) -> None:
    assert codes(told(register, file(misnamed(code)), identity)) == left


OUTLINE = sheet("横浜市", YOKOHAMA, outlines_wanted=("10",))  # Q10 ②: please attach an outline


def test_an_outline_that_is_neither_written_nor_attached_is_missing(register: Register) -> None:
    (found,) = told(register, file(OUTLINE))
    assert (found.code, found.severity, found.cell, found.question, found.found) == (
        "outline_missing", "error", "E36", "10",
            "② 事例はある。原因も特定されており、改善されている（概要を添付してください。）。",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("beside", "missing"),
    [
        (file(position=2), False),
        (file(position=2, attached=False), True),  # a signature's logo
        (file(position=2, returned=True), True),
        (file(sheet("横浜市", YOKOHAMA), position=2), True),  # another form is no outline
    ],
)
def test_a_file_that_somebody_attached_serves_as_the_outline(
    register: Register, beside: FileReading, missing: bool
) -> None:
    attached = file(OUTLINE)
    found = told(register, attached, mail=submission(attached, beside))
    assert ("outline_missing" in [f.code for f in found]) is missing


def test_a_program_that_nothing_tells_is_asked_for_at_its_cell(register: Register) -> None:
    (found,) = told(register, file(sheet("横浜市", YOKOHAMA)), program="")
    assert (found.code, found.severity, found.cell, found.label) == (
        "program_unclear",
        "error",
        "C3",
        "制度等",
    )
    assert found.expected == "難病、小慢、予防接種"


def test_a_body_that_nothing_tells_is_asked_for_once(register: Register) -> None:
    assert codes(told(register, file(sheet()), NOBODY)) == [("body_unclear", "error")]
    assert codes(told(register, file(misnamed("body_unknown")), NOBODY)) == [("body_unknown", "error")]


def test_what_the_file_and_the_sheet_say_comes_in_the_order_of_reading(register: Register) -> None:
    old = Finding("legacy_format", "warning")
    blank = Finding("answer_missing", "error", cell="E21", question="5")
    attached = file(sheet("横浜市", YOKOHAMA, findings=(blank,)), findings=(old,))
    assert told(register, attached) == [old, blank]


def test_a_spelling_of_the_program_is_a_line_where_the_mail_tells_the_program(register: Register) -> None:
    """公費負担医療 is none of the list's; what it is, file name or mailbox told."""
    attached = reading(filled({"program": "公費負担医療"}))
    assert codes(told(register, attached)) == [("field_not_a_choice", "warning")]
    (unclear,) = told(register, attached, program="")
    assert (unclear.code, unclear.severity, unclear.found) == ("program_unclear", "error", "公費負担医療")


def test_another_forms_program_stays_a_fault(register: Register) -> None:
    attached = reading(filled({"program": "自治体検診"}))
    assert codes(told(register, attached)) == [("field_not_a_choice", "error")]


def test_an_outline_that_is_missing_quotes_no_remark(register: Register) -> None:
    attached = reading(filled({"10": "② 2件あり、鈴木氏の分は改善済み"}))
    (missing,) = told(register, attached)
    assert missing.code == "outline_missing" and missing.found.startswith("② 事例はある。")
