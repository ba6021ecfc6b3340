"""Which letter answers a decided mail: each kind, and each thing that keeps it from going out, on values by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from config.obligations import Obligation
from config.settings import Settings
from intake.finding import Finding
from intake.mail.ids import MessageIds
from intake.mail.phrases import silent_reasons
from intake.submission import Submission
from replies.letter_kinds import LetterKind
from routing.deadline import Deadlines
from routing.decision.mail_set import MailSet
from routing.decision.which_letter import ReplyContext, letter_kind, mail_row, quiet_kind
from routing.records import NOBODY, Decided, FileDecision, MailDecision, Piece
from routing.standing import Standing
from tests.routing.cases_at_hand import (
    ARRIVAL,
    DEADLINE,
    KAMAKURA,
    KANAGAWA,
    REGISTER,
    file,
    sheet,
    submission,
)

AROUND = ReplyContext(REGISTER, cast(Settings, None), (), "", DEADLINE, MessageIds(b""), Deadlines(REGISTER, {}))
SET = MailSet(1, 2, (1, 2), ("N1", "N2"), False, False, True)
OPEN = replace(SET, received=(1,))
ROW = sheet("鎌倉市", KAMAKURA, row=7)
LACKING = Standing(Obligation(KANAGAWA, "shoman", "demanded", (KAMAKURA,)), "partial", missing=(KAMAKURA,))
FORM = submission(file(sheet()))


def decided(rule: str, outcome: str, *pieces: Piece, mail: Submission = FORM, says: tuple[str, ...] = ()) -> Decided:
    return Decided(ARRIVAL, mail, MailDecision(outcome, rule, says), NOBODY, (), pieces, False)  # type: ignore[arg-type]


def piece(outcome: str, rule: str = "otherwise", *remarks: str, **changes: Any) -> Piece:
    made = Piece("1/1", file(), None, NOBODY, "shoman", "own", FileDecision(outcome, rule, remarks), ())  # type: ignore[arg-type]
    return replace(made, **changes)


def by_file(*pieces: Piece) -> Decided:
    return decided("otherwise", "by_file", *pieces)


MACHINE = replace(FORM, kind="auto_reply")
QUIET = replace(FORM, no_reply=("Auto-Submitted",))
LOCKED = replace(FORM, passwords_told=True)
PICTURE = submission(file(attached=False))
QUESTION = replace(FORM, kind="inquiry")
THANKS_LATE = ("thanks", "last_day")
NOTICED = {"noticed": True}
OF_LIST = piece("accepted", part="collected", sheet=ROW)
DIRECT = piece("kept", "direct", findings=(Finding("sent_directly", "note"),))
PASSED_ON = piece("accepted", "otherwise", "transfer")
SUPPORTING = piece("kept", "supporting", part="")

# (what, decided, what is known around it, kind)
LETTERS: list[tuple[str, Decided, dict[str, Any], LetterKind | None]] = [
    ("accepted", by_file(piece("accepted")), {}, "acknowledgement"),
    ("nobody could read it", replace(by_file(), submission=None), {}, None),
    ("its header forbids an answer", replace(by_file(piece("accepted")), submission=QUIET), {}, None),
    ("an official added it by hand", replace(by_file(piece("accepted")), arrival=replace(ARRIVAL, added_by="a")), {}, None),
    ("a machine's", replace(by_file(piece("accepted")), submission=MACHINE), {}, None),
    ("an older part of a set, decided anew",
     by_file(piece("accepted")), {"parts": replace(SET, newest=False), "round": 2}, None),
    ("… for the first time", by_file(piece("accepted")), {"parts": replace(SET, newest=False)}, "acknowledgement"),
    ("the newest part, decided anew", by_file(piece("accepted")), {"parts": SET, "round": 2}, "acknowledgement"),
    ("the set that nobody completed", by_file(piece("accepted")), {"parts": replace(OPEN, over=True), "round": 2}, "parts"),
    ("… for the first time", by_file(piece("accepted")), {"parts": replace(OPEN, over=True)}, "acknowledgement"),
    ("… without any form", decided("no_form", "correction"), {"parts": replace(OPEN, over=True), "round": 2}, "correction"),
    ("the same again", decided("resend", "ignored"), {}, "duplicate"),
    ("… who was told lately", decided("resend", "ignored"), NOTICED, None),
    ("… words only", decided("resend", "ignored", mail=QUESTION), {}, None),
    ("… nothing but a signature", decided("resend", "ignored", mail=PICTURE), {}, None),
    ("a question", decided("inquiry", "held", mail=QUESTION), {}, "arrival"),
    ("… from nobody we know", decided("inquiry", "held", mail=QUESTION), {"recognised": False}, None),
    ("… who was told lately", decided("inquiry", "held", mail=QUESTION), NOTICED, None),
    ("… that only thanks", decided("inquiry", "held", mail=QUESTION, says=("thanks",)), {}, None),
    ("… that only thanks, on the last day", decided("inquiry", "held", mail=QUESTION, says=THANKS_LATE), {}, None),
    ("… that says nothing, on the last day", decided("inquiry", "held", mail=QUESTION, says=("last_day",)), {}, "arrival"),
    ("… that thanks and asks", decided("inquiry", "held", mail=QUESTION, says=("thanks", "extension")), {}, "arrival"),
    ("locked", decided("password_awaited", "held"), {}, "arrival"),
    ("locked, and a password is in it", decided("password_awaited", "held", mail=LOCKED), {}, None),
    ("material", decided("material", "held"), {}, "arrival"),
    ("… who was told lately", decided("material", "held"), NOTICED, None),
    ("set aside, and once more", decided("set_aside_again", "held"), {}, "arrival"),
    ("a part", decided("part_awaited", "held"), {}, "arrival"),
    ("held", decided("personal_data", "held"), {}, None),
    ("ignored", decided("foreign", "ignored"), {}, None),
    ("looked at before it is handed in", decided("pre_check", "ignored", piece("accepted")), {}, "pre_check"),
    ("a list that was asked for", decided("collation", "ignored", piece("accepted")), {}, "collation"),
    ("… of two mailboxes, the other to answer", decided("pre_check", "ignored"), {"answered_elsewhere": True}, None),
    ("no form", decided("no_form", "correction"), {}, "correction"),
    ("to be mended", by_file(piece("correction", "findings")), {}, "correction"),
    ("one to be mended, one accepted", by_file(piece("correction", "findings"), piece("accepted")), {}, "partial"),
    ("a municipality that writes directly", by_file(DIRECT), {}, "redirect"),
    ("passed on", by_file(PASSED_ON), {}, "transfer"),
    ("one passed on, one ours", by_file(PASSED_ON, piece("accepted")), {}, "acknowledgement"),
    ("passed on, with material beside it", by_file(PASSED_ON, SUPPORTING), {}, "transfer"),
    ("passed on, of no part", by_file(replace(PASSED_ON, part="")), {}, "transfer"),
    ("ours of no part, beside one passed on", by_file(PASSED_ON, piece("accepted", part="")), {}, "acknowledgement"),
    ("a list that lacks nobody", by_file(OF_LIST), {}, "acknowledgement"),
    ("a list that lacks somebody", by_file(OF_LIST), {"standings": (LACKING,)}, "partial"),
    ("… and the next part is awaited", by_file(OF_LIST), {"standings": (LACKING,), "parts": OPEN}, "acknowledgement"),
    ("… and every part is here", by_file(OF_LIST), {"standings": (LACKING,), "parts": SET}, "partial"),
    ("a sheet beside what is lacking",
     by_file(piece("accepted", sheet=sheet())), {"standings": (LACKING,)}, "acknowledgement"),
    ("another program's list",
     by_file(replace(OF_LIST, program="nanbyo")), {"standings": (LACKING,)}, "acknowledgement"),
    ("a double", by_file(piece("held", "double")), {}, "arrival"),
    ("a double, and what nobody may hear of",
     by_file(piece("held", "double"), piece("held", "same_finding_again")), {}, None),
    ("a double, and material", by_file(piece("held", "double"), piece("kept", "supporting")), {}, "arrival"),
    ("an original", by_file(piece("kept", "original")), {}, "partial"),
    ("not owed", by_file(piece("kept", "not_owed")), {}, "acknowledgement"),
    ("the other mailbox answers", by_file(piece("ignored", "other_mailbox_answers")), {}, None),
]  # fmt: skip


@pytest.mark.parametrize(("what", "known", "kind"), [c[1:] for c in LETTERS], ids=[c[0] for c in LETTERS])
def test_which_letter_answers(what: Decided, known: dict[str, Any], kind: LetterKind | None) -> None:
    assert letter_kind(what, replace(AROUND, **known)) == kind


def test_all_that_is_silent_and_all_that_is_neutral_at_once() -> None:
    """A mail may say everything that calls for no letter, and hold one piece by each neutral rule."""
    silent = decided("inquiry", "held", mail=QUESTION, says=tuple(sorted(silent_reasons())))
    assert letter_kind(silent, AROUND) is None
    neutral = (
        "double", "collated_list", "city_by_prefecture", "direct", "evidence_disagrees", "check_failed",
        "answer_unsure", "password_awaited",
    )  # fmt: skip
    assert letter_kind(by_file(*(piece("held", rule) for rule in neutral)), AROUND) == "arrival"


def test_notices_of_arrival_go_out_by_what_they_are_about() -> None:
    assert [mail_row("arrival", rule) for rule in ("inquiry", "password_awaited", "part_awaited")] == [
        "inquiry",
        "password",
        "arrival",
    ]
    assert mail_row("correction", "inquiry") == "correction"


def test_after_the_survey_is_over_nothing_is_asked_for() -> None:
    kinds: tuple[LetterKind, ...] = ("acknowledgement", "duplicate", "correction", "partial", "redirect", "parts")
    assert [quiet_kind(kind, False) for kind in kinds] == [
        "acknowledgement",
        "duplicate",
        "arrival",
        "arrival",
        "arrival",
        None,
    ]
    assert quiet_kind("acknowledgement", True) == "arrival"
