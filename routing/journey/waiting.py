"""What the ledger is told once a mail is decided: what it waits for now, and who waited for it. Inside the caller's
transaction; decides nothing, sends nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from config.survey import Survey
from intake.submission import Submission
from routing.decision.mail_set import MailSet
from routing.journey.lookups import whose_set
from routing.ledger import arrivals, pending_queue, verdicts
from routing.ledger.store import Ledger
from routing.records import Decided

SCAN_WAIT = timedelta(minutes=10)  # between two looks at a mail that a scanner looks at
_OWN_WAITS: dict[str, pending_queue.WaitKind] = {"foreign": "foreign", "scan_awaited": "scan"}


def note_waits(ledger: Ledger, decided: Decided, parts: MailSet | None, survey: Survey, now: datetime) -> None:
    """Note what this mail waits for, and wake those that waited for it. `parts`: the set that it is a part of."""
    _note_password(ledger, decided, survey, now)
    if decided.submission is not None and parts is not None and decided.submission.part is not None:
        until = now + timedelta(minutes=survey.parts.wait_minutes)
        _note_part(ledger, decided, decided.submission, parts, until)
    elif decided.decided_by != "uketsuke":
        pending_queue.end(ledger, decided.arrival.id, "parts")


def note_erasure(ledger: Ledger, decided: Decided, days: int, now: datetime) -> None:
    """Note that a mail which is not about this survey waits to be erased (`days`: how long it is kept), and that a
    mail which a scanner looks at waits for another look."""
    until = {"foreign": now + timedelta(days=days), "scan_awaited": now + SCAN_WAIT}
    for rule, what in _OWN_WAITS.items():
        if decided.mail.rule == rule:
            pending_queue.begin(ledger, decided.arrival, what, until[rule])
        else:
            pending_queue.end(ledger, decided.arrival.id, what)


def _note_password(ledger: Ledger, decided: Decided, survey: Survey, now: datetime) -> None:
    arrival, submission = decided.arrival, decided.submission
    until = now + timedelta(hours=survey.passwords.wait_hours)
    rules = {decided.mail.rule, *(p.decision.rule for p in decided.pieces)}
    if "password_awaited" in rules:
        pending_queue.begin(ledger, arrival, "password", until)
        pending_queue.ask_to_pair(ledger, arrival.id)
    else:
        pending_queue.end(ledger, arrival.id, "password")
    if submission is None or not submission.passwords_told:
        return
    only = submission.tells_password_only and not submission.personal
    pending_queue.begin(ledger, arrival, "told" if only else "beside", until if survey.passwords.accept else now)
    pending_queue.ask_to_pair(ledger, arrival.id)


def _note_part(ledger: Ledger, decided: Decided, submission: Submission, parts: MailSet, until: datetime) -> None:
    """Note that this part is the newest of its set, and so carries the set's wait. Parts without a form that waited
    for one are decided anew once one has come, or once the set is closed."""
    arrival, has_form = decided.arrival, submission.has_form
    others = pending_queue.other_parts(ledger, arrival, whose_set(submission), parts.total)
    pending_queue.note_part(ledger, arrival, whose_set(submission), (parts.number, parts.total), has_form)
    if not parts.newest:
        return
    for other in others:
        pending_queue.end(ledger, other.arrival_id, "parts")
        if (has_form or not parts.open) and verdicts.rule_of(ledger, other.arrival_id) == "part_awaited":
            arrivals.read_anew(ledger, other.arrival_id)
    if parts.open:
        pending_queue.begin(ledger, arrival, "parts", until)
    else:
        pending_queue.end(ledger, arrival.id, "parts")
