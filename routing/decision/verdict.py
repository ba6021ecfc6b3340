"""The decision (docs/design.md, "The decision"): two tables that read from top to bottom. The first row that hits decides.

Pure. A row is a name that goes into the ledger, the sentence that operators read, a check of a frozen case, and an
outcome. What a case says (`case.py`) was gathered beforehand, all of it, by `building.py`;
nothing here reads the ledger, the clock or a file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from config.survey import Survey
from routing.attention import attention
from routing.records import FileDecision, MailDecision, MailOutcome, Outcome

if TYPE_CHECKING:  # whoever only reads a rule's sentence needs no case
    from routing.decision.case import FileCase, MailCase

MACHINE_KINDS = frozenset({"auto_reply", "bounce", "receipt", "list", "own"})
PRE_CHECK, COLLATION = "pre_check", "collation"  # rules of mails that are looked at and not booked
NOT_BOOKED = frozenset({PRE_CHECK, COLLATION})
_UNOPENED = frozenset({"encrypted", "unreadable", "too_costly", "macro", "cut_short"})  # what is in it, nobody saw


CaseT = TypeVar("CaseT")
OutcomeT = TypeVar("OutcomeT")


@dataclass(frozen=True)  # no slots: a generic alias writes to its instances
class Rule(Generic[CaseT, OutcomeT]):
    """One row of a table: the rule's name, which the ledger keeps, what people read of it, and when it hits."""

    name: str
    sentence: str
    check: Callable[[CaseT], bool]
    outcome: OutcomeT


MailRow = Rule["MailCase", MailOutcome]
FileRow = Rule["FileCase", Outcome]


# fmt: off
MAIL_TABLE: tuple[MailRow, ...] = (
    MailRow("machine_with_form", "自動送信又は省内からのメールに調査票が添付されています",
            lambda c: c.has_form and not c.trusted and (_by_machine(c) or c.facts.from_ourselves), "held"),
    # First of what is no form of ours: another desk has it.
    MailRow("other_survey", "同じメールボックスを使う、ほかの調査のメールです",
            lambda c: c.submission.desk == "other" and not c.submission.alarms and not c.trusted, "ignored"),
    # A gateway sends the password as an automatic mail, from an address of its own: before `machine` and `unknown_sender`.
    MailRow("password_told", "パスワードのお知らせです。対になるファイルを待っています",
            lambda c: c.submission.tells_password_only and not c.submission.alarms and not c.trusted, "held"),
    # Before `machine`: what is nobody's business here is not kept. A number is an alarm in any mail.
    MailRow("foreign", "この調査以外のメールです",
            lambda c: _is_foreign(c) and not c.submission.alarms and not c.trusted, "ignored"),
    MailRow("machine", "自動送信のメールです", lambda c: _by_machine(c) and not c.trusted, "ignored"),
    # Above `reply` and `inquiry`: a number in an inquiry is as much an alarm as one in a workbook.
    MailRow("personal_data", "マイナンバーと思われる番号又は住民の名簿が含まれています",
            lambda c: bool(c.submission.alarms), "held"),
    MailRow("authentication_failed", "差出人の認証（DMARC など）に失敗しており、なりすましの可能性があります",
            lambda c: c.facts.spoofed and not c.trusted, "held"),
    MailRow("several_senders", "差出人（From）が二つ以上書かれており、だれからのメールか分かりません",
            lambda c: c.submission.message.authors == "unclear" and not c.trusted, "held"),
    # Above `resend`: who has the same file looked at twice gets the same answer twice, and nothing is compared.
    MailRow(PRE_CHECK, "提出前の点検の依頼です。点検の結果だけをお返しし、提出としては受け付けていません",
            lambda c: c.asks_for == "pre_check" and _is_served(c), "ignored"),
    MailRow(COLLATION, "一覧表の作成の依頼です。一覧表をお返しし、提出としては受け付けていません",
            lambda c: c.asks_for == "collation" and _is_served(c) and c.vouched, "ignored"),
    # Below `machine` and `personal_data`: an automatic mail that comes twice is still one, and each copy of a number
    # has to be erased. What `authentication_failed` holds is not acknowledged the second time either.
    MailRow("set_aside_again", "職員が対象外としたものと同じ内容が、もう一度届きました",
            lambda c: bool(c.facts.resend_of) and c.facts.first_set_aside and not c.trusted and c.recognised, "held"),
    # Who did not see our letter, or a machine that answers each one: no cap could tell them apart.
    MailRow("no_file_again", "添付のお願いをした後に、ファイルのないメールがもう一度届きました",
            lambda c: c.facts.told_no_file and not c.submission.enclosed and not c.trusted, "held"),
    MailRow("no_form_again", "調査票をお願いした後に、調査票ではないファイルがもう一度届きました",
            lambda c: c.facts.told_no_form and not c.has_form and not c.trusted, "held"),
    MailRow("resend", "同じ差出人から同じ内容を受信済みです",
            lambda c: bool(c.facts.resend_of) and not c.facts.first_set_aside and (c.recognised or c.trusted), "ignored"),
    MailRow("perhaps_foreign", "この調査についてのメールかどうか、分かりません",
            lambda c: _is_perhaps_foreign(c) and not c.trusted, "held"),
    MailRow("withdrawal", "取下げの申出です",
            lambda c: not c.has_form and c.submission.amends == "withdrawal", "held"),
    MailRow("correction_in_words", "回答の訂正が、ファイルでなく文章で述べられています",
            lambda c: not c.has_form and c.submission.amends == "correction", "held"),
    MailRow("text_unsearched", "本文が極端に長く、個人番号が含まれていないことを終わりまで確認できませんでした",
            lambda c: not c.trusted and any(f.code == "text_unsearched" for f in c.submission.findings), "held"),
    MailRow("reply", "当方のメールへの返信で、ファイルがありません", lambda c: c.submission.kind == "reply", "held"),
    MailRow("inquiry", "照会又は連絡のメールです", lambda c: c.submission.kind == "inquiry", "held"),
    MailRow("unknown_sender", "団体のドメインではない差出人です",
            lambda c: not c.recognised and not c.trusted, "held"),
    MailRow("password_awaited", "パスワード付きのファイルです。パスワードのお知らせを待っています",
            lambda c: c.password_awaited and not c.has_form, "held"),
    MailRow("scan_awaited", "添付ファイルの検査（Microsoft Defender）が終わっていません。検査の後にもう一度取り出します",
            lambda c: c.submission.awaits_scan and not c.has_form, "held"),
    MailRow("part_awaited", "分けて送られた提出の一部です。続きのメールを待っています",
            lambda c: not c.has_form and c.rest_awaited and not c.rest_holds_form, "held"),
    MailRow("material", "当方のメールへの返信に、調査票以外の資料が添付されています",
            lambda c: c.facts.answers_ours and not c.has_form and _brings_material(c), "held"),
    MailRow("another_mailbox_answers", "複数の提出先に届いたメールで、ほかの提出先からお答えします",
            lambda c: not c.has_form and c.answered_elsewhere and not c.trusted, "ignored"),
    MailRow("no_form", "調査票として読めるファイルがありません",
            lambda c: not c.has_form and not c.rest_holds_form, "correction"),
    MailRow("otherwise", "ファイルごとに判定します", lambda c: True, "by_file"),
)

FILE_TABLE: tuple[FileRow, ...] = (
    FileRow("password_awaited", "パスワード付きのファイルです。パスワードのお知らせを待っています",
            lambda c: c.password_awaited and c.file.locked, "held"),
    FileRow("supporting", "調査票に添えられた参考資料です",
            lambda c: c.file.kind == "other" and c.forms_in_mail and not _meant_as_form(c), "kept"),
    FileRow("no_form", "調査票として読めません", lambda c: c.file.kind == "other", "correction"),
    FileRow("list_findings", "一覧表の全体に修正をお願いする点があります",
            lambda c: c.whole_list and bool(c.errors), "correction"),
    FileRow("collated_list", "管内市町村の一覧表です（行ごとに判定します）", lambda c: c.whole_list, "kept"),
    FileRow("row_of_stranger", "一覧表に管外の団体の行があります",
            lambda c: c.in_list and c.relation == "stranger", "correction"),
    FileRow("evidence_disagrees", "調査票の組織名と差出人とが一致しません",
            lambda c: c.relation == "stranger", "held"),
    FileRow("body_unclear", "どの団体の回答か分かりません", lambda c: not c.identity.body, "correction"),
    FileRow("program_unclear", "どの制度等の回答か分かりません", lambda c: not c.program, "correction"),
    FileRow("other_mailbox_answers", "もう一つの宛先の担当がお答えします",
            lambda c: c.wrong_mailbox and c.right_mailbox_addressed, "ignored"),
    FileRow("wrong_mailbox", "宛先が異なるため送り直しをお願いします",
            lambda c: c.wrong_mailbox and c.survey.wrong_mailbox == "resend", "correction"),
    FileRow("row_of_prefecture", "一覧表にある都道府県自身の行です",
            lambda c: c.in_list and c.relation == "own", "kept"),
    FileRow("row_of_city", "一覧表にある、自ら回答する団体（指定都市・中核市など）の行です",
            lambda c: c.in_list and c.relation == "city" and (c.owes or not c.survey.roster), "kept"),
    FileRow("not_owed", "この団体からの提出を要しない制度等です", lambda c: not c.owes, "kept"),
    FileRow("original", "管内市町村の調査票の原本です",
            lambda c: c.relation == "municipality" and not c.in_list, "kept"),
    FileRow("city_by_prefecture", "自ら回答する団体（指定都市・中核市など）の回答を、都道府県が送付しました",
            lambda c: c.relation == "city", "held"),
    FileRow("direct", "市町村から直接送付されました",
            lambda c: c.relation == "direct" and not c.direct_allowed, "held"),
    FileRow("double", "受付済みの回答があり、差し替えてよい裏付けのない別の回答です",
            lambda c: not all(map(c.newcomer.may_replace, c.beside)), "held"),
    FileRow("same_finding_again", "同じ指摘が２回目です。電話でご確認ください",
            lambda c: _asked_before(c), "held"),
    FileRow("answer_unsure", "職員にお知らせすべき設問の回答に、取消線、図形又はただし書きがあります。内容をご確認ください",
            lambda c: c.sheet is not None and bool(c.sheet.unsure), "held"),
    FileRow("findings", "修正をお願いする点があります", lambda c: bool(c.errors), "correction"),
    # A sheet that could not be checked to its end is not called complete, and asks nobody for anything.
    FileRow("check_failed", "点検の一部が途中で止まりました。内容をご確認ください",
            lambda c: any(f.code == "check_failed" for f in c.findings), "held"),
    FileRow("otherwise", "受け付けました", lambda c: True, "accepted"),
)
# fmt: on

# Mail that never reached the tables: no Submission could be made of it.
UNREAD: dict[str, str] = {
    "poison": "読み取り又は判定の途中で繰り返し停止したため隔離しました",
    "too_large": "大きすぎるためヘッダーだけを記録しました",
    "read_failed": "読み取り中に予期しない問題が起きました",
    "password_used": "パスワードのお知らせです（ファイルを開き、内容を消去しました）",
    "password_over": "パスワードのお知らせです（使わずに、内容を消去しました）",
    "password_alone": "パスワードのお知らせですが、対になるファイルがありません（内容は消去しました）",
    "before_start": "はじめる日（start_from）より前に届いたメールです（読み取らず、返信していません）",
    "operator": "職員が判断しました",
    "erased": "職員がメールの内容を消去しました",
    "my_number": "個人番号が含まれていたため、回答として取り扱いません",
}


def _is_served(case: MailCase) -> bool:
    """Whether the service that a subject asks for is done: for a local government's mail that brings, or means to
    bring, a file."""
    return case.recognised and case.submission.kind == "submission" and not _is_perhaps_foreign(case)


def _by_machine(case: MailCase) -> bool:
    return case.submission.kind in MACHINE_KINDS


def _is_foreign(case: MailCase) -> bool:
    """Whether the mail is about something else; words that go with any survey count from a local government only."""
    if case.facts.answers_ours:
        return False
    theme = case.submission.theme
    return theme == "other" or (theme != "survey" and not case.recognised)


def _is_perhaps_foreign(case: MailCase) -> bool:
    """Whether a local government submits or says something without any sign of this survey: it is asked for nothing."""
    theme, submits = case.submission.theme, case.submission.kind == "submission"
    perhaps = theme == "unclear" or (theme == "perhaps" and submits)
    return perhaps and not (case.facts.answers_ours or case.has_form)


def _brings_material(case: MailCase) -> bool:
    """Whether the mail brings files that are no workbooks, such as the outline that a request for correction asked
    for."""
    files = case.submission.enclosed
    return bool(files) and not any(f.looks_like_workbook for f in files)


def _meant_as_form(case: FileCase) -> bool:
    """Whether a workbook that could not be read was meant as a form: it has the name that the notice asks for, or it
    could not be opened and is named after a program of which nothing else in the mail is an answer."""
    if not (case.file.looks_like_workbook and case.errors):
        return False
    unopened = any(f.code in _UNOPENED for f in case.errors)
    return case.file.claim.shape == "as_asked" or (case.stands_for_another and unopened)


def _asked_before(case: FileCase) -> bool:
    """Whether the last correction of this body and program already named one of these findings."""
    asked = [b for b in case.history if b.outcome == "correction" and case.newcomer.was_told(b)]
    return bool(asked) and any(f.key in asked[-1].errors for f in case.errors)


def decide_mail(case: MailCase) -> MailDecision:
    """The first row of MAIL_TABLE that hits."""
    row = next(row for row in MAIL_TABLE if row.check(case))
    words = attention(row.name).words
    remarks = case.submission.says if words else ()
    if words and case.last_day:
        remarks = (*remarks, "last_day")
    if case.asks_for and row.name not in NOT_BOOKED and not words:
        remarks = (*remarks, case.asks_for)  # whatever it waits for, it is no answer
    return MailDecision(row.outcome, row.name, remarks)


def decide_file(case: FileCase) -> FileDecision:
    """The first row of FILE_TABLE that hits, with the remarks that go beside it."""
    row = next(row for row in FILE_TABLE if row.check(case))
    return FileDecision(row.outcome, row.name, remarks(case, row.outcome, row.name))


_REMARKED = frozenset(
    {"password_awaited", "supporting", "original", "not_owed", "row_of_prefecture", "row_of_city"}
)


def remarks(case: FileCase, outcome: Outcome, rule: str) -> tuple[str, ...]:
    """Keys of wording.toml's remarks that belong to this outcome, whichever rule or official decided on it."""
    found: list[str] = []
    if rule == "not_owed" and case.in_list:
        found.append("row_not_owed")
    elif rule in _REMARKED:
        found.append(rule)
    if case.wrong_mailbox and outcome in ("accepted", "correction") and rule != "wrong_mailbox":
        found.append("transfer" if outcome == "accepted" else "transfer_mend")
    if outcome == "correction" and case.beside:
        found.append("stands")
    if outcome == "accepted" and case.beside:
        found.append("replaces")
    if outcome == "accepted" and case.relation == "city":
        found.append("on_behalf")
    return tuple(found)


def sentence_of(rule: str, survey: Survey) -> str:
    """The sentence that operators read for a rule's name, in the words of a survey; the name itself if it is in no
    table."""
    rows: tuple[MailRow | FileRow, ...] = (*FILE_TABLE, *MAIL_TABLE)
    sentence = next((row.sentence for row in rows if row.name == rule), UNREAD.get(rule, rule))
    return survey.in_its_words(sentence)
