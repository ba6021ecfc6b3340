"""The two decision tables (docs/design.md, "The decision"), row by row, on cases built by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from intake.finding import Finding
from routing.decision.case import FileCase, MailCase
from routing.decision.replacing import Newcomer
from routing.decision.verdict import FILE_TABLE, MAIL_TABLE, decide_file, decide_mail, sentence_of
from routing.proof import Proof
from routing.records import Identity
from tests.routing.cases_at_hand import (
    ERROR,
    FUCHU_TOKYO,
    KAMAKURA,
    KANAGAWA,
    UNKNOWN_SENDER,
    WARNING,
    YOKOHAMA,
    YOKOSUKA,
    booking,
    claim,
    file,
    file_case,
    mail_case,
    sheet,
    submission,
)
from tests.workbooks.forms_at_hand import the_survey

FORM = file(sheet("横浜市", YOKOHAMA))
NOTHING = submission()
ALARM = submission(FORM, personal=("本文",))
UNSEARCHED = submission(FORM, findings=(Finding("text_unsearched", "note"),))


def of_kind(kind: str, *files: Any, **known: Any) -> MailCase:
    return mail_case(submission(*files, kind=kind), **known)


# (what, case, outcome, rule)
MAILS = [
    ("resend", mail_case(resend_of="N0718-0000-0001"), "ignored", "resend"),
    ("bounce", of_kind("bounce"), "ignored", "machine"),
    ("read receipt", of_kind("receipt"), "ignored", "machine"),
    ("automatic reply", of_kind("auto_reply"), "ignored", "machine"),
    ("list mail", of_kind("list"), "ignored", "machine"),
    ("our own", of_kind("own"), "ignored", "machine"),
    ("automatic, with a form", of_kind("auto_reply", FORM), "held", "machine_with_form"),
    ("a colleague forwards a form", mail_case(from_ourselves=True), "held", "machine_with_form"),
    ("taken in by an operator", mail_case(from_ourselves=True, trusted=True), "by_file", "otherwise"),
    ("thanks without a file", of_kind("reply"), "held", "reply"),
    ("inquiry", of_kind("inquiry"), "held", "inquiry"),
    ("My Number", mail_case(submission(FORM, personal=("様式!E5",))), "held", "personal_data"),
    ("unknown domain", mail_case(sender=UNKNOWN_SENDER), "held", "unknown_sender"),
    ("more text than is looked through", mail_case(UNSEARCHED), "held", "text_unsearched"),
    ("… and an official took it in", mail_case(UNSEARCHED, trusted=True), "by_file", "otherwise"),
    ("approved by an operator", mail_case(sender=UNKNOWN_SENDER, trusted=True), "by_file", "otherwise"),
    ("no file", of_kind("submission"), "correction", "no_form"),
    ("a PDF", mail_case(submission(file())), "correction", "no_form"),
    ("otherwise", mail_case(), "by_file", "otherwise"),
]


@pytest.mark.parametrize(("case", "outcome", "rule"), [m[1:] for m in MAILS], ids=[m[0] for m in MAILS])
def test_each_row_about_the_mail(case: MailCase, outcome: str, rule: str) -> None:
    decision = decide_mail(case)
    assert (decision.outcome, decision.rule) == (outcome, rule)


# Where two rows apply, the one that must win
MAIL_ORDER = [
    ("an automatic mail that comes twice", of_kind("auto_reply", resend_of="N1"), "machine"),
    ("a My Number that comes twice", mail_case(ALARM, resend_of="N1"), "personal_data"),
    ("a My Number in an inquiry", mail_case(submission(kind="inquiry", personal=("本文",))), "personal_data"),
    ("a My Number from an unknown domain", mail_case(ALARM, sender=UNKNOWN_SENDER), "personal_data"),
    ("an unknown sender's mail that comes twice", mail_case(sender=UNKNOWN_SENDER, resend_of="N1"), "unknown_sender"),
    ("an inquiry from an unknown domain", of_kind("inquiry", sender=UNKNOWN_SENDER), "inquiry"),
    ("an inquiry that comes twice", of_kind("inquiry", resend_of="N1"), "resend"),
    ("no form from an unknown domain", mail_case(NOTHING, sender=UNKNOWN_SENDER), "unknown_sender"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "rule"), [m[1:] for m in MAIL_ORDER], ids=[m[0] for m in MAIL_ORDER])
def test_the_order_of_the_rows_about_the_mail(case: MailCase, rule: str) -> None:
    assert decide_mail(case).rule == rule


OTHER = {"file": file(), "sheet": None, "program": "", "owes": False}
LOCKED_FILE = file(name=claim("横浜市", YOKOHAMA), looks_like_workbook=True)
LOCKED = {**OTHER, "file": LOCKED_FILE, "findings": (Finding("encrypted", "error"),)}
LOCKED_MATERIAL = {**LOCKED, "file": replace(LOCKED_FILE, claim=claim())}
PREFECTURES = {"relation": "municipality", "identity": Identity(KANAGAWA, KAMAKURA, (), True)}
NO_BODY = {"identity": Identity("", "", (), False), "relation": "none"}
WRONG_BOX = {"mailbox": "yoboseshu"}  # 難病 belongs to ①
BOTH_BOXES = {**WRONG_BOX, "right_mailbox_addressed": True}
RESEND = the_survey().changed({"wrong_mailbox": "resend"})
OUTSIDE = {"relation": "stranger", "identity": Identity(YOKOHAMA, FUCHU_TOKYO, (), True)}
STRANGER: dict[str, Any] = {"newcomer": Newcomer("b@city.yokohama.lg.jp", Proof.BODY)}
ACCEPTED = (booking("accepted"),)
ASKED = (booking("correction", errors=("answer_missing/5/",)),)

FILES = [
    ("a file beside a form", OTHER, "kept", "supporting", ("supporting",)),
    ("no form in the mail", {**OTHER, "forms_in_mail": False}, "correction", "no_form", ()),
    ("a locked form beside a readable one", LOCKED, "correction", "no_form", ()),
    ("a locked workbook of another name", LOCKED_MATERIAL, "kept", "supporting", ("supporting",)),
    ("workbook and domain disagree", OUTSIDE, "held", "evidence_disagrees", ()),
    ("nobody knows whose", NO_BODY, "correction", "body_unclear", ()),
    ("nobody knows which program", {"program": "", "owes": False}, "correction", "program_unclear", ()),
    ("a municipality's own sheet", PREFECTURES, "kept", "original", ("original",)),
    ("a municipality writes directly", {"relation": "direct"}, "held", "direct", ()),
    ("… and an operator lets it pass", {"relation": "direct", "direct_allowed": True}, "accepted", "otherwise", ()),
    ("not owed", {"owes": False}, "kept", "not_owed", ("not_owed",)),
    ("a city's answer from its prefecture", {"relation": "city"}, "held", "city_by_prefecture", ()),
    ("the right mailbox answers", BOTH_BOXES, "ignored", "other_mailbox_answers", ()),
    ("please send it again", {**WRONG_BOX, "survey": RESEND}, "correction", "wrong_mailbox", ()),
    ("passed on", WRONG_BOX, "accepted", "otherwise", ("transfer",)),
    ("another sender, another answer", {"history": ACCEPTED, **STRANGER}, "held", "double", ()),
    ("the same again", {"history": ASKED, "findings": (ERROR,)}, "held", "same_finding_again", ()),
    ("an error", {"findings": (ERROR, WARNING)}, "correction", "findings", ()),
    ("an error in a new version", {"findings": (ERROR,), "history": ACCEPTED}, "correction", "findings", ("stands",)),
    ("an error in the wrong mailbox", {**WRONG_BOX, "findings": (ERROR,)}, "correction", "findings", ("transfer_mend",)),
    ("nothing but hints", {"findings": (WARNING,)}, "accepted", "otherwise", ()),
    ("a new version", {"history": ACCEPTED}, "accepted", "otherwise", ("replaces",)),
    ("otherwise", {}, "accepted", "otherwise", ()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "outcome", "rule", "remarks"), [f[1:] for f in FILES], ids=[f[0] for f in FILES]
)
def test_each_row_about_a_file(
    changes: dict[str, Any], outcome: str, rule: str, remarks: tuple[str, ...]
) -> None:
    decision = decide_file(file_case(**changes))
    assert (decision.outcome, decision.rule, decision.remarks) == (outcome, rule, remarks)


FILE_ORDER = [
    ("before findings: who it is comes before what is wrong", {**OUTSIDE, "findings": (ERROR,)}, "evidence_disagrees"),
    ("body_unclear before double", {**NO_BODY, "history": ACCEPTED, **STRANGER}, "body_unclear"),
    ("before findings: the other section will say it", {**BOTH_BOXES, "findings": (ERROR,)}, "other_mailbox_answers"),
    ("before findings: what is not owed needs no mending", {"owes": False, "findings": (ERROR,)}, "not_owed"),
    ("not_owed before direct: a municipality's 難病", {"relation": "direct", "owes": False}, "not_owed"),
    ("original before findings: an original is kept as it is", {**PREFECTURES, "findings": (ERROR,)}, "original"),
    ("city_by_prefecture before findings", {"relation": "city", "findings": (ERROR,)}, "city_by_prefecture"),
    ("direct before double", {"relation": "direct", "history": ACCEPTED, **STRANGER}, "direct"),
    ("before same_finding_again", {"history": (*ACCEPTED, *ASKED), "findings": (ERROR,), **STRANGER}, "double"),
    ("same_finding_again before findings", {"history": ASKED, "findings": (ERROR,)}, "same_finding_again"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "rule"), [f[1:] for f in FILE_ORDER], ids=[f[0] for f in FILE_ORDER])
def test_the_order_of_the_rows_about_a_file(changes: dict[str, Any], rule: str) -> None:
    assert decide_file(file_case(**changes)).rule == rule


def test_only_the_very_same_finding_counts_as_the_second_time() -> None:
    asked = (booking("correction", errors=("answer_missing/3/", "field_missing/電話番号/")),)
    assert decide_file(file_case(history=asked, findings=(ERROR,))).rule == "findings"
    telephone = Finding("field_missing", "error", sheet="様式", cell="C11", label="電話番号")
    assert decide_file(file_case(history=asked, findings=(telephone,))).rule == "same_finding_again"


def test_what_was_asked_before_the_last_correction_is_no_second_time() -> None:
    older = booking("correction", errors=("answer_missing/5/",))
    newer = booking("correction", id=2, arrival_id=2, errors=("answer_missing/3/",))
    assert decide_file(file_case(history=(older, newer), findings=(ERROR,))).rule == "findings"


def test_a_sheet_on_another_screening_replaces_nothing_and_doubles_nothing() -> None:
    """記４③: each screening with its own practice is a sheet of its own."""
    standing = (booking(attributes=(3,)),)
    other = sheet("横浜市", YOKOHAMA, form="form2", attributes=(6,))
    same = sheet("横浜市", YOKOHAMA, form="form2", attributes=(3, 6))
    case = file_case(history=standing, **STRANGER, sheet=other, file=file(other), program="kenshin",
                     mailbox="sukoyaka")  # fmt: skip
    assert (decide_file(case).rule, decide_file(case).remarks) == ("otherwise", ())
    assert decide_file(replace(case, sheet=same)).rule == "double"


def test_a_core_citys_nanbyo_is_kept_and_nothing_is_asked_for() -> None:
    core = Identity(YOKOSUKA, YOKOSUKA, (), True)
    decision = decide_file(file_case(identity=core, owes=False, findings=(ERROR,)))
    assert (decision.outcome, decision.remarks) == ("kept", ("not_owed",))


def test_the_surveys_severity_decides_between_asking_and_accepting() -> None:
    """The same finding, once as an error and once as a line."""
    assert decide_file(file_case(findings=(replace(WARNING, severity="error"),))).outcome == "correction"
    assert decide_file(file_case(findings=(replace(ERROR, severity="note"),))).outcome == "accepted"


def test_every_row_has_a_name_of_its_own_and_a_sentence() -> None:
    for table in (MAIL_TABLE, FILE_TABLE):
        names = [row.name for row in table]
        assert len(names) == len(set(names))
        assert all(row.sentence for row in table)
    assert MAIL_TABLE[-1].check(mail_case())  # "otherwise" always holds, so that every case is decided
    assert FILE_TABLE[-1].check(file_case())


def test_an_operator_reads_a_sentence_for_a_rule() -> None:
    survey = the_survey()
    assert sentence_of("double", survey) == "受付済みの回答があり、差し替えてよい裏付けのない別の回答です"
    assert sentence_of("poison", survey) == "読み取り又は判定の途中で繰り返し停止したため隔離しました"
    assert sentence_of("unheard_of", survey) == "unheard_of"


def test_a_case_knows_what_only_the_sender_can_mend() -> None:
    assert file_case(findings=(ERROR, WARNING)).errors == (ERROR,)
    assert not FileCase.wrong_mailbox.fget(file_case(program=""))  # type: ignore[attr-defined]


def test_an_answer_that_raises_an_alarm_and_is_struck_out_or_drawn_over_is_for_a_person() -> None:
    """Neither accepted nor asked about, whatever else is wrong with the sheet."""
    case = file_case(sheet=sheet("14神奈川県横浜市", YOKOHAMA, unsure=("10",)))
    assert decide_file(case).rule == "answer_unsure"
    assert decide_file(replace(case, findings=(ERROR,))).rule == "answer_unsure"
