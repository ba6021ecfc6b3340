"""Which letter answers a decided mail, if any: its kind, and the row of the survey's [mails] by which it goes out.

Where we cannot be sure whom we would be writing to, there is none. What it says is told in `reply.py`.
"""

from __future__ import annotations

from datetime import datetime

from config.frozen import frozen
from config.settings import Settings
from intake.mail.ids import MessageIds
from intake.mail.phrases import silent_reasons
from replies.letter import FileBlock
from replies.letter_kinds import TRAITS, LetterKind
from routing.deadline import Deadlines
from routing.decision.mail_set import MailSet
from routing.decision.passwords import PasswordWait
from routing.decision.verdict import MACHINE_KINDS, NOT_BOOKED, PRE_CHECK
from routing.records import Decided
from routing.register import Register
from routing.standing import Standing

_NEUTRAL_FILE_RULES = frozenset(
    {"double", "collated_list", "city_by_prefecture", "direct", "evidence_disagrees", "check_failed", "answer_unsure",
     "password_awaited"}
)


@frozen
class ReplyContext:
    """What a letter needs beside the decision. `standings`: of the respondent, with this mail counted in;
    `first_receipt`: the receipt number of the mail that this one repeats."""

    register: Register
    settings: Settings
    standings: tuple[Standing, ...]
    first_receipt: str
    now: datetime
    ids: MessageIds
    deadlines: Deadlines
    round: int = 1  # 1 for the automatic reply, counted up when operators decide anew
    asked_before: str = ""  # receipt number of an earlier request of which a point is still open
    first_asked: tuple[FileBlock, ...] = ()  # what was asked for about that mail, and is still open
    parts: MailSet | None = None  # the set of which this mail is a part
    last_today: bool = False  # a cap allows this reply and no further one
    quotes: bool = True  # words of the mail may be repeated to who gets the letter
    reply_to_theirs: bool = False  # the address in Reply-To is of the same people as that in From
    recognised: bool = True  # its sender is a local government's, or was approved
    noticed: bool = False  # he had a notice of arrival lately
    wait_noticed: bool = False  # … and one that a password or another part is awaited
    standing_told: bool = True  # False: too little proves the sender to tell him what the body owes
    password_wait: PasswordWait | None = None  # for what is locked, if it is over
    only_sender: bool = False  # its letter goes to the address in From, whatever Reply-To says
    revised: bool = False  # written because we mended our check
    answered_elsewhere: bool = False  # another of the mailboxes that it is addressed to answers for it


def letter_kind(decided: Decided, around: ReplyContext) -> LetterKind | None:
    """The kind of letter that goes out, if any."""
    if decided.submission is None or decided.submission.no_reply or decided.arrival.added_by:
        return None
    if decided.submission.kind in MACHINE_KINDS:
        return None
    if around.parts is not None and around.round > 1 and not around.parts.newest:
        return None  # the newest part's reply speaks for the set
    if decided.mail.rule in NOT_BOOKED:
        return None if around.answered_elsewhere else "pre_check" if decided.mail.rule == PRE_CHECK else "collation"
    if decided.mail.rule == "resend":
        again = decided.submission.kind == "submission" and any(f.attached for f in decided.submission.files)
        return "duplicate" if again and not around.noticed else None
    if decided.mail.rule == "inquiry":
        return "arrival" if _inquiry_noticed(decided, around) else None
    if decided.mail.rule == "password_awaited" and not decided.submission.passwords_told:
        return None if around.wait_noticed else "arrival"  # a machine may lock all that it sends
    if decided.mail.rule in ("material", "set_aside_again"):  # a machine that encloses something answers each letter
        return None if around.noticed else "arrival"
    if decided.mail.rule == "part_awaited":
        return None if around.wait_noticed else "arrival"
    if decided.mail.outcome not in ("by_file", "correction"):
        return None
    return _by_pieces(decided, around)


def mail_row(kind: LetterKind, rule: str) -> str:
    """The row of the survey's [mails] by which a letter goes out: its kind, or for a notice of arrival its occasion.
    `rule`: the one that decided on the mail."""
    if kind != "arrival":
        return kind
    return {"inquiry": "inquiry", "password_awaited": "password"}.get(rule, "arrival")


def quiet_kind(kind: LetterKind, asks: bool) -> LetterKind | None:
    """The kind that goes out instead, from `quiet_after` on. Receipts go out as they are; instead of what asks for
    something, a notice that the mail arrived; instead of what tells of other mails, nothing."""
    if kind == "parts":
        return None
    if TRAITS[kind].books_nothing:  # it asks for nothing: what it tells was asked for
        return kind
    return "arrival" if asks or TRAITS[kind].asks_to_mend or kind == "redirect" else kind


def _inquiry_noticed(decided: Decided, around: ReplyContext) -> bool:
    """Whether words get a notice of arrival: once a day for each address, so that no machine is answered for ever;
    not if they only give thanks, or say that somebody is away or that our mail arrived."""
    said = set(decided.mail.remarks) - {"last_day"}
    idle = bool(said) and said <= silent_reasons()
    return around.recognised and not around.noticed and not idle


def _by_pieces(decided: Decided, around: ReplyContext) -> LetterKind | None:
    if around.parts is not None and around.parts.over and around.round > 1 and decided.mail.outcome == "by_file":
        return "parts"
    outcomes = {p.decision.outcome for p in decided.pieces}
    if any(f.code == "sent_directly" for p in decided.pieces for f in p.findings):
        return "redirect"
    if decided.mail.outcome == "correction" or "correction" in outcomes:
        return "partial" if "accepted" in outcomes else "correction"
    if "accepted" in outcomes:
        if _incomplete_list(decided, around):
            return "partial"
        handed_in = [p for p in decided.pieces if p.part or p.decision.outcome == "accepted"]
        passed_on = all("transfer" in p.decision.remarks for p in handed_in)
        return "transfer" if passed_on else "acknowledgement"
    if "held" in outcomes:
        rules = {p.decision.rule for p in decided.pieces if p.decision.outcome == "held"}
        return "arrival" if rules <= _NEUTRAL_FILE_RULES else None
    if any(p.decision.rule == "original" for p in decided.pieces):
        return "partial"
    return "acknowledgement" if "kept" in outcomes else None


def _incomplete_list(decided: Decided, around: ReplyContext) -> bool:
    """Whether municipalities are missing from a collated list of the mail, and no other part of the mail is awaited."""
    if around.parts is not None and around.parts.open:
        return False
    listed = {p.program for p in decided.pieces if p.sheet is not None and p.sheet.row}
    return any(s.missing and s.obligation.program in listed for s in around.standings)
