"""Whose mail it is, asked by each of two desks: whatever speaks for whom, one has it, or each its own."""

from __future__ import annotations

from itertools import product

import pytest

from config.load import load_survey
from config.roster import load_roster
from config.survey import Survey
from intake.convention import read_claim
from intake.mail.kind import Classification
from intake.mail.mime import Leaf
from intake.other_surveys import desk_of
from intake.submission import Claim, FileReading, FormOf, Message
from intake.theme import MailContent
from tests.config.surveys_at_hand import TINY
from tests.workbooks.forms_at_hand import the_survey

OURS, CLUBS = the_survey(), load_survey(TINY.parent / "gakudo")
ROSTER = load_roster()
NUMBERS = {OURS.id: "N0711-CPY4-21NR", CLUBS.id: "G0711-CPY4-21NR"}
REMINDERS = {OURS.id: "R0719-1000-141003-N", CLUBS.id: "R0719-1000-141003-G"}
NONE = Claim("", "absent")


def content(  # noqa: PLR0913 - one sign each
    subject: str = "",
    name: str = "",
    body: str = "",
    answers: str = "",
    forms: tuple[FormOf, ...] = (),
    locked: bool = False,
) -> MailContent:
    message = Message("", subject, None, None, (), (), "", (), "", body)
    leaf = Leaf(1, "1", "application/octet-stream", "", "attachment", name, b"", displayed=False)
    kinds = [
        FileReading(1, name, 0, "", "other" if of == "other" else "answer_sheet", NONE, form_of=of)
        for of in forms
    ]
    if locked:
        kinds.append(FileReading(1, name, 0, "", "other", NONE, locked=True))
    claim = read_claim(subject, OURS, ROSTER, False)
    return MailContent(message, claim, Classification("inquiry", (), "", answers), (leaf,), tuple(kinds))


def both(**signs: object) -> tuple[str, str]:
    forms: tuple[FormOf, ...] = signs.pop("forms", ())  # type: ignore[assignment]
    swapped = {"ours": "other", "other": "ours", "several": "several"}
    first = desk_of(content(forms=forms, **signs), OURS, [CLUBS], ROSTER)  # type: ignore[arg-type]
    theirs = tuple(swapped[of] for of in forms)
    second = desk_of(content(forms=theirs, **signs), CLUBS, [OURS], ROSTER)  # type: ignore[arg-type]
    return first, second


def asked(survey: Survey) -> str:
    return f"【横浜市】{survey.convention.text}"


EITHER = (None, OURS, CLUBS)
FORMS: tuple[tuple[FormOf, ...], ...] = (
    (),
    ("ours",),
    ("other",),
    ("ours", "other"),
    ("several",),
    ("several", "ours"),
)
LEFT = {("ours", "other"), ("ours", "second"), ("first", "other"), ("first", "second")}
FITTING = {("both", "both"), *LEFT, *((theirs, ours) for ours, theirs in LEFT)}


@pytest.mark.parametrize("forms", FORMS, ids=str)
def test_no_mail_is_left_by_both_and_none_answered_by_both(forms: tuple[FormOf, ...]) -> None:
    """Every way in which the signs may stand together: 6 × 3⁴ × 2."""
    for subject, name, thread, word, locked in product(EITHER, EITHER, EITHER, EITHER, (False, True)):
        told = both(
            subject=asked(subject) if subject else "資料",
            name=f"{asked(name)}.xlsx" if name else "a.xlsx",
            answers=f"<uketsuke.{NUMBERS[thread.id]}.abc@example.jp>" if thread else "",
            body=word.convention.text if word else "どうぞ。",
            forms=forms,
            locked=locked,
        )
        assert told in FITTING, (subject and subject.id, name, thread, word, forms, locked, told)
        if "ours" in forms and "other" not in forms:
            assert told[0] == "ours"


@pytest.mark.parametrize(
    ("signs", "desk"),
    [
        (
            {"forms": ("ours",), "subject": asked(CLUBS), "answers": f"<uketsuke.{NUMBERS[CLUBS.id]}.a@b>"},
            "ours",
        ),
        ({"subject": asked(CLUBS), "body": f"> {NUMBERS[OURS.id]} マイナンバー"}, "other"),
        ({"subject": f"Re: [受付番号 {NUMBERS[OURS.id]}]", "name": f"{asked(CLUBS)}.pdf"}, "ours"),
        ({"name": f"{asked(OURS)}.pdf", "body": f"{CLUBS.title}について"}, "ours"),
        ({"body": f"先の {REMINDERS[OURS.id]} の件です。放課後児童クラブ実施状況調査"}, "ours"),
        ({"body": f"先の {REMINDERS[CLUBS.id]} の件です。マイナンバー"}, "other"),
        ({"body": "マイナンバーについて"}, "ours"),
        ({"body": "調査について"}, "first"),
        ({"body": f"個人番号と{CLUBS.convention.text}について"}, "first"),
        (
            {"answers": "<uketsuke.N0711-CPY4-21NR-R12.abc@example.jp>"},
            "ours",
        ),  # of a notice about a replacement
        ({"answers": "<uketsuke.E0001-141003-G.abc@example.jp>"}, "other"),  # of an extension
        ({"answers": "<someone@city.example>"}, "first"),
    ],
)
def test_what_speaks_louder_decides(signs: dict[str, object], desk: str) -> None:
    told = both(**signs)
    assert told[0] == desk and told in FITTING


def test_the_longer_of_two_conventions_counts_where_one_contains_the_other() -> None:
    """【横浜市】マイナンバーアンケート回答 follows a convention 「アンケート回答」 as well."""
    short = CLUBS.changed({"convention": CLUBS.convention.changed({"text": "アンケート回答"})}
    )
    for subject, ours, theirs in (
        (asked(OURS), "ours", "other"),
        ("【横浜市】アンケート回答", "other", "ours"),
    ):
        mail = content(subject=subject)
        assert desk_of(mail, OURS, [short], ROSTER) == ours
        assert desk_of(mail, short, [OURS], ROSTER) == theirs


def test_of_three_desks_one_writes() -> None:
    third = CLUBS.changed({"id": "third", "deadline": OURS.deadline})
    desks = [
        desk_of(content(body="調査について"), one, [o for o in (OURS, CLUBS, third) if o is not one], ROSTER)
        for one in (OURS, CLUBS, third)
    ]
    assert desks == ["first", "second", "second"]


def test_where_no_other_survey_shares_the_mailbox_all_is_ours() -> None:
    assert desk_of(content(subject=asked(CLUBS)), OURS, [], ROSTER) == "ours"
