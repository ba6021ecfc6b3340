"""What only the whole mail shows about a piece of it, each rule by itself and by what keeps it from hitting.

Beside test_findings.py; what mutation testing found that no pure test held (docs/mutants.md).
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from intake.finding import Finding
from intake.submission import Answer, AnswerSheet, FieldValue
from routing.decision.compare import Told
from routing.decision.findings import Listed, Piecework, piece_findings, tell
from routing.records import Evidence, Identity
from routing.register import Register
from tests.routing.cases_at_hand import KAMAKURA, KANAGAWA, OISO, YOKOHAMA, file, sheet, submission


def nothing(body: str, program: str) -> None:
    """No list has a row of it."""


def told(
    register: Register,
    made: AnswerSheet,
    identity: Identity,
    program: str = "yobosesshu",
    listed: Listed = nothing,
    **around: tuple[Told, ...],
) -> list[Finding]:
    """The findings on a sheet that comes alone in its mail, but for what is told of others beside it."""
    attached = file(made)
    piece = Piecework(submission(attached), attached, made, identity, program, **around)
    return list(piece_findings(piece, register, listed))


def codes(findings: list[Finding]) -> list[str]:
    return [f.code for f in findings]


THEIRS = Identity(KANAGAWA, KAMAKURA, (), True)
OWN = Identity(YOKOHAMA, YOKOHAMA, (), True)
NOBODY = Identity("", "", (), False)
ORIGINAL = sheet("14神奈川県鎌倉市", KAMAKURA, answers=(Answer("5", "① ある。", "E21", 1),))
ROW = sheet("14神奈川県鎌倉市", KAMAKURA, row=3, answers=(Answer("5", "② ない。", "F3", 2),))


def row(body: str, program: str) -> AnswerSheet | None:
    """What an earlier list had of 鎌倉市."""
    return ROW if (body, program) == (KAMAKURA, "yobosesshu") else None


def agreeing(body: str, program: str) -> AnswerSheet:
    """A row that says what the original says."""
    return replace(ROW, answers=ORIGINAL.answers)


def test_an_original_is_held_against_its_row_in_the_list(register: Register) -> None:
    """Notice 記３（３）: prefectures send the originals beside the list."""
    in_mail = (Told(ROW, KAMAKURA, "yobosesshu"),)
    (found,) = told(register, ORIGINAL, THEIRS, beside=in_mail)
    assert (found.code, found.cell, found.found, found.expected) == ("original_differs", "E21", "① ある。", "② ない。")
    assert told(register, ORIGINAL, THEIRS, listed=row) == [found]
    assert told(register, ORIGINAL, THEIRS, listed=agreeing) == []
    assert told(register, ORIGINAL, THEIRS, listed=agreeing, beside=in_mail) == [found]  # this mail's list is newer


def test_what_nobody_collects_and_a_row_itself_are_held_against_nothing(register: Register) -> None:
    assert told(register, replace(ORIGINAL, row=4), THEIRS, listed=row) == []
    differing = replace(ORIGINAL, answers=ROW.answers)
    assert told(register, differing, OWN, listed=agreeing) == []  # 横浜市 answers itself
    assert told(register, differing, THEIRS, "nanbyo", agreeing) == []  # 難病: no prefecture collects it
    assert told(register, ORIGINAL, THEIRS) == []


BY_KIND = Finding("answer_missing", "error", cell="E16", question="1-2")  # 都道府県の場合のみ回答
KIND = Finding("kind_disagrees", "error", cell="C5", label="組織区分")
SPELT = Finding("organisation_form", "warning", cell="C6", label="組織名")
BLANK = Finding("answer_missing", "error", cell="E21", question="5")
LABELLED = Finding("rule_broken", "error", cell="E22", question="6", label="組織名")
TELEPHONE = Finding("field_missing", "error", cell="C11", label="電話番号")
DISPUTED = replace(OWN, disagree=("organisation",))
ALL = (BY_KIND, KIND, SPELT, BLANK, LABELLED, TELEPHONE)


def test_where_the_name_is_anothers_what_believed_it_is_left_out(register: Register) -> None:
    misled = sheet("14神奈川県鎌倉市", KAMAKURA, findings=ALL)
    contradicted, *rest = told(register, misled, DISPUTED)
    assert rest == [BLANK, LABELLED, TELEPHONE]
    assert contradicted == Finding(
        "organisation_contradicts", "error", sheet="様式", cell="C6", label="組織名",
        found="14神奈川県鎌倉市", expected="14神奈川県横浜市",
    )  # fmt: skip
    nameless = replace(misled, fields=(FieldValue("program", "", "C3"),))
    first = told(register, nameless, replace(DISPUTED, body=""))[0]
    assert (first.cell, first.found, first.expected) == ("", "", "")


@pytest.mark.parametrize(
    ("identity", "row"),
    [
        (OWN, 0),  # nothing disagrees
        (replace(DISPUTED, evidence=(Evidence("operator", "", (YOKOHAMA,)),)), 0),  # an official said whose it is
        (DISPUTED, 5),  # of a list's row nothing else says whose it is
    ],
)
def test_where_the_name_is_to_be_believed_everything_is_told(register: Register, identity: Identity, row: int) -> None:
    assert told(register, sheet("14神奈川県横浜市", YOKOHAMA, findings=ALL, row=row), identity) == list(ALL)


def kind_of(kind: str, made: AnswerSheet) -> AnswerSheet:
    """The sheet, with this 組織区分."""
    return replace(made, fields=(*made.fields, FieldValue("kind", kind, "C5")))


MISSPELT = sheet("かまくらし")


@pytest.mark.parametrize(
    ("made", "body", "whose"),
    [
        (MISSPELT, KANAGAWA, ""),  # it may be a municipality's that the prefecture collects
        (kind_of("市区町村", MISSPELT), KANAGAWA, ""),
        (kind_of("都道府県", MISSPELT), KANAGAWA, KANAGAWA),
        (MISSPELT, YOKOHAMA, YOKOHAMA),  # a city sends nobody else's
        (sheet("14神奈川県", KANAGAWA), KANAGAWA, KANAGAWA),
        (sheet(), KANAGAWA, KANAGAWA),  # no name at all is none that is misspelt
        (MISSPELT, "", ""),
        (MISSPELT, "999999", "999999"),
    ],
)
def test_a_misspelt_name_in_a_prefectures_mail_may_be_a_municipalitys(
    register: Register, made: AnswerSheet, body: str, whose: str
) -> None:
    assert tell(made, body, "yobosesshu", register) == Told(made, whose, "yobosesshu")


def test_a_misspelt_name_that_may_be_a_municipalitys_stays_a_fault(register: Register) -> None:
    unknown = Finding("body_unknown", "error", cell="C6", label="組織名")
    misspelt = replace(MISSPELT, findings=(unknown,))
    of_prefecture = Identity(KANAGAWA, KANAGAWA, (), True)
    assert told(register, misspelt, of_prefecture) == [unknown]
    friendly = [replace(unknown, severity="warning")]
    assert told(register, kind_of("都道府県", misspelt), of_prefecture) == friendly
    assert told(register, misspelt, OWN) == friendly


def test_another_field_that_is_no_choice_stays_a_fault(register: Register) -> None:
    """Only of 制度等 does the mail tell what was meant."""
    kind = Finding("field_not_a_choice", "error", cell="C5", label="組織区分")
    program = Finding("field_not_a_choice", "error", cell="C3", label="制度等")
    both = kind_of("市の一種", sheet("横浜市", YOKOHAMA, findings=(kind, program)))
    assert told(register, both, OWN) == [kind, replace(program, severity="warning")]
    assert codes(told(register, both, OWN, "")) == ["field_not_a_choice", "program_unclear"]
    noted = replace(both, findings=(replace(program, severity="note"),))
    assert told(register, noted, OWN) == list(noted.findings)


@pytest.mark.parametrize(
    ("code", "row", "unclear"),
    [
        ("row_unread", 5, False),  # it says already why nobody can be told
        ("answer_missing", 5, True),
        ("body_unknown", 5, False),
        ("body_unknown", 0, False),
        ("answer_missing", 0, True),
    ],
)
def test_a_row_of_nobody_is_told_as_that_unless_it_says_why(
    register: Register, code: str, row: int, unclear: bool
) -> None:
    made = sheet(row=row, findings=(Finding(code, "error", cell="B5"),))
    assert ("body_unclear" in codes(told(register, made, NOBODY))) is unclear
    named = told(register, replace(made, body=sheet("大磯町", OISO).body), replace(THEIRS, body=OISO))
    assert "body_unclear" not in codes(named)


def test_a_text_that_stands_outside_the_cells_is_pointed_at(register: Register) -> None:
    """Q10 ②: whoever wrote the outline somewhere else is asked for nothing more; a person looks."""
    made = sheet("横浜市", YOKOHAMA, outlines_wanted=("10",), elsewhere=("G36", "G40"))
    (found,) = told(register, made, OWN)
    assert found == Finding("text_elsewhere", "warning", "様式", "E36", "10", found="G36、G40")


def test_what_concerns_a_list_stands_with_the_list_and_with_no_row(register: Register) -> None:
    old = Finding("legacy_format", "warning")
    attached = file(ROW, kind="collated_list", findings=(old,))
    for made, expected in ((None, [old]), (ROW, [])):
        piece = Piecework(submission(attached), attached, made, THEIRS, "yobosesshu")
        assert list(piece_findings(piece, register, nothing)) == expected
