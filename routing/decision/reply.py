"""The reply to a decided mail: what it says, and to whom. Which letter it is, if any, is told in `which_letter.py`.

Fills the shapes that `replies` declares and renders them; decides nothing about the submission itself.
One reply per mail covers every file.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from config.frozen import replace
from config.settings import by_hand
from config.survey import Mailbox, Survey
from intake.finding import Finding
from intake.mail.no_reply import is_noreply
from intake.personal import holds_my_number
from intake.submission import Address, Submission
from replies.letter import Envelope, Letter, OwedProgram, PartsBlock, PassedTo, Thread
from replies.letter_kinds import TRAITS, LetterKind
from replies.letters.compose import compose, is_writable
from replies.letters.render import render_letter
from replies.wording import load_wording
from routing.decision.blocks import about_mail, blocks, with_name
from routing.decision.collating import collated, in_letter
from routing.decision.mail_set import MailSet
from routing.decision.passwords import awaited_until, waited_for
from routing.decision.summary import counts_late
from routing.decision.which_letter import ReplyContext
from routing.owed import owed_program, with_deadlines
from routing.records import Decided, FinishedReply
from routing.register import Register


def write_reply(
    letter: tuple[LetterKind, Address], decided: Decided, submission: Submission, around: ReplyContext
) -> FinishedReply:
    """The finished reply: of the kind that `letter_kind` told, to the recipient that `recipient_of` told."""
    kind, recipient = letter
    mailbox = around.register.survey.mailbox(decided.arrival.mailbox)
    said = letter_of(kind, decided, submission, around)
    made = collated(decided, around.register) if kind == "collation" else None
    said = in_letter(said, made) if made else said
    rendered = render_letter(said, around.register.survey, load_wording(by_hand(around.settings)))
    rendered = replace(rendered, attachments=(*rendered.attachments, *made.lists)) if made else rendered
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
    """The recipient of a reply: Reply-To where it belongs to the same people, else From. None where that is
    ourselves, or a colleague of the ministry: a reply would come back to us, or tell nobody anything new."""
    reply_to, sender = submission.message.reply_to, submission.message.sender
    reply_to = None if around.only_sender else reply_to
    theirs = reply_to and around.reply_to_theirs and not is_noreply(reply_to) and is_writable(reply_to.address)
    chosen = reply_to if theirs else sender
    return None if chosen and chosen.domain in around.register.own_domains else chosen


def _thread(submission: Submission) -> Thread:
    """RFC 5322 §3.6.4: the parent's References and then its Message-ID."""
    message = submission.message
    parents = message.references or ((message.in_reply_to,) if message.in_reply_to else ())
    return Thread(message.message_id, parents)


def letter_of(kind: LetterKind, decided: Decided, submission: Submission, around: ReplyContext) -> Letter:
    """What the letter of this kind says."""
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
        revised=around.revised,
        standing_told=around.standing_told,
    )


def _parts(parts: MailSet | None) -> PartsBlock | None:
    if parts is None:
        return None
    return PartsBlock(
        parts.number, parts.total, parts.received, parts.missing, parts.receipts, parts.open
    )


def _last_hours(now: datetime, deadline: datetime, survey: Survey, correct_by: datetime | None) -> bool:
    """Whether the deadline is so near that a mended file may not make it: within a day of it, and after the calendar's
    last reminder of it."""
    reminded = (reminder for reminder in survey.calendar.reminders if reminder < deadline)
    in_last_hours = max((deadline - timedelta(days=1), *reminded)) <= now <= deadline
    return in_last_hours and (correct_by is None or deadline < correct_by)


def _days(decided: Decided, around: ReplyContext, mailbox: Mailbox) -> tuple[datetime, datetime, datetime | None]:
    """(deadline, deadline without extension, day for mending) that the reader is told. They are those of the program
    whose deadline comes first: among what the mail is about, else among what the respondent owes in this mailbox;
    among equals, in the survey's order."""
    survey, until = around.register.survey, around.deadlines
    whose = decided.identity.submitter or decided.identity.body
    about = {p.program for p in decided.pieces if p.program and p.decision.outcome != "ignored"}
    owed = {s.obligation.program for s in around.standings}
    here = owed & {p.id for p in survey.programs if p.mailbox == mailbox.id}
    told = [p.id for p in survey.programs if p.id in (about & owed or here)]
    return min(
        ((until.of(whose, p), until.set_for(whose, p), until.correct_by(whose, p)) for p in told),
        default=(until.of(whose), until.set_for(whose), until.correct_by(whose)),
        key=lambda days: days[0],
    )


def _department(decided: Decided) -> str:
    """担当部署名 from the sender's own sheet; another body's department is not the reader's. None where it has digits
    that look like a My Number, even if they are no such number."""
    own = (p.sheet for p in decided.pieces if p.sheet and p.identity.body == p.identity.submitter)
    department = next((sheet.field("department") for sheet in own), "")
    return "" if holds_my_number(department) else department


def _mail_findings(decided: Decided, register: Register) -> tuple[Finding, ...]:
    """Findings about the mail itself, each once, wherever they were made."""
    about = ((p, f) for p in decided.pieces for f in p.findings if about_mail(f))
    asked = (f for p, f in about if f.severity != "error" or p.decision.outcome != "accepted")
    found = (*decided.findings, *asked)
    whose = decided.identity.submitter or decided.identity.body
    return tuple(dict.fromkeys(with_name(f, whose, register) for f in found))


def _owed(
    decided: Decided, around: ReplyContext, mailbox: Mailbox
) -> tuple[tuple[OwedProgram, ...], tuple[OwedProgram, ...]]:
    """What the respondent still owes in this mailbox, and in the others. What this very mail brings for another
    mailbox is left out: that mailbox answers it."""
    brought = {p.program for p in decided.pieces if p.decision.outcome == "ignored"}
    here: list[OwedProgram] = []
    elsewhere: list[OwedProgram] = []
    for standing in around.standings:
        if standing.state in ("accepted", "not_applicable") or standing.obligation.program in brought:
            continue
        program = around.register.survey.program(standing.obligation.program)
        (here if program.mailbox == mailbox.id else elsewhere).append(owed_program(standing, around.register))
    lgcode, until = decided.identity.submitter or decided.identity.body, around.deadlines
    return with_deadlines(here, lgcode, until, around.now), with_deadlines(elsewhere, lgcode, until, around.now)


def _passed_to(decided: Decided, register: Register) -> tuple[PassedTo, ...]:
    """The sections to which pieces were passed on, in the survey's order."""
    survey = register.survey
    passed = {p.program for p in decided.pieces if {"transfer", "transfer_mend"} & set(p.decision.remarks)}
    programs = [p for p in survey.programs if p.id in passed]
    found = (m for m in survey.mailboxes if any(p.mailbox == m.id for p in programs))
    return tuple(PassedTo(m, tuple((p.name, p.extension) for p in programs if p.mailbox == m.id)) for m in found)
