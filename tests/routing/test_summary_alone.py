"""What a mail comes to as a whole: lateness, and what operators must hear. Each rule by itself and by what keeps it from
hitting.

What mutation testing found that no pure test held (docs/mutants.md).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from intake.finding import Finding
from intake.submission import AnswerSheet, Submission
from routing.deadline import Deadlines
from routing.decision.facts import Facts
from routing.decision.summary import (
    alerts,
    counts_late,
    handed_in_in_time,
    mail_late,
    question,
    receipt_doubt,
    rests,
    unproven,
)
from routing.proof import Credentials, Proof
from routing.records import Identity, MailDecision, Note, Piece
from tests.routing.cases_at_hand import (
    DEADLINE,
    FACTS,
    IN_TIME,
    KAMAKURA,
    KANAGAWA,
    REGISTER,
    YOKOHAMA,
    booking,
    claim,
    decided,
    file,
    piece,
    sheet,
    submission,
)

SECOND, WEEK = timedelta(seconds=1), timedelta(days=7)
LATE = DEADLINE + SECOND
CITY = "a@city.yokohama.lg.jp"
OWN = Identity(YOKOHAMA, YOKOHAMA, (), True)
COLLECTED = Identity(KANAGAWA, KAMAKURA, (), True)
EXTENDED = Deadlines(REGISTER, {(KANAGAWA, ""): DEADLINE + WEEK})
BY_SURVEY = Deadlines(REGISTER, {})


# Late or not


@pytest.mark.parametrize(
    ("at", "pieces", "own", "late"),
    [
        (IN_TIME, (piece(late=True),), OWN, True),  # its program may have a deadline of its own
        (LATE, (piece(),), OWN, False),
        (LATE, (piece(late=True, part=""), piece()), OWN, False),  # what hands nothing in is no matter
        (LATE, (piece(part=""),), OWN, True),
        (DEADLINE, (), OWN, False),
        (LATE, (), OWN, True),
        (LATE, (), replace(OWN, submitter=""), True),
        (LATE, (), COLLECTED, False),  # the sender's time goes on for a week
        (LATE, (), replace(COLLECTED, body=""), False),
        (LATE, (), replace(COLLECTED, submitter="", body=KANAGAWA), False),
    ],
)
def test_a_mail_is_late_by_what_it_hands_in_else_by_its_sender(
    at: datetime, pieces: tuple[Piece, ...], own: Identity, late: bool
) -> None:
    assert mail_late(at, pieces, own, EXTENDED) is late


@pytest.mark.parametrize(
    ("pieces", "late"),
    [
        ((piece(late=True),), True),
        ((piece(late=True, mends=True),), False),  # in time stays in time
        ((piece(late=True, mends=True), piece(late=True)), True),
        ((piece(),), False),
        ((piece(late=True, part=""), piece()), False),
        ((piece("kept", "supporting", late=True), piece()), False),
        ((piece("correction", "findings", late=True),), True),
        ((piece("kept", "not_owed", part=""),), None),  # nothing is handed in: by the mail
        ((piece("ignored", "other_mailbox_answers", late=True),), None),
        ((), None),
    ],
)
def test_the_reader_is_told_that_something_was_late(pieces: tuple[Piece, ...], late: bool | None) -> None:
    for mail in (False, True):
        assert counts_late(decided(*pieces, late=mail)) is (mail if late is None else late)


def first(at: datetime | None) -> Facts:
    """The first answer of anybody came then."""
    return replace(FACTS, first_received=lambda body, program: at)


@pytest.mark.parametrize(
    ("body", "program", "at", "in_time"),
    [
        (YOKOHAMA, "nanbyo", DEADLINE, True),
        (YOKOHAMA, "nanbyo", LATE, False),
        (YOKOHAMA, "nanbyo", None, False),
        ("", "nanbyo", DEADLINE, False),
        (YOKOHAMA, "", DEADLINE, False),
    ],
)
def test_what_was_handed_in_first_in_time(body: str, program: str, at: datetime | None, in_time: bool) -> None:
    assert handed_in_in_time(body, program, first(at)) is in_time


# Words beside and instead of an answer


@pytest.mark.parametrize(
    ("asks", "outcome", "noted"),
    [
        (True, "by_file", True),
        (True, "correction", True),
        (True, "held", False),  # people read it as it is
        (True, "ignored", False),
        (False, "by_file", False),
    ],
)
def test_a_question_beside_an_answer_is_noted(asks: bool, outcome: Any, noted: bool) -> None:
    notes = question(submission(asks=asks), MailDecision(outcome, "otherwise"), YOKOHAMA)
    assert notes == ((Note("question", "", YOKOHAMA),) if noted else ())


THEIRS = Credentials(CITY, True, False, (), lambda address: frozenset(), REGISTER.roster)


def resting(
    rule: str = "inquiry",
    *says: str,
    outcome: Any = "held",
    whose: Identity = OWN,
    sender: str = CITY,
    **around: Any,
) -> list[str]:
    """The programs that words rest: of 横浜市's own mail to ① by a rule that puts things off."""
    made = submission(sender=sender, subject=around.get("subject"))
    if around.get("nameless"):
        made = replace(made, message=replace(made.message, sender=None))
    facts = replace(FACTS, credentials=THEIRS)
    where = (around.get("mailbox", "n_mynumber"), REGISTER)
    found = rests(made, MailDecision(outcome, rule, says), whose, facts, where)
    assert all((n.kind, n.detail) == ("rests", "") for n in found)
    assert {n.lgcode for n in found} <= {whose.submitter or whose.body}
    return [n.program for n in found]


def test_words_put_off_what_the_mailbox_asks_of_their_body() -> None:
    assert resting() == ["nanbyo", "shoman"]
    assert resting(mailbox="yoboseshu") == ["yobosesshu"]
    assert resting(whose=Identity("", YOKOHAMA, (), True)) == ["nanbyo", "shoman"]
    assert resting(subject=claim("横浜市", YOKOHAMA, programs=("kenshin", "shoman"))) == ["kenshin", "shoman"]
    core = Identity("142018", "142018", (), True)
    assert resting(whose=core, sender="a@city.yokosuka.kanagawa.jp") == ["shoman"]  # a core city owes no 難病
    named = claim("横須賀市", "142018", programs=("nanbyo",))
    assert resting(whose=core, sender="a@city.yokosuka.kanagawa.jp", subject=named) == ["shoman"]
    prefecture = {"whose": COLLECTED, "sender": "a@pref.kanagawa.lg.jp"}
    assert resting(**prefecture) == ["nanbyo", "shoman"]


@pytest.mark.parametrize(
    "around",
    [
        {"rule": "reply"},  # of which nothing is said
        {"outcome": "by_file"},
        {"sender": "a@city.kawasaki.lg.jp"},  # no stranger puts off what is asked of others
        {"nameless": True},
        {"rule": "personal_data"},
    ],
)
def test_what_puts_nothing_off(around: dict[str, Any]) -> None:
    assert resting(**around) == []


# Which of two times counts


def doubt(
    pieces: tuple[Piece, ...] = (piece(late=True),),
    made: Submission | None = None,
    own: Identity = OWN,
    at: datetime = LATE,
    **known: Any,
) -> list[tuple[str, str, str]]:
    """(earlier time, body, program) of a mail that came late to its mailbox, and to a server of ours at 16:59:59."""
    made = made or submission(reached_at="2023-07-21T16:59:59+09:00")
    facts = replace(FACTS, **{"deadlines": BY_SURVEY, **known})
    found = receipt_doubt(made, pieces, own, facts, at)
    assert all(n.kind == "receipt_doubt" for n in found)
    return [(n.detail, n.lgcode, n.program) for n in found]


BEFORE = "2023-07-21T16:59:59+09:00"


def test_our_servers_had_it_before_its_mailbox() -> None:
    assert doubt() == [(BEFORE, YOKOHAMA, "nanbyo")]
    assert doubt(made=submission()) == []
    assert doubt(made=submission(reached_at="2023-07-21T17:00:01+09:00")) == []
    assert doubt(time_settled=True) == []
    both = (piece(late=True), piece(late=True, program="shoman"))
    assert doubt(both) == [(BEFORE, YOKOHAMA, "nanbyo")]  # one word of an official settles the mail


def test_what_mends_a_mail_without_its_file_counts_from_that() -> None:
    assert doubt(made=submission(), answered_at=DEADLINE) == [("2023-07-21T17:00:00+09:00", YOKOHAMA, "nanbyo")]
    assert doubt(answered_at=DEADLINE) == [(BEFORE, YOKOHAMA, "nanbyo")]  # the earlier of the two
    assert doubt(answered_at=DEADLINE - WEEK) == [("2023-07-14T17:00:00+09:00", YOKOHAMA, "nanbyo")]


@pytest.mark.parametrize(
    "made",
    [piece(), piece(late=True, mends=True), piece(late=True, part="", program="shoman")],
)
def test_of_what_is_not_late_or_stays_in_time_no_time_is_open(made: Piece) -> None:
    quiet = submission(reached_at=BEFORE, kind="inquiry")
    assert doubt((made,), quiet) == []


@pytest.mark.parametrize(
    ("pieces", "kind", "own", "at", "whose"),
    [
        ((), "submission", OWN, LATE, YOKOHAMA),
        ((), "submission", Identity("", YOKOHAMA, (), True), LATE, YOKOHAMA),
        ((), "submission", Identity(YOKOHAMA, "", (), True), LATE, YOKOHAMA),
        ((), "submission", COLLECTED, LATE, KANAGAWA),
        ((piece(late=True, part=""),), "submission", OWN, LATE, YOKOHAMA),
        ((), "inquiry", OWN, LATE, None),
        ((), "submission", OWN, DEADLINE, None),
        ((piece(),), "submission", OWN, LATE, None),  # what it hands in is in time
    ],
)
def test_a_mail_that_hands_nothing_in_is_late_as_a_whole(
    pieces: tuple[Piece, ...], kind: str, own: Identity, at: datetime, whose: str | None
) -> None:
    made = submission(reached_at=BEFORE, kind=kind)
    assert doubt(pieces, made, own, at) == ([] if whose is None else [(BEFORE, whose, "")])


def test_of_a_body_with_more_time_nothing_is_late() -> None:
    made = submission(reached_at=BEFORE)
    assert doubt((), made, COLLECTED, deadlines=EXTENDED) == []


# Proof


WEAK = piece(proof=Proof.GOVERNMENT)
STRONG = piece(proof=Proof.BODY)
THEIRS_BEFORE = booking(receipt="N1", sender="b@city.yokohama.lg.jp")
STRANGERS = booking(receipt="N2", sender="c@example.lg.jp", proof=1)
VOUCHED = booking(receipt="N3", sender="d@example.lg.jp")


@pytest.mark.parametrize(
    ("made", "by", "notes"),
    [
        (WEAK, "uketsuke", [("unconfirmed", CITY, YOKOHAMA)]),
        (WEAK, "sato", [("unconfirmed", CITY, YOKOHAMA)]),
        (STRONG, "uketsuke", []),
        (replace(WEAK, decision=piece("correction", "findings").decision), "uketsuke", []),
        (replace(WEAK, identity=Identity("", YOKOHAMA, (), True)), "uketsuke", [("unconfirmed", CITY, YOKOHAMA)]),
        (replace(WEAK, identity=COLLECTED), "uketsuke", [("unconfirmed", CITY, KANAGAWA)]),
        (replace(STRONG, displaced=(THEIRS_BEFORE,)), "uketsuke", [("replaced", "N1 b@city.yokohama.lg.jp", YOKOHAMA)]),
        (replace(STRONG, displaced=(THEIRS_BEFORE,)), "sato", [("replaced", "N1 b@city.yokohama.lg.jp", YOKOHAMA)]),
        (replace(STRONG, displaced=(STRANGERS,)), "uketsuke", [("gave_way", "N2 c@example.lg.jp", YOKOHAMA)]),
        (replace(STRONG, displaced=(STRANGERS,)), "sato", []),  # he decided so himself
        # Confirmed by somebody's word, from an address that is not the body's.
        (replace(STRONG, displaced=(VOUCHED,)), "uketsuke", [("gave_way", "N3 d@example.lg.jp", YOKOHAMA)]),
        # From the body's own domain, and nothing had told that it was this one's.
        (replace(STRONG, displaced=(replace(THEIRS_BEFORE, proof=1),)), "uketsuke",
         [("gave_way", "N1 b@city.yokohama.lg.jp", YOKOHAMA)]),
        (replace(STRONG, displaced=(replace(THEIRS_BEFORE, submitter=""),)), "uketsuke",
         [("replaced", "N1 b@city.yokohama.lg.jp", YOKOHAMA)]),
        (replace(STRONG, displaced=(replace(STRANGERS, submitter=KANAGAWA),)), "uketsuke",
         [("gave_way", "N2 c@example.lg.jp", KANAGAWA)]),
    ],
)  # fmt: skip
def test_what_operators_hear_of_proof(made: Piece, by: str, notes: list[tuple[str, str, str]]) -> None:
    found = unproven((made,), THEIRS, by)
    assert [(n.kind, n.detail, n.lgcode) for n in found] == notes
    assert {n.program for n in found} <= {"nanbyo"}
    assert unproven((made, made), THEIRS, by) == found  # once


# Alarms


def alarming(*keys: str) -> AnswerSheet:
    return sheet("横浜市", YOKOHAMA, alerts=keys)


UNREAD = Finding("answer_not_a_choice", "error", question="10")
FAILED = Finding("check_failed", "note", label="様式", found="E5")


@pytest.mark.parametrize(
    ("made", "alarms"),
    [
        (piece(sheet=alarming("10")), 1),
        (piece("correction", "findings", sheet=alarming("10"), findings=(UNREAD,)), 1),  # it may be one, and is asked about
        (piece("correction", "findings", sheet=alarming("10"), findings=(replace(UNREAD, question="9"),)), 0),
        (piece("correction", "findings", sheet=alarming("10"), findings=(replace(UNREAD, code="rule_broken"),)), 0),
        (piece("correction", "findings", sheet=alarming("10")), 0),  # comes again, mended
        (piece("held", "double", sheet=alarming("10")), 0),
        (piece(sheet=None), 0),
        (piece(), 0),
    ],
)
def test_an_alarming_choice_is_told_once_it_counts(made: Piece, alarms: int) -> None:
    found = alerts(submission(), (made,), REGISTER.survey)
    assert found == (Note("alert", "Q10", YOKOHAMA, "nanbyo"),) * alarms


def test_a_check_that_failed_is_told_where_nothing_else_shows_it() -> None:
    told = Note("check_failed", "様式 E5", YOKOHAMA, "nanbyo")
    for rule, notes in (("findings", (told,)), ("check_failed", ())):
        assert alerts(submission(), (piece("held", rule, findings=(FAILED, UNREAD)),), REGISTER.survey) == notes


def test_mail_that_may_not_be_answered_is_told() -> None:
    made = submission(file(), no_reply=("Precedence: bulk", "List-Id"))
    assert alerts(made, (), REGISTER.survey) == (Note("no_reply", "Precedence: bulk; List-Id"),)
