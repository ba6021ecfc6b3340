"""What a mail comes to as a whole, once each of its pieces is decided: lateness, and what operators must hear.

Pure; decides nothing about a piece.
"""

from __future__ import annotations

from datetime import datetime

from config.survey import Survey
from intake.submission import Submission
from routing.attention import puts_off
from routing.clock import stamp
from routing.deadline import Deadlines
from routing.decision.facts import Facts
from routing.proof import LEAST, Credentials
from routing.records import Decided, Identity, MailDecision, Note, Piece
from routing.register import Register
from routing.standing import HANDED_IN


def mail_late(received_at: datetime, pieces: tuple[Piece, ...], own: Identity, deadlines: Deadlines) -> bool:
    """Whether something that the mail hands in came after its deadline; where it hands nothing in, whether
    it came after its sender's."""
    handed_in = [p for p in pieces if p.part]
    if handed_in:
        return any(p.late for p in handed_in)
    return deadlines.late(received_at, own.submitter or own.body)


def question(submission: Submission, mail: MailDecision, whose: str) -> tuple[Note, ...]:
    """The note of a question in the text of a mail that is decided as a submission. `whose`: lgcode of the body that
    asks."""
    beside = submission.asks and mail.outcome in ("by_file", "correction")
    return (Note("question", "", whose),) if beside else ()


def rests(
    submission: Submission, mail: MailDecision, whose: Identity, facts: Facts, where: tuple[str, Register]
) -> tuple[Note, ...]:
    """Notes of a body's words that an official should see before the body is asked for anything: one for each program
    that they may be about. Only words from the body's own address count: no stranger puts off what is asked of
    others. `where`: the mailbox, and the register."""
    mailbox, register = where
    body, sender = whose.submitter or whose.body, submission.message.sender
    if mail.outcome != "held" or not puts_off(mail.rule, mail.remarks):
        return ()
    if sender is None or not facts.credentials.theirs(sender.address, body):
        return ()
    owed = {o.program for o in register.owed_by(body)}
    here = [p.id for p in register.survey.programs if p.mailbox == mailbox and p.id in owed]
    named = [p for p in submission.claim.programs if p in owed]
    return tuple(Note("rests", "", body, program) for program in named or here)


def receipt_doubt(
    submission: Submission,
    pieces: tuple[Piece, ...],
    own: Identity,
    facts: Facts,
    received_at: datetime,
) -> tuple[Note, ...]:
    """The note of a doubt about the time of receipt: our servers had the mail before the deadline and the mailbox
    only after it, or it mends what came in time and could not be read. An official decides which time counts. The
    note's detail is the earlier time."""
    deadlines = facts.deadlines
    told = [datetime.fromisoformat(submission.reached_at)] if submission.reached_at else []
    reached = min([*told, *([facts.answered_at] if facts.answered_at else [])], default=None)
    if reached is None or facts.time_settled:
        return ()
    whose = [(p.identity.body, p.program) for p in pieces if p.part and p.late and not p.mends]
    late_as_a_whole = not any(p.part for p in pieces) and submission.kind == "submission"
    if late_as_a_whole and deadlines.late(received_at, own.submitter or own.body):
        whose.append((own.submitter or own.body, ""))
    doubtful = [key for key in whose if not deadlines.late(reached, *key)]
    return (Note("receipt_doubt", stamp(reached), *doubtful[0]),) if doubtful else ()


def handed_in_in_time(body: str, program: str, facts: Facts) -> bool:
    """Whether an earlier mail handed in the same before its deadline, right or to be mended."""
    first = facts.first_received(body, program) if body and program else None
    return first is not None and not facts.deadlines.late(first, body, program)


def counts_late(decided: Decided) -> bool:
    """Whether the reader is told that something came after the deadline: what mends an answer that was in
    time stays in time."""
    handed_in = [p for p in decided.pieces if p.part and p.decision.outcome in HANDED_IN]
    return any(p.late and not p.mends for p in handed_in) if handed_in else decided.late


def unproven(pieces: tuple[Piece, ...], credentials: Credentials, by: str) -> tuple[Note, ...]:
    """What operators must hear of about proof. `unconfirmed` (確認未了): an answer was accepted though nothing but
    the domain of some local government stands behind it. `replaced`: the answer of one of the body's own addresses
    gave way to another address. `gave_way`: any other answer did, unless an official decided so (`by`) himself."""
    accepted = [p for p in pieces if p.decision.outcome == "accepted"]
    notes = [
        Note("unconfirmed", credentials.sender, p.identity.submitter or p.identity.body, p.program)
        for p in accepted
        if p.proof < LEAST["unconfirmed"]
    ]
    for piece in accepted:
        for gone in piece.displaced:
            whose = gone.submitter or gone.body
            theirs = gone.confirmed and credentials.theirs(gone.sender, whose)
            if theirs or by == "uketsuke":
                kind = "replaced" if theirs else "gave_way"
                notes.append(Note(kind, f"{gone.receipt} {gone.sender}", whose, piece.program))
    return tuple(dict.fromkeys(notes))


def alerts(submission: Submission, pieces: tuple[Piece, ...], survey: Survey) -> tuple[Note, ...]:
    """What operators must hear of: alarming choices in accepted answers; answers that may be such a choice and were
    asked about; mail that may not be answered."""
    notes = [
        Note("alert", survey.question_name(key), piece.identity.body, piece.program)
        for piece in pieces
        if piece.sheet is not None and piece.decision.outcome in ("accepted", "correction")
        for key in piece.sheet.alerts
        if piece.decision.outcome == "accepted" or _is_unread(piece, key)
    ]
    notes += [
        Note("check_failed", f"{finding.label} {finding.found}", piece.identity.body, piece.program)
        for piece in pieces
        if piece.decision.rule == "findings"  # what is held by it shows already
        for finding in piece.findings
        if finding.code == "check_failed"
    ]
    if submission.no_reply:
        notes.append(Note("no_reply", "; ".join(submission.no_reply)))
    return tuple(notes)


def _is_unread(piece: Piece, key: str) -> bool:
    return any(f.code == "answer_not_a_choice" and f.question == key for f in piece.findings)
