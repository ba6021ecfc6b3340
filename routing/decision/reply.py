"""The reply to a decided mail: whether there is one, of which kind, what it says, and to whom.

Fills the shapes that `replies` declares and renders them; decides nothing about the submission itself.
One reply per mail covers every file. Where we cannot be sure whom we would be writing to, there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from config.settings import Settings, by_hand
from config.survey import Mailbox, Survey
from intake.finding import Finding
from intake.mail.ids import MessageIds
from intake.mail.kind import is_noreply
from intake.mail.phrases import silent_reasons
from intake.personal import holds_my_number
from intake.submission import Address, Submission
from replies.letter import Envelope, FileBlock, Letter, OwedProgram, PartsBlock, PassedTo, Thread
from replies.letter_kinds import TRAITS, LetterKind
from replies.letters.compose import compose, is_writable
from replies.letters.render import render_letter
from replies.wording import load_wording
from routing.deadline import Deadlines, deadlines
from routing.decision.blocks import about_mail, blocks, with_name
from routing.decision.mail_set import MailSet
from routing.decision.passwords import PasswordWait, awaited_until, waited_for
from routing.decision.summary import counts_late
from routing.decision.verdict import MACHINE_KINDS
from routing.owed import owed_program
from routing.records import Decided, FinishedReply
from routing.register import Register
from routing.standing import Standing

_NEUTRAL_FILE_RULES = frozenset(
    {"double", "collated_list", "city_by_prefecture", "direct", "evidence_disagrees", "check_failed", "answer_unsure",
     "password_awaited"}
)


@dataclass(frozen=True, slots=True)
class ReplyContext:
    """What a letter needs beside the decision. `standings`: of the respondent, with this mail counted in;
    `first_receipt`: of the mail that this one repeats."""

    register: Register
    settings: Settings
    standings: tuple[Standing, ...]
    first_receipt: str
    now: datetime
    ids: MessageIds
    round: int = 1  # 1 for the automatic reply, counted up when operators decide anew
    deadlines: Deadlines | None = None  # None: nothing was extended
    asked_before: str = ""  # receipt number of an earlier request of which a point is still open
    first_asked: tuple[FileBlock, ...] = ()  # what was asked for about that mail, and is still open
    parts: MailSet | None = None  # the set of which this mail is a part
    last_today: bool = False  # a cap allows this reply and no further one
    quotes: bool = True  # words of the mail may be repeated to who gets the letter
    reply_to_theirs: bool = False  # the address in Reply-To is of the same people as that in From
    recognised: bool = True  # its sender is a local government's, or was approved
    noticed: bool = False  # he had a notice of arrival lately
    standing_told: bool = True  # False: too little proves the sender to tell him what the body owes
    password_wait: PasswordWait | None = None  # for what is locked, if it is over


def letter_kind(decided: Decided, around: ReplyContext) -> LetterKind | None:
    """Which letter goes out, if any."""
    if decided.submission is None or decided.submission.no_reply or decided.arrival.added_by:
        return None
    if decided.submission.kind in MACHINE_KINDS:
        return None
    if around.parts is not None and around.round > 1 and not around.parts.newest:
        return None  # the newest part's reply speaks for the set
    if decided.mail.rule == "resend":
        again = decided.submission.kind == "submission" and any(f.attached for f in decided.submission.files)
        return "duplicate" if again else None
    if decided.mail.rule == "inquiry":
        return "arrival" if _inquiry_noticed(decided, around) else None
    if decided.mail.rule == "password_awaited" and not decided.submission.passwords_told:
        return "arrival"
    if decided.mail.rule in ("material", "part_awaited", "set_aside_again"):
        return "arrival"
    if decided.mail.outcome not in ("by_file", "correction"):
        return None
    return _by_pieces(decided, around)


def mail_row(kind: LetterKind, rule: str) -> str:
    """The row of the survey's [mails] by which a letter goes out: its kind, but for notices of arrival their occasion.
    `rule`: that decided over the mail."""
    if kind != "arrival":
        return kind
    return {"inquiry": "inquiry", "password_awaited": "password"}.get(rule, "arrival")


def quiet_kind(kind: LetterKind, asks: bool) -> LetterKind | None:
    """What goes out in its place from `quiet_after` on: receipts as they are; for what asks for something, a notice that
    the mail arrived; nothing for what tells of other mails."""
    if kind == "parts":
        return None
    return "arrival" if asks or TRAITS[kind].asks_to_mend or kind == "redirect" else kind


def _inquiry_noticed(decided: Decided, around: ReplyContext) -> bool:
    """Whether words get a notice of arrival: once a day for each address, so that no machine is answered for ever,
    and not where they only thank, or say that somebody is away or that our mail came in."""
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
    """A collated list whose rows are right, and from which municipalities are missing."""
    if around.parts is not None and around.parts.open:
        return False
    listed = {p.program for p in decided.pieces if p.sheet is not None and p.sheet.row}
    return any(s.missing and s.obligation.program in listed for s in around.standings)


def write_reply(
    letter: tuple[LetterKind, Address], decided: Decided, submission: Submission, around: ReplyContext
) -> FinishedReply:
    """The finished reply of the kind that `letter_kind` told, to whom `recipient_of` told."""
    kind, recipient = letter
    mailbox = around.register.survey.mailbox(decided.arrival.mailbox)
    said = _letter(kind, decided, submission, around)
    rendered = render_letter(said, around.register.survey, load_wording(by_hand(around.settings)))
    receipt = decided.arrival.receipt
    tag = kind if around.round == 1 else f"{kind}{around.round}"
    key = f"{receipt}:{tag}"
    rehearsing = around.settings.mode == "rehearse"
    envelope = Envelope(
        sender_name=f"{around.register.survey.phrases.ministry}",
        sender=mailbox.address,
        recipient=around.settings.operators if rehearsing else recipient.address,
        message_id=around.ids.make(receipt, key, mailbox.address.rpartition("@")[2]),
        thread=_thread(submission),
        date=around.now,
        receipt=receipt,
        rehearsal_for=recipient.address if rehearsing else "",
    )
    return FinishedReply(
        key=key,
        kind=kind,
        message_id=envelope.message_id,
        mailbox=mailbox.id,
        mail_from=mailbox.address,
        recipient=recipient.address.lower(),  # one person is counted once for the caps, however it is written
        rcpt_to=envelope.recipient,
        respondent=decided.identity.submitter,
        subject=rendered.subject,
        data=compose(rendered, envelope),
    )


def recipient_of(submission: Submission, around: ReplyContext) -> Address | None:
    """Whom a reply goes to: Reply-To where it is of the same people, else From. None where that is ourselves, or
    a colleague of the ministry: a reply would come back to us, or tell nobody anything."""
    reply_to, sender = submission.message.reply_to, submission.message.sender
    theirs = reply_to and around.reply_to_theirs and not is_noreply(reply_to) and is_writable(reply_to.address)
    chosen = reply_to if theirs else sender
    return None if chosen and chosen.domain in around.register.own_domains else chosen


def _thread(submission: Submission) -> Thread:
    """RFC 5322 §3.6.4: the parent's References and then its Message-ID."""
    message = submission.message
    parents = message.references or ((message.in_reply_to,) if message.in_reply_to else ())
    return Thread(message.message_id, parents)


def _letter(kind: LetterKind, decided: Decided, submission: Submission, around: ReplyContext) -> Letter:
    survey, roster = around.register.survey, around.register.roster
    mailbox = survey.mailbox(decided.arrival.mailbox)
    addressee = roster.by_code(decided.identity.submitter or decided.identity.body)
    waits = around.parts is not None and around.parts.open
    here, elsewhere = ((), ()) if waits else _owed(decided, around, mailbox)
    deadline, ordinary, correct_by = _days(decided, around, mailbox)
    waited = waited_for(decided, around.password_wait)
    return Letter(
        kind=kind,
        receipt=decided.arrival.receipt,
        received_at=decided.arrival.received_at,
        late=counts_late(decided),
        after_deadline=around.now > deadline,
        mailbox=mailbox,
        extensions=tuple((p.name, p.extension) for p in survey.programs if p.mailbox == mailbox.id),
        addressee=addressee.full_name if addressee else "",
        department=_department(decided),
        honorific=roster.honorific(addressee) if addressee else "",
        subject=submission.message.subject,
        findings=_mail_findings(decided, around.register),
        files=around.first_asked if kind == "duplicate" else blocks(decided, around.register),
        owed_here=here,
        owed_elsewhere=elsewhere,
        passed_to=_passed_to(decided, around.register),
        first_receipt=around.first_receipt,
        asked_before=around.asked_before,
        deadline=deadline,
        correct_by=correct_by,
        due_passed=correct_by is not None and around.now > max(deadline, correct_by),
        parts=_parts(around.parts),
        password_until=awaited_until(decided, around.now, survey),
        password_missed=waited.until if waited else None,
        password_failed=waited is not None and waited.tried,
        question=submission.asks and TRAITS[kind].mentions_question,
        time_open=any(n.kind == "receipt_doubt" for n in decided.notes),
        mended=any(p.late and p.mends and p.decision.outcome == "accepted" for p in decided.pieces),
        in_extension=ordinary < decided.arrival.received_at <= deadline,
        last_hours=_last_hours(around.now, deadline, survey, correct_by),
        last_today=around.last_today,
        municipality=addressee is not None and not around.register.answers_itself(addressee, ""),
        direct=any(p.decision.rule == "direct" for p in decided.pieces),
        quotes=around.quotes,
        standing_told=around.standing_told,
    )


def _parts(parts: MailSet | None) -> PartsBlock | None:
    if parts is None:
        return None
    return PartsBlock(
        parts.number, parts.total, parts.received, parts.missing, parts.receipts, parts.open
    )


def _last_hours(now: datetime, deadline: datetime, survey: Survey, correct_by: datetime | None) -> bool:
    """Whether the deadline is so near that a mended file may not make it: after the calendar's last reminder."""
    in_last_hours = max(survey.calendar.reminders, default=deadline) <= now <= deadline
    return in_last_hours and (correct_by is None or deadline < correct_by)


def _days(decided: Decided, around: ReplyContext, mailbox: Mailbox) -> tuple[datetime, datetime, datetime | None]:
    """(deadline, the same without extension, day for mending) that the reader is told: the earliest of those of the
    programs that the mail is about, else of what the respondent owes in this mailbox."""
    survey, whose = around.register.survey, decided.identity.submitter or decided.identity.body
    until = around.deadlines or deadlines(around.register, ())
    about = {p.program for p in decided.pieces if p.program and p.decision.outcome != "ignored"}
    owed = {s.obligation.program for s in around.standings}
    here = owed & {p.id for p in survey.programs if p.mailbox == mailbox.id}
    return min(
        ((until.of(whose, p), until.set_for(whose, p), until.correct_by(whose, p)) for p in about & owed or here),
        default=(until.of(whose), until.set_for(whose), until.correct_by(whose)),
        key=lambda days: days[0],
    )


def _department(decided: Decided) -> str:
    """担当部署名 from the sender's own sheet; another body's department is not the reader's. None where digits that look
    like a My Number stand in it, even if they are none."""
    own = (p for p in decided.pieces if p.sheet and p.identity.body == p.identity.submitter)
    department = next((p.sheet.field("department") for p in own if p.sheet), "")
    return "" if holds_my_number(department) else department


def _mail_findings(decided: Decided, register: Register) -> tuple[Finding, ...]:
    """Findings about the mail itself, each once, wherever they were made."""
    accepted = {p.id for p in decided.pieces if p.decision.outcome == "accepted"}
    about = ((p, f) for p in decided.pieces for f in p.findings if about_mail(f))
    found = [*decided.findings, *(f for p, f in about if f.severity != "error" or p.id not in accepted)]
    whose = decided.identity.submitter or decided.identity.body
    return tuple(dict.fromkeys(with_name(f, whose, register) for f in found))


def _owed(
    decided: Decided, around: ReplyContext, mailbox: Mailbox
) -> tuple[tuple[OwedProgram, ...], tuple[OwedProgram, ...]]:
    """What the respondent still owes in this mailbox, and in the others; of the others without what this
    very mail brings them, on which they answer themselves."""
    brought = {p.program for p in decided.pieces if p.decision.outcome == "ignored"}
    here: list[OwedProgram] = []
    elsewhere: list[OwedProgram] = []
    for standing in around.standings:
        if standing.state in ("accepted", "not_applicable") or standing.obligation.program in brought:
            continue
        program = around.register.survey.program(standing.obligation.program)
        (here if program.mailbox == mailbox.id else elsewhere).append(owed_program(standing, around.register))
    return tuple(here), tuple(elsewhere)


def _passed_to(decided: Decided, register: Register) -> tuple[PassedTo, ...]:
    """The sections to which pieces were passed on, in the survey's order."""
    survey = register.survey
    passed = {p.program for p in decided.pieces if {"transfer", "transfer_mend"} & set(p.decision.remarks)}
    programs = [p for p in survey.programs if p.id in passed]
    found = (m for m in survey.mailboxes if any(p.mailbox == m.id for p in programs))
    return tuple(PassedTo(m, tuple((p.name, p.extension) for p in programs if p.mailbox == m.id)) for m in found)
