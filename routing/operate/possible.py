"""Which actions are possible on a mail, and why the others are not. What a decision really comes to is told by trying it
(`wishes.preview`); this only spares people a button that would be refused.
"""

from __future__ import annotations

from config.frozen import frozen
from intake.submission import Submission
from routing.decision.verdict import NOT_BOOKED
from routing.ledger import approvals, correspondence, erasure, numbers, verdicts
from routing.ledger.letters import gone_by
from routing.ledger.store import Ledger
from routing.notices import told_direct
from routing.office import Office
from routing.operate.by_hand import unanswerable
from routing.operate.wishes import ACTIONS
from routing.records import Arrival
from routing.register import Register

ERASE = "erase"
_READ = frozenset({
    "accept", "correct", "take-in", "assign", "amend", "received", "approve-sender", "revoke", "not-my-number", "answer",
    "forward", "tell-replaced", "tell-prefecture", "revise",
})  # fmt: skip
_OF_SHEETS = frozenset({"accept", "amend"})
_WRITTEN = frozenset({"answer", "forward", "tell-replaced", "tell-prefecture"})
_OF_ALARMS = frozenset({"not-my-number", "my-number"})


@frozen
class Possible:
    """One action. `why_not` is empty where it is possible."""

    action: str
    why_not: str


def possible(office: Office, arrival: Arrival) -> tuple[Possible, ...]:
    """Every action, in the order in which people meet them."""
    submission = verdicts.submission_of(office.ledger, arrival.id)
    gone = erasure.of(office.ledger, arrival.id) is not None
    return tuple(Possible(a, _why_not(a, office, arrival, submission, gone)) for a in (*ACTIONS, ERASE))


def _why_not(action: str, office: Office, arrival: Arrival, submission: Submission | None, gone: bool) -> str:
    ledger = office.ledger
    if gone and action not in ("seen", "step"):
        return "内容は消去済みです。"
    if action == "step":
        return "" if any(s.at is None for s in numbers.steps(ledger, arrival.id)) else "残っている手順はありません。"
    if submission is None:
        return "まだ読み取られていません。読み直してください。" if action in _READ | _OF_ALARMS else ""
    if action in _OF_ALARMS:
        return _alarm(action, submission, bool(numbers.steps(ledger, arrival.id)))
    if submission.alarms and action in ("accept", "correct", "amend"):
        return "個人番号かどうかを、先に決めてください。"
    if action in _WRITTEN:
        return _written(action, office, arrival, submission)
    if action in ("take-in", "revise"):
        asked = verdicts.rule_of(ledger, arrival.id) in NOT_BOOKED
        if action == "revise":
            return "提出前の点検などの依頼のため、判定はありません。" if asked else ""
        return "" if asked else "提出前の点検の依頼ではありません。"
    if action in _OF_SHEETS and not any(f.sheets for f in submission.files):
        return "受け付けられる調査票がありません。" if action == "accept" else "補記する調査票がありません。"
    if action == "correct" and not _asks(ledger, arrival.id):
        return "修正をお願いする指摘がありません。"
    return _sender(action, ledger, submission) if action in ("approve-sender", "revoke") else ""


def _written(action: str, office: Office, arrival: Arrival, submission: Submission) -> str:
    """What is written by hand about a mail."""
    if action == "answer":
        return unanswerable(submission, office.register)
    if action == "forward":
        return "個人番号か住民の名簿と思われる箇所があるため、転送しません。" if submission.alarms else ""
    if action == "tell-prefecture":
        return told_direct.why_not(office, arrival)
    return "" if gone_by(office.ledger, arrival.id) else "このメールで差し替わった回答はありません。"


def _alarm(action: str, submission: Submission, begun: bool) -> str:
    if action == "my-number":  # an official may have found what no machine looks for
        return "手順は、既に始まっています。" if begun else ""
    return "" if submission.alarms or begun else "個人番号か住民の名簿と思われる箇所はありません。"


def _asks(ledger: Ledger, arrival_id: int) -> bool:
    """Whether something of the newest decision asks the sender for a mend, or for the way by his prefecture."""
    newest = correspondence.newest_decisions(ledger, arrival_id)
    found = correspondence.findings(ledger, [d.id for d in newest])
    return any(f.severity == "error" for f in found) or any("direct" in d.rules for d in newest)


def _sender(action: str, ledger: Ledger, submission: Submission) -> str:
    sender = submission.message.sender
    if sender is None:
        return "差出人のアドレスがありません。"
    standing = approvals.in_force(ledger, sender.address)
    if action == "revoke":
        return "" if standing else "この差出人の承認はありません。"
    return "承認済みです。" if sender.address.lower() in standing else ""


AmendableAnswer = tuple[str, str, list[tuple[str, str]]]  # key, name and text, choices (as entered, as read)


def questions_of(ledger: Ledger, register: Register, arrival: Arrival) -> list[AmendableAnswer]:
    """What an amendment of a mail's first sheet may name: its questions, and their free texts (no choices)."""
    submission = verdicts.submission_of(ledger, arrival.id)
    sheet = next((s for f in submission.files for s in f.sheets), None) if submission else None
    if sheet is None:
        return []
    found: list[AmendableAnswer] = []
    form = register.survey.form(sheet.form, sheet.version).holding(answer.question for answer in sheet.answers)
    for question in form.questions:
        name = f"{form.question_name(question.key)}　{question.said}"
        offers = [] if question.in_lines else [(str(line.number), line.text) for line in question.kind.lines]
        found += [(question.key, name, offers)]
        called = form.question_name(question.key)
        found += [(t.key, f"{called}　{t.label or '自由記載'}", []) for t in question.free_texts]
    return found
