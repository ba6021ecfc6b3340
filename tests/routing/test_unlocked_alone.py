"""What a password opened in a mail, when the mail is read more than once: each file by itself.

What mutation testing found that no pure test held (docs/mutants.md).
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from intake.finding import Finding
from intake.submission import FileReading, Submission
from routing.decision.unlocked import keep_opened, opens_more
from tests.routing.cases_at_hand import YOKOHAMA, file, sheet, submission

# A member of an archive has the archive's position, and behind it its own in three digits.
SHUT = file(filename="回答.xlsx", position=1, locked=True)
OPEN = file(sheet("横浜市", YOKOHAMA), position=1)
COSTLY = file(filename="回答.xlsx", position=1, findings=(Finding("too_costly", "error"),))
ZIP = file(filename="回答.zip", position=2, locked=True)
LISTED = file(filename="回答.zip", position=2, attached=False)  # an archive that is open stands before what is in it
MEMBERS = (LISTED, file(sheet("横浜市", YOKOHAMA), position=2001), file(filename="概要.pdf", position=2002))
OTHER = file(filename="概要.pdf", position=3)


def mail(*files: FileReading, kind: str = "submission") -> Submission:
    return submission(*files, kind=kind)


@pytest.mark.parametrize(
    ("before", "after", "more"),
    [
        ((SHUT,), (OPEN,), True),
        ((SHUT,), (SHUT,), False),
        ((SHUT,), (COSTLY,), False),  # given up is not open
        ((OPEN,), (OPEN,), False),
        ((SHUT, ZIP), (SHUT, *MEMBERS), True),
    ],
)
def test_whether_a_password_opened_something(
    before: tuple[FileReading, ...], after: tuple[FileReading, ...], more: bool
) -> None:
    assert opens_more(mail(*before), mail(*after)) is more


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        ((OPEN, OTHER), (SHUT, OTHER), (OPEN, OTHER)),
        ((OPEN, OTHER), (COSTLY, OTHER), (OPEN, OTHER)),
        ((SHUT, OTHER), (OPEN, OTHER), (OPEN, OTHER)),
        ((SHUT, OTHER), (COSTLY, OTHER), (COSTLY, OTHER)),  # it never was open
        ((*MEMBERS, OTHER), (ZIP, OTHER), (*MEMBERS, OTHER)),
        ((OPEN, *MEMBERS, OTHER), (SHUT, ZIP, OTHER), (OPEN, *MEMBERS, OTHER)),  # in the mail's order
        (MEMBERS, (LISTED, replace(MEMBERS[1], sheets=(), locked=True), MEMBERS[2]), MEMBERS),
        ((OPEN, ZIP), (SHUT, *MEMBERS), (OPEN, *MEMBERS)),  # each of two passwords opened one
    ],
)
def test_what_an_earlier_password_opened_stays_open(
    before: tuple[FileReading, ...], after: tuple[FileReading, ...], kept: tuple[FileReading, ...]
) -> None:
    assert keep_opened(mail(*before), mail(*after)).files == kept


def test_a_mail_whose_form_stays_open_stays_what_it_was() -> None:
    assert keep_opened(mail(OPEN), mail(SHUT, kind="inquiry")).kind == "submission"
    material = replace(OTHER, position=1)
    assert keep_opened(mail(material), mail(SHUT, kind="inquiry")).kind == "inquiry"
    assert keep_opened(mail(SHUT), mail(SHUT, kind="inquiry")).kind == "inquiry"


def test_what_had_a_place_that_is_allowed_now_stays_shut() -> None:
    """Nothing of it was kept: its sender is asked for it without a password."""
    alarming = replace(OPEN, sheets=(), personal=("様式!E5",))
    allowed = frozenset({"添付1：様式!E5"})
    assert keep_opened(mail(alarming), mail(SHUT)).files == (alarming,)
    assert keep_opened(mail(alarming), mail(SHUT), allowed).files == (SHUT,)
    assert keep_opened(mail(alarming), mail(SHUT), frozenset({"添付2：様式!E5"})).files == (alarming,)
    member = replace(MEMBERS[1], sheets=(), personal=("様式!E5",))
    assert keep_opened(mail(member), mail(ZIP), frozenset({"添付2001：様式!E5"})).files == (ZIP,)
