"""Each row of the two tables by what makes it hit, and by each thing that keeps it from hitting, one at a time.

Beside test_verdict.py, which tells the rows and their order: here stand the twins. What mutation testing found that no
pure test held (docs/mutants.md).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from config.services import Service
from intake.finding import Finding
from intake.submission import Authors, Submission
from routing.decision.case import MailCase
from routing.decision.mail_set import MailSet
from routing.decision.verdict import FILE_TABLE, MAIL_TABLE, decide_file, decide_mail
from tests.routing.cases_at_hand import (
    ERROR,
    UNKNOWN_SENDER,
    WARNING,
    YOKOHAMA,
    booking,
    claim,
    file,
    file_case,
    mail_case,
    sheet,
    submission,
)
from tests.routing.test_verdict import ACCEPTED, FILES, LOCKED_FILE, MAILS

FORM = file(sheet("横浜市", YOKOHAMA))
MATERIAL = file()
WORKBOOK = file(looks_like_workbook=True)
SECRET = file(locked=True, looks_like_workbook=True)
PICTURE = file(attached=False)
RETURNED = file(returned=True)
OPEN = MailSet(1, 2, (1,), ("N1",), False, False, True)  # the second of two is still awaited
ALARM = ("本文",)


def mail(*files: Any, **said: Any) -> Submission:
    return submission(*files, **said)


def told(*files: Any, **said: Any) -> Submission:
    """A mail that tells a password."""
    return submission(*files, passwords_told=True, **said)


def by_several(authors: Authors, *files: Any) -> Submission:
    """A mail whose From names more than one address."""
    made = submission(*files)
    return replace(made, message=replace(made.message, authors=authors))


def asking(service: Service, *files: Submission, **said: Any) -> MailCase:
    """A mail whose subject asks for a service that the survey offers."""
    return replace(mail_case(*(files or (mail(FORM),)), **said), asks_for=service)


# (what, case, rule)
CASES: list[tuple[str, MailCase, str]] = [
    ("another survey's", mail_case(mail(MATERIAL, desk="other")), "other_survey"),
    ("… with a number in it", mail_case(mail(MATERIAL, desk="other", personal=ALARM)), "personal_data"),
    ("… that an official took in", mail_case(mail(MATERIAL, desk="other"), trusted=True), "no_form"),
    ("of two surveys, the first to answer", mail_case(mail(FORM, desk="first")), "otherwise"),
    ("a password", mail_case(told()), "password_told"),
    ("… from a machine that nobody knows", mail_case(told(kind="auto_reply"), sender=UNKNOWN_SENDER), "password_told"),
    ("… with a number", mail_case(told(personal=ALARM)), "personal_data"),
    ("… taken in", mail_case(told(), trusted=True), "no_form"),
    ("… beside a form", mail_case(told(FORM)), "otherwise"),
    ("… and a question", mail_case(told(kind="inquiry", asks=True)), "inquiry"),
    ("about something else", mail_case(mail(MATERIAL, theme="other")), "foreign"),
    ("… even from a body", mail_case(mail(kind="inquiry", theme="other")), "foreign"),
    ("… with a number", mail_case(mail(theme="other", personal=ALARM)), "personal_data"),
    ("… taken in", mail_case(mail(FORM, theme="other"), trusted=True), "otherwise"),
    ("… but it answers ours", mail_case(mail(theme="other", kind="inquiry"), answers_ours=True), "inquiry"),
    ("general words from nobody we know", mail_case(mail(theme="perhaps"), sender=UNKNOWN_SENDER), "foreign"),
    ("words of the survey from nobody we know", mail_case(mail(theme="survey"), sender=UNKNOWN_SENDER), "unknown_sender"),
    ("a colleague's form", mail_case(mail(FORM), from_ourselves=True), "machine_with_form"),
    ("a colleague without a form", mail_case(mail(kind="inquiry"), from_ourselves=True), "inquiry"),
    ("a machine's, taken in", mail_case(mail(kind="auto_reply"), trusted=True), "no_form"),
    ("a machine's form, taken in", mail_case(mail(FORM, kind="auto_reply"), trusted=True), "otherwise"),
    ("forged", mail_case(mail(FORM), spoofed=True), "authentication_failed"),
    ("… taken in", mail_case(mail(FORM), spoofed=True, trusted=True), "otherwise"),
    ("by nobody can tell whom", mail_case(by_several("unclear", FORM)), "several_senders"),
    ("… taken in", mail_case(by_several("unclear", FORM), trusted=True), "otherwise"),
    ("by several of one body", mail_case(by_several("several", FORM)), "otherwise"),
    ("set aside, and once more", mail_case(resend_of="N1", first_set_aside=True), "set_aside_again"),
    ("… taken in", mail_case(resend_of="N1", first_set_aside=True, trusted=True), "otherwise"),
    ("… from nobody we know", mail_case(resend_of="N1", first_set_aside=True, sender=UNKNOWN_SENDER), "unknown_sender"),
    ("the first one was set aside, and this is another", mail_case(first_set_aside=True), "otherwise"),
    ("the same again, taken in", mail_case(resend_of="N1", trusted=True), "resend"),
    ("no file, and he was told so", mail_case(mail(), told_no_file=True), "no_file_again"),
    ("… and now a file", mail_case(mail(FORM), told_no_file=True), "otherwise"),
    ("… taken in", mail_case(mail(), told_no_file=True, trusted=True), "no_form"),
    ("no form, and he was told so", mail_case(mail(MATERIAL), told_no_form=True), "no_form_again"),
    ("… and now a form", mail_case(mail(FORM), told_no_form=True), "otherwise"),
    ("… taken in", mail_case(mail(MATERIAL), told_no_form=True, trusted=True), "no_form"),
    ("it may be about anything", mail_case(mail(kind="inquiry", theme="unclear")), "perhaps_foreign"),
    ("it submits, with general words", mail_case(mail(theme="perhaps")), "perhaps_foreign"),
    ("it asks, with general words", mail_case(mail(theme="perhaps", kind="inquiry")), "inquiry"),
    ("… taken in", mail_case(mail(theme="unclear"), trusted=True), "no_form"),
    ("… but it answers ours", mail_case(mail(theme="unclear"), answers_ours=True), "no_form"),
    ("… but a form is in it", mail_case(mail(FORM, theme="unclear")), "otherwise"),
    ("it takes its answer back", mail_case(mail(amends="withdrawal")), "withdrawal"),
    ("… and brings a form", mail_case(mail(FORM, amends="withdrawal")), "otherwise"),
    ("it corrects in words", mail_case(mail(amends="correction")), "correction_in_words"),
    ("… and brings a form", mail_case(mail(FORM, amends="correction")), "otherwise"),
    ("locked, and the password may come", mail_case(mail(SECRET), password_awaited=True), "password_awaited"),
    ("locked, and none is awaited", mail_case(mail(SECRET)), "no_form"),
    ("none is locked", mail_case(mail(MATERIAL), password_awaited=True), "no_form"),
    ("locked beside a form", mail_case(mail(SECRET, FORM), password_awaited=True), "otherwise"),
    ("still looked at by a scanner", mail_case(mail(MATERIAL, awaits_scan=True)), "scan_awaited"),
    ("… beside a form", mail_case(mail(FORM, awaits_scan=True)), "otherwise"),
    ("a part of two", mail_case(mail(MATERIAL), parts=OPEN), "part_awaited"),
    ("… with a form", mail_case(mail(FORM), parts=OPEN), "otherwise"),
    ("… and the other has one", mail_case(mail(MATERIAL), parts=replace(OPEN, form_elsewhere=True)), "otherwise"),
    ("… and no other came in time", mail_case(mail(MATERIAL), parts=replace(OPEN, over=True)), "no_form"),
    ("material for our letter", mail_case(mail(MATERIAL), answers_ours=True), "material"),
    ("… as a picture in the text", mail_case(mail(PICTURE), answers_ours=True), "no_form"),
    ("… within what came back", mail_case(mail(RETURNED), answers_ours=True), "no_form"),
    ("… a workbook", mail_case(mail(WORKBOOK), answers_ours=True), "no_form"),
    ("… with a workbook", mail_case(mail(MATERIAL, WORKBOOK), answers_ours=True), "no_form"),
    ("… beside a form", mail_case(mail(FORM, MATERIAL), answers_ours=True), "otherwise"),
    ("material for nothing of ours", mail_case(mail(MATERIAL)), "no_form"),
    ("no file for our letter", mail_case(mail(), answers_ours=True), "no_form"),
    ("to two mailboxes", mail_case(mail(MATERIAL), answered_by="sukoyaka"), "another_mailbox_answers"),
    ("… and this one answers", mail_case(mail(MATERIAL), answered_by="n_mynumber"), "no_form"),
    ("… with a form", mail_case(mail(FORM), answered_by="sukoyaka"), "otherwise"),
    ("… taken in", mail_case(mail(MATERIAL), answered_by="sukoyaka", trusted=True), "no_form"),
    ("a check before anything is handed in", asking("pre_check"), "pre_check"),
    ("… without a file", asking("pre_check", mail()), "pre_check"),
    ("… with a number", asking("pre_check", mail(FORM, personal=ALARM)), "personal_data"),
    ("… from a machine", asking("pre_check", mail(FORM, kind="auto_reply")), "machine_with_form"),
    ("… from nobody we know", asking("pre_check", mail(FORM), sender=UNKNOWN_SENDER), "unknown_sender"),
    ("… and a question", asking("pre_check", mail(kind="inquiry")), "inquiry"),
    ("… the same once more", asking("pre_check", mail(FORM), resend_of="N1"), "pre_check"),
    ("… forged", asking("pre_check", mail(FORM), spoofed=True), "authentication_failed"),
    ("a list to be made", replace(asking("collation"), vouched=True), "collation"),
    ("… for nobody who is vouched for", asking("collation"), "otherwise"),
    ("a form within what came back", mail_case(mail(replace(FORM, returned=True))), "no_form"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "rule"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_row_about_the_mail_and_its_twins(case: MailCase, rule: str) -> None:
    assert decide_mail(case).rule == rule


@pytest.mark.parametrize("kind", ["reply", "inquiry"])
def test_what_the_words_say_goes_with_a_rule_that_people_read(kind: str) -> None:
    case = mail_case(mail(kind=kind, says=("extension",)))
    assert decide_mail(case).remarks == ("extension",)
    assert decide_mail(replace(case, last_day=True)).remarks == ("extension", "last_day")
    spoken = mail_case(mail(amends="withdrawal", says=("extension",)))
    assert decide_mail(replace(spoken, last_day=True)).remarks == ()


@pytest.mark.parametrize(
    ("case", "remarks"),
    [
        (asking("pre_check", mail(FORM), sender=UNKNOWN_SENDER), ("pre_check",)),  # it waits, and is no answer
        (asking("pre_check", mail(kind="inquiry")), ()),  # people read its words in any case
        (asking("pre_check"), ()),
        (mail_case(mail(FORM), sender=UNKNOWN_SENDER), ()),
    ],
)
def test_what_was_asked_for_is_said_of_a_mail_that_waits(case: MailCase, remarks: tuple[str, ...]) -> None:
    assert decide_mail(case).remarks == remarks


HEAD = Finding("answer_missing", "error")
ROW = sheet("横浜市", YOKOHAMA, row=7)
LIST = {"file": file(ROW, kind="collated_list"), "sheet": None}
LISTED: dict[str, Any] = {"sheet": ROW, "file": file(ROW, kind="collated_list")}
MEANT = {"sheet": None, "program": "", "owes": False}
BROKEN_FILE = replace(LOCKED_FILE, claim=claim())
NO_WORKBOOK = replace(LOCKED_FILE, looks_like_workbook=False)
UNOPENED = (Finding("encrypted", "error"),)
CHECK_FAILED = Finding("check_failed", "note")
LET_SENDER_HAVE = booking("correction", errors=("answer_missing/5/",), sender="b@other.lg.jp", proof=1)

# (what, changes, rule)
PIECES: list[tuple[str, dict[str, Any], str]] = [
    ("locked, awaited", {**MEANT, "file": SECRET, "password_awaited": True}, "password_awaited"),
    ("locked, not awaited", {**MEANT, "file": SECRET, "forms_in_mail": False}, "no_form"),
    ("awaited for another file", {"password_awaited": True}, "otherwise"),
    ("a list with a fault of its own", {**LIST, "findings": (HEAD,)}, "list_findings"),
    ("a list with a hint of its own", {**LIST, "findings": (WARNING,)}, "collated_list"),
    ("a row of another prefecture", {**LISTED, "relation": "stranger"}, "row_of_stranger"),
    ("a sheet of another prefecture", {"relation": "stranger"}, "evidence_disagrees"),
    ("a prefecture's own row", {**LISTED, "relation": "own"}, "row_of_prefecture"),
    ("a city's row", {**LISTED, "relation": "city"}, "row_of_city"),
    ("a municipality's row", {**LISTED, "relation": "municipality"}, "otherwise"),
    ("a municipality's sheet", {"relation": "municipality"}, "original"),
    ("an answer cut short under the name asked for", {**MEANT, "file": LOCKED_FILE, "findings": (HEAD,)}, "no_form"),
    ("… that is well", {**MEANT, "file": LOCKED_FILE}, "supporting"),
    ("… and no workbook", {**MEANT, "file": NO_WORKBOOK, "findings": (HEAD,)}, "supporting"),
    ("unopened, for a program without answer",
     {**MEANT, "file": BROKEN_FILE, "findings": UNOPENED, "stands_for_another": True}, "no_form"),
    ("unopened, for a program that is answered",
     {**MEANT, "file": BROKEN_FILE, "findings": UNOPENED}, "supporting"),
    ("opened, for a program without answer",
     {**MEANT, "file": BROKEN_FILE, "findings": (HEAD,), "stands_for_another": True}, "supporting"),
    ("checked to its end by nobody", {"findings": (CHECK_FAILED,)}, "check_failed"),
    ("… and something is to be mended", {"findings": (CHECK_FAILED, ERROR)}, "findings"),
    ("an alarm that is struck out", {"sheet": sheet("横浜市", YOKOHAMA, unsure=("10",))}, "answer_unsure"),
    ("asked before, and the answer was taken", {"history": (booking("accepted", errors=("answer_missing/5/",)),),
                                                "findings": (ERROR,)}, "findings"),
    ("a stranger was asked the same", {"history": (LET_SENDER_HAVE,), "findings": (ERROR,)}, "findings"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "rule"), [p[1:] for p in PIECES], ids=[p[0] for p in PIECES])
def test_a_row_about_a_file_and_its_twins(changes: dict[str, Any], rule: str) -> None:
    assert decide_file(file_case(**changes)).rule == rule


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({**LISTED, "relation": "municipality", "owes": False}, ("row_not_owed",)),
        ({"owes": False}, ("not_owed",)),
        ({"relation": "direct", "direct_allowed": True}, ()),
        ({"mailbox": "yoboseshu", "history": ACCEPTED}, ("transfer", "replaces")),
        ({"mailbox": "yoboseshu", "findings": (ERROR,), "history": ACCEPTED}, ("transfer_mend", "stands")),
        ({"mailbox": "yoboseshu", "relation": "city"}, ()),
    ],
)
def test_what_is_remarked_beside_a_piece(changes: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert decide_file(file_case(**changes)).remarks == expected


def test_the_first_row_of_a_list_is_a_row() -> None:
    assert file_case(sheet=sheet("横浜市", YOKOHAMA, row=1)).in_list
    assert not file_case(sheet=sheet("横浜市", YOKOHAMA, row=0)).in_list


def test_every_rule_has_a_case() -> None:
    """A new row of a table is seen here until a case shows what makes it hit."""
    assert {row.name for row in MAIL_TABLE} == {m[3] for m in MAILS} | {c[2] for c in CASES}
    assert {row.name for row in FILE_TABLE} == {f[3] for f in FILES} | {p[2] for p in PIECES}
